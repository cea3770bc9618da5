//! Avro messages, as they come from the broker.

use std::fmt::Debug;

use schemas::message::{DeliveryDue, DomainEvent, FilingSubmitted, Message, NoticeDue};

use super::assert_sentence;

/// The bytes as each of the messages.
pub(super) fn message(bytes: &[u8]) {
    read::<FilingSubmitted>(bytes);
    read::<DeliveryDue>(bytes);
    read::<NoticeDue>(bytes);
    read::<DomainEvent>(bytes);
}

fn read<M: Message + PartialEq + Debug>(bytes: &[u8]) {
    match M::decode(bytes) {
        Ok(message) => {
            let written = message.encode().expect("what was read can be written");
            assert_eq!(M::decode(&written).expect("what was written reads"), message);
        }
        Err(error) => assert_sentence(&error),
    }
}

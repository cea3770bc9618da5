//! The one answer of this channel: the package waits.

use jiff::{SignedDuration, Timestamp};
use schemas::{Outcome, Owner, Why};

/// Waiting in the inbox, to be looked at again after `remind_after_s` seconds.
pub fn awaiting_pickup(now: Timestamp, remind_after_s: u32) -> Outcome {
    let sentence = "the package waits in the inbox; the authority has to fetch it";
    Outcome::Deferred {
        why: Why::new("awaiting_pickup", Owner::Authority, sentence),
        not_before: now.checked_add(SignedDuration::from_secs(remind_after_s.into())).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_the_reminder() {
        let outcome = awaiting_pickup(Timestamp::UNIX_EPOCH, 60);
        let Outcome::Deferred { why, not_before } = outcome else { panic!("{outcome:?}") };
        assert_eq!((why.code.as_str(), why.owner), ("awaiting_pickup", Owner::Authority));
        assert_eq!(not_before.map(Timestamp::as_second), Some(60));
    }
}

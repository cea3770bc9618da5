//! The contract of a broker: what is published arrives, in order, until it is acknowledged.

mod sentences;
mod surely;

use std::time::Duration;

use anyhow::{Context, Result};
use hub::broker::topology::{FILING_SUBMITTED, WORK};
use hub::broker::{Broker, Confirmation, Consumer, Incoming, Outgoing};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;
use uuid::Uuid;

pub use sentences::*;
pub use surely::*;

/// Longest wait for anything that a broker owes us.
const PATIENCE: Duration = Duration::from_mins(1);

/// Makes a test of every contract; `$open` gives a fresh broker with empty queues.
#[macro_export]
macro_rules! broker_contract {
    ($open:path) => {
        $crate::broker_contract! { $open:
            work_arrives_and_is_confirmed
            any_bytes_are_carried
            unacknowledged_work_comes_again
            work_given_back_comes_again
            rejected_work_becomes_a_dead_letter
            work_without_a_queue_is_unroutable
            an_unknown_exchange_harms_nobody_else
            an_event_without_subscribers_is_confirmed
            a_queue_keeps_its_order
            a_large_batch_loses_and_doubles_nothing
            strange_acknowledgements_do_no_harm
            the_prefetch_is_a_limit
            one_consumer_takes_from_many_queues
            two_consumers_share_a_queue
            a_closed_broker_answers_every_message
        }
    };
    ($open:path: $($name:ident)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> anyhow::Result<()> {
            let broker = $open().await?;
            $crate::contracts::broker::$name(&broker).await?;
            hub::broker::Broker::close(&broker).await;
            Ok(())
        }
    )* };
}

/// A message with a number as its id and its body.
pub fn numbered(exchange: &str, routing_key: &str, number: u128) -> Outgoing {
    Outgoing {
        id: Uuid::from_u128(number),
        exchange: exchange.to_owned(),
        routing_key: routing_key.to_owned(),
        body: number.to_be_bytes().to_vec(),
        trace: None,
    }
}

/// The number of a message that [`numbered`] made.
pub fn number(message: &Incoming) -> Result<u128> {
    Ok(u128::from_be_bytes(message.body.as_slice().try_into().context("not one of ours")?))
}

/// Messages for the router with these numbers.
pub fn filings(numbers: std::ops::Range<u128>) -> Vec<Outgoing> {
    numbers.map(|number| numbered(WORK, FILING_SUBMITTED, number)).collect()
}

/// Publishes, and gives the end where the confirmations come.
pub async fn publish(
    broker: &impl Broker,
    batch: Vec<Outgoing>,
) -> UnboundedReceiver<Confirmation> {
    let (confirm, confirmations) = mpsc::unbounded_channel();
    broker.publish(batch, &confirm).await;
    confirmations
}

/// Waits for this many messages.
pub async fn take(consumer: &mut dyn Consumer, count: usize) -> Result<Vec<Incoming>> {
    let mut taken = Vec::with_capacity(count);
    while taken.len() < count {
        let next = timeout(PATIENCE, consumer.next(count - taken.len())).await;
        taken.extend(next.with_context(|| format!("{} of {count} messages came", taken.len()))?);
    }
    Ok(taken)
}

/// Waits for this many confirmations.
pub async fn confirmed(
    confirmations: &mut UnboundedReceiver<Confirmation>,
    count: usize,
) -> Result<Vec<Confirmation>> {
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let next = timeout(PATIENCE, confirmations.recv()).await;
        let next = next.with_context(|| format!("{} of {count} were confirmed", all.len()))?;
        all.push(next.context("a message was dropped without a word")?);
    }
    Ok(all)
}

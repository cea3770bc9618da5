//! Publishing and consuming as the hub's stages do, whatever happens to the broker meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use hub::broker::{Broker, Consumer, Health, Outgoing};
use tokio::time::timeout;
use uuid::Uuid;

use super::{confirmed, number, publish};

/// Longest wait for a broker that was harmed to be well again.
const RECOVERY: Duration = Duration::from_mins(2);

/// Publishes as the relay does: again and again, until each message was confirmed.
pub async fn publish_surely(broker: &impl Broker, batch: Vec<Outgoing>) -> Result<()> {
    let mut open: BTreeMap<Uuid, Outgoing> = batch.into_iter().map(|m| (m.id, m)).collect();
    while !open.is_empty() {
        let some: Vec<_> = open.values().take(100).cloned().collect();
        let count = some.len();
        let mut confirmations = publish(broker, some).await;
        for answer in confirmed(&mut confirmations, count).await? {
            if answer.result.is_ok() {
                open.remove(&answer.id);
            }
        }
        until("publishing works", || broker.health() == Health::Up).await?;
    }
    Ok(())
}

/// Acknowledges what comes until all numbers below `end` were seen.
pub async fn acknowledge_until(
    consumer: &mut dyn Consumer,
    seen: &mut BTreeSet<u128>,
    end: u128,
) -> Result<()> {
    while seen.len() < usize::try_from(end)? {
        let next = timeout(RECOVERY, consumer.next(100)).await;
        let messages = next.with_context(|| format!("{} of {end} came", seen.len()))?;
        for message in &messages {
            seen.insert(number(message)?);
        }
        consumer.ack(&messages.iter().map(|message| message.tag).collect::<Vec<_>>()).await;
    }
    Ok(())
}

/// Health gives no signal, so this asks again and again.
pub async fn until(what: &str, is_so: impl Fn() -> bool) -> Result<()> {
    let asking = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(RECOVERY, asking).await.with_context(|| format!("waited until {what}"))
}

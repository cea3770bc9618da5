//! Keeps account of what one subscription has handed out, and answers RabbitMQ for it.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions, BasicRejectOptions};
use lapin::types::AMQPValue;

use super::super::Incoming;
use super::super::topology::DEAD_LETTERS;
use super::link::Link;

/// Bits of a tag that hold RabbitMQ's own; the subscription's number is above them.
const TAG_BITS: u32 = 48;

/// The number of the subscription that a tag belongs to.
pub(super) fn subscription_of(tag: u64) -> u64 {
    tag >> TAG_BITS
}

/// What a stage wants done with deliveries.
pub(super) enum Order {
    Ack(Vec<u64>),
    Reject(u64),
    GiveBack(Vec<u64>),
}

/// The account of one subscription.
pub(super) struct Desk {
    link: Link,
    /// The subscription's number, shifted to its place in a tag.
    subscription: u64,
    /// Delivery tags not answered yet, with those that other queues' streams still hold.
    open: BTreeSet<u64>,
    /// The highest delivery tag seen.
    highest: u64,
}

impl Desk {
    pub(super) fn new(link: Link, subscription: u64) -> Self {
        Self { link, subscription: subscription << TAG_BITS, open: BTreeSet::new(), highest: 0 }
    }

    /// Ends the connection; all that is open comes again.
    pub(super) async fn close(self) {
        self.link.close().await;
    }

    pub(super) fn register(&mut self, queue: &str, delivery: Delivery) -> Incoming {
        // RabbitMQ numbers without gaps over all queues, but the merged streams may swap two: one
        // acknowledgement for many must not take in what nobody has seen yet.
        self.open.extend(self.highest + 1..=delivery.delivery_tag);
        self.highest = self.highest.max(delivery.delivery_tag);
        let is_dead = queue == DEAD_LETTERS;
        Incoming {
            tag: self.subscription | delivery.delivery_tag,
            queue: queue.to_owned(),
            reason: is_dead.then(|| death(&delivery.properties)),
            body: delivery.data,
        }
    }

    /// The delivery tags among `tags` that are ours and still open; they no longer are.
    fn settle(&mut self, tags: &[u64]) -> BTreeSet<u64> {
        let ours = tags.iter().filter_map(|tag| {
            let own = tag ^ self.subscription;
            (own >> TAG_BITS == 0 && self.open.remove(&own)).then_some(own)
        });
        ours.collect()
    }

    pub(super) async fn carry_out(&mut self, order: Order) -> lapin::Result<()> {
        let channel = &self.link.channel.clone();
        match order {
            Order::Ack(tags) => {
                let done = self.settle(&tags);
                // All up to the oldest open one go by a single acknowledgement.
                let oldest_open = self.open.first().copied().unwrap_or(u64::MAX);
                if let Some(last) = done.range(..oldest_open).next_back() {
                    channel.basic_ack(*last, BasicAckOptions { multiple: true }).await?;
                }
                let single = |tag: &u64| channel.basic_ack(*tag, BasicAckOptions::default());
                try_join_all(done.range(oldest_open..).map(single)).await?;
            }
            Order::Reject(tag) => {
                for tag in self.settle(&[tag]) {
                    channel.basic_reject(tag, BasicRejectOptions { requeue: false }).await?;
                }
            }
            Order::GiveBack(tags) => {
                // From RabbitMQ 4.3 on a nack, unlike a reject, does not count as a poison's.
                let options = BasicNackOptions { multiple: false, requeue: true };
                let done = self.settle(&tags);
                try_join_all(done.iter().map(|tag| channel.basic_nack(*tag, options))).await?;
            }
        }
        Ok(())
    }
}

/// The newest entry of the `x-death` header, in words.
fn death(properties: &BasicProperties) -> String {
    let newest = properties
        .headers()
        .as_ref()
        .and_then(|headers| headers.inner().get("x-death"))
        .and_then(AMQPValue::as_array)
        .and_then(|deaths| deaths.as_slice().first())
        .and_then(AMQPValue::as_field_table);
    let Some(death) = newest else { return "RabbitMQ gives no reason".into() };
    let text = |key| match death.inner().get(key) {
        Some(AMQPValue::LongString(text)) => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        _ => "?".into(),
    };
    let count = death.inner().get("count").and_then(AMQPValue::as_long_long_int).unwrap_or(1);
    format!("{} on {}, {count} times", text("reason"), text("queue"))
}

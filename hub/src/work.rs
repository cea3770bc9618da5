//! Work messages: what several stages write to and read from the broker in the same way.

use std::collections::VecDeque;
use std::time::Duration;

use schemas::message::DeliveryDue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::broker::{Consumer, Incoming, topology};
use crate::context::Context;
use crate::delivery::{Delivery, State};
use crate::retry::Reconnect;
use crate::store::{DeadLetterRow, StoreError, Tx};

/// Tries of one message, by itself, before it is a dead letter.
const TRIES_MAX: u32 = 3;
/// Longest rest between two tries.
const REST_MAX: Duration = Duration::from_secs(2);

/// Messages that a stage works on together.
#[derive(Debug)]
pub struct Batch {
    /// The messages, none of them acknowledged.
    pub messages: Vec<Incoming>,
    /// How often it failed, since it last was made smaller.
    tries: u32,
}

/// A stage's messages: acknowledged when their work is committed, kept while the store is away,
/// and told apart when one of them spoils the work of all.
pub struct Tray {
    consumer: Box<dyn Consumer>,
    kept: VecDeque<Batch>,
    waits: Reconnect,
}

impl Tray {
    /// A tray that this consumer fills.
    pub fn new(consumer: Box<dyn Consumer>) -> Self {
        Self { consumer, kept: VecDeque::new(), waits: Reconnect::default() }
    }

    /// What was kept, after a rest; else waits for new messages, up to `max`.
    pub async fn next(&mut self, max: usize) -> Batch {
        if !self.kept.is_empty() {
            tokio::time::sleep(self.waits.next_wait().min(REST_MAX)).await;
        }
        match self.kept.pop_front() {
            Some(batch) => batch,
            None => Batch { messages: self.consumer.next(max).await, tries: 0 },
        }
    }

    /// What is there now.
    pub fn try_next(&mut self, max: usize) -> Option<Batch> {
        self.kept.pop_front().or_else(|| {
            let messages = self.consumer.try_next(max);
            (!messages.is_empty()).then_some(Batch { messages, tries: 0 })
        })
    }

    /// The work of a batch is committed.
    pub async fn done(&mut self, batch: Batch) {
        self.waits.reset();
        let tags: Vec<u64> = batch.messages.iter().map(|message| message.tag).collect();
        self.consumer.ack(&tags).await;
    }

    /// The work of a batch left no trace. It stays in hand: giving it back would count against its
    /// messages, and nobody else can do better while the store is away. When it is a message that
    /// spoils the work, halving finds it, and it goes to the dead letters.
    pub async fn failed(&mut self, ctx: &Context, mut batch: Batch, error: &anyhow::Error) {
        let is_away = error.downcast_ref().is_some_and(StoreError::is_away);
        tracing::error!(messages = batch.messages.len(), is_away, %error, "work is tried again");
        batch.tries += u32::from(!is_away);
        if !is_away && batch.messages.len() > 1 {
            let rest = batch.messages.split_off(batch.messages.len() / 2);
            self.kept.push_front(Batch { messages: rest, tries: 0 });
            batch.tries = 0;
        } else if batch.tries >= TRIES_MAX {
            match bury(ctx, &batch.messages, &error.to_string()).await {
                Ok(()) => return self.done(batch).await,
                Err(error) => tracing::error!(%error, "a dead letter is not written yet"),
            }
        }
        self.kept.push_front(batch);
    }

    /// Gives back what was kept; what nobody looked at yet goes back with the consumer.
    pub async fn close(mut self) {
        let kept = self.kept.iter().flat_map(|batch| &batch.messages);
        let tags: Vec<u64> = kept.map(|message| message.tag).collect();
        self.consumer.give_back(&tags).await;
    }
}

async fn bury(ctx: &Context, messages: &[Incoming], reason: &str) -> Result<(), StoreError> {
    let rows: Vec<_> = messages.iter().map(|message| dead_letter(ctx, message, reason)).collect();
    let mut tx = ctx.store.begin().await?;
    tx.insert_dead_letters(&rows).await?;
    tx.commit().await
}

/// A message that nobody can work on, for the page of dead letters. It stands there once, however
/// often upkeep queues the same again.
pub fn dead_letter(ctx: &Context, message: &Incoming, reason: &str) -> DeadLetterRow {
    tracing::error!(queue = message.queue, reason, "a message went to the dead letters");
    DeadLetterRow {
        id: id_of(message),
        queue: message.queue.clone(),
        reason: reason.to_owned(),
        body: hex::encode(&message.body),
        at: ctx.clock.now_ms(),
    }
}

fn id_of(message: &Incoming) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(message.queue.as_bytes());
    hash.update([0]);
    hash.update(&message.body);
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(first).into_uuid()
}

/// The couriers' work message of a delivery that is due.
pub fn enqueue_due(tx: &mut Tx, delivery: &Delivery) -> anyhow::Result<()> {
    let (State::Due, Some(channel)) = (&delivery.state, delivery.channel) else { return Ok(()) };
    let message = DeliveryDue { delivery_id: delivery.id, turn: delivery.turn, trace: None };
    let key = topology::delivery_due(channel, delivery.authority);
    tx.enqueue(topology::WORK, key, &message)?;
    Ok(())
}

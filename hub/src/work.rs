//! Work messages: what several stages write to and read from the broker in the same way.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::time::Duration;

use schemas::message::{DeliveryDue, DomainEvent, Message};
use schemas::{DeliveryId, FilingId, NoticeId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::broker::{Consumer, Incoming, topology};
use crate::context::Context;
use crate::delivery::{Delivery, Refusal, State};
use crate::retry::Reconnect;
use crate::store::{DeadLetterRow, NewEvent, StoreError, Tx};

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
    let rows: Vec<_> =
        messages.iter().map(|message| dead_letter(ctx, message, "work_failed", reason)).collect();
    let mut tx = ctx.store.begin().await?;
    tx.insert_dead_letters(&rows).await?;
    tx.commit().await?;
    tell_of_dead(ctx, &rows);
    Ok(())
}

/// What the messages of a batch are about, for a stage that looks it up.
pub struct Asked<'a, Id> {
    /// By the row's id: the turns named, each with the message that names it.
    by_id: BTreeMap<Id, Vec<(i32, &'a Incoming)>>,
    /// Messages that do not read.
    pub dead: Vec<DeadLetterRow>,
}

impl<'a, Id: Copy + Ord> Asked<'a, Id> {
    /// Reads a batch; `about` gives the row and the turn that a message is about.
    pub fn read<M: Message>(
        ctx: &Context,
        batch: &'a [Incoming],
        about: impl Fn(&M) -> (Id, i32),
    ) -> Self {
        let mut asked = Self { by_id: BTreeMap::new(), dead: Vec::new() };
        for message in batch {
            match M::decode(&message.body) {
                Ok(read) => {
                    let (id, turn) = about(&read);
                    asked.by_id.entry(id).or_default().push((turn, message));
                }
                Err(error) => {
                    asked.dead.push(dead_letter(ctx, message, "unreadable", &error.to_string()));
                }
            }
        }
        asked
    }

    /// The rows asked about.
    pub fn ids(&self) -> Vec<Id> {
        self.by_id.keys().copied().collect()
    }

    /// Whether a message is about this turn of the row. Others are stale; or the store is, and
    /// upkeep queues the row again.
    pub fn is_about(&self, id: Id, turn: i32) -> bool {
        self.by_id.get(&id).is_some_and(|all| all.iter().any(|(named, _)| *named == turn))
    }

    /// Parks what is about rows that are not among the `known`: the store is older than the broker,
    /// since it was restored from a backup or a standby took over that was behind.
    pub fn park_unknown(&mut self, ctx: &Context, known: impl IntoIterator<Item = Id>)
    where
        Unknown: From<Id>,
    {
        let mut unknown = std::mem::take(&mut self.by_id);
        for id in known {
            if let Some(of_row) = unknown.remove(&id) {
                self.by_id.insert(id, of_row);
            }
        }
        for (id, messages) in unknown {
            let Unknown { code, what } = Unknown::from(id);
            let reason = format!(
                "{what} is not in the store, so the store is older than this message: it was \
                 restored from a backup, or a standby that was behind took over; see `A store that \
                 is older than the broker` in deploy/README.md"
            );
            let rows = messages.iter().map(|(_, message)| dead_letter(ctx, message, code, &reason));
            self.dead.extend(rows);
        }
    }
}

/// A row that messages are about and the store does not know.
pub struct Unknown {
    code: &'static str,
    what: String,
}

impl Unknown {
    fn new(code: &'static str, what: impl Display) -> Self {
        Self { code, what: what.to_string() }
    }
}

impl From<(FilingId, i32)> for Unknown {
    fn from((filing, revision): (FilingId, i32)) -> Self {
        let number = filing.receipt_number();
        Self::new("unknown_filing", format!("revision {revision} of filing {number} ({filing})"))
    }
}

impl From<DeliveryId> for Unknown {
    fn from(id: DeliveryId) -> Self {
        Self::new("unknown_delivery", format!("delivery {id}"))
    }
}

impl From<NoticeId> for Unknown {
    fn from(id: NoticeId) -> Self {
        Self::new("unknown_notice", format!("notice {id}"))
    }
}

/// A message that nobody can work on, for the page of dead letters; its reason begins with the
/// code. It stands there once, however often upkeep queues the same again.
pub fn dead_letter(
    ctx: &Context,
    message: &Incoming,
    code: &'static str,
    reason: &str,
) -> DeadLetterRow {
    DeadLetterRow {
        id: letter_id(&message.queue, &message.body),
        queue: message.queue.clone(),
        reason: format!("{code}: {reason}"),
        body: hex::encode(&message.body),
        at: ctx.clock.now_ms(),
    }
}

/// Logs and counts dead letters, once they are committed.
pub fn tell_of_dead(ctx: &Context, rows: &[DeadLetterRow]) {
    for DeadLetterRow { id, queue, reason, .. } in rows {
        let (code, why) = reason.split_once(": ").unwrap_or(("other", reason));
        tracing::error!(message.id = %id, queue, code, why, "a message went to the dead letters");
        ctx.metrics.dead_letter(code);
    }
}

/// The id of a dead letter, the same each time that the same message comes to the same place.
pub fn letter_id(queue: &str, body: &[u8]) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(queue.as_bytes());
    hash.update([0]);
    hash.update(body);
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(first).into_uuid()
}

/// The couriers' work message of a delivery that is due.
pub fn enqueue_due(tx: &mut Tx, delivery: &Delivery) -> anyhow::Result<()> {
    let (State::Due, Some(channel)) = (&delivery.state, delivery.channel) else { return Ok(()) };
    let trace = delivery.trace.map(String::from);
    let message = DeliveryDue { delivery_id: delivery.id, turn: delivery.turn, trace };
    let key = topology::delivery_due(channel, delivery.authority);
    tx.enqueue(topology::WORK, key, &message)?;
    Ok(())
}

/// What subscribers outside are told of a delivery: nothing of one that tests the way.
pub fn event_outside(delivery: &Delivery, event: &str, at: i64) -> Option<DomainEvent> {
    (!delivery.is_test()).then(|| domain_event(delivery, event, at))
}

/// The message for subscribers outside.
pub fn domain_event(delivery: &Delivery, event: &str, at: i64) -> DomainEvent {
    DomainEvent {
        event: event.to_owned(),
        filing_id: delivery.filing_id,
        revision: delivery.revision,
        delivery_id: Some(delivery.id),
        authority: Some(delivery.authority),
        at,
        trace: delivery.trace.map(String::from),
    }
}

/// Starts a waiting, held or failed delivery anew because staff say so: its state, its work
/// message, and the event, to be appended with others; or why it does not fit. The delivery is
/// saved by who asks for it.
pub fn start_anew(
    tx: &mut Tx,
    delivery: &mut Delivery,
    now: i64,
) -> anyhow::Result<Result<NewEvent, Refusal>> {
    if let Err(refusal) = delivery.start_anew(now) {
        return Ok(Err(refusal));
    }
    enqueue_due(tx, delivery)?;
    Ok(Ok(NewEvent::about(delivery, "delivery.redriven")))
}

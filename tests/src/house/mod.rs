//! The whole hub, step by step, on a clock that only a test moves.
//!
//! `House::build()…start()` opens a hub with every stage beside a sandbox of far sides; `settle`
//! lets the stages work until nothing moves, `advance` moves the time. `finish` looks whether
//! anything is left over; a house that is dropped without it fails its test.

mod archive;
mod build;
mod check;
mod far_side;
mod forgetful;
mod front;
mod papers;
mod stages;

use std::sync::Arc;
use std::time::Duration;

use adapters::sandbox::Sandbox;
use anyhow::{Context as _, Result, bail, ensure};
use hub::broker::Outgoing;
use hub::broker::topology::WORK;
use hub::clock::Clock;
use hub::context::Context;
use hub::delivery::{Delivery, State};

use hub::lane::Lane;
use hub::review::Reviewer;
use hub::revision::{Receipted, Request};
use hub::store::{AttemptRow, CheckRow, CheckState, DeadLetterRow, NoticeRow};
use schemas::{AuthorityId, Channel, DeliveryId, FilingId, Submission};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub use archive::{manual, staff};
pub use build::Builder;
pub use far_side::Letter;
pub use forgetful::Forgetful;
pub use front::{Answer, Front, log_in};
pub use papers::{
    OPERATOR_MAIL, OPERATOR_NAME, attachment, by_hand, change, code, of_kind, one_stop, operator,
    service,
};
use stages::Stages;

use crate::contracts::store::raw;

/// Rounds in which something moves, at most; more is a loop.
const ROUNDS_MAX: usize = 2_000;

/// A hub, its far sides and its clock.
pub struct House {
    /// What the stages share; another after [`House::restart`].
    pub ctx: Arc<Context>,
    /// The time.
    pub clock: Arc<Clock>,
    /// The authorities' side.
    pub sandbox: Arc<Sandbox>,
    /// The stages, to be stepped one by one where a test needs it.
    pub stages: Stages,
    builder: Builder,
    folder: TempDir,
    keys: u32,
    dead_letters_taken: usize,
    is_finished: bool,
}

impl House {
    /// A house with healthy authorities that all fetch from the inbox; alter it, then `start`.
    pub fn build() -> Builder {
        Builder::default()
    }

    /// Lets every stage work until nothing moves.
    pub async fn settle(&mut self) -> Result<()> {
        for _ in 0..ROUNDS_MAX {
            if self.stages.round().await? == 0 && !self.is_elsewhere().await? {
                return Ok(());
            }
        }
        bail!("something moves for ever: {:?}", self.ctx.store.count_deliveries().await?)
    }

    /// Whether a broker outside the process still has work of ours on its way.
    async fn is_elsewhere(&self) -> Result<bool> {
        if self.builder.is_embedded() {
            return Ok(false);
        }
        let totals = self.ctx.store.totals().await?;
        let deliveries = self.ctx.store.count_deliveries().await?;
        let due = deliveries.iter().any(|count| count.state == "due");
        let notices = self.ctx.store.count_notices().await?;
        let notices_due = notices.iter().any(|count| count["state"] == "due");
        let tests_due = self.tests_due().await?;
        let moves = totals.outbox > 0 || totals.unrouted > 0 || due || notices_due || tests_due;
        if moves {
            // Another process has the message: there is nothing here to be woken by.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(moves)
    }

    /// Whether a test is due: counts of deliveries leave it out.
    async fn tests_due(&self) -> Result<bool> {
        let store = &self.ctx.store;
        let open = |row: &CheckRow| row.state == CheckState::Open;
        for row in store.newest_checks().await?.into_iter().filter(open) {
            if store.delivery(row.delivery_id).await?.is_some_and(|it| it.state == State::Due) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Moves the time, then settles.
    pub async fn advance(&mut self, by: Duration) -> Result<()> {
        self.clock.advance(by);
        self.settle().await
    }

    /// Moves the time to the next due moment of any waiting delivery, then settles. Gives the step
    /// in milliseconds.
    pub async fn advance_to_next(&mut self) -> Result<i64> {
        let totals = self.ctx.store.totals().await?;
        let due = totals.oldest_due.context("nothing waits")?;
        let step = (due - self.clock.now_ms()).max(0);
        self.advance(Duration::from_millis(step.unsigned_abs())).await?;
        Ok(step)
    }

    /// Time passes until nothing waits any more, at most so many due moments.
    pub async fn outlast(&mut self, moments_max: usize) -> Result<()> {
        for _ in 0..moments_max {
            if self.ctx.store.totals().await?.oldest_due.is_none() {
                return Ok(());
            }
            self.advance_to_next().await?;
        }
        ensure!(self.ctx.store.totals().await?.oldest_due.is_none(), "it still waits");
        Ok(())
    }

    /// As many rounds of upkeep as bring all its chores, then settles.
    pub async fn tend(&mut self) -> Result<()> {
        for _ in 0..10 {
            self.stages.upkeep.step().await?;
        }
        self.settle().await
    }

    /// Files over the desk that HTTP uses; durable when this returns.
    pub async fn file(&mut self, submission: &Submission) -> Result<Receipted> {
        let request = self.request(submission)?;
        Ok(self.stages.intake.submit(request).await?)
    }

    /// Files and settles; gives the filing.
    pub async fn deliver(&mut self, submission: &Submission) -> Result<FilingId> {
        let receipted = self.file(submission).await?;
        self.settle().await?;
        Ok(receipted.id)
    }

    /// A request with a fresh idempotency key.
    pub fn request(&mut self, submission: &Submission) -> Result<Request> {
        self.keys += 1;
        Ok(Request {
            submission: submission.clone(),
            document: serde_json::to_string(submission)?,
            idempotency_key: format!("house-{}", self.keys),
        })
    }

    /// What is done after delivery.
    pub fn reviewer(&self) -> Reviewer {
        Reviewer::new(Arc::clone(&self.ctx))
    }

    /// A filing's deliveries, by revision.
    pub async fn deliveries(&self, filing: FilingId) -> Result<Vec<Delivery>> {
        Ok(self.ctx.store.deliveries_of(filing).await?)
    }

    /// The one delivery of a filing.
    pub async fn delivery(&self, filing: FilingId) -> Result<Delivery> {
        let mut all = self.deliveries(filing).await?;
        ensure!(all.len() == 1, "not one delivery: {all:?}");
        all.pop().context("a delivery")
    }

    /// A filing's delivery to an authority, the newest revision's.
    pub async fn delivery_to(&self, filing: FilingId, authority: AuthorityId) -> Result<Delivery> {
        let mut all = self.deliveries(filing).await?;
        all.retain(|delivery| delivery.authority == authority);
        all.into_iter().max_by_key(|d| d.revision).context("no delivery to that authority")
    }

    /// A delivery's attempts, in order.
    pub async fn attempts(&self, delivery: DeliveryId) -> Result<Vec<AttemptRow>> {
        Ok(self.ctx.store.attempts(delivery).await?)
    }

    /// The kinds of a filing's events, in order.
    pub async fn events(&self, filing: FilingId) -> Result<Vec<String>> {
        let events = self.ctx.store.events(filing).await?;
        Ok(events.into_iter().map(|event| event.kind).collect())
    }

    /// A filing's notices.
    pub async fn notices(&self, filing: FilingId) -> Result<Vec<NoticeRow>> {
        Ok(self.ctx.store.notices_of(filing).await?)
    }

    /// A lane, if anything is known about it.
    pub async fn lane(&self, authority: AuthorityId, channel: Channel) -> Result<Option<Lane>> {
        let all = self.ctx.store.lanes().await?;
        Ok(all.into_iter().find(|lane| (lane.authority, lane.channel) == (authority, channel)))
    }

    /// The dead letters so far; those that are taken here are no leftovers.
    pub async fn take_dead_letters(&mut self) -> Result<Vec<DeadLetterRow>> {
        let all = self.ctx.store.dead_letters(1_000).await?;
        self.dead_letters_taken = all.len();
        Ok(all)
    }

    /// When a delivery is tried again, in milliseconds from now, and the code of why.
    pub fn wait_of(&self, delivery: &Delivery) -> Result<(i64, String)> {
        match &delivery.state {
            State::Waiting { next_attempt_at, why } => {
                Ok((next_attempt_at - self.clock.now_ms(), why.code.clone()))
            }
            other @ (State::Due
            | State::Sending { .. }
            | State::Delivered { .. }
            | State::Held { .. }
            | State::Failed { .. }
            | State::Cancelled) => bail!("it does not wait: {other:?}"),
        }
    }

    /// The process ends at once, with all that it held in memory, and another begins on the same
    /// store; an embedded broker forgets everything.
    pub async fn restart(&mut self) -> Result<()> {
        self.restart_with(|_| {}).await
    }

    /// The same with another build of the hub: another master, other settings.
    pub async fn restart_with(&mut self, alter: impl FnOnce(&mut Builder)) -> Result<()> {
        self.stages.end().await;
        self.ctx.broker.close().await;
        self.ctx.store.close().await;
        alter(&mut self.builder);
        let config = self.builder.config(self.folder.path(), &self.sandbox)?;
        let (ctx, handed_over) = self.builder.open(config, Arc::clone(&self.clock)).await?;
        self.stages = Stages::new(&ctx, handed_over).await;
        self.ctx = ctx;
        Ok(())
    }

    /// Messages on their way vanish from the outbox too, as when a broker lost what it had
    /// confirmed.
    pub async fn forget_messages(&self) -> Result<usize> {
        let mut tx = self.ctx.store.begin().await?;
        tx.release_outbox().await?;
        let rows = tx.claim_outbox(i64::MAX, 100_000).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        tx.delete_outbox(&ids).await?;
        tx.commit().await?;
        Ok(ids.len())
    }

    /// Runs a statement behind the hub's back.
    pub async fn raw(&self, statement: String) -> Result<()> {
        Ok(raw(&self.ctx.config.store.url, statement).await?)
    }

    /// Puts a message on the broker without any outbox.
    pub async fn publish(&self, routing_key: &str, body: Vec<u8>) {
        let (confirm, _) = mpsc::unbounded_channel();
        let (exchange, routing_key) = (WORK.to_owned(), routing_key.to_owned());
        let id = self.ctx.clock.id();
        let message = Outgoing { id, exchange, routing_key, body, trace: None };
        self.ctx.broker.publish(vec![message], &confirm).await;
    }

    /// Ends the house; an error tells what is left over.
    pub async fn finish(mut self) -> Result<()> {
        self.is_finished = true;
        let checked = self.check().await;
        self.stages.end().await;
        self.ctx.broker.close().await;
        self.ctx.store.close().await;
        checked
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // An error that a test hands up with `?` cannot be told from a forgotten call, and this
        // hides it: tests assert, and `?` is for what should never fail.
        assert!(
            self.is_finished || std::thread::panicking(),
            "end the test with `house.finish().await`, which looks for what is left over; if it \
             does, one of its `?` met an error before"
        );
    }
}

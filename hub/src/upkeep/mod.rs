//! Upkeep: moves what time moves. Assumes that the broker may have forgotten everything.
//!
//! Reads and writes `deliveries` (waiting → due, ended leases, due without a message), `revisions`
//! (unplanned without a message), `notices`, `redrives`, `erasures`; writes work messages for
//! all of these.
//! Counts what reports are read from (`figures.rs`).
//! Several processes may run it: rows are taken by lock, and skipped when another has them.

mod checks;
mod erasure;
mod figures;
mod months;
mod redrive;
mod release;
mod requeue;
mod retention;
mod statements;
mod sweep;
mod words;

use std::sync::Arc;
use std::time::Duration;

use crate::broker::Incoming;
use crate::broker::topology::DEAD_LETTERS;
use crate::context::Context;
use crate::delivery::Event;
use crate::followers;
use crate::lane::TROUBLES;
use crate::notices;
use crate::retry::jittered_ms;
use crate::store::{DeadLetterRow, NewEvent, StoreError};
use crate::work::{Tray, dead_letter, enqueue_due, tell_of_dead};

pub use figures::count_month;
pub use release::release;
pub use retention::{Count, Pass, undecided};

/// Moves what time moves.
pub struct Upkeep {
    ctx: Arc<Context>,
    dead: Tray,
    round: u64,
    has_more_stale: bool,
    has_more_words: bool,
    sweep_at: i64,
    look_at: i64,
    pass: Option<Pass>,
    is_counting: bool,
    days: statements::Days,
}

impl Upkeep {
    /// Upkeep, which also empties the broker's dead-letter queue into the store.
    pub async fn new(ctx: Arc<Context>) -> Self {
        let dead = ctx.broker.consume(&[DEAD_LETTERS.to_owned()], 100).await;
        let dead = Tray::new(dead);
        Self {
            ctx,
            dead,
            round: 0,
            has_more_stale: false,
            has_more_words: false,
            sweep_at: 0,
            look_at: 0,
            pass: None,
            is_counting: false,
            days: statements::Days::default(),
        }
    }

    /// Until the stop: a round, then a rest, cut short when something has fallen due.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        let interval = Duration::from_millis(self.ctx.config.upkeep.interval_ms);
        // A stop is looked for between steps, too: there may be more for long.
        while !stop.is_cancelled() {
            match self.step().await {
                // A full batch: there is more.
                Ok(moved) if moved >= self.ctx.config.upkeep.batch_max => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "upkeep met an error; trying again"),
            }
            let wait = jittered_ms(interval, 0.2);
            let rest = Duration::from_millis(u64::try_from(wait).unwrap_or(1_000));
            // Not at every hint: one round serves all that came with it.
            let hint = async {
                self.ctx.hurry.notified().await;
                tokio::time::sleep(rest / 5).await;
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
                () = hint => {}
            }
        }
    }

    /// One round. Tells how many rows it moved at most in one kind.
    pub async fn step(&mut self) -> anyhow::Result<usize> {
        self.round += 1;
        let mut moved = self.wake().await?;
        moved = moved.max(self.end_leases().await?);
        moved = moved.max(self.wake_notices().await?);
        moved = moved.max(self.settle_checks().await?);
        self.take_dead_letters().await?;
        if self.round % 10 == 1 || self.has_more_stale {
            let requeued = self.requeue_stale().await?;
            self.has_more_stale = requeued >= self.ctx.config.upkeep.batch_max;
            moved = moved.max(requeued);
        }
        if self.round % 10 == 1 {
            self.ctx.reload_directory().await?;
            self.ctx.reload_master().await?;
            self.release_held().await?;
            self.end_sessions().await?;
            self.end_drafts().await?;
            self.end_uploads().await?;
            self.end_bulks().await?;
            self.end_redrives().await?;
            self.end_hours().await?;
            self.tend_checks().await?;
            self.count().await?;
        }
        let now = self.ctx.clock.now_ms();
        if now >= self.sweep_at {
            let swept = self.sweep().await;
            moved = moved.max(swept);
            if swept < self.ctx.config.upkeep.batch_max {
                self.sweep_at = now + self.ctx.config.objects.sweep_ms;
            }
        }
        if now >= self.look_at {
            months::make(&self.ctx).await;
            self.look_at = now + self.ctx.config.retention.look_ms;
            let limit = self.ctx.config.upkeep.batch_max;
            self.pass
                .get_or_insert_with(|| Pass::new(&self.ctx.config.retention, now, limit, true));
        }
        moved = moved.max(self.retire().await);
        moved = moved.max(self.redrive().await?);
        if self.erase().await? {
            moved = moved.max(self.ctx.config.upkeep.batch_max);
        }
        if self.clear_erased().await {
            self.sweep_at = now;
        }
        if self.round % 10 == 1 || self.has_more_words {
            self.has_more_words = self.write_words().await?;
        }
        self.write_statements().await?;
        if self.round % 10 == 1 || self.is_counting {
            // A batch in each round and no more: nobody waits for a report.
            self.is_counting = count_month(&self.ctx).await?;
        }
        Ok(moved)
    }

    /// One step of what deletes; an error ends the look, and the next begins anew.
    async fn retire(&mut self) -> usize {
        let Some(pass) = &mut self.pass else { return 0 };
        let more = pass.step(&self.ctx.store).await;
        match more {
            Ok(true) => return self.ctx.config.upkeep.batch_max,
            Ok(false) => retention::tell(&pass.counts),
            Err(error) => {
                tracing::warn!(%error, "not all that had its time went; the next look goes on");
            }
        }
        self.pass = None;
        0
    }

    /// An object store that is away keeps nothing else from moving.
    async fn sweep(&self) -> usize {
        let swept = sweep::sweep(&self.ctx).await;
        swept.unwrap_or_else(|error| {
            tracing::warn!(%error, "uploads were not swept; the next sweep goes on");
            0
        })
    }

    /// People who are logged out by time are forgotten.
    async fn end_sessions(&self) -> anyhow::Result<()> {
        let now = self.ctx.clock.now_ms();
        let limits = self.ctx.config.sessions.over_at(now);
        let mut tx = self.ctx.store.begin().await?;
        tx.delete_old_sessions(limits, self.ctx.config.upkeep.batch_max).await?;
        Ok(tx.commit().await?)
    }

    /// Drafts that nobody has gone on with are thrown away.
    async fn end_drafts(&self) -> anyhow::Result<()> {
        let before = self.ctx.clock.now_ms() - self.ctx.config.drafts.keep_days * 86_400_000;
        let mut tx = self.ctx.store.begin().await?;
        tx.delete_old_drafts(before, self.ctx.config.upkeep.batch_max).await?;
        Ok(tx.commit().await?)
    }

    /// Files for drafts of which nothing more comes are given up; the sweep takes their pieces.
    async fn end_uploads(&self) -> anyhow::Result<()> {
        let before = self.ctx.clock.now_ms() - self.ctx.config.uploads.keep_hours * 3_600_000;
        let mut tx = self.ctx.store.begin().await?;
        tx.delete_old_uploads(before, self.ctx.config.upkeep.batch_max).await?;
        Ok(tx.commit().await?)
    }

    /// Uploads of many filings go with their reports; the filings stay.
    async fn end_bulks(&self) -> anyhow::Result<()> {
        let before = self.ctx.clock.now_ms() - self.ctx.config.bulk.keep_days * 86_400_000;
        let mut tx = self.ctx.store.begin().await?;
        tx.delete_old_bulks(before, self.ctx.config.upkeep.batch_max).await?;
        Ok(tx.commit().await?)
    }

    /// Counts of hours that no page shows any more.
    async fn end_hours(&self) -> anyhow::Result<()> {
        let keep_ms = self.ctx.config.operations.hours_keep_days * 86_400_000;
        let mut tx = self.ctx.store.begin().await?;
        tx.delete_hour_counts(self.ctx.clock.now_ms() - keep_ms).await?;
        Ok(tx.commit().await?)
    }

    /// Deliveries whose time has come are due.
    async fn wake(&self) -> anyhow::Result<usize> {
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        let mut deliveries = tx.waiting_deliveries(self.ctx.config.upkeep.batch_max).await?;
        for delivery in &mut deliveries {
            delivery.apply(Event::FallDue, now)?;
            enqueue_due(&mut tx, delivery)?;
        }
        let count = deliveries.len();
        if count > 0 {
            tx.save_deliveries(&deliveries).await?;
            tx.commit().await?;
        }
        Ok(count)
    }

    /// Deliveries whose courier vanished are tried again soon: it may have sent them.
    async fn end_leases(&self) -> anyhow::Result<usize> {
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        let mut deliveries = tx.expired_deliveries(self.ctx.config.upkeep.batch_max).await?;
        let mut events = Vec::new();
        for delivery in &mut deliveries {
            delivery.apply(Event::LeaseExpired { retry_at: now }, now)?;
            delivery.end_if_withdrawn(now);
            delivery.second_copy = true;
            events.push(NewEvent::about(delivery, "delivery.lease_expired"));
        }
        let count = deliveries.len();
        if count > 0 {
            tracing::warn!(count, "couriers vanished with deliveries; they are tried again");
            tx.save_deliveries(&deliveries).await?;
            let behind = followers::authorities_behind(&deliveries);
            events.extend(followers::release(&self.ctx, &mut tx, &behind).await?);
            tx.append(&events).await?;
            tx.commit().await?;
        }
        Ok(count)
    }

    async fn wake_notices(&self) -> anyhow::Result<usize> {
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        let mut rows = tx.open_notices(self.ctx.config.upkeep.batch_max).await?;
        for notice in &mut rows {
            "due".clone_into(&mut notice.state);
            notice.turn += 1;
            (notice.next_attempt_at, notice.lease_until) = (None, None);
            notice.updated_at = now;
            notices::enqueue(&mut tx, notice)?;
        }
        let count = rows.len();
        if count > 0 {
            tx.save_notices(&rows).await?;
            tx.commit().await?;
        }
        Ok(count)
    }

    /// Poison messages of the broker become rows that a page shows.
    async fn take_dead_letters(&mut self) -> anyhow::Result<()> {
        let Some(batch) = self.dead.try_next(100) else { return Ok(()) };
        let reason = |m: &Incoming| m.reason.clone().unwrap_or_else(|| "rejected".to_owned());
        let rows: Vec<_> = batch
            .messages
            .iter()
            .map(|m| dead_letter(&self.ctx, m, "poison", &reason(m)))
            .collect();
        match self.keep_dead_letters(&rows).await {
            Ok(()) => {
                tell_of_dead(&self.ctx, &rows);
                self.dead.done(batch).await;
            }
            Err(error) => self.dead.failed(&self.ctx, batch, &error.into()).await,
        }
        Ok(())
    }

    async fn keep_dead_letters(&self, rows: &[DeadLetterRow]) -> Result<(), StoreError> {
        let mut tx = self.ctx.store.begin().await?;
        tx.insert_dead_letters(rows).await?;
        tx.commit().await
    }

    async fn count(&self) -> anyhow::Result<()> {
        let open = self.ctx.store.backlog().await?;
        let metrics = &self.ctx.metrics;
        metrics.set_backlog("outbox", open.outbox);
        metrics.set_backlog("unrouted", open.unrouted);
        metrics.set_backlog("unplanned", open.unplanned);
        metrics.set_backlog("notices", open.open_notices);
        metrics.set_backlog("dead_letters", open.dead_letters);
        for (what, ms) in open.ages(self.ctx.clock.now_ms()) {
            metrics.set_oldest(what, ms);
        }
        let scans = self.ctx.store.count_scans().await?;
        metrics.set_backlog("scans", scans.pending);
        metrics.set_backlog("infected", scans.infected);
        let lanes = self.ctx.store.lanes().await?;
        for state in TROUBLES {
            metrics.set_lanes(state, lanes.iter().filter(|lane| lane.state() == state).count());
        }
        Ok(())
    }
}

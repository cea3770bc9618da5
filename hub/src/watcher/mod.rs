//! Watcher: tells people what they have to know of, when it begins and when it is over.
//!
//! Reads `lanes`, `deliveries`, `probes` and the backlog; writes `watches` and `alerts`. Each look
//! compares what is so with the rows kept; what began and what ended becomes one mail, once a short
//! time has gathered it, so that a storm is a mail. A look that another process overtook leaves no
//! trace, and time does not run back between looks ([`crate::watch::moment`]).

mod alert;
mod find;
mod survey;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use schemas::DeliveryId;

use crate::context::{Context, day_in_japan};
use crate::heart;
use crate::store::{Look, ProcessRow, StoreError};
use crate::watch::{Found, Kind, compare, moment};

pub use alert::Told;
pub use survey::Surveyor;

/// Watches.
pub struct Watcher {
    ctx: Arc<Context>,
    /// The ends of the last days of what was not delivered at the last look: they never change.
    deadlines: HashMap<DeliveryId, Vec<i64>>,
    /// Since when each look has come to its end, in milliseconds.
    steady_since: i64,
}

impl Watcher {
    /// A watcher; its gauges are there, at 0, before its first look.
    pub fn new(ctx: Arc<Context>) -> Self {
        for kind in Kind::ALL {
            ctx.metrics.set_watches(kind.as_str(), 0);
        }
        let steady_since = ctx.clock.now_ms();
        Self { ctx, deadlines: HashMap::new(), steady_since }
    }

    /// Until the stop: a look, the mails that are due, then a rest.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        let rest = Duration::from_millis(self.ctx.config.watches.look_ms);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
            if let Err(error) = self.step().await {
                self.steady_since = self.ctx.clock.now_ms();
                tracing::error!(%error, "nothing was watched; trying again");
            }
        }
    }

    /// One look, and the mails that are due. Tells how much began, changed or was sent.
    pub async fn step(&mut self) -> Result<usize, StoreError> {
        let changed = self.look().await?;
        let sent = alert::send(&self.ctx).await?;
        let counts: HashMap<Kind, i64> =
            self.ctx.store.count_watches().await?.into_iter().collect();
        for kind in Kind::ALL {
            let count = counts.get(&kind).copied().unwrap_or_default();
            self.ctx.metrics.set_watches(kind.as_str(), count);
        }
        Ok(changed + sent)
    }

    async fn look(&mut self) -> Result<usize, StoreError> {
        let (ctx, settings) = (Arc::clone(&self.ctx), &self.ctx.config.watches);
        let seen = ctx.store.watch_look().await?;
        let (now, skew) = moment(ctx.clock.now_ms(), seen.looked_at, settings.skew_ms);
        let (settle_ms, keep_ms) = (settings.settle_ms, settings.keep_days * 86_400_000);
        let addresses = self.addresses(now).await?;
        let mut found = find::all(&ctx, &mut self.deadlines, now).await?;
        // While the store was away nobody could say that it lives.
        if ctx.clock.now_ms() - self.steady_since > ctx.config.processes.silent_ms {
            found.extend(find::roles(&ctx, now).await?);
        }
        if let Some(ms) = skew {
            tracing::error!(ms, "another process's clock is ahead of this one's; set them right");
            found.push(Found::of_hub(Kind::ClockSkew, ("", now), format!("{ms} ms")));
        }
        let gone = self.gone(now).await?;
        let mut tx = ctx.store.begin().await?;
        // What another process has seen meanwhile is newer than what this one read.
        if tx.lock_watch_look().await? != seen {
            return Ok(0);
        }
        tx.save_watch_look(Look { number: seen.number + 1, looked_at: now }).await?;
        let changes = compare(tx.open_watches().await?, found, (now, settle_ms), || ctx.clock.id());
        tx.insert_watches(&changes.begun).await?;
        tx.save_watches(&changes.changed).await?;
        alert::gather(&ctx, (&mut tx, &addresses), now).await?;
        tx.delete_processes(&gone).await?;
        tx.delete_old_watches(now - keep_ms, ctx.config.upkeep.batch_max).await?;
        tx.commit().await?;
        Ok(changes.begun.len() + changes.changed.len())
    }

    /// Processes that nobody needs to hear of any more.
    async fn gone(&self, now: i64) -> Result<Vec<ProcessRow>, StoreError> {
        let settings = &self.ctx.config.processes;
        let times = (settings.silent_ms, settings.keep_minutes * 60_000);
        Ok(heart::forgotten(&self.ctx.store.processes().await?, now, times))
    }

    /// Where mails go, by whom they are for.
    async fn addresses(&self, now: i64) -> Result<BTreeMap<String, String>, StoreError> {
        let ctx = &self.ctx;
        let mut all = BTreeMap::new();
        if ctx.config.watches.tell_authorities {
            let rows = ctx.store.contacts_on(day_in_japan(now), None).await?.into_iter();
            all.extend(rows.filter_map(|row| Some((row.authority.to_string(), row.mail?))));
        }
        let operations = &ctx.config.reminders.operations_mail;
        if !operations.is_empty() {
            all.insert(alert::OPERATIONS.to_owned(), operations.clone());
        }
        Ok(all)
    }
}

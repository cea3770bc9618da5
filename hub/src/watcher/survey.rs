//! Surveyor: looks at endpoints before a filing finds out: whether they answer, and when their
//! certificates end. What it finds stands in `probes`, from which the watcher reads.
//!
//! A stage of its own, because a look at a dead endpoint takes its time. A look leaves nothing at
//! the far side. All endpoints are looked at now and then, those in trouble often.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use schemas::{AuthorityId, Channel};

use crate::context::Context;
use crate::lane::Breaker;
use crate::store::{ProbeRow, StoreError};

/// Endpoints looked at at once.
const AT_ONCE: usize = 16;

/// Endpoints looked at in one step.
const BATCH_MAX: usize = 64;

/// Looks at endpoints.
pub struct Surveyor {
    ctx: Arc<Context>,
}

impl Surveyor {
    /// A surveyor.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx }
    }

    /// Until the stop: some looks, then a rest.
    pub async fn run(self) {
        let stop = self.ctx.stop.clone();
        let rest = Duration::from_millis(self.ctx.config.watches.look_ms);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
            if let Err(error) = self.step().await {
                tracing::error!(%error, "endpoints were not looked at; trying again");
            }
        }
    }

    /// A look at each endpoint that is due, up to one batch. Tells how many.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let taken = self.take().await?;
        let count = taken.len();
        let looks = taken.into_iter().map(|row| self.look(row));
        let rows: Vec<ProbeRow> =
            futures::stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        if count > 0 {
            let mut tx = self.ctx.store.begin().await?;
            tx.save_probes(&rows).await?;
            tx.commit().await?;
        }
        Ok(count)
    }

    /// What is due; its next look is set, so that no other process looks too.
    async fn take(&self) -> Result<Vec<ProbeRow>, StoreError> {
        let ctx = &self.ctx;
        let (now, settings) = (ctx.clock.now_ms(), &ctx.config.watches);
        if settings.probe_hours == 0 {
            return Ok(Vec::new());
        }
        let (seldom, often) =
            (settings.probe_hours * 3_600_000, settings.probe_minutes.max(1) * 60_000);
        let lanes = ctx.store.lanes().await?.into_iter();
        let failing: HashSet<(AuthorityId, Channel)> = lanes
            .filter(|lane| lane.breaker != Breaker::Closed)
            .map(|lane| (lane.authority, lane.channel))
            .collect();
        let directory = ctx.directory.load_full();
        let known_to_all = directory.all().map(|(code, it)| (code, it.channel()));
        let endpoints: HashSet<(AuthorityId, Channel)> = known_to_all
            .filter(|(_, channel)| matches!(channel, Channel::Api | Channel::Sftp))
            .collect();
        let mut tx = ctx.store.begin().await?;
        // Between the reading and the writing nobody else takes any.
        tx.lock_watch_look().await?;
        let (known, gone): (Vec<_>, Vec<_>) = ctx
            .store
            .probes()
            .await?
            .into_iter()
            .partition(|row| endpoints.contains(&(row.authority, row.channel)));
        tx.delete_probes(&gone).await?;
        let mut known: HashMap<_, _> =
            known.into_iter().map(|row| ((row.authority, row.channel), row)).collect();
        let rows = endpoints.iter().map(|key| known.remove(key).unwrap_or_else(|| fresh(*key)));
        let mut due: Vec<ProbeRow> = rows
            .filter(|row| {
                let in_trouble = failing.contains(&(row.authority, row.channel));
                let soon = row.looked_at.map_or(0, |at| at + often);
                row.next_at <= now || (in_trouble && soon <= now && row.next_at > now + often)
            })
            .collect();
        due.sort_by_key(|row| (row.next_at, row.authority, row.channel));
        due.truncate(BATCH_MAX);
        for row in &mut due {
            let in_trouble = row.code.is_some() || failing.contains(&(row.authority, row.channel));
            row.next_at = now + if in_trouble { often } else { seldom };
        }
        tx.save_probes(&due).await?;
        tx.commit().await?;
        Ok(due)
    }

    async fn look(&self, mut row: ProbeRow) -> ProbeRow {
        let directory = self.ctx.directory.load_full();
        let Some(endpoint) = directory.endpoint(row.authority, row.channel) else { return row };
        let probe = self.ctx.adapters.get(row.channel).probe(endpoint).await;
        let now = self.ctx.clock.now_ms();
        row.looked_at = Some(now);
        row.code = probe.why.filter(|_| !probe.ok).map(|why| why.code);
        row.failing_since = row.code.is_some().then(|| row.failing_since.unwrap_or(now));
        // One that did not answer shows no certificate; the one of before still ends then.
        row.expires_at = probe.expires.map(Timestamp::as_millisecond).or(row.expires_at);
        if row.code.is_some() {
            let often = self.ctx.config.watches.probe_minutes.max(1) * 60_000;
            row.next_at = row.next_at.min(now + often);
        }
        row
    }
}

/// An endpoint that nobody has looked at.
fn fresh((authority, channel): (AuthorityId, Channel)) -> ProbeRow {
    ProbeRow {
        authority,
        channel,
        next_at: 0,
        looked_at: None,
        code: None,
        failing_since: None,
        expires_at: None,
    }
}

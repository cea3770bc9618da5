//! Prober: looks whether the endpoints of suspended lanes answer again.
//!
//! Reads `lanes` and probes, which leaves nothing at the far side. Where an endpoint answers, the
//! oldest delivery that its lane holds goes out; when it arrives the suspension ends, and upkeep
//! lets go of the rest. A stage of its own, because a look at a dead endpoint takes its time.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use schemas::{AuthorityId, Channel};
use serde_json::json;

use crate::context::Context;
use crate::lane::{Breaker, LANE_SUSPENDED, Lane};
use crate::store::Tx;
use crate::upkeep::release;

/// Endpoints looked at at once.
const AT_ONCE: usize = 16;

/// Looks at suspended lanes.
pub struct Prober {
    ctx: Arc<Context>,
}

impl Prober {
    /// A prober.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx }
    }

    /// Until the stop: a look at each, then a rest.
    pub async fn run(self) {
        let stop = self.ctx.stop.clone();
        let rest = u64::try_from(self.ctx.config.upkeep.collect_ms).unwrap_or(60_000);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(rest)) => {}
            }
            if let Err(error) = self.step().await {
                tracing::error!(%error, "suspended lanes were not looked at; trying again");
            }
        }
    }

    /// One look at each suspended lane whose rest is over. Tells how many answered.
    pub async fn step(&self) -> anyhow::Result<usize> {
        let looks = self.take().await?.into_iter().map(|lane| self.look(lane));
        let answers: Vec<_> =
            futures::stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        let answers = answers.into_iter().collect::<anyhow::Result<Vec<bool>>>()?;
        Ok(answers.into_iter().filter(|answers| *answers).count())
    }

    /// The lanes to look at; their next rest begins, so that no other process looks too.
    async fn take(&self) -> anyhow::Result<Vec<(AuthorityId, Channel)>> {
        let (policy, now) = (&self.ctx.config.lane, self.ctx.clock.now_ms());
        let lanes = self.ctx.store.lanes().await?;
        let due = lanes.iter().filter(|lane| lane.needs_look(policy, now));
        let due: Vec<_> = due.map(|lane| (lane.authority, lane.channel)).collect();
        if due.is_empty() {
            return Ok(due);
        }
        let mut tx = self.ctx.store.begin().await?;
        let mut lanes = lock(&mut tx, &due).await?;
        lanes.retain(|lane| lane.needs_look(policy, now));
        for lane in &mut lanes {
            lane.breaker = Breaker::Open;
            lane.open_until = Some(now + policy.open_ms_max);
            lane.updated_at = now;
        }
        tx.save_lanes(&lanes).await?;
        tx.commit().await?;
        Ok(lanes.iter().map(|lane| (lane.authority, lane.channel)).collect())
    }

    async fn look(&self, (authority, channel): (AuthorityId, Channel)) -> anyhow::Result<bool> {
        let directory = self.ctx.directory.load_full();
        // Where a channel was taken away, its deliveries find that out and go over the next.
        if let Some(endpoint) = directory.endpoint(authority, channel) {
            let probe = self.ctx.adapters.get(channel).probe(endpoint).await;
            if !probe.ok {
                return Ok(false);
            }
        }
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        let mut lanes = lock(&mut tx, &[(authority, channel)]).await?;
        lanes.retain(|lane| lane.suspended_at.is_some());
        for lane in &mut lanes {
            lane.try_again(now);
        }
        tx.save_lanes(&lanes).await?;
        tx.commit().await?;
        release(&self.ctx, (authority, Some(channel)), (LANE_SUSPENDED, None), 1).await?;
        Ok(true)
    }
}

/// Lanes that are known, locked against couriers.
async fn lock(tx: &mut Tx, lanes: &[(AuthorityId, Channel)]) -> anyhow::Result<Vec<Lane>> {
    tx.lock_lanes().await?;
    let args: Vec<_> = lanes.iter().map(|(a, c)| json!({"authority": a, "channel": c})).collect();
    Ok(tx.lane_loads(&args).await?.into_iter().filter_map(|load| load.lane).collect())
}

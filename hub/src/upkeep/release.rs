//! Holds that end: the authority is ready, the lane is back, the try before is over.

use std::collections::HashSet;

use schemas::{AuthorityId, Channel, FilingKind};

use super::Upkeep;
use crate::context::{Context, day_in_japan};
use crate::delivery::{Event, WAITS_FOR_PREDECESSOR};
use crate::followers;
use crate::lane::LANE_SUSPENDED;
use crate::store::NewEvent;

/// Reasons for which a delivery is held until the authority is ready, with the code of the hold.
const NOT_READY: [&str; 4] =
    ["authority_not_prepared", "authority_closed", "authority_exempt", "authority_kind_not_taken"];

impl Upkeep {
    /// All kinds of holds that end by themselves.
    pub(super) async fn release_held(&self) -> anyhow::Result<()> {
        self.release_ready().await?;
        self.release_recovered().await?;
        self.release_followers().await
    }

    /// Holds of authorities that have become ready end, the oldest first, paced; of kinds that are
    /// not taken they go on.
    async fn release_ready(&self) -> anyhow::Result<()> {
        let day = day_in_japan(self.ctx.clock.now_ms());
        let limit = self.ctx.config.upkeep.batch_max;
        let master = self.ctx.master();
        for code in NOT_READY {
            for authority in self.ctx.store.held_authorities(code).await? {
                let Some(body) = master.body(authority, day) else { continue };
                let takes = |kind: &FilingKind| body.reception.readiness(*kind).is_ready();
                let kinds: Vec<_> = FilingKind::ALL.iter().copied().filter(takes).collect();
                if !kinds.is_empty() {
                    let some = (kinds.len() < FilingKind::ALL.len()).then_some(kinds.as_slice());
                    release(&self.ctx, (authority, None), (code, some), limit).await?;
                }
            }
        }
        Ok(())
    }

    /// Holds of lanes that are not suspended any more end in the same way.
    async fn release_recovered(&self) -> anyhow::Result<()> {
        let authorities = self.ctx.store.held_authorities(LANE_SUSPENDED).await?;
        if authorities.is_empty() {
            return Ok(());
        }
        let lanes = self.ctx.store.lanes().await?;
        let suspended = lanes.iter().filter(|lane| lane.suspended_at.is_some());
        let suspended: HashSet<_> = suspended.map(|lane| (lane.authority, lane.channel)).collect();
        let limit = self.ctx.config.upkeep.batch_max;
        for authority in authorities {
            for channel in Channel::ALL {
                if !suspended.contains(&(authority, *channel)) {
                    let of = (authority, Some(*channel));
                    release(&self.ctx, of, (LANE_SUSPENDED, None), limit).await?;
                }
            }
        }
        Ok(())
    }

    /// What waits for a try that is over and recorded: its release was cut short.
    async fn release_followers(&self) -> anyhow::Result<()> {
        let waiting = self.ctx.store.held_authorities(WAITS_FOR_PREDECESSOR).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let authorities = waiting.into_iter().collect();
        let mut tx = self.ctx.store.begin().await?;
        let events = followers::release(&self.ctx, &mut tx, &authorities).await?;
        if !events.is_empty() {
            tx.append(&events).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Ends holds with the given reason, of an authority or of one of its lanes, of some kinds or of
/// all, the oldest first, spread over time so that an authority that comes back is not flooded.
/// Tells how many; when it is the limit there may be more.
pub async fn release(
    ctx: &Context,
    of: (AuthorityId, Option<Channel>),
    held: (&str, Option<&[FilingKind]>),
    limit: usize,
) -> anyhow::Result<usize> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut held = tx.held_deliveries(of, held, limit).await?;
    let spacing = 1_000 / ctx.config.upkeep.release_per_second.max(1);
    let mut events = Vec::new();
    let mut at = now;
    for delivery in &mut held {
        delivery.apply(Event::Release { at }, now)?;
        at += spacing;
        events.push(NewEvent::about(delivery, "delivery.released"));
    }
    if !held.is_empty() {
        tx.save_deliveries(&held).await?;
        tx.append(&events).await?;
        tx.commit().await?;
        ctx.hurry.notify_one();
    }
    Ok(held.len())
}

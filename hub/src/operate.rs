//! What operations staff do by hand, from the command line or the HTTP interface.

use schemas::{AuthorityId, Channel, DeliveryId};
use serde_json::json;

use crate::context::Context;
use crate::delivery::Event;
use crate::lane::{LANE_SUSPENDED, Lane};
use crate::review::ReviewProblem;
use crate::store::{NewEvent, Tx};
use crate::upkeep::release;
use crate::work::enqueue_due;

/// Starts a waiting, held or failed delivery anew, with a fresh count of tries.
pub async fn retry(ctx: &Context, id: DeliveryId) -> Result<(), ReviewProblem> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut delivery =
        tx.lock_deliveries(&[id]).await?.pop().ok_or(ReviewProblem::NotFound("delivery"))?;
    delivery.apply(Event::Redrive, now)?;
    delivery.tries = 0;
    delivery.channel_since = now;
    enqueue_due(&mut tx, &delivery)?;
    tx.append(&[NewEvent::about(&delivery, "delivery.redriven")]).await?;
    tx.save_deliveries(&[delivery]).await?;
    Ok(tx.commit().await?)
}

async fn lane(tx: &mut Tx, a: AuthorityId, c: Channel) -> Result<Lane, ReviewProblem> {
    tx.lock_lanes().await?;
    let loads = tx.lane_loads(&[json!({"authority": a, "channel": c})]).await?;
    let known = loads.into_iter().next().and_then(|load| load.lane);
    Ok(known.unwrap_or_else(|| Lane::fresh(a, c)))
}

/// Pauses a lane: its deliveries are held from now on.
pub async fn pause(
    ctx: &Context,
    authority: AuthorityId,
    channel: Channel,
    why: &str,
) -> Result<(), ReviewProblem> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut lane = lane(&mut tx, authority, channel).await?;
    lane.paused_at = Some(now);
    lane.paused_why = Some(why.to_owned());
    lane.updated_at = now;
    tx.save_lanes(&[lane]).await?;
    Ok(tx.commit().await?)
}

/// Limits of one lane, in place of those for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Deliveries at once, from 1.
    pub cap: Option<i32>,
    /// Deliveries a minute; 0: no limit.
    pub per_minute: Option<i32>,
    /// Deliveries that may go together, from 1.
    pub burst: Option<i32>,
}

/// Gives a lane limits of its own; one that is not given is the one for all again. What waits for
/// its turn already keeps it.
pub async fn limit(
    ctx: &Context,
    authority: AuthorityId,
    channel: Channel,
    limits: Limits,
) -> Result<(), ReviewProblem> {
    let mut tx = ctx.store.begin().await?;
    let mut lane = lane(&mut tx, authority, channel).await?;
    (lane.cap, lane.per_minute, lane.burst) = (limits.cap, limits.per_minute, limits.burst);
    (lane.next_free_at, lane.line_ends_at) = (None, None);
    lane.updated_at = ctx.clock.now_ms();
    tx.save_lanes(&[lane]).await?;
    Ok(tx.commit().await?)
}

/// Resumes a lane that is paused or suspended: what it held goes out in order, paced. Tells
/// how many.
pub async fn resume(
    ctx: &Context,
    authority: AuthorityId,
    channel: Channel,
) -> Result<usize, ReviewProblem> {
    let mut tx = ctx.store.begin().await?;
    let mut lane = lane(&mut tx, authority, channel).await?;
    lane.resume(ctx.clock.now_ms());
    tx.save_lanes(&[lane]).await?;
    tx.commit().await?;
    let (of, limit) = ((authority, Some(channel)), ctx.config.upkeep.batch_max);
    let mut count = 0;
    for code in ["lane_paused", LANE_SUSPENDED] {
        loop {
            let released = release(ctx, of, code, limit).await?;
            count += released;
            if released < limit {
                break;
            }
        }
    }
    Ok(count)
}

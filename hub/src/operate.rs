//! What operations staff do by hand, from a page, the command line or the HTTP interface. Each act
//! is recorded with who did it and why (`store/staff_acts.rs`).

pub mod delivery;
pub mod erasure;
pub mod ladder;
pub mod master;
pub mod proposal;
pub mod redrive;
pub mod replay;
pub mod reroute;
pub mod statement;

use schemas::{AuthorityId, Channel, DeliveryId};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::context::Context;
use crate::lane::{LANE_SUSPENDED, Lane};
use crate::review::ReviewProblem;
use crate::store::{StaffAct, StoreError, Tx};
use crate::upkeep::release;
use crate::work::start_anew;

/// Who does something by hand, and why.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Why, in their words.
    pub why: &'a str,
}

impl<'a> By<'a> {
    /// Their reason, where one is asked for.
    fn reason(&self, ctx: &Context) -> Result<&'a str, ReviewProblem> {
        let (why, most) = (self.short(ctx)?, ctx.config.operations.reason_chars_max);
        if why.is_empty() {
            return Err(ReviewProblem::Reason(format!("say why, in 1 to {most} characters")));
        }
        Ok(why)
    }

    /// What they say, which may be nothing.
    fn short(&self, ctx: &Context) -> Result<&'a str, ReviewProblem> {
        let (why, most) = (self.why.trim(), ctx.config.operations.reason_chars_max);
        if why.chars().count() > most {
            let setting = "operations.reason_chars_max";
            return Err(ReviewProblem::Reason(format!(
                "a reason has at most {most} characters ({setting})"
            )));
        }
        Ok(why)
    }

    async fn record(
        &self,
        tx: &mut Tx,
        (what, subject): (&'static str, String),
        (was, became): (Value, Value),
    ) -> Result<(), StoreError> {
        let Actor { person, name } = self.actor;
        let why = self.why.trim();
        tx.record(StaffAct { person, name, what, subject, why, was, became }).await
    }
}

/// What the record of acts calls a lane.
pub fn lane_subject(authority: AuthorityId, channel: Channel) -> String {
    format!("lane:{authority}/{channel}")
}

/// What it calls a delivery.
pub fn delivery_subject(id: DeliveryId) -> String {
    format!("delivery:{id}")
}

/// Starts a waiting, held or failed delivery anew, with a fresh count of tries.
pub async fn retry(ctx: &Context, id: DeliveryId, by: By<'_>) -> Result<(), ReviewProblem> {
    by.reason(ctx)?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut delivery =
        tx.lock_deliveries(&[id]).await?.pop().ok_or(ReviewProblem::NotFound("delivery"))?;
    let was = json!({"state": delivery.state.as_str(), "tries": delivery.tries,
                     "why": delivery.state.why().map(|why| &why.code)});
    let event = start_anew(&mut tx, &mut delivery, now)??;
    tx.append(&[event]).await?;
    let became = json!({"state": delivery.state.as_str(), "tries": 0});
    tx.save_deliveries(&[delivery]).await?;
    by.record(&mut tx, ("delivery.retry", delivery_subject(id)), (was, became)).await?;
    Ok(tx.commit().await?)
}

/// A message that could not be worked on has been dealt with: it is counted no more.
pub async fn settle(ctx: &Context, id: Uuid, by: By<'_>) -> Result<(), ReviewProblem> {
    by.reason(ctx)?;
    let mut tx = ctx.store.begin().await?;
    let letter = tx.dead_letter(id).await?.ok_or(ReviewProblem::NotFound("dead letter"))?;
    let subject = format!("dead_letter:{id}");
    if !tx.settle_dead_letter(id).await? {
        drop(tx);
        return Err(overtaken(ctx, &subject, "it is settled already").await?);
    }
    let was = json!({"queue": letter.queue, "reason": letter.reason});
    let became = json!({"settled": true});
    by.record(&mut tx, ("dead_letter.settle", subject), (was, became)).await?;
    Ok(tx.commit().await?)
}

/// What someone is told who comes second: who was first, when and why.
async fn overtaken(ctx: &Context, subject: &str, what: &str) -> Result<ReviewProblem, StoreError> {
    let first = ctx.store.staff_acts(Some(subject), i64::MAX, 1).await?.pop();
    let first = first.map(|act| {
        let at = jiff::Timestamp::from_millisecond(act.at).unwrap_or_default();
        format!(", by {} at {at}: {}", act.name, act.why)
    });
    Ok(ReviewProblem::Overtaken(format!("{what}{}", first.unwrap_or_default())))
}

async fn lane(tx: &mut Tx, a: AuthorityId, c: Channel) -> Result<Lane, ReviewProblem> {
    tx.lock_lanes().await?;
    let loads = tx.lane_loads(&[json!({"authority": a, "channel": c})]).await?;
    let known = loads.into_iter().next().and_then(|load| load.lane);
    Ok(known.unwrap_or_else(|| Lane::fresh(a, c)))
}

/// Pauses a lane: its deliveries are held from now on. One that is paused already stays as it is.
pub async fn pause(
    ctx: &Context,
    (authority, channel): (AuthorityId, Channel),
    by: By<'_>,
) -> Result<(), ReviewProblem> {
    let why = by.reason(ctx)?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut lane = lane(&mut tx, authority, channel).await?;
    let subject = lane_subject(authority, channel);
    if lane.paused_at.is_some() {
        drop(tx);
        return Err(overtaken(ctx, &subject, "this lane is paused already").await?);
    }
    let was = json!({"state": lane.state()});
    lane.paused_at = Some(now);
    lane.paused_why = Some(why.to_owned());
    lane.updated_at = now;
    let became = json!({"state": lane.state()});
    tx.save_lanes(&[lane]).await?;
    by.record(&mut tx, ("lane.pause", subject), (was, became)).await?;
    Ok(tx.commit().await?)
}

/// Limits of one lane, in place of those for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
    (authority, channel): (AuthorityId, Channel),
    limits: Limits,
    by: By<'_>,
) -> Result<(), ReviewProblem> {
    by.short(ctx)?;
    let mut tx = ctx.store.begin().await?;
    let mut lane = lane(&mut tx, authority, channel).await?;
    let was = Limits { cap: lane.cap, per_minute: lane.per_minute, burst: lane.burst };
    (lane.cap, lane.per_minute, lane.burst) = (limits.cap, limits.per_minute, limits.burst);
    (lane.next_free_at, lane.line_ends_at) = (None, None);
    lane.updated_at = ctx.clock.now_ms();
    tx.save_lanes(&[lane]).await?;
    let subject = lane_subject(authority, channel);
    by.record(&mut tx, ("lane.limit", subject), (json!(was), json!(limits))).await?;
    Ok(tx.commit().await?)
}

/// Resumes a lane that is paused or suspended: what it held goes out in order, paced. Tells
/// how many. `seen` is since when it was paused for whoever decided this, in milliseconds: a later
/// pause is another's, and stays.
pub async fn resume(
    ctx: &Context,
    (authority, channel): (AuthorityId, Channel),
    seen: Option<i64>,
    by: By<'_>,
) -> Result<usize, ReviewProblem> {
    by.short(ctx)?;
    let mut tx = ctx.store.begin().await?;
    let mut lane = lane(&mut tx, authority, channel).await?;
    let subject = lane_subject(authority, channel);
    if seen.is_some_and(|seen| lane.paused_at.is_some_and(|at| at != seen)) {
        drop(tx);
        return Err(overtaken(ctx, &subject, "this lane was paused again since").await?);
    }
    let was = json!({"state": lane.state(), "paused_why": lane.paused_why});
    lane.resume(ctx.clock.now_ms());
    let became = json!({"state": lane.state()});
    tx.save_lanes(&[lane]).await?;
    by.record(&mut tx, ("lane.resume", subject), (was, became)).await?;
    tx.commit().await?;
    let (of, limit) = ((authority, Some(channel)), ctx.config.upkeep.batch_max);
    let mut count = 0;
    for code in ["lane_paused", LANE_SUSPENDED] {
        loop {
            let released = release(ctx, of, (code, None), limit).await?;
            count += released;
            if released < limit {
                break;
            }
        }
    }
    Ok(count)
}

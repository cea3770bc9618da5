//! Redrives: many deliveries that staff start anew together.
//!
//! A preview freezes which they are and tells what they touch. Who starts it says why; a large one
//! begins only when somebody else has approved it. Upkeep then starts its deliveries at a pace
//! (`upkeep/redrive.rs`), each as by hand, until none is left or somebody ends it.

use std::collections::HashMap;

use schemas::DeliveryId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{By, overtaken};
use crate::actor::Actor;
use crate::context::Context;
use crate::judgement::nearest_deadline;
use crate::review::ReviewProblem;
use crate::store::{
    Choice, Chosen, ItemState, ParcelRow, RedriveItemRow, RedriveRow, RedriveState, StoreError,
};

/// Filings that are asked for their deadlines at once.
const AT_ONCE: usize = 500;

const DAY_MS: i64 = 86_400_000;

/// Why there is no redrive, or it does not go on.
#[derive(Debug, thiserror::Error)]
pub enum RedriveProblem {
    /// The choice is empty.
    #[error("nothing that is not delivered and has a cause fits this choice")]
    Nothing,
    /// The choice is too large.
    #[error(
        "more than {0} deliveries fit this choice (operations.redrive_items_max); choose fewer, by \
         authority, channel or time"
    )]
    TooMany(usize),
    /// It needs a second person.
    #[error(
        "{name} started it, and it has more than {alone_max} deliveries \
         (operations.redrive_alone_max): somebody else of operations' staff has to approve it"
    )]
    SamePerson {
        /// Who started it.
        name: String,
        /// Deliveries that one person may start alone.
        alone_max: usize,
    },
    /// As with all that staff do.
    #[error(transparent)]
    Act(#[from] ReviewProblem),
}

impl From<StoreError> for RedriveProblem {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

/// What the record of acts calls a redrive.
pub fn redrive_subject(id: Uuid) -> String {
    format!("redrive:{id}")
}

/// Freezes what a choice names at this moment; nothing is sent.
pub async fn preview(
    ctx: &Context,
    choice: &Choice,
    actor: &Actor,
) -> Result<RedriveRow, RedriveProblem> {
    let (now, id) = (ctx.clock.now_ms(), ctx.clock.id());
    let most = ctx.config.operations.redrive_items_max;
    let chosen = ctx.store.choose_troubled(choice, most.saturating_add(1)).await?;
    if chosen.is_empty() {
        return Err(RedriveProblem::Nothing);
    }
    if chosen.len() > most {
        return Err(RedriveProblem::TooMany(most));
    }
    let items = frozen(ctx, id, &chosen, now).await?;
    let row = summed(ctx, (id, choice, actor), &items, now);
    let mut tx = ctx.store.begin().await?;
    tx.insert_redrive(&row, &items).await?;
    tx.commit().await?;
    Ok(row)
}

/// What is in it, each with the deadline that it touches.
async fn frozen(
    ctx: &Context,
    redrive_id: Uuid,
    chosen: &[Chosen],
    now: i64,
) -> Result<Vec<RedriveItemRow>, StoreError> {
    let mut items = Vec::with_capacity(chosen.len());
    for (place, it) in (1..).zip(chosen) {
        items.push(RedriveItemRow {
            redrive_id,
            place,
            delivery_id: it.id,
            cause: it.cause.clone(),
            doubtful: it.doubtful,
            due_at: None,
            state: ItemState::Left,
            found: None,
        });
    }
    for (items, chosen) in items.chunks_mut(AT_ONCE).zip(chosen.chunks(AT_ONCE)) {
        let ids: Vec<DeliveryId> = chosen.iter().map(|it| it.id).collect();
        let parcels = ctx.store.parcels(&ids).await?;
        let parcels: HashMap<DeliveryId, ParcelRow> =
            parcels.into_iter().map(|parcel| (parcel.id, parcel)).collect();
        for (item, it) in items.iter_mut().zip(chosen) {
            let parcel = parcels.get(&it.id);
            item.due_at = parcel.and_then(|of| nearest_deadline(ctx, of, it.authority, now));
        }
    }
    Ok(items)
}

fn summed(
    ctx: &Context,
    (id, choice, actor): (Uuid, &Choice, &Actor),
    items: &[RedriveItemRow],
    now: i64,
) -> RedriveRow {
    let near_until = now + ctx.config.operations.redrive_near_days * DAY_MS;
    let count = |fits: &dyn Fn(&RedriveItemRow) -> bool| {
        i32::try_from(items.iter().filter(|it| fits(it)).count()).unwrap_or(i32::MAX)
    };
    RedriveRow {
        id,
        state: RedriveState::Previewed,
        cause: choice.cause.clone(),
        owner: choice.owner,
        authority: choice.authority,
        channel: choice.channel,
        from_at: choice.from_at,
        until_at: choice.until_at,
        items: count(&|_| true),
        doubtful: count(&|it| it.doubtful != 0),
        overdue: count(&|it| it.due_at.is_some_and(|at| at <= now)),
        near: count(&|it| it.due_at.is_some_and(|at| at > now && at <= near_until)),
        next_due: items.iter().filter_map(|it| it.due_at).filter(|at| *at > now).min(),
        done: 0,
        skipped: 0,
        why: String::new(),
        made_at: now,
        made_by: actor.person.clone(),
        made_name: actor.name.clone(),
        started_at: None,
        started_by: None,
        started_name: None,
        approved_at: None,
        approved_by: None,
        approved_name: None,
        next_at: None,
        ended_at: None,
    }
}

/// Whether one person may start it alone.
fn is_for_one(ctx: &Context, row: &RedriveRow) -> bool {
    usize::try_from(row.items).is_ok_and(|items| items <= ctx.config.operations.redrive_alone_max)
}

/// Starts what was previewed; a large one waits until somebody else has approved it.
pub async fn start(ctx: &Context, id: Uuid, by: By<'_>) -> Result<RedriveRow, RedriveProblem> {
    let why = by.reason(ctx)?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut row = tx.lock_redrive(id).await?.ok_or(ReviewProblem::NotFound("redrive"))?;
    if row.state != RedriveState::Previewed {
        drop(tx);
        return Err(too_late(ctx, &row).await);
    }
    let was = json!({"state": row.state});
    why.clone_into(&mut row.why);
    row.started_at = Some(now);
    row.started_by = Some(by.actor.person.clone());
    row.started_name = Some(by.actor.name.clone());
    if is_for_one(ctx, &row) {
        row.state = RedriveState::Running;
        row.next_at = Some(now);
    } else {
        row.state = RedriveState::Proposed;
    }
    let mut became = progress(&row);
    became["doubtful"] = json!(row.doubtful);
    became["choice"] = json!({"cause": row.cause, "owner": row.owner, "authority": row.authority,
                              "channel": row.channel, "from_at": row.from_at,
                              "until_at": row.until_at});
    tx.save_redrive(&row).await?;
    by.record(&mut tx, ("redrive.start", redrive_subject(id)), (was, became)).await?;
    tx.commit().await?;
    ctx.hurry.notify_one();
    Ok(row)
}

/// Lets a large one begin; never by who started it.
pub async fn approve(ctx: &Context, id: Uuid, by: By<'_>) -> Result<RedriveRow, RedriveProblem> {
    by.short(ctx)?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut row = tx.lock_redrive(id).await?.ok_or(ReviewProblem::NotFound("redrive"))?;
    if row.state != RedriveState::Proposed {
        drop(tx);
        return Err(too_late(ctx, &row).await);
    }
    if row.started_by.as_ref() == Some(&by.actor.person) {
        return Err(RedriveProblem::SamePerson {
            name: row.started_name.unwrap_or_default(),
            alone_max: ctx.config.operations.redrive_alone_max,
        });
    }
    let was = json!({"state": row.state, "started_by": row.started_by});
    row.approved_at = Some(now);
    row.approved_by = Some(by.actor.person.clone());
    row.approved_name = Some(by.actor.name.clone());
    row.state = RedriveState::Running;
    row.next_at = Some(now);
    tx.save_redrive(&row).await?;
    let became = progress(&row);
    by.record(&mut tx, ("redrive.approve", redrive_subject(id)), (was, became)).await?;
    tx.commit().await?;
    ctx.hurry.notify_one();
    Ok(row)
}

/// Ends one that is not over: what is left in it stays as it is.
pub async fn cancel(ctx: &Context, id: Uuid, by: By<'_>) -> Result<RedriveRow, RedriveProblem> {
    by.reason(ctx)?;
    let mut tx = ctx.store.begin().await?;
    let mut row = tx.lock_redrive(id).await?.ok_or(ReviewProblem::NotFound("redrive"))?;
    if row.state.is_over() {
        drop(tx);
        return Err(too_late(ctx, &row).await);
    }
    let was = json!({"state": row.state});
    row.state = RedriveState::Cancelled;
    row.next_at = None;
    row.ended_at = Some(ctx.clock.now_ms());
    tx.save_redrive(&row).await?;
    let became = progress(&row);
    by.record(&mut tx, ("redrive.cancel", redrive_subject(id)), (was, became)).await?;
    tx.commit().await?;
    Ok(row)
}

fn progress(row: &RedriveRow) -> Value {
    json!({"state": row.state, "deliveries": row.items, "started": row.done,
           "skipped": row.skipped, "left": row.left()})
}

/// What somebody is told who comes when it is another's turn: what it is, and who made it so.
async fn too_late(ctx: &Context, row: &RedriveRow) -> RedriveProblem {
    let what = match row.state {
        RedriveState::Previewed => "nobody has started it yet",
        RedriveState::Proposed => "it is started already, and waits for approval",
        RedriveState::Running => "it is under way already",
        RedriveState::Finished => "it is finished",
        RedriveState::Cancelled => "it was cancelled",
    };
    match overtaken(ctx, &redrive_subject(row.id), what).await {
        Ok(problem) => problem.into(),
        Err(error) => error.into(),
    }
}

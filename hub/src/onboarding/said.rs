//! What is said of a stage: that it is done, that it is not after all, or that its day is another;
//! by whom and why, on record.

use jiff::civil::Date;
use schemas::AuthorityId;
use serde_json::{Value, json};

use super::{Done, Stage, Standing, one};
use crate::actor::Actor;
use crate::context::{Context, day_in_japan};
use crate::store::{CheckRow, StaffAct, StageRow, StoreError, Tx};

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is done.
    Done,
    /// It is not done after all.
    Reopened,
    /// It is due on another day.
    MovedTo(Date),
}

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
pub enum StageProblem {
    /// The master has no such authority today, or it is exempt.
    #[error("there is no such authority that begins")]
    NoAuthority,
    /// A day was moved, or a stage reopened, without a reason, or one is too long.
    #[error("say why, in 1 to {0} characters")]
    Reason(usize),
    /// The master says that it is done.
    #[error("the master says that this stage is done; correct the master first")]
    ByMaster,
    /// It stands so already.
    #[error("it stands so already")]
    Same,
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says something of an authority's stage.
pub async fn say(
    ctx: &Context,
    (authority, stage): (AuthorityId, Stage),
    change: Change,
    (by, why): (&Actor, &str),
) -> Result<(), StageProblem> {
    let (why, most) = (why.trim(), ctx.config.operations.reason_chars_max);
    if why.chars().count() > most || (why.is_empty() && change != Change::Done) {
        return Err(StageProblem::Reason(most));
    }
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let rows = tx.lock_stages(authority).await?;
    let all = one(&ctx.master(), authority, (&rows, day_in_japan(now)));
    let mut all = all.ok_or(StageProblem::NoAuthority)?.into_iter();
    let standing = all.find(|it| it.stage == stage).ok_or(StageProblem::NoAuthority)?;
    let (due_on, done_at) = changed(&standing, change, now)?;
    let row = StageRow {
        authority,
        stage: stage.as_str().to_owned(),
        due_on,
        done_at,
        person: by.person.clone(),
        name: by.name.clone(),
        why: why.to_owned(),
        updated_at: now,
    };
    tx.save_stages(std::slice::from_ref(&row)).await?;
    let what = match change {
        Change::Done => "stage.done",
        Change::Reopened => "stage.reopen",
        Change::MovedTo(_) => "stage.move",
    };
    let states = (seen(standing.due_on, said_done(&standing)), seen(row.due_on, row.done_at));
    let about = (what, subject(authority, stage));
    let act = StaffAct::plain(about, (&by.person, &by.name), states);
    tx.record(StaffAct { why, ..act }).await?;
    Ok(tx.commit().await?)
}

/// The day to which it is moved, and when it was done, from now on.
fn changed(
    standing: &Standing,
    change: Change,
    now: i64,
) -> Result<(Option<Date>, Option<i64>), StageProblem> {
    let moved = standing.said.as_ref().and_then(|row| row.due_on);
    Ok(match (standing.done, change) {
        (Some(Done::ByMaster), _) => return Err(StageProblem::ByMaster),
        (Some(Done::Said(_)), Change::Done) | (None, Change::Reopened) => {
            return Err(StageProblem::Same);
        }
        (_, Change::MovedTo(day)) if standing.due_on == Some(day) => {
            return Err(StageProblem::Same);
        }
        (None, Change::Done) => (moved, Some(now)),
        (Some(Done::Said(_)), Change::Reopened) => (moved, None),
        (_, Change::MovedTo(day)) => (Some(day), said_done(standing)),
    })
}

fn said_done(standing: &Standing) -> Option<i64> {
    standing.said.as_ref().and_then(|row| row.done_at)
}

fn seen(due_on: Option<Date>, done_at: Option<i64>) -> Value {
    json!({"due_on": due_on, "done_at": done_at})
}

fn subject(authority: AuthorityId, stage: Stage) -> String {
    format!("stage:{authority}/{}", stage.as_str())
}

/// A check of an authority was proved: that stage is done, whoever asked for the check. The last
/// thing but other records in its unit of work.
pub async fn proved(tx: &mut Tx, check: &CheckRow) -> Result<(), StoreError> {
    let stage = Stage::ConnectivityCheck;
    let rows = tx.lock_stages(check.authority).await?;
    let before = rows.into_iter().find(|row| row.stage == stage.as_str());
    if before.as_ref().is_some_and(|row| row.done_at.is_some()) {
        return Ok(());
    }
    let due_on = before.and_then(|row| row.due_on);
    let at = check.ended_at.unwrap_or(check.sent_at);
    let why = format!("{} ({})", check.receipt_number, check.channel);
    let row = StageRow {
        authority: check.authority,
        stage: stage.as_str().to_owned(),
        due_on,
        done_at: Some(at),
        person: check.person.clone(),
        name: check.name.clone(),
        why: why.clone(),
        updated_at: at,
    };
    tx.save_stages(std::slice::from_ref(&row)).await?;
    let states = (seen(due_on, None), seen(due_on, row.done_at));
    let about = ("stage.done", subject(check.authority, stage));
    let act = StaffAct::plain(about, (&check.person, &check.name), states);
    tx.record(StaffAct { why: &why, ..act }).await
}

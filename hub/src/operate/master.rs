//! What authorities accept, changed while hubs run: by their own staff or by operations, from a day
//! on. A change is an amendment (`store/amendments.rs`) that every process lays over its tables.

use std::sync::Arc;

use jiff::civil::Date;
use routing::{AMENDABLE, Amendment, Cells, Master, MasterError, MasterFault, Status};
use schemas::AuthorityId;
use serde_json::json;

use super::{By, overtaken};
use crate::context::{Context, day_in_japan};
use crate::review::ReviewProblem;
use crate::store::{AmendmentRow, StoreError};

/// What the record calls changes of many authorities together.
const SUBJECT: &str = "master";

/// What is said to whoever was too late.
const CHANGED: &str = "the master was changed meanwhile";

/// For whom someone acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The authority itself: its own affairs alone.
    Authority(AuthorityId),
    /// Operations: any authority's.
    Operations,
}

impl Whom {
    /// The word used in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authority(_) => "authority",
            Self::Operations => "operations",
        }
    }

    /// Whether an authority's affairs are theirs.
    pub fn may(self, authority: AuthorityId) -> bool {
        match self {
            Self::Authority(own) => own == authority,
            Self::Operations => true,
        }
    }
}

/// Why the master is not changed.
#[derive(Debug, thiserror::Error)]
pub enum MasterProblem {
    /// It says what holds already.
    #[error("nothing differs from what holds on that day")]
    Nothing,
    /// What held on a day that is over stays as it was.
    #[error("{0} is over; a change holds from today or a later day on")]
    Past(Date),
    /// There is no such authority or union.
    #[error("{0} is no authority on {1}")]
    NoBody(AuthorityId, Date),
    /// The ministry publishes it, by operations.
    #[error("the launch period, and whether it is exempt, are changed by operations alone")]
    OfOperations,
    /// The tables would not hold together, or a cell does not read.
    #[error(transparent)]
    Faults(#[from] MasterError),
    /// As with all that staff do.
    #[error(transparent)]
    Act(#[from] ReviewProblem),
}

impl From<StoreError> for MasterProblem {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

/// A change as it would be.
#[derive(Debug)]
pub struct Prepared {
    /// The master as it is.
    pub before: Arc<Master>,
    /// The master as it would be.
    pub after: Master,
    /// What would be laid over it.
    pub amendments: Vec<Amendment>,
    /// The same cells as they are on the day.
    pub was: Vec<Cells>,
    /// The first day on which it would hold.
    pub valid_from: Date,
}

impl Prepared {
    /// Whether the change is theirs to make: an authority's staff speak for themselves, but not
    /// for the ministry, which gave it its launch period or let it stay as before.
    pub fn check(&self, whom: Whom) -> Result<(), MasterProblem> {
        if self.amendments.iter().any(|it| !whom.may(it.authority)) {
            return Err(ReviewProblem::NotFound("authority").into());
        }
        let is_exempt =
            |cells: &Cells| cells.get("status").is_some_and(|it| it == Status::Exempt.as_str());
        let is_published = |(it, was): (&Amendment, &Cells)| {
            it.cells.contains_key("launch_period") || is_exempt(&it.cells) || is_exempt(was)
        };
        let is_own = matches!(whom, Whom::Authority(_));
        if is_own && self.amendments.iter().zip(&self.was).any(is_published) {
            return Err(MasterProblem::OfOperations);
        }
        Ok(())
    }
}

/// What a change would make of the master; nothing is written.
pub async fn prepare(
    ctx: &Context,
    changes: Vec<(AuthorityId, Cells)>,
    valid_from: Date,
) -> Result<Prepared, MasterProblem> {
    if valid_from < day_in_japan(ctx.clock.now_ms()) {
        return Err(MasterProblem::Past(valid_from));
    }
    ctx.reload_master().await?;
    let before = ctx.master();
    let (mut amendments, mut was) = (Vec::new(), Vec::new());
    for (authority, mut cells) in changes {
        let no_body = || MasterProblem::NoBody(authority, valid_from);
        let mut held = before.cells(authority, valid_from).ok_or_else(no_body)?;
        check_cells(ctx, (&held, &cells))?;
        cells.retain(|column, cell| held.get(column).is_some_and(|old| old != cell));
        if cells.is_empty() {
            continue;
        }
        held.retain(|column, _| cells.contains_key(column));
        let next = i64::try_from(amendments.len()).unwrap_or(i64::MAX).saturating_add(1);
        let number = before.last_amendment().saturating_add(next);
        amendments.push(Amendment { number, authority, valid_from, cells });
        was.push(held);
    }
    if amendments.is_empty() {
        return Err(MasterProblem::Nothing);
    }
    let after = before.amended(&amendments)?;
    Ok(Prepared { before, after, amendments, was, valid_from })
}

/// Only what is amendable of this row, and words and notes, no books.
fn check_cells(ctx: &Context, (held, cells): (&Cells, &Cells)) -> Result<(), MasterError> {
    let most = ctx.config.operations.reason_chars_max;
    let column = |name: &str| AMENDABLE.into_iter().find(|column| *column == name);
    let fault = |(name, cell): (&String, &String)| {
        let message = if !held.contains_key(name) {
            format!("{name:?} is no column that can be changed here")
        } else if cell.chars().count() > most {
            format!("it has at most {most} characters (operations.reason_chars_max)")
        } else {
            return None;
        };
        let column = column(name).unwrap_or("(row)");
        Some(MasterFault { file: "authorities.csv", line: 0, column, message })
    };
    let faults: Vec<_> = cells.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(MasterError { faults }) }
}

/// Changes what authorities accept, from a day on.
pub async fn amend(
    ctx: &Context,
    changes: Vec<(AuthorityId, Cells)>,
    valid_from: Date,
    (by, whom): (By<'_>, Whom),
) -> Result<Prepared, MasterProblem> {
    by.reason(ctx)?;
    let prepared = prepare(ctx, changes, valid_from).await?;
    make(ctx, prepared, (by, whom)).await
}

/// The same of what somebody has looked at: each with its cells as they saw them. Nothing is
/// changed where one is another by now.
pub async fn amend_as_seen(
    ctx: &Context,
    changes: Vec<(AuthorityId, Cells, Cells)>,
    valid_from: Date,
    (by, whom): (By<'_>, Whom),
) -> Result<Prepared, MasterProblem> {
    by.reason(ctx)?;
    let (changes, seen): (Vec<_>, Vec<_>) =
        changes.into_iter().map(|(code, cells, was)| ((code, cells), (code, was))).unzip();
    let prepared = prepare(ctx, changes, valid_from).await?;
    let is_there = |(authority, was): &(AuthorityId, Cells)| {
        let held = prepared.before.cells(*authority, valid_from).unwrap_or_default();
        was.iter().all(|(column, cell)| held.get(column) == Some(cell))
    };
    if !seen.iter().all(is_there) {
        return Err(overtaken(ctx, SUBJECT, CHANGED).await?.into());
    }
    make(ctx, prepared, (by, whom)).await
}

/// Makes a change. Nothing is changed when somebody else was quicker.
async fn make(
    ctx: &Context,
    prepared: Prepared,
    (by, whom): (By<'_>, Whom),
) -> Result<Prepared, MasterProblem> {
    let (why, valid_from) = (by.reason(ctx)?, prepared.valid_from);
    prepared.check(whom)?;
    let rows = rows(ctx, &prepared, (why, by, whom)).map_err(anyhow::Error::from);
    let rows = rows.map_err(ReviewProblem::from)?;
    let (subject, became) = match (prepared.amendments.as_slice(), rows.as_slice()) {
        ([one], _) => (
            master_subject(one.authority),
            json!({"amendment": one.number, "from": valid_from, "cells": one.cells}),
        ),
        (all, _) => (
            SUBJECT.to_owned(),
            json!({"amendments": all.len(), "from": valid_from,
                   "last": all.last().map(|it| it.number)}),
        ),
    };
    let was = json!({"version": prepared.before.version(),
                     "cells": (rows.len() == 1).then_some(&prepared.was)});
    let mut tx = ctx.store.begin().await?;
    if tx.lock_amendments().await? != prepared.before.last_amendment() {
        drop(tx);
        return Err(overtaken(ctx, &subject, CHANGED).await?.into());
    }
    tx.insert_amendments(&rows).await?;
    by.record(&mut tx, ("master.amend", subject), (was, became)).await?;
    tx.commit().await?;
    ctx.reload_master().await?;
    ctx.hurry.notify_one();
    Ok(prepared)
}

/// What the record calls the affairs of one authority.
pub fn master_subject(authority: AuthorityId) -> String {
    format!("authority:{authority}")
}

fn rows(
    ctx: &Context,
    prepared: &Prepared,
    (why, by, whom): (&str, By<'_>, Whom),
) -> Result<Vec<AmendmentRow>, serde_json::Error> {
    let at = ctx.clock.now_ms();
    let row = |(it, was): (&Amendment, &Cells)| {
        Ok(AmendmentRow {
            number: it.number,
            authority: it.authority,
            valid_from: it.valid_from,
            cells: serde_json::to_string(&it.cells)?,
            was: serde_json::to_string(was)?,
            why: why.to_owned(),
            by_whom: whom.as_str().to_owned(),
            person: by.actor.person.clone(),
            name: by.actor.name.clone(),
            at,
        })
    };
    prepared.amendments.iter().zip(&prepared.was).map(row).collect()
}

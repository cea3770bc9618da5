//! What authorities accept, and who belongs to a union, changed while hubs run: by their own staff
//! or by operations, from a day on. A change is an amendment (`store/amendments.rs`) that every
//! process lays over its tables.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use routing::{Amendment, Cells, Edit, FOUNDING, Master, MasterError, MasterFault, Roll, Status};
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};
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
    #[error(
        "the launch period, whether it is exempt, and who belongs to a union until when, are \
         changed by operations alone"
    )]
    OfOperations,
    /// More is asked of past filings than a preview may take.
    #[error(
        "rows begin or end on {days} days; a table has at most {most} (master.import_days_max)"
    )]
    Days {
        /// The different days.
        days: usize,
        /// Those that may be.
        most: usize,
    },
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

/// What somebody wants of one authority or union.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whose.
    pub authority: AuthorityId,
    /// The first day.
    pub from: Date,
    /// The cells as they are to be.
    pub cells: Cells,
    /// The line of a file that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl Change {
    /// Changes that hold from one day on.
    pub fn all(changes: Vec<(AuthorityId, Cells)>, from: Date) -> Vec<Self> {
        let one = |(authority, cells)| Self { authority, from, cells, line: None };
        changes.into_iter().map(one).collect()
    }
}

impl From<Edit> for Change {
    fn from(edit: Edit) -> Self {
        let Edit { authority, from, line, cells, .. } = edit;
        Self { authority, from, cells, line: Some(line) }
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
    /// The same cells as they are on the day; none of a union that is new.
    pub was: Vec<Cells>,
    /// The line of each in the file that says so.
    pub lines: Vec<Option<u64>>,
    /// The first day on which any of it would hold.
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
            it.cells.keys().any(|name| is_fact(name)) || is_exempt(&it.cells) || is_exempt(was)
        };
        let is_own = matches!(whom, Whom::Authority(_));
        if is_own && self.amendments.iter().zip(&self.was).any(is_published) {
            return Err(MasterProblem::OfOperations);
        }
        Ok(())
    }
}

impl Prepared {
    /// The days on which something begins or ends to differ, in order.
    pub fn days(&self) -> BTreeSet<Date> {
        let last = |cells: &Cells| cells.get("valid_to")?.parse::<Date>().ok()?.tomorrow().ok();
        let begin = self.amendments.iter().map(|it| it.valid_from);
        let end = self.amendments.iter().map(|it| &it.cells).chain(&self.was).filter_map(last);
        begin.chain(end).collect()
    }

    /// Whose filings a change may move: one's own, where only what it accepts changes.
    pub fn whose(&self) -> Option<AuthorityId> {
        match self.amendments.as_slice() {
            [one] if !(one.authority.is_union() && one.cells.keys().any(|it| is_fact(it))) => {
                Some(one.authority)
            }
            _ => None,
        }
    }
}

/// Whether a column is no switch of who takes filings, but something that is published of them.
fn is_fact(column: &str) -> bool {
    let is_own = Roll::Authorities.amendable().contains(&column);
    column == "launch_period" || !is_own
}

/// What a change would make of the master; nothing is written.
pub async fn prepare(
    ctx: &Context,
    changes: Vec<(AuthorityId, Cells)>,
    valid_from: Date,
) -> Result<Prepared, MasterProblem> {
    prepare_all(ctx, Change::all(changes, valid_from)).await
}

/// The same of changes that hold from days of their own, in order of time.
pub async fn prepare_all(ctx: &Context, changes: Vec<Change>) -> Result<Prepared, MasterProblem> {
    let today = day_in_japan(ctx.clock.now_ms());
    if let Some(past) = changes.iter().map(|it| it.from).find(|day| *day < today) {
        return Err(MasterProblem::Past(past));
    }
    let most = ctx.config.master.import_days_max;
    let few = |days: usize| {
        if days > most { Err(MasterProblem::Days { days, most }) } else { Ok(()) }
    };
    few(changes.iter().map(|it| it.from).collect::<BTreeSet<_>>().len())?;
    ctx.reload_master().await?;
    let prepared = laid_over(ctx, (ctx.master(), today), changes)?;
    few(prepared.days().len())?;
    Ok(prepared)
}

fn laid_over(
    ctx: &Context,
    (before, today): (Arc<Master>, Date),
    changes: Vec<Change>,
) -> Result<Prepared, MasterProblem> {
    let (mut amendments, mut was, mut lines) = (Vec::<Amendment>::new(), Vec::new(), Vec::new());
    // What one authority is on a later day may be what an earlier change of these makes of it.
    let (mut by_then, mut touched) = (before.clone(), BTreeSet::new());
    for Change { authority, from, mut cells, line } in changes {
        if touched.contains(&authority) {
            by_then = Arc::new(before.amended(&amendments)?);
            touched.clear();
        }
        let held = by_then.cells(authority, from);
        check_cells(ctx, authority, (held.as_ref(), &cells))?;
        if let Some(held) = &held {
            cells.retain(|column, cell| held.get(column).is_some_and(|old| old != cell));
        } else if !is_founding(authority, &cells) {
            return Err(MasterProblem::NoBody(authority, from));
        }
        if cells.is_empty() {
            continue;
        }
        let last = cells.get("valid_to").and_then(|day| day.parse::<Date>().ok());
        if let Some(last) = last.filter(|last| *last < from) {
            return Err(MasterProblem::Past(last));
        }
        let mut held = held.unwrap_or_default();
        held.retain(|column, _| cells.contains_key(column));
        let next = i64::try_from(amendments.len()).unwrap_or(i64::MAX).saturating_add(1);
        let number = before.last_amendment().saturating_add(next);
        touched.insert(authority);
        amendments.push(Amendment { number, authority, valid_from: from, cells });
        was.push(held);
        lines.push(line);
    }
    if amendments.is_empty() {
        return Err(MasterProblem::Nothing);
    }
    let after = before.amended(&amendments)?;
    let valid_from = amendments.iter().map(|it| it.valid_from).min().unwrap_or(today);
    Ok(Prepared { before, after, amendments, was, lines, valid_from })
}

/// Whether these are the cells of a union that is new.
fn is_founding(authority: AuthorityId, cells: &Cells) -> bool {
    authority.is_union() && FOUNDING.iter().all(|column| cells.contains_key(*column))
}

/// Only what is amendable of this row, and words and notes, no books.
fn check_cells(
    ctx: &Context,
    authority: AuthorityId,
    (held, cells): (Option<&Cells>, &Cells),
) -> Result<(), MasterError> {
    let most = ctx.config.operations.reason_chars_max;
    let roll = Roll::of(authority);
    let is_founding = is_founding(authority, cells);
    let may = |name: &str| match held {
        Some(held) => held.contains_key(name) || (is_founding && FOUNDING.contains(&name)),
        None => roll.columns().contains(&name),
    };
    let fault = |(name, cell): (&String, &String)| {
        // Who belongs to a union may be many.
        let is_long = cell.chars().count() > most && name != "members";
        let message = if !may(name) {
            format!("{name:?} is no column that can be changed here")
        } else if is_long {
            format!("it has at most {most} characters (operations.reason_chars_max)")
        } else {
            return None;
        };
        let column = roll.columns().iter().find(|column| **column == name.as_str());
        Some(MasterFault::new(roll.file(), 0, column.copied().unwrap_or("(row)"), message))
    };
    let faults: Vec<_> = cells.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(MasterError { faults }) }
}

/// Changes what authorities accept, from a day on.
pub async fn amend(
    ctx: &Context,
    changes: Vec<(AuthorityId, Cells)>,
    valid_from: Date,
    by: (By<'_>, Whom),
) -> Result<Prepared, MasterProblem> {
    amend_all(ctx, Change::all(changes, valid_from), by).await
}

/// The same of changes that hold from days of their own, in order of time.
pub async fn amend_all(
    ctx: &Context,
    changes: Vec<Change>,
    (by, whom): (By<'_>, Whom),
) -> Result<Prepared, MasterProblem> {
    by.reason(ctx)?;
    let prepared = prepare_all(ctx, changes).await?;
    make(ctx, prepared, (by, whom)).await
}

/// The same of what somebody has looked at: each with its cells as they saw them. Nothing is
/// changed where one is another by now.
pub async fn amend_as_seen(
    ctx: &Context,
    seen: Vec<(Change, Cells)>,
    (by, whom): (By<'_>, Whom),
) -> Result<Prepared, MasterProblem> {
    by.reason(ctx)?;
    let (changes, were): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    let prepared = prepare_all(ctx, changes.clone()).await?;
    let found = prepared.amendments.iter().map(|it| (it.authority, it.valid_from, &it.cells));
    let wanted = changes.iter().map(|it| (it.authority, it.from, &it.cells));
    if !found.eq(wanted) || prepared.was != were {
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

//! Erasures on request: of one filing, or of all of an operator's that are finished.
//!
//! Who asks for one says why, after a look at what it comes to; nothing goes before somebody else
//! has approved it. Upkeep then erases filing by filing (`upkeep/erasure.rs`). What is not finished
//! stays, and is told with its reason.

use schemas::{CorporateNumber, FilingId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{By, overtaken};
use crate::context::Context;
use crate::erasure::{self, Weight};
use crate::review::ReviewProblem;
use crate::store::{ErasureRow, ErasureState, FilingRow, OwnFilter, StoreError};
use crate::upkeep::undecided;

/// Filings of an operator that a preview looks at, the newest first.
pub const LOOKED_MAX: usize = 500;

/// Of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// One filing.
    Filing(FilingId),
    /// All of an operator's filings; and, where none of them stays, what is kept of it itself.
    Operator(CorporateNumber),
}

/// Why there is no erasure, or it does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ErasureProblem {
    /// Nothing of it is there to be erased: it was before, or nothing is finished.
    #[error("nothing of it can be erased: it was erased before, or is not finished")]
    Nothing,
    /// The filing is not finished: the codes of why.
    #[error("it is not finished ({0}), so its contents stay")]
    Unfinished(String),
    /// It needs a second person.
    #[error("{0} asked for it: somebody else of operations' staff has to approve it")]
    SamePerson(String),
    /// As with all that staff do.
    #[error(transparent)]
    Act(#[from] ReviewProblem),
}

impl From<StoreError> for ErasureProblem {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

/// What the record of acts calls an erasure.
pub fn erasure_subject(id: Uuid) -> String {
    format!("erasure:{id}")
}

/// A filing that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// 受付番号.
    pub receipt_number: String,
    /// The codes of why: `unplanned`, `under_way`, `failed`, `undecided`, `notice_open`.
    pub reasons: Vec<&'static str>,
}

/// What an erasure comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Whose it is.
    pub corporate_number: CorporateNumber,
    /// Filings that would be erased.
    pub ready: usize,
    /// Rows, files and bytes of these.
    pub weight: Weight,
    /// Those that were erased before.
    pub erased: usize,
    /// Those that stay.
    pub stays: Vec<Stay>,
    /// Whether there are more than [`LOOKED_MAX`], which were not looked at.
    pub is_more: bool,
}

/// Looks at what it comes to; nothing is changed.
pub async fn preview(ctx: &Context, of: Of) -> Result<Preview, ErasureProblem> {
    let (corporate_number, mut filings) = match of {
        Of::Filing(id) => {
            let filing = ctx.store.filing(id).await?.ok_or(ReviewProblem::NotFound("filing"))?;
            (filing.corporate_number, vec![filing])
        }
        Of::Operator(number) => {
            let filings = ctx.store.own_filings(&all_of(number, LOOKED_MAX + 1)).await?;
            if filings.is_empty() && ctx.store.operator(number).await?.is_none() {
                return Err(ReviewProblem::NotFound("operator").into());
            }
            (number, filings)
        }
    };
    let is_more = filings.len() > LOOKED_MAX;
    filings.truncate(LOOKED_MAX);
    let mut preview = Preview {
        corporate_number,
        ready: 0,
        weight: Weight::default(),
        erased: 0,
        stays: Vec::new(),
        is_more,
    };
    for filing in &filings {
        preview.add(ctx, filing).await?;
    }
    Ok(preview)
}

fn all_of(corporate_number: CorporateNumber, limit: usize) -> OwnFilter {
    OwnFilter {
        corporate_number,
        kind: None,
        state: None,
        text: None,
        before: None,
        before_id: None,
        limit,
    }
}

impl Preview {
    async fn add(&mut self, ctx: &Context, filing: &FilingRow) -> Result<(), StoreError> {
        let store = &ctx.store;
        if store.erased(filing.id).await?.is_some() {
            self.erased += 1;
            return Ok(());
        }
        let revisions = store.revisions(filing.id).await?;
        let deliveries = store.deliveries_of(filing.id).await?;
        let notices = store.notices_of(filing.id).await?;
        let until = undecided(&ctx.config.retention, ctx.clock.now_ms());
        let reasons = erasure::stays(filing, (&revisions, &deliveries), &notices, until);
        if reasons.is_empty() {
            self.ready += 1;
            self.weight += erasure::weigh(store, filing).await?;
        } else {
            let receipt_number = filing.receipt_number.clone();
            self.stays.push(Stay { receipt_number, reasons });
        }
        Ok(())
    }

    fn filings(&self) -> usize {
        self.ready + self.erased + self.stays.len()
    }
}

/// Asks for it: somebody else has to approve it.
pub async fn propose(ctx: &Context, of: Of, by: By<'_>) -> Result<ErasureRow, ErasureProblem> {
    let why = by.reason(ctx)?;
    let seen = preview(ctx, of).await?;
    let filing_id = match of {
        Of::Filing(id) => Some(id),
        Of::Operator(_) => None,
    };
    if let (Some(_), Some(stay)) = (filing_id, seen.stays.first()) {
        return Err(ErasureProblem::Unfinished(stay.reasons.join(", ")));
    }
    // An operator without any filing may still have drafts, and an address.
    if seen.ready == 0 && seen.filings() > 0 {
        return Err(ErasureProblem::Nothing);
    }
    let row = ErasureRow {
        id: ctx.clock.id(),
        state: ErasureState::Proposed,
        filing_id,
        corporate_number: seen.corporate_number,
        filings: i32::try_from(seen.filings()).unwrap_or(i32::MAX),
        done: 0,
        kept: 0,
        reached_at: None,
        reached_id: None,
        why: why.to_owned(),
        made_at: ctx.clock.now_ms(),
        made_by: by.actor.person.clone(),
        made_name: by.actor.name.clone(),
        approved_at: None,
        approved_by: None,
        approved_name: None,
        ended_at: None,
    };
    let mut tx = ctx.store.begin().await?;
    tx.insert_erasure(&row).await?;
    let act = ("erasure.propose", erasure_subject(row.id));
    by.record(&mut tx, act, (Value::Null, said(&row))).await?;
    tx.commit().await?;
    Ok(row)
}

/// Lets it begin; never by who asked for it.
pub async fn approve(ctx: &Context, id: Uuid, by: By<'_>) -> Result<ErasureRow, ErasureProblem> {
    by.short(ctx)?;
    let mut tx = ctx.store.begin().await?;
    let mut row = tx.lock_erasure(id).await?.ok_or(ReviewProblem::NotFound("erasure"))?;
    if row.state != ErasureState::Proposed {
        drop(tx);
        return Err(too_late(ctx, &row).await);
    }
    if row.made_by == by.actor.person {
        return Err(ErasureProblem::SamePerson(row.made_name));
    }
    let was = json!({"state": row.state, "made_by": row.made_by});
    row.state = ErasureState::Running;
    row.approved_at = Some(ctx.clock.now_ms());
    row.approved_by = Some(by.actor.person.clone());
    row.approved_name = Some(by.actor.name.clone());
    tx.save_erasure(&row).await?;
    by.record(&mut tx, ("erasure.approve", erasure_subject(id)), (was, said(&row))).await?;
    tx.commit().await?;
    ctx.hurry.notify_one();
    Ok(row)
}

/// Ends one that nobody has approved. What is erased does not come back, so one under way goes on.
pub async fn cancel(ctx: &Context, id: Uuid, by: By<'_>) -> Result<ErasureRow, ErasureProblem> {
    by.reason(ctx)?;
    let mut tx = ctx.store.begin().await?;
    let mut row = tx.lock_erasure(id).await?.ok_or(ReviewProblem::NotFound("erasure"))?;
    if row.state != ErasureState::Proposed {
        drop(tx);
        return Err(too_late(ctx, &row).await);
    }
    let was = json!({"state": row.state});
    row.state = ErasureState::Cancelled;
    row.ended_at = Some(ctx.clock.now_ms());
    tx.save_erasure(&row).await?;
    by.record(&mut tx, ("erasure.cancel", erasure_subject(id)), (was, said(&row))).await?;
    tx.commit().await?;
    Ok(row)
}

fn said(row: &ErasureRow) -> Value {
    json!({"state": row.state, "filing": row.filing_id, "operator": row.corporate_number,
           "filings": row.filings})
}

/// What somebody is told who comes second: what it is, and who made it so.
async fn too_late(ctx: &Context, row: &ErasureRow) -> ErasureProblem {
    let what = match row.state {
        ErasureState::Proposed => "it waits for approval",
        ErasureState::Running => "it is under way already",
        ErasureState::Finished => "it is finished",
        ErasureState::Cancelled => "it was cancelled",
    };
    match overtaken(ctx, &erasure_subject(row.id), what).await {
        Ok(problem) => problem.into(),
        Err(error) => error.into(),
    }
}

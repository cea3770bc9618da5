//! How an authority is reached, changed by two: one proposes, another approves or refuses.

use adapters::Endpoint;
use schemas::AuthorityId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ladder::{self, LadderProblem, shown};
use super::master::{Whom, master_subject};
use super::{By, overtaken};
use crate::context::{Context, day_in_japan};
use crate::directory::Directory;
use crate::review::ReviewProblem;
use crate::store::{EndpointRow, ProposalRow, ProposalState, StoreError};

/// What is said where a proposal starts from what is in use no more.
const CHANGED: &str = "how the authority is reached was changed since it was proposed";

/// Why a proposal is not taken, or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ProposalProblem {
    /// The ladder is not taken.
    #[error(transparent)]
    Ladder(#[from] LadderProblem),
    /// It needs a second person.
    #[error("{0} proposed it: somebody else has to decide")]
    SamePerson(String),
    /// Only who proposed it takes it back; others refuse it.
    #[error("{0} proposed it, and alone can take it back; others refuse it")]
    NotTheirs(String),
    /// As with all that staff do.
    #[error(transparent)]
    Act(#[from] ReviewProblem),
}

impl From<StoreError> for ProposalProblem {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

/// What somebody does with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Puts it to use; never who proposed it.
    Approve,
    /// Refuses it, with a reason; never who proposed it.
    Reject,
    /// Takes it back: only who proposed it.
    Withdraw,
}

impl Ruling {
    /// What the record calls it.
    fn act(self) -> &'static str {
        match self {
            Self::Approve => "channels.approve",
            Self::Reject => "channels.reject",
            Self::Withdraw => "channels.withdraw",
        }
    }

    fn state(self) -> ProposalState {
        match self {
            Self::Approve => ProposalState::Approved,
            Self::Reject => ProposalState::Rejected,
            Self::Withdraw => ProposalState::Withdrawn,
        }
    }
}

/// Writes down how an authority is to be reached; nothing changes until somebody else approves.
pub async fn propose(
    ctx: &Context,
    (authority, text): (AuthorityId, &str),
    (by, whom): (By<'_>, Whom),
) -> Result<ProposalRow, ProposalProblem> {
    let why = by.reason(ctx)?;
    let (now, known) = (ctx.clock.now_ms(), ctx.master());
    if !whom.may(authority) || known.body(authority, day_in_japan(now)).is_none() {
        return Err(ReviewProblem::NotFound("authority").into());
    }
    ctx.reload_directory().await?;
    let directory = ctx.directory.load_full();
    let former = directory.ladder(authority);
    let ladder = ladder::read(text, former)?;
    let row = ProposalRow {
        id: ctx.clock.id(),
        authority,
        state: ProposalState::Proposed,
        // What stays is looked up when somebody approves: until then it may have been set anew.
        ladder: text.to_owned(),
        shown: shown(&ladder, former).to_string(),
        was: shown(former, former).to_string(),
        why: why.to_owned(),
        by_whom: whom.as_str().to_owned(),
        person: by.actor.person.clone(),
        name: by.actor.name.clone(),
        at: now,
        decided_at: None,
        decided_by: None,
        decided_name: None,
        decided_why: None,
    };
    let mut tx = ctx.store.begin().await?;
    tx.insert_proposal(&row).await?;
    let states = (addresses(former), proposed(&row, &ladder));
    by.record(&mut tx, ("channels.propose", master_subject(authority)), states).await?;
    tx.commit().await?;
    Ok(row)
}

/// Approves, refuses or takes back a proposal.
pub async fn rule(
    ctx: &Context,
    (id, ruling): (Uuid, Ruling),
    (by, whom): (By<'_>, Whom),
) -> Result<ProposalRow, ProposalProblem> {
    let why = if ruling == Ruling::Reject { by.reason(ctx)? } else { by.short(ctx)? };
    let mut tx = ctx.store.begin().await?;
    let row = tx.lock_proposal(id).await?.filter(|row| whom.may(row.authority));
    let mut row = row.ok_or(ReviewProblem::NotFound("proposal"))?;
    let subject = master_subject(row.authority);
    if row.state != ProposalState::Proposed {
        drop(tx);
        return Err(overtaken(ctx, &subject, "it is decided already").await?.into());
    }
    let is_own = row.person == by.actor.person;
    match (ruling, is_own) {
        (Ruling::Approve | Ruling::Reject, true) => {
            return Err(ProposalProblem::SamePerson(row.name));
        }
        (Ruling::Withdraw, false) => return Err(ProposalProblem::NotTheirs(row.name)),
        (Ruling::Approve | Ruling::Reject, false) | (Ruling::Withdraw, true) => {}
    }
    let mut ladder: Vec<Endpoint> = serde_json::from_str(&row.ladder).map_err(fault)?;
    let now = ctx.clock.now_ms();
    if ruling == Ruling::Approve {
        let directory = Directory::new(&tx.lock_endpoints().await?);
        let former = directory.ladder(row.authority);
        let was: Value = serde_json::from_str(&row.was).map_err(fault)?;
        if shown(former, former) != was {
            drop(tx);
            return Err(overtaken(ctx, &subject, CHANGED).await?.into());
        }
        ladder = ladder::read(&row.ladder, former)?;
        let rows = EndpointRow::of_ladder(&ladder, row.authority, now).map_err(fault)?;
        tx.save_endpoints(row.authority, &rows).await?;
    }
    row.state = ruling.state();
    row.ladder.clear();
    row.decided_at = Some(now);
    row.decided_by = Some(by.actor.person.clone());
    row.decided_name = Some(by.actor.name.clone());
    row.decided_why = Some(why.to_owned());
    tx.save_proposal(&row).await?;
    let was = json!({"proposal": id, "state": ProposalState::Proposed, "by": row.person});
    by.record(&mut tx, (ruling.act(), subject), (was, proposed(&row, &ladder))).await?;
    tx.commit().await?;
    ctx.reload_directory().await?;
    Ok(row)
}

fn fault(error: serde_json::Error) -> ProposalProblem {
    ReviewProblem::from(anyhow::Error::from(error)).into()
}

/// Where a ladder leads, for the record: it is shown and exported.
fn addresses(ladder: &[Endpoint]) -> Value {
    ladder.iter().map(|it| json!({"channel": it.channel(), "address": it.address()})).collect()
}

fn proposed(row: &ProposalRow, ladder: &[Endpoint]) -> Value {
    json!({"proposal": row.id, "state": row.state, "ladder": addresses(ladder)})
}

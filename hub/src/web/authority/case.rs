//! All that is known of one delivery, for the pages about it.

use schemas::Submission;

use super::Clerk;
use crate::delivery::{Delivery, State};
use crate::erasure::mark_of;
use crate::store::{ActRow, DecisionRow, EventRow, FilingRow, Like, RemindedRow, RevisionRow};
use crate::web::Desk;
use crate::web::fault::Fault;

/// One delivery with what belongs to it.
pub(super) struct Case {
    pub(super) delivery: Delivery,
    pub(super) filing: FilingRow,
    /// All revisions of the filing.
    pub(super) revisions: Vec<RevisionRow>,
    /// Its deliveries to this authority, by revision.
    pub(super) deliveries: Vec<Delivery>,
    pub(super) decision: Option<DecisionRow>,
    pub(super) acts: Vec<ActRow>,
    pub(super) events: Vec<EventRow>,
    /// Who was told that it lies unread.
    pub(super) told: Vec<RemindedRow>,
    /// What this revision says.
    pub(super) submission: Submission,
    pub(super) base: Option<Base>,
}

/// What a revision is compared with.
pub(super) struct Base {
    pub(super) submission: Submission,
    pub(super) which: Which,
}

/// Which one that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The revision of this number, the last that the authority got.
    Revision(i32),
    /// The last filing that the authority accepted of this kind and office, received at a time.
    Accepted(i64),
}

impl Case {
    /// Reads a delivery of the clerk's authority.
    pub(super) async fn read(
        desk: &Desk,
        clerk: &Clerk,
        delivery: Delivery,
    ) -> Result<Self, Fault> {
        if matches!(delivery.state, State::Cancelled) {
            return Err(Fault::Cancelled);
        }
        let store = &desk.ctx.store;
        let filing = store.filing(delivery.filing_id).await?.ok_or(Fault::NoFiling)?;
        let revisions = store.revisions(filing.id).await?;
        let mut deliveries = store.deliveries_of(filing.id).await?;
        deliveries.retain(|it| it.authority == clerk.authority && it.state != State::Cancelled);
        let decision = match delivery.decided_at {
            Some(_) => store.decision(delivery.id).await?,
            None => None,
        };
        let acts = store.acts(delivery.id).await?;
        let events = store.events(filing.id).await?;
        let told = store.reminded_of(&[delivery.id]).await?;
        let this = revisions.iter().find(|it| it.revision == delivery.revision);
        let this = this.ok_or(Fault::NoDelivery)?.clone();
        let submission = said(&this)?;
        let mut case = Self {
            delivery,
            filing,
            revisions,
            deliveries,
            decision,
            acts,
            events,
            told,
            submission,
            base: None,
        };
        if this.action != "withdraw" && mark_of(&case.submission).is_none() {
            case.base = case.former(desk).await?;
        }
        Ok(case)
    }

    /// The revision that is shown.
    pub(super) fn revision(&self) -> Option<&RevisionRow> {
        self.revisions.iter().find(|it| it.revision == self.delivery.revision)
    }

    /// The newest delivery of the filing, where that is another.
    pub(super) fn newer(&self) -> Option<&Delivery> {
        let newest = self.deliveries.iter().max_by_key(|it| it.revision);
        newest.filter(|it| it.revision > self.delivery.revision)
    }

    async fn former(&self, desk: &Desk) -> Result<Option<Base>, Fault> {
        let before = self.deliveries.iter().filter(|it| it.revision < self.delivery.revision);
        let of = |number: i32| self.revisions.iter().find(|it| it.revision == number);
        let rows = before.filter_map(|it| of(it.revision)).filter(|it| it.action != "withdraw");
        if let Some(row) = rows.max_by_key(|it| it.revision) {
            let (submission, which) = (said(row)?, Which::Revision(row.revision));
            return Ok(Some(Base { submission, which }));
        }
        let like = Like {
            authority: self.delivery.authority,
            corporate_number: self.filing.corporate_number,
            office_name: self.filing.office_name.clone(),
            kind: self.filing.kind,
            before: self.filing.received_at,
        };
        let Some(row) = desk.ctx.store.accepted_before(&like).await? else { return Ok(None) };
        let (submission, which) = (said(&row)?, Which::Accepted(row.received_at));
        Ok(mark_of(&submission).is_none().then_some(Base { submission, which }))
    }
}

fn said(revision: &RevisionRow) -> Result<Submission, Fault> {
    serde_json::from_str(&revision.document)
        .map_err(|error| Fault::Away(format!("the stored document: {error}")))
}

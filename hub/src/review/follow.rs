//! Corrections and withdrawals: revisions that follow a filing to the authorities concerned.

use schemas::message::FilingSubmitted;
use schemas::{CorporateNumber, FilingId};
use sha2::{Digest, Sha256};

use super::{ReviewProblem, Reviewer, no_upload, refuse_erased};
use crate::broker::topology::{FILING_SUBMITTED, WORK};
use crate::delivery::{Delivery, Event, Refusal, State};
use crate::filing::to_correct;
use crate::notices::NoticeKind;
use crate::revision::{
    Receipted, Request, join_authorities, new_revision, received, received_body,
};
use crate::store::{FilingRow, NewEvent, Tx};
use crate::trace::{Begun, Span, Trace};
use crate::{uploads, words};

/// A revision that follows an earlier one.
struct Follow<'a> {
    action: &'static str,
    only: String,
    request: &'a Request,
    sha256: &'a str,
    trace: Trace,
}

impl Reviewer {
    /// The operator corrects what was returned, or stopped by malware in a file: a revision that
    /// goes only to those authorities.
    pub async fn correct(
        &self,
        filing_id: FilingId,
        request: &Request,
    ) -> Result<Receipted, ReviewProblem> {
        let number = request.submission.corporate_number;
        let sha256 = hex::encode(Sha256::digest(request.document.as_bytes()));
        let mut tx = self.ctx.store.begin().await?;
        if let Some(before) = replayed(&mut tx, number, request, &sha256).await? {
            return Ok(before);
        }
        let deliveries = tx.deliveries_of_filing(filing_id).await?;
        let mut filing = own_filing(&mut tx, filing_id, number).await?;
        if filing.kind != request.submission.kind {
            return Err(ReviewProblem::OtherKind(filing.kind));
        }
        // Even where an authority returned the withdrawal: what is wanted after all is filed anew.
        if filing.withdrawn_at.is_some() {
            return Err(Refusal { state: "withdrawn", event: "be corrected" }.into());
        }
        let returned = to_correct(&deliveries);
        if returned.is_empty() {
            return Err(ReviewProblem::NothingReturned);
        }
        let only = join_authorities(returned.into_iter());
        let begun = self.ctx.spans.in_request(&self.ctx.clock);
        let trace = begun.trace;
        let parts = Follow { action: "correct", only, request, sha256: &sha256, trace };
        let receipted = self.follow(&mut tx, &mut filing, parts).await?;
        self.notify(&mut tx, Some(&filing), (None, Some(begun.trace)), NoticeKind::Received)
            .await?;
        tx.commit().await?;
        self.tell_receipt(begun, &receipted);
        Ok(receipted)
    }

    /// The operator withdraws: what has not gone out is cancelled, who has it is told by a
    /// revision of its own.
    pub async fn withdraw(
        &self,
        filing_id: FilingId,
        request: &Request,
    ) -> Result<Receipted, ReviewProblem> {
        let number = request.submission.corporate_number;
        let sha256 = hex::encode(Sha256::digest(request.document.as_bytes()));
        let mut tx = self.ctx.store.begin().await?;
        if let Some(before) = replayed(&mut tx, number, request, &sha256).await? {
            return Ok(before);
        }
        self.skip_unplanned(&mut tx, filing_id).await?;
        let mut deliveries = lock_all(&mut tx, filing_id).await?;
        let mut filing = own_filing(&mut tx, filing_id, number).await?;
        if filing.withdrawn_at.is_some() {
            return Err(Refusal { state: "withdrawn", event: "be withdrawn" }.into());
        }
        let now = self.ctx.clock.now_ms();
        let mut told = Vec::new();
        // What was taken from an authority before it got there concerns it no more.
        for delivery in deliveries.iter_mut().filter(|d| d.state != State::Cancelled) {
            delivery.review = delivery.review.withdraw()?;
            delivery.updated_at = now;
            // Cancelled unless it is under way or has arrived. Who has it, or may have, is told.
            let cancelled = delivery.apply(Event::Cancel, now).is_ok();
            if !cancelled || delivery.second_copy {
                told.push(delivery.authority);
            }
        }
        tx.save_deliveries(&deliveries).await?;
        filing.withdrawn_at = Some(now);
        let only = join_authorities(told.into_iter());
        let begun = self.ctx.spans.in_request(&self.ctx.clock);
        let trace = begun.trace;
        let parts = Follow { action: "withdraw", only, request, sha256: &sha256, trace };
        let receipted = self.follow(&mut tx, &mut filing, parts).await?;
        self.notify(&mut tx, Some(&filing), (None, Some(begun.trace)), NoticeKind::Withdrawn)
            .await?;
        tx.commit().await?;
        self.tell_receipt(begun, &receipted);
        Ok(receipted)
    }

    /// What no router has planned yet goes nowhere. Locked before anything else, so that a router
    /// that is at it has written its deliveries when they are read next.
    async fn skip_unplanned(&self, tx: &mut Tx, id: FilingId) -> Result<(), ReviewProblem> {
        let newest = self.ctx.store.filing(id).await?.map_or(0, |filing| filing.revision);
        let wanted: Vec<_> = (1..=newest).map(|revision| (id, revision)).collect();
        let mut unplanned = tx.unrouted(&wanted).await?;
        for revision in &mut unplanned {
            revision.routed_at = Some(self.ctx.clock.now_ms());
            revision.problem = Some("the operator withdrew it before it was planned".to_owned());
        }
        Ok(tx.save_routed(&unplanned).await?)
    }

    fn tell_receipt(&self, begun: Begun, receipted: &Receipted) {
        let span = received(begun, (receipted.id, receipted.revision));
        self.ctx.spans.tell(Span { ended_at: self.ctx.clock.now_ms(), ..span });
    }

    async fn follow(
        &self,
        tx: &mut Tx,
        filing: &mut FilingRow,
        parts: Follow<'_>,
    ) -> Result<Receipted, ReviewProblem> {
        let received_at = self.ctx.clock.now_ms();
        filing.revision += 1;
        let place = (filing.revision, parts.action);
        let document = (parts.request, parts.sha256);
        let received = (received_at, parts.trace);
        let mut revision = new_revision(document, filing.id, place, received);
        revision.only_authorities = Some(parts.only);
        let submission = &parts.request.submission;
        let owner = submission.corporate_number.to_string();
        if let Some(gone) = uploads::name(tx, &owner, &submission.attachments).await? {
            return Err(no_upload(&gone.name));
        }
        tx.insert_revision(&revision).await?;
        tx.insert_filing_words(&words::of(filing.id, submission)).await?;
        tx.save_filing(filing).await?;
        let kind = if parts.action == "withdraw" { "filing.withdrawn" } else { "filing.corrected" };
        let body = received_body(filing.corporate_number, filing.revision, parts.sha256);
        tx.append(&[NewEvent::new(filing.id, kind, body)]).await?;
        let trace = Some(parts.trace.to_string());
        let message = FilingSubmitted { filing_id: filing.id, revision: filing.revision, trace };
        tx.enqueue(WORK, FILING_SUBMITTED, &message)?;
        Ok(Receipted {
            id: filing.id,
            revision: filing.revision,
            received_at,
            replayed: false,
            warnings: Vec::new(),
        })
    }
}

/// All deliveries of a filing, locked; those too that staff add by sending it elsewhere meanwhile.
async fn lock_all(tx: &mut Tx, id: FilingId) -> Result<Vec<Delivery>, ReviewProblem> {
    let mut locked = Vec::new();
    loop {
        let ids: Vec<_> = tx.deliveries_of_filing(id).await?.iter().map(|d| d.id).collect();
        if ids.len() == locked.len() {
            return Ok(locked);
        }
        locked = tx.lock_deliveries(&ids).await?;
    }
}

async fn own_filing(
    tx: &mut Tx,
    id: FilingId,
    number: CorporateNumber,
) -> Result<FilingRow, ReviewProblem> {
    let filing = tx.lock_filing(id).await?.filter(|f| f.corporate_number == number);
    let filing = filing.ok_or(ReviewProblem::NotFound("filing"))?;
    refuse_erased(tx, id).await?;
    Ok(filing)
}

/// The receipt of the same request made before.
async fn replayed(
    tx: &mut Tx,
    number: CorporateNumber,
    request: &Request,
    sha256: &str,
) -> Result<Option<Receipted>, ReviewProblem> {
    let key = (number.to_string(), request.idempotency_key.clone());
    let Some(row) = tx.find_idempotent(&[key]).await?.pop() else { return Ok(None) };
    if row.document_sha256 != sha256 {
        return Err(ReviewProblem::KeyReused);
    }
    let (id, revision, received_at) = (row.filing_id, row.revision, row.received_at);
    Ok(Some(Receipted { id, revision, received_at, replayed: true, warnings: Vec::new() }))
}

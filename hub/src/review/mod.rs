//! Review: what authorities and operators do with a delivery after it has arrived.
//!
//! Writes `deliveries` (review side, proofs, pick-up), `decisions`, `revisions` (corrections and
//! withdrawals), events and notices. Deliveries are locked before their filing, as couriers do.

mod acts;
mod follow;

use std::sync::Arc;

pub use acts::is_news;

use schemas::{AuthorityId, Decision, DeliveryId, FilingId, FilingKind, ProofLevel, Verdict};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::broker::topology::EVENTS;
use crate::context::Context;
use crate::delivery::{Delivery, Event, Refusal, Review, State};
use crate::notices::{self, NoticeKind};
use crate::store::{DecisionRow, FilingRow, NewEvent, StoreError, Tx};
use crate::trace::{Span, Trace};
use crate::uploads;
use crate::work::domain_event;

/// Why something cannot be done with a delivery or filing.
#[derive(Debug, thiserror::Error)]
pub enum ReviewProblem {
    /// There is none, or it is not theirs: the same answer, so that ids cannot be probed.
    #[error("there is no such {0} for you")]
    NotFound(&'static str),
    /// It does not fit the state.
    #[error("{0}")]
    State(#[from] Refusal),
    /// The comment is missing or too long, or a file is not theirs.
    #[error("{0}")]
    Invalid(String),
    /// A reason is missing or too long.
    #[error("{0}")]
    Reason(String),
    /// What staff say of something that they gave by hand does not fit.
    #[error("{0}")]
    Given(String),
    /// Someone else of the staff was first: who, when and why.
    #[error("{0}")]
    Overtaken(String),
    /// A correction of another kind than the filing.
    #[error("a correction stays of the kind {0}; file another kind anew")]
    OtherKind(FilingKind),
    /// What would be added could never be erased.
    #[error("the contents of this filing were erased; nothing can be added to it any more")]
    Erased,
    /// Nothing was returned, so there is nothing to correct.
    #[error("no authority has returned this filing; there is nothing to correct")]
    NothingReturned,
    /// Another revision with this key and another body.
    #[error("this Idempotency-Key was used before with another body")]
    KeyReused,
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be written: a fault of ours.
    #[error("{0}")]
    Fault(String),
}

impl From<anyhow::Error> for ReviewProblem {
    fn from(error: anyhow::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<schemas::message::MessageError> for ReviewProblem {
    fn from(error: schemas::message::MessageError) -> Self {
        Self::Fault(error.to_string())
    }
}

/// What is done after delivery.
#[derive(Clone)]
pub struct Reviewer {
    ctx: Arc<Context>,
}

/// Who acts, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The HTTP interface.
    Api,
    /// A decision file in a result folder.
    Sftp,
    /// The authority's pages.
    Page(Actor),
}

impl Source {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Sftp => "sftp",
            Self::Page(_) => "page",
        }
    }
}

impl Reviewer {
    /// A reviewer.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx }
    }

    /// The authority is about to fetch the package: what waited in the inbox is delivered by that.
    /// What was withdrawn before it went out must not reach it any more.
    pub async fn picked_up(
        &self,
        id: DeliveryId,
        authority: AuthorityId,
    ) -> Result<(), ReviewProblem> {
        let (mut tx, mut delivery) = self.lock(id, authority).await?;
        if matches!(delivery.state, State::Cancelled) {
            return Err(Refusal { state: delivery.state.as_str(), event: "be fetched" }.into());
        }
        let now = self.ctx.clock.now_ms();
        let arrived = arrive(&mut delivery, now);
        let raised = delivery.prove(ProofLevel::PickedUp);
        if arrived || raised {
            self.save(&mut tx, &delivery, "proof.picked_up", json!({"via": "inbox"})).await?;
            if arrived {
                self.tell(&mut tx, &delivery, "delivery.delivered")?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// The authority says that it has it.
    pub async fn acknowledge(
        &self,
        id: DeliveryId,
        authority: AuthorityId,
    ) -> Result<(), ReviewProblem> {
        let (mut tx, mut delivery) = self.lock(id, authority).await?;
        let now = self.ctx.clock.now_ms();
        let arrived = arrive(&mut delivery, now);
        let opened = delivery.review.open();
        let changed = arrived || opened != delivery.review;
        delivery.review = opened;
        if delivery.prove(ProofLevel::Acknowledged) || changed {
            self.save(&mut tx, &delivery, "proof.acknowledged", json!({})).await?;
            if arrived {
                self.tell(&mut tx, &delivery, "delivery.delivered")?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// 受付完了 or 差戻し. The same decision again is no error.
    pub async fn decide(
        &self,
        id: DeliveryId,
        authority: AuthorityId,
        decision: &Decision,
        source: Source,
    ) -> Result<(), ReviewProblem> {
        self.check_words(decision)?;
        self.check_files(authority, decision).await?;
        let (mut tx, mut delivery, filing) = self.lock_both(id, authority).await?;
        if self.is_same_decision(&delivery, decision).await? {
            return Ok(());
        }
        self.check_marks(id, decision).await?;
        let begun = self.ctx.spans.after(delivery.trace, &self.ctx.clock);
        let now = begun.at;
        delivery.review = delivery.review.decide(decision.verdict)?;
        delivery.decided_at = Some(now);
        arrive(&mut delivery, now);
        delivery.prove(ProofLevel::Acknowledged);
        let row = DecisionRow {
            delivery_id: id,
            verdict: decision.verdict,
            comment: decision.comment.clone(),
            files: serde_json::to_string(&decision.files).unwrap_or_default(),
            marks: serde_json::to_string(&decision.marks).unwrap_or_default(),
            source: source.as_str().to_owned(),
            decided_at: now,
        };
        if let Some(gone) = uploads::name(&mut tx, authority.as_str(), &decision.files).await? {
            return Err(no_upload(&gone.name));
        }
        if !tx.insert_decision(&row).await? {
            let state = delivery.review.as_str();
            return Err(Refusal { state, event: "be decided on twice" }.into());
        }
        let mut body = in_the_chain(decision, &source);
        if let Source::Page(by) = &source {
            body["by"] = json!(by.person);
            self.note(&mut tx, id, by, ("decided", decision.verdict.as_str())).await?;
        }
        self.save(&mut tx, &delivery, "decision.made", body).await?;
        let (kind, event) = match decision.verdict {
            Verdict::Accepted => (NoticeKind::Accepted, "decision.accepted"),
            Verdict::Returned => (NoticeKind::Returned, "decision.returned"),
        };
        self.tell(&mut tx, &delivery, event)?;
        self.notify(&mut tx, Some(&filing), (Some(id), Some(begun.trace)), kind).await?;
        tx.commit().await?;
        self.ctx.metrics.decision(decision.verdict.as_str());
        let verdict = decision.verdict.as_str().to_owned();
        self.ctx.spans.tell(Span {
            stage: "review",
            begun,
            ended_at: self.ctx.clock.now_ms(),
            about: vec![("delivery.id", id.to_string()), ("verdict", verdict)],
            fault: None,
        });
        Ok(())
    }

    async fn is_same_decision(
        &self,
        delivery: &Delivery,
        decision: &Decision,
    ) -> Result<bool, ReviewProblem> {
        if !matches!(delivery.review, Review::Accepted | Review::Returned) {
            return Ok(false);
        }
        let made = self.ctx.store.decision(delivery.id).await?;
        Ok(made.is_some_and(|made| {
            let is_alike = made.verdict == decision.verdict && made.comment == decision.comment;
            let marks: Vec<String> = serde_json::from_str(&made.marks).unwrap_or_default();
            is_alike && marks == decision.marks
        }))
    }

    /// Files of a decision must have been uploaded by the authority.
    async fn check_files(
        &self,
        authority: AuthorityId,
        decision: &Decision,
    ) -> Result<(), ReviewProblem> {
        let digests = decision.files.iter().map(|f| f.sha256.as_str());
        let known = self.ctx.store.find_attachments(authority.as_str(), digests).await?;
        for file in &decision.files {
            if !known.iter().any(|row| row.sha256 == file.sha256) {
                return Err(no_upload(&file.name));
            }
        }
        Ok(())
    }

    async fn lock(
        &self,
        id: DeliveryId,
        authority: AuthorityId,
    ) -> Result<(Tx, Delivery), ReviewProblem> {
        let mut tx = self.ctx.store.begin().await?;
        let delivery = tx.lock_deliveries(&[id]).await?.pop();
        let delivery = delivery.filter(|d| d.authority == authority);
        Ok((tx, delivery.ok_or(ReviewProblem::NotFound("delivery"))?))
    }

    /// The same for what people write, with its filing, which an erasure locks as well: so nothing
    /// is written behind it.
    async fn lock_both(
        &self,
        id: DeliveryId,
        authority: AuthorityId,
    ) -> Result<(Tx, Delivery, FilingRow), ReviewProblem> {
        let (mut tx, delivery) = self.lock(id, authority).await?;
        let filing = tx.lock_filing(delivery.filing_id).await?;
        refuse_erased(&mut tx, delivery.filing_id).await?;
        let filing = filing.ok_or(ReviewProblem::NotFound("filing"))?;
        Ok((tx, delivery, filing))
    }

    async fn save(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
        kind: &'static str,
        mut body: serde_json::Value,
    ) -> Result<(), ReviewProblem> {
        body["delivery"] = json!(delivery.id);
        body["authority"] = json!(delivery.authority);
        tx.save_deliveries(std::slice::from_ref(delivery)).await?;
        tx.append(&[NewEvent::new(delivery.filing_id, kind, body)]).await?;
        Ok(())
    }

    fn tell(&self, tx: &mut Tx, delivery: &Delivery, event: &str) -> Result<(), ReviewProblem> {
        let message = domain_event(delivery, event, self.ctx.clock.now_ms());
        if event == "delivery.delivered" {
            tx.count_arrival(delivery);
        }
        Ok(tx.enqueue(EVENTS, event, &message)?)
    }

    pub(super) async fn notify(
        &self,
        tx: &mut Tx,
        filing: Option<&FilingRow>,
        (delivery, trace): (Option<DeliveryId>, Option<Trace>),
        kind: NoticeKind,
    ) -> Result<(), ReviewProblem> {
        let Some(filing) = filing else { return Ok(()) };
        let about = (filing.id, delivery, trace);
        let told = notices::of(&self.ctx, filing.corporate_number, about, kind).await?;
        Ok(notices::add(tx, &told).await?)
    }
}

/// Refuses to add anything to a filing whose contents were erased; it is locked before that.
async fn refuse_erased(tx: &mut Tx, id: FilingId) -> Result<(), ReviewProblem> {
    if tx.is_erased(id).await? { Err(ReviewProblem::Erased) } else { Ok(()) }
}

/// What the chain says of a decision, for ever: digests of its words and files, and no names.
fn in_the_chain(decision: &Decision, source: &Source) -> serde_json::Value {
    let files: Vec<_> = decision.files.iter().map(|file| file.sha256.as_str()).collect();
    json!({"verdict": decision.verdict, "source": source.as_str(),
           "comment_sha256": hex::encode(Sha256::digest(&decision.comment)),
           "files": files, "marks": decision.marks.len()})
}

/// What was not delivered yet is by the authority's own act. Tells whether that changed anything.
fn arrive(delivery: &mut Delivery, now: i64) -> bool {
    delivery.apply(Event::PickUp { at: now }, now).is_ok()
}

fn no_upload(name: &str) -> ReviewProblem {
    let what = "no upload of yours has the digest of";
    ReviewProblem::Invalid(format!("{what} {name:?}; upload it (POST /v1/attachments)"))
}

#[cfg(test)]
mod tests {
    use schemas::Attachment;

    use super::*;

    #[test]
    fn the_chain_has_digests_and_no_names() {
        let sha256 = "ab".repeat(32);
        let file = Attachment {
            name: "管理者の氏名.pdf".to_owned(),
            sha256: sha256.clone(),
            size: 1,
            media_type: "application/pdf".to_owned(),
        };
        let (verdict, comment) = (Verdict::Returned, "氏名が違います".to_owned());
        let decision = Decision { verdict, comment, files: vec![file], marks: Vec::new() };
        let body = in_the_chain(&decision, &Source::Api);
        assert_eq!(body["files"], json!([sha256]));
        assert!(!body.to_string().contains("氏名"), "{body}");
    }
}

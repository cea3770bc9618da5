//! What an authority's staff do at their pages: the opening, on record for all; who did what, for
//! themselves.

use schemas::decision::{WORDLESS, is_too_long, is_wordless};
use schemas::{AuthorityId, Decision, DeliveryId, ProofLevel};
use serde_json::{Value, json};

use super::{ReviewProblem, Reviewer, arrive};
use crate::actor::Actor;
use crate::delivery::{Delivery, Review, State};
use crate::store::{ActRow, StaffAct, Tx};

/// Whether looking at a delivery still changes something: nobody has, or it counts as on its way.
pub fn is_news(delivery: &Delivery) -> bool {
    let has_arrived = matches!(delivery.state, State::Delivered { .. } | State::Cancelled);
    let is_proved = delivery.proof >= Some(ProofLevel::Opened);
    !has_arrived || !is_proved || delivery.review == Review::Unopened
}

impl Reviewer {
    /// Someone of the authority's staff looks at it. The first of them opens it, and what was not
    /// delivered yet is by that. Tells whether it was opened now.
    pub async fn open(
        &self,
        id: DeliveryId,
        authority: AuthorityId,
        by: &Actor,
    ) -> Result<bool, ReviewProblem> {
        let (mut tx, mut delivery) = self.lock(id, authority).await?;
        let arrived = arrive(&mut delivery, self.ctx.clock.now_ms());
        let review = delivery.review.open();
        let is_first = review != delivery.review;
        delivery.review = review;
        let is_proved = delivery.prove(ProofLevel::Opened);
        if !(arrived || is_first || is_proved) {
            return Ok(false);
        }
        let body = json!({"via": "page", "by": by.person});
        self.save(&mut tx, &delivery, "proof.opened", body).await?;
        self.note(&mut tx, id, by, ("opened", "")).await?;
        if arrived {
            self.tell(&mut tx, &delivery, "delivery.delivered")?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Someone gives a delivery into a colleague's hands, or puts it back, or only leaves a remark
    /// (`to` is none). Nothing of it is on record for anyone but the authority's staff.
    pub async fn hand_over(
        &self,
        (id, authority): (DeliveryId, AuthorityId),
        by: &Actor,
        to: Option<Option<Actor>>,
        remark: &str,
    ) -> Result<(), ReviewProblem> {
        let chars_max = self.ctx.config.review.remark_chars_max;
        if is_too_long(remark, chars_max) {
            let sentence = format!("a remark has at most {chars_max} characters");
            return Err(ReviewProblem::Invalid(sentence));
        }
        if to.is_none() && remark.trim().is_empty() {
            return Ok(());
        }
        let (mut tx, ..) = self.lock_both(id, authority).await?;
        let kind = if to.is_some() { "assigned" } else { "remark" };
        let to = to.flatten();
        let row = ActRow {
            assignee: to.as_ref().map(|to| to.person.clone()),
            assignee_name: to.map(|to| to.name),
            ..self.act(id, by, (kind, remark))
        };
        tx.insert_act(&row).await?;
        // What they say to each other is theirs alone.
        let what = if kind == "assigned" { "case.assign" } else { "case.remark" };
        let states = (Value::Null, json!({"to": row.assignee}));
        let by = (by.person.as_str(), by.name.as_str());
        tx.record(StaffAct::plain((what, format!("delivery:{id}")), by, states)).await?;
        Ok(tx.commit().await?)
    }

    /// Whether an answer's words are there, and not too many.
    pub(super) fn check_words(&self, decision: &Decision) -> Result<(), ReviewProblem> {
        let limits = &self.ctx.config.review;
        let invalid = |sentence: String| Err(ReviewProblem::Invalid(sentence));
        if is_wordless(decision.verdict, &decision.comment) {
            return invalid(WORDLESS.to_owned());
        }
        if is_too_long(&decision.comment, limits.comment_chars_max) {
            return invalid(format!(
                "a comment has at most {} characters",
                limits.comment_chars_max
            ));
        }
        if decision.marks.len() > limits.marks_max {
            return invalid(format!("mark at most {} places", limits.marks_max));
        }
        Ok(())
    }

    /// Marks name places that the filing has.
    pub(super) async fn check_marks(
        &self,
        id: DeliveryId,
        decision: &Decision,
    ) -> Result<(), ReviewProblem> {
        if decision.marks.is_empty() {
            return Ok(());
        }
        let parcel = self.ctx.store.parcel(id).await?;
        let document = parcel.map(|it| it.document).unwrap_or_default();
        let document: serde_json::Value = serde_json::from_str(&document).unwrap_or_default();
        let is_known = |mark: &&String| mark.starts_with('/') && document.pointer(mark).is_some();
        match decision.marks.iter().find(|mark| !is_known(mark)) {
            None => Ok(()),
            Some(mark) => {
                let mark: String = mark.chars().take(200).collect();
                let sentence = format!("the filing has no place {mark:?} that could be marked");
                Err(ReviewProblem::Invalid(sentence))
            }
        }
    }

    /// Writes down who did what, for the authority's staff.
    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        delivery_id: DeliveryId,
        by: &Actor,
        (kind, text): (&str, &str),
    ) -> Result<(), ReviewProblem> {
        Ok(tx.insert_act(&self.act(delivery_id, by, (kind, text))).await?)
    }

    fn act(&self, delivery_id: DeliveryId, by: &Actor, (kind, text): (&str, &str)) -> ActRow {
        ActRow {
            id: self.ctx.clock.id(),
            delivery_id,
            kind: kind.to_owned(),
            person: by.person.clone(),
            name: by.name.clone(),
            text: text.to_owned(),
            assignee: None,
            assignee_name: None,
            at: self.ctx.clock.now_ms(),
        }
    }
}

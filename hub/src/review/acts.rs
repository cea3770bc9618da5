//! What an authority's staff do at their pages: the opening, on record for all; who did what, for
//! themselves.

use schemas::{AuthorityId, DeliveryId, ProofLevel};
use serde_json::json;

use super::{Actor, ReviewProblem, Reviewer, arrive};
use crate::delivery::{Delivery, Review, State};
use crate::store::{ActRow, Tx};

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

    /// Writes down who did what, for the authority's staff.
    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        delivery_id: DeliveryId,
        by: &Actor,
        (kind, text): (&str, &str),
    ) -> Result<(), ReviewProblem> {
        let row = ActRow {
            id: self.ctx.clock.id(),
            delivery_id,
            kind: kind.to_owned(),
            person: by.person.clone(),
            name: by.name.clone(),
            text: text.to_owned(),
            assignee: None,
            assignee_name: None,
            at: self.ctx.clock.now_ms(),
        };
        Ok(tx.insert_act(&row).await?)
    }
}

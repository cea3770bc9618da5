//! One delivery by hand: kept from going, let go again, or given on paper.

use jiff::civil::Date;
use schemas::{DeliveryId, Owner, ProofLevel, Why};
use serde_json::{Value, json};

use super::{By, delivery_subject};
use crate::broker::topology::EVENTS;
use crate::context::{Context, day_in_japan};
use crate::delivery::{Delivery, Event, HELD_BY_HAND, Refusal, State};
use crate::review::ReviewProblem;
use crate::store::{NewEvent, Tx};
use crate::work::domain_event;

/// On which day something was given to whom.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The day, in Japan.
    pub on: Date,
    /// Who took it, in the words of who gave it. Stands in the record of acts alone, never in a
    /// filing's events.
    pub to: &'a str,
}

/// Keeps a delivery that is due or waits from going, until somebody lets it go.
pub async fn hold(ctx: &Context, id: DeliveryId, by: By<'_>) -> Result<(), ReviewProblem> {
    by.reason(ctx)?;
    let (tx, mut delivery) = lock(ctx, id).await?;
    let was = seen(&delivery);
    // A try under way ends by itself, and its answer counts.
    if matches!(delivery.state, State::Sending { .. }) {
        return Err(Refusal { state: delivery.state.as_str(), event: "be held by hand" }.into());
    }
    let sentence = "staff holds it; it goes when they let it go";
    let why = Why::new(HELD_BY_HAND, Owner::Hub, sentence);
    delivery.apply(Event::Hold { why }, ctx.clock.now_ms())?;
    let event = NewEvent::about(&delivery, "delivery.held");
    save(tx, (delivery, event), ("delivery.hold", was, json!({})), by).await
}

/// Lets a held delivery go, whatever it was held for; it is asked at its claim whether it may.
pub async fn let_go(ctx: &Context, id: DeliveryId, by: By<'_>) -> Result<(), ReviewProblem> {
    by.reason(ctx)?;
    let now = ctx.clock.now_ms();
    let (tx, mut delivery) = lock(ctx, id).await?;
    let was = seen(&delivery);
    delivery.apply(Event::Release { at: now }, now)?;
    let event = NewEvent::about(&delivery, "delivery.released");
    save(tx, (delivery, event), ("delivery.release", was, json!({})), by).await?;
    ctx.hurry.notify_one();
    Ok(())
}

/// It reached the authority by hand, on paper or on a disk: that is a proof that it has it.
pub async fn give(
    ctx: &Context,
    id: DeliveryId,
    given: Given<'_>,
    by: By<'_>,
) -> Result<(), ReviewProblem> {
    by.reason(ctx)?;
    let (now, to) = (ctx.clock.now_ms(), given.to.trim());
    let most = ctx.config.limits.name_chars_max;
    if to.is_empty() || to.chars().count() > most {
        return Err(ReviewProblem::Given(format!("say who took it, in 1 to {most} characters")));
    }
    let (mut tx, mut delivery) = lock(ctx, id).await?;
    let (first, last) = (day_in_japan(delivery.created_at), day_in_japan(now));
    if !(first..=last).contains(&given.on) {
        return Err(ReviewProblem::Given(format!("it was given on a day from {first} to {last}")));
    }
    let was = seen(&delivery);
    delivery.apply(Event::PickUp { at: now }, now)?;
    delivery.prove(ProofLevel::PickedUp);
    let body = json!({"delivery": delivery.id, "authority": delivery.authority, "via": "hand",
                      "on": given.on});
    let event = NewEvent::new(delivery.filing_id, "proof.picked_up", body);
    tell(&mut tx, &delivery, now)?;
    let how = json!({"given_on": given.on, "given_to": to});
    save(tx, (delivery, event), ("delivery.give", was, how), by).await
}

pub(super) async fn lock(ctx: &Context, id: DeliveryId) -> Result<(Tx, Delivery), ReviewProblem> {
    let mut tx = ctx.store.begin().await?;
    let delivery = tx.lock_deliveries(&[id]).await?.pop();
    Ok((tx, delivery.ok_or(ReviewProblem::NotFound("delivery"))?))
}

pub(super) fn seen(delivery: &Delivery) -> Value {
    json!({"state": delivery.state.as_str(), "why": delivery.state.why().map(|why| &why.code)})
}

/// Subscribers outside learn of it as of any other that arrived.
fn tell(tx: &mut Tx, delivery: &Delivery, at: i64) -> Result<(), ReviewProblem> {
    let message = domain_event(delivery, "delivery.delivered", at);
    tx.count_arrival(delivery);
    Ok(tx.enqueue(EVENTS, message.event.clone(), &message)?)
}

pub(super) async fn save(
    mut tx: Tx,
    (delivery, event): (Delivery, NewEvent),
    (what, was, how): (&'static str, Value, Value),
    by: By<'_>,
) -> Result<(), ReviewProblem> {
    let mut became = how;
    became["state"] = json!(delivery.state.as_str());
    let subject = delivery_subject(delivery.id);
    tx.append(&[event]).await?;
    tx.save_deliveries(&[delivery]).await?;
    by.record(&mut tx, (what, subject), (was, became)).await?;
    Ok(tx.commit().await?)
}

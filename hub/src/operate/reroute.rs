//! One delivery another way: over another channel of its authority's ladder, or to another
//! authority where the plan was wrong.
//!
//! Who has it keeps it; where it only may have arrived, it is not tried again. Who has nothing of
//! it is taken out of the plan, and hears neither of corrections nor of a withdrawal; these go to
//! the new addressee, who is one like any other.

use jiff::civil::Date;
use routing::Readiness;
use schemas::{AuthorityId, Channel, DeliveryId, Owner, Why};
use serde_json::json;

use super::delivery::{lock, save, seen};
use super::{By, delivery_subject};
use crate::broker::topology::EVENTS;
use crate::context::{Context, day_in_japan};
use crate::delivery::{Delivery, Event, HELD_BY_HAND, Refusal, State};
use crate::erasure::mark_in;
use crate::notices::{self, NoticeKind};
use crate::recipe::Recipe;
use crate::review::ReviewProblem;
use crate::router::begin;
use crate::store::{FilingRow, NewEvent, RevisionRow, StoreError, Tx};
use crate::work::{domain_event, enqueue_due};

/// The rule of a delivery whose addressee staff named.
pub const BY_HAND: &str = "by_hand";

/// Why a delivery does not go another way.
#[derive(Debug, thiserror::Error)]
pub enum RerouteProblem {
    /// Its authority is not reached over that channel.
    #[error("its authority has no channel {asked}; it has {has}")]
    NoChannel {
        /// What was asked for.
        asked: Channel,
        /// Those that it has, in the order of its ladder.
        has: String,
    },
    /// The authority is not in the master.
    #[error("{code} is no authority of the master on {day}")]
    NoAuthority {
        /// Who was asked for.
        code: AuthorityId,
        /// Today, in Japan.
        day: Date,
    },
    /// It gets the filing anyway, or did before.
    #[error("{0} is in the plan of this filing already")]
    InPlan(AuthorityId),
    /// A newer revision goes there, or is about to.
    #[error("a newer revision of the filing takes its place; reroute that one, once it is planned")]
    NotNewest,
    /// As with all that staff do.
    #[error(transparent)]
    Act(#[from] ReviewProblem),
}

impl From<StoreError> for RerouteProblem {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

impl From<Refusal> for RerouteProblem {
    fn from(refusal: Refusal) -> Self {
        Self::Act(refusal.into())
    }
}

/// Sends what is due, waits, is held or failed over another channel that its authority has, from
/// the first try there; after that the ladder goes on from it. Never while a try is under way.
pub async fn to_channel(
    ctx: &Context,
    id: DeliveryId,
    channel: Channel,
    by: By<'_>,
) -> Result<(), RerouteProblem> {
    by.reason(ctx)?;
    let (mut tx, mut delivery) = lock(ctx, id).await?;
    never_a_test(&delivery)?;
    let step = step_of(ctx, delivery.authority, channel)?;
    let mut was = seen(&delivery);
    was["channel"] = json!(delivery.channel);
    let body = json!({"delivery": id, "authority": delivery.authority,
                      "from": delivery.channel, "channel": channel});
    delivery.switch((channel, step), ctx.clock.now_ms())?;
    enqueue_due(&mut tx, &delivery).map_err(ReviewProblem::from)?;
    let event = NewEvent::new(delivery.filing_id, "delivery.switched", body);
    let act = ("delivery.reroute", was, json!({"channel": channel}));
    Ok(save(tx, (delivery, event), act, by).await?)
}

/// A test goes the way that it tests, or not at all.
fn never_a_test(delivery: &Delivery) -> Result<(), Refusal> {
    let refusal = Refusal { state: "test", event: "be rerouted" };
    if delivery.is_test() { Err(refusal) } else { Ok(()) }
}

/// The place of a channel in an authority's ladder.
fn step_of(ctx: &Context, authority: AuthorityId, asked: Channel) -> Result<i32, RerouteProblem> {
    let directory = ctx.directory.load();
    let ladder = directory.ladder(authority).iter().map(adapters::Endpoint::channel);
    let found = (0..).zip(ladder.clone()).find(|(_, channel)| *channel == asked);
    found.map(|(step, _)| step).ok_or_else(|| {
        let has = ladder.map(Channel::as_str).collect::<Vec<_>>().join(", ");
        RerouteProblem::NoChannel { asked, has }
    })
}

/// What sending a delivery to another authority would come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Whether the former addressee has it, or may have it, and so keeps it.
    pub stays: bool,
    /// Whether the former one's delivery is held by that: it only may have arrived, and would be
    /// tried again.
    pub holds: bool,
    /// The delivery to the other, as it would begin: due, or held with the reason.
    pub fresh: Delivery,
}

/// Looks at that; nothing is changed.
pub async fn preview(
    ctx: &Context,
    id: DeliveryId,
    to: AuthorityId,
) -> Result<Preview, RerouteProblem> {
    let delivery = ctx.store.delivery(id).await?.ok_or(ReviewProblem::NotFound("delivery"))?;
    let filing = ctx.store.filing(delivery.filing_id).await?;
    let filing = filing.ok_or(ReviewProblem::NotFound("filing"))?;
    let all = ctx.store.deliveries_of(filing.id).await?;
    let (fresh, _) = other(ctx, &delivery, (&filing, &all), to).await?;
    let stays = is_there(ctx, &delivery).await?;
    Ok(Preview { stays, holds: stays && may_go_on(&delivery), fresh })
}

/// Sends it to another authority, and tells the operator. The former addressee's ends, unless that
/// one has it or may have it; what may have arrived is held. Gives the other's delivery.
pub async fn to_authority(
    ctx: &Context,
    id: DeliveryId,
    to: AuthorityId,
    by: By<'_>,
) -> Result<DeliveryId, RerouteProblem> {
    by.reason(ctx)?;
    let now = ctx.clock.now_ms();
    let known = ctx.store.delivery(id).await?.ok_or(ReviewProblem::NotFound("delivery"))?;
    let mut tx = ctx.store.begin().await?;
    // All of them, and before their filing, as a withdrawal does: of the two the second sees what
    // the first did.
    let ids: Vec<_> =
        tx.deliveries_of_filing(known.filing_id).await?.iter().map(|d| d.id).collect();
    let all = tx.lock_deliveries(&ids).await?;
    let filing = tx.lock_filing(known.filing_id).await?;
    let filing = filing.ok_or(ReviewProblem::NotFound("filing"))?;
    let delivery = all.iter().find(|it| it.id == id).cloned();
    let mut delivery = delivery.ok_or(ReviewProblem::NotFound("delivery"))?;
    let (fresh, is_new) = other(ctx, &delivery, (&filing, &all), to).await?;
    let (stays, was) = (is_there(ctx, &delivery).await?, seen(&delivery));
    let holds = stays && may_go_on(&delivery);
    if holds {
        keep_from_going(&mut delivery, to, now)?;
    } else if !stays {
        delivery.take_away(now)?;
    }
    if is_new {
        let recipe = |it: &Delivery| Some(Recipe::now(ctx, it.authority).text());
        tx.insert_deliveries(std::slice::from_ref(&fresh), recipe).await?;
    } else {
        tx.save_deliveries(std::slice::from_ref(&fresh)).await?;
    }
    tell(ctx, &mut tx, &filing, &fresh).await?;
    let there = json!({"delivery": fresh.id, "authority": to});
    let body = json!({"delivery": id, "authority": delivery.authority, "to": there,
                      "revision": delivery.revision, "stays": stays, "held": holds});
    let event = NewEvent::new(filing.id, "delivery.rerouted", body);
    let became = json!({"to": there, "stays": stays, "subject": delivery_subject(fresh.id)});
    save(tx, (delivery, event), ("delivery.reroute", was, became), by).await?;
    Ok(fresh.id)
}

/// The delivery to the other authority, and whether it is new: one from which staff took this very
/// delivery before gets it back, under the same id.
async fn other(
    ctx: &Context,
    delivery: &Delivery,
    (filing, all): (&FilingRow, &[Delivery]),
    to: AuthorityId,
) -> Result<(Delivery, bool), RerouteProblem> {
    never_a_test(delivery)?;
    if filing.withdrawn_at.is_some() {
        return Err(Refusal { state: "withdrawn", event: "be rerouted" }.into());
    }
    if matches!(delivery.state, State::Sending { .. } | State::Cancelled) {
        return Err(Refusal { state: delivery.state.as_str(), event: "be rerouted" }.into());
    }
    let revisions = ctx.store.revisions(filing.id).await?;
    let revision = newest(delivery, all, &revisions)?;
    if mark_in(&revision.document).is_some() {
        return Err(Refusal { state: "erased", event: "be rerouted" }.into());
    }
    let now = ctx.clock.now_ms();
    let readiness = readiness(ctx, filing, to, day_in_japan(now))?;
    let mut there = all.iter().filter(|it| it.authority == to);
    let because = (BY_HAND.to_owned(), delivery.article.clone());
    let begun = begin(ctx, revision, (to, readiness), because);
    match (there.next(), there.next()) {
        (None, _) => Ok((begun, true)),
        (Some(known), None) if known.id == begun.id && known.state == State::Cancelled => {
            let mut known = known.clone();
            known.give_back(now)?;
            let State::Held { why } = begun.state else { return Ok((known, false)) };
            known.apply(Event::Hold { why }, now)?;
            Ok((known, false))
        }
        (Some(_), _) => Err(RerouteProblem::InPlan(to)),
    }
}

/// The revision of a delivery, where none is newer for its authority.
fn newest<'r>(
    delivery: &Delivery,
    all: &[Delivery],
    revisions: &'r [RevisionRow],
) -> Result<&'r RevisionRow, RerouteProblem> {
    let is_newer =
        |it: &Delivery| it.authority == delivery.authority && it.revision > delivery.revision;
    let is_to_come = |it: &RevisionRow| it.revision > delivery.revision && it.routed_at.is_none();
    if all.iter().any(is_newer) || revisions.iter().any(is_to_come) {
        return Err(RerouteProblem::NotNewest);
    }
    let own = revisions.iter().find(|it| it.revision == delivery.revision);
    own.ok_or(RerouteProblem::Act(ReviewProblem::NotFound("revision")))
}

fn readiness(
    ctx: &Context,
    filing: &FilingRow,
    code: AuthorityId,
    day: Date,
) -> Result<Readiness, RerouteProblem> {
    let master = ctx.master();
    let body = master.body(code, day);
    let body = body.ok_or(RerouteProblem::NoAuthority { code, day })?;
    Ok(body.reception.readiness(filing.kind))
}

/// Whether its authority has it, or may have it for all that is known. What only ever lay in the
/// inbox and was not fetched is not there.
async fn is_there(ctx: &Context, delivery: &Delivery) -> Result<bool, StoreError> {
    if matches!(delivery.state, State::Delivered { .. }) || !delivery.second_copy {
        return Ok(matches!(delivery.state, State::Delivered { .. }));
    }
    let tries = ctx.store.attempts(delivery.id).await?;
    let all_known = i32::try_from(tries.len()).is_ok_and(|n| n == delivery.attempts && n > 0);
    let only_offered = all_known && tries.iter().all(|it| it.channel == Channel::Pull);
    Ok(!(only_offered && delivery.channel == Some(Channel::Pull) && delivery.ladder_step == 0))
}

/// Whether it would be tried again by itself. What staff holds would not, nor what has failed.
fn may_go_on(delivery: &Delivery) -> bool {
    match &delivery.state {
        State::Due | State::Waiting { .. } => true,
        State::Held { why } => why.code != HELD_BY_HAND,
        State::Sending { .. }
        | State::Delivered { .. }
        | State::Failed { .. }
        | State::Cancelled => false,
    }
}

/// It is not tried again at an authority that was none of its addressees, but not cancelled either:
/// so a withdrawal tells whoever may have it.
fn keep_from_going(delivery: &mut Delivery, to: AuthorityId, now: i64) -> Result<(), Refusal> {
    // What ends another hold by itself must not let it go.
    if matches!(delivery.state, State::Held { .. }) {
        delivery.apply(Event::Release { at: now }, now)?;
    }
    let sentence = format!(
        "it may have arrived here, and staff sends it to {to}; it is not tried again unless they \
         let it go"
    );
    let why = Why::new(HELD_BY_HAND, Owner::Hub, sentence);
    delivery.apply(Event::Hold { why }, now)
}

/// The couriers, the operator and subscribers outside learn of the new addressee.
async fn tell(
    ctx: &Context,
    tx: &mut Tx,
    filing: &FilingRow,
    fresh: &Delivery,
) -> Result<(), ReviewProblem> {
    enqueue_due(tx, fresh)?;
    let about = (filing.id, Some(fresh.id), fresh.trace);
    let told = notices::of(ctx, filing.corporate_number, about, NoticeKind::Rerouted).await?;
    notices::add(tx, &told).await?;
    let message = domain_event(fresh, "delivery.rerouted", ctx.clock.now_ms());
    Ok(tx.enqueue(EVENTS, message.event.clone(), &message)?)
}

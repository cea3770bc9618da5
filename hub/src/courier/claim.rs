//! Claim: lane admission and lease for a batch of work messages, in one commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use schemas::message::DeliveryDue;
use schemas::{AuthorityId, Channel, DeliveryId, FilingId, Owner, Why};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use super::Desk;
use super::files::stop_unclean;
use crate::broker::Incoming;
use crate::context::Context;
use crate::delivery::{Delivery, Event, State};
use crate::lane::{Admission, Lane};
use crate::retry::spread_ms;
use crate::store::{NewEvent, ParcelRow, Tx};
use crate::trace::Begun;
use crate::work::{Asked, tell_of_dead};

/// A claimed delivery with all that sending it needs.
pub(super) struct Job {
    pub(super) delivery: Delivery,
    pub(super) parcel: ParcelRow,
    /// What the try is to be told as.
    pub(super) begun: Begun,
    /// Nothing was known against the lane when this was claimed.
    pub(super) lane_was_clean: bool,
    /// Given back when the try is over.
    pub(super) slot: OwnedSemaphorePermit,
}

type LaneKey = (AuthorityId, Channel);

/// Lanes of one batch, with what is under way on each.
type Lanes = HashMap<LaneKey, (Lane, i64)>;

/// Claims what may go now; puts back or holds the rest.
pub(super) async fn claim(desk: &Desk, batch: &[Incoming]) -> anyhow::Result<Vec<Job>> {
    let ctx = &desk.ctx;
    let now = ctx.clock.now_ms();
    let mut asked = Asked::read(ctx, batch, |m: &DeliveryDue| (m.delivery_id, m.turn));
    let mut tx = ctx.store.begin().await?;
    tx.lock_lanes().await?;
    let mut deliveries = tx.lock_deliveries(&asked.ids()).await?;
    asked.park_unknown(ctx, deliveries.iter().map(|delivery| delivery.id));
    tx.insert_dead_letters(&asked.dead).await?;
    // A message of another turn, or of a delivery that has moved on, is stale.
    deliveries.retain(|d| d.state == State::Due && asked.is_about(d.id, d.turn));
    let mut lanes = load_lanes(&mut tx, &deliveries).await?;
    let before: HashMap<LaneKey, Lane> =
        lanes.iter().map(|(key, (lane, _))| (*key, lane.clone())).collect();
    let mut events = hold_followers(&mut tx, &mut deliveries, now).await?;
    events.extend(stop_unclean(ctx, &mut tx, &mut deliveries, now).await?);
    let mut slots = HashMap::new();
    for delivery in deliveries.iter_mut().filter(|d| d.state == State::Due) {
        if let Some(slot) = admit(desk, delivery, &mut lanes)? {
            slots.insert(delivery.id, slot);
        }
    }
    let changed: Vec<Lane> = lanes
        .iter()
        .filter(|(key, (lane, _))| before.get(key) != Some(lane))
        .map(|(_, (lane, _))| lane.clone())
        .collect();
    tx.save_lanes(&changed).await?;
    tx.save_deliveries(&deliveries).await?;
    tx.append(&events).await?;
    let claimed: Vec<DeliveryId> = slots.keys().copied().collect();
    let parcels = tx.parcels(&claimed).await?;
    tx.commit().await?;
    tell_of_dead(ctx, &asked.dead);
    let mut parcels: HashMap<_, _> = parcels.into_iter().map(|p| (p.id, p)).collect();
    let jobs = deliveries.into_iter().filter_map(|delivery| {
        let (slot, parcel) = (slots.remove(&delivery.id)?, parcels.remove(&delivery.id)?);
        let key = (delivery.authority, delivery.channel?);
        let lane_was_clean = lanes.get(&key).is_none_or(|(lane, _)| lane.failures == 0);
        let begun = ctx.spans.after(delivery.trace, &ctx.clock);
        Some(Job { delivery, parcel, begun, lane_was_clean, slot })
    });
    Ok(jobs.collect())
}

/// What may not go before or without an earlier revision; asked of the few that follow one.
async fn hold_followers(
    tx: &mut Tx,
    deliveries: &mut [Delivery],
    now: i64,
) -> anyhow::Result<Vec<NewEvent>> {
    let filings: BTreeSet<FilingId> =
        deliveries.iter().filter(|d| d.revision > 1).map(|d| d.filing_id).collect();
    let all = tx.deliveries_of_filings(&filings.into_iter().collect::<Vec<_>>()).await?;
    let mut events = Vec::new();
    for delivery in deliveries {
        let Some(event) = delivery.before_going(&all) else { continue };
        delivery.apply(event, now)?;
        let is_held = matches!(delivery.state, State::Held { .. });
        let kind = if is_held { "delivery.held" } else { "delivery.cancelled" };
        events.push(NewEvent::about(delivery, kind));
    }
    Ok(events)
}

async fn load_lanes(tx: &mut Tx, deliveries: &[Delivery]) -> anyhow::Result<Lanes> {
    let keys: BTreeSet<LaneKey> =
        deliveries.iter().filter_map(|d| Some((d.authority, d.channel?))).collect();
    if keys.is_empty() {
        return Ok(Lanes::new());
    }
    let args: Vec<_> = keys.iter().map(|(a, c)| json!({"authority": a, "channel": c})).collect();
    let loads = tx.lane_loads(&args).await?;
    Ok(loads
        .into_iter()
        .map(|load| {
            let key = (load.authority, load.channel);
            let lane = load.lane.unwrap_or_else(|| Lane::fresh(load.authority, load.channel));
            (key, (lane, load.sending))
        })
        .collect())
}

/// Moves one delivery: to sending (with its slot), or back to the store.
fn admit(
    desk: &Desk,
    delivery: &mut Delivery,
    lanes: &mut Lanes,
) -> anyhow::Result<Option<OwnedSemaphorePermit>> {
    let ctx = &desk.ctx;
    let now = ctx.clock.now_ms();
    let policy = &ctx.config.lane;
    let lane = delivery.channel.and_then(|c| lanes.get_mut(&(delivery.authority, c)));
    let Some((lane, sending)) = lane else {
        let sentence = "the authority has no channel; give it one with `todoke authority`";
        delivery.apply(Event::Hold { why: Why::new("no_channel", Owner::Hub, sentence) }, now)?;
        return Ok(None);
    };
    match lane.admit(*sending, delivery.postponed, policy, now) {
        Admission::Go => {}
        Admission::Hold { why } => {
            delivery.apply(Event::Hold { why }, now)?;
            return Ok(None);
        }
        Admission::Suspended { why } => {
            let step = delivery.ladder_step + 1;
            let directory = ctx.directory.load();
            let Some(next) = directory.next(delivery) else {
                delivery.apply(Event::Hold { why }, now)?;
                return Ok(None);
            };
            delivery.apply(Event::Postpone { until: now, why }, now)?;
            delivery.change_channel(next.channel(), step, now);
            return Ok(None);
        }
        Admission::Postpone { after_ms, why } => {
            postpone(ctx, delivery, (after_ms, why))?;
            return Ok(None);
        }
    }
    // First tries and retries have slots apart, so that neither starves the other.
    let slots = if delivery.attempts == 0 { &desk.first } else { &desk.retry };
    let Ok(slot) = Arc::clone(slots).try_acquire_owned() else {
        let why = Why::new("courier_busy", Owner::Hub, "all of the courier's slots are taken");
        postpone(ctx, delivery, (policy.full_ms, why))?;
        return Ok(None);
    };
    if let Err((until, why)) = lane.take_turn(delivery.postponed, policy, now) {
        delivery.apply(Event::Postpone { until, why }, now)?;
        return Ok(None);
    }
    *sending += 1;
    let lease_until = now + ctx.config.courier.lease_ms;
    delivery.apply(Event::Claim { lease_until, lease_owner: desk.name.clone() }, now)?;
    Ok(Some(slot))
}

fn postpone(
    ctx: &Context,
    delivery: &mut Delivery,
    (after_ms, why): (i64, Why),
) -> anyhow::Result<()> {
    let now = ctx.clock.now_ms();
    // Spread, so that all that was turned away does not come back in one moment.
    let after = std::time::Duration::from_millis(u64::try_from(after_ms).unwrap_or(0));
    let until = now + spread_ms(after, 0.5, ctx.clock.random()).max(after_ms.min(50));
    delivery.apply(Event::Postpone { until, why }, now)?;
    Ok(())
}

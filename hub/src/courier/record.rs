//! Record: what came of the tries, in one commit for all that came in meanwhile.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use schemas::message::DomainEvent;
use schemas::{AuthorityId, Channel, DeliveryId, Outcome, Owner, Why};
use serde_json::json;
use tokio::sync::mpsc;

use super::RECORD_MAX;
use super::policy::{LaneEffect, Settlement, Times, settle};
use crate::broker::topology::EVENTS;
use crate::context::Context;
use crate::delivery::{Delivery, Event, State};
use crate::erasure::chainable;
use crate::followers;
use crate::lane::{Alarm, Lane};
use crate::notices::{self, NoticeKind};
use crate::retry::wait_ms;
use crate::store::{AttemptRow, NewEvent, Tx};
use crate::trace::Trace;
use crate::work::event_outside;

/// What one try came to.
pub(super) enum Tried {
    /// The adapter answered.
    Outcome { outcome: Outcome, package_sha256: Option<String> },
    /// It did not get as far: our own fault, which uses up no try and harms no lane.
    OwnFault(Why),
    /// The process stops, and nothing was sent.
    NotBegun,
    /// The process could not wait for the answer; the far side may have it.
    BrokenOff,
}

/// One try, for the record.
pub(super) struct Attempted {
    pub(super) id: DeliveryId,
    pub(super) trace: Trace,
    pub(super) channel: Option<Channel>,
    pub(super) tried: Tried,
    pub(super) lane_was_clean: bool,
    /// The end of the filing's next last day, when it is to be tried again, in milliseconds.
    pub(super) due_at: Option<i64>,
    pub(super) started_at: i64,
    pub(super) finished_at: i64,
}

impl Attempted {
    fn may_touch_lane(&self) -> bool {
        let delivered =
            matches!(&self.tried, Tried::Outcome { outcome: Outcome::Delivered { .. }, .. });
        !(delivered && self.lane_was_clean)
    }
}

/// Writes what the tries came to.
pub(super) struct Recorder {
    ctx: Arc<Context>,
    name: String,
    incoming: mpsc::UnboundedReceiver<Attempted>,
}

/// All rows that one commit writes.
#[derive(Default)]
struct Rows {
    deliveries: Vec<Delivery>,
    attempts: Vec<AttemptRow>,
    events: Vec<NewEvent>,
    effects: Vec<((AuthorityId, Channel), LaneEffect)>,
    domain: Vec<DomainEvent>,
    arrived: BTreeSet<DeliveryId>,
    failed: Vec<Delivery>,
}

impl Recorder {
    pub(super) fn new(
        ctx: Arc<Context>,
        name: String,
        incoming: mpsc::UnboundedReceiver<Attempted>,
    ) -> Self {
        Self { ctx, name, incoming }
    }

    /// Until nobody can send any more.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::new();
        while self.incoming.recv_many(&mut batch, RECORD_MAX).await > 0 {
            self.record_until_done(std::mem::take(&mut batch)).await;
        }
    }

    /// All that has come in so far. Tells how many.
    pub(super) async fn drain(&mut self) -> usize {
        let mut batch = Vec::new();
        while let Ok(attempted) = self.incoming.try_recv() {
            batch.push(attempted);
        }
        let count = batch.len();
        if count > 0 {
            self.record_until_done(batch).await;
        }
        count
    }

    /// A store that is away for a while must not cost a try: the leases are long.
    async fn record_until_done(&self, batch: Vec<Attempted>) {
        let mut reconnect = crate::retry::Reconnect::default();
        while let Err(error) = self.record(&batch).await {
            tracing::error!(%error, "attempts are not recorded yet; trying again");
            if reconnect.is_long() && self.ctx.stop.is_cancelled() {
                tracing::error!("stopping with unrecorded attempts; their leases will run out");
                return;
            }
            tokio::time::sleep(reconnect.next_wait().min(Duration::from_secs(2))).await;
        }
    }

    async fn record(&self, batch: &[Attempted]) -> anyhow::Result<()> {
        let ctx = &self.ctx;
        let by_id: HashMap<_, _> =
            batch.iter().map(|attempted| (attempted.id, attempted)).collect();
        let ids: Vec<DeliveryId> = by_id.keys().copied().collect();
        let mut tx = ctx.store.begin().await?;
        let mut rows = Rows::default();
        // Lanes before deliveries, as claiming does, or the two could wait for each other.
        if batch.iter().any(Attempted::may_touch_lane) {
            tx.lock_lanes().await?;
        }
        let deliveries = tx.lock_deliveries(&ids).await?;
        let behind = followers::authorities_behind(&deliveries);
        for delivery in deliveries {
            let Some(attempted) = by_id.get(&delivery.id) else { continue };
            let ours = matches!(&delivery.state, State::Sending { lease_owner, .. }
                if *lease_owner == self.name);
            if ours {
                self.apply(delivery, attempted, &mut rows)?;
            } else {
                keep_overtaken(delivery, attempted, &mut rows);
            }
        }
        tx.save_deliveries(&rows.deliveries).await?;
        let released = followers::release(ctx, &mut tx, &behind).await?;
        let hurry = !released.is_empty() || rows.deliveries.iter().any(is_waiting);
        rows.events.extend(released);
        tx.insert_attempts(&rows.attempts).await?;
        self.save_lanes(&mut tx, &rows.effects).await?;
        let trouble = self.trouble_notices(&mut tx, &rows.failed).await?;
        notices::add(&mut tx, &trouble).await?;
        tx.append(&rows.events).await?;
        for event in &rows.domain {
            tx.enqueue(EVENTS, event.event.clone(), event)?;
        }
        for delivery in rows.deliveries.iter().filter(|it| rows.arrived.contains(&it.id)) {
            tx.count_arrival(delivery);
        }
        tx.commit().await?;
        self.count(&rows);
        if hurry {
            ctx.hurry.notify_one();
        }
        Ok(())
    }

    fn apply(
        &self,
        mut delivery: Delivery,
        attempted: &Attempted,
        rows: &mut Rows,
    ) -> anyhow::Result<()> {
        let now = attempted.finished_at;
        let channel = delivery.channel.unwrap_or(Channel::Pull);
        match &attempted.tried {
            Tried::OwnFault(why) => {
                let (id, trace_id) = (delivery.id, attempted.trace.id());
                tracing::error!(trace_id, delivery.id = %id, why = why.sentence, "not attempted");
                let retry = &self.ctx.config.retry;
                let ladder = &retry.fault_ladder_seconds;
                let until = now + wait_ms(ladder, delivery.faults + 1, retry.jitter);
                delivery.apply(Event::Fault { until, why: why.clone() }, now)?;
                delivery.end_if_withdrawn(now);
            }
            Tried::NotBegun => {
                let sentence = "the courier stopped before it began; another goes on with it";
                let why = Why::new("courier_stopping", Owner::Hub, sentence);
                delivery.apply(Event::Postpone { until: now, why }, now)?;
                delivery.end_if_withdrawn(now);
            }
            Tried::BrokenOff => {
                delivery.apply(Event::LeaseExpired { retry_at: now }, now)?;
                delivery.end_if_withdrawn(now);
                delivery.second_copy = true;
                rows.events.push(NewEvent::about(&delivery, "delivery.given_back"));
            }
            Tried::Outcome { outcome, package_sha256 } => {
                let ladder = self.ctx.directory.load();
                let next = ladder.next(&delivery).map(adapters::Endpoint::channel);
                let times = Times { now, due_at: attempted.due_at };
                let settled = settle(&delivery, outcome, next, &self.ctx.config.retry, &times);
                Self::settle(&mut delivery, settled, attempted, rows)?;
                if delivery.package_sha256.is_none() {
                    delivery.package_sha256.clone_from(package_sha256);
                }
                rows.attempts.push(attempt_row(&delivery, attempted, channel, outcome));
                rows.events.push(attempt_event(&delivery, channel, outcome));
            }
        }
        rows.deliveries.push(delivery);
        Ok(())
    }

    fn settle(
        delivery: &mut Delivery,
        settled: Settlement,
        attempted: &Attempted,
        rows: &mut Rows,
    ) -> anyhow::Result<()> {
        let now = attempted.finished_at;
        let lane = (delivery.authority, delivery.channel.unwrap_or(Channel::Pull));
        delivery.apply(settled.event, now)?;
        delivery.second_copy |= settled.may_have_arrived;
        if let Some((channel, step)) = settled.next_channel {
            delivery.change_channel(channel, step, now);
        }
        if let Some(proof) = &settled.proof {
            delivery.prove(proof.level);
        }
        delivery.end_if_withdrawn(now);
        let touches = match &settled.lane {
            LaneEffect::Success => !attempted.lane_was_clean,
            LaneEffect::Failure(..) => true,
            LaneEffect::None => false,
        };
        if touches {
            rows.effects.push((lane, settled.lane));
        }
        let event = match &delivery.state {
            State::Delivered { .. } => "delivery.delivered",
            State::Failed { .. } => {
                rows.failed.push(delivery.clone());
                "delivery.failed"
            }
            State::Due
            | State::Sending { .. }
            | State::Waiting { .. }
            | State::Held { .. }
            | State::Cancelled => return Ok(()),
        };
        if event == "delivery.delivered" {
            rows.arrived.insert(delivery.id);
        }
        rows.domain.extend(event_outside(delivery, event, now));
        Ok(())
    }

    async fn save_lanes(
        &self,
        tx: &mut Tx,
        effects: &[((AuthorityId, Channel), LaneEffect)],
    ) -> anyhow::Result<()> {
        if effects.is_empty() {
            return Ok(());
        }
        let keys: BTreeSet<_> = effects.iter().map(|(key, _)| *key).collect();
        let args: Vec<_> =
            keys.iter().map(|(a, c)| json!({"authority": a, "channel": c})).collect();
        let mut lanes: HashMap<_, Lane> = tx
            .lane_loads(&args)
            .await?
            .into_iter()
            .map(|load| {
                let fresh = Lane::fresh(load.authority, load.channel);
                ((load.authority, load.channel), load.lane.unwrap_or(fresh))
            })
            .collect();
        let now = self.ctx.clock.now_ms();
        for (key, effect) in effects {
            let Some(lane) = lanes.get_mut(key) else { continue };
            match effect {
                LaneEffect::Success => drop(lane.succeeded(now)),
                LaneEffect::Failure(code, owner) => {
                    let failed = (code.as_str(), *owner);
                    if let Some(alarm) = lane.failed(failed, &self.ctx.config.lane, now) {
                        sound(lane, alarm);
                    }
                }
                LaneEffect::None => {}
            }
        }
        tx.save_lanes(&lanes.into_values().collect::<Vec<_>>()).await?;
        Ok(())
    }

    /// An operator is told when an authority cannot be reached at all.
    async fn trouble_notices(
        &self,
        tx: &mut Tx,
        failed: &[Delivery],
    ) -> anyhow::Result<Vec<crate::store::NoticeRow>> {
        let mut rows = Vec::new();
        for delivery in failed {
            let Some(filing) = tx.lock_filing(delivery.filing_id).await? else { continue };
            let about = (filing.id, Some(delivery.id), delivery.trace);
            let told = notices::of(&self.ctx, filing.corporate_number, about, NoticeKind::Trouble);
            rows.extend(told.await?);
        }
        Ok(rows)
    }

    fn count(&self, rows: &Rows) {
        for attempt in &rows.attempts {
            let ms = attempt.finished_at - attempt.started_at;
            self.ctx.metrics.attempt(attempt.channel, &attempt.outcome, ms);
        }
        for delivery in rows.deliveries.iter().filter(|it| !it.is_test()) {
            self.ctx.metrics.delivery(delivery.state.as_str());
            if let (State::Delivered { at }, Some(channel)) = (&delivery.state, delivery.channel) {
                self.ctx.metrics.delivered(channel, at - delivery.created_at);
            }
        }
    }
}

/// Keeps a try that was overtaken: the authority answered before its endpoint did, or the lease ran
/// out. It is evidence all the same, and of the state it changes nothing unless it arrived.
fn keep_overtaken(mut delivery: Delivery, attempted: &Attempted, rows: &mut Rows) {
    let Tried::Outcome { outcome, package_sha256 } = &attempted.tried else { return };
    let at = attempted.finished_at;
    delivery.attempts += 1;
    if let Outcome::Delivered { proof } = outcome {
        delivery.prove(proof.level);
        if delivery.apply(Event::PickUp { at }, at).is_ok() {
            rows.domain.extend(event_outside(&delivery, "delivery.delivered", at));
            rows.arrived.insert(delivery.id);
        }
    }
    if delivery.package_sha256.is_none() {
        delivery.package_sha256.clone_from(package_sha256);
    }
    let channel = attempted.channel.unwrap_or(Channel::Pull);
    rows.attempts.push(attempt_row(&delivery, attempted, channel, outcome));
    rows.events.push(attempt_event(&delivery, channel, outcome));
    rows.deliveries.push(delivery);
}

fn sound(lane: &Lane, alarm: Alarm) {
    let (code, channel, error) = (&lane.authority, lane.channel, &lane.last_error);
    let what = match alarm {
        Alarm::Failing => "a lane has failed for long and is going to be suspended",
        Alarm::Suspended => "a lane is suspended: its endpoint has failed for days",
    };
    tracing::error!(authority.code = %code, %channel, error = error.as_deref(), "{what}");
}

fn is_waiting(delivery: &Delivery) -> bool {
    matches!(delivery.state, State::Waiting { .. })
}

fn attempt_row(
    delivery: &Delivery,
    attempted: &Attempted,
    channel: Channel,
    outcome: &Outcome,
) -> AttemptRow {
    AttemptRow {
        delivery_id: delivery.id,
        number: delivery.attempts,
        channel,
        started_at: attempted.started_at,
        finished_at: attempted.finished_at,
        outcome: outcome.as_str().to_owned(),
        detail: serde_json::to_string(outcome).unwrap_or_default(),
        trace: Some(attempted.trace),
    }
}

fn attempt_event(delivery: &Delivery, channel: Channel, outcome: &Outcome) -> NewEvent {
    let base = json!({
        "delivery": delivery.id, "authority": delivery.authority, "channel": channel,
        "attempt": delivery.attempts, "state": delivery.state.as_str(),
    });
    let mut body = base;
    let kind = match outcome {
        Outcome::Delivered { proof } => {
            body["proof"] = json!({"level": proof.level, "evidence": chainable(&proof.evidence)});
            body["package_sha256"] = json!(delivery.package_sha256);
            "delivery.delivered"
        }
        Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
            body["code"] = json!(why.code);
            body["owner"] = json!(why.owner);
            body["outcome"] = json!(outcome.as_str());
            "delivery.attempted"
        }
    };
    NewEvent::new(delivery.filing_id, kind, body)
}

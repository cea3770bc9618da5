//! A withdrawal and the try that is under way when it comes.

use std::sync::Arc;
use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Result, bail, ensure};
use hub::delivery::{Delivery, Event, State, WAITS_FOR_PREDECESSOR};
use hub::store::Store;
use schemas::{Channel, FilingId, Owner, Why};

use super::late::Late;
use super::{SAPPORO, plan, until};
use crate::house::{Builder, House, change, code};

/// Files, and begins a try that the courier is still at when `is_begun` is over.
pub(super) async fn begin(
    house: &mut House,
    is_begun: impl Future<Output = Result<()>>,
) -> Result<FilingId> {
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    plan(house, 1).await?;
    tokio::select! {
        stepped = until(async || Ok(house.stages.courier.step().await > 0)) => {
            bail!("the far side has not answered yet, but the try is over: {stepped:?}")
        }
        begun = is_begun => begun.map(|()| filing),
    }
}

/// Withdraws, and lets the router plan who is told.
async fn withdraw(house: &mut House, filing: FilingId) -> Result<()> {
    let request = house.request(&change(SAPPORO, &[]))?;
    house.reviewer().withdraw(filing, &request).await?;
    plan(house, 2).await
}

/// The filing's own delivery and its withdrawal's.
async fn both(store: &Store, filing: FilingId) -> Result<[Delivery; 2]> {
    let all = store.deliveries_of(filing).await?;
    all.try_into().or_else(|all| bail!("not two deliveries: {all:?}"))
}

fn waits(delivery: &Delivery) -> bool {
    matches!(&delivery.state, State::Held { why } if why.code == WAITS_FOR_PREDECESSOR)
}

/// The courier takes the withdrawal while the far side has not answered for the filing: it is held.
/// Then the far side answers.
async fn take_withdrawal(house: &mut House, filing: FilingId, late: &Late) -> Result<()> {
    let store = house.ctx.store.clone();
    let clock = Arc::clone(&house.clock);
    let step = until(async || Ok(house.stages.courier.step().await > 0));
    let answer = async {
        until(async || Ok(waits(&both(&store, filing).await?[1]))).await?;
        let first = &both(&store, filing).await?[0];
        ensure!(matches!(first.state, State::Sending { .. }), "{first:?}");
        clock.advance(Duration::from_secs(1));
        late.answer();
        Ok(())
    };
    tokio::try_join!(step, answer).map(drop)
}

/// Both come, one after the other.
pub async fn a_withdrawal_waits_for_the_try_under_way(builder: Builder) -> Result<()> {
    let late = Late::open(201).await?;
    let mut house = builder.endpoints(SAPPORO, vec![late.endpoint.clone()]).start().await?;
    let filing = begin(&mut house, late.is_asked(1)).await?;
    withdraw(&mut house, filing).await?;
    take_withdrawal(&mut house, filing, &late).await?;
    let [first, withdrawal] = both(&house.ctx.store, filing).await?;
    ensure!(matches!(first.state, State::Delivered { .. }), "{first:?}");
    ensure!(house.wait_of(&withdrawal)?.0 == 0, "let go by who recorded the try: {withdrawal:?}");
    house.settle().await?;

    let [first, withdrawal] = both(&house.ctx.store, filing).await?;
    ensure!(matches!(withdrawal.state, State::Delivered { .. }), "{withdrawal:?}");
    ensure!(first.package_sha256 != withdrawal.package_sha256, "each has a package of its own");
    ensure!(late.asked() == [first.id.to_string(), withdrawal.id.to_string()]);
    ensure!(late.at_once() == 1, "{} at once", late.at_once());
    let [one, other] = [first.id, withdrawal.id];
    let (one, other) = (house.attempts(one).await?, house.attempts(other).await?);
    ensure!(one.len() == 1 && other.len() == 1 && one[0].finished_at <= other[0].started_at);
    let events = house.events(filing).await?;
    let events: Vec<_> = events.iter().filter(|kind| kind.starts_with("delivery.")).collect();
    let told = ["delivery.held", "delivery.delivered", "delivery.released", "delivery.delivered"];
    ensure!(events == told, "{events:?}");
    house.finish().await
}

/// Who refused the filing, or never saw it, is not told that it is withdrawn.
pub async fn a_withdrawal_of_what_was_not_taken_goes_nowhere(builder: Builder) -> Result<()> {
    let late = Late::open(503).await?;
    let mut house = builder.endpoints(SAPPORO, vec![late.endpoint.clone()]).start().await?;
    let filing = begin(&mut house, late.is_asked(1)).await?;
    withdraw(&mut house, filing).await?;
    take_withdrawal(&mut house, filing, &late).await?;
    house.settle().await?;
    let [first, withdrawal] = both(&house.ctx.store, filing).await?;
    ensure!((first.state, first.attempts) == (State::Cancelled, 1));
    ensure!((withdrawal.state, withdrawal.attempts) == (State::Cancelled, 0));
    ensure!(withdrawal.package_sha256.is_none(), "nothing was sealed for it");
    ensure!(late.asked() == [first.id.to_string()]);
    let last = house.events(filing).await?.into_iter().rfind(|kind| kind.starts_with("delivery."));
    ensure!(last.as_deref() == Some("delivery.cancelled"), "{last:?}");
    house.finish().await
}

/// Nobody records its try; when its lease has ended it may have arrived, so the withdrawal follows.
pub async fn a_withdrawal_follows_a_courier_that_vanished(builder: Builder) -> Result<()> {
    let mut house = builder
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, Behaviour::Slow(Duration::from_mins(10)))
        .start()
        .await?;
    let sandbox = Arc::clone(&house.sandbox);
    let has_arrived = async {
        sandbox.count().wait_for(|count| *count > 0).await?;
        Ok(())
    };
    let filing = begin(&mut house, has_arrived).await?;
    house.stages.replace_courier().await;
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    withdraw(&mut house, filing).await?;
    house.settle().await?;
    ensure!(waits(&both(&house.ctx.store, filing).await?[1]), "the lease goes on");
    ensure!(house.held()?.len() == 1);
    let lease = Duration::from_millis(house.ctx.config.courier.lease_ms.unsigned_abs());
    house.advance(lease.saturating_sub(Duration::from_millis(1))).await?;
    ensure!(waits(&both(&house.ctx.store, filing).await?[1]), "it still does");
    house.advance(Duration::from_millis(1)).await?;
    let [first, withdrawal] = both(&house.ctx.store, filing).await?;
    ensure!(first.state == State::Cancelled && first.second_copy, "{first:?}");
    ensure!(matches!(withdrawal.state, State::Delivered { .. }), "{withdrawal:?}");
    let arrivals: Vec<_> = house.arrivals()?.into_iter().map(|it| it.delivery).collect();
    ensure!(arrivals == [first.id.to_string(), withdrawal.id.to_string()], "{arrivals:?}");
    house.finish().await
}

/// As when a process ends between the record of a try and the release of what waits for it.
pub async fn upkeep_lets_go_what_a_recorder_left_held(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    withdraw(&mut house, filing).await?;
    let mut tx = house.ctx.store.begin().await?;
    let id = both(&house.ctx.store, filing).await?[1].id;
    let mut held = tx.lock_deliveries(&[id]).await?;
    let why = Why::new(WAITS_FOR_PREDECESSOR, Owner::Hub, "left over");
    held[0].apply(Event::Hold { why }, house.clock.now_ms())?;
    tx.save_deliveries(&held).await?;
    tx.commit().await?;
    house.stages.relay.drain().await?;
    house.tend().await?;
    let [_, withdrawal] = both(&house.ctx.store, filing).await?;
    ensure!(matches!(withdrawal.state, State::Delivered { .. }), "{withdrawal:?}");
    house.finish().await
}

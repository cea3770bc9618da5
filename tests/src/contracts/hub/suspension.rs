//! A lane that fails for days: the alert, the suspension, the look, the way back.

use std::time::Duration;

use adapters::Endpoint;
use adapters::sandbox::Behaviour;
use anyhow::{Context, Result, bail, ensure};
use hub::config::Config;
use hub::delivery::{Delivery, State};
use hub::lane::{LANE_SUSPENDED, Lane};
use hub::operate;
use hub::store::EndpointRow;
use schemas::{Channel, FilingId, Owner};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, by_hand, change, code};

const DAY: Duration = Duration::from_hours(24);
const MOMENT: Duration = Duration::from_millis(1);

/// The breaker opens at once and rests for a moment only, so that a failure can come when a test
/// wants one.
fn eager(config: &mut Config) {
    config.lane.failures_to_open = 1;
    config.lane.open_ms = 1;
    config.lane.open_ms_max = 1;
    config.lane.cap = 1_000;
    config.retry.tries_max = 1_000;
    config.retry.fallback_hours = 1_000;
    config.upkeep.release_per_second = 4;
}

async fn lane(house: &House) -> Result<Lane> {
    house.lane(code(SAPPORO), Channel::Api).await?.context("a lane")
}

/// The first filing, which fails.
async fn begin_to_fail(house: &mut House) -> Result<Vec<FilingId>> {
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    ensure!(lane(house).await?.failing_since == Some(house.clock.now_ms()));
    Ok(vec![filing])
}

/// Three days of only failures; gives all filings.
async fn suspend(house: &mut House) -> Result<Vec<FilingId>> {
    let mut filings = begin_to_fail(house).await?;
    for days in [1, 2] {
        house.advance(DAY * days).await?;
        filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    }
    ensure!(lane(house).await?.suspended_at.is_some(), "{:?}", lane(house).await?);
    // Who still waits for a try finds the lane suspended.
    house.advance(DAY).await?;
    Ok(filings)
}

fn is_held(delivery: &Delivery) -> bool {
    matches!(&delivery.state, State::Held { why }
        if why.code == LANE_SUSPENDED && why.owner == Owner::Authority)
}

async fn attempts(house: &House, filings: &[FilingId]) -> Result<i32> {
    let mut attempts = 0;
    for filing in filings {
        attempts += house.delivery(*filing).await?.attempts;
    }
    Ok(attempts)
}

async fn all_held(house: &House, filings: &[FilingId]) -> Result<bool> {
    let mut all = true;
    for filing in filings {
        all &= is_held(&house.delivery(*filing).await?);
    }
    Ok(all)
}

fn told(house: &House, state: &str) -> bool {
    house.ctx.metrics.render().contains(&format!("todoke_lanes{{state=\"{state}\"}} 1"))
}

/// The endpoint is where the sandbox listens, not at a closed port.
async fn reopen(house: &House) -> Result<()> {
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    let ladder = [Endpoint::Api(house.sandbox.api_endpoint(code(SAPPORO)))];
    let rows = EndpointRow::of_ladder(&ladder, code(SAPPORO), house.clock.now_ms())?;
    let mut tx = house.ctx.store.begin().await?;
    tx.save_endpoints(code(SAPPORO), &rows).await?;
    tx.commit().await?;
    Ok(house.ctx.reload_directory().await?)
}

/// To the millisecond.
pub async fn a_lane_is_suspended_after_days_and_an_alert(builder: Builder) -> Result<()> {
    let ladders = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let refusing = ladders.behaviour(SAPPORO, Behaviour::Refusing(503));
    let mut house = refusing.with(eager).start().await?;
    let mut filings = begin_to_fail(&mut house).await?;

    house.advance(DAY.saturating_sub(MOMENT)).await?;
    filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    ensure!(lane(&house).await?.alerted_at.is_none(), "a moment too early");
    house.advance(MOMENT).await?;
    filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    ensure!(lane(&house).await?.alerted_at == Some(house.clock.now_ms()));
    house.tend().await?;
    ensure!(told(&house, "failing") && lane(&house).await?.state() == "failing");

    house.advance((DAY * 2).saturating_sub(MOMENT)).await?;
    filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    ensure!(lane(&house).await?.suspended_at.is_none(), "a moment too early");
    house.advance(MOMENT).await?;
    filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    ensure!(lane(&house).await?.suspended_at == Some(house.clock.now_ms()));
    house.tend().await?;
    ensure!(told(&house, "suspended") && lane(&house).await?.state() == "suspended");

    house.advance(DAY).await?;
    filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    ensure!(all_held(&house, &filings).await?, "all that is for it is held");
    let before = attempts(&house, &filings).await?;
    house.advance(DAY).await?;
    ensure!(attempts(&house, &filings).await? == before, "nothing is tried");
    let other = house.deliver(&change(OTARU, &[])).await?;
    ensure!(matches!(house.delivery(other).await?.state, State::Delivered { .. }));
    house.finish().await
}

/// A look that fails costs no try, one that is answered costs one, and a delivery that arrives ends
/// the suspension.
pub async fn a_look_finds_out_that_a_lane_is_back(builder: Builder) -> Result<()> {
    let dead = builder.ladder(SAPPORO, &[Channel::Api]).behaviour(SAPPORO, Behaviour::Dead);
    let mut house = dead.with(eager).start().await?;
    let filings = suspend(&mut house).await?;
    ensure!(all_held(&house, &filings).await?);
    let before = attempts(&house, &filings).await?;
    ensure!(house.stages.prober.step().await? == 0, "nobody listens");
    house.tend().await?;
    ensure!(all_held(&house, &filings).await? && attempts(&house, &filings).await? == before);
    ensure!(lane(&house).await?.open_until == Some(house.clock.now_ms() + 1));

    // It answers the look, and fails still: one delivery finds that out.
    reopen(&house).await?;
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Refusing(503))?;
    house.advance(MOMENT).await?;
    ensure!(house.stages.prober.step().await? == 1);
    house.tend().await?;
    ensure!(attempts(&house, &filings).await? == before + 1);
    ensure!(all_held(&house, &filings[1..]).await?, "the oldest was let go");
    ensure!(lane(&house).await?.state() == "suspended");
    house.advance(DAY).await?;
    ensure!(all_held(&house, &filings).await?, "and comes back when its time has come");

    // It takes deliveries: one arrives, then the rest, the oldest first, four a second.
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    let start = house.clock.now_ms();
    ensure!(house.stages.prober.step().await? == 1);
    house.settle().await?;
    ensure!(lane(&house).await?.state() == "closed");
    house.tend().await?;
    house.outlast(20).await?;
    let mut times = Vec::new();
    for filing in &filings {
        let delivery = house.delivery(*filing).await?;
        let State::Delivered { at } = delivery.state else { bail!("{delivery:?}") };
        times.push(at - start);
    }
    ensure!(times == [0, 0, 250], "{times:?}");
    house.finish().await
}

/// By `todoke lane resume`: without a look, and with days ahead.
pub async fn staff_ends_a_suspension(builder: Builder) -> Result<()> {
    let dead = builder.ladder(SAPPORO, &[Channel::Api]).behaviour(SAPPORO, Behaviour::Dead);
    let mut house = dead.with(eager).start().await?;
    let filings = suspend(&mut house).await?;
    reopen(&house).await?;
    let released =
        operate::resume(&house.ctx, (code(SAPPORO), Channel::Api), None, by_hand()).await?;
    ensure!(released == filings.len(), "{released}");
    house.settle().await?;
    house.outlast(50).await?;
    ensure!(house.held()?.len() == filings.len());
    let lane = lane(&house).await?;
    ensure!(lane.state() == "closed" && lane.failing_since.is_none(), "{lane:?}");
    house.finish().await
}

/// And what waits for it changes over.
pub async fn the_next_channel_takes_over_from_a_suspended_lane(builder: Builder) -> Result<()> {
    let ladder = builder.ladder(SAPPORO, &[Channel::Api, Channel::Email]);
    let refusing = ladder.behaviour(SAPPORO, Behaviour::Dead);
    let mut house = refusing.with(eager).start().await?;
    let mut filings = begin_to_fail(&mut house).await?;
    for days in [1, 2] {
        house.advance(DAY * days).await?;
        filings.push(house.deliver(&change(SAPPORO, &[])).await?);
    }
    ensure!(lane(&house).await?.suspended_at.is_some());
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    let fresh = house.deliver(&change(SAPPORO, &[])).await?;
    house.advance(MOMENT).await?;
    let delivery = house.delivery(fresh).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!((delivery.channel, delivery.attempts) == (Some(Channel::Email), 1), "{delivery:?}");
    house.advance(DAY).await?;
    for filing in filings {
        let delivery = house.delivery(filing).await?;
        ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
        ensure!((delivery.channel, delivery.ladder_step) == (Some(Channel::Email), 1));
    }
    house.finish().await
}

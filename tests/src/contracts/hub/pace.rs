//! So many deliveries a minute, and no more.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::config::Config;
use hub::delivery::State;
use hub::lane::Breaker;
use hub::operate::{self, Limits};
use schemas::{Channel, FilingId};

use super::{OTARU, SAPPORO};
use crate::house::{Builder, House, by_hand, change, code};

/// One a second after two at once.
fn paced(config: &mut Config) {
    config.lane.per_minute = 60;
    config.lane.burst = 2;
    config.lane.cap = 1_000;
}

async fn file(house: &mut House, count: usize) -> Result<Vec<FilingId>> {
    let mut filings = Vec::new();
    for _ in 0..count {
        filings.push(house.file(&change(SAPPORO, &[])).await?.id);
    }
    house.settle().await?;
    Ok(filings)
}

/// When each was delivered, in milliseconds from `start`, in order of time.
async fn delivered(house: &House, filings: &[FilingId], start: i64) -> Result<Vec<i64>> {
    let mut times = Vec::new();
    for filing in filings {
        if let State::Delivered { at } = house.delivery(*filing).await?.state {
            times.push(at - start);
        }
    }
    times.sort_unstable();
    Ok(times)
}

/// Not a moment too early; what waits has used up nothing.
pub async fn a_lane_keeps_its_pace_and_no_other_feels_it(builder: Builder) -> Result<()> {
    let ladders = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Api]);
    let mut house = ladders.with(paced).start().await?;
    let start = house.clock.now_ms();
    let mut filings = file(&mut house, 5).await?;
    ensure!(delivered(&house, &filings, start).await? == [0, 0]);
    let mut waits = Vec::new();
    for filing in &filings {
        let delivery = house.delivery(*filing).await?;
        if let State::Waiting { .. } = delivery.state {
            ensure!((delivery.tries, delivery.attempts, delivery.postponed) == (0, 0, 1));
            waits.push(house.wait_of(&delivery)?);
        }
    }
    waits.sort_unstable();
    let turns = [1_000, 2_000, 3_000].map(|wait| (wait, "lane_paced".to_owned()));
    ensure!(waits == turns, "{waits:?}");
    let other = house.deliver(&change(OTARU, &[])).await?;
    ensure!(matches!(house.delivery(other).await?.state, State::Delivered { .. }));

    house.advance(Duration::from_millis(999)).await?;
    ensure!(delivered(&house, &filings, start).await?.len() == 2, "a moment too early");
    house.advance(Duration::from_millis(1)).await?;
    ensure!(delivered(&house, &filings, start).await? == [0, 0, 1_000]);
    // Who comes now goes behind those who wait.
    filings.extend(file(&mut house, 1).await?);
    house.outlast(20).await?;
    ensure!(delivered(&house, &filings, start).await? == [0, 0, 1_000, 2_000, 3_000, 4_000]);
    let lane = house.lane(code(SAPPORO), Channel::Api).await?;
    ensure!(lane.is_some_and(|lane| (lane.failures, lane.breaker) == (0, Breaker::Closed)));
    house.finish().await
}

/// The pace is in the store, not in a process.
pub async fn a_new_process_keeps_the_pace(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).with(paced).start().await?;
    let start = house.clock.now_ms();
    let mut filings = file(&mut house, 2).await?;
    house.restart().await?;
    filings.extend(file(&mut house, 2).await?);
    ensure!(delivered(&house, &filings, start).await? == [0, 0]);
    house.outlast(20).await?;
    ensure!(delivered(&house, &filings, start).await? == [0, 0, 1_000, 2_000]);
    house.finish().await
}

/// And gives them up again.
pub async fn a_lane_has_limits_of_its_own(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).with(paced).start().await?;
    let unlimited = Limits { per_minute: Some(0), ..Limits::default() };
    operate::limit(&house.ctx, (code(SAPPORO), Channel::Api), unlimited, by_hand()).await?;
    let filings = file(&mut house, 10).await?;
    ensure!(delivered(&house, &filings, 0).await?.len() == 10);
    let slow = Limits { per_minute: Some(6), burst: Some(1), cap: None };
    operate::limit(&house.ctx, (code(SAPPORO), Channel::Api), slow, by_hand()).await?;
    let start = house.clock.now_ms();
    let filings = file(&mut house, 2).await?;
    house.outlast(20).await?;
    ensure!(delivered(&house, &filings, start).await? == [0, 10_000]);
    operate::limit(&house.ctx, (code(SAPPORO), Channel::Api), Limits::default(), by_hand()).await?;
    house.advance(Duration::from_mins(1)).await?;
    let start = house.clock.now_ms();
    let filings = file(&mut house, 3).await?;
    house.outlast(20).await?;
    ensure!(delivered(&house, &filings, start).await? == [0, 0, 1_000]);
    house.finish().await
}

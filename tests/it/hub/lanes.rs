//! Lanes: the breaker, the cap, the pause, and slots apart for first tries.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::{Context, Result};
use hub::delivery::State;
use hub::lane::Breaker;
use hub::operate;
use schemas::{Channel, FilingId};
use tests::house::{House, by_hand, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";

async fn file_many(house: &mut House, authority: &str, count: usize) -> Result<Vec<FilingId>> {
    let mut filings = Vec::new();
    for _ in 0..count {
        filings.push(house.file(&change(authority, &[])).await?.id);
    }
    house.settle().await?;
    Ok(filings)
}

async fn breaker(house: &House) -> Result<Breaker> {
    Ok(house.lane(code(SAPPORO), Channel::Api).await?.context("a lane")?.breaker)
}

#[tokio::test]
async fn the_breaker_opens_probes_and_closes_without_using_up_tries() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, Behaviour::Refusing(503))
        .with(|config| {
            config.lane.failures_to_open = 3;
            config.lane.open_ms = 60_000;
            config.lane.cap = 1_000;
        })
        .start()
        .await?;
    let first = file_many(&mut house, SAPPORO, 3).await?;
    assert_eq!(breaker(&house).await?, Breaker::Open);
    let turned_away = file_many(&mut house, SAPPORO, 4).await?;
    for filing in &turned_away {
        let delivery = house.delivery(*filing).await?;
        assert_eq!((delivery.tries, delivery.attempts), (0, 0), "turned away, not tried");
        assert_eq!(house.wait_of(&delivery)?.1, "breaker_open");
    }
    // While it is open nobody knocks, however much falls due.
    house.advance(Duration::from_secs(20)).await?;
    assert_eq!(house.arrivals()?.len(), 0);
    assert_eq!(breaker(&house).await?, Breaker::Open);
    // When its rest is over one delivery probes, in vain: a longer rest, one try used up in all.
    let tries = |all: Vec<hub::delivery::Delivery>| all.iter().map(|d| d.attempts).sum::<i32>();
    let mut before = Vec::new();
    for filing in first.iter().chain(&turned_away) {
        before.push(house.delivery(*filing).await?);
    }
    house.clock.advance(Duration::from_secs(45));
    house.settle().await?;
    let mut after = Vec::new();
    for filing in first.iter().chain(&turned_away) {
        after.push(house.delivery(*filing).await?);
    }
    assert_eq!(tries(after) - tries(before), 1, "one probe");
    let lane = house.lane(code(SAPPORO), Channel::Api).await?.context("a lane")?;
    assert_eq!((lane.breaker, lane.openings), (Breaker::Open, 2));
    assert_eq!(lane.open_until, Some(house.clock.now_ms() + 120_000), "twice as long");
    // The endpoint is back: the next probe closes the breaker, and all arrive.
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.outlast(200).await?;
    assert_eq!(breaker(&house).await?, Breaker::Closed);
    assert_eq!(house.held()?.len(), 7);
    house.finish().await
}

#[tokio::test]
async fn a_lane_takes_no_more_at_once_than_its_cap() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Api])
        .with(|config| config.lane.cap = 3)
        .start()
        .await?;
    for _ in 0..10 {
        house.file(&change(SAPPORO, &[])).await?;
    }
    house.file(&change(OTARU, &[])).await?;
    house.stages.route().await?;
    house.stages.courier.step().await;
    let held = house.held()?;
    let at = |whose: &str| held.iter().filter(|h| h.authority == code(whose)).count();
    assert_eq!((at(SAPPORO), at(OTARU)), (3, 1), "the other lane is not concerned");
    house.settle().await?;
    house.outlast(200).await?;
    assert_eq!(house.held()?.len(), 11);
    assert!(house.arrivals()?.iter().all(|arrival| !arrival.repeat));
    house.finish().await
}

#[tokio::test]
async fn a_paused_lane_holds_and_lets_out_in_order_and_paced() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Api])
        .with(|config| config.upkeep.release_per_second = 4)
        .start()
        .await?;
    operate::pause(&house.ctx, (code(SAPPORO), Channel::Api), by_hand()).await?;
    let mut filings = Vec::new();
    for _ in 0..5 {
        filings.push(house.deliver(&change(SAPPORO, &[])).await?);
        house.advance(Duration::from_millis(10)).await?;
    }
    let other = house.deliver(&change(OTARU, &[])).await?;
    assert!(matches!(house.delivery(other).await?.state, State::Delivered { .. }));
    for filing in &filings {
        let delivery = house.delivery(*filing).await?;
        let State::Held { why } = &delivery.state else { panic!("{delivery:?}") };
        assert_eq!(why.code, "lane_paused");
        assert!(why.sentence.contains("定期点検"));
    }
    house.advance(Duration::from_hours(24)).await?;
    assert_eq!(house.held()?.len(), 1, "a pause ends by a person only");

    let released =
        operate::resume(&house.ctx, (code(SAPPORO), Channel::Api), None, by_hand()).await?;
    assert_eq!(released, 5);
    let start = house.clock.now_ms();
    house.settle().await?;
    house.outlast(20).await?;
    let mut at = Vec::new();
    for filing in &filings {
        let delivery = house.delivery(*filing).await?;
        let State::Delivered { at: when } = delivery.state else { panic!("{delivery:?}") };
        at.push(when - start);
    }
    assert_eq!(at, [0, 250, 500, 750, 1_000], "the oldest first, four a second");
    house.finish().await
}

#[tokio::test]
async fn a_storm_of_retries_starves_no_first_try() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, Behaviour::Refusing(503))
        .ladder(OTARU, &[Channel::Api])
        .with(|config| {
            config.courier.first_slots = 2;
            config.courier.retry_slots = 2;
            config.lane.cap = 1_000;
            config.lane.failures_to_open = 1_000;
        })
        .start()
        .await?;
    let mut storm = file_many(&mut house, SAPPORO, 2).await?;
    for _ in 0..4 {
        storm.extend(file_many(&mut house, SAPPORO, 2).await?);
    }
    // All ten retries and one fresh filing fall into one batch.
    house.clock.advance(Duration::from_secs(10));
    house.stages.upkeep.step().await?;
    let fresh = house.file(&change(OTARU, &[])).await?.id;
    house.stages.route().await?;
    house.stages.courier.step().await;
    let delivery = house.delivery(fresh).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let mut tried = 0;
    for filing in &storm {
        let delivery = house.delivery(*filing).await?;
        tried += i32::from(delivery.attempts > 1);
        if delivery.attempts == 1 {
            assert_eq!(house.wait_of(&delivery)?.1, "courier_busy");
        }
    }
    assert_eq!(tried, 2, "as many retries as there are slots for them");
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.settle().await?;
    house.outlast(200).await?;
    assert_eq!(house.held()?.len(), 11);
    house.finish().await
}

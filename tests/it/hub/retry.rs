//! When it does not work at once: the ladder of waits, Retry-After, giving up, the next channel.

use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::Result;
use hub::delivery::State;
use schemas::{Channel, Owner};
use tests::house::{House, by_hand, change, code};

const SAPPORO: &str = "011002";
const HOUR: Duration = Duration::from_hours(1);

fn refusing(status: u16) -> Behaviour {
    Behaviour::Refusing(status)
}

#[tokio::test]
async fn the_ladder_is_climbed_to_its_end_and_a_person_is_told() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, refusing(503))
        .with(|config| config.lane.failures_to_open = 1_000)
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let mut waits = Vec::new();
    while let State::Waiting { .. } = house.delivery(filing).await?.state {
        let (wait, code) = house.wait_of(&house.delivery(filing).await?)?;
        assert_eq!(code, "http_503");
        waits.push(wait / 1_000);
        // A moment too early nothing happens.
        house.advance(Duration::from_millis(wait.unsigned_abs() - 1)).await?;
        assert_eq!(house.delivery(filing).await?.attempts, i32::try_from(waits.len())?);
        house.advance(Duration::from_millis(1)).await?;
    }
    let ladder = [10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400, 86_400, 86_400];
    assert_eq!(waits, ladder);
    let delivery = house.delivery(filing).await?;
    assert_eq!((delivery.tries, delivery.attempts), (13, 13));
    let State::Failed { why } = &delivery.state else { panic!("{delivery:?}") };
    assert_eq!((why.code.as_str(), why.owner), ("http_503", Owner::Authority));
    assert!(why.sentence.ends_with("(given up after 13 tries)"), "{}", why.sentence);
    assert_eq!(house.letters_about("届出を送達できない")?.len(), 1);
    let attempts = house.attempts(delivery.id).await?;
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, (1..=13).collect::<Vec<_>>());
    assert!(attempts.iter().all(|a| a.outcome == "deferred" && a.detail.contains("HTTP 503")));

    // A person mends it and starts it anew: the same package under the same id.
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    hub::operate::retry(&house.ctx, delivery.id, by_hand()).await?;
    house.settle().await?;
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));
    house.finish().await
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_a_cap() -> Result<()> {
    for (asked, expected) in [("120", 120_000), ("5", 10_000), ("999999", 3_600_000)] {
        let intake = super::odd::answering(format!(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n"
        ))
        .await?;
        let mut house = House::build()
            .endpoints(SAPPORO, vec![intake])
            .with(|config| config.retry.retry_after_seconds_max = 3_600)
            .start()
            .await?;
        let filing = house.deliver(&change(SAPPORO, &[])).await?;
        let delivery = house.delivery(filing).await?;
        assert_eq!(house.wait_of(&delivery)?, (expected, "http_503".to_owned()), "{asked}");
        house.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn after_a_refusal_the_next_channel_takes_over() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api, Channel::Email])
        .behaviour(SAPPORO, refusing(400))
        .start()
        .await?;
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    house.stages.route().await?;
    house.stages.courier.step().await;
    let delivery = house.delivery(filing).await?;
    assert_eq!((delivery.channel, delivery.ladder_step), (Some(Channel::Email), 1));
    assert_eq!(delivery.tries, 0, "a fresh count on the new channel");
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let attempts = house.attempts(delivery.id).await?;
    let told: Vec<_> = attempts.iter().map(|a| (a.channel, a.outcome.as_str())).collect();
    assert_eq!(told, [(Channel::Api, "refused"), (Channel::Email, "delivered")]);
    let held = house.held()?;
    assert_eq!((held.len(), held[0].channel), (1, Channel::Email));
    assert!(!held[0].second_copy, "what was refused has not arrived");
    house.finish().await
}

#[tokio::test]
async fn without_another_channel_a_refusal_is_the_end() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, refusing(410))
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    let State::Failed { why } = &delivery.state else { panic!("{delivery:?}") };
    assert_eq!((why.code.as_str(), why.owner), ("http_410", Owner::Authority));
    assert_eq!(house.letters_about("届出を送達できない")?.len(), 1);
    house.finish().await
}

#[tokio::test]
async fn after_a_day_on_a_dead_channel_the_next_takes_over() -> Result<()> {
    let mut house = House::build()
        .behaviour(SAPPORO, Behaviour::Dead)
        .ladder(SAPPORO, &[Channel::Api, Channel::Email])
        .with(|config| config.lane.failures_to_open = 1_000)
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    while house.delivery(filing).await?.attempts < 8 {
        house.advance_to_next().await?;
    }
    let delivery = house.delivery(filing).await?;
    assert_eq!(delivery.channel, Some(Channel::Api), "11 hours are no day: {delivery:?}");
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    // The port of the dead intake stays closed; the mailbox is open again.
    house.advance(24 * HOUR).await?;
    let delivery = house.delivery(filing).await?;
    assert_eq!(delivery.channel, Some(Channel::Email));
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    house.finish().await
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_id() -> Result<()> {
    for channel in [Channel::Api, Channel::Sftp, Channel::Email] {
        let mut house = House::build()
            .ladder(SAPPORO, &[channel])
            .behaviour(SAPPORO, Behaviour::LoseAnswer)
            .start()
            .await?;
        let filing = house.deliver(&change(SAPPORO, &[])).await?;
        let delivery = house.delivery(filing).await?;
        assert!(delivery.second_copy, "{channel}: it may be there: {delivery:?}");
        assert_eq!(house.wait_of(&delivery)?.0, 10_000, "{channel}");
        house.outlast(3).await?;
        let delivery = house.delivery(filing).await?;
        assert!(matches!(delivery.state, State::Delivered { .. }), "{channel}: {delivery:?}");
        let outcomes: Vec<_> =
            house.attempts(delivery.id).await?.into_iter().map(|a| a.outcome).collect();
        assert_eq!(outcomes, ["unknown", "delivered"], "{channel}");
        let held = house.held()?;
        assert_eq!(held.len(), 1, "{channel}: one copy: {held:?}");
        house.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_second_copy_over_another_channel_is_marked() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api, Channel::Email])
        .behaviour(SAPPORO, Behaviour::LoseAnswer)
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    house.sandbox.set_behaviour(code(SAPPORO), refusing(400))?;
    // The intake refuses the repeat; by mail it is taken.
    house.clock.advance(Duration::from_secs(10));
    house.stages.upkeep.step().await?;
    house.stages.relay.drain().await?;
    house.stages.courier.step().await;
    house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    let held = house.held()?;
    let marks: Vec<_> = held.iter().map(|held| (held.channel, held.second_copy)).collect();
    assert_eq!(marks, [(Channel::Api, false), (Channel::Email, true)]);
    assert_eq!(held[0].sha256, held[1].sha256, "the same bytes over both");
    house.finish().await
}

#[tokio::test]
async fn what_nobody_fetches_goes_over_the_next_channel() -> Result<()> {
    let mut house =
        House::build().ladder(SAPPORO, &[Channel::Pull, Channel::Email]).start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    assert_eq!(house.wait_of(&delivery)?, (72 * 3_600_000, "awaiting_pickup".to_owned()));
    house.advance(72 * HOUR).await?;
    let delivery = house.delivery(filing).await?;
    assert_eq!(delivery.channel, Some(Channel::Email));
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    assert!(house.held()?[0].second_copy, "they may have seen it in the inbox");
    house.finish().await
}

//! The whole hub, step by step on a manual clock, on PostgreSQL and RabbitMQ.

use adapters::sandbox::Behaviour;
use anyhow::Result;
use hub::broker::Broker;
use hub::broker::topology::{DELIVERY_LIMIT, ROUTER};
use hub::config::Config;
use hub::delivery::State;
use hub::review::Source;
use schemas::{Channel, Decision, Verdict};
use tests::contracts::broker::{filings, publish_surely, take};
use tests::contracts::hub::poison_is_told;
use tests::house::{Builder, House, change, code};
use tests::servers::{Postgres, RabbitMq, S3};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";
const HAKODATE: &str = "012025";

async fn on_postgres() -> Result<Builder> {
    let builder = House::build()
        .store(Postgres::shared().fresh_database().await?)
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Sftp])
        .ladder(HAKODATE, &[Channel::Email])
        .with(|config| config.lane.cap = 1_000);
    Ok(builder)
}

async fn fresh() -> Result<Builder> {
    let store = Postgres::shared().fresh_database().await?;
    Ok(House::build().store(store).broker(RabbitMq::shared().fresh_vhost()?))
}

tests::hub_contract!(fresh);

#[tokio::test]
async fn a_store_from_last_nights_backup_goes_on() -> Result<()> {
    let copy = async |url: &str| Postgres::shared().copy(url).await;
    tests::contracts::hub::a_store_from_last_nights_backup_goes_on(fresh().await?, copy).await
}

#[tokio::test]
async fn a_backup_in_the_midst_goes_on_elsewhere() -> Result<()> {
    let bucket = S3::start()?;
    let carry = async |config: &Config| {
        let url = Postgres::shared().copy(&config.store.url).await?;
        Ok(move |builder: &mut Builder| builder.set_store(url))
    };
    let builder = fresh().await?.objects(&bucket);
    tests::contracts::hub::a_backup_in_the_midst_goes_on_elsewhere(builder, carry).await
}

/// Whoever takes it dies of it, until RabbitMQ hands it out no more.
#[tokio::test]
async fn a_message_that_kills_whoever_takes_it_comes_to_the_page() -> Result<()> {
    let url = RabbitMq::shared().fresh_vhost()?;
    let broker = hub::broker::RabbitMq::open(&url).await?;
    let poison = filings(0..1);
    let body = poison[0].body.clone();
    publish_surely(&broker, poison).await?;
    for _ in 0..=DELIVERY_LIMIT {
        let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
        take(&mut *consumer, 1).await?;
    }
    let builder = House::build().store(Postgres::shared().fresh_database().await?).broker(url);
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let house = builder.with(|config| config.http.open_pages = true).start().await?;
    poison_is_told(house, &body, "poison: delivery_limit on todoke.router").await
}

async fn on_both() -> Result<Builder> {
    Ok(on_postgres().await?.broker(RabbitMq::shared().fresh_vhost()?))
}

fn decision(verdict: Verdict, comment: &str) -> Decision {
    Decision { verdict, comment: comment.to_owned(), files: Vec::new(), marks: Vec::new() }
}

#[tokio::test]
async fn a_filing_goes_there_and_the_answer_comes_back() -> Result<()> {
    let mut house = on_both().await?.start().await?;
    let filing = house.deliver(&change(SAPPORO, &[OTARU, HAKODATE])).await?;
    let deliveries = house.deliveries(filing).await?;
    assert_eq!(deliveries.len(), 3);
    for delivery in &deliveries {
        assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
        let answer = if delivery.authority == code(OTARU) {
            decision(Verdict::Returned, "日付を直してください")
        } else {
            decision(Verdict::Accepted, "")
        };
        house.reviewer().decide(delivery.id, delivery.authority, &answer, Source::Api).await?;
    }
    let request = house.request(&change(SAPPORO, &[OTARU, HAKODATE]))?;
    house.reviewer().correct(filing, &request).await?;
    house.settle().await?;
    let corrected = house.delivery_to(filing, code(OTARU)).await?;
    assert_eq!(corrected.revision, 2);
    assert!(matches!(corrected.state, State::Delivered { .. }), "{corrected:?}");
    assert_eq!(house.held()?.len(), 4);
    assert_eq!(house.letters()?.len(), 5, "received twice, accepted twice, returned");
    house.finish().await
}

#[tokio::test]
async fn lost_answers_and_a_new_process_make_no_second_copy() -> Result<()> {
    let mut house = on_both().await?.behaviour(SAPPORO, Behaviour::LoseAnswer).start().await?;
    for _ in 0..20 {
        house.file(&change(SAPPORO, &[OTARU])).await?;
    }
    house.settle().await?;
    house.restart().await?;
    house.outlast(200).await?;
    let held = house.held()?;
    assert_eq!(held.len(), 40);
    let lost: Vec<_> = held.iter().filter(|held| held.authority == code(SAPPORO)).collect();
    assert!(lost.iter().all(|held| held.arrivals == 2), "told twice, kept once: {lost:?}");
    house.finish().await
}

#[tokio::test]
async fn a_withdrawal_beside_the_router_leaves_no_authority_untold() -> Result<()> {
    let mut house = on_postgres().await?.start().await?;
    let mut filings = Vec::new();
    for _ in 0..30 {
        let filing = house.file(&change(SAPPORO, &[OTARU])).await?.id;
        house.stages.relay.drain().await?;
        let request = house.request(&change(SAPPORO, &[OTARU]))?;
        let reviewer = house.reviewer();
        let (_, withdrawn) =
            tokio::join!(house.stages.router.step(), reviewer.withdraw(filing, &request));
        withdrawn?;
        filings.push(filing);
    }
    house.settle().await?;
    house.outlast(200).await?;
    for filing in filings {
        let deliveries = house.deliveries(filing).await?;
        for first in deliveries.iter().filter(|delivery| delivery.revision == 1) {
            let told = deliveries.iter().any(|d| d.revision == 2 && d.authority == first.authority);
            let is_cancelled = first.state == State::Cancelled;
            assert!(told || is_cancelled, "it has the filing and no withdrawal: {first:?}");
        }
    }
    house.finish().await
}

//! RabbitMQ keeps the contract, and the hub survives what can happen to RabbitMQ.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::broker::topology::{DEAD_LETTERS, ROUTER};
use hub::broker::{Broker, BrokerError, Consumer, Health, Outgoing, RabbitMq};
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use tests::contracts::broker::{confirmed, filings, number, publish, take};
use tests::servers;
use tokio::time::timeout;
use uuid::Uuid;

async fn rabbitmq() -> Result<RabbitMq> {
    Ok(RabbitMq::open(&servers::RabbitMq::shared().fresh_vhost()?).await?)
}

tests::broker_contract!(rabbitmq);

#[tokio::test]
async fn a_dead_letter_tells_its_queue_and_reason() -> Result<()> {
    let broker = rabbitmq().await?;
    publish(&broker, filings(0..1)).await;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
    let message = take(&mut *consumer, 1).await?.remove(0);
    consumer.reject(message.tag, "its schema is unknown").await;
    let mut undertaker = broker.consume(&[DEAD_LETTERS.to_owned()], 10).await;
    let letter = take(&mut *undertaker, 1).await?.remove(0);
    ensure!(letter.reason.as_deref() == Some("rejected on todoke.router, 1 times"), "{letter:?}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_told_from_a_server_that_is_away() -> Result<()> {
    let server = servers::RabbitMq::shared();
    let url = server.url().replace("guest:guest", "guest:wrong");
    let error = RabbitMq::open(&url).await.err().context("it let us in")?;
    ensure!(matches!(error, BrokerError::Login { .. }), "{error}");
    ensure!(!error.to_string().contains("wrong"), "it shows the password: {error}");
    let url = server.url().replace(&server.port().to_string(), "1");
    let error = RabbitMq::open(&url).await.err().context("somebody is at port 1")?;
    ensure!(matches!(error, BrokerError::Unreachable { .. }), "{error}");
    let url = format!("{}nowhere", server.url());
    let error = RabbitMq::open(&url).await.err().context("it let us in")?;
    ensure!(matches!(error, BrokerError::VirtualHost { .. }), "{error}");
    let error = RabbitMq::open("localhost:5672").await.err().context("that is no URL")?;
    ensure!(matches!(error, BrokerError::Url(_)), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_queue_made_otherwise_is_named_with_the_difference_and_the_mend() -> Result<()> {
    let quorum = AMQPValue::LongString("quorum".into());
    for arguments in [vec![], vec![("x-queue-type", quorum)]] {
        let url = servers::RabbitMq::shared().fresh_vhost()?;
        let (_connection, channel) = by_hand(&url).await?;
        let mut table = FieldTable::default();
        for (name, value) in arguments {
            table.insert(name.into(), value);
        }
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(ROUTER.into(), durable, table).await?;
        let text = RabbitMq::open(&url).await.err().context("it was taken")?.to_string();
        let vhost = url.rsplit('/').next().context("a URL without a virtual host")?;
        let mend = format!("rabbitmqctl delete_queue --vhost {vhost} todoke.router");
        for part in ["queue todoke.router", "inequivalent arg 'x-", &mend] {
            ensure!(text.contains(part), "it does not say {part}: {text}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_deleted_queue_is_made_again_and_consumed() -> Result<()> {
    let url = servers::RabbitMq::shared().fresh_vhost()?;
    let broker = RabbitMq::open(&url).await?;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
    publish_surely(&broker, filings(0..1)).await?;
    let first = take(&mut *consumer, 1).await?;
    consumer.ack(&[first[0].tag]).await;
    let (_connection, channel) = by_hand(&url).await?;
    channel.queue_delete(ROUTER.into(), QueueDeleteOptions::default()).await?;
    publish_surely(&broker, filings(1..2)).await?;
    let second = take(&mut *consumer, 1).await?;
    ensure!(number(&second[0])? == 1, "{second:?}");
    Ok(())
}

#[tokio::test]
async fn fault_connections_are_cut() -> Result<()> {
    let server = servers::RabbitMq::start()?;
    let broker = RabbitMq::open(&server.url()).await?;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 50).await;
    publish_surely(&broker, filings(0..20)).await?;
    let before = take(&mut *consumer, 20).await?;
    let cut = "[rabbit_networking:close_connection(C, \"cut\") || C <- \
               rabbit_networking:connections()]";
    server.call(cut)?;
    let again = take(&mut *consumer, 20).await?;
    let stale: Vec<_> = before.iter().map(|message| message.tag).collect();
    consumer.ack(&stale).await;
    server.call(cut)?;
    let after = take(&mut *consumer, 20).await?;
    ensure!(again.iter().zip(&after).all(|(a, b)| a.body == b.body), "some did not come again");
    consumer.ack(&after.iter().map(|message| message.tag).collect::<Vec<_>>()).await;
    publish_surely(&broker, filings(20..21)).await?;
    let last = take(&mut *consumer, 1).await?;
    ensure!(number(&last[0])? == 20, "{last:?} was acknowledged and came again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_the_server_stops_and_is_killed_under_load() -> Result<()> {
    let mut server = servers::RabbitMq::start()?;
    let broker = RabbitMq::open(&server.url()).await?;
    server.settle()?;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 100).await;
    let mut seen = BTreeSet::new();
    for round in 0..2_u128 {
        let numbers = round * 4_000..(round + 1) * 4_000;
        let publishing = publish_surely(&broker, filings(numbers.clone()));
        let consuming = acknowledge_until(&mut *consumer, &mut seen, numbers.end);
        let failing = async {
            until("messages flow", || broker.health() == Health::Up).await?;
            tokio::task::block_in_place(|| if round == 0 { server.stop() } else { server.kill() })?;
            let is_down = || matches!(broker.health(), Health::Down(_));
            until("the loss is noticed", is_down).await?;
            tokio::task::block_in_place(|| server.restart())
        };
        tokio::try_join!(publishing, consuming, failing)?;
        until("all is well again", || broker.health() == Health::Up).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_a_memory_alarm_blocks_publishing_and_nothing_else() -> Result<()> {
    let server = servers::RabbitMq::start()?;
    let broker = RabbitMq::open(&server.url()).await?;
    publish_surely(&broker, filings(0..10)).await?;
    server.call("vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1})")?;
    let mut unsure = publish(&broker, filings(10..11)).await;
    until("it is blocked", || matches!(broker.health(), Health::Blocked(_))).await?;
    let mut refused = publish(&broker, filings(11..12)).await;
    ensure!(confirmed(&mut refused, 1).await?[0].result.is_err(), "it was taken");
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
    let messages = take(&mut *consumer, 10).await?;
    consumer.ack(&messages.iter().map(|message| message.tag).collect::<Vec<_>>()).await;
    server.call("vm_memory_monitor:set_vm_memory_high_watermark(0.4)")?;
    until("it is free again", || broker.health() == Health::Up).await?;
    ensure!(confirmed(&mut unsure, 1).await?[0].result.is_ok(), "it was lost meanwhile");
    let next = take(&mut *consumer, 1).await?;
    ensure!(number(&next[0])? == 10, "{next:?} was acknowledged and came again");
    Ok(())
}

/// A channel of our own, to do what the hub does not.
async fn by_hand(url: &str) -> Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    Ok((connection, channel))
}

/// Publishes as the relay does: again and again, until each message was confirmed.
async fn publish_surely(broker: &RabbitMq, batch: Vec<Outgoing>) -> Result<()> {
    let mut open: BTreeMap<Uuid, Outgoing> = batch.into_iter().map(|m| (m.id, m)).collect();
    while !open.is_empty() {
        let some: Vec<_> = open.values().take(100).cloned().collect();
        let count = some.len();
        let mut confirmations = publish(broker, some).await;
        for answer in confirmed(&mut confirmations, count).await? {
            if answer.result.is_ok() {
                open.remove(&answer.id);
            }
        }
        until("publishing works", || broker.health() == Health::Up).await?;
    }
    Ok(())
}

/// Acknowledges what comes until all numbers below `end` were seen.
async fn acknowledge_until(
    consumer: &mut dyn Consumer,
    seen: &mut BTreeSet<u128>,
    end: u128,
) -> Result<()> {
    while seen.len() < usize::try_from(end)? {
        let next = timeout(Duration::from_mins(2), consumer.next(100)).await;
        let messages = next.with_context(|| format!("{} of {end} came", seen.len()))?;
        for message in &messages {
            seen.insert(number(message)?);
        }
        consumer.ack(&messages.iter().map(|message| message.tag).collect::<Vec<_>>()).await;
    }
    Ok(())
}

/// Health gives no signal, so this asks again and again.
async fn until(what: &str, is_so: impl Fn() -> bool) -> Result<()> {
    let asking = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_mins(2), asking).await.with_context(|| format!("waited until {what}"))
}

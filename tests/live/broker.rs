//! RabbitMQ keeps the contract, and the hub survives what can happen to RabbitMQ.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use hub::broker::topology::{DEAD_LETTERS, DELIVERY_LIMIT, EVENTS, ROUTER};
use hub::broker::{Broker, BrokerError, Health, Outgoing, RabbitMq};
use lapin::options::{BasicGetOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use tests::contracts::broker::{
    acknowledge_until, confirmed, filings, number, numbered, publish, publish_surely, take, until,
};
use tests::servers;

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

/// RabbitMQ cancels its consumer and keeps the connection.
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

/// A process that dies of a message never acknowledges it.
#[tokio::test]
async fn a_message_that_kills_whoever_takes_it_becomes_a_dead_letter() -> Result<()> {
    let broker = rabbitmq().await?;
    publish_surely(&broker, filings(0..1)).await?;
    for _ in 0..=DELIVERY_LIMIT {
        let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
        take(&mut *consumer, 1).await?;
    }
    let mut undertaker = broker.consume(&[DEAD_LETTERS.to_owned()], 10).await;
    let letter = take(&mut *undertaker, 1).await?.remove(0);
    ensure!(number(&letter)? == 0, "{letter:?}");
    let reason = letter.reason.as_deref().unwrap_or_default();
    ensure!(reason.starts_with("delivery_limit on todoke.router"), "{letter:?}");
    Ok(())
}

#[tokio::test]
async fn the_deployed_definitions_import_and_nothing_is_left_to_declare() -> Result<()> {
    let server = servers::RabbitMq::start()?;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/rabbitmq/definitions.json");
    let path = std::fs::canonicalize(file).context(file)?;
    let read = format!("file:read_file(\"{}\")", path.display());
    server.call(&format!("{{ok, Body}} = {read}, ok = rabbit_definitions:import_raw(Body)"))?;
    let count = "{length(rabbit_amqqueue:list()), length(rabbit_exchange:list()), \
                  length(rabbit_binding:list(<<\"/\">>))}";
    let imported = server.call(count)?;
    RabbitMq::open(&server.url()).await?;
    ensure!(server.call(count)? == imported, "more was declared than {imported}");
    ensure!(imported.contains("{67,"), "the queues are not all there: {imported}");
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

/// How RabbitMQ is made to sound an alarm, the word that the alarm has, and how it ends.
const ALARMS: [(&str, &str, &str); 2] = [
    (
        "vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1})",
        "memory",
        "vm_memory_monitor:set_vm_memory_high_watermark(0.4)",
    ),
    (
        "rabbit_disk_monitor:set_disk_free_limit(1000000000000000000)",
        "disk",
        "rabbit_disk_monitor:set_disk_free_limit(64000000)",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn fault_an_alarm_of_memory_or_disk_blocks_publishing_and_nothing_else() -> Result<()> {
    let server = servers::RabbitMq::start()?;
    for (sound, name, clear) in ALARMS {
        let broker = RabbitMq::open(&server.fresh_vhost()?).await?;
        publish_surely(&broker, filings(0..10)).await?;
        server.call(sound)?;
        // A connection is told that it is blocked when it publishes after the alarm, not before.
        let is_sounded = || server.call("rabbit_alarm:get_alarms()");
        until("the alarm is sounded", || is_sounded().is_ok_and(|it| it.contains(name))).await?;
        let mut unsure = publish(&broker, filings(10..11)).await;
        until("it is blocked", || matches!(broker.health(), Health::Blocked(_))).await?;
        let mut refused = publish(&broker, filings(11..12)).await;
        ensure!(confirmed(&mut refused, 1).await?[0].result.is_err(), "it was taken");
        let mut consumer = broker.consume(&[ROUTER.to_owned()], 10).await;
        let messages = take(&mut *consumer, 10).await?;
        consumer.ack(&messages.iter().map(|message| message.tag).collect::<Vec<_>>()).await;
        server.call(clear)?;
        until("it is free again", || broker.health() == Health::Up).await?;
        ensure!(confirmed(&mut unsure, 1).await?[0].result.is_ok(), "it was lost meanwhile");
        let next = take(&mut *consumer, 1).await?;
        ensure!(number(&next[0])? == 10, "{next:?} was acknowledged and came again");
    }
    Ok(())
}

/// A channel of our own, to do what the hub does not.
async fn by_hand(url: &str) -> Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    Ok((connection, channel))
}

/// For subscribers outside, whose programs look for it there.
#[tokio::test]
async fn a_trace_goes_along_in_a_header() -> Result<()> {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let url = servers::RabbitMq::shared().fresh_vhost()?;
    let broker = RabbitMq::open(&url).await?;
    let (_connection, channel) = by_hand(&url).await?;
    let queue = channel
        .queue_declare("".into(), QueueDeclareOptions::default(), FieldTable::default())
        .await?;
    let (queue, all) = (queue.name().clone(), QueueBindOptions::default());
    channel
        .queue_bind(queue.clone(), EVENTS.into(), "#".into(), all, FieldTable::default())
        .await?;
    let messages = [Some(TRACE.to_owned()), None].into_iter().zip(1..);
    let message = |(trace, number)| {
        let message = numbered(EVENTS, "delivery.delivered", number);
        Outgoing { trace, ..message }
    };
    publish_surely(&broker, messages.map(message).collect()).await?;
    for expected in [Some(TRACE), None] {
        let got = channel.basic_get(queue.clone(), BasicGetOptions { no_ack: true }).await?;
        let properties = got.context("a message")?.delivery.properties;
        let headers = properties.headers().clone().unwrap_or_default();
        let header = headers.inner().get("traceparent").cloned();
        let expected = expected.map(|text| AMQPValue::LongString(text.into()));
        ensure!(header == expected, "{header:?}");
    }
    Ok(())
}

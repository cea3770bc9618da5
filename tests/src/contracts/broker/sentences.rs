//! What the contract says, one sentence a function.
#![expect(missing_docs, reason = "the names are the sentences")]

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use hub::broker::topology::{
    DEAD_LETTERS, EVENTS, FILING_SUBMITTED, NOTICE_DUE, NOTIFIER, ROUTER, WORK, courier_queues,
};
use hub::broker::{Broker, Confirmation, Consumer, Health, Incoming, PublishError};
use schemas::Channel;
use tokio::time::timeout;
use uuid::Uuid;

use super::{PATIENCE, confirmed, filings, number, numbered, publish, take};

pub async fn work_arrives_and_is_confirmed(broker: &impl Broker) -> Result<()> {
    ensure!(broker.health() == Health::Up, "it is {:?}", broker.health());
    let mut confirmations = publish(broker, filings(1..2)).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 1).await?;
    ensure!(number(&messages[0])? == 1 && messages[0].queue == ROUTER, "{messages:?}");
    ensure!(messages[0].reason.is_none(), "it is no dead letter: {messages:?}");
    ack_all(&mut *consumer, &messages).await;
    let answers = confirmed(&mut confirmations, 1).await?;
    ensure!(answers == [Confirmation { id: Uuid::from_u128(1), result: Ok(()) }]);
    Ok(())
}

/// A broker does not read what it carries: nothing, and what is no Avro at all.
pub async fn any_bytes_are_carried(broker: &impl Broker) -> Result<()> {
    let bodies = [Vec::new(), vec![0xC3, 0x01, 0xFF], vec![7; 300_000]];
    let mut batch = filings(0..3);
    for (message, body) in batch.iter_mut().zip(&bodies) {
        message.body.clone_from(body);
    }
    publish(broker, batch).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 3).await?;
    ensure!(messages.iter().map(|message| &message.body).eq(&bodies), "a body was changed");
    ack_all(&mut *consumer, &messages).await;
    Ok(())
}

pub async fn unacknowledged_work_comes_again(broker: &impl Broker) -> Result<()> {
    publish(broker, filings(0..4)).await;
    let mut first = router(broker).await;
    let messages = take(&mut *first, 4).await?;
    first.ack(&[messages[0].tag, messages[2].tag]).await;
    drop(first);
    let mut second = router(broker).await;
    let again = take(&mut *second, 2).await?;
    let numbers = again.iter().map(number).collect::<Result<BTreeSet<_>>>()?;
    ensure!(numbers == BTreeSet::from([1, 3]), "{numbers:?} came again");
    ack_all(&mut *second, &again).await;
    Ok(())
}

pub async fn work_given_back_comes_again(broker: &impl Broker) -> Result<()> {
    publish(broker, filings(0..3)).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 3).await?;
    consumer.give_back(&[messages[1].tag, messages[2].tag]).await;
    consumer.ack(&[messages[0].tag]).await;
    let again = take(&mut *consumer, 2).await?;
    let numbers = again.iter().map(number).collect::<Result<BTreeSet<_>>>()?;
    ensure!(numbers == BTreeSet::from([1, 2]), "{numbers:?} came again");
    ack_all(&mut *consumer, &again).await;
    Ok(())
}

pub async fn rejected_work_becomes_a_dead_letter(broker: &impl Broker) -> Result<()> {
    let mut confirmations = publish(broker, filings(7..8)).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 1).await?;
    consumer.reject(messages[0].tag, "its schema is unknown").await;
    let mut undertaker = broker.consume(&[DEAD_LETTERS.to_owned()], 10).await;
    let letters = take(&mut *undertaker, 1).await?;
    ensure!(number(&letters[0])? == 7 && letters[0].queue == DEAD_LETTERS, "{letters:?}");
    let reason = letters[0].reason.as_deref().unwrap_or_default();
    ensure!(!reason.is_empty(), "nobody can tell why it is dead");
    ack_all(&mut *undertaker, &letters).await;
    ensure!(confirmed(&mut confirmations, 1).await?[0].result.is_ok());
    ensure!(consumer.try_next(10).is_empty(), "it came again");
    Ok(())
}

/// A broker may confirm many at once: a message without a queue must not hide among them.
pub async fn work_without_a_queue_is_unroutable(broker: &impl Broker) -> Result<()> {
    let too_long = "x".repeat(300);
    let batch = (0..300).map(|number| match number % 3 {
        0 => numbered(WORK, "nobody.home", number),
        1 => numbered(WORK, FILING_SUBMITTED, number),
        _ => numbered(WORK, &too_long, number),
    });
    let mut confirmations = publish(broker, batch.collect()).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 100).await?;
    ack_all(&mut *consumer, &messages).await;
    for Confirmation { id, result } in confirmed(&mut confirmations, 300).await? {
        let answer_is_right = match (id.as_u128() % 3, &result) {
            (1, Ok(())) | (0 | 1, Err(PublishError::Refused(_))) => true,
            (0, Err(PublishError::Unroutable { routing_key, .. })) => routing_key == "nobody.home",
            (2, Err(PublishError::Unroutable { routing_key, .. })) => *routing_key == too_long,
            _ => false,
        };
        ensure!(answer_is_right, "message {} was answered {result:?}", id.as_u128());
    }
    Ok(())
}

pub async fn an_unknown_exchange_harms_nobody_else(broker: &impl Broker) -> Result<()> {
    let mut batch = filings(0..9);
    "todoke.nowhere".clone_into(&mut batch[4].exchange);
    let mut confirmations = publish(broker, batch).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 8).await?;
    ack_all(&mut *consumer, &messages).await;
    for Confirmation { id, result } in confirmed(&mut confirmations, 9).await? {
        let is_lost = matches!(result, Err(PublishError::Unroutable { .. }));
        ensure!(is_lost == (id.as_u128() == 4), "message {id} was answered {result:?}");
    }
    Ok(())
}

pub async fn an_event_without_subscribers_is_confirmed(broker: &impl Broker) -> Result<()> {
    let batch = vec![numbered(EVENTS, "delivery.delivered", 1)];
    let mut confirmations = publish(broker, batch).await;
    ensure!(confirmed(&mut confirmations, 1).await?[0].result.is_ok());
    Ok(())
}

pub async fn a_queue_keeps_its_order(broker: &impl Broker) -> Result<()> {
    publish(broker, filings(0..250)).await;
    publish(broker, filings(250..500)).await;
    let mut consumer = router(broker).await;
    for hundred in 0..5 {
        let messages = take(&mut *consumer, 100).await?;
        let numbers = messages.iter().map(number).collect::<Result<Vec<_>>>()?;
        let expected = (hundred * 100..(hundred + 1) * 100).collect::<Vec<u128>>();
        ensure!(numbers == expected, "came as {numbers:?}");
        ack_all(&mut *consumer, &messages).await;
    }
    Ok(())
}

/// Acknowledged in an order that is not the queue's, as stages do.
pub async fn a_large_batch_loses_and_doubles_nothing(broker: &impl Broker) -> Result<()> {
    let mut confirmations = publish(broker, filings(0..5_000)).await;
    let mut consumer = router(broker).await;
    let mut seen = BTreeSet::new();
    while seen.len() < 5_000 {
        let messages = timeout(PATIENCE, consumer.next(64)).await.context("no more came")?;
        for message in &messages {
            ensure!(seen.insert(number(message)?), "{message:?} came twice");
        }
        let (late, early): (Vec<_>, Vec<_>) =
            messages.iter().map(|message| message.tag).partition(|tag| tag % 3 == 0);
        consumer.ack(&early).await;
        consumer.ack(&late).await;
    }
    for Confirmation { id, result } in confirmed(&mut confirmations, 5_000).await? {
        ensure!(result.is_ok(), "message {id} was answered {result:?}");
    }
    publish(broker, filings(5_000..5_001)).await;
    let next = take(&mut *consumer, 1).await?;
    ensure!(number(&next[0])? == 5_000, "{next:?} was still there");
    ack_all(&mut *consumer, &next).await;
    Ok(())
}

pub async fn strange_acknowledgements_do_no_harm(broker: &impl Broker) -> Result<()> {
    publish(broker, filings(0..2)).await;
    let mut consumer = router(broker).await;
    let messages = take(&mut *consumer, 2).await?;
    let tag = messages[0].tag;
    consumer.ack(&[tag, tag, u64::MAX, 0]).await;
    consumer.ack(&[tag]).await;
    consumer.give_back(&[tag]).await;
    consumer.reject(tag, "too late").await;
    consumer.ack(&[]).await;
    publish(broker, filings(2..3)).await;
    let next = take(&mut *consumer, 1).await?;
    ensure!(number(&next[0])? == 2, "{next:?} came instead of the next");
    consumer.ack(&[messages[1].tag, next[0].tag]).await;
    Ok(())
}

pub async fn the_prefetch_is_a_limit(broker: &impl Broker) -> Result<()> {
    publish(broker, filings(0..9)).await;
    let mut consumer = broker.consume(&[ROUTER.to_owned()], 5).await;
    let messages = take(&mut *consumer, 5).await?;
    ensure!(consumer.try_next(10).is_empty(), "more than the prefetch came");
    ack_all(&mut *consumer, &messages).await;
    let rest = take(&mut *consumer, 4).await?;
    ack_all(&mut *consumer, &rest).await;
    Ok(())
}

pub async fn one_consumer_takes_from_many_queues(broker: &impl Broker) -> Result<()> {
    let mut queues = courier_queues(Channel::Api);
    let keys = (0..16).map(|shard| format!("delivery.due.api.{shard:02}"));
    let mut batch: Vec<_> =
        keys.enumerate().map(|(at, key)| numbered(WORK, &key, at as u128)).collect();
    queues.push(NOTIFIER.to_owned());
    batch.push(numbered(WORK, NOTICE_DUE, 16));
    let again = batch.iter().cloned().map(|mut message| {
        message.id = Uuid::from_u128(message.id.as_u128() + 100);
        message
    });
    let batch: Vec<_> = batch.clone().into_iter().chain(again).collect();
    let mut confirmations = publish(broker, batch).await;
    let mut consumer = broker.consume(&queues, 4).await;
    for _ in 0..17 {
        // Two of each come; taken by twos and acknowledged, however small the prefetch.
        let messages = take(&mut *consumer, 2).await?;
        for message in &messages {
            let expected = &queues[usize::try_from(number(message)?)?];
            ensure!(message.queue == *expected, "{message:?} came from elsewhere");
        }
        ack_all(&mut *consumer, &messages).await;
    }
    confirmed(&mut confirmations, 34).await?;
    Ok(())
}

pub async fn two_consumers_share_a_queue(broker: &impl Broker) -> Result<()> {
    let mut one = broker.consume(&[ROUTER.to_owned()], 10).await;
    let mut other = broker.consume(&[ROUTER.to_owned()], 10).await;
    publish(broker, filings(0..400)).await;
    let mut seen = BTreeSet::new();
    while seen.len() < 400 {
        let (messages, consumer) = tokio::select! {
            messages = one.next(10) => (messages, &mut one),
            messages = other.next(10) => (messages, &mut other),
            () = tokio::time::sleep(PATIENCE) => anyhow::bail!("{} of 400 came", seen.len()),
        };
        for message in &messages {
            ensure!(seen.insert(number(message)?), "{message:?} came twice");
        }
        ack_all(&mut **consumer, &messages).await;
    }
    Ok(())
}

pub async fn a_closed_broker_answers_every_message(broker: &impl Broker) -> Result<()> {
    broker.close().await;
    let batch = vec![numbered(EVENTS, "delivery.delivered", 1)];
    let mut confirmations = publish(broker, batch).await;
    confirmed(&mut confirmations, 1).await?;
    Ok(())
}

async fn ack_all(consumer: &mut dyn Consumer, messages: &[Incoming]) {
    consumer.ack(&messages.iter().map(|message| message.tag).collect::<Vec<_>>()).await;
}

async fn router(broker: &impl Broker) -> Box<dyn Consumer> {
    broker.consume(&[ROUTER.to_owned()], 100).await
}

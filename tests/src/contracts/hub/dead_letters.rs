//! Messages that nobody can work on: each ends as one row with its reason, counted and shown, and
//! in the way of no other.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::broker::topology::{DEAD, DEAD_LETTERS, ROUTER, WORK};
use hub::delivery::State;
use hub::store::DeadLetterRow;
use hub::web::access::Scope;
use schemas::message::{DeliveryDue, FilingSubmitted, Message};
use schemas::{Channel, DeliveryId, FilingId};

use super::{SAPPORO, until};
use crate::house::{Builder, House, change};

/// Filings of which one spoils the work on all.
const MANY: usize = 20;

/// Steps the stages until so many dead letters are there; gives them, by reason.
pub(super) async fn parked(house: &mut House, count: usize) -> Result<Vec<DeadLetterRow>> {
    until(async || {
        house.stages.round().await?;
        Ok(house.ctx.store.dead_letters(100).await?.len() >= count)
    })
    .await?;
    let mut all = house.take_dead_letters().await?;
    ensure!(all.len() == count, "{all:?}");
    all.sort_by(|one, other| one.reason.cmp(&other.reason));
    Ok(all)
}

/// The page of dead letters, as staff sees it.
pub(super) async fn page(house: &House) -> Result<String> {
    let (front, key) = (house.front().await?, house.key(Scope::Operations).await?);
    Ok(front.get("/dead-letters", &key).await?.text())
}

/// One letter: its row, its count, its place on the page in the reader's words.
async fn is_told(house: &House, row: &DeadLetterRow, code: &str, words: &str) -> Result<()> {
    ensure!(row.reason.starts_with(&format!("{code}: ")), "{row:?}");
    let counted = format!("todoke_dead_letters_total{{code=\"{code}\"}} ");
    ensure!(house.ctx.metrics.render().contains(&counted), "{code} is not counted");
    let page = page(house).await?;
    ensure!(page.contains(words) && page.contains(&row.queue), "{page}");
    Ok(())
}

async fn start(builder: Builder) -> Result<House> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    builder.with(|config| config.http.open_pages = true).start().await
}

/// Enqueues a message on a way that the topology may not have.
async fn send(house: &House, exchange: &str, key: &str, message: &impl Message) -> Result<()> {
    let mut tx = house.ctx.store.begin().await?;
    tx.enqueue(exchange, key, message)?;
    Ok(tx.commit().await?)
}

/// The next filing arrives, and a new process finds no more letters.
async fn others_go_on(mut house: House) -> Result<()> {
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    house.restart().await?;
    house.tend().await?;
    ensure!(house.ctx.store.totals().await?.dead_letters == 1, "it came again");
    house.finish().await
}

/// Once, though upkeep queues the same again for as long as nobody makes the queue.
pub async fn what_no_queue_takes_is_a_dead_letter(builder: Builder) -> Result<()> {
    let mut house = start(builder).await?;
    let delivery_id = DeliveryId(house.ctx.clock.id());
    let message = DeliveryDue { delivery_id, turn: 1, trace: None };
    for _ in 0..2 {
        send(&house, WORK, "delivery.due.fax.00", &message).await?;
        until(async || {
            house.stages.round().await?;
            Ok(house.ctx.store.totals().await?.outbox == 0)
        })
        .await?;
    }
    let row = parked(&mut house, 1).await?.remove(0);
    ensure!(row.queue == WORK && row.body == hex::encode(message.encode()?), "{row:?}");
    ensure!(row.reason.contains("no queue takes delivery.due.fax.00 on todoke.work"), "{row:?}");
    is_told(&house, &row, "unroutable", "宛先のキューがありません").await?;
    others_go_on(house).await
}

/// What lies in the broker's queue of dead letters becomes a row.
pub async fn what_the_broker_gave_up_is_a_dead_letter(builder: Builder) -> Result<()> {
    let house = start(builder).await?;
    let filing_id = FilingId(house.ctx.clock.id());
    let message = FilingSubmitted { filing_id, revision: 1, trace: None };
    send(&house, DEAD, "", &message).await?;
    poison_is_told(house, &message.encode()?, "").await
}

/// A body that the broker gave up is a row, with the reason that the broker had.
pub async fn poison_is_told(mut house: House, body: &[u8], why: &str) -> Result<()> {
    let row = parked(&mut house, 1).await?.remove(0);
    ensure!(row.queue == DEAD_LETTERS && row.body == hex::encode(body), "{row:?}");
    ensure!(row.reason.contains(why), "{row:?}");
    is_told(&house, &row, "poison", "ブローカーが配信を打ち切りました").await?;
    others_go_on(house).await
}

/// A row that does not read spoils the batch that it is in; halving finds it. When it is put right,
/// it goes the way of the others.
pub async fn one_bad_message_among_many_costs_only_itself(builder: Builder) -> Result<()> {
    let mut house = start(builder).await?;
    let mut filings = Vec::new();
    for _ in 0..MANY {
        filings.push(house.file(&change(SAPPORO, &[])).await?.id);
    }
    let bad = filings[7];
    let owner = async |house: &House, sql: &str| {
        let set = format!("UPDATE revisions SET corporate_number = {sql}");
        house.raw(format!("{set} WHERE filing_id = '{bad}'")).await
    };
    let trace = house.ctx.store.revisions(bad).await?.remove(0).trace.map(String::from);
    owner(&house, "'?' || corporate_number").await?;
    let row = parked(&mut house, 1).await?.remove(0);
    let message = FilingSubmitted { filing_id: bad, revision: 1, trace };
    ensure!(row.queue == ROUTER && row.body == hex::encode(message.encode()?), "{row:?}");
    is_told(&house, &row, "work_failed", "処理が繰り返し失敗しました").await?;
    until(async || {
        house.stages.round().await?;
        Ok(house.ctx.store.totals().await?.unrouted == 1)
    })
    .await?;
    ensure!(house.deliveries(bad).await?.is_empty(), "it was planned");

    owner(&house, "substr(corporate_number, 2)").await?;
    let stale = house.ctx.config.upkeep.stale_ms.unsigned_abs();
    house.advance(Duration::from_millis(stale)).await?;
    house.tend().await?;
    house.outlast(10).await?;
    for filing in filings {
        let delivery = house.delivery(filing).await?;
        ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    }
    others_go_on(house).await
}

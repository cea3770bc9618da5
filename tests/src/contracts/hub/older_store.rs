//! A broker that knows more than the store: what is about rows that are not there is parked.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::broker::topology::{self, FILING_SUBMITTED, NOTICE_DUE, NOTIFIER, ROUTER};
use hub::delivery::State;
use hub::web::access::Scope;
use schemas::message::{DeliveryDue, FilingSubmitted, Message, NoticeDue};
use schemas::{Channel, DeliveryId, FilingId, NoticeId};

use super::dead_letters::{page, parked};
use super::{OTARU, SAPPORO, plan, until};
use crate::house::{Builder, change, code};

/// Once each, with its code, its queue and its bytes; shown, counted, and in nobody's way.
pub async fn what_the_store_does_not_know_is_parked(builder: Builder) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]);
    let mut house = builder.with(|config| config.http.open_pages = true).start().await?;
    let lost = FilingId(house.ctx.clock.id());
    let submitted = FilingSubmitted { filing_id: lost, revision: 1, trace: None }.encode()?;
    let delivery_id = DeliveryId(house.ctx.clock.id());
    let due = DeliveryDue { delivery_id, turn: 1, trace: None }.encode()?;
    let notice_id = NoticeId(house.ctx.clock.id());
    let notice = NoticeDue { notice_id, turn: 1, trace: None }.encode()?;
    let courier = topology::delivery_due(Channel::Api, code(SAPPORO));
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    for _ in 0..2 {
        house.publish(FILING_SUBMITTED, submitted.clone()).await;
        house.publish(&courier, due.clone()).await;
        house.publish(NOTICE_DUE, notice.clone()).await;
    }
    let dead = parked(&mut house, 3).await?;
    let shard = topology::courier_queue(Channel::Api, topology::shard(code(SAPPORO)));
    let expected = [
        ("unknown_delivery", shard.as_str(), &due, delivery_id.to_string()),
        ("unknown_filing", ROUTER, &submitted, lost.receipt_number()),
        ("unknown_notice", NOTIFIER, &notice, notice_id.to_string()),
    ];
    for (letter, (code, queue, body, named)) in dead.iter().zip(expected) {
        ensure!(letter.reason.starts_with(&format!("{code}: ")), "{letter:?}");
        ensure!(letter.reason.contains(&named), "{letter:?} does not name {named}");
        ensure!(letter.queue == queue && letter.body == hex::encode(body), "{letter:?}");
        let counted = format!("todoke_dead_letters_total{{code=\"{code}\"}} ");
        ensure!(house.ctx.metrics.render().contains(&counted), "{code} is not counted");
    }
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");

    let (front, key) = (house.front().await?, house.key(Scope::Operations).await?);
    let first = front.get("/", &key).await?.text();
    ensure!(first.contains("<li class=\"bad\"><a href=\"/dead-letters\">"), "{first}");
    let page = page(&house).await?;
    let number = lost.receipt_number();
    ensure!(page.contains("ストアにない届出です") && page.contains(&number), "{page}");

    // Acknowledged: nobody gets them again.
    house.restart().await?;
    house.tend().await?;
    ensure!(house.ctx.store.totals().await?.dead_letters == 3, "some came again");
    house.finish().await
}

/// The store was at turn 7 once; now it is at turn 1 again, and both messages are there.
pub async fn a_turn_from_the_future_hides_none_of_the_present(builder: Builder) -> Result<()> {
    let mut house = builder.ladder(SAPPORO, &[Channel::Api]).start().await?;
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    let notice_id = house.notices(filing).await?.first().context("a notice")?.id;
    house.publish(NOTICE_DUE, NoticeDue { notice_id, turn: 7, trace: None }.encode()?).await;
    plan(&mut house, 1).await?;
    let delivery_id = house.delivery(filing).await?.id;
    let key = topology::delivery_due(Channel::Api, code(SAPPORO));
    house.publish(&key, DeliveryDue { delivery_id, turn: 7, trace: None }.encode()?).await;
    house.settle().await?;
    let delivery = house.delivery(filing).await?;
    ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    ensure!(house.notices(filing).await?[0].state == "sent");
    ensure!(house.arrivals()?.len() == 1 && house.take_dead_letters().await?.is_empty());
    house.finish().await
}

/// The store is as `copy` made it before some filings came; the broker is as it is now.
pub async fn a_store_from_last_nights_backup_goes_on(
    builder: Builder,
    copy: impl AsyncFnOnce(&str) -> Result<String>,
) -> Result<()> {
    let builder = builder.ladder(SAPPORO, &[Channel::Api]).ladder(OTARU, &[Channel::Sftp]);
    let mut house = builder.start().await?;
    let settled = house.deliver(&change(SAPPORO, &[OTARU])).await?;
    let on_its_way = house.file(&change(SAPPORO, &[OTARU])).await?.id;
    let url = copy(&house.ctx.config.store.url).await?;

    // After the backup: the one on its way arrives, one more is planned and goes no further, and
    // one that nobody has planned.
    plan(&mut house, 4).await?;
    until(async || {
        house.stages.courier.step().await;
        // On a busy machine a try may fail.
        if house.ctx.store.totals().await?.oldest_due.is_some() {
            house.advance_to_next().await?;
        }
        Ok(house.held()?.len() == 4)
    })
    .await?;
    house.file(&change(SAPPORO, &[OTARU])).await?;
    plan(&mut house, 6).await?;
    let unplanned = house.file(&change(SAPPORO, &[OTARU])).await?.id;
    until(async || {
        house.stages.relay.drain().await?;
        house.stages.relay.step().await?;
        Ok(house.ctx.store.totals().await?.outbox == 0)
    })
    .await?;
    house.restart_with(|builder| builder.set_store(url)).await?;
    // The backup's outbox has the message of the one on its way.
    let claim = house.ctx.config.relay.claim_ms.unsigned_abs();
    house.clock.advance(Duration::from_millis(claim));
    house.stages.relay.step().await?;
    plan(&mut house, 4).await?;

    // Of the first, two deliveries; of the second, the filing; of both, the notice.
    let dead = parked(&mut house, 5).await?;
    let codes: Vec<_> = dead.iter().filter_map(|row| row.reason.split(':').next()).collect();
    let expected = ["delivery", "delivery", "filing", "notice", "notice"];
    let expected = expected.map(|what| format!("unknown_{what}"));
    ensure!(codes == expected, "{codes:?}");
    ensure!(dead[2].reason.contains(&unplanned.receipt_number()), "{:?}", dead[2]);

    let stale = house.ctx.config.upkeep.stale_ms.unsigned_abs();
    house.advance(Duration::from_millis(stale)).await?;
    house.tend().await?;
    house.outlast(10).await?;
    for filing in [settled, on_its_way] {
        let deliveries = house.deliveries(filing).await?;
        let delivered = deliveries.iter().all(|d| matches!(d.state, State::Delivered { .. }));
        ensure!(deliveries.len() == 2 && delivered, "{deliveries:?}");
    }
    // It is sent once more, under the id that the authorities know.
    let held = house.held()?;
    let again = held.iter().filter(|package| package.arrivals == 2).count();
    ensure!(
        held.len() == 4 && again == 1,
        "over HTTP it came again, over SFTP it lay there: {held:?}"
    );
    ensure!(house.ctx.store.totals().await?.dead_letters == 5, "some came again");
    house.finish().await
}

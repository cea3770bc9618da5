//! What goes wrong inside: vanished couriers, a forgetful broker, messages twice, stale or broken.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::sandbox::{Behaviour, Sandbox};
use anyhow::{Context, Result};
use hub::broker::topology::{self, FILING_SUBMITTED, NOTICE_DUE};
use hub::config::Config;
use hub::delivery::State;
use schemas::message::{DeliveryDue, FilingSubmitted, Message, NoticeDue};
use schemas::{Channel, Owner};
use tests::house::{House, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";

/// Ends when the far side has the first package, which it has not answered for yet.
async fn arrived(sandbox: &Sandbox, root: &Path, channel: Channel) {
    if channel == Channel::Sftp {
        // It is slow to rename, so nothing has arrived by its own account: the file tells.
        let folder = root.join(SAPPORO).join("sftp/in");
        let is_zip =
            |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|e| e == "zip");
        while !std::fs::read_dir(&folder).is_ok_and(|mut all| all.any(|e| e.is_ok_and(is_zip))) {
            tokio::task::yield_now().await;
        }
    } else {
        let seen = sandbox.count().wait_for(|count| *count > 0).await.map(|count| *count);
        seen.expect("the sandbox lives");
    }
}

#[tokio::test]
async fn a_courier_that_vanishes_mid_try_costs_a_lease_and_no_second_copy() -> Result<()> {
    for channel in [Channel::Api, Channel::Sftp, Channel::Email] {
        let mut house = House::build()
            .ladder(SAPPORO, &[channel])
            .behaviour(SAPPORO, Behaviour::Slow(Duration::from_mins(10)))
            .start()
            .await?;
        let filing = house.file(&change(SAPPORO, &[])).await?.id;
        house.stages.route().await?;
        let (sandbox, root) = (Arc::clone(&house.sandbox), house.far_root());
        tokio::select! {
            _ = house.stages.courier.step() => panic!("the far side answers in ten minutes"),
            () = arrived(&sandbox, &root, channel) => {}
        }
        house.stages.replace_courier().await;
        house.sandbox.set_behaviour(code(SAPPORO), Behaviour::Healthy)?;
        house.settle().await?;
        let delivery = house.delivery(filing).await?;
        let State::Sending { lease_until, .. } = delivery.state else { panic!("{delivery:?}") };
        assert_eq!(lease_until - house.clock.now_ms(), house.ctx.config.courier.lease_ms);

        let lease = Duration::from_millis(house.ctx.config.courier.lease_ms.unsigned_abs());
        house.advance(lease.checked_sub(Duration::from_millis(1)).context("a lease")?).await?;
        assert!(matches!(house.delivery(filing).await?.state, State::Sending { .. }));
        house.advance(Duration::from_millis(1)).await?;
        let delivery = house.delivery(filing).await?;
        assert!(matches!(delivery.state, State::Delivered { .. }), "{channel}: {delivery:?}");
        assert!(delivery.second_copy);
        let arrivals = house.arrivals()?;
        assert!(!arrivals[0].repeat && arrivals[1..].iter().all(|again| again.repeat));
        assert_eq!(house.held()?.len(), 1, "{channel}: the far side knows the repeat");
        let events = house.events(filing).await?;
        assert!(events.iter().any(|kind| kind == "delivery.lease_expired"), "{events:?}");
        house.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_process_that_ends_at_once_loses_nothing() -> Result<()> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    for _ in 0..3 {
        house.file(&change(SAPPORO, &[])).await?;
    }
    house.restart().await?;
    for _ in 0..3 {
        house.file(&change(SAPPORO, &[])).await?;
    }
    house.stages.route().await?;
    house.restart().await?;
    house.settle().await?;
    house.outlast(50).await?;
    assert_eq!(house.held()?.len(), 6);
    assert!(house.arrivals()?.iter().all(|arrival| !arrival.repeat));
    assert_eq!(house.letters_about("届出を受け付けました")?.len(), 6);
    house.finish().await
}

#[tokio::test]
async fn a_broker_that_forgot_everything_loses_nothing() -> Result<()> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    for _ in 0..3 {
        house.file(&change(SAPPORO, &[])).await?;
    }
    house.stages.route().await?;
    for _ in 0..3 {
        house.file(&change(SAPPORO, &[])).await?;
    }
    // Three deliveries, three filings and six notices are on their way; all of that is gone.
    assert_eq!(house.forget_messages().await?, 12);
    house.restart().await?;
    house.tend().await?;
    assert!(house.held()?.is_empty(), "nobody can know yet that they are lost");
    house.clock.advance(Duration::from_millis(house.ctx.config.upkeep.stale_ms.unsigned_abs()));
    house.tend().await?;
    house.outlast(50).await?;
    assert_eq!(house.held()?.len(), 6);
    assert!(house.arrivals()?.iter().all(|arrival| !arrival.repeat));
    assert_eq!(house.letters_about("届出を受け付けました")?.len(), 6);
    house.finish().await
}

#[tokio::test]
async fn messages_twice_change_nothing() -> Result<()> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    let submitted = FilingSubmitted { filing_id: filing, revision: 1, trace: None };
    let due = DeliveryDue { delivery_id: delivery.id, turn: 1, trace: None };
    let notice = house.notices(filing).await?.pop().context("a notice")?;
    let mail = NoticeDue { notice_id: notice.id, turn: 1, trace: None };
    for _ in 0..3 {
        house.publish(FILING_SUBMITTED, submitted.encode()?).await;
        let key = topology::delivery_due(Channel::Api, code(SAPPORO));
        house.publish(&key, due.encode()?).await;
        house.publish(NOTICE_DUE, mail.encode()?).await;
    }
    let events = house.events(filing).await?;
    house.settle().await?;
    assert_eq!(house.delivery(filing).await?, delivery);
    assert_eq!(house.events(filing).await?, events);
    assert_eq!(house.arrivals()?.len(), 1);
    assert_eq!(house.notices(filing).await?[0].tries, 1);
    house.finish().await
}

#[tokio::test]
async fn a_stale_message_does_not_hide_the_one_that_counts() -> Result<()> {
    let mut house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .behaviour(SAPPORO, Behaviour::Flapping { fail_every: 0, fail_first: 1 })
        .start()
        .await?;
    let filing = house.deliver(&change(SAPPORO, &[])).await?;
    let delivery = house.delivery(filing).await?;
    house.clock.advance(Duration::from_secs(10));
    house.stages.upkeep.step().await?;
    house.stages.relay.drain().await?;
    // Behind the message of turn 2 comes one of turn 1 once more: both are in one batch.
    let stale = DeliveryDue { delivery_id: delivery.id, turn: 1, trace: None };
    house.publish(&topology::delivery_due(Channel::Api, code(SAPPORO)), stale.encode()?).await;
    house.stages.courier.step().await;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    house.finish().await
}

#[tokio::test]
async fn a_message_that_does_not_read_is_kept_with_its_reason() -> Result<()> {
    let mut house = House::build().ladder(SAPPORO, &[Channel::Api]).start().await?;
    let filing = house.file(&change(SAPPORO, &[])).await?.id;
    let right =
        NoticeDue { notice_id: schemas::NoticeId(filing.0), turn: 1, trace: None }.encode()?;
    let courier = topology::delivery_due(Channel::Api, code(SAPPORO));
    for (key, body, reason) in [
        (FILING_SUBMITTED, b"{\"filing\": 1}".to_vec(), "not an Avro single-object message"),
        (
            courier.as_str(),
            vec![0xC3, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            "no known version of DeliveryDue",
        ),
        (NOTICE_DUE, right[..12].to_vec(), "malformed NoticeDue"),
        (NOTICE_DUE, [right.as_slice(), &[0, 0]].concat(), "2 bytes too many after NoticeDue"),
    ] {
        house.publish(key, body.clone()).await;
        house.settle().await?;
        let dead = house.take_dead_letters().await?;
        let found = dead.iter().find(|letter| letter.reason.contains(reason));
        let found = found.with_context(|| format!("{reason:?} in {dead:?}"))?;
        assert_eq!(found.body, hex::encode(&body));
        assert!(found.reason.starts_with("unreadable: "), "{found:?}");
        assert!(found.queue.starts_with("todoke."), "{found:?}");
    }
    assert!(matches!(house.delivery(filing).await?.state, State::Delivered { .. }));
    house.finish().await
}

/// A filing whose attachment is away, which was turned away by its lane before.
#[tokio::test]
async fn an_object_that_is_away_costs_no_try_and_waits_by_its_own_ladder() -> Result<()> {
    let configured = |config: &mut Config| {
        (config.lane.per_minute, config.lane.burst) = (60, 1);
        (config.retry.fault_ladder_seconds, config.retry.jitter) = (vec![5, 15], 0.0);
    };
    let mut house = House::build().ladder(OTARU, &[Channel::Api]).with(configured).start().await?;
    let bytes = b"%PDF-1.7 floor plan";
    let submission = super::package::with_upload(&mut house, OTARU, bytes).await?;
    let sha256 = submission.attachments[0].sha256.clone();
    let object =
        house.ctx.config.data.folder.join("objects/sha256").join(&sha256[..2]).join(&sha256);
    let aside = object.with_extension("aside");
    std::fs::rename(&object, &aside)?;
    house.deliver(&change(OTARU, &[])).await?;
    let filing = house.deliver(&submission).await?;
    let delivery = house.delivery(filing).await?;
    assert_eq!((delivery.postponed, delivery.faults), (1, 0), "{delivery:?}");
    let mut waited = 1;
    for (faults, seconds) in [(1, 5), (2, 15), (3, 15)] {
        house.advance(Duration::from_secs(waited)).await?;
        let delivery = house.delivery(filing).await?;
        let State::Waiting { why, .. } = &delivery.state else { panic!("{delivery:?}") };
        assert_eq!((why.code.as_str(), why.owner), ("package_not_built", Owner::Hub));
        assert_eq!((delivery.tries, delivery.attempts, delivery.faults), (0, 0, faults));
        assert_eq!(house.wait_of(&delivery)?, (seconds * 1_000, why.code.clone()));
        waited = seconds.unsigned_abs();
    }
    assert!(house.lane(code(OTARU), Channel::Api).await?.is_none_or(|lane| lane.failures == 0));
    std::fs::rename(&aside, &object)?;
    house.outlast(15).await?;
    let delivery = house.delivery(filing).await?;
    assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    assert_eq!((delivery.postponed, delivery.faults), (0, 0));
    house.finish().await
}

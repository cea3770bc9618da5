//! A broker that loses what it has confirmed, at any moment: every filing still arrives, once.

use std::sync::Arc;
use std::time::Duration;

use adapters::sandbox::Behaviour;
use anyhow::Result;
use hub::delivery::State;
use hub::review::Source;
use schemas::{Channel, Decision, Verdict};
use sqlx::{Connection, SqliteConnection};
use tests::house::{Forgetful, House, change, code};

const SAPPORO: &str = "011002";
const OTARU: &str = "012033";
const HAKODATE: &str = "012025";

async fn house() -> Result<(House, Arc<Forgetful>)> {
    let broker = Arc::new(Forgetful::default());
    let house = House::build()
        .ladder(SAPPORO, &[Channel::Api])
        .ladder(OTARU, &[Channel::Sftp])
        .ladder(HAKODATE, &[Channel::Email])
        .behaviour(SAPPORO, Behaviour::Flapping { fail_every: 2, fail_first: 1 })
        .with(|config| config.lane.cap = 2)
        .forgetful(&broker);
    Ok((house.start().await?, broker))
}

/// The time passes after which lost work is found, so often that nothing is left to find.
async fn recover(house: &mut House) -> Result<()> {
    let stale = Duration::from_millis(house.ctx.config.upkeep.stale_ms.unsigned_abs());
    house.tend().await?;
    for _ in 0..4 {
        house.clock.advance(stale);
        house.tend().await?;
    }
    house.outlast(100).await
}

async fn move_on(house: &mut House, step: usize) -> Result<()> {
    match step % 6 {
        0 | 2 | 4 => drop(house.stages.relay.drain().await?),
        1 => drop(house.stages.router.step().await),
        3 => drop(house.stages.courier.step().await),
        _ => drop(house.stages.notifier.step().await),
    }
    Ok(())
}

#[tokio::test]
async fn at_any_moment() -> Result<()> {
    for moment in 0..8 {
        let (mut house, broker) = house().await?;
        for _ in 0..3 {
            house.file(&change(SAPPORO, &[OTARU, HAKODATE])).await?;
        }
        for step in 0..8 {
            if step == moment {
                broker.forget();
            }
            move_on(&mut house, step).await?;
        }
        recover(&mut house).await?;
        let arrivals = house.arrivals()?;
        assert_eq!(house.held()?.len(), 9, "moment {moment}");
        assert!(arrivals.iter().all(|arrival| !arrival.repeat), "moment {moment}: {arrivals:?}");
        assert_eq!(house.letters_about("届出を受け付けました")?.len(), 3, "moment {moment}");
        house.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn again_and_again() -> Result<()> {
    let (mut house, broker) = house().await?;
    for _ in 0..3 {
        house.file(&change(SAPPORO, &[OTARU, HAKODATE])).await?;
        for step in 0..6 {
            move_on(&mut house, step).await?;
            broker.forget();
        }
    }
    // Everything is lost once more, in each of the waits of which the next is twice as long.
    let mut stale = Duration::from_millis(house.ctx.config.upkeep.stale_ms.unsigned_abs());
    for _ in 0..3 {
        house.clock.advance(stale);
        for _ in 0..10 {
            house.stages.upkeep.step().await?;
        }
        house.stages.relay.drain().await?;
        broker.forget();
        stale *= 2;
    }
    house.clock.advance(stale);
    recover(&mut house).await?;
    assert_eq!(house.held()?.len(), 9);
    assert!(house.arrivals()?.iter().all(|arrival| !arrival.repeat));
    assert_eq!(house.letters_about("届出を受け付けました")?.len(), 3);
    assert!(house.ctx.metrics.render().contains("todoke_requeued_total{what=\"delivery\"}"));
    house.finish().await
}

#[tokio::test]
async fn corrections_and_withdrawals_are_found_too() -> Result<()> {
    let (mut house, broker) = house().await?;
    let returned = house.deliver(&change(OTARU, &[HAKODATE])).await?;
    let withdrawn = house.deliver(&change(OTARU, &[HAKODATE])).await?;
    let delivery = house.delivery_to(returned, code(OTARU)).await?;
    let decision = Decision {
        verdict: Verdict::Returned,
        comment: "日付を直してください".to_owned(),
        files: Vec::new(),
        marks: Vec::new(),
    };
    house.reviewer().decide(delivery.id, code(OTARU), &decision, Source::Api).await?;
    let request = house.request(&change(OTARU, &[HAKODATE]))?;
    house.reviewer().correct(returned, &request).await?;
    let request = house.request(&change(OTARU, &[HAKODATE]))?;
    house.reviewer().withdraw(withdrawn, &request).await?;
    house.stages.relay.drain().await?;
    broker.forget();
    recover(&mut house).await?;
    for (filing, revision) in [(returned, 2), (withdrawn, 2)] {
        let delivery = house.delivery_to(filing, code(OTARU)).await?;
        assert_eq!(delivery.revision, revision);
        assert!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
    }
    assert_eq!(house.held()?.len(), 7, "two each, one correction, two withdrawals");
    house.finish().await
}

/// A broker that lives on beside a store that was restored.
#[tokio::test]
async fn a_store_from_last_nights_backup_goes_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.db").display().to_string();
    let builder = House::build().forgetful(&Arc::new(Forgetful::default()));
    tests::contracts::hub::a_store_from_last_nights_backup_goes_on(builder, async |url| {
        let mut connection = SqliteConnection::connect(url).await?;
        sqlx::query("VACUUM INTO $1").bind(&copy).execute(&mut connection).await?;
        connection.close().await?;
        Ok(format!("sqlite:{copy}"))
    })
    .await
}

/// A notifier that is slow to come to a notice finds it as it was queued, once.
#[tokio::test]
async fn a_long_line_is_no_loss() -> Result<()> {
    let (mut house, _broker) = house().await?;
    let filing = house.file(&change(OTARU, &[])).await?.id;
    house.stages.relay.drain().await?;
    house.clock.advance(Duration::from_millis(house.ctx.config.upkeep.stale_ms.unsigned_abs()));
    for _ in 0..10 {
        house.stages.upkeep.step().await?;
    }
    let first = house.notices(filing).await?;
    assert_eq!((first[0].turn, first[0].state.as_str()), (1, "due"));
    // What was queued again still stands behind, in the outbox: this is the first message.
    assert_eq!(house.stages.notifier.step().await, 1);
    assert_eq!(house.notices(filing).await?[0].state, "sent");
    house.settle().await?;
    house.outlast(10).await?;
    assert_eq!(house.letters_about("届出を受け付けました")?.len(), 1);
    assert_eq!(house.arrivals()?.len(), 1);
    house.finish().await
}

/// What cannot be published stands in the outbox; it is not written there again and again.
#[tokio::test]
async fn a_blocked_broker_has_lost_nothing() -> Result<()> {
    let (mut house, broker) = house().await?;
    broker.block(true);
    house.file(&change(OTARU, &[])).await?;
    let outbox = house.ctx.store.totals().await?.outbox;
    for _ in 0..3 {
        house.clock.advance(Duration::from_hours(1));
        house.tend().await?;
    }
    assert_eq!(house.ctx.store.totals().await?.outbox, outbox);
    broker.block(false);
    house.settle().await?;
    house.outlast(10).await?;
    assert_eq!(house.held()?.len(), 1);
    house.finish().await
}

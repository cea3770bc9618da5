//! The primary dies and a standby takes over: the hub goes on without a restart, nothing receipted
//! is lost when commits wait for the standby, and a primary of before is not written to.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::app::{App, Role};
use hub::clock::Clock;
use hub::store::{OperatorRow, Store, StoreError, StoreLimits};
use schemas::FilingId;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tests::house::{OPERATOR_NAME, operator};
use tests::servers::{Postgres, RabbitMq};
use tests::town::Town;
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A primary, its standby, and the URL of a database on whichever of them serves.
async fn pair() -> Result<(Postgres, Postgres, String)> {
    let primary = block_in_place(Postgres::start)?;
    let standby = block_in_place(|| primary.standby())?;
    primary.commit_on_standby().await?;
    let (one, database) = (place(&primary), primary.fresh_database().await?);
    let name = database.rsplit_once('/').context("a database")?.1;
    let both = format!("postgres://postgres@{one},{}/{name}", place(&standby));
    Ok((primary, standby, both))
}

fn place(server: &Postgres) -> String {
    format!("127.0.0.1:{}", server.port())
}

/// The same database on this server alone.
fn on(server: &Postgres, both: &str) -> Result<String> {
    let name = both.rsplit_once('/').context("a database")?.1;
    Ok(format!("postgres://postgres@{}/{name}", place(server)))
}

async fn filings_on(server: &Postgres, both: &str) -> Result<i64> {
    let mut connection = PgConnection::connect(&on(server, both)?).await?;
    let count = sqlx::query_scalar("SELECT count(*) FROM filings");
    Ok(count.fetch_one(&mut connection).await?)
}

async fn open(url: &str, limits: StoreLimits) -> Result<Store> {
    Ok(Store::open(url, limits, Arc::new(Clock::system())).await?)
}

/// Files one after the other; gives them, and the longest wait for a receipt in milliseconds.
async fn file(town: &Town, app: &App, count: usize) -> Result<(Vec<FilingId>, i64)> {
    let clock = Clock::system();
    let (mut filings, mut stall) = (Vec::new(), 0);
    for _ in 0..count {
        let began = clock.now_ms();
        filings.extend(town.file(app, 1).await?);
        stall = stall.max(clock.now_ms() - began);
    }
    Ok((filings, stall))
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_the_primary_is_killed_and_its_standby_promoted() -> Result<()> {
    let (mut primary, standby, url) = pair().await?;
    let broker = RabbitMq::shared().fresh_vhost()?;
    let town = Town::start(|config| {
        config.store.url.clone_from(&url);
        config.broker.url = broker;
    })
    .await?;
    let intake = town.open(&[Role::Intake]).await?;
    let rest = town.open(&[Role::Router, Role::Courier, Role::Notifier, Role::Upkeep]).await?;
    ensure!(intake.ctx.store.place() == format!("PostgreSQL at {}", place(&primary)));
    let mut filings = town.file(&intake, 20).await?;

    let (more, failed_over) = tokio::join!(file(&town, &intake, 60), async {
        block_in_place(|| {
            primary.kill()?;
            standby.promote()
        })
    });
    failed_over?;
    let (more, stall) = more?;
    ensure!(stall < 10_000, "a receipt took {stall} ms");
    filings.extend(more);
    town.agree(&intake, &filings).await?;
    let ready: Value = {
        let text = reqwest::get(format!("http://{}/readyz", intake.address)).await?.text().await?;
        serde_json::from_str(&text)?
    };
    let serving = format!("PostgreSQL at {}", place(&standby));
    ensure!(ready["ready"] == true && ready["serving"]["store"] == serving, "{ready}");

    // It comes back, and nobody has told it that it is none any more: both take writes.
    block_in_place(|| primary.restart())?;
    let before = filings_on(&primary, &url).await?;
    let another = town.open(&[Role::Intake]).await?;
    ensure!(another.ctx.store.place() == serving, "{}", another.ctx.store.place());
    filings.extend(town.file(&another, 3).await?);
    filings.extend(town.file(&intake, 3).await?);
    town.agree(&another, &filings).await?;
    ensure!(filings_on(&primary, &url).await? == before, "the old primary was written to");

    // As a standby it does not serve either, and who has nobody else says so.
    block_in_place(|| {
        primary.stop()?;
        primary.demote()?;
        primary.restart()
    })?;
    filings.extend(town.file(&intake, 3).await?);
    town.agree(&another, &filings).await?;
    for app in [rest, another, intake] {
        app.stop().await;
    }
    drop(standby);
    let alone = open(&url, StoreLimits::from(1)).await.err().context("it was opened")?;
    let said = alone.to_string();
    ensure!(said.contains(&format!("{}: it takes no writes", place(&primary))), "{said}");
    let may_come = alone.downcast_ref().is_some_and(StoreError::is_away);
    ensure!(may_come && said.contains("promote a standby"), "{said}");
    Ok(())
}

/// As when its machine loses its power: connections stand, and nothing comes over them.
#[tokio::test(flavor = "multi_thread")]
async fn fault_the_primary_falls_silent_and_its_standby_is_promoted() -> Result<()> {
    let (primary, standby, url) = pair().await?;
    let town = Town::start(|config| {
        config.store.url.clone_from(&url);
        config.store.statement_ms = 1_000;
    })
    .await?;
    let hub = town.open(&Role::ALL).await?;
    let mut filings = town.file(&hub, 10).await?;
    let (more, silent) = tokio::join!(file(&town, &hub, 30), async {
        block_in_place(|| {
            let frozen = primary.freeze()?;
            standby.promote()?;
            anyhow::Ok(frozen)
        })
    });
    let (frozen, (more, stall)) = (silent?, more?);
    // What was in hand is given up after statement_ms and five seconds.
    ensure!(stall < 15_000, "a receipt took {stall} ms");
    filings.extend(more);
    ensure!(hub.ctx.store.place() == format!("PostgreSQL at {}", place(&standby)));
    // It wakes, and what it had in hand is no one's concern any more.
    drop(frozen);
    filings.extend(town.file(&hub, 3).await?);
    town.agree(&hub, &filings).await?;
    let known = filings_on(&standby, &url).await?;
    ensure!(known == 43, "{known} filings where 43 were receipted");
    hub.stop().await;
    Ok(())
}

/// A limit of ours must not end the server's wait for the standby: it would take that for a yes.
#[tokio::test(flavor = "multi_thread")]
async fn fault_no_commit_is_answered_while_the_standby_is_away() -> Result<()> {
    let (_primary, mut standby, url) = pair().await?;
    let limits = StoreLimits { statement_ms: 300, ..StoreLimits::default() };
    let store = open(&url, limits).await?;
    store.migrate().await?;
    block_in_place(|| standby.kill())?;
    let row = OperatorRow {
        corporate_number: operator(),
        name: OPERATOR_NAME.to_owned(),
        mail: None,
        created_at: 0,
    };
    let mut tx = store.begin().await?;
    tx.save_operators(&[row]).await?;
    let committed = timeout(Duration::from_secs(2), tx.commit()).await;
    ensure!(!matches!(committed, Ok(Ok(()))), "it was answered: {committed:?}");
    Ok(())
}

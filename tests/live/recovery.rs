//! RabbitMQ loses everything that it has confirmed, in the middle of a run: every filing arrives,
//! once.

use anyhow::{Result, ensure};
use hub::app::{App, Role};
use hub::broker::Health;
use tests::contracts::broker::until;
use tests::servers::{Postgres, RabbitMq};
use tests::town::Town;
use tokio::task::block_in_place;

const FILINGS: usize = 30;

/// Its disk is replaced by an empty one.
fn wipe(server: &mut RabbitMq) -> Result<()> {
    block_in_place(|| {
        server.stop()?;
        server.forget()?;
        server.restart()
    })
}

/// Everything that commits enqueued is with the broker, which answers for it.
async fn is_published(app: &App) -> Result<()> {
    while app.ctx.store.totals().await?.outbox > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_rabbitmq_forgets_everything_in_the_middle_of_a_run() -> Result<()> {
    let mut server = block_in_place(RabbitMq::start)?;
    let store = Postgres::shared().fresh_database().await?;
    let town = Town::start(|config| {
        config.store.url = store;
        config.broker.url = server.url();
    })
    .await?;

    // Nobody plans: the filings and their notices are lost.
    let intake = town.open(&[Role::Intake]).await?;
    let mut filings = town.file(&intake, FILINGS).await?;
    is_published(&intake).await?;
    wipe(&mut server)?;

    // They are planned, found by upkeep, and nobody delivers: the deliveries are lost.
    let planner = town.open(&[Role::Router, Role::Upkeep]).await?;
    while planner.ctx.store.totals().await?.unrouted > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    is_published(&planner).await?;
    planner.stop().await;
    wipe(&mut server)?;

    // All are at work, and filings come in, while it is lost once more.
    let rest = town.open(&[Role::Router, Role::Courier, Role::Notifier, Role::Upkeep]).await?;
    let (more, wiped) = tokio::join!(town.file(&intake, FILINGS), async { wipe(&mut server) });
    wiped?;
    filings.extend(more?);
    until("the broker is well", || intake.ctx.broker.health() == Health::Up).await?;
    filings.extend(town.file(&intake, 3).await?);
    town.agree(&intake, &filings).await?;
    ensure!(town.repeats()? == 0, "{} came twice", town.repeats()?);
    let said = rest.ctx.metrics.render();
    ensure!(said.contains("todoke_requeued_total{what=\"delivery\"}"), "{said}");
    ensure!(intake.ctx.store.totals().await?.dead_letters == 0, "dead letters");
    rest.stop().await;
    intake.stop().await;
    Ok(())
}

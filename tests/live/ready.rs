//! `/readyz` tells which of the things that a process depends on is away, and when it is back.

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::servers::{Postgres, RabbitMq};
use tokio::task::block_in_place;

use super::process::{Seat, settings};

/// Waits until this part says so; all others are well meanwhile.
async fn trouble(seat: &Seat, part: &str, words: &str) -> Result<()> {
    let says = |ready: &Value| ready["parts"][part].as_str().unwrap_or_default().to_owned();
    let ready = seat.readyz_until(|ready| says(ready).contains(words)).await?;
    let parts = ready["parts"].as_object().into_iter().flatten();
    let others: Vec<_> = parts.filter(|(name, says)| *name != part && *says != "ok").collect();
    ensure!(others.is_empty(), "{ready}");
    Ok(())
}

async fn is_well(seat: &Seat) -> Result<Value> {
    seat.readyz_until(|ready| ready["ready"] == true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_store_and_broker_stop_one_after_the_other_and_are_named() -> Result<()> {
    let (mut store, mut broker) =
        block_in_place(|| anyhow::Ok((Postgres::start()?, RabbitMq::start()?)))?;
    let (database, seat) = (store.fresh_database().await?, Seat::new().await?);
    let urls = [("TODOKE_STORE__URL", &*database), ("TODOKE_BROKER__URL", &broker.url())];
    let process = seat.serve(&settings(urls)).await?;

    block_in_place(|| store.stop())?;
    trouble(&seat, "store", "no answer within 5 s").await?;
    block_in_place(|| store.restart())?;
    let ready = is_well(&seat).await?;
    let place = format!("PostgreSQL at 127.0.0.1:{}", store.port());
    ensure!(ready["serving"]["store"] == place, "{ready}");

    block_in_place(|| broker.stop())?;
    trouble(&seat, "broker", "cannot reach RabbitMQ at 127.0.0.1:").await?;
    block_in_place(|| broker.restart())?;
    is_well(&seat).await?;
    process.stop().await
}

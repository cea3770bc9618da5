//! What comes and arrives in each hour.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::delivery::State;
use hub::store::hours::{FILINGS, HOUR_MS, hour_of};
use schemas::Channel;

use super::{Bench, authorities};

/// Several processes at once, hour by hour; what is not committed counts for nothing.
pub async fn what_an_hour_saw_adds_up(bench: &Bench) -> Result<()> {
    let hour = hour_of(bench.clock.now_ms());
    let filing = bench.filed(1).await?.remove(0);
    let at = bench.clock.now_ms() + 70_000;
    let mut delivery = bench.delivery(&filing, authorities()?[0], State::Delivered { at });
    delivery.channel = Some(Channel::Sftp);
    let count = async |times: usize| {
        for _ in 0..times {
            let mut tx = bench.store.begin().await?;
            tx.count_filings(3);
            tx.count_filings(4);
            tx.count_arrival(&delivery);
            tx.commit().await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(count(5), count(5), count(5))?;
    let mut tx = bench.store.begin().await?;
    tx.count_filings(1_000);
    drop(tx);
    let read = async |since: i64| bench.store.hour_counts(since).await;
    let all = read(hour).await?;
    let seen = |what: &str| all.iter().filter(|it| it.what == what).map(|it| it.count).sum::<i64>();
    ensure!(seen(FILINGS) == 15 * 7, "{all:?}");
    let arrived: Vec<_> = all.iter().filter_map(|it| Some((it.arrivals()?, it.count))).collect();
    ensure!(arrived == [((Some(Channel::Sftp), 8), 15)], "within five minutes: {arrived:?}");
    ensure!(all.iter().all(|it| it.hour == hour), "{all:?}");

    bench.clock.advance(Duration::from_hours(1));
    let mut tx = bench.store.begin().await?;
    tx.count_filings(2);
    tx.delete_hour_counts(hour + HOUR_MS).await?;
    tx.commit().await?;
    let left = read(0).await?;
    ensure!(left.len() == 1 && (left[0].hour, left[0].count) == (hour + HOUR_MS, 2), "{left:?}");
    Ok(())
}

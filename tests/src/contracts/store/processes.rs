//! Who lives, whose turn a lane was, and what only a newer build watches.

use anyhow::{Result, ensure};
use hub::lane::Lane;
use hub::store::{ProcessRow, WatchFilter};
use hub::watch::{Kind, Watch};
use schemas::{Channel, Owner};

use super::{AWKWARD, Bench, authorities};

/// A process has one row, said anew with each beat, until it is forgotten.
pub async fn a_process_is_one_row_until_it_is_forgotten(bench: &Bench) -> Result<()> {
    let row = |heard_at| ProcessRow {
        id: bench.clock.id(),
        host: AWKWARD.into(),
        address: "[::1]:8080".into(),
        roles: "intake router".into(),
        build: "1.2.3".into(),
        started_at: heard_at,
        heard_at,
    };
    let (first, second) = (row(1_000), row(2_000));
    let later = ProcessRow { heard_at: 3_000, ..first.clone() };
    let mut tx = bench.store.begin().await?;
    for row in [&second, &first, &later] {
        tx.save_process(row).await?;
    }
    tx.delete_processes(&[]).await?;
    tx.commit().await?;
    let all = bench.store.processes().await?;
    ensure!(all == [later.clone(), second.clone()], "in the order of their begin: {all:?}");
    // Two forget the same one.
    for _ in 0..2 {
        let mut tx = bench.store.begin().await?;
        tx.delete_processes(std::slice::from_ref(&later)).await?;
        tx.commit().await?;
        ensure!(bench.store.processes().await? == std::slice::from_ref(&second));
    }
    Ok(())
}

/// Whose turn it was at a lane's last failure is kept, and cleared with it.
pub async fn a_lane_keeps_whose_turn_it_was(bench: &Bench) -> Result<()> {
    let [sapporo, _, _] = authorities()?;
    for last_owner in [None, Some(Owner::Network), Some(Owner::Authority), Some(Owner::Hub), None] {
        let last_error = last_owner.map(|_| "connect_failed".to_owned());
        let lane = Lane { last_error, last_owner, ..Lane::fresh(sapporo, Channel::Sftp) };
        let mut tx = bench.store.begin().await?;
        tx.save_lanes(std::slice::from_ref(&lane)).await?;
        tx.commit().await?;
        ensure!(bench.store.lanes().await? == [lane]);
    }
    Ok(())
}

/// What a newer build watches is neither shown nor ended by one that does not know its kind.
pub async fn a_kind_of_a_newer_build_is_passed_over(bench: &Bench) -> Result<()> {
    let watch = |kind, id| Watch {
        id,
        kind,
        subject: AWKWARD.into(),
        authority: None,
        channel: None,
        filing_id: None,
        owner: Owner::Hub,
        since: 1,
        due_at: None,
        detail: AWKWARD.into(),
        begun_at: 2,
        gone_at: None,
        ended_at: None,
        begin_alert: None,
        end_alert: None,
    };
    let (known, newer) =
        (watch(Kind::BacklogAge, bench.clock.id()), watch(Kind::DeadLetters, bench.clock.id()));
    let mut tx = bench.store.begin().await?;
    tx.insert_watches(&[known.clone(), newer]).await?;
    tx.commit().await?;
    ensure!(bench.store.count_watches().await?.len() == 2);
    bench.raw("UPDATE watches SET kind = 'tide_rises' WHERE kind = 'dead_letters'".into()).await?;
    let filter = WatchFilter { limit: 9, ..WatchFilter::default() };
    ensure!(bench.store.list_watches(&filter).await? == std::slice::from_ref(&known));
    ensure!(bench.store.count_watches().await? == [(Kind::BacklogAge, 1)]);
    let mut tx = bench.store.begin().await?;
    ensure!(tx.open_watches().await? == std::slice::from_ref(&known));
    ensure!(tx.untold_watches().await? == [known]);
    Ok(())
}

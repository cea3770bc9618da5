//! What operations staff do by hand.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{StaffAct, StaffActFilter, StaffActsBroken, StaffActsHead, Store};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{AWKWARD, Bench};

fn act(subject: &str) -> StaffAct<'_> {
    StaffAct {
        person: "key:one",
        name: AWKWARD,
        what: "lane.pause",
        subject: subject.to_owned(),
        why: AWKWARD,
        was: Value::Null,
        became: json!({"state": AWKWARD}),
    }
}

async fn record(store: &Store, act: StaffAct<'_>) -> Result<()> {
    let mut tx = store.begin().await?;
    tx.record(act).await?;
    Ok(tx.commit().await?)
}

async fn check(store: &Store) -> Result<Result<StaffActsHead, StaffActsBroken>> {
    let mut head = StaffActsHead::default();
    let rows = store.staff_acts_after(0, 100).await?;
    Ok(head.follow(&rows).map(|()| head))
}

/// In one chain without gaps, also of several at once; by subject and by pages.
pub async fn acts_of_staff_are_one_chain(bench: &Bench) -> Result<()> {
    let store = &bench.store;
    ensure!(check(store).await? == Ok(StaffActsHead::default()), "nothing was done yet");
    for subject in ["lane:011002/api", "lane:131016/api", "lane:011002/api"] {
        record(store, act(subject)).await?;
        bench.clock.advance(Duration::from_millis(1));
    }
    let mut at_once = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        at_once.spawn(async move { record(&store, act("delivery:x")).await });
    }
    while let Some(done) = at_once.join_next().await {
        done??;
    }
    let mut undone = store.begin().await?;
    undone.record(act("undone")).await?;
    drop(undone);
    record(store, act("last")).await?;
    let head = check(store).await??;
    ensure!(head.seq == 12, "{head:?}");

    let newest = store.staff_acts(None, i64::MAX, 5).await?;
    let numbers: Vec<_> = newest.iter().map(|row| row.seq).collect();
    ensure!(numbers == [12, 11, 10, 9, 8], "{numbers:?}");
    ensure!(newest[0].hash == head.hash && newest[0].subject == "last", "{newest:?}");
    ensure!((newest[0].why.as_str(), newest[0].was.as_str()) == (AWKWARD, "null"), "{newest:?}");
    let lane = store.staff_acts(Some("lane:011002/api"), i64::MAX, 5).await?;
    let numbers: Vec<_> = lane.iter().map(|row| row.seq).collect();
    ensure!(numbers == [3, 1], "{numbers:?}");
    ensure!(store.staff_acts(Some("lane:011002/api"), 3, 5).await? == lane[1..], "the next page");
    Ok(())
}

/// What was looked at is in the same chain, and listed by itself; all of one person's, too.
pub async fn looks_stand_apart_from_what_was_done(bench: &Bench) -> Result<()> {
    let store = &bench.store;
    for (what, person) in [
        ("look.case", "key:one"),
        ("lane.pause", "key:one"),
        ("look.file", "key:two"),
        ("looked", "key:two"),
    ] {
        record(store, StaffAct { what, person, ..act("delivery:x") }).await?;
    }
    for (looks, person, expected) in [
        (false, None, vec![4, 2]),
        (true, None, vec![3, 1]),
        (true, Some("key:one"), vec![1]),
        (false, Some("key:two"), vec![4]),
        (false, Some("key:three"), vec![]),
    ] {
        let filter = StaffActFilter { looks, person, ..StaffActFilter::default() };
        let found = store.staff_acts_like(&filter, i64::MAX, 5).await?;
        let numbers: Vec<_> = found.iter().map(|row| row.seq).collect();
        ensure!(numbers == expected, "{filter:?}: {numbers:?}");
    }
    let subject = StaffActFilter { looks: true, subject: Some("delivery:x"), person: None };
    ensure!(store.staff_acts_like(&subject, 3, 5).await?.len() == 1, "the next page");
    ensure!(check(store).await??.seq == 4, "all are one chain");
    Ok(())
}

/// The tables refuse it; and who gets by them is found out.
pub async fn acts_of_staff_stay_as_they_were(bench: &Bench) -> Result<()> {
    let store = &bench.store;
    for _ in 0..4 {
        record(store, act("lane:011002/api")).await?;
    }
    let whole = check(store).await??;
    for statement in [
        "UPDATE staff_acts SET why = 'other' WHERE seq = 2",
        "UPDATE staff_acts SET seq = 9 WHERE seq = 4",
        "DELETE FROM staff_acts WHERE seq = 4",
    ] {
        let error = bench.raw(statement.to_owned()).await.err().context(statement)?;
        ensure!(error.to_string().contains("never changed or deleted"), "{error}");
    }
    ensure!(check(store).await? == Ok(whole), "something was changed");
    // Whoever owns the tables gets by what guards them, on either engine.
    if bench.raw("DROP TRIGGER staff_acts_stay ON staff_acts".into()).await.is_err() {
        bench.raw("DROP TRIGGER staff_acts_stay".into()).await?;
        bench.raw("DROP TRIGGER staff_acts_stay_as_written".into()).await?;
    }
    bench.raw("UPDATE staff_acts SET why = 'other' WHERE seq = 2".into()).await?;
    ensure!(check(store).await? == Err(StaffActsBroken::Hash(2)));
    bench.raw("DELETE FROM staff_acts WHERE seq = 2".into()).await?;
    ensure!(check(store).await? == Err(StaffActsBroken::Order { expected: 2, found: 3 }));
    Ok(())
}

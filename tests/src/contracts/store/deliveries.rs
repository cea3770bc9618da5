//! Deliveries in each state, found when it is their turn, and never twice at once.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, Event, Review, State, WAITS_FOR_PREDECESSOR};
use hub::lane::{Breaker, Lane};
use hub::store::StoreError;
use schemas::{Channel, DeliveryId, FilingKind, ProofLevel};
use serde_json::json;

use super::{AWKWARD, Bench, authorities, why};

/// One delivery in every state, each to a filing of its own.
pub(super) async fn one_in_every_state(bench: &Bench) -> Result<Vec<Delivery>> {
    let [sapporo, ..] = authorities()?;
    let now = bench.clock.now_ms();
    let states = [
        State::Due,
        State::Sending { lease_until: now + 9, lease_owner: AWKWARD.into() },
        State::Waiting { next_attempt_at: now + 9, why: why("http_503") },
        State::Delivered { at: now },
        State::Held { why: why("not_ready") },
        State::Failed { why: why("http_410") },
        State::Cancelled,
    ];
    let filings = bench.filed(states.len() as u64).await?;
    let made = filings.iter().zip(states);
    let deliveries: Vec<_> =
        made.map(|(filing, state)| bench.delivery(filing, sapporo, state)).collect();
    bench.planned(&deliveries).await?;
    Ok(deliveries)
}

/// Whole, by whatever way it is asked for.
pub async fn every_state_of_a_delivery_comes_back(bench: &Bench) -> Result<()> {
    let mut deliveries = one_in_every_state(bench).await?;
    for delivery in &mut deliveries {
        let read = bench.store.delivery(delivery.id).await?;
        ensure!(read.as_ref() == Some(delivery), "{read:?} was {delivery:?}");
        let parts = bench.store.deliveries_of(delivery.filing_id).await?;
        ensure!(parts == std::slice::from_ref(delivery), "{parts:?}");
        delivery.review = Review::Opened;
        delivery.proof = Some(ProofLevel::PickedUp);
        delivery.second_copy = true;
        delivery.package_sha256 = Some("ab".repeat(32));
        delivery.change_channel(Channel::Email, 2, bench.clock.now_ms() + 5);
        delivery.decided_at = Some(bench.clock.now_ms());
    }
    let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.id).collect();
    let mut tx = bench.store.begin().await?;
    ensure!(tx.lock_deliveries(&ids).await?.len() == ids.len());
    tx.save_deliveries(&deliveries).await?;
    tx.commit().await?;
    let filings: Vec<_> = deliveries.iter().map(|delivery| delivery.filing_id).collect();
    let mut read = bench.store.deliveries_of_all(&filings).await?;
    read.sort_by_key(|delivery| delivery.id);
    deliveries.sort_by_key(|delivery| delivery.id);
    ensure!(read == deliveries, "{read:?}");
    deliveries[0].id = DeliveryId(bench.clock.id());
    let mut tx = bench.store.begin().await?;
    let missing = tx.save_deliveries(&deliveries).await;
    ensure!(matches!(missing, Err(StoreError::Count { touched: 6, .. })), "{missing:?}");
    Ok(())
}

/// By the tables, whoever writes it.
pub async fn a_contradictory_delivery_is_refused(bench: &Bench) -> Result<()> {
    let deliveries = one_in_every_state(bench).await?;
    let refused = [
        ("due", "next_attempt_at = 1"),
        ("due", "lease_until = 1"),
        ("due", "delivered_at = 1"),
        ("due", "state = 'sending'"),
        ("due", "state = 'waiting'"),
        ("due", "state = 'delivered'"),
        ("due", "state = 'held'"),
        ("due", "state = 'lost'"),
        ("due", "channel = 'fax'"),
        ("due", "review = 'eaten'"),
        ("due", "owner = 'nobody'"),
        ("sending", "lease_until = NULL"),
        ("sending", "state = 'due'"),
        ("waiting", "next_attempt_at = NULL"),
        ("waiting", "why = NULL"),
        ("delivered", "delivered_at = NULL"),
        ("held", "why = NULL"),
        ("failed", "why = NULL"),
        ("failed", "owner = NULL"),
        ("cancelled", "revision = NULL"),
        ("cancelled", "filing_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
    ];
    for (state, change) in refused {
        let statement = format!("UPDATE deliveries SET {change} WHERE state = '{state}'");
        ensure!(bench.raw(statement).await.is_err(), "{change} of a delivery that is {state}");
    }
    for delivery in &deliveries {
        ensure!(bench.store.delivery(delivery.id).await?.as_ref() == Some(delivery));
    }
    Ok(())
}

/// However often the router comes by; and its second plan changes nothing.
pub async fn one_authority_gets_a_revision_once(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filing = bench.filed(1).await?.remove(0);
    let first = bench.delivery(&filing, sapporo, State::Due);
    bench.planned(std::slice::from_ref(&first)).await?;
    let again = bench.delivery(&filing, sapporo, State::Due);
    ensure!(bench.planned(&[again]).await.is_err(), "it was planned twice");
    bench.planned(&[bench.delivery(&filing, chiyoda, State::Due)]).await?;
    let all = bench.store.deliveries_of(filing.id).await?;
    ensure!(all.len() == 2 && all.contains(&first), "{all:?}");
    Ok(())
}

/// Not a millisecond before, the oldest first, and no more than asked for.
pub async fn deliveries_are_found_when_their_time_has_come(bench: &Bench) -> Result<()> {
    let [sapporo, ..] = authorities()?;
    let now = bench.clock.now_ms() + 100;
    let filings = bench.filed(6).await?;
    let deliveries: Vec<_> = (0..6)
        .map(|at: i64| {
            let time = now + 3 - at / 2;
            let state = match at % 2 {
                0 => State::Waiting { next_attempt_at: time, why: why("http_503") },
                _ => State::Sending { lease_until: time, lease_owner: "a courier".into() },
            };
            let filing = &filings[usize::try_from(at).unwrap_or_default()];
            let mut delivery = bench.delivery(filing, sapporo, state);
            delivery.updated_at = time;
            delivery
        })
        .collect();
    bench.planned(&deliveries).await?;
    let early = Duration::from_millis(u64::try_from(now - bench.clock.now_ms())?);
    bench.clock.advance(early);
    let ids = |found: Vec<Delivery>| found.iter().map(|delivery| delivery.id).collect::<Vec<_>>();
    for (later, count) in [(0, 0), (1, 1), (1, 2), (1, 3)] {
        bench.clock.advance(Duration::from_millis(later));
        let mut tx = bench.store.begin().await?;
        for (kind, found) in [tx.waiting_deliveries(10).await?, tx.expired_deliveries(10).await?]
            .into_iter()
            .enumerate()
        {
            let expected: Vec<_> =
                [4, 2, 0][..count].iter().map(|at| deliveries[at + kind].id).collect();
            ensure!(ids(found) == expected, "kind {kind} after {count} ms");
        }
        let limited = ids(tx.waiting_deliveries(1).await?);
        ensure!(limited.len() == count.min(1), "{limited:?} of {count}");
        // A unit of work that is merely dropped may keep its locks for another moment.
        tx.commit().await?;
    }
    Ok(())
}

/// Of one authority or one lane, the oldest first.
pub async fn held_deliveries_are_found_by_reason(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filings = bench.filed(3).await?;
    let held = |code| State::Held { why: why(code) };
    let mut older = bench.delivery(&filings[1], sapporo, held("not_ready"));
    older.created_at -= 1;
    let newer = bench.delivery(&filings[0], sapporo, held("not_ready"));
    let others = [
        bench.delivery(&filings[2], sapporo, held("lane_paused")),
        bench.delivery(&filings[2], chiyoda, held("not_ready")),
    ];
    bench.planned(&[newer.clone(), older.clone()]).await?;
    bench.planned(&others).await?;
    let mut tx = bench.store.begin().await?;
    let found = tx.held_deliveries((sapporo, None), ("not_ready", None), 10).await?;
    ensure!(found == [older.clone(), newer], "{found:?}");
    ensure!(tx.held_deliveries((sapporo, None), ("not_ready", None), 1).await? == [older]);
    ensure!(tx.held_deliveries((chiyoda, None), ("lane_paused", None), 10).await?.is_empty());
    let of = |channel| (sapporo, Some(channel));
    ensure!(tx.held_deliveries(of(Channel::Api), ("not_ready", None), 10).await?.len() == 2);
    ensure!(tx.held_deliveries(of(Channel::Sftp), ("not_ready", None), 10).await?.is_empty());
    let (own, others): (Vec<_>, Vec<_>) =
        FilingKind::ALL.iter().copied().partition(|kind| *kind == filings[0].kind);
    let of_kinds = ("not_ready", Some(own.as_slice()));
    ensure!(tx.held_deliveries((sapporo, None), of_kinds, 10).await?.len() == 2);
    let of_others = ("not_ready", Some(others.as_slice()));
    ensure!(tx.held_deliveries((sapporo, None), of_others, 10).await?.is_empty());
    drop(tx);
    let mut waiting = bench.store.held_authorities("not_ready").await?;
    waiting.sort_unstable();
    ensure!(waiting == [sapporo, chiyoda], "{waiting:?}");
    ensure!(bench.store.held_authorities("lane_paused").await? == [sapporo]);
    Ok(())
}

/// Held for that reason, and nothing earlier of the same filing is due or being sent there.
pub async fn followers_are_found_when_nothing_is_under_way_before_them(
    bench: &Bench,
) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let filings = bench.filed(3).await?;
    let sending = || State::Sending { lease_until: 9, lease_owner: "courier".into() };
    let follower = |filing, to| {
        let why = why(WAITS_FOR_PREDECESSOR);
        Delivery { revision: 2, ..bench.delivery(filing, to, State::Held { why }) }
    };
    let mut free = follower(&filings[0], sapporo);
    free.created_at -= 1;
    let first = bench.delivery(&filings[1], sapporo, sending());
    let behind = follower(&filings[1], sapporo);
    let paused = State::Held { why: why("lane_paused") };
    let all = [
        bench.delivery(&filings[0], sapporo, State::Cancelled),
        bench.delivery(&filings[0], chiyoda, sending()),
        free.clone(),
        first.clone(),
        behind.clone(),
        Delivery { revision: 2, ..bench.delivery(&filings[2], sapporo, paused) },
    ];
    bench.planned(&all).await?;
    let mut tx = bench.store.begin().await?;
    let found = tx.behind_predecessors(sapporo, 10).await?;
    ensure!(found == [free.clone()], "{found:?}");
    let mut ended = tx.lock_deliveries(&[first.id]).await?;
    ended[0].apply(Event::Succeed { at: 8 }, 8)?;
    tx.save_deliveries(&ended).await?;
    let found = tx.behind_predecessors(sapporo, 10).await?;
    ensure!(found == [free.clone(), behind], "{found:?}");
    ensure!(tx.behind_predecessors(sapporo, 1).await? == [free]);
    ensure!(tx.behind_predecessors(chiyoda, 10).await?.is_empty());
    let of_two = tx.deliveries_of_filings(&[filings[0].id, filings[2].id]).await?;
    ensure!(of_two.len() == 4, "{of_two:?}");
    Ok(())
}

/// Each unit of work locks what it reads, so that two upkeeps do not release one delivery twice.
pub async fn two_at_once_take_different_deliveries(bench: &Bench) -> Result<()> {
    let [sapporo, ..] = authorities()?;
    let filings = bench.filed(60).await?;
    let state = || State::Waiting { next_attempt_at: 1, why: why("http_503") };
    let all: Vec<_> = filings.iter().map(|f| bench.delivery(f, sapporo, state())).collect();
    bench.planned(&all).await?;
    let take = || async {
        let mut taken = Vec::new();
        loop {
            let mut tx = bench.store.begin().await?;
            let mut some = tx.waiting_deliveries(7).await?;
            if some.is_empty() {
                return anyhow::Ok(taken);
            }
            for delivery in &mut some {
                delivery.apply(Event::FallDue, bench.clock.now_ms())?;
                taken.push(delivery.id);
            }
            tx.save_deliveries(&some).await?;
            tx.commit().await?;
        }
    };
    let (mut one, other, third) = tokio::try_join!(take(), take(), take())?;
    one.extend(other.into_iter().chain(third));
    let different: BTreeSet<_> = one.iter().collect();
    ensure!(one.len() == different.len(), "{} were taken twice", one.len() - different.len());
    // Who finds all the rest locked stops early; nothing may stay with nobody.
    one.extend(take().await?);
    ensure!(one.len() == 60, "{} of 60 were taken", one.len());
    Ok(())
}

/// And keep their own state beside it.
pub async fn lanes_know_what_is_under_way(bench: &Bench) -> Result<()> {
    let [sapporo, chiyoda, _] = authorities()?;
    let deliveries = one_in_every_state(bench).await?;
    let mut lane = Lane::fresh(sapporo, Channel::Api);
    lane.breaker = Breaker::Open;
    lane.open_until = Some(bench.clock.now_ms() + 9);
    lane.paused_why = Some(AWKWARD.into());
    lane.cap = Some(2);
    (lane.per_minute, lane.burst) = (Some(60), Some(3));
    (lane.next_free_at, lane.line_ends_at) = (Some(1), Some(2));
    (lane.failing_since, lane.alerted_at, lane.suspended_at) = (Some(3), Some(4), Some(5));
    let mut tx = bench.store.begin().await?;
    tx.save_lanes(&[Lane::fresh(sapporo, Channel::Api)]).await?;
    tx.save_lanes(std::slice::from_ref(&lane)).await?;
    tx.lock_lanes().await?;
    let asked = [sapporo, chiyoda].map(|who| json!({"authority": who, "channel": Channel::Api}));
    let loads = tx.lane_loads(&asked).await?;
    tx.commit().await?;
    let of = |who| loads.iter().find(|load| load.authority == who).context("a load for each");
    ensure!(of(sapporo)?.sending == 1 && of(sapporo)?.lane.as_ref() == Some(&lane), "{loads:?}");
    ensure!(of(chiyoda)?.sending == 0 && of(chiyoda)?.lane.is_none(), "{loads:?}");
    ensure!(bench.store.lanes().await? == [lane]);
    let contradiction = "UPDATE lanes SET open_until = NULL".to_owned();
    ensure!(bench.raw(contradiction).await.is_err(), "an open breaker without an end");
    let parcel = bench.store.parcel(deliveries[0].id).await?.context("the parcel")?;
    let filing = bench.store.filing(deliveries[0].filing_id).await?.context("the filing")?;
    ensure!(parcel.receipt_number == filing.receipt_number && parcel.action == "submit");
    ensure!(parcel.document == bench.revision(&filing, 1).document, "{parcel:?}");
    Ok(())
}

//! What is in line for so long that the broker must have lost it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::{Event, State};
use hub::store::{NoticeRow, StaleAfter};
use schemas::NoticeId;
use uuid::Uuid;

use super::{Bench, authorities, why};

const AFTER: StaleAfter = StaleAfter { ms: 100, ms_max: 400 };

/// Takes what is stale now, of all kinds: the ids of deliveries, filings and notices.
async fn taken(bench: &Bench, limit: usize) -> Result<[Vec<Uuid>; 3]> {
    let mut tx = bench.store.begin().await?;
    let deliveries = tx.take_stale_deliveries(AFTER, limit).await?;
    let revisions = tx.take_stale_revisions(AFTER, limit).await?;
    let notices = tx.take_stale_notices(AFTER, limit).await?;
    tx.commit().await?;
    ensure!(deliveries.iter().all(|delivery| delivery.state == State::Due), "{deliveries:?}");
    ensure!(notices.iter().all(|notice| notice.state == "due"), "{notices:?}");
    // What is queued again hours later still belongs to the filing's trace.
    let traces = deliveries.iter().map(|delivery| delivery.trace);
    let traces = traces.chain(revisions.iter().map(|(.., trace)| *trace));
    let mut traces = traces.chain(notices.iter().map(|notice| notice.trace));
    ensure!(traces.all(|trace| trace == super::TRACE.parse().ok()), "{deliveries:?} {revisions:?}");
    Ok([
        deliveries.iter().map(|delivery| delivery.id.0).collect(),
        revisions.iter().map(|(filing, ..)| filing.0).collect(),
        notices.iter().map(|notice| notice.id.0).collect(),
    ])
}

fn notice(bench: &Bench, filing_id: schemas::FilingId) -> NoticeRow {
    let now = bench.clock.now_ms();
    NoticeRow {
        id: NoticeId(bench.clock.id()),
        filing_id,
        delivery_id: None,
        kind: "received".into(),
        recipient: "office@example.jp".into(),
        state: "due".into(),
        turn: 3,
        tries: 0,
        next_attempt_at: None,
        lease_until: None,
        why: None,
        created_at: now,
        sent_at: None,
        updated_at: now,
        trace: super::TRACE.parse().ok(),
    }
}

/// At once on the millisecond, then after twice the time, up to the longest; turns stay.
pub async fn what_nobody_began_is_queued_again_ever_later(bench: &Bench) -> Result<()> {
    let [sapporo, ..] = authorities()?;
    let filing = bench.filed(1).await?.remove(0);
    // The filing was received a millisecond ago: let all three begin together.
    let late = format!("UPDATE revisions SET received_at = {}", bench.clock.now_ms());
    bench.raw(late).await?;
    let delivery = bench.delivery(&filing, sapporo, State::Due);
    bench.planned(std::slice::from_ref(&delivery)).await?;
    let notice = notice(bench, filing.id);
    let mut tx = bench.store.begin().await?;
    tx.insert_notices(std::slice::from_ref(&notice)).await?;
    tx.commit().await?;
    let nothing: [Vec<Uuid>; 3] = Default::default();
    let all = [vec![delivery.id.0], vec![filing.id.0], vec![notice.id.0]];
    // In line since 0: queued again at 100, 200, 400, 800, and then every 400.
    for wait in [100, 100, 200, 400, 400, 400] {
        bench.clock.advance(Duration::from_millis(wait - 1));
        let early = taken(bench, 10).await?;
        ensure!(early == nothing, "before {wait} ms: {early:?}");
        bench.clock.advance(Duration::from_millis(1));
        ensure!(taken(bench, 0).await? == nothing, "a limit of none");
        let found = taken(bench, 10).await?;
        ensure!(found == all, "after {wait} ms: {found:?}");
    }
    ensure!(bench.store.delivery(delivery.id).await?.as_ref() == Some(&delivery), "it changed");
    ensure!(bench.store.notice(notice.id).await?.as_ref() == Some(&notice), "it changed");
    Ok(())
}

/// Planned, claimed, sent or held is not in line; what comes back into line begins anew.
pub async fn who_moved_on_is_not_stale(bench: &Bench) -> Result<()> {
    let [sapporo, ..] = authorities()?;
    super::deliveries::one_in_every_state(bench).await?;
    bench.clock.advance(Duration::from_secs(1));
    let [deliveries, filings, _] = taken(bench, 100).await?;
    ensure!(deliveries.len() == 1 && filings.len() == 7, "{deliveries:?} {filings:?}");
    let filing = bench.filed(1).await?.remove(0);
    let held = State::Held { why: why("not_ready") };
    let mut delivery = bench.delivery(&filing, sapporo, held);
    bench.planned(std::slice::from_ref(&delivery)).await?;
    bench.clock.advance(Duration::from_secs(1));
    delivery.apply(Event::Redrive, bench.clock.now_ms())?;
    let mut tx = bench.store.begin().await?;
    tx.save_deliveries(std::slice::from_ref(&delivery)).await?;
    let mut planned = tx.unrouted(&[(filing.id, 1)]).await?;
    planned.first_mut().context("the revision")?.routed_at = Some(bench.clock.now_ms());
    tx.save_routed(&planned).await?;
    tx.commit().await?;
    bench.clock.advance(Duration::from_millis(99));
    let [deliveries, filings, _] = taken(bench, 100).await?;
    ensure!(!deliveries.contains(&delivery.id.0), "before its time");
    ensure!(!filings.contains(&filing.id.0), "it is planned");
    bench.clock.advance(Duration::from_millis(1));
    let [deliveries, ..] = taken(bench, 100).await?;
    ensure!(deliveries.contains(&delivery.id.0), "at its time");
    Ok(())
}

/// However many upkeeps there are, each row is queued again once.
pub async fn two_at_once_take_different_stale_rows(bench: &Bench) -> Result<()> {
    let [sapporo, ..] = authorities()?;
    let filings = bench.filed(60).await?;
    let all: Vec<_> = filings.iter().map(|f| bench.delivery(f, sapporo, State::Due)).collect();
    bench.planned(&all).await?;
    bench.clock.advance(Duration::from_secs(1));
    let take = || async {
        let mut both = Vec::new();
        loop {
            let [deliveries, filings, _] = taken(bench, 7).await?;
            if deliveries.is_empty() && filings.is_empty() {
                return anyhow::Ok(both);
            }
            both.extend(deliveries.into_iter().chain(filings));
        }
    };
    let (mut one, other, third) = tokio::try_join!(take(), take(), take())?;
    one.extend(other.into_iter().chain(third));
    // Who finds all the rest locked stops early; nothing may stay with nobody.
    one.extend(take().await?);
    let different: BTreeSet<_> = one.iter().collect();
    ensure!(one.len() == different.len(), "{} were taken twice", one.len() - different.len());
    ensure!(one.len() == 120, "{} of 120 were taken", one.len());
    Ok(())
}

//! Filings, their revisions and their chains of events.

use std::task::Poll;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{ChainBreak, NewEvent, StoreError, event_hash, verify_chain};
use schemas::FilingId;
use serde_json::json;

use super::{AWKWARD, Bench};

/// Whatever is in its texts.
pub async fn a_filing_is_found_as_it_was_written(bench: &Bench) -> Result<()> {
    let filings = bench.filed(3).await?;
    let filing = &filings[1];
    let store = &bench.store;
    ensure!(store.filing(filing.id).await?.as_ref() == Some(filing), "by its id");
    let number = &filing.receipt_number;
    ensure!(store.filing_by_receipt_number(number).await?.as_ref() == Some(filing), "{number}");
    let revisions = store.revisions(filing.id).await?;
    ensure!(revisions.len() == 1 && revisions[0].document.contains("𠮷野家"), "{revisions:?}");
    let read: serde_json::Value = serde_json::from_str(&revisions[0].document)?;
    ensure!(read["office"] == AWKWARD, "{read}");
    ensure!(store.filing(FilingId(bench.clock.id())).await?.is_none(), "one that never was");
    ensure!(store.filing_by_receipt_number("'").await?.is_none(), "one that never was");
    Ok(())
}

/// By one operator; another may use the same.
pub async fn an_idempotency_key_is_used_once(bench: &Bench) -> Result<()> {
    let (mut first, mut one, event) = bench.filing(1);
    one.idempotency_key = AWKWARD.into();
    let mut tx = bench.store.begin().await?;
    tx.insert_filings(std::slice::from_mut(&mut first), &[one.clone()], &[event]).await?;
    let key = |serial: u64| (schemas::codes::corporate_number_of(serial).to_string(), AWKWARD);
    let asked = [1, 2].map(key).map(|(number, key)| (number, key.to_owned()));
    let found = tx.find_idempotent(&asked).await?;
    tx.commit().await?;
    ensure!(found.len() == 1 && found[0].filing_id == first.id, "{found:?}");
    ensure!(found[0].document_sha256 == one.document_sha256, "{found:?}");
    for (serial, may) in [(1, false), (2, true)] {
        let (mut filing, mut revision, event) = bench.filing(serial);
        revision.idempotency_key = AWKWARD.into();
        let mut tx = bench.store.begin().await?;
        let inserted = tx
            .insert_filings(std::slice::from_mut(&mut filing), &[revision], &[event])
            .await
            .is_ok();
        ensure!(inserted == may, "operator {serial}: {inserted}");
    }
    Ok(())
}

/// On the same filing, under a lock.
pub async fn a_correction_and_a_withdrawal_are_kept(bench: &Bench) -> Result<()> {
    let filing = bench.filed(1).await?.remove(0);
    let mut tx = bench.store.begin().await?;
    let mut locked = tx.lock_filing(filing.id).await?.context("the filing")?;
    ensure!(locked == filing, "{locked:?}");
    tx.insert_revision(&bench.revision(&filing, 2)).await?;
    locked.revision = 2;
    locked.withdrawn_at = Some(bench.clock.now_ms());
    tx.save_filing(&locked).await?;
    ensure!(tx.lock_filing(FilingId(bench.clock.id())).await?.is_none());
    tx.commit().await?;
    ensure!(bench.store.filing(filing.id).await?.as_ref() == Some(&locked));
    let revisions = bench.store.revisions(filing.id).await?;
    ensure!(revisions.iter().map(|r| r.revision).eq([1, 2]), "{revisions:?}");
    let mut tx = bench.store.begin().await?;
    ensure!(tx.insert_revision(&bench.revision(&filing, 2)).await.is_err(), "the same again");
    Ok(())
}

/// Whoever comes second is told so.
pub async fn a_revision_is_planned_once(bench: &Bench) -> Result<()> {
    let filings = bench.filed(2).await?;
    let wanted: Vec<_> = filings.iter().map(|filing| (filing.id, 1)).collect();
    let mut tx = bench.store.begin().await?;
    let mut unrouted = tx.unrouted(&wanted).await?;
    ensure!(unrouted.len() == 2, "{unrouted:?}");
    let nobody = [(FilingId(bench.clock.id()), 1), (filings[0].id, 2)];
    let mut known = tx.known_revisions(&[&wanted[..], &nobody[..]].concat()).await?;
    known.sort_unstable();
    ensure!(known == wanted, "{known:?}");
    unrouted.retain(|revision| revision.filing_id == filings[0].id);
    unrouted[0].routed_at = Some(bench.clock.now_ms());
    unrouted[0].plan = Some("{}".into());
    tx.save_routed(&unrouted).await?;
    tx.commit().await?;
    let mut tx = bench.store.begin().await?;
    let left = tx.unrouted(&wanted).await?;
    ensure!(left.len() == 1 && left[0].filing_id == filings[1].id, "{left:?}");
    let again = tx.save_routed(&unrouted).await;
    ensure!(matches!(again, Err(StoreError::Count { .. })), "{again:?}");
    drop(tx);
    let kept = bench.store.revisions(filings[0].id).await?;
    ensure!(kept == unrouted, "{kept:?}");
    Ok(())
}

/// From the first on, over many units of work.
pub async fn events_chain_on_and_prove_themselves(bench: &Bench) -> Result<()> {
    let filings = bench.filed(2).await?;
    for round in 0..3 {
        bench.clock.advance(Duration::from_secs(1));
        let event = |filing: usize| {
            let body = json!({"round": round, "name": AWKWARD});
            NewEvent::new(filings[filing].id, "delivery.delivered", body)
        };
        let mut tx = bench.store.begin().await?;
        tx.append(&[event(0), event(1), event(0)]).await?;
        tx.commit().await?;
    }
    for (filing, count) in [(&filings[0], 7), (&filings[1], 4)] {
        let events = bench.store.events(filing.id).await?;
        ensure!(events.len() == count, "{events:?}");
        let head = verify_chain(&events)?;
        let row = bench.store.filing(filing.id).await?.context("the filing")?;
        ensure!(head == row.event_head && count == usize::try_from(row.event_seq)?, "{row:?}");
        ensure!(events[0].hash == filing.event_head, "the first event's hash");
    }
    let mut tx = bench.store.begin().await?;
    let nobody = NewEvent::new(FilingId(bench.clock.id()), "filing.received", json!({}));
    ensure!(tx.append(&[nobody]).await.is_err(), "an event of no filing");
    Ok(())
}

/// Altering, dropping, even altering with a fitting hash.
pub async fn tampering_breaks_the_chain(bench: &Bench) -> Result<()> {
    let filings = bench.filed(3).await?;
    for filing in &filings {
        let event = |n: i32| NewEvent::new(filing.id, "delivery.delivered", json!({"n": n}));
        let mut tx = bench.store.begin().await?;
        tx.append(&[event(2), event(3), event(4)]).await?;
        tx.commit().await?;
    }
    let of = |filing: usize| format!("filing_id = '{}'", filings[filing].id);
    bench.raw(format!("UPDATE events SET at = at + 1 WHERE {} AND seq = 2", of(0))).await?;
    let altered = verify_chain(&bench.store.events(filings[0].id).await?);
    ensure!(altered == Err(ChainBreak::Hash { seq: 2 }), "{altered:?}");

    bench.raw(format!("DELETE FROM events WHERE {} AND seq = 3", of(1))).await?;
    let dropped = verify_chain(&bench.store.events(filings[1].id).await?);
    ensure!(dropped == Err(ChainBreak::Order { expected: 3, found: 4 }), "{dropped:?}");

    let mut events = bench.store.events(filings[2].id).await?;
    events[1].body = "{}".into();
    let hash = event_hash(&events[0].hash, &events[1]);
    let forged = format!("body = '{{}}', hash = '{hash}'");
    bench.raw(format!("UPDATE events SET {forged} WHERE {} AND seq = 2", of(2))).await?;
    let forged = verify_chain(&bench.store.events(filings[2].id).await?);
    ensure!(forged == Err(ChainBreak::Hash { seq: 3 }), "{forged:?}");
    Ok(())
}

/// Whether it was dropped or failed in the middle; and the next unit of work is not hindered.
pub async fn what_is_not_committed_leaves_no_trace(bench: &Bench) -> Result<()> {
    let (filing, revision, event) = bench.filing(1);
    for fails in [false, true] {
        let mut tx = bench.store.begin().await?;
        let (mut filings, events) = ([filing.clone()], [event.clone()]);
        tx.insert_filings(&mut filings, std::slice::from_ref(&revision), &events).await?;
        if fails {
            ensure!(tx.insert_revision(&revision).await.is_err(), "it is there already");
        }
        drop(tx);
        ensure!(bench.store.filing(filing.id).await?.is_none(), "the filing stayed");
        ensure!(bench.store.events(filing.id).await?.is_empty(), "the event stayed");
    }
    bench.filed(1).await?;
    Ok(())
}

/// After each number of steps that a unit of work takes, its COMMIT's too, the caller goes away. On
/// a machine that is busy elsewhere a step may take in several; then it begins again.
pub async fn who_goes_away_in_the_middle_hinders_nobody(bench: &Bench) -> Result<()> {
    let (mut steps, mut left_after) = (0, 0);
    for _ in 0..1_000 {
        let (filing, revision, event) = bench.filing(1);
        let mut unit = Box::pin(async {
            let mut tx = bench.store.begin().await?;
            tx.insert_filings(&mut [filing.clone()], &[revision], &[event]).await?;
            tx.commit().await
        });
        let mut is_done = false;
        for _ in 0..steps {
            if let Poll::Ready(ended) = futures::poll!(unit.as_mut()) {
                ended?;
                is_done = true;
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(unit);
        bench.filed(1).await.with_context(|| format!("after {steps} steps"))?;
        let kept = bench.store.filing(filing.id).await?.is_some();
        ensure!(kept == bench.store.events(filing.id).await?.len().eq(&1), "half of {steps}");
        if is_done {
            ensure!(kept, "lost after {steps} steps");
            if left_after >= 3 {
                return Ok(());
            }
            steps = 0;
        } else {
            left_after = left_after.max(steps);
            steps += 1;
        }
    }
    anyhow::bail!("never done, or never left after more than {left_after} steps")
}

//! Messages on their way to the broker, and those that nobody could work on.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::broker::topology::{FILING_SUBMITTED, WORK};
use hub::store::DeadLetterRow;
use schemas::FilingId;
use schemas::message::{FilingSubmitted, Message};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{AWKWARD, Bench, TRACE};

/// How long a relay keeps a message to itself.
const CLAIM_MS: i64 = 60_000;

fn message(bench: &Bench) -> FilingSubmitted {
    FilingSubmitted {
        filing_id: FilingId(bench.clock.id()),
        revision: 1,
        trace: Some(TRACE.into()),
    }
}

async fn enqueued(bench: &Bench, count: usize) -> Result<Vec<FilingSubmitted>> {
    let messages: Vec<_> = (0..count).map(|_| message(bench)).collect();
    let mut tx = bench.store.begin().await?;
    for message in &messages {
        tx.enqueue(WORK, FILING_SUBMITTED, message)?;
    }
    tx.commit().await?;
    Ok(messages)
}

/// All are claimed, and none by two.
pub async fn two_relays_claim_different_messages(bench: &Bench) -> Result<()> {
    let messages = enqueued(bench, 300).await?;
    let until = bench.clock.now_ms() + 1_000;
    let claim = || async {
        let mut claimed = Vec::new();
        loop {
            let mut tx = bench.store.begin().await?;
            let some = tx.claim_outbox(until, 17).await?;
            tx.commit().await?;
            if some.is_empty() {
                return anyhow::Ok(claimed);
            }
            claimed.extend(some);
        }
    };
    let (mut all, other, third) = tokio::try_join!(claim(), claim(), claim())?;
    all.extend(other.into_iter().chain(third));
    let ids: BTreeSet<_> = all.iter().map(|row| row.id).collect();
    ensure!(ids.len() == all.len(), "{} were claimed twice", all.len() - ids.len());
    all.extend(claim().await?);
    ensure!(all.len() == 300, "{} of 300 were claimed", all.len());
    for row in &all {
        let read = FilingSubmitted::decode(&hex::decode(&row.body)?)?;
        ensure!(messages.contains(&read), "{read:?} was never sent");
        ensure!(row.exchange == WORK && row.claimed_until == until, "{row:?}");
        ensure!(row.trace.as_deref() == Some(TRACE), "{row:?}");
    }
    Ok(())
}

/// And what the broker has is claimed no more.
pub async fn a_claim_ends_by_time_or_release(bench: &Bench) -> Result<()> {
    enqueued(bench, 3).await?;
    let until = bench.clock.now_ms() + 1_000;
    let claim = || async {
        let mut tx = bench.store.begin().await?;
        let rows = tx.claim_outbox(bench.clock.now_ms() + 1_000, 10).await?;
        tx.commit().await?;
        anyhow::Ok(rows)
    };
    let first = claim().await?;
    ensure!(first.len() == 3 && claim().await?.is_empty(), "{first:?}");
    bench.clock.advance(Duration::from_millis(999));
    ensure!(claim().await?.is_empty() && bench.clock.now_ms() < until, "before its end");
    bench.clock.advance(Duration::from_millis(1));
    ensure!(claim().await?.len() == 3, "after its end");
    let mut tx = bench.store.begin().await?;
    tx.release_outbox().await?;
    tx.delete_outbox(&[first[0].id, first[1].id]).await?;
    tx.commit().await?;
    let left = claim().await?;
    ensure!(left.len() == 1 && left[0].id == first[2].id, "{left:?}");
    ensure!(bench.store.totals().await?.outbox == 1);
    Ok(())
}

/// With the commit and not before; until the claim's end nobody else gets them.
pub async fn a_commit_hands_its_messages_to_the_relay(bench: &Bench) -> Result<()> {
    let (relay, mut inbox) = mpsc::unbounded_channel();
    let store = bench.store.clone().with_relay(relay, CLAIM_MS);
    for is_committed in [false, true] {
        let mut tx = store.begin().await?;
        tx.enqueue(WORK, FILING_SUBMITTED, &message(bench))?;
        ensure!(inbox.is_empty(), "before the commit");
        if is_committed {
            tx.commit().await?;
        }
    }
    store.begin().await?.commit().await?;
    let handed = inbox.recv().await.context("the messages")?;
    ensure!(handed.len() == 1 && inbox.is_empty(), "{handed:?}");
    let mut tx = store.begin().await?;
    ensure!(tx.claim_outbox(0, 10).await?.is_empty(), "another relay got them");
    drop(tx);
    bench.clock.advance(Duration::from_millis(u64::try_from(CLAIM_MS)?));
    let mut tx = store.begin().await?;
    let claimed = tx.claim_outbox(handed[0].claimed_until, 10).await?;
    ensure!(claimed == handed, "{claimed:?}");
    tx.commit().await?;
    Ok(())
}

/// As many as asked for.
pub async fn dead_letters_are_kept_the_newest_first(bench: &Bench) -> Result<()> {
    let letters: Vec<_> = (0..3)
        .map(|at| DeadLetterRow {
            id: Uuid::from_u128(9 - at),
            queue: "todoke.router".into(),
            reason: AWKWARD.into(),
            body: hex::encode([0, 255, 16]),
            at: i64::try_from(at).unwrap_or_default(),
        })
        .collect();
    let mut tx = bench.store.begin().await?;
    tx.insert_dead_letters(&letters).await?;
    tx.commit().await?;
    let read = bench.store.dead_letters(2).await?;
    ensure!(read == [letters[2].clone(), letters[1].clone()], "{read:?}");
    ensure!(bench.store.totals().await?.dead_letters == 3);
    Ok(())
}

//! What is laid over the master's tables, and how authorities are to be reached.

use anyhow::{Context, Result, ensure};
use hub::store::{AmendmentRow, ProposalRow, ProposalState, Store};
use jiff::civil::date;
use routing::Amendment;
use serde_json::json;

use super::{AWKWARD, Bench};

fn row(number: i64, authority: &str) -> Result<AmendmentRow> {
    Ok(AmendmentRow {
        number,
        authority: authority.parse()?,
        valid_from: date(2026, 4, 1),
        cells: json!({"alternative_note": AWKWARD}).to_string(),
        was: json!({"alternative_note": ""}).to_string(),
        why: AWKWARD.into(),
        by_whom: "authority".into(),
        person: "key:one".into(),
        name: AWKWARD.into(),
        at: number,
    })
}

async fn add(store: &Store, rows: &[AmendmentRow]) -> Result<i64> {
    let mut tx = store.begin().await?;
    let last = tx.lock_amendments().await?;
    tx.insert_amendments(rows).await?;
    tx.commit().await?;
    Ok(last)
}

/// In order, each once, and found by authority.
pub async fn amendments_come_back_in_order(bench: &Bench) -> Result<()> {
    let store = &bench.store;
    ensure!(store.last_amendment().await? == 0 && store.amendments().await?.is_empty());
    // The first two are made at once.
    let at_once = AmendmentRow { at: 1, ..row(2, "012033")? };
    let rows = [row(1, "011002")?, at_once, row(3, "011002")?];
    ensure!(add(store, &rows[..2]).await? == 0);
    ensure!(add(store, &rows[2..]).await? == 2);
    ensure!(store.last_amendment().await? == 3);
    let all = store.amendments().await?;
    let numbers = |made: &Vec<Amendment>| made.iter().map(|it| it.number).collect::<Vec<_>>();
    ensure!(all.iter().map(numbers).collect::<Vec<_>>() == [vec![1, 2], vec![3]], "{all:?}");
    ensure!(all[0][0].cells["alternative_note"] == AWKWARD, "{all:?}");
    let own = Some("011002".parse()?);
    ensure!(store.amendments_of(own, i64::MAX, 9).await? == [rows[2].clone(), rows[0].clone()]);
    ensure!(store.amendments_of(own, 3, 9).await? == rows[..1]);
    ensure!(store.amendments_of(None, i64::MAX, 2).await?.len() == 2);
    ensure!(add(store, &rows[..1]).await.is_err(), "a number stands there once");
    let odd = AmendmentRow { by_whom: "nobody".into(), ..row(4, "011002")? };
    ensure!(add(store, &[odd]).await.is_err());
    Ok(())
}

/// The tables refuse to change or forget one.
pub async fn amendments_stay_as_they_were(bench: &Bench) -> Result<()> {
    add(&bench.store, &[row(1, "011002")?]).await?;
    for statement in ["UPDATE amendments SET why = ''", "DELETE FROM amendments"] {
        let error = bench.raw(statement.to_owned()).await.err().context(statement)?;
        let error = error.to_string();
        ensure!(error.contains("never changed or deleted"), "{error}");
    }
    ensure!(bench.store.last_amendment().await? == 1);
    Ok(())
}

/// A proposal waits, is decided once by another, and keeps no secret then.
pub async fn a_proposal_is_decided_by_another(bench: &Bench) -> Result<()> {
    let store = &bench.store;
    let proposal = |at: i64| -> Result<ProposalRow> {
        Ok(ProposalRow {
            id: bench.clock.id(),
            authority: "011002".parse()?,
            state: ProposalState::Proposed,
            ladder: "[]".into(),
            shown: AWKWARD.into(),
            was: AWKWARD.into(),
            why: AWKWARD.into(),
            by_whom: "operations".into(),
            person: "key:one".into(),
            name: AWKWARD.into(),
            at,
            decided_at: None,
            decided_by: None,
            decided_name: None,
            decided_why: None,
        })
    };
    let (first, second) = (proposal(1)?, proposal(2)?);
    let mut tx = store.begin().await?;
    tx.insert_proposal(&first).await?;
    tx.insert_proposal(&second).await?;
    tx.commit().await?;
    ensure!(store.proposal(first.id).await? == Some(first.clone()));
    let open = (Some(first.authority), Some(ProposalState::Proposed));
    ensure!(store.list_proposals(open, 9).await? == [second.clone(), first.clone()]);
    ensure!(store.list_proposals((Some("012033".parse()?), None), 9).await?.is_empty());
    let decided = |by: &str, ladder: &str| ProposalRow {
        state: ProposalState::Approved,
        ladder: ladder.into(),
        decided_at: Some(3),
        decided_by: Some(by.into()),
        decided_name: Some(AWKWARD.into()),
        decided_why: Some(AWKWARD.into()),
        ..first.clone()
    };
    for (by, ladder, is_fit) in
        [("key:one", "", false), ("key:two", "[]", false), ("key:two", "", true)]
    {
        let row = decided(by, ladder);
        let mut tx = store.begin().await?;
        ensure!(tx.lock_proposal(first.id).await? == Some(first.clone()));
        let saved = tx.save_proposal(&row).await;
        ensure!(saved.is_ok() == is_fit, "{by} {ladder}: {saved:?}");
        if is_fit {
            tx.commit().await?;
            ensure!(store.proposal(first.id).await? == Some(row));
        }
    }
    ensure!(store.list_proposals((None, Some(ProposalState::Proposed)), 9).await? == [second]);
    Ok(())
}

//! What is erased leaves no print, and its objects are found, however long they are named.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::store::{DraftRow, Erasable, ErasedRow, FilingRow, PrintRow, StoreError};
use schemas::FilingKind;
use schemas::codes::corporate_number_of;
use serde_json::json;

use super::Bench;

fn print(filing: &FilingRow, volume: &str) -> PrintRow {
    PrintRow {
        filing_id: filing.id,
        revision: 1,
        sha256: "ab".repeat(32),
        volume: Some(volume.repeat(32)),
        first_byte: 0,
        bytes: 1,
        pages: 1,
        replaced: "[]".into(),
        printed_at: filing.received_at,
    }
}

/// What a draft names at that moment goes when the draft is gone.
pub async fn what_a_draft_named_is_found_when_it_is_gone(bench: &Bench) -> Result<()> {
    let operator = corporate_number_of(1);
    bench.uploaded(&operator.to_string(), &["aa"]).await?;
    ensure!(bench.named(&operator.to_string(), &["aa"]).await? == ["aa"]);
    let now = bench.clock.now_ms();
    let sha256 = "aa".repeat(32);
    let draft = DraftRow {
        id: bench.clock.id(),
        corporate_number: operator,
        version: 1,
        kind: FilingKind::Change,
        office_name: String::new(),
        body: json!({"attachments": [{"sha256": &sha256}]}).to_string(),
        saved_by: String::new(),
        corrects: None,
        filed_as: None,
        created_at: now,
        saved_at: now,
    };
    let mut tx = bench.store.begin().await?;
    tx.insert_draft(&draft).await?;
    tx.insert_erased_objects(std::slice::from_ref(&sha256)).await?;
    ensure!(tx.let_erased_go(std::slice::from_ref(&sha256)).await? == 1);
    tx.commit().await?;
    ensure!(bench.store.erased_objects(9).await?.is_empty(), "it is looked at once");
    ensure!(bench.taken(now, 9).await?.is_empty(), "the draft names it");
    bench.raw("DELETE FROM drafts".to_owned()).await?;
    ensure!(bench.taken(now, 9).await? == ["aa"], "nobody finds it any more");
    Ok(())
}

/// Neither one that was being made meanwhile, nor one that was about to move.
pub async fn no_print_is_kept_or_moved_of_what_was_erased(bench: &Bench) -> Result<()> {
    let filings = bench.filed(2).await?;
    let at = bench.clock.now_ms();
    let row =
        ErasedRow { filing_id: filings[0].id, what: Erasable::Contents, erasure_id: None, at };
    let addresses =
        ErasedRow { filing_id: filings[1].id, what: Erasable::Addresses, erasure_id: None, at };
    let mut tx = bench.store.begin().await?;
    tx.insert_erased(&[row, addresses]).await?;
    let prints: Vec<_> = filings.iter().map(|filing| print(filing, "cd")).collect();
    let kept = tx.insert_prints(&prints).await?;
    tx.commit().await?;
    ensure!(kept == [(filings[1].id, 1)], "{kept:?}");

    let moved: Vec<_> = filings.iter().map(|filing| print(filing, "ef")).collect();
    let mut tx = bench.store.begin().await?;
    let refused = tx.move_prints(&moved).await;
    ensure!(matches!(refused, Err(StoreError::Count { .. })), "{refused:?}");
    drop(tx);
    ensure!(bench.store.prints_in(&"cd".repeat(32)).await?.len() == 1, "it moved");
    Ok(())
}

/// Those that have waited longest are looked at first.
pub async fn who_could_not_be_looked_at_goes_behind_the_others(bench: &Bench) -> Result<()> {
    for byte in ["aa", "bb", "aa"] {
        let mut tx = bench.store.begin().await?;
        tx.insert_erased_objects(&[byte.repeat(32)]).await?;
        tx.commit().await?;
        bench.clock.advance(Duration::from_millis(1));
    }
    ensure!(bench.store.erased_objects(1).await? == ["bb".repeat(32)]);
    ensure!(bench.store.erased_objects(9).await?.len() == 2);
    Ok(())
}

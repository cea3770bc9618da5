//! `todoke retention`: counts what would go, and deletes it when it is meant.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use hub::clock::Clock;
use hub::store::{Chain, FilingRow, NewEvent, RevisionRow, Store};
use jiff::{Timestamp, ToSpan};
use schemas::codes::corporate_number_of;
use schemas::{FilingId, FilingKind};
use serde_json::{Value, json};
use tests::demo::program;
use tokio::process::Command;

async fn retention(folder: &Path, arguments: &[&str]) -> Result<Vec<Value>> {
    let mut command = Command::new(program().await?);
    command.arg("retention").args(arguments).arg("--json").current_dir(folder);
    let output = command.env("TODOKE_RETENTION__EVENT_YEARS", "3").output().await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// A filing that nobody must get, planned, of so many hours ago.
async fn filed(store: &Store, clock: &Clock, serial: u64) -> Result<FilingRow> {
    let id = FilingId(clock.id());
    let mut filing = FilingRow {
        id,
        receipt_number: id.receipt_number(),
        corporate_number: corporate_number_of(serial),
        operator_name: "事業者".into(),
        kind: FilingKind::ALL[0],
        office_name: "事業所".into(),
        received_at: clock.now_ms(),
        revision: 1,
        withdrawn_at: None,
        event_seq: 0,
        event_head: String::new(),
    };
    let revision = RevisionRow {
        filing_id: id,
        revision: 1,
        action: "submit".into(),
        received_at: clock.now_ms(),
        corporate_number: filing.corporate_number,
        idempotency_key: format!("key {serial}"),
        document: "{}".into(),
        document_sha256: "00".repeat(32),
        only_authorities: None,
        routed_at: Some(clock.now_ms()),
        plan: Some("{}".into()),
        problem: None,
        trace: None,
    };
    let event = NewEvent::new(id, "filing.received", json!({}));
    let mut tx = store.begin().await?;
    tx.insert_filings(std::slice::from_mut(&mut filing), &[revision], &[event]).await?;
    tx.commit().await?;
    Ok(filing)
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("todoke-data/todoke.db").display());
    let now = Timestamp::from_millisecond(Clock::system().now_ms())?;
    let start = now.to_zoned(jiff::tz::TimeZone::UTC).saturating_sub(3.years()).timestamp();
    let clock = Arc::new(Clock::manual(start.checked_sub(1.hour())?, 7));
    let store = Store::open(&url, 2, Arc::clone(&clock)).await?;
    store.migrate().await?;
    let old = filed(&store, &clock, 1).await?;
    clock.advance(Duration::from_hours(2));
    let young = filed(&store, &clock, 2).await?;

    for (arguments, column, count) in
        [(&["--dry-run"][..], "would_go", 1), (&[], "gone", 1), (&[], "gone", 0)]
    {
        let said = retention(folder.path(), arguments).await?;
        let kinds: Vec<_> = said.iter().filter_map(|row| row["what"].as_str()).collect();
        ensure!(kinds == ["answers", "addresses", "attempts", "events"], "{said:?}");
        ensure!(said[3][column] == count && said[3]["kept"] == 0, "{said:?}");
        ensure!(said[3]["rows"] == count && said[3]["bytes"] == 2 * count, "{said:?}");
        let is_there = !store.events(old.id).await?.is_empty();
        ensure!(is_there == (column == "would_go"), "after {arguments:?}");
    }
    ensure!(store.chain(&old, &store.events(old.id).await?).await? == Chain::Retired);
    let events = store.events(young.id).await?;
    ensure!(matches!(store.chain(&young, &events).await?, Chain::Whole { .. }));
    store.close().await;
    Ok(())
}

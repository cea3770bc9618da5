//! What is known of files and who waits for it: nobody is forgotten, or let go too early.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::State;
use hub::store::{ScanRow, ScanState, Tx};
use schemas::DeliveryId;

use super::{AWKWARD, Bench, authorities, why};

fn digest(byte: &str) -> String {
    byte.repeat(32)
}

impl Bench {
    async fn asked(&self, bytes: &[&str], before: i64) -> Result<()> {
        let digests: Vec<_> = bytes.iter().map(|byte| digest(byte)).collect();
        let mut tx = self.store.begin().await?;
        tx.queue_scans(&digests, before).await?;
        Ok(tx.commit().await?)
    }

    async fn claimed(&self, limit: usize) -> Result<Vec<ScanRow>> {
        let mut tx = self.store.begin().await?;
        let mut rows = tx.claim_scans(self.clock.now_ms() + 1_000, limit).await?;
        tx.commit().await?;
        rows.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        Ok(rows)
    }

    async fn saved(&self, row: &ScanRow) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.save_scans(std::slice::from_ref(row)).await?;
        Ok(tx.commit().await?)
    }

    async fn scan(&self, byte: &str) -> Result<ScanRow> {
        self.store.scans_of(&[digest(byte)]).await?.pop().context("no such file")
    }

    fn passed(&self, row: &ScanRow) -> ScanRow {
        let (scanned_at, scanned_by) = (Some(self.clock.now_ms()), Some(AWKWARD.to_owned()));
        let state = ScanState::Clean;
        ScanRow { state, scanned_at, scanned_by, next_try_at: None, ..row.clone() }
    }
}

/// One process gets it, another when the first has vanished; a look in vain is made again later.
pub async fn a_file_is_looked_through_by_one_at_a_time(bench: &Bench) -> Result<()> {
    bench.asked(&["aa", "bb"], 0).await?;
    bench.clock.advance(Duration::from_millis(5));
    bench.asked(&["cc", "aa", "cc"], 0).await?;
    let first = bench.claimed(2).await?;
    let bytes: Vec<_> = first.iter().map(|row| &row.sha256[..2]).collect();
    ensure!(bytes == ["aa", "bb"], "the oldest first: {bytes:?}");
    ensure!(bench.claimed(5).await?.len() == 1, "the third alone");
    ensure!(bench.claimed(5).await?.is_empty(), "all are taken");
    let mut late = first[0].clone();
    late.tries = 1;
    late.why = Some(serde_json::to_string(&why("scanner_away"))?);
    late.next_try_at = Some(bench.clock.now_ms() + 5_000);
    bench.saved(&late).await?;
    ensure!(bench.scan("aa").await? == late);
    bench.saved(&bench.passed(&first[1])).await?;
    bench.clock.advance(Duration::from_secs(1));
    let again = bench.claimed(5).await?;
    ensure!(again.len() == 1 && again[0].sha256 == digest("cc"), "whose time is over: {again:?}");
    bench.clock.advance(Duration::from_secs(4));
    let counts = bench.store.count_scans().await?;
    ensure!((counts.pending, counts.infected) == (2, 0), "{counts:?}");
    ensure!(counts.oldest == Some(late.asked_at), "{counts:?}");
    let again = bench.claimed(5).await?;
    ensure!(again[0].tries == 1 && again[0].why == late.why, "{again:?}");
    Ok(())
}

/// A pass counts for its time; what holds malware is asked for again by hand alone.
pub async fn a_verdict_stands_until_its_time_is_over(bench: &Bench) -> Result<()> {
    bench.asked(&["aa", "bb"], 0).await?;
    let rows = bench.claimed(2).await?;
    let clean = bench.passed(&rows[0]);
    let signature = Some("Win.Test'\"𠮷".to_owned());
    let bad = ScanRow { state: ScanState::Infected, signature, ..bench.passed(&rows[1]) };
    bench.saved(&clean).await?;
    bench.saved(&bad).await?;
    bench.clock.advance(Duration::from_mins(1));
    let then = clean.scanned_at.unwrap_or_default();
    bench.asked(&["aa", "bb"], then).await?;
    ensure!(bench.scan("aa").await? == clean && bench.scan("bb").await? == bad);
    let infected = bench.store.list_scans(ScanState::Infected, 10).await?;
    ensure!(infected.len() == 1 && infected[0].scan == bad, "{infected:?}");
    bench.asked(&["aa", "bb"], then + 1).await?;
    let again = bench.scan("aa").await?;
    ensure!(again.state == ScanState::Pending && again.tries == 0, "{again:?}");
    ensure!(bench.scan("bb").await? == bad, "it stays");
    let mut tx = bench.store.begin().await?;
    ensure!(tx.rescan(&digest("bb")).await? && !tx.rescan(&digest("dd")).await?);
    tx.delete_scans(&[digest("aa")]).await?;
    tx.commit().await?;
    let pending = bench.store.list_scans(ScanState::Pending, 10).await?;
    ensure!(pending.len() == 1 && pending[0].scan.sha256 == digest("bb"), "{pending:?}");
    Ok(())
}

/// A delivery goes on when the last of its files is known, or when one holds malware.
pub async fn deliveries_wait_for_all_of_their_files(bench: &Bench) -> Result<()> {
    let filing = bench.filed(1).await?.remove(0);
    let held = || State::Held { why: why("scan_pending") };
    let both = bench.delivery(&filing, authorities()?[0], held());
    let one = bench.delivery(&filing, authorities()?[1], held());
    bench.planned(&[both.clone(), one.clone()]).await?;
    bench.asked(&["aa", "bb"], 0).await?;
    let rows = bench.claimed(2).await?;
    let mut tx = bench.store.begin().await?;
    ensure!(tx.lock_scans(&[digest("aa"), digest("ee")]).await?.len() == 1);
    wait(&mut tx, &[("aa", both.id), ("bb", both.id), ("bb", one.id)]).await?;
    wait(&mut tx, &[("aa", both.id)]).await?;
    tx.commit().await?;
    let waits = async |row: &ScanRow| -> Result<Vec<DeliveryId>> {
        let mut ids = bench.store.waits_of_scan(row, 10).await?;
        ids.sort();
        Ok(ids)
    };
    let clean = bench.passed(&rows[0]);
    bench.saved(&clean).await?;
    ensure!(waits(&clean).await?.is_empty(), "the other file is not known yet");
    ensure!(bench.store.waits_left(false, 10).await? == [both.id], "left by a release");
    ensure!(bench.store.waits_left(true, 10).await?.len() == 2, "all who wait");
    let bad = ScanRow {
        state: ScanState::Infected,
        signature: Some("Win.Test".to_owned()),
        ..bench.passed(&rows[1])
    };
    let mut all = vec![both.id, one.id];
    all.sort();
    ensure!(waits(&bad).await? == all, "malware is known at once");
    bench.saved(&bench.passed(&rows[1])).await?;
    ensure!(waits(&bench.passed(&rows[1])).await? == all, "both are known");
    let mut tx = bench.store.begin().await?;
    tx.delete_scan_waits(&[both.id]).await?;
    tx.commit().await?;
    ensure!(bench.store.waits_left(true, 10).await? == [one.id]);
    Ok(())
}

async fn wait(tx: &mut Tx, waits: &[(&str, DeliveryId)]) -> Result<()> {
    let waits: Vec<_> = waits.iter().map(|(byte, id)| (digest(byte), *id)).collect();
    Ok(tx.insert_scan_waits(&waits).await?)
}

//! Uploads of many filings, and what became of each row.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{AttachmentRow, BulkLine, BulkRow, DraftRow, LineFilter};
use schemas::codes::corporate_number_of;
use schemas::{FilingId, FilingKind};

use super::{AWKWARD, Bench};

impl Bench {
    fn bulk(&self, operator: u64, key: &str) -> BulkRow {
        BulkRow {
            id: self.clock.id(),
            corporate_number: corporate_number_of(operator),
            idempotency_key: key.into(),
            sha256: "ab".repeat(32),
            file_name: AWKWARD.into(),
            head: "[]".into(),
            saved_by: AWKWARD.into(),
            created_at: self.clock.now_ms(),
            chosen_at: None,
        }
    }

    async fn keep_bulk(&self, row: &BulkRow, lines: &[BulkLine]) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let is_new = tx.insert_bulk(row, lines).await?;
        tx.commit().await?;
        Ok(is_new)
    }
}

fn line(bulk: &BulkRow, number: i32, state: &str) -> BulkLine {
    BulkLine {
        bulk_id: bulk.id,
        number,
        corporate_number: bulk.corporate_number,
        state: state.into(),
        office_name: AWKWARD.into(),
        body: (state != "bad").then(|| AWKWARD.to_owned()),
        cells: AWKWARD.into(),
        findings: "[]".into(),
        filing_id: None,
        draft_id: None,
    }
}

/// Under a key of its operator once; its rows are counted, narrowed and paged, and a filed one
/// stays filed.
pub async fn an_upload_is_kept_once_with_its_rows(bench: &Bench) -> Result<()> {
    let first = bench.bulk(1, AWKWARD);
    let lines: Vec<_> = [(2, "good"), (3, "bad"), (5, "warned"), (6, "good")]
        .map(|(number, state)| line(&first, number, state))
        .into();
    ensure!(bench.keep_bulk(&first, &lines).await?);
    let again = BulkRow { id: bench.clock.id(), ..first.clone() };
    ensure!(!bench.keep_bulk(&again, &[line(&again, 2, "good")]).await?, "the key is taken");
    bench.clock.advance(Duration::from_millis(1));
    let foreign = bench.bulk(2, AWKWARD);
    ensure!(bench.keep_bulk(&foreign, &[]).await?, "another's key is another");
    let store = &bench.store;
    let owner = first.corporate_number;
    ensure!(store.bulk_by_key(owner, AWKWARD).await?.context("it")? == first);
    ensure!(store.bulk_by_key(owner, "x").await?.is_none());
    let filter = LineFilter { bulk_id: first.id, states: &[], after: 0, limit: 9 };
    ensure!(store.bulk_lines(&filter).await? == lines);
    let filter = LineFilter { states: &["good", "warned"], after: 2, limit: 1, ..filter };
    ensure!(store.bulk_lines(&filter).await? == lines[2..3]);

    let filing = FilingId(bench.clock.id());
    let filed = BulkLine { state: "filed".into(), filing_id: Some(filing), ..lines[0].clone() };
    let drafted =
        BulkLine { state: "drafted".into(), draft_id: Some(first.id), ..lines[1].clone() };
    let mut tx = store.begin().await?;
    tx.choose_bulk(first.id, 7).await?;
    tx.choose_bulk(first.id, 8).await?;
    tx.save_bulk_lines(&[filed.clone(), drafted]).await?;
    tx.save_bulk_lines(&[BulkLine { state: "bad".into(), filing_id: None, ..filed.clone() }])
        .await?;
    ensure!(!tx.delete_bulk(first.id).await?, "its rows are being filed");
    ensure!(tx.delete_bulk(foreign.id).await?);
    tx.commit().await?;
    let counts = store.bulk(first.id).await?.context("it")?;
    ensure!(counts.bulk == BulkRow { chosen_at: Some(7), ..first.clone() }, "{counts:?}");
    let states = [counts.good, counts.warned, counts.bad, counts.filed, counts.drafted];
    ensure!(states == [1, 1, 0, 1, 1], "{counts:?}");
    ensure!(store.own_bulks(owner, 9).await? == [counts]);
    let filter = LineFilter { bulk_id: first.id, states: &["filed"], after: 0, limit: 9 };
    ensure!(store.bulk_lines(&filter).await? == [filed]);
    ensure!(store.bulk(foreign.id).await?.is_none());
    Ok(())
}

/// One whose filing has stood is claimed once, to the millisecond; one that is done is not.
pub async fn an_upload_whose_filing_stopped_is_claimed_once(bench: &Bench) -> Result<()> {
    let (first, second, idle) = (bench.bulk(1, "1"), bench.bulk(1, "2"), bench.bulk(2, "3"));
    for row in [&first, &second, &idle] {
        ensure!(bench.keep_bulk(row, &[]).await?);
    }
    let claim = async |now: i64, before: i64, limit: usize| {
        let mut tx = bench.store.begin().await?;
        let claimed = tx.claim_bulks(now, before, limit).await?;
        tx.commit().await?;
        anyhow::Ok(claimed)
    };
    let mut tx = bench.store.begin().await?;
    tx.choose_bulk(first.id, 10).await?;
    tx.choose_bulk(second.id, 11).await?;
    tx.commit().await?;
    ensure!(claim(50, 9, 9).await?.is_empty(), "it has not stood for so long");
    ensure!(claim(50, 11, 1).await? == [first.id], "the oldest first, at most so many");
    ensure!(claim(51, 11, 9).await? == [second.id], "the first goes on");
    let mut tx = bench.store.begin().await?;
    tx.save_bulk_filing(second.id, None).await?;
    tx.save_bulk_filing(first.id, Some(60)).await?;
    tx.commit().await?;
    ensure!(claim(90, 59, 9).await?.is_empty());
    ensure!(claim(90, 60, 9).await? == [first.id], "the other is done, the third not begun");
    Ok(())
}

/// To the millisecond, the oldest first, at most so many; files that a row names stay as long.
pub async fn old_uploads_go_with_their_rows(bench: &Bench) -> Result<()> {
    let sha256 = "cd".repeat(32);
    let row = AttachmentRow {
        sha256: sha256.clone(),
        owner: corporate_number_of(1).to_string(),
        size: 1,
        media_type: "application/pdf".into(),
        created_at: bench.clock.now_ms(),
    };
    let mut tx = bench.store.begin().await?;
    ensure!(tx.touch_object(&sha256).await?);
    tx.save_attachment(&row).await?;
    tx.commit().await?;
    let first = bench.bulk(1, "first");
    let body = Some(format!("{{\"sha256\":\"{sha256}\"}}"));
    bench.keep_bulk(&first, &[BulkLine { body, ..line(&first, 1, "good") }]).await?;
    bench.clock.advance(Duration::from_millis(1));
    bench.keep_bulk(&bench.bulk(1, "second"), &[]).await?;
    let later = bench.clock.now_ms() + 1;
    let mut tx = bench.store.begin().await?;
    ensure!(tx.take_orphans(later, 9).await?.is_empty(), "a row names it");
    ensure!(tx.delete_old_bulks(first.created_at - 1, 9).await? == 0);
    ensure!(tx.delete_old_bulks(later, 1).await? == 1, "at most so many");
    ensure!(tx.take_orphans(later, 9).await? == [sha256]);
    tx.commit().await?;
    let filter = LineFilter { bulk_id: first.id, states: &[], after: 0, limit: 9 };
    ensure!(bench.store.bulk_lines(&filter).await?.is_empty(), "rows go with their upload");
    ensure!(bench.store.own_bulks(first.corporate_number, 9).await?.len() == 1);
    Ok(())
}

/// The row that became the filing, and the one that became its draft; the others stay until all of
/// the operator goes.
pub async fn rows_of_an_upload_go_with_what_they_became(bench: &Bench) -> Result<()> {
    let (own, foreign) = (bench.bulk(1, "own"), bench.bulk(2, "foreign"));
    let filing = FilingId(bench.clock.id());
    let now = bench.clock.now_ms();
    let draft = DraftRow {
        id: bench.clock.id(),
        corporate_number: own.corporate_number,
        version: 1,
        kind: FilingKind::Change,
        office_name: String::new(),
        body: "{}".into(),
        saved_by: String::new(),
        corrects: None,
        filed_as: None,
        created_at: now,
        saved_at: now,
    };
    let filed = BulkLine { filing_id: Some(filing), ..line(&own, 1, "filed") };
    let drafted = BulkLine { draft_id: Some(draft.id), ..line(&own, 2, "drafted") };
    let lines = [filed, drafted, line(&own, 3, "good")];
    bench.keep_bulk(&own, &lines).await?;
    bench.keep_bulk(&foreign, &[line(&foreign, 1, "good")]).await?;
    let mut tx = bench.store.begin().await?;
    tx.insert_draft(&draft).await?;
    tx.file_draft(draft.id, filing).await?;
    tx.commit().await?;

    let mut tx = bench.store.begin().await?;
    ensure!(tx.erase_written(own.corporate_number, filing).await? == 3, "two rows and a draft");
    tx.commit().await?;
    let filter = LineFilter { bulk_id: own.id, states: &[], after: 0, limit: 9 };
    let left = bench.store.bulk_lines(&filter).await?;
    let says = |it: &BulkLine| it.body.is_some() || it.cells.contains(AWKWARD);
    let says: Vec<_> = left.iter().map(says).collect();
    ensure!(says == [false, false, true], "{left:?}");

    let mut tx = bench.store.begin().await?;
    tx.erase_operator(own.corporate_number).await?;
    tx.commit().await?;
    ensure!(bench.store.bulk(own.id).await?.is_none());
    ensure!(bench.store.bulk_lines(&filter).await?.is_empty());
    let counts = bench.store.bulk(foreign.id).await?.context("another's stays")?;
    ensure!(counts.good == 1, "{counts:?}");
    Ok(())
}

//! What operators are writing and have not filed yet.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::delivery::{Delivery, Review, State};
use hub::store::{AttachmentRow, DraftRow};
use schemas::codes::corporate_number_of;
use schemas::{FilingId, FilingKind};
use serde_json::{Value, json};

use super::{AWKWARD, Bench, authorities};

impl Bench {
    fn draft(&self, operator: u64, body: &str) -> DraftRow {
        let now = self.clock.now_ms();
        DraftRow {
            id: self.clock.id(),
            corporate_number: corporate_number_of(operator),
            version: 1,
            kind: FilingKind::Change,
            office_name: AWKWARD.into(),
            body: body.into(),
            saved_by: AWKWARD.into(),
            corrects: None,
            filed_as: None,
            created_at: now,
            saved_at: now,
        }
    }

    async fn keep_draft(&self, row: &DraftRow) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.insert_draft(row).await?;
        Ok(tx.commit().await?)
    }

    async fn save_draft(&self, row: &DraftRow) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let is_saved = tx.save_draft(row).await?;
        tx.commit().await?;
        Ok(is_saved)
    }
}

/// Saved over the version that was read, and never over another; none after it was filed.
pub async fn a_draft_is_saved_over_what_was_read(bench: &Bench) -> Result<()> {
    let corrects = Some(FilingId(bench.clock.id()));
    let first = DraftRow { corrects, ..bench.draft(1, "{}") };
    bench.keep_draft(&first).await?;
    ensure!(bench.store.draft(first.id).await?.context("it")? == first);
    bench.clock.advance(Duration::from_secs(1));
    let now = bench.clock.now_ms();
    let second = DraftRow { body: AWKWARD.into(), saved_at: now, ..first.clone() };
    ensure!(bench.save_draft(&second).await?);
    let stored = bench.store.draft(first.id).await?.context("it")?;
    ensure!(stored == DraftRow { version: 2, ..second.clone() }, "{stored:?}");
    ensure!(!bench.save_draft(&second).await?, "the version that was read is another by now");
    let other = bench.draft(1, "{}");
    let foreign = bench.draft(2, "{}");
    bench.clock.advance(Duration::from_secs(1));
    for row in [&other, &foreign] {
        bench.keep_draft(row).await?;
    }
    let own = bench.store.own_drafts(corporate_number_of(1), 9).await?;
    let ids: Vec<_> = own.iter().map(|row| row.id).collect();
    ensure!(ids.len() == 2 && ids.contains(&first.id) && ids.contains(&other.id), "{ids:?}");
    ensure!(bench.store.own_drafts(corporate_number_of(1), 1).await?.len() == 1);

    let filing = FilingId(bench.clock.id());
    let mut tx = bench.store.begin().await?;
    tx.file_draft(first.id, filing).await?;
    ensure!(!tx.delete_draft(other.id, 2).await?, "another version was seen");
    ensure!(tx.delete_draft(other.id, 1).await?);
    tx.commit().await?;
    ensure!(!bench.save_draft(&stored).await?, "it was filed");
    ensure!(bench.store.draft(first.id).await?.context("it")?.filed_as == Some(filing));
    ensure!(bench.store.own_drafts(corporate_number_of(1), 9).await?.is_empty());
    ensure!(bench.store.draft(other.id).await?.is_none());
    Ok(())
}

/// To the millisecond, the oldest first, at most so many; files that a draft names stay as long.
pub async fn old_drafts_go_with_their_files(bench: &Bench) -> Result<()> {
    let sha256 = "ab".repeat(32);
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
    let first = bench.draft(1, &format!("{{\"sha256\":\"{sha256}\"}}"));
    bench.keep_draft(&first).await?;
    bench.clock.advance(Duration::from_millis(1));
    bench.keep_draft(&bench.draft(1, "{}")).await?;
    let later = bench.clock.now_ms() + 1;
    let mut tx = bench.store.begin().await?;
    ensure!(tx.take_orphans(later, 9).await?.is_empty(), "a draft names it");
    ensure!(tx.delete_old_drafts(first.saved_at - 1, 9).await? == 0);
    ensure!(tx.delete_old_drafts(later, 1).await? == 1, "at most so many");
    ensure!(tx.take_orphans(later, 9).await? == [sha256]);
    ensure!(tx.delete_old_drafts(later, 9).await? == 1);
    Ok(tx.commit().await?)
}

/// The newest first and so many, without those that were withdrawn; narrowed by the office's name,
/// and with the forms of a renewal alone.
pub async fn offices_are_named_by_the_newest_filings(bench: &Bench) -> Result<()> {
    let (sapporo, number) = (authorities()?[0], corporate_number_of(1));
    let form = json!({"forms": [{"fields": {"expires_on": AWKWARD}}]});
    let mut filed = Vec::new();
    for (name, kind) in [
        (AWKWARD, FilingKind::Renewal),
        ("若葉", FilingKind::Closure),
        ("取下げ", FilingKind::Change),
        ("青葉", FilingKind::Change),
    ] {
        bench.clock.advance(Duration::from_millis(1));
        let (mut filing, mut revision, event) = bench.filing(1);
        filing.office_name = name.into();
        filing.kind = kind;
        filing.withdrawn_at = (name == "取下げ").then_some(filing.received_at);
        let services = json!([{"service": "78"}]);
        let offices = json!([{"name": name, "municipality": sapporo, "services": services}]);
        revision.document = json!({"offices": offices, "form": form}).to_string();
        let mut tx = bench.store.begin().await?;
        tx.insert_filings(std::slice::from_mut(&mut filing), &[revision], &[event]).await?;
        tx.commit().await?;
        filed.push(filing);
    }
    let review = Review::Accepted;
    let accepted = Delivery { review, ..bench.delivery(&filed[1], sapporo, State::Due) };
    bench.planned(&[accepted]).await?;
    let named = bench.store.named_offices(number, None, 9).await?;
    let told: Vec<_> = named
        .iter()
        .map(|it| (it.id, &*it.receipt_number, it.received_at, it.kind, it.accepted))
        .collect();
    let of = |place: usize| {
        let row = &filed[place];
        (row.id, &*row.receipt_number, row.received_at, row.kind, place == 1)
    };
    ensure!(told == [of(3), of(1), of(0)], "{told:?}");
    let forms: Vec<_> = named.iter().map(|it| &it.form).collect();
    ensure!(forms == [&Value::Null, &Value::Null, &form], "{forms:?}");
    ensure!(named[2].offices[0].name == AWKWARD, "{named:?}");
    for (operator, text, limit, count) in [
        (1, None, 2, 2),
        (1, Some("葉"), 9, 2),
        (1, Some("葉"), 1, 1),
        (1, Some(AWKWARD), 9, 1),
        (1, Some("%"), 9, 1),
        (1, Some("_葉"), 9, 0),
        (1, Some("取下げ"), 9, 0),
        (2, None, 9, 0),
    ] {
        let operator = corporate_number_of(operator);
        let found = bench.store.named_offices(operator, text, limit).await?;
        ensure!(found.len() == count, "{text:?} {limit}: {found:?}");
    }
    Ok(())
}

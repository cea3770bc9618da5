//! What is known of objects: no sweep takes what someone names.

use std::time::Duration;

use anyhow::{Result, ensure};
use hub::store::AttachmentRow;
use schemas::Attachment;

use super::Bench;

fn file(byte: &str) -> Attachment {
    Attachment {
        name: "平面図.pdf".into(),
        sha256: byte.repeat(32),
        size: 1,
        media_type: "application/pdf".into(),
    }
}

impl Bench {
    /// Uploads as HTTP records them.
    pub(super) async fn uploaded(&self, owner: &str, bytes: &[&str]) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for byte in bytes {
            let file = file(byte);
            ensure!(tx.touch_object(&file.sha256).await?, "{byte} is being deleted");
            let row = AttachmentRow {
                sha256: file.sha256,
                owner: owner.into(),
                size: 1,
                media_type: file.media_type,
                created_at: self.clock.now_ms(),
            };
            tx.save_attachment(&row).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn taken(&self, before: i64, limit: usize) -> Result<Vec<String>> {
        let mut tx = self.store.begin().await?;
        let taken = tx.take_orphans(before, limit).await?;
        tx.commit().await?;
        Ok(taken.iter().map(|sha256| sha256[..2].to_owned()).collect())
    }

    pub(super) async fn named(&self, owner: &str, bytes: &[&str]) -> Result<Vec<String>> {
        let files: Vec<_> = bytes.iter().map(|byte| file(byte)).collect();
        let mut tx = self.store.begin().await?;
        let wanted: Vec<_> = files.iter().map(|file| (owner, file)).collect();
        let mut named = tx.name_objects(&wanted).await?;
        tx.commit().await?;
        named.sort();
        Ok(named.iter().map(|sha256| sha256[..2].to_owned()).collect())
    }

    async fn forgotten(&self, after: Duration) -> Result<u64> {
        let now = self.clock.now_ms();
        let mut tx = self.store.begin().await?;
        let before = now - i64::try_from(after.as_millis())?;
        let claimed = tx.claim_deleting(now, before, 10).await?;
        tx.commit().await?;
        let mut tx = self.store.begin().await?;
        ensure!(tx.forget_objects(now - 1, &claimed).await? == 0, "another's claim");
        let gone = tx.forget_objects(now, &claimed).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

/// The oldest first, a batch at once, to the millisecond.
pub async fn orphans_are_taken_when_their_time_is_over(bench: &Bench) -> Result<()> {
    let at = bench.clock.now_ms();
    bench.uploaded("one", &["aa", "bb", "cc"]).await?;
    bench.clock.advance(Duration::from_millis(1));
    bench.uploaded("other", &["cc", "dd"]).await?;
    ensure!(bench.named("one", &["bb"]).await? == ["bb"]);
    ensure!(bench.taken(at - 1, 10).await?.is_empty(), "before their time");
    ensure!(bench.taken(at, 10).await? == ["aa"], "cc was uploaded again");
    ensure!(bench.taken(at + 1, 1).await?.len() == 1, "not a batch");
    ensure!(bench.taken(at + 1, 10).await?.len() == 1, "not the rest");
    ensure!(bench.taken(i64::MAX, 10).await?.is_empty(), "what is named");
    let digests: Vec<_> = ["aa", "bb", "cc", "dd"].map(|byte| byte.repeat(32)).into();
    for (owner, left) in [("one", vec!["bb".repeat(32)]), ("other", vec![])] {
        let found = bench.store.find_attachments(owner, digests.iter().map(String::as_str)).await?;
        let found: Vec<_> = found.into_iter().map(|row| row.sha256).collect();
        ensure!(found == left, "{owner}: {found:?}");
    }
    Ok(())
}

/// Named or uploaded again it can be only when it is gone.
pub async fn what_is_being_deleted_is_nobodys(bench: &Bench) -> Result<()> {
    bench.uploaded("one", &["aa"]).await?;
    ensure!(bench.named("other", &["aa"]).await?.is_empty(), "it is not theirs");
    ensure!(bench.taken(i64::MAX, 10).await? == ["aa"]);
    ensure!(bench.named("one", &["aa"]).await?.is_empty(), "named while it goes");
    ensure!(bench.uploaded("one", &["aa"]).await.is_err(), "taken while it goes");
    let settle = Duration::from_mins(1);
    ensure!(bench.forgotten(settle).await? == 0, "too soon");
    bench.clock.advance(settle);
    ensure!(bench.forgotten(settle).await? == 1, "not at its time");
    bench.uploaded("one", &["aa"]).await?;
    ensure!(bench.named("one", &["aa"]).await? == ["aa"]);
    Ok(())
}

/// A build from before this table recorded a filing and named nothing.
pub async fn a_filings_text_alone_keeps_its_files(bench: &Bench) -> Result<()> {
    let (filing, mut revision, event) = bench.filing(1);
    let owner = filing.corporate_number.to_string();
    bench.uploaded(&owner, &["aa", "bb"]).await?;
    revision.document = serde_json::json!({"attachments": [file("aa")]}).to_string();
    let mut tx = bench.store.begin().await?;
    tx.insert_filings(&mut [filing], &[revision], &[event]).await?;
    tx.commit().await?;
    ensure!(bench.taken(i64::MAX, 10).await? == ["bb"]);
    Ok(())
}

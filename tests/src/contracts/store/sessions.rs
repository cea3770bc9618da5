//! Who is logged in at the pages.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::store::{ApiKeyRow, SessionRow};

use super::{AWKWARD, Bench};

impl Bench {
    async fn key(&self, id: &str) -> Result<()> {
        let row = ApiKeyRow {
            id: id.into(),
            secret_sha256: "00".repeat(32),
            scope: "operations".into(),
            subject: None,
            label: AWKWARD.into(),
            created_at: self.clock.now_ms(),
            revoked_at: None,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_api_keys(&[row]).await?;
        Ok(tx.commit().await?)
    }

    async fn logged_in(&self, id: &str, key_id: Option<&str>) -> Result<SessionRow> {
        let now = self.clock.now_ms();
        let row = SessionRow {
            id: id.into(),
            scope: "authority".into(),
            subject: Some("011002".into()),
            person: format!("key:{id}"),
            name: AWKWARD.into(),
            key_id: key_id.map(str::to_owned),
            created_at: now,
            seen_at: now,
            authenticated_at: now - 7,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_session(&row).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn ended(&self, seen_before: i64, begun_before: i64, limit: usize) -> Result<usize> {
        let mut tx = self.store.begin().await?;
        let ended = tx.delete_old_sessions((seen_before, begun_before), limit).await?;
        tx.commit().await?;
        Ok(ended)
    }
}

/// Found by its digest until it is ended, or the key that opened it is.
pub async fn a_session_lasts_as_long_as_its_key(bench: &Bench) -> Result<()> {
    bench.key("key-1").await?;
    let by_key = bench.logged_in("one", Some("key-1")).await?;
    let other = bench.logged_in("other", None).await?;
    ensure!(bench.store.session("one").await?.context("the first")? == by_key);
    ensure!(bench.store.session("other").await?.context("the other")? == other);
    ensure!(bench.store.session("none").await?.is_none());
    bench.clock.advance(Duration::from_mins(1));
    let mut tx = bench.store.begin().await?;
    tx.touch_session("other", bench.clock.now_ms()).await?;
    ensure!(tx.revoke_api_key("key-1").await?);
    tx.commit().await?;
    ensure!(bench.store.session("one").await?.is_none(), "its key was revoked");
    let seen = bench.store.session("other").await?.context("the other")?;
    ensure!(seen == SessionRow { seen_at: bench.clock.now_ms(), ..other });
    let mut tx = bench.store.begin().await?;
    ensure!(tx.delete_session("other").await? && !tx.delete_session("other").await?);
    tx.commit().await?;
    ensure!(bench.store.session("other").await?.is_none());
    Ok(())
}

/// By the last visit or by the log-in, to the millisecond, a batch at once.
pub async fn old_sessions_are_cleared_away(bench: &Bench) -> Result<()> {
    let at = bench.clock.now_ms();
    for id in ["a", "b", "c"] {
        bench.logged_in(id, None).await?;
    }
    let mut tx = bench.store.begin().await?;
    tx.touch_session("c", at + 1).await?;
    tx.commit().await?;
    ensure!(bench.ended(at - 1, at - 1, 10).await? == 0, "before their time");
    ensure!(bench.ended(at, at - 1, 1).await? == 1, "not a batch");
    ensure!(bench.ended(at, at - 1, 10).await? == 1, "c was seen later");
    ensure!(bench.store.session("c").await?.is_some());
    ensure!(bench.ended(at - 1, at, 10).await? == 1, "c began long ago");
    Ok(())
}

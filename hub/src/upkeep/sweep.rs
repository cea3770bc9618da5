//! Sweep: deletes uploads that nobody has named for long, and halves of uploads that broke off.
//!
//! What has ended long ago in the archive is let go first. Reads and writes `objects`,
//! `attachments`, `documents` and `scans`; `store/sweep.rs` says why nothing that is named can go.
//! A sweep that fails goes on at the next: rows say how far it came.

use std::time::Duration;

use tokio::time::timeout;

use crate::archive;
use crate::context::Context;

/// Milliseconds from taking an object's rows to deleting it: longer than any unit of work lives.
const SETTLE_MS: i64 = 600_000;

/// Longest time for deleting one object; with others of a batch, well below the time to settle.
const DELETE_LIMIT: Duration = Duration::from_secs(5);

/// Objects deleted in one claim at most.
const DELETE_MAX: usize = 50;

/// One bounded batch. Tells how many rows it moved at most in one kind.
pub(super) async fn sweep(ctx: &Context) -> anyhow::Result<usize> {
    let now = ctx.clock.now_ms();
    let before = now - ctx.config.objects.orphan_hours * 3_600_000;
    let limit = ctx.config.upkeep.batch_max;
    let let_go = let_documents_go(ctx, (now, limit)).await?;
    let mut tx = ctx.store.begin().await?;
    let orphans = tx.take_orphans(before, limit).await?;
    tx.commit().await?;
    if !orphans.is_empty() {
        tracing::info!(count = orphans.len(), "uploads that nobody named are being deleted");
    }
    let deleted = delete(ctx, now).await?;
    let cleared = ctx.objects.clear_uploads(before, limit).await?;
    if cleared > 0 {
        tracing::info!(count = cleared, "uploads that broke off were deleted");
    }
    Ok(orphans.len().max(deleted).max(cleared).max(let_go))
}

/// Names the files of versions no more that ended `archive.keep_days` ago.
async fn let_documents_go(ctx: &Context, (now, limit): (i64, usize)) -> anyhow::Result<usize> {
    let days = ctx.config.archive.keep_days;
    if days == 0 {
        return Ok(0);
    }
    let mut tx = ctx.store.begin().await?;
    let count = tx.let_documents_go(archive::OWNER, (now - days * 86_400_000, limit)).await?;
    tx.commit().await?;
    if count > 0 {
        tracing::info!(count, "files of documents that ended long ago are let go");
    }
    Ok(count)
}

/// Deletes objects whose rows were taken long enough ago.
async fn delete(ctx: &Context, now: i64) -> anyhow::Result<usize> {
    let mut tx = ctx.store.begin().await?;
    let claimed = tx.claim_deleting(now, now - SETTLE_MS, DELETE_MAX).await?;
    tx.commit().await?;
    for sha256 in &claimed {
        timeout(DELETE_LIMIT, ctx.objects.delete(sha256)).await??;
    }
    if !claimed.is_empty() {
        let mut tx = ctx.store.begin().await?;
        tx.forget_objects(now, &claimed).await?;
        tx.delete_scans(&claimed).await?;
        tx.commit().await?;
    }
    Ok(claimed.len())
}

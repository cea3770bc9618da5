//! Erasure: what staff asked for and approved (`operate/erasure.rs`) goes on, one erasure after the
//! other, filing by filing. How far it is stands in its row, whose lock keeps two processes apart.
//!
//! Files and prints go behind it: of each object that an erased filing named it is looked whether
//! anything else names it, and the sweep deletes those that nothing does.

use serde_json::json;

use super::{Upkeep, undecided};
use crate::erasure::erase;
use crate::prints;
use crate::store::{
    Erased, ErasureRow, ErasureState, FilingRow, OwnFilter, StaffAct, StoreError, Tx,
};

/// Filings in one commit: each takes several statements.
const FILINGS_MAX: usize = 20;

/// Objects looked at in one commit.
const OBJECTS_MAX: usize = 20;

impl Upkeep {
    /// Erases the next filings of what is under way. Tells whether there is more.
    pub(super) async fn erase(&self) -> anyhow::Result<bool> {
        let ctx = &self.ctx;
        let now = ctx.clock.now_ms();
        let is_running = |row: &ErasureRow| row.state == ErasureState::Running;
        let Some(seen) = ctx.store.running_erasure().await? else { return Ok(false) };
        let mut tx = ctx.store.begin().await?;
        // Another process may have gone on with it meanwhile.
        let Some(mut row) = tx.lock_erasure(seen.id).await?.filter(is_running) else {
            return Ok(false);
        };
        let filings = self.next_filings(&row).await?;
        let ids: Vec<_> = filings.iter().map(|it| it.id).collect();
        let until = undecided(&ctx.config.retention, now);
        let finished = if ids.is_empty() { Vec::new() } else { tx.finished(&ids, until).await? };
        let erased = Erased { at: now, erasure_id: Some(row.id) };
        for filing in &filings {
            if finished.contains(&filing.id) {
                erase(&ctx.store, &mut tx, filing, erased).await?;
                row.done += 1;
            } else {
                row.kept += 1;
            }
            (row.reached_at, row.reached_id) = (Some(filing.received_at), Some(filing.id));
        }
        let is_over = row.filing_id.is_some() || filings.len() < FILINGS_MAX;
        if is_over {
            self.end_erasure(&mut tx, &mut row).await?;
        } else {
            tx.save_erasure(&row).await?;
        }
        tx.commit().await?;
        ctx.forget_operator(row.corporate_number);
        Ok(!is_over)
    }

    /// The one that it is of; else the operator's, from where it is back to the first.
    async fn next_filings(&self, row: &ErasureRow) -> Result<Vec<FilingRow>, StoreError> {
        let store = &self.ctx.store;
        if let Some(id) = row.filing_id {
            return Ok(store.filing(id).await?.into_iter().collect());
        }
        let filter = OwnFilter {
            corporate_number: row.corporate_number,
            kind: None,
            state: None,
            text: None,
            // What came after it was asked for is not in it.
            before: Some(row.reached_at.unwrap_or(row.made_at.saturating_add(1))),
            before_id: Some(row.reached_id.map_or(uuid::Uuid::nil(), |id| id.0)),
            limit: FILINGS_MAX,
        };
        store.own_filings(&filter).await
    }

    /// Where nothing of an operator stays, and nothing came since, what is kept of it itself goes,
    /// too. The hub says that it is done, with the reason for which it was asked for.
    async fn end_erasure(&self, tx: &mut Tx, row: &mut ErasureRow) -> Result<(), StoreError> {
        let (store, now) = (&self.ctx.store, self.ctx.clock.now_ms());
        let is_whole = row.filing_id.is_none() && row.kept == 0;
        let goes_itself = is_whole && !store.has_filed_since(row, now).await?;
        if goes_itself {
            tx.erase_operator(row.corporate_number).await?;
        }
        row.state = ErasureState::Finished;
        row.ended_at = Some(now);
        tx.save_erasure(row).await?;
        tx.record(StaffAct {
            person: "hub",
            name: "Todoke",
            what: "erasure.finish",
            subject: format!("erasure:{}", row.id),
            why: &row.why,
            was: json!({"state": ErasureState::Running}),
            became: json!({"state": row.state, "erased": row.done, "kept": row.kept,
                           "operator_erased": goes_itself}),
        })
        .await
    }

    /// Lets the objects go that only erased filings named. Tells whether any do; an object store
    /// that is away keeps nothing else from moving.
    pub(super) async fn clear_erased(&self) -> bool {
        let cleared = self.clear_objects().await;
        cleared.unwrap_or_else(|error| {
            tracing::warn!(%error, "objects of erased filings are not let go yet");
            0
        }) > 0
    }

    async fn clear_objects(&self) -> anyhow::Result<usize> {
        let ctx = &self.ctx;
        let digests = ctx.store.erased_objects(OBJECTS_MAX).await?;
        if digests.is_empty() {
            return Ok(0);
        }
        let (mut looked, mut failed) = (Vec::new(), Vec::new());
        for sha256 in digests {
            match prints::leave(ctx, &sha256).await {
                Ok(()) => looked.push(sha256),
                // One that is broken keeps no other; its turn comes again behind them.
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::warn!(error, sha256, "prints could not move out of a volume");
                    failed.push(sha256);
                }
            }
        }
        let mut tx = ctx.store.begin().await?;
        let gone = tx.let_erased_go(&looked).await?;
        tx.insert_erased_objects(&failed).await?;
        tx.commit().await?;
        let (looked, failed) = (looked.len(), failed.len());
        tracing::info!(looked, failed, gone, "let objects of erased filings go");
        Ok(gone)
    }
}

//! Words of filings that builds before took in: a bounded step each round, from the newest back.
//!
//! Twice: processes of the build before may go on for a while beside this one, and what they take
//! in has no words; the second pass begins a day after the first ended.

use schemas::Submission;
use uuid::Uuid;

use super::Upkeep;
use crate::store::WordPass;
use crate::words;

/// Passes in all.
const PASSES: i32 = 2;

/// Milliseconds from the end of the first to the second.
const REST_MS: i64 = 86_400_000;

impl Upkeep {
    /// One batch of filings. Two processes do not do the same. Tells whether there is more.
    pub(super) async fn write_words(&self) -> anyhow::Result<bool> {
        let mut tx = self.ctx.store.begin().await?;
        let Some(pass) = tx.lock_word_pass(PASSES).await? else {
            // At once: SQLite's one writer may be the last to be asked for in this round.
            tx.commit().await?;
            return Ok(false);
        };
        let texts = tx.revisions_below(pass.below, self.ctx.config.upkeep.batch_max).await?;
        let mut rows = Vec::new();
        for text in &texts {
            // What does not read is found by its number alone.
            if let Ok(submission) = serde_json::from_str::<Submission>(&text.document) {
                rows.extend(words::of(text.filing_id, &submission));
            }
        }
        tx.insert_filing_words(&rows).await?;
        let next = match texts.last() {
            Some(last) => WordPass { below: last.filing_id.0, ..pass },
            None => WordPass {
                ended: pass.ended + 1,
                next_at: self.ctx.clock.now_ms() + REST_MS,
                below: Uuid::max(),
            },
        };
        tx.save_word_pass(&next).await?;
        tx.commit().await?;
        Ok(!texts.is_empty())
    }
}

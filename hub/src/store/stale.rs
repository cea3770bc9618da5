//! What was queued for long without anyone working on it: its message is lost.
//!
//! Since when a row is in line is `updated_at` (of a revision, `received_at`); when upkeep last
//! queued it again is `queued_at`. Taking a row sets that, so two upkeeps never queue one twice.

use schemas::FilingId;
use serde_json::{Value, json};

use super::engine::{StoreError, sql};
use super::{NoticeRow, Tx};
use crate::delivery::Delivery;
use crate::trace::Trace;

/// How long a message may be on its way before it counts as lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaleAfter {
    /// Milliseconds at first.
    pub ms: i64,
    /// Each time the row is queued again in vain the wait doubles, up to this.
    pub ms_max: i64,
}

impl Tx {
    /// Upkeep: deliveries that are due and whose message must be lost, for this process to queue
    /// again.
    pub async fn take_stale_deliveries(
        &mut self,
        after: StaleAfter,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let args = self.stale(after, limit);
        super::reads::deliveries(self.read(sql!("stale_deliveries"), &args).await?)
    }

    /// The same of revisions that are not planned: filing, number and trace.
    pub async fn take_stale_revisions(
        &mut self,
        after: StaleAfter,
        limit: usize,
    ) -> Result<Vec<(FilingId, i32, Option<Trace>)>, StoreError> {
        let args = self.stale(after, limit);
        self.read(sql!("stale_revisions"), &args).await
    }

    /// The same of notices that are due.
    pub async fn take_stale_notices(
        &mut self,
        after: StaleAfter,
        limit: usize,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let args = self.stale(after, limit);
        self.read(sql!("stale_notices"), &args).await
    }

    fn stale(&self, after: StaleAfter, limit: usize) -> Value {
        let now = self.clock.now_ms();
        json!({"now": now, "before": now - after.ms, "stale_max": after.ms_max, "limit": limit})
    }
}

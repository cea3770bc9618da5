//! Requeue: what the broker has forgotten is written to the outbox again.
//!
//! A broker may lose what it has confirmed: its disk was replaced, its queues were deleted. The
//! store knows what is in line and since when; what is there for too long is queued again. A
//! message that was not lost after all comes twice, and the second finds nothing to do.

use schemas::message::FilingSubmitted;

use super::Upkeep;
use crate::broker::topology::{FILING_SUBMITTED, WORK};
use crate::notices;
use crate::store::StaleAfter;
use crate::work::enqueue_due;

impl Upkeep {
    /// One bounded batch of each kind. Tells how many rows it queued again at most in one kind.
    pub(super) async fn requeue_stale(&self) -> anyhow::Result<usize> {
        // What cannot be published now is not lost: it stands in the outbox.
        if !self.ctx.broker.takes_messages() {
            return Ok(0);
        }
        let settings = &self.ctx.config.upkeep;
        let after = StaleAfter { ms: settings.stale_ms, ms_max: settings.stale_ms_max };
        let limit = settings.batch_max;
        let mut tx = self.ctx.store.begin().await?;
        let deliveries = tx.take_stale_deliveries(after, limit).await?;
        for delivery in &deliveries {
            enqueue_due(&mut tx, delivery)?;
        }
        let revisions = tx.take_stale_revisions(after, limit).await?;
        for (filing_id, revision, trace) in &revisions {
            let trace = trace.map(String::from);
            let message = FilingSubmitted { filing_id: *filing_id, revision: *revision, trace };
            tx.enqueue(WORK, FILING_SUBMITTED, &message)?;
        }
        let notices = tx.take_stale_notices(after, limit).await?;
        for notice in &notices {
            notices::enqueue(&mut tx, notice)?;
        }
        let counts = [
            ("delivery", deliveries.len()),
            ("filing", revisions.len()),
            ("notice", notices.len()),
        ];
        let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
        if most > 0 {
            tx.commit().await?;
            let [(_, deliveries), (_, filings), (_, notices)] = counts;
            tracing::warn!(deliveries, filings, notices, "work without a message is queued again");
            for (what, count) in counts {
                self.ctx.metrics.requeued(what, count);
            }
        }
        Ok(most)
    }
}

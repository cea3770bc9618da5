//! Months: partitions of the months ahead are made in time, and rows without one are told of.
//!
//! Writes no rows, but for those that came before their partition, which move there
//! (`store/months.rs`). What fails is tried again at the next look: months are made long before
//! they are needed, and without one a row is still kept.

use crate::context::Context;

/// Makes what is missing and tells what is wrong.
pub(super) async fn make(ctx: &Context) {
    let done = match ctx.store.make_months(ctx.config.retention.months_ahead).await {
        Ok(done) => done,
        Err(error) => {
            tracing::warn!(%error, "no partitions of months were made; the next look goes on");
            return;
        }
    };
    if !done.made.is_empty() {
        tracing::info!(made = ?done.made, moved = done.moved, "partitions of months were made");
    }
    if !done.strays.is_empty() {
        tracing::error!(
            rows = ?done.strays,
            "rows belong to no month that there is: a clock is far ahead; see deploy/README.md"
        );
    }
    let strays = done.strays.iter().map(|(_, rows)| rows).sum();
    ctx.metrics.set_backlog("without_month", strays);
}

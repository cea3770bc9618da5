//! Followers: corrections and withdrawals that wait for the try of the revision before them.
//!
//! Couriers hold them when they claim. They go when that try has been recorded, or its lease has
//! ended; upkeep looks again for those whose release was cut short.

use std::collections::BTreeSet;

use schemas::AuthorityId;

use crate::context::Context;
use crate::delivery::{Delivery, Event, Review};
use crate::store::{NewEvent, Tx};

/// The authorities for which followers may wait behind these deliveries: only what was withdrawn
/// while it was under way has any.
pub fn authorities_behind(deliveries: &[Delivery]) -> BTreeSet<AuthorityId> {
    let withdrawn = deliveries.iter().filter(|d| d.review == Review::Withdrawn);
    withdrawn.map(|d| d.authority).collect()
}

/// Lets go what waits for nothing any more, as this unit of work sees it. Gives the events, to be
/// appended with others.
pub async fn release(
    ctx: &Context,
    tx: &mut Tx,
    authorities: &BTreeSet<AuthorityId>,
) -> anyhow::Result<Vec<NewEvent>> {
    let now = ctx.clock.now_ms();
    let mut events = Vec::new();
    for authority in authorities {
        let limit = ctx.config.upkeep.batch_max;
        let mut followers = tx.behind_predecessors(*authority, limit).await?;
        for follower in &mut followers {
            follower.apply(Event::Release { at: now }, now)?;
            events.push(NewEvent::about(follower, "delivery.released"));
        }
        tx.save_deliveries(&followers).await?;
    }
    Ok(events)
}

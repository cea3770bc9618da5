//! Redrive: what staff start anew together (`operate/redrive.rs`) goes on, one redrive after the
//! other and at a pace. Which is next, and when, is in the store: a restart loses nothing, and of
//! two processes one takes what is next while the other waits for its lock.

use std::collections::HashMap;

use schemas::DeliveryId;
use serde_json::json;

use super::Upkeep;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::store::{
    ItemState, NewEvent, RedriveItemRow, RedriveRow, RedriveState, StaffAct, StoreError, Tx,
};
use crate::work::start_anew;

impl Upkeep {
    /// Starts what is next, if its time has come. Tells how many deliveries it looked at.
    pub(super) async fn redrive(&self) -> anyhow::Result<usize> {
        let ctx = &self.ctx;
        let now = ctx.clock.now_ms();
        let is_due = |row: &RedriveRow| row.next_at.is_some_and(|at| at <= now);
        let Some(seen) = ctx.store.running_redrive().await?.filter(is_due) else { return Ok(0) };
        let mut tx = ctx.store.begin().await?;
        // Another process may have gone on with it meanwhile, or somebody ended it.
        let Some(mut row) = tx.lock_redrive(seen.id).await?.filter(is_due) else { return Ok(0) };
        let (count, next_at) = pace(row.next_at.unwrap_or(now), now, &ctx.config);
        let mut items = tx.left_in_redrive(row.id, count).await?;
        let (started, events) = start_all(&mut tx, &mut items, now).await?;
        let count = items.len();
        let moved = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        row.done += moved(started.len());
        row.skipped += moved(count - started.len());
        row.next_at = Some(next_at);
        if row.left() <= 0 || count == 0 {
            row.state = RedriveState::Finished;
            row.ended_at = Some(now);
            row.next_at = None;
        }
        tx.append(&events).await?;
        tx.save_deliveries(&started).await?;
        tx.save_redrive_items(&items).await?;
        tx.save_redrive(&row).await?;
        if row.state == RedriveState::Finished {
            record_end(&mut tx, &row).await?;
        }
        tx.commit().await?;
        ctx.metrics.redriven("started", started.len());
        ctx.metrics.redriven("skipped", count - started.len());
        Ok(count)
    }

    /// Previews that nobody started go, and what ended long ago.
    pub(super) async fn end_redrives(&self) -> anyhow::Result<()> {
        let (now, settings) = (self.ctx.clock.now_ms(), &self.ctx.config.operations);
        let made_before = now - settings.redrive_preview_hours * 3_600_000;
        let ended_before = now - settings.redrive_keep_days * 86_400_000;
        let mut tx = self.ctx.store.begin().await?;
        let limit = self.ctx.config.upkeep.batch_max;
        tx.delete_old_redrives((made_before, ended_before), limit).await?;
        Ok(tx.commit().await?)
    }
}

/// Starts what is as it was when it was chosen; passes over the rest, and says as what it was
/// found. Gives the deliveries that were started, to be saved, and their events.
async fn start_all(
    tx: &mut Tx,
    items: &mut [RedriveItemRow],
    now: i64,
) -> anyhow::Result<(Vec<Delivery>, Vec<NewEvent>)> {
    let ids: Vec<DeliveryId> = items.iter().map(|item| item.delivery_id).collect();
    let deliveries = tx.lock_deliveries(&ids).await?;
    let mut deliveries: HashMap<DeliveryId, Delivery> =
        deliveries.into_iter().map(|delivery| (delivery.id, delivery)).collect();
    let (mut started, mut events) = (Vec::new(), Vec::new());
    for item in items {
        let found = match deliveries.remove(&item.delivery_id) {
            None => "gone".to_owned(),
            Some(mut delivery) => match changed(&delivery, item) {
                Some(found) => found,
                None => match start_anew(tx, &mut delivery, now)? {
                    Ok(event) => {
                        item.state = ItemState::Done;
                        events.push(event);
                        started.push(delivery);
                        continue;
                    }
                    Err(refusal) => refusal.state.to_owned(),
                },
            },
        };
        item.state = ItemState::Skipped;
        item.found = Some(found);
    }
    Ok((started, events))
}

/// What a delivery has become since it was chosen: another state, or another cause.
fn changed(delivery: &Delivery, item: &RedriveItemRow) -> Option<String> {
    match delivery.state.why() {
        None => Some(delivery.state.as_str().to_owned()),
        Some(why) => (why.code != item.cause).then(|| why.code.clone()),
    }
}

/// How many may go now, and when the next may: one each so many milliseconds. What was missed
/// while nobody looked is not made up for, or a restart would send all of it at once.
fn pace(next_at: i64, now: i64, config: &Config) -> (usize, i64) {
    let spacing = (60_000 / config.operations.redrive_per_minute.max(1)).max(1);
    let interval = i64::try_from(config.upkeep.interval_ms).unwrap_or(i64::MAX / 4);
    let begin = next_at.max(now - 2 * interval);
    let most = i64::try_from(config.upkeep.batch_max).unwrap_or(i64::MAX).max(1);
    let count = (1 + (now - begin) / spacing).min(most);
    (usize::try_from(count).unwrap_or(1), begin + count * spacing)
}

/// The hub itself says when the last is done, with the reason for which it was started.
async fn record_end(tx: &mut Tx, row: &RedriveRow) -> Result<(), StoreError> {
    tx.record(StaffAct {
        person: "hub",
        name: "Todoke",
        what: "redrive.finish",
        subject: format!("redrive:{}", row.id),
        why: &row.why,
        was: json!({"state": RedriveState::Running}),
        became: json!({"state": row.state, "started": row.done, "skipped": row.skipped}),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(per_minute: i64, next_at: i64, now: i64) -> (usize, i64) {
        let mut config = Config::defaults().expect("the defaults");
        config.operations.redrive_per_minute = per_minute;
        pace(next_at, now, &config)
    }

    #[test]
    fn the_pace_is_kept_and_not_made_up_for() {
        assert_eq!(at(60, 50_000, 50_000), (1, 51_000));
        assert_eq!(at(60, 51_000, 52_100), (2, 53_000), "one at 51 s, one at 52 s");
        assert_eq!(at(60, 51_000, 999_000), (3, 1_000_000), "nobody looked for long");
        assert_eq!(at(30_000, 50_000, 50_999), (500, 51_000));
        assert_eq!(at(90_000_000, 50_000, 52_000), (500, 50_500), "a batch at most");
        assert_eq!(at(0, 50_000, 50_000), (1, 110_000));
    }
}

//! What comes and arrives in each hour (`hour_counts`), written with the commit that records it: a
//! page adds up few small rows, however many filings there are.
//!
//! Each process adds to rows of its own (a slot), as the last thing before a commit: so commits do
//! not wait for each other, and two that do never wait in a circle.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use schemas::Channel;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::months::ms_of;
use super::{Store, Tx};
use crate::delivery::{Delivery, State};

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// Rows of a process: those of two are seldom the same.
const SLOTS: u64 = 64;

/// What filings are counted as.
pub const FILINGS: &str = "filings";

/// Rows for this process. What they hold is added up, so nothing that is seen hangs on which.
pub(super) fn slot() -> i32 {
    i32::try_from(RandomState::new().hash_one(()) % SLOTS).unwrap_or_default()
}

/// What a commit adds: by hour and what happened.
pub(super) type Added = BTreeMap<(i64, String), i64>;

/// Milliseconds that a delivery of each sort takes at most; the last sort has no end.
pub const BOUNDS_MS: [i64; 18] = [
    250,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    30_000,
    60_000,
    300_000,
    900_000,
    1_800_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    259_200_000,
    864_000_000,
];

/// How often something happened in an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourCount {
    /// Milliseconds at which the hour began.
    pub hour: i64,
    /// What happened: [`FILINGS`] came, or deliveries arrived.
    pub what: String,
    /// How often.
    pub count: i64,
}

/// Deliveries by how long they took, one count for each of [`BOUNDS_MS`], and one beyond.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Speeds([i64; BOUNDS_MS.len() + 1]);

impl Store {
    /// What happened from an hour on, all processes together.
    pub async fn hour_counts(&self, since: i64) -> Result<Vec<HourCount>, StoreError> {
        self.read(sql!("hour_counts"), &since).await
    }
}

impl Tx {
    /// Intake: so many filings came.
    pub fn count_filings(&mut self, count: usize) {
        let hour = hour_of(self.clock.now_ms());
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        *self.hours.entry((hour, FILINGS.to_owned())).or_default() += count;
    }

    /// A delivery arrived in this unit of work.
    pub fn count_arrival(&mut self, delivery: &Delivery) {
        let State::Delivered { at } = delivery.state else { return };
        if delivery.is_test() {
            return;
        }
        // A filing's id begins with its receipt; later revisions count from their plan on.
        let from = match delivery.revision {
            1 => ms_of(delivery.filing_id.0),
            _ => delivery.created_at,
        };
        let channel = delivery.channel.map_or("none", Channel::as_str);
        let what = format!("{channel}:{}", sort_of(at - from));
        *self.hours.entry((hour_of(at), what)).or_default() += 1;
    }

    /// The last statement of a commit.
    pub(super) async fn add_hours(&mut self) -> Result<(), StoreError> {
        let added = std::mem::take(&mut self.hours);
        let slot = self.slot;
        let rows: Vec<_> = added
            .iter()
            .map(|((hour, what), count)| {
                json!({"hour": hour, "what": what, "slot": slot, "count": count})
            })
            .collect();
        if rows.is_empty() {
            Ok(())
        } else {
            self.run(sql!("add_hour_counts"), &rows).await.map(drop)
        }
    }

    /// Upkeep: forgets hours before a moment.
    pub async fn delete_hour_counts(&mut self, before: i64) -> Result<(), StoreError> {
        self.run(sql!("delete_hour_counts"), &before).await.map(drop)
    }
}

impl HourCount {
    /// Over which channel deliveries arrived, and of which sort they were; none of what is no
    /// delivery. Deliveries without a channel were given by hand.
    pub fn arrivals(&self) -> Option<(Option<Channel>, usize)> {
        let (channel, sort) = self.what.split_once(':')?;
        Some((channel.parse().ok(), sort.parse().ok()?))
    }
}

/// The hour of a moment.
pub fn hour_of(ms: i64) -> i64 {
    ms - ms.rem_euclid(HOUR_MS)
}

/// The place among [`BOUNDS_MS`] of a delivery that took so long.
fn sort_of(ms: i64) -> usize {
    BOUNDS_MS.partition_point(|bound| *bound < ms)
}

impl Speeds {
    /// Adds deliveries of a sort.
    pub fn add(&mut self, sort: usize, count: i64) {
        if let Some(known) = self.0.get_mut(sort) {
            *known += count;
        }
    }

    /// How many.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// Milliseconds within which this share of them arrived, from 0 to 1, to the next of
    /// [`BOUNDS_MS`]; none when there are none, or it took longer than any bound.
    pub fn within(&self, share: f64) -> Option<i64> {
        #[expect(clippy::cast_precision_loss, reason = "counts of a day")]
        let wanted = self.total() as f64 * share;
        let mut so_far = 0;
        for (count, bound) in self.0.iter().zip(BOUNDS_MS) {
            so_far += count;
            #[expect(clippy::cast_precision_loss, reason = "counts of a day")]
            if so_far > 0 && so_far as f64 >= wanted {
                return Some(bound);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_of_the_first_sort_that_holds_it() {
        for (ms, sort) in
            [(-5, 0), (0, 0), (250, 0), (251, 1), (864_000_000, 17), (864_000_001, 18)]
        {
            assert_eq!(sort_of(ms), sort, "{ms}");
        }
    }

    #[test]
    fn a_share_is_told_by_the_bound_within_which_it_arrived() {
        let mut speeds = Speeds::default();
        assert_eq!((speeds.total(), speeds.within(0.5)), (0, None));
        speeds.add(2, 95);
        speeds.add(7, 4);
        speeds.add(18, 1);
        speeds.add(99, 7);
        assert_eq!(speeds.total(), 100);
        let shares = [0.5, 0.95, 0.99, 1.0].map(|share| speeds.within(share));
        assert_eq!(shares, [Some(1_000), Some(1_000), Some(60_000), None]);
    }
}

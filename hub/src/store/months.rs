//! Partitions by month, on the engine that has them: `events` by filing, `attempts` by delivery.
//!
//! Ids begin with the time, so a month is a range of ids. Upkeep makes the months ahead; a row that
//! comes without one, from a clock that is wrong or when upkeep did not run for months, is kept in
//! a partition of its own, told of, and moved to its month when that is made.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use super::Store;
use super::engine::StoreError;

/// What became of the months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Months {
    /// Partitions that were made, by name.
    pub made: Vec<String>,
    /// Rows that had no partition and have one now.
    pub moved: u64,
    /// Tables with rows that have none, and how many.
    pub strays: Vec<(&'static str, i64)>,
}

impl Store {
    /// Upkeep: makes the partitions of this month and of so many months ahead.
    pub async fn make_months(&self, ahead: u32) -> Result<Months, StoreError> {
        self.engine.make_months(self.clock.now_ms(), ahead).await
    }

    /// Tables with rows for which there is no month, and how many.
    pub async fn strays(&self) -> Result<Vec<(&'static str, i64)>, StoreError> {
        self.engine.strays().await
    }
}

/// One partition, and which ids it takes, by their times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its table's name.
    pub name: String,
    /// The first; none: from the beginning.
    pub from: Option<i64>,
    /// The first that it does not take; none of the default partition.
    pub to: Option<i64>,
}

impl Part {
    /// Whether all of a month lies in it.
    pub(super) fn takes(&self, month: Month) -> bool {
        self.from.is_none_or(|from| from <= month.start_ms())
            && self.to.is_some_and(|to| to >= month.next().start_ms())
    }

    /// The id before its first, and the first behind its last.
    pub(super) fn ids(&self) -> (Uuid, Uuid) {
        let from = first_id(self.from.unwrap_or_default()).as_u128().saturating_sub(1);
        (Uuid::from_u128(from), self.to.map_or(Uuid::max(), first_id))
    }
}

/// A month, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(Date);

impl Month {
    /// The month of a time in milliseconds.
    pub(super) fn of(ms: i64) -> Self {
        let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        Self(time.to_zoned(TimeZone::UTC).date().first_of_month())
    }

    /// The one after it.
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// Its first millisecond.
    pub(super) fn start_ms(self) -> i64 {
        let start = self.0.to_zoned(TimeZone::UTC);
        start.map_or(0, |start| start.timestamp().as_millisecond())
    }

    /// `2026_04`
    pub(super) fn name(self) -> String {
        format!("{:04}_{:02}", self.0.year(), self.0.month())
    }
}

/// The lowest id of a millisecond.
pub(super) fn first_id(ms: i64) -> Uuid {
    Uuid::from_u128(u128::try_from(ms.max(0)).unwrap_or_default() << 80)
}

/// The millisecond of an id.
pub(super) fn ms_of(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_their_ids_do() {
        let last = "2026-12-31T23:59:59.999Z".parse::<Timestamp>().expect("a time");
        let month = Month::of(last.as_millisecond());
        assert_eq!(month.name(), "2026_12");
        assert_eq!(month.next().name(), "2027_01");
        assert_eq!(month.next().start_ms(), last.as_millisecond() + 1);
        let id = first_id(month.start_ms());
        assert_eq!(id.to_string(), "01a22ee6-b000-0000-0000-000000000000".to_owned());
        assert_eq!(ms_of(id), month.start_ms());
    }
}

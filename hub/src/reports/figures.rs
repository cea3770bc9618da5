//! The figures of a month: counts, and spreads of how long things took.
//!
//! A spread counts by fixed bounds, so that two of them add up and a share of all can be read from
//! the sum: no value is kept, and none is needed. The rows in the store hold counts by place:
//! bounds are never changed, only added under another name.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemas::deadline::Calendar;
use serde::{Deserialize, Serialize};

/// Bounds in minutes: from the receipt to the arrival.
pub const MINUTES: &[i64] = &[1, 5, 15, 60, 180, 720, 1_440, 2_880, 4_320, 7_200, 14_400];

/// Bounds in business days: until it was opened, until it was decided on.
pub const DAYS: &[i64] = &[0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120];

/// Reasons of returns that one row tells apart at most.
const REASONS_MAX: usize = 60;

/// A return that marks no place: its comment alone says why.
pub const UNMARKED: &str = "";

/// Reasons beyond those that a row tells apart.
pub const OTHERS: &str = "…";

/// How long something took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub count: i64,
    /// The sum of all, in the unit of the bounds.
    pub sum: i64,
    /// How many were within each bound and not within the one before; the last is beyond all.
    counts: Vec<i64>,
}

/// Within which bound a share of all was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantile {
    /// Within this many.
    Within(i64),
    /// Longer than this, the last bound.
    Beyond(i64),
}

impl Spread {
    /// Counts one on; what is below nothing, since clocks differ, took no time.
    pub fn add(&mut self, value: i64, bounds: &[i64]) {
        let value = value.max(0);
        let place = bounds.partition_point(|bound| *bound < value);
        self.counts.resize(self.counts.len().max(bounds.len() + 1), 0);
        self.counts[place] += 1;
        self.count += 1;
        self.sum += value;
    }

    /// Adds another of the same bounds.
    pub fn merge(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.count += other.count;
        self.sum += other.sum;
    }

    /// Within which bound so many percent were; none when there is nothing.
    pub fn quantile(&self, percent: i64, bounds: &[i64]) -> Option<Quantile> {
        let rank = (self.count * percent + 99) / 100;
        let mut seen = 0;
        let place = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank.max(1)
        })?;
        let last = bounds.last().copied().unwrap_or_default();
        Some(bounds.get(place).map_or(Quantile::Beyond(last), |bound| Quantile::Within(*bound)))
    }
}

/// What is counted of the deliveries of a month: each is one revision to one authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// First submissions.
    pub filings: i64,
    /// Corrections.
    pub corrections: i64,
    /// Withdrawals.
    pub withdrawals: i64,
    /// First submissions by the last day of every rule that sets one.
    pub in_time: i64,
    /// First submissions after the last day of a rule.
    pub late: i64,
    /// Those that arrived.
    pub delivered: i64,
    /// 受付完了.
    pub accepted: i64,
    /// 差戻し.
    pub returned: i64,
    /// Those that may still change: on their way, held, failed, or not decided on.
    pub unfinished: i64,
    /// Tries that arrived, or that the endpoint or the way to it let down.
    pub tries: i64,
    /// Of these, those that did not arrive.
    pub failed_tries: i64,
    /// Minutes from the receipt to the arrival; not of what is fetched.
    pub to_deliver: Spread,
    /// Business days from the arrival until somebody opened it.
    pub to_open: Spread,
    /// Business days from the receipt to the decision.
    pub to_decide: Spread,
    /// Places that returns mark, by form and field, and how many returns mark each.
    pub reasons: BTreeMap<String, i64>,
}

impl Figures {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.filings += other.filings;
        self.corrections += other.corrections;
        self.withdrawals += other.withdrawals;
        self.in_time += other.in_time;
        self.late += other.late;
        self.delivered += other.delivered;
        self.accepted += other.accepted;
        self.returned += other.returned;
        self.unfinished += other.unfinished;
        self.tries += other.tries;
        self.failed_tries += other.failed_tries;
        self.to_deliver.merge(&other.to_deliver);
        self.to_open.merge(&other.to_open);
        self.to_decide.merge(&other.to_decide);
        for (reason, count) in &other.reasons {
            self.count_reason(reason, *count);
        }
    }

    /// A return for this reason, so many times.
    pub fn count_reason(&mut self, reason: &str, count: i64) {
        let is_known = self.reasons.contains_key(reason);
        let reason = if is_known || self.reasons.len() < REASONS_MAX { reason } else { OTHERS };
        *self.reasons.entry(reason.to_owned()).or_default() += count;
    }

    /// Reasons, the most frequent first.
    pub fn top_reasons(&self) -> Vec<(&str, i64)> {
        let mut all: Vec<_> =
            self.reasons.iter().map(|(it, count)| (it.as_str(), *count)).collect();
        all.sort_by_key(|(_, count)| -count);
        all
    }

    /// Tries that arrived, in tenths of a percent; none without tries.
    pub fn availability_per_mille(&self) -> Option<i64> {
        (self.tries > 0).then(|| (self.tries - self.failed_tries) * 1_000 / self.tries)
    }
}

/// Business days from one day to another: the days on which offices are open behind the first, up
/// to the second. The same day is 0, and a weekend costs nothing.
pub fn business_days(calendar: &Calendar, from: Date, to: Date) -> i64 {
    let days = std::iter::successors(Some(to), |day| day.yesterday().ok());
    let open = days.take_while(|day| *day > from).filter(|day| calendar.is_open(*day)).count();
    i64::try_from(open).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use schemas::Catalogue;

    use super::*;

    #[test]
    fn a_share_is_read_from_what_was_counted() {
        let mut spread = Spread::default();
        assert_eq!(spread.quantile(50, DAYS), None);
        for value in [-1, 0, 1, 4, 5] {
            spread.add(value, DAYS);
        }
        let mut other = Spread::default();
        for value in [6, 121, 200, 200, 200] {
            other.add(value, DAYS);
        }
        assert_eq!(spread.quantile(50, DAYS), Some(Quantile::Within(1)));
        assert_eq!(spread.quantile(100, DAYS), Some(Quantile::Within(5)));
        spread.merge(&other);
        assert_eq!((spread.count, spread.sum), (10, 737));
        assert_eq!(spread.quantile(50, DAYS), Some(Quantile::Within(5)));
        assert_eq!(spread.quantile(60, DAYS), Some(Quantile::Within(7)));
        assert_eq!(spread.quantile(95, DAYS), Some(Quantile::Beyond(120)));
    }

    #[test]
    fn figures_add_up_and_come_back() {
        let mut one = Figures { filings: 2, tries: 3, failed_tries: 1, ..Figures::default() };
        one.to_open.add(3, DAYS);
        one.count_reason("s1-change/contact/name", 2);
        let text = serde_json::to_string(&one).expect("a text");
        let mut sum: Figures = serde_json::from_str(&text).expect("figures");
        assert_eq!(sum, one);
        sum.merge(&one);
        assert_eq!((sum.filings, sum.to_open.count), (4, 2));
        assert_eq!(sum.availability_per_mille(), Some(666));
        assert_eq!(sum.top_reasons(), [("s1-change/contact/name", 4)]);
        // What a later build counts besides is left alone by this one.
        let known: Figures = serde_json::from_str(r#"{"filings": 1, "new": {}}"#).expect("figures");
        assert_eq!(known.filings, 1);
        for number in 0..2 * REASONS_MAX {
            sum.count_reason(&format!("form/{number}"), 1);
        }
        assert!(sum.reasons.len() <= REASONS_MAX + 1, "{}", sum.reasons.len());
    }

    #[test]
    fn weekends_and_holidays_cost_nothing() {
        let catalogue = Catalogue::embedded().expect("a catalogue");
        let calendar = catalogue.deadlines().calendar();
        // 2026-07-20 is a Monday and 海の日.
        for (from, to, days) in [
            (date(2026, 7, 17), date(2026, 7, 17), 0),
            (date(2026, 7, 17), date(2026, 7, 20), 0),
            (date(2026, 7, 17), date(2026, 7, 21), 1),
            (date(2026, 7, 18), date(2026, 7, 24), 4),
            (date(2026, 7, 24), date(2026, 7, 17), 0),
        ] {
            assert_eq!(business_days(calendar, from, to), days, "{from} {to}");
        }
    }
}

//! A month of Japan's calendar, written `2026-07`.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::context::{day_in_japan, end_in_japan};

/// One month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month of a time in milliseconds.
    pub fn of(ms: i64) -> Self {
        Self(day_in_japan(ms).first_of_month())
    }

    /// So many months before.
    #[must_use]
    pub fn before(self, months: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(months).months()))
    }

    /// Its first millisecond, and the first that is behind it.
    pub fn span_ms(self) -> (i64, i64) {
        let end_before = |day: Date| day.yesterday().ok().and_then(end_in_japan);
        let next = self.0.saturating_add(1.month());
        (end_before(self.0).unwrap_or_default(), end_before(next).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = (text.len() == 7).then(|| format!("{text}-01").parse::<Date>().ok()).flatten();
        day.map(Self).ok_or_else(|| {
            let given: String = text.chars().take(20).collect();
            format!("{given:?} is no month; write it like 2026-07")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_japan() {
        let ms = |text: &str| text.parse::<jiff::Timestamp>().expect("a time").as_millisecond();
        let month: Month = "2026-12".parse().expect("a month");
        let (from, to) = month.span_ms();
        assert_eq!((from, to), (ms("2026-11-30T15:00:00Z"), ms("2026-12-31T15:00:00Z")));
        assert_eq!((Month::of(from), Month::of(from - 1)), (month, month.before(1)));
        assert_eq!(Month::of(to).to_string(), "2027-01");
        assert_eq!(Month::of(to).before(25).to_string(), "2024-12");
        for text in ["", "2026", "2026-13", "2026-1", "2026-07-01", "20x6-07"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}

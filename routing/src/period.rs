//! From when to when a row of the master holds; both days are included.

use jiff::civil::Date;

use crate::table::{Noted, Row};

/// The days on which a row holds; an open end has no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl Period {
    /// Whether the row holds on `date`.
    pub fn contains(&self, date: Date) -> bool {
        !self.is_before(date) && !self.is_after(date)
    }

    /// Whether the row had ended by `date`.
    pub fn is_before(&self, date: Date) -> bool {
        self.to.is_some_and(|to| to < date)
    }

    /// Whether the row had not begun on `date`.
    pub fn is_after(&self, date: Date) -> bool {
        self.from.is_some_and(|from| date < from)
    }

    /// Whether some day lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let ends_early = |a: &Self, b: &Self| b.from.is_some_and(|from| a.is_before(from));
        !ends_early(self, other) && !ends_early(other, self)
    }

    pub(crate) fn parse(row: &mut Row<'_>) -> Result<Self, Noted> {
        let (from, to) = (row.maybe("valid_from"), row.maybe("valid_to"));
        let period = Self { from: from?, to: to? };
        if let (Some(from), Some(to)) = (period.from, period.to)
            && to < from
        {
            let en = format!("the last day {to} is before the first day {from}");
            let ja = format!("最終日 {to} が、開始日 {from} より前です");
            return Err(row.fault_told("valid_to", (ja, en)));
        }
        Ok(period)
    }
}

//! 開庁日: the days on which an authority's offices are open.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use super::rule::ClosedDay;

/// Closed days in a row at most; a calendar that has more is broken.
const CLOSED_MAX: usize = 40;

/// `calendar.json`.
#[derive(Debug, Deserialize)]
pub struct CalendarFile {
    years: [i16; 2],
    closed_every_year: Recess,
    holidays: BTreeMap<Date, String>,
}

#[derive(Debug, Deserialize)]
struct Recess {
    from: String,
    to: String,
}

impl CalendarFile {
    /// The calendar.
    pub fn read(self) -> Result<Calendar, String> {
        let [first, last] = self.years;
        let strange = self.holidays.keys().find(|day| !(first..=last).contains(&day.year()));
        if let Some(day) = strange {
            return Err(format!("{day} lies outside the years {first} to {last}"));
        }
        let recess =
            (month_day(&self.closed_every_year.from)?, month_day(&self.closed_every_year.to)?);
        Ok(Calendar { years: (first, last), recess, holidays: self.holidays })
    }
}

fn month_day(text: &str) -> Result<(i8, i8), String> {
    let parts = text.split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
    parts.ok_or_else(|| format!("{text:?} is no day of the year; write it as 12-29"))
}

/// Weekends, holidays and the turn of the year.
#[derive(Debug)]
pub struct Calendar {
    years: (i16, i16),
    recess: ((i8, i8), (i8, i8)),
    holidays: BTreeMap<Date, String>,
}

impl Calendar {
    /// Whether the holidays of that day's year are known.
    pub fn covers(&self, day: Date) -> bool {
        (self.years.0..=self.years.1).contains(&day.year())
    }

    /// Why offices are closed on a day; none when they are open.
    pub fn closed(&self, day: Date) -> Option<&str> {
        if let Some(name) = self.holidays.get(&day) {
            return Some(name);
        }
        let (from, to) = self.recess;
        let at = (day.month(), day.day());
        if at >= from || at <= to {
            return Some("年末年始");
        }
        match day.weekday() {
            Weekday::Saturday => Some("土曜日"),
            Weekday::Sunday => Some("日曜日"),
            Weekday::Monday
            | Weekday::Tuesday
            | Weekday::Wednesday
            | Weekday::Thursday
            | Weekday::Friday => None,
        }
    }

    /// Whether offices are open.
    pub fn is_open(&self, day: Date) -> bool {
        self.closed(day).is_none()
    }

    /// Where a deadline on this day falls.
    pub fn moved(&self, day: Date, rule: ClosedDay) -> Date {
        let step = match rule {
            ClosedDay::AsIs => return day,
            ClosedDay::PreviousOpen => -1,
            ClosedDay::NextOpen => 1,
        };
        let days = std::iter::successors(Some(day), |day| day.checked_add(step.days()).ok());
        days.take(CLOSED_MAX).find(|day| self.is_open(*day)).unwrap_or(day)
    }
}

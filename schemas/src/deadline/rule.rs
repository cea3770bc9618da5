//! The rules as their files say them: `forms/deadlines….json`.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{AuthorityId, FilingKind, ServiceCode};

/// What happens to a last day on which offices are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedDay {
    /// It stays: electronic filing works on closed days.
    #[default]
    AsIs,
    /// The open day before is the last.
    PreviousOpen,
    /// The open day after is the last.
    NextOpen,
}

/// Which submission must be in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// The first, even when it was returned and corrected later.
    #[default]
    First,
    /// The complete one: the last revision.
    Complete,
}

/// From when an add-on counts, by the day of the month on which it was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The last day of the month that is early.
    pub by_day: i8,
    /// Months until it counts, filed by then.
    pub months: i32,
    /// Months until it counts, filed later.
    pub months_late: i32,
}

/// How the last day follows from the day of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// Days after the event; the day of the event itself does not count.
    DaysAfter(i32),
    /// Days before the event.
    DaysBefore(i32),
    /// Months before the event.
    MonthsBefore(i32),
    /// The last day of the month so many months before the event's.
    EndOfMonthBefore(i32),
    /// An add-on: the month from which it is wanted decides.
    Effect(Effect),
    /// At once; no day is set.
    AtOnce(bool),
    /// Together with the application for designation.
    WithApplication(bool),
    /// It counts from the day of receipt.
    FromReceipt(bool),
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) title_en: String,
    pub(super) kinds: Vec<FilingKind>,
    services: Vec<String>,
    #[serde(skip)]
    pub(super) codes: Vec<ServiceCode>,
    /// Only for add-on notices in this direction.
    #[serde(default)]
    pub(super) direction: Option<String>,
    /// Only when every add-on named is one of these.
    #[serde(default)]
    pub(super) words: Vec<String>,
    pub(super) due: Due,
    #[serde(default)]
    pub(super) closed_day: ClosedDay,
    #[serde(default)]
    pub(super) counted: Counted,
    pub(super) source: String,
    pub(super) sure: String,
}

/// What an authority does otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Override {
    pub(super) authority: AuthorityId,
    pub(super) name: String,
    pub(super) kinds: Vec<FilingKind>,
    /// Only for these services; empty: all.
    #[serde(default)]
    services: Vec<String>,
    #[serde(skip)]
    pub(super) codes: Vec<ServiceCode>,
    #[serde(default)]
    pub(super) due: Option<Due>,
    #[serde(default)]
    pub(super) closed_day: Option<ClosedDay>,
    #[serde(default)]
    pub(super) counted: Option<Counted>,
    /// Days on which this authority is closed beside the calendar's.
    #[serde(default)]
    pub(super) closed_days: Vec<Date>,
    pub(super) source: String,
    pub(super) sure: String,
}

/// One file of rules.
#[derive(Debug, Default, Deserialize)]
pub struct DeadlineFile {
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
    #[serde(default)]
    pub(super) authorities: Vec<Override>,
}

impl DeadlineFile {
    /// Turns the services' names into codes.
    pub fn resolve(
        &mut self,
        codes: impl Fn(&[String]) -> Result<Vec<ServiceCode>, String>,
    ) -> Result<(), String> {
        for rule in &mut self.rules {
            rule.codes = codes(&rule.services)?;
        }
        for own in &mut self.authorities {
            own.codes = codes(&own.services)?;
        }
        Ok(())
    }

    /// Adds another file's rules after these.
    pub fn append(&mut self, mut other: Self) {
        self.rules.append(&mut other.rules);
        self.authorities.append(&mut other.authorities);
    }
}

impl Effect {
    /// The first day from which a filing of that day counts; `moved` is what becomes of a closed
    /// last day.
    pub(super) fn from(&self, filed: Date, moved: impl Fn(Date) -> Date) -> Date {
        let month = filed.first_of_month();
        let last = moved(self.last_in(month));
        let months = if filed <= last { self.months } else { self.months_late };
        month.saturating_add(months.months())
    }

    /// The last day on which a filing still counts from the month of `event`.
    pub(super) fn due(&self, event: Date, moved: impl Fn(Date) -> Date) -> Date {
        let month = event.first_of_month();
        let early = moved(self.last_in(month.saturating_sub(self.months.months())));
        // Whoever is too late for a month before is in time for this one.
        let late = month.saturating_sub(self.months_late.months()).last_of_month();
        early.max(late)
    }

    fn last_in(&self, month: Date) -> Date {
        month.saturating_add((i32::from(self.by_day) - 1).days())
    }
}

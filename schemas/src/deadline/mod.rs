//! Deadlines: by when a kind of filing must be in, from when it takes effect, and whether it was in
//! time. Pure: the moments are arguments, the rules are data (`forms/deadlines.json`).
//!
//! First submission, each revision and acceptance are kept apart, because authorities differ in
//! which of them counts ("incomplete by the deadline is not received").

mod calendar;
mod judge;
mod rule;

pub use calendar::{Calendar, CalendarFile};
pub use judge::{Judged, Moments, Question, Timeliness};
pub use rule::{ClosedDay, Counted, DeadlineFile, Due, Effect};

use rule::{Override, Rule};

use crate::AuthorityId;

/// All rules, the authorities' own, and the calendar.
#[derive(Debug)]
pub struct Deadlines {
    rules: Vec<Rule>,
    overrides: Vec<Override>,
    calendar: Calendar,
}

impl Deadlines {
    /// From the files that were read.
    pub fn new(file: DeadlineFile, calendar: Calendar) -> Self {
        let DeadlineFile { rules, authorities: overrides } = file;
        Self { rules, overrides, calendar }
    }

    /// The business calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Whether an authority has a rule of its own for anything.
    pub fn has_own_rules(&self, authority: AuthorityId) -> bool {
        self.overrides.iter().any(|own| own.authority == authority)
    }
}

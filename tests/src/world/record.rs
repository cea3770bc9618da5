//! What a world writes down: counts, and a line for each thing that happened.

use std::collections::{BTreeMap, VecDeque};

/// Lines of a trace that are kept; of a longer one, the last.
const LINES_MAX: usize = 20_000;

/// What is counted, in the order in which it is shown.
pub const COUNTED: [&str; 18] = [
    "steps",
    "filings",
    "deliveries",
    "tries",
    "tries in the storm",
    "repeats",
    "far-side faults",
    "crashes",
    "messages",
    "messages lost",
    "messages doubled",
    "messages shuffled",
    "messages refused",
    "messages forgotten",
    "confirmations lost",
    "confirmations late",
    "acknowledgements lost",
    "violations",
];

/// Counts by what is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(pub BTreeMap<&'static str, u64>);

impl Tally {
    /// Counts so many of one kind.
    pub fn add(&mut self, what: &'static str, count: usize) {
        *self.0.entry(what).or_default() += count as u64;
    }

    /// Adds another tally to this one.
    pub fn merge(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}

/// Everything that happened, in order.
#[derive(Debug, Default)]
pub(super) struct Trace(VecDeque<String>);

impl Trace {
    /// Writes down what happened at a time, in milliseconds since the beginning.
    pub(super) fn write(&mut self, at_ms: i64, who: &str, what: &str) {
        if self.0.len() == LINES_MAX {
            self.0.pop_front();
        }
        let (days, rest) = (at_ms / 86_400_000, at_ms % 86_400_000);
        let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
        let (seconds, ms) = (rest / 1_000 % 60, rest % 1_000);
        let time = format!("{days:>2}d {hours:02}:{minutes:02}:{seconds:02}.{ms:03}");
        self.0.push_back(format!("{time}  {who:<12} {what}"));
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.0.into()
    }
}

/// What one seed came to.
#[derive(Debug)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// What there was of what.
    pub tally: Tally,
    /// What must not be; empty when all is well.
    pub violations: Vec<String>,
    /// A line for each thing that happened: time, who, what.
    pub trace: Vec<String>,
}

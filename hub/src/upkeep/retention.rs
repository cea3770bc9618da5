//! Retention: deletes what has had its time, batch by batch.
//!
//! Reads `filings`, `revisions`, `deliveries` and `notices` to tell what is finished; deletes from
//! `events` and `attempts`, and cuts the bodies of answers out of the latter. `store/retention.rs`
//! says why nothing of an unfinished filing can go.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use crate::config::Retention;
use crate::store::{Kept, Mark, Store, StoreError, Term};

/// Tries in one batch whose answers are cut: each may be large.
const ANSWERS_MAX: usize = 100;

/// One look at everything, in bounded steps.
pub struct Pass {
    terms: VecDeque<Term>,
    after: Mark,
    /// Of the table at hand: months that are still to be looked at.
    months: Option<VecDeque<crate::store::Part>>,
    /// What it has come to so far, by kind.
    pub counts: Vec<Count>,
    really: bool,
}

/// What became of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The kind, and until when.
    pub term: Term,
    /// Filings with events, deliveries with tries, or tries with answers, that went.
    pub gone: usize,
    /// Those old enough, but of filings that are not finished or were not quiet.
    pub kept: usize,
    /// Partitions that went as a whole; what was in them is not counted.
    pub months: Vec<String>,
}

impl Pass {
    /// Prepares a look; if it is not really to delete, it only counts.
    pub fn new(settings: &Retention, now: i64, limit: usize, really: bool) -> Self {
        let terms = terms(settings, now, limit);
        let count = |term: &Term| Count { term: *term, gone: 0, kept: 0, months: Vec::new() };
        let counts = terms.iter().map(count).collect();
        Self { terms: terms.into(), after: Mark::default(), months: None, counts, really }
    }

    /// One bounded step. False when there is nothing left to do.
    pub async fn step(&mut self, store: &Store) -> Result<bool, StoreError> {
        let Some(term) = self.terms.front().copied() else { return Ok(false) };
        let at = self.counts.len() - self.terms.len();
        let months = match &mut self.months {
            Some(months) => months,
            None => self.months.insert(store.old_months(&term).await?.into()),
        };
        if let Some(month) = months.pop_front() {
            if store.retire_month(&term, &month, self.really).await? {
                self.counts[at].months.push(month.name);
            }
            return Ok(true);
        }
        let mut tx = store.begin().await?;
        let batch = tx.retire(&term, self.after, self.really).await?;
        if self.really && batch.gone > 0 {
            tx.commit().await?;
        }
        self.counts[at].gone += batch.gone;
        self.counts[at].kept += batch.kept;
        if let Some(next) = batch.next {
            self.after = next;
        } else {
            self.terms.pop_front();
            (self.after, self.months) = (Mark::default(), None);
        }
        Ok(!self.terms.is_empty())
    }
}

/// Says what went.
pub(super) fn tell(counts: &[Count]) {
    for count in counts.iter().filter(|count| count.gone > 0 || !count.months.is_empty()) {
        let Count { term, gone, kept, months } = count;
        tracing::info!(what = term.what.as_str(), gone, kept, ?months, "deleted what had its time");
    }
}

/// What has a time that ends, with where that lies now: days of Japan's calendar.
fn terms(settings: &Retention, now: i64, limit: usize) -> Vec<Term> {
    let before = |span: Span| {
        let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
        let here = now.to_zoned(TimeZone::fixed(jiff::tz::offset(9)));
        here.saturating_sub(span).timestamp().as_millisecond()
    };
    let undecided = before(settings.undecided_months.months());
    let term = |what: Kept| {
        let (count, span, limit) = match what {
            Kept::Events => (i32::from(settings.event_years), settings.event_years.years(), limit),
            Kept::Attempts => (settings.attempt_months, settings.attempt_months.months(), limit),
            Kept::Answers => {
                (settings.answer_weeks, settings.answer_weeks.weeks(), limit.min(ANSWERS_MAX))
            }
        };
        (count > 0).then(|| Term { what, before: before(span), undecided, limit })
    };
    Kept::ALL.into_iter().filter_map(term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn terms_go_by_the_calendar_and_zero_is_for_ever() {
        let mut settings = Config::defaults().expect("the defaults").retention;
        let ms = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        let now = ms("2036-02-29T12:00:00+09:00");
        let before: Vec<_> =
            terms(&settings, now, 500).iter().map(|t| (t.what, t.before, t.limit)).collect();
        assert_eq!(
            before,
            [
                (Kept::Answers, ms("2036-01-04T12:00:00+09:00"), 100),
                (Kept::Attempts, ms("2034-02-28T12:00:00+09:00"), 500),
                (Kept::Events, ms("2026-02-28T12:00:00+09:00"), 500),
            ]
        );
        assert_eq!(terms(&settings, now, 9)[0].undecided, ms("2035-02-28T12:00:00+09:00"));
        (settings.event_years, settings.answer_weeks) = (0, 0);
        let left: Vec<_> = terms(&settings, now, 9).iter().map(|term| term.what).collect();
        assert_eq!(left, [Kept::Attempts]);
    }
}

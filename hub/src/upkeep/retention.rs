//! Retention: deletes what has had its time, batch by batch.
//!
//! Reads `filings`, `revisions`, `deliveries` and `notices` to tell what is finished; deletes from
//! `events` and `attempts`, and cuts the bodies of answers out of the latter; erases contents
//! (`erasure.rs`) and addresses. `store/retention.rs` says why nothing of an unfinished filing can
//! go.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use schemas::FilingId;

use crate::config::Retention;
use crate::erasure::{self, Weight};
use crate::store::{Due, Erasable, Erased, ErasedRow, Kept, Mark, Store, StoreError, Term, Tx};

/// Tries in one batch whose answers are cut: each may be large.
const ANSWERS_MAX: usize = 100;

/// Filings in one batch whose contents are erased: each takes several statements.
const ERASED_MAX: usize = 20;

/// One look at everything, in bounded steps.
pub struct Pass {
    terms: VecDeque<Term>,
    after: Mark,
    /// Of the table at hand: months that are still to be looked at.
    months: Option<VecDeque<crate::store::Part>>,
    now: i64,
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
    /// Rows, files and bytes that went; beside what months had that went as a whole.
    pub weight: Weight,
    /// Partitions that went as a whole; what was in them is not counted.
    pub months: Vec<String>,
}

impl Pass {
    /// Prepares a look; if it is not really to delete, it only counts.
    pub fn new(settings: &Retention, now: i64, limit: usize, really: bool) -> Self {
        let terms = terms(settings, now, limit);
        let count = |term: &Term| Count {
            term: *term,
            gone: 0,
            kept: 0,
            weight: Weight::default(),
            months: Vec::new(),
        };
        let counts = terms.iter().map(count).collect();
        let after = Mark::default();
        Self { terms: terms.into(), after, months: None, now, counts, really }
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
        let (gone, kept, weight, next) = match term.what {
            Kept::Erasable(what) => self.erase(store, &term, what).await?,
            Kept::Events | Kept::Attempts | Kept::Answers => {
                let mut tx = store.begin().await?;
                let batch = tx.retire(&term, self.after, self.really).await?;
                if self.really && batch.gone > 0 {
                    tx.commit().await?;
                }
                let weight = Weight { rows: batch.rows, objects: 0, bytes: batch.bytes };
                (batch.gone, batch.kept, weight, batch.next)
            }
        };
        let count = &mut self.counts[at];
        count.gone += gone;
        count.kept += kept;
        count.weight += weight;
        if let Some(next) = next {
            self.after = next;
        } else {
            self.terms.pop_front();
            (self.after, self.months) = (Mark::default(), None);
        }
        Ok(!self.terms.is_empty())
    }

    /// One batch of filings of which something is erased, in place of rows that go.
    async fn erase(
        &self,
        store: &Store,
        term: &Term,
        what: Erasable,
    ) -> Result<(usize, usize, Weight, Option<Mark>), StoreError> {
        let mut tx = store.begin().await?;
        let Due { filings, kept, next } = tx.due_for(term, self.after, self.really).await?;
        let mut weight = Weight::default();
        match what {
            Erasable::Contents => {
                for id in &filings {
                    let Some(filing) = store.filing(*id).await? else { continue };
                    weight += if self.really {
                        let erased = Erased { at: self.now, erasure_id: None };
                        erasure::erase(store, &mut tx, &filing, erased).await?
                    } else {
                        erasure::weigh(store, &filing).await?
                    };
                }
            }
            Erasable::Addresses if self.really => {
                weight.rows = self.forget(&mut tx, &filings).await?;
            }
            Erasable::Addresses => {
                for id in &filings {
                    let notices = store.notices_of(*id).await?;
                    let told = notices.iter().filter(|it| it.recipient.contains('@')).count();
                    weight.rows += i64::try_from(told).unwrap_or(i64::MAX);
                }
            }
        }
        if self.really && !filings.is_empty() {
            tx.commit().await?;
        }
        Ok((filings.len(), kept, weight, next))
    }

    async fn forget(&self, tx: &mut Tx, filings: &[FilingId]) -> Result<i64, StoreError> {
        let rows = tx.erase_addresses(filings).await?;
        let row = |id: &FilingId| ErasedRow {
            filing_id: *id,
            what: Erasable::Addresses,
            erasure_id: None,
            at: self.now,
        };
        tx.insert_erased(&filings.iter().map(row).collect::<Vec<_>>()).await?;
        Ok(i64::try_from(rows).unwrap_or(i64::MAX))
    }
}

/// Says what went.
pub(super) fn tell(counts: &[Count]) {
    for count in counts.iter().filter(|count| count.gone > 0 || !count.months.is_empty()) {
        let Count { term, gone, kept, weight, months } = count;
        let (what, rows, bytes) = (term.what.as_str(), weight.rows, weight.bytes);
        tracing::info!(what, gone, kept, rows, bytes, ?months, "deleted what had its time");
    }
}

/// So long before a moment, in days of Japan's calendar.
fn before(now: i64, span: Span) -> i64 {
    let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let here = now.to_zoned(TimeZone::fixed(jiff::tz::offset(9)));
    here.saturating_sub(span).timestamp().as_millisecond()
}

/// A delivery without a decision, or returned and not corrected, counts as finished at this moment
/// when it has not changed after the one that this gives; all in milliseconds.
pub fn undecided(settings: &Retention, now: i64) -> i64 {
    before(now, settings.undecided_months.months())
}

/// What has a time that ends, with where that lies now.
fn terms(settings: &Retention, now: i64, limit: usize) -> Vec<Term> {
    let undecided = undecided(settings, now);
    let term = |what: Kept| {
        let (count, span, limit) = match what {
            Kept::Events => (i32::from(settings.event_years), settings.event_years.years(), limit),
            Kept::Attempts => (settings.attempt_months, settings.attempt_months.months(), limit),
            Kept::Erasable(Erasable::Contents) => {
                let years = settings.content_years;
                (i32::from(years), years.years(), limit.min(ERASED_MAX))
            }
            Kept::Erasable(Erasable::Addresses) => {
                (settings.address_months, settings.address_months.months(), limit)
            }
            Kept::Answers => {
                (settings.answer_weeks, settings.answer_weeks.weeks(), limit.min(ANSWERS_MAX))
            }
        };
        (count > 0).then(|| Term { what, before: before(now, span), undecided, limit })
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
                (Kept::Erasable(Erasable::Addresses), ms("2034-02-28T12:00:00+09:00"), 500),
                (Kept::Attempts, ms("2034-02-28T12:00:00+09:00"), 500),
                (Kept::Events, ms("2026-02-28T12:00:00+09:00"), 500),
            ]
        );
        assert_eq!(terms(&settings, now, 9)[0].undecided, ms("2035-02-28T12:00:00+09:00"));
        (settings.event_years, settings.answer_weeks, settings.address_months) = (0, 0, 0);
        let left = |settings: &Retention| {
            let terms = terms(settings, now, 9);
            terms.iter().map(|term| (term.what, term.before)).collect::<Vec<_>>()
        };
        assert_eq!(left(&settings).len(), 1, "tries alone");
        settings.content_years = 5;
        let contents = Kept::Erasable(Erasable::Contents);
        assert!(left(&settings).contains(&(contents, ms("2031-02-28T12:00:00+09:00"))));
    }
}

//! What goes when its time is over: events after years, tries after months, the bodies of answers
//! after weeks; and nothing of a filing that is not finished, whatever its age.
//!
//! Rows are looked through by id, in batches; what is to go is decided under the lock of its
//! filing. On PostgreSQL a month of which nothing has to stay is dropped whole. Up to when
//! something went is written down: a chain without its beginning is then no sign of tampering.

use std::collections::HashSet;

use schemas::FilingId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::engine::{Sql, StoreError, sql};
use super::months::{Part, first_id, ms_of};
use super::{HeadRow, Store, Tx};

/// What has a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// The events of a filing.
    Events,
    /// The tries of a delivery.
    Attempts,
    /// The bodies of far sides' answers, which are part of tries.
    Answers,
}

impl Kept {
    /// All, the longest kept last, so that what it depends on is there for the others.
    pub const ALL: [Self; 3] = [Self::Answers, Self::Attempts, Self::Events];

    /// As tables and people know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Attempts => "attempts",
            Self::Answers => "answers",
        }
    }

    fn candidates(self) -> &'static Sql {
        match self {
            Self::Events => sql!("old_events"),
            Self::Attempts => sql!("old_attempts"),
            Self::Answers => sql!("old_answers"),
        }
    }
}

/// When something's time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// What it is about.
    pub what: Kept,
    /// Goes when its filing's last event (of an answer: its try's end) is not after this, in
    /// milliseconds.
    pub before: i64,
    /// A delivery without a decision, or returned and not corrected, counts as finished when it has
    /// not changed after this.
    pub undecided: i64,
    /// Rows looked at in one batch at most.
    pub limit: usize,
}

impl Term {
    /// The first id that is too young, by its time.
    fn end(&self) -> Uuid {
        first_id(self.before.saturating_add(1))
    }
}

/// How far a batch came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Mark {
    at: i64,
    id: Uuid,
    number: i32,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Filings with events, deliveries with tries, or tries with answers, that go.
    pub gone: usize,
    /// Those that stay, since their filing is not finished or was not quiet for long enough.
    pub kept: usize,
    /// Where the next begins; none: all was looked at.
    pub next: Option<Mark>,
}

/// One that may go.
#[derive(Deserialize)]
struct Old {
    id: Uuid,
    filing: Option<FilingId>,
    #[serde(default)]
    number: i32,
    #[serde(default)]
    at: i64,
    #[serde(default)]
    detail: String,
}

impl Tx {
    /// Looks through a batch and, if it really is to, deletes what has had its time.
    pub async fn retire(
        &mut self,
        term: &Term,
        after: Mark,
        really: bool,
    ) -> Result<Batch, StoreError> {
        let (olds, finished) = self.look(term, (after, term.end()), really).await?;
        let next = (olds.len() >= term.limit).then(|| olds.last().map(mark_of)).flatten();
        let looked = olds.len();
        let is_finished = |old: &Old| old.filing.is_some_and(|id| finished.contains(&id));
        let gone: Vec<Old> = olds.into_iter().filter(is_finished).collect();
        if really && !gone.is_empty() {
            self.delete(term.what, &gone).await?;
        }
        Ok(Batch { gone: gone.len(), kept: looked - gone.len(), next })
    }

    /// A batch of candidates, and which of their filings are finished and quiet.
    async fn look(
        &mut self,
        term: &Term,
        (after, end): (Mark, Uuid),
        really: bool,
    ) -> Result<(Vec<Old>, HashSet<FilingId>), StoreError> {
        let args = json!({"at": after.at, "id": after.id, "number": after.number, "end": end,
                          "before": term.before, "limit": term.limit});
        let olds: Vec<Old> = self.read(term.what.candidates(), &args).await?;
        let mut ids: Vec<FilingId> = olds.iter().filter_map(|old| old.filing).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok((olds, HashSet::new()));
        }
        if really {
            // Whoever adds to a filing locks it first: what is finished from here on stays so.
            self.read::<HeadRow>(sql!("lock_heads"), &ids).await?;
        }
        let quiet = (term.what != Kept::Answers).then_some(term.before);
        let args = json!({"ids": ids, "quiet": quiet, "undecided": term.undecided});
        let finished = self.read::<FilingId>(sql!("finished_filings"), &args).await?;
        Ok((olds, finished.into_iter().collect()))
    }

    async fn delete(&mut self, what: Kept, gone: &[Old]) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = gone.iter().map(|old| old.id).collect();
        match what {
            Kept::Events => drop(self.run(sql!("delete_events"), &ids).await?),
            Kept::Attempts => drop(self.run(sql!("delete_attempts"), &ids).await?),
            Kept::Answers => {
                let rows: Vec<Value> = gone.iter().map(without_answer).collect();
                self.run_all(sql!("save_answers"), &rows).await?;
            }
        }
        let newest = gone.iter().filter_map(|old| old.filing).map(|id| ms_of(id.0)).max();
        self.retired(what, newest.unwrap_or_default() + 1).await
    }

    async fn retired(&mut self, what: Kept, before: i64) -> Result<(), StoreError> {
        let args = json!({"what": what.as_str(), "before": before});
        self.run(sql!("save_retired"), &args).await.map(drop)
    }

    /// Whether something of a month has to stay; its rows are looked through in batches.
    async fn has_to_stay(&mut self, term: &Term, part: &Part) -> Result<bool, StoreError> {
        let (from, end) = part.ids();
        let mut after = Mark { id: from, ..Mark::default() };
        loop {
            let (olds, finished) = self.look(term, (after, end), false).await?;
            let is_finished = |old: &Old| old.filing.is_some_and(|id| finished.contains(&id));
            if !olds.iter().all(is_finished) {
                return Ok(true);
            }
            match olds.last() {
                Some(last) if olds.len() >= term.limit => after = mark_of(last),
                Some(_) | None => return Ok(false),
            }
        }
    }
}

impl Store {
    /// The months of a table that are old enough to go as a whole, the oldest first.
    pub async fn old_months(&self, term: &Term) -> Result<Vec<Part>, StoreError> {
        if term.what == Kept::Answers {
            return Ok(Vec::new());
        }
        let mut parts = self.engine.months(term.what.as_str()).await?;
        parts.retain(|part| part.ids().1 <= term.end());
        Ok(parts)
    }

    /// Drops a month unless something in it has to stay. Tells whether it goes.
    pub async fn retire_month(
        &self,
        term: &Term,
        part: &Part,
        really: bool,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        if really && !tx.engine.take_month(&part.name).await? {
            return Ok(false);
        }
        if tx.has_to_stay(term, part).await? {
            return Ok(false);
        }
        if really {
            tx.engine.drop_month(&part.name).await?;
            tx.retired(term.what, ms_of(part.ids().1)).await?;
            tx.commit().await?;
        }
        Ok(true)
    }

    /// Up to when events, tries or answers have gone, by the times of their filings' ids.
    pub async fn retired_before(&self, what: Kept) -> Result<Option<i64>, StoreError> {
        Ok(self.read(sql!("retired"), what.as_str()).await?.pop())
    }
}

fn mark_of(old: &Old) -> Mark {
    Mark { at: old.at, id: old.id, number: old.number }
}

/// The row of a try without what the far side answered; its status stays.
fn without_answer(old: &Old) -> Value {
    let mut detail: Value = serde_json::from_str(&old.detail).unwrap_or_default();
    for place in ["/why/response", "/proof/evidence"] {
        if let Some(Value::Object(fields)) = detail.pointer_mut(place) {
            fields.remove("body");
        }
    }
    json!({"id": old.id, "number": old.number, "detail": detail.to_string()})
}

#[cfg(test)]
mod tests {
    use schemas::{Outcome, Owner, Response, Why};

    use super::*;

    fn left_of(outcome: &Outcome) -> Outcome {
        let detail = serde_json::to_string(outcome).expect("an outcome");
        assert!(detail.contains("\"body\":"), "the index finds it: {detail}");
        let old = Old { id: Uuid::nil(), filing: None, number: 1, at: 0, detail };
        let left = without_answer(&old)["detail"].as_str().expect("a text").to_owned();
        assert!(!left.contains("\"body\":"), "the index still finds it: {left}");
        serde_json::from_str(&left).expect("an outcome still")
    }

    #[test]
    fn the_body_goes_and_the_rest_stays() {
        let mut why = Why::new("http_503", Owner::Authority, "later, \"body\": no");
        why.response = Some(Response { status: "HTTP 503".into(), body: "𠮷野家\0".into() });
        let Outcome::Refused { why: left } = left_of(&Outcome::Refused { why: why.clone() }) else {
            panic!("another outcome");
        };
        why.response = Some(Response { status: "HTTP 503".into(), body: String::new() });
        assert_eq!(left, why);
    }
}

//! What goes when its time is over: contents and events after years, tries and addresses after
//! months, the bodies of answers after weeks; and nothing of a filing that is not finished,
//! whatever its age.
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
use super::{AttemptRow, HeadRow, Store, Tx};

/// What has a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// The events of a filing.
    Events,
    /// The tries of a delivery.
    Attempts,
    /// The bodies of far sides' answers, which are part of tries.
    Answers,
    /// What stays in its place, without what it said.
    Erasable(Erasable),
}

/// What is erased of a filing whose rows stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasable {
    /// What was filed and answered: texts, names, prints, files.
    Contents,
    /// Where its notices went.
    Addresses,
}

impl Erasable {
    /// As tables and people know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contents => "contents",
            Self::Addresses => "addresses",
        }
    }
}

impl Kept {
    /// All, the longest kept last, so that what it depends on is there for the others.
    pub const ALL: [Self; 5] = [
        Self::Answers,
        Self::Erasable(Erasable::Addresses),
        Self::Attempts,
        Self::Erasable(Erasable::Contents),
        Self::Events,
    ];

    /// As tables and people know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Attempts => "attempts",
            Self::Answers => "answers",
            Self::Erasable(what) => what.as_str(),
        }
    }

    fn candidates(self) -> &'static Sql {
        match self {
            Self::Events => sql!("old_events"),
            Self::Attempts => sql!("old_attempts"),
            Self::Answers => sql!("old_answers"),
            Self::Erasable(_) => sql!("old_contents"),
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
    /// Rows that go, or lose something.
    pub rows: i64,
    /// Bytes of what goes.
    pub bytes: i64,
    /// Where the next begins; none: all was looked at.
    pub next: Option<Mark>,
}

/// A batch of filings that are erased, not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Those that are finished and quiet; their heads are locked if they really are to be erased.
    pub filings: Vec<FilingId>,
    /// How many are old enough and stay.
    pub kept: usize,
    /// Where the next batch begins; none: all was looked at.
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
    #[serde(default)]
    rows: i64,
    #[serde(default)]
    bytes: i64,
}

impl Old {
    /// Rows and bytes of it that go.
    fn weight(&self) -> (i64, i64) {
        if self.detail.is_empty() {
            return (self.rows, self.bytes);
        }
        let left = without_answer(self.id, self.number, &self.detail);
        let left = left["detail"].as_str().map_or(0, str::len);
        (1, i64::try_from(self.detail.len().saturating_sub(left)).unwrap_or(i64::MAX))
    }
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
        let weights = gone.iter().map(Old::weight);
        let (rows, bytes) = weights.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        Ok(Batch { gone: gone.len(), kept: looked - gone.len(), rows, bytes, next })
    }

    /// Looks through a batch of filings whose contents or addresses have had their time;
    /// `erasure.rs` knows what they are.
    pub async fn due_for(
        &mut self,
        term: &Term,
        after: Mark,
        really: bool,
    ) -> Result<Due, StoreError> {
        let (olds, finished) = self.look(term, (after, term.end()), really).await?;
        let next = (olds.len() >= term.limit).then(|| olds.last().map(mark_of)).flatten();
        let looked = olds.len();
        let mut filings: Vec<FilingId> = olds.into_iter().filter_map(|old| old.filing).collect();
        filings.retain(|id| finished.contains(id));
        Ok(Due { kept: looked - filings.len(), filings, next })
    }

    /// A batch of candidates, and which of their filings are finished and quiet.
    async fn look(
        &mut self,
        term: &Term,
        (after, end): (Mark, Uuid),
        really: bool,
    ) -> Result<(Vec<Old>, HashSet<FilingId>), StoreError> {
        let args = json!({"at": after.at, "id": after.id, "number": after.number, "end": end,
                          "before": term.before, "what": term.what.as_str(),
                          "limit": term.limit});
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
                let cut = |old: &Old| without_answer(old.id, old.number, &old.detail);
                let rows: Vec<Value> = gone.iter().map(cut).collect();
                self.run_all(sql!("save_answers"), &rows).await?;
            }
            // Their rows stay, and say themselves what was erased.
            Kept::Erasable(_) => return Ok(()),
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
        if !matches!(term.what, Kept::Events | Kept::Attempts) {
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

/// The rows of those tries that have an answer, without it.
pub(super) fn without_answers(tries: &[AttemptRow]) -> Vec<Value> {
    let answered = tries.iter().filter(|it| it.detail.contains("\"body\":"));
    answered.map(|it| without_answer(it.delivery_id.0, it.number, &it.detail)).collect()
}

/// The row of a try without what the far side answered; its status stays.
fn without_answer(id: Uuid, number: i32, detail: &str) -> Value {
    let mut detail: Value = serde_json::from_str(detail).unwrap_or_default();
    for place in ["/why/response", "/proof/evidence"] {
        if let Some(Value::Object(fields)) = detail.pointer_mut(place) {
            fields.remove("body");
        }
    }
    json!({"id": id, "number": number, "detail": detail.to_string()})
}

#[cfg(test)]
mod tests {
    use schemas::{Outcome, Owner, Response, Why};

    use super::*;

    fn left_of(outcome: &Outcome) -> Outcome {
        let detail = serde_json::to_string(outcome).expect("an outcome");
        assert!(detail.contains("\"body\":"), "the index finds it: {detail}");
        let left = without_answer(Uuid::nil(), 1, &detail);
        let left = left["detail"].as_str().expect("a text").to_owned();
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

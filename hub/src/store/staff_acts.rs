//! What staff do by hand, and which filings they look at: who, what, with what, why, and what it
//! was before and became. All acts are one chain; who alters, drops or reorders one breaks all that
//! follow. Rows are never changed, and the tables refuse it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{DeadLetterRow, EndpointRow, Store, Tx};

/// An act as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffActRow {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// Milliseconds.
    pub at: i64,
    /// Who it was, for the record: `key:…`, `cli:…`, or issuer and subject.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// What was done, for example `lane.pause`.
    pub what: String,
    /// With what, for example `lane:011002/api`.
    pub subject: String,
    /// Why, in their words; empty where no reason is asked for.
    pub why: String,
    /// What it was before, as JSON.
    pub was: String,
    /// What it became, as JSON.
    pub became: String,
    /// See [`StaffActRow::hash_after`].
    pub hash: String,
}

/// An act to record.
#[derive(Debug, Clone)]
pub struct StaffAct<'a> {
    /// Who it is, for the record.
    pub person: &'a str,
    /// Who it is, for people.
    pub name: &'a str,
    /// What is done.
    pub what: &'static str,
    /// With what.
    pub subject: String,
    /// Why.
    pub why: &'a str,
    /// What it was.
    pub was: Value,
    /// What it becomes.
    pub became: Value,
}

impl<'a> StaffAct<'a> {
    /// An act that needs no reason, by someone ([`StaffActRow::person`], [`StaffActRow::name`]).
    pub fn plain(
        (what, subject): (&'static str, String),
        (person, name): (&'a str, &'a str),
        (was, became): (Value, Value),
    ) -> Self {
        Self { person, name, what, subject, why: "", was, became }
    }
}

/// Which acts are asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StaffActFilter<'a> {
    /// What was looked at (`look.…`), not what was done.
    pub looks: bool,
    /// Only with this.
    pub subject: Option<&'a str>,
    /// Only by them.
    pub person: Option<&'a str>,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StaffActsBroken {
    /// An act is missing or out of order.
    #[error("act {expected} is missing or out of place (found number {found})")]
    Order {
        /// The number that should stand here.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// An act was altered.
    #[error("act {0} does not fit its hash: it, or one before it, was altered")]
    Hash(i64),
}

impl StaffActRow {
    /// Lower-case hex SHA-256 over the previous act's hash (empty for the first) and the act's own
    /// parts, each as its length in bytes, a colon and its bytes.
    pub fn hash_after(&self, previous: &str) -> String {
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        let mut hash = Sha256::new();
        for part in [
            previous,
            &seq,
            &at,
            &self.person,
            &self.name,
            &self.what,
            &self.subject,
            &self.why,
            &self.was,
            &self.became,
        ] {
            hash.update(part.len().to_string());
            hash.update(b":");
            hash.update(part);
        }
        hex::encode(hash.finalize())
    }
}

/// The end of a chain as far as it was checked; the last act's number and hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffActsHead {
    /// The number; 0 before the first.
    pub seq: i64,
    /// The hash; empty before the first.
    pub hash: String,
}

impl StaffActsHead {
    /// Goes on over the next acts, in order.
    pub fn follow(&mut self, rows: &[StaffActRow]) -> Result<(), StaffActsBroken> {
        for row in rows {
            let expected = self.seq + 1;
            if row.seq != expected {
                return Err(StaffActsBroken::Order { expected, found: row.seq });
            }
            if row.hash_after(&self.hash) != row.hash {
                return Err(StaffActsBroken::Hash(row.seq));
            }
            *self = Self { seq: row.seq, hash: row.hash.clone() };
        }
        Ok(())
    }
}

impl Store {
    /// What was done with one subject or all, the newest first, before a number; so many.
    pub async fn staff_acts(
        &self,
        subject: Option<&str>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<StaffActRow>, StoreError> {
        let filter = StaffActFilter { subject, ..StaffActFilter::default() };
        self.staff_acts_like(&filter, before, limit).await
    }

    /// Acts that the filter lets through, the newest first, before a number; so many.
    pub async fn staff_acts_like(
        &self,
        filter: &StaffActFilter<'_>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<StaffActRow>, StoreError> {
        let StaffActFilter { looks, subject, person } = filter;
        let args = json!({"looks": i32::from(*looks), "subject": subject, "person": person,
                          "before": before, "limit": limit});
        self.read(sql!("list_staff_acts", planned_anew), &args).await
    }

    /// Acts after a number, in order; so many.
    pub async fn staff_acts_after(
        &self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<StaffActRow>, StoreError> {
        self.read(sql!("staff_acts_after"), &json!({"after": after, "limit": limit})).await
    }
}

impl Tx {
    /// Records an act. Keeps all others from recording one until the commit: the last thing in its
    /// unit of work.
    pub async fn record(&mut self, act: StaffAct<'_>) -> Result<(), StoreError> {
        self.lock_staff_acts().await?;
        let last: Option<StaffActRow> = self.read(sql!("last_staff_act"), "").await?.pop();
        let (seq, head) = last.map_or((0, String::new()), |row| (row.seq, row.hash));
        let mut row = StaffActRow {
            seq: seq + 1,
            at: self.clock.now_ms(),
            person: act.person.to_owned(),
            name: act.name.to_owned(),
            what: act.what.to_owned(),
            subject: act.subject,
            why: act.why.to_owned(),
            was: act.was.to_string(),
            became: act.became.to_string(),
            hash: String::new(),
        };
        row.hash = row.hash_after(&head);
        self.run_all(sql!("insert_staff_acts"), std::slice::from_ref(&row)).await
    }

    async fn lock_staff_acts(&mut self) -> Result<(), StoreError> {
        let _: Vec<Value> = self.read(sql!("lock_staff_acts"), "").await?;
        Ok(())
    }

    /// How authorities are reached. Nobody else of the staff changes it until the commit, for
    /// whoever does records it.
    pub async fn lock_endpoints(&mut self) -> Result<Vec<EndpointRow>, StoreError> {
        self.lock_staff_acts().await?;
        self.read(sql!("all_endpoints"), "").await
    }

    /// The message that could not be worked on, if there is such.
    pub async fn dead_letter(&mut self, id: Uuid) -> Result<Option<DeadLetterRow>, StoreError> {
        Ok(self.read(sql!("dead_letter"), &id).await?.pop())
    }

    /// Somebody has dealt with it; false when it is settled already.
    pub async fn settle_dead_letter(&mut self, id: Uuid) -> Result<bool, StoreError> {
        let args = json!({"id": id, "at": self.clock.now_ms()});
        Ok(self.run(sql!("settle_dead_letter"), &args).await? == 1)
    }
}

//! What authorities were brought on a day, in sum, and what they say they have of it.

use jiff::civil::Date;
use schemas::{AuthorityId, Channel, DeliveryId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{HandoutState, HandoutWay, Store, Tx};

/// A package that an authority was brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtRow {
    /// The delivery.
    pub delivery: DeliveryId,
    /// 受付番号.
    pub receipt_number: String,
    /// The revision, from 1.
    pub revision: i32,
    /// Over which channel.
    pub channel: Option<Channel>,
    /// When, in milliseconds.
    pub delivered_at: i64,
    /// SHA-256 of the sealed package; none: it was given by hand.
    pub package_sha256: Option<String>,
}

/// A day at an authority, in sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// Whose.
    pub authority: AuthorityId,
    /// The day in Japan.
    pub day: Date,
    /// How many packages.
    pub packages: i32,
    /// The digest over their list.
    pub digest: String,
    /// When this was written, in milliseconds.
    pub made_at: i64,
}

/// A day at an authority, with the newest answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Whose.
    pub authority: AuthorityId,
    /// The day in Japan.
    pub day: Date,
    /// How many packages.
    pub packages: i32,
    /// The digest over their list.
    pub digest: String,
    /// When it was answered last, in milliseconds; none: not yet.
    pub answered_at: Option<i64>,
    /// The digest of what that answer was compared with.
    pub answered_digest: Option<String>,
    /// Packages that the authority has not.
    pub missing: Option<i32>,
    /// Packages that it has and that are not in the statement.
    pub unknown: Option<i32>,
    /// Packages that it has with another digest.
    pub other: Option<i32>,
    /// By which way it is handed out; none: it is not, and may be fetched.
    pub way: Option<HandoutWay>,
    /// How far that is.
    pub handed: Option<HandoutState>,
    /// When that is tried next, in milliseconds.
    pub next_try_at: Option<i64>,
    /// When it was handed out, in milliseconds.
    pub handed_at: Option<i64>,
    /// Why the last try failed, as JSON.
    pub why: Option<String>,
}

/// What an authority says it has of a day; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRow {
    /// Whose.
    pub authority: AuthorityId,
    /// The day in Japan.
    pub day: Date,
    /// Its id; a later answer has a higher one.
    pub id: Uuid,
    /// The digest of the list that it was compared with.
    pub digest: String,
    /// How many packages were in that.
    pub packages: i32,
    /// How many packages it names.
    pub answered: i32,
    /// Of the list, those that it does not name.
    pub missing: i32,
    /// Those that it names and that are not in the list.
    pub unknown: i32,
    /// Those that it names with another digest.
    pub other: i32,
    /// The first of these, as JSON.
    pub differences: String,
    /// `api`, `page` or `sftp`.
    pub via: String,
    /// Who answered, for the record.
    pub person: String,
    /// Who answered, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
    /// Which file it came in; none: it came in none. No other answer to that day has the same.
    pub source: Option<String>,
}

impl AnswerRow {
    /// Whether another says the same, whenever and in which file it came.
    pub fn is_same(&self, other: &Self) -> bool {
        let Self { id, at, source, .. } = other.clone();
        *other == Self { id, at, source, ..self.clone() }
    }
}

impl Store {
    /// What an authority was brought from one moment on and before another (milliseconds), by when.
    pub async fn brought(
        &self,
        authority: AuthorityId,
        (from, until): (i64, i64),
        limit: usize,
    ) -> Result<Vec<BroughtRow>, StoreError> {
        let args = json!({"authority": authority, "from": from, "until": until, "limit": limit});
        self.read(sql!("brought"), &args).await
    }

    /// Those of some authorities that were brought anything in a span of time.
    pub async fn brought_to(
        &self,
        authorities: &[AuthorityId],
        (from, until): (i64, i64),
    ) -> Result<Vec<AuthorityId>, StoreError> {
        let args = json!({"authorities": authorities, "from": from, "until": until});
        self.read(sql!("brought_to"), &args).await
    }

    /// Statements of a day, by authority, or of an authority, the newest first.
    pub async fn list_statements(
        &self,
        (day, authority): (Option<Date>, Option<AuthorityId>),
        limit: usize,
    ) -> Result<Vec<StatementLine>, StoreError> {
        let args = json!({"day": day, "authority": authority, "limit": limit});
        self.read(sql!("list_statements", planned_anew), &args).await
    }

    /// What an authority answered about a day, the newest first.
    pub async fn statement_answers(
        &self,
        authority: AuthorityId,
        day: Date,
        limit: usize,
    ) -> Result<Vec<AnswerRow>, StoreError> {
        let args = json!({"authority": authority, "day": day, "limit": limit});
        self.read(sql!("statement_answers"), &args).await
    }
}

impl Tx {
    /// Writes days down, in the place of what was there.
    pub async fn save_statements(&mut self, rows: &[StatementRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_statements"), rows).await
    }

    /// A new answer. False, and nothing is to be committed, when its file was taken before.
    pub async fn insert_statement_answer(&mut self, row: &AnswerRow) -> Result<bool, StoreError> {
        let rows = std::slice::from_ref(row);
        Ok(self.run(sql!("insert_statement_answers"), rows).await? == 1)
    }

    /// The newest answer about a day, as it is once this unit of work has locked the statement.
    pub async fn newest_answer(
        &mut self,
        authority: AuthorityId,
        day: Date,
    ) -> Result<Option<AnswerRow>, StoreError> {
        let args = json!({"authority": authority, "day": day, "limit": 1});
        Ok(self.read(sql!("statement_answers"), &args).await?.pop())
    }
}

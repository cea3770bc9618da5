//! What was changed about the master while hubs run, in order; a table that is only added to.

use jiff::civil::Date;
use routing::{Amendment, Cells};
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// One amendment as it stands in the table; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentRow {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// Whose.
    pub authority: AuthorityId,
    /// The first day, in Japan.
    pub valid_from: Date,
    /// The cells that it changes, as JSON by column.
    pub cells: String,
    /// What they were on that day.
    pub was: String,
    /// Why, in the words of who changed it.
    pub why: String,
    /// For whom they did: `authority` or `operations`.
    pub by_whom: String,
    /// Who it was, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// What of a row is laid over the tables.
#[derive(Debug, Deserialize)]
struct Laid {
    number: i64,
    authority: AuthorityId,
    valid_from: Date,
    cells: String,
    person: String,
    at: i64,
}

impl Laid {
    fn read(&self) -> Result<Amendment, StoreError> {
        let Self { number, authority, valid_from, cells, .. } = self;
        let cells: Cells = serde_json::from_str(cells)
            .map_err(|source| StoreError::Row { statement: "all_amendments", source })?;
        Ok(Amendment { number: *number, authority: *authority, valid_from: *valid_from, cells })
    }
}

impl Store {
    /// All amendments, in order, each with those that were made with it at once.
    pub async fn amendments(&self) -> Result<Vec<Vec<Amendment>>, StoreError> {
        let rows: Vec<Laid> = self.read(sql!("all_amendments"), "").await?;
        let at_once = rows.chunk_by(|one, next| (one.at, &one.person) == (next.at, &next.person));
        at_once.map(|rows| rows.iter().map(Laid::read).collect()).collect()
    }

    /// The number of the last amendment; 0 without any.
    pub async fn last_amendment(&self) -> Result<i64, StoreError> {
        Ok(self.one(sql!("last_amendment"), "").await?.unwrap_or(0))
    }

    /// What was changed about one authority or about any, the newest first, before a number.
    pub async fn amendments_of(
        &self,
        authority: Option<AuthorityId>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<AmendmentRow>, StoreError> {
        let args = json!({"authority": authority, "before": before, "limit": limit});
        self.read(sql!("amendments_of", planned_anew), &args).await
    }
}

impl Tx {
    /// Keeps all others from adding one until the commit; tells the number of the last.
    pub async fn lock_amendments(&mut self) -> Result<i64, StoreError> {
        let _: Vec<Value> = self.read(sql!("lock_amendments"), "").await?;
        Ok(self.read(sql!("last_amendment"), "").await?.pop().unwrap_or(0))
    }

    /// New amendments, with the numbers that follow the last.
    pub async fn insert_amendments(&mut self, rows: &[AmendmentRow]) -> Result<(), StoreError> {
        self.run_all(sql!("insert_amendments"), rows).await
    }
}

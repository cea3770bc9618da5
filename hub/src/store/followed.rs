//! What those who follow others up look at: how much authorities have not decided on, since when.

use schemas::{AuthorityId, FilingId};
use serde::Deserialize;
use serde_json::json;

use super::Store;
use super::engine::{StoreError, sql};

/// How much waits for one authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Undecided {
    /// Whom.
    pub authority: AuthorityId,
    /// Nobody has looked at.
    pub unopened: i64,
    /// Opened, not decided.
    pub opened: i64,
    /// Since when the first of those that nobody has looked at lies there, in milliseconds.
    pub oldest: Option<i64>,
}

/// A filing that waits for an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct UndecidedFiling {
    /// The filing.
    pub filing: FilingId,
    /// For whom.
    pub authority: AuthorityId,
}

impl Store {
    /// How much waits for some authorities; those for whom nothing does are left out.
    pub async fn count_undecided(
        &self,
        authorities: &[AuthorityId],
    ) -> Result<Vec<Undecided>, StoreError> {
        if authorities.is_empty() {
            return Ok(Vec::new());
        }
        self.read(sql!("count_undecided"), authorities).await
    }

    /// The filings that have waited longest for some authorities.
    pub async fn undecided_filings(
        &self,
        authorities: &[AuthorityId],
        limit: usize,
    ) -> Result<Vec<UndecidedFiling>, StoreError> {
        let args = json!({"authorities": authorities, "limit": limit});
        self.read(sql!("undecided_filings"), &args).await
    }
}

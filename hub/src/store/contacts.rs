//! Where authorities are written to: a dated table that is only added to.

use jiff::civil::Date;
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// One entry; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// Whose.
    pub authority: AuthorityId,
    /// Which of its entries, from 1.
    pub version: i32,
    /// The address; none: it is not written to.
    pub mail: Option<String>,
    /// From which day on, in Japan. Of those of one day the last counts.
    pub from_day: Date,
    /// Who wrote it: `authority` or `operations`.
    pub by_whom: String,
    /// Who it was, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
}

impl Store {
    /// An authority's entries, the newest first.
    pub async fn contacts_of(
        &self,
        authority: AuthorityId,
        limit: usize,
    ) -> Result<Vec<ContactRow>, StoreError> {
        self.read(sql!("contacts_of"), &json!({"authority": authority, "limit": limit})).await
    }

    /// The entries that count on a day, of all authorities or of one.
    pub async fn contacts_on(
        &self,
        day: Date,
        authority: Option<AuthorityId>,
    ) -> Result<Vec<ContactRow>, StoreError> {
        self.read(sql!("contacts_on"), &json!({"day": day, "authority": authority})).await
    }

    /// The newest version of some authorities' entries; those without any are left out.
    pub async fn contact_versions(
        &self,
        authorities: &[AuthorityId],
    ) -> Result<Vec<(AuthorityId, i32)>, StoreError> {
        if authorities.is_empty() {
            return Ok(Vec::new());
        }
        self.read(sql!("contact_versions"), authorities).await
    }
}

impl Tx {
    /// New entries. False, and nothing is to be committed, when someone else has written one of
    /// these versions meanwhile.
    pub async fn insert_contacts(&mut self, rows: &[ContactRow]) -> Result<bool, StoreError> {
        Ok(self.run(sql!("insert_contacts"), rows).await? == rows.len() as u64)
    }
}

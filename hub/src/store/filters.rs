//! Filters of an inbox that were saved: by one of an authority's staff, or for all of them.

use schemas::AuthorityId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// One filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterRow {
    /// Whose staff.
    pub authority: AuthorityId,
    /// Whose it is, for the record; empty: it is for all of the authority's staff.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// What it asks for, as the query of the inbox's address.
    pub query: String,
    /// Who saved it last, for the record.
    pub person: String,
    /// Who did, for people.
    pub person_name: String,
    /// When, in milliseconds.
    pub at: i64,
}

impl Store {
    /// The filters for all of an authority's staff, then one person's own, by name.
    pub async fn saved_filters(
        &self,
        authority: AuthorityId,
        person: &str,
    ) -> Result<Vec<FilterRow>, StoreError> {
        let args = json!({"authority": authority, "person": person});
        self.read(sql!("saved_filters"), &args).await
    }
}

impl Tx {
    /// Saves a filter in place of the one of its name. False when there are as many as may be.
    pub async fn save_filter(&mut self, row: &FilterRow, max: usize) -> Result<bool, StoreError> {
        let args = json!({
            "authority": row.authority, "owner": row.owner, "name": row.name, "query": row.query,
            "person": row.person, "person_name": row.person_name, "at": row.at, "max": max,
        });
        Ok(self.run(sql!("save_filter"), &args).await? > 0)
    }

    /// Deletes a filter, if it is there.
    pub async fn delete_filter(
        &mut self,
        authority: AuthorityId,
        (owner, name): (&str, &str),
    ) -> Result<(), StoreError> {
        let args = json!({"authority": authority, "owner": owner, "name": name});
        self.run(sql!("delete_filter"), &args).await.map(drop)
    }
}

//! How authorities are to be reached, as one person proposes and another approves.

use schemas::AuthorityId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits for a second person.
    Proposed,
    /// A second person has approved it: it is in use.
    Approved,
    /// A second person has refused it.
    Rejected,
    /// Who proposed it has taken it back.
    Withdrawn,
}

/// A proposal as it stands in the table. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRow {
    /// Its id.
    pub id: Uuid,
    /// Whose ladder.
    pub authority: AuthorityId,
    /// What became of it.
    pub state: ProposalState,
    /// The ladder as JSON, secrets and all; empty once it is decided.
    pub ladder: String,
    /// The same without secrets, as JSON.
    pub shown: String,
    /// The ladder before, without secrets, as JSON.
    pub was: String,
    /// Why, in the words of who proposed it.
    pub why: String,
    /// For whom they did: `authority` or `operations`.
    pub by_whom: String,
    /// Who proposed it, for the record.
    pub person: String,
    /// Who proposed it, for people.
    pub name: String,
    /// When.
    pub at: i64,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// Who decided, for the record.
    pub decided_by: Option<String>,
    /// Who decided, for people.
    pub decided_name: Option<String>,
    /// Why they decided so.
    pub decided_why: Option<String>,
}

impl Store {
    /// A proposal.
    pub async fn proposal(&self, id: Uuid) -> Result<Option<ProposalRow>, StoreError> {
        self.one(sql!("proposal"), &id).await
    }

    /// Proposals about one authority or about any, in one state or in any, the newest first.
    pub async fn list_proposals(
        &self,
        (authority, state): (Option<AuthorityId>, Option<ProposalState>),
        limit: usize,
    ) -> Result<Vec<ProposalRow>, StoreError> {
        let args = json!({"authority": authority, "state": state, "limit": limit});
        self.read(sql!("list_proposals", planned_anew), &args).await
    }
}

impl Tx {
    /// A new proposal.
    pub async fn insert_proposal(&mut self, row: &ProposalRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_proposals"), std::slice::from_ref(row)).await
    }

    /// A proposal, locked until the commit.
    pub async fn lock_proposal(&mut self, id: Uuid) -> Result<Option<ProposalRow>, StoreError> {
        Ok(self.read(sql!("lock_proposal"), &id).await?.pop())
    }

    /// Saves a proposal that was locked in this unit of work.
    pub async fn save_proposal(&mut self, row: &ProposalRow) -> Result<(), StoreError> {
        self.run_all(sql!("save_proposals"), std::slice::from_ref(row)).await
    }
}

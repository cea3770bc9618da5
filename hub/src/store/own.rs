//! What an operator's people look through: what they have filed, and what was answered.

use schemas::{CorporateNumber, FilingId, FilingKind};
use serde::Serialize;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{DecisionRow, FilingRow, Store};

/// What an operator's list is asked for; what is not set does not narrow it.
#[derive(Debug, Clone, Serialize)]
pub struct OwnFilter {
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// Of one kind.
    pub kind: Option<FilingKind>,
    /// In one group of states: `returned` (by anyone), `moving`, `accepted` (by all), `withdrawn`.
    pub state: Option<String>,
    /// Whose office's name holds this.
    pub text: Option<String>,
    /// `received_at` of the last row seen, in milliseconds.
    pub before: Option<i64>,
    /// Its id.
    pub before_id: Option<Uuid>,
    /// Rows at most.
    pub limit: usize,
}

impl Store {
    /// What an operator has filed, the newest first.
    pub async fn own_filings(&self, filter: &OwnFilter) -> Result<Vec<FilingRow>, StoreError> {
        self.read(sql!("own_filings", planned_anew), filter).await
    }

    /// What authorities have decided on a filing, in order of time.
    pub async fn decisions_of(&self, id: FilingId) -> Result<Vec<DecisionRow>, StoreError> {
        self.read(sql!("decisions_of_filing"), &id).await
    }
}

//! Processes that have said that they live.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// One life of a process of the hub. Times are milliseconds by its own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRow {
    /// Sorts by its start.
    pub id: Uuid,
    /// The machine's name.
    pub host: String,
    /// Where it listens there.
    pub address: String,
    /// Its roles, with spaces between them.
    pub roles: String,
    /// The version of its build.
    pub build: String,
    /// When it began.
    pub started_at: i64,
    /// When it said last that it lives.
    pub heard_at: i64,
}

impl Store {
    /// All that are not forgotten, in the order in which they began.
    pub async fn processes(&self) -> Result<Vec<ProcessRow>, StoreError> {
        self.read(sql!("all_processes"), "").await
    }
}

impl Tx {
    /// It lives.
    pub async fn save_process(&mut self, row: &ProcessRow) -> Result<(), StoreError> {
        self.run_all(sql!("upsert_processes"), std::slice::from_ref(row)).await
    }

    /// They are forgotten; others may have done it already.
    pub async fn delete_processes(&mut self, rows: &[ProcessRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.run(sql!("delete_processes"), rows).await.map(drop)
    }
}

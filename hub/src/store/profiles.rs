//! Ledger profiles that deliveries were planned with: kept by digest, never changed.

use super::engine::{StoreError, sql};
use super::{ProfileRow, Store, Tx};

impl Store {
    /// The profile with this digest.
    pub async fn kept_profile(&self, sha256: &str) -> Result<Option<ProfileRow>, StoreError> {
        Ok(self.read(sql!("kept_profile"), sha256).await?.pop())
    }
}

impl Tx {
    /// Keeps those that are not there yet.
    pub async fn keep_profiles(&mut self, rows: &[ProfileRow]) -> Result<(), StoreError> {
        self.run(sql!("keep_profiles"), rows).await.map(drop)
    }
}

//! What packages are built from beside the filing: ledger profiles by digest, and the print of each
//! revision. Neither is ever changed.

use schemas::FilingId;
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{PrintRow, ProfileRow, Store, Tx};

impl Store {
    /// The profile with this digest.
    pub async fn kept_profile(&self, sha256: &str) -> Result<Option<ProfileRow>, StoreError> {
        Ok(self.read(sql!("kept_profile"), sha256).await?.pop())
    }

    /// The print of a revision, once there is one.
    pub async fn print(
        &self,
        filing: FilingId,
        revision: i32,
    ) -> Result<Option<PrintRow>, StoreError> {
        let args = json!({"filing_id": filing, "revision": revision});
        Ok(self.read(sql!("print"), &args).await?.pop())
    }
}

impl Tx {
    /// Keeps those that are not there yet.
    pub async fn keep_profiles(&mut self, rows: &[ProfileRow]) -> Result<(), StoreError> {
        self.run(sql!("keep_profiles"), rows).await.map(drop)
    }

    /// Records prints, except of revisions that have one. Answers the revisions that got theirs.
    pub async fn insert_prints(
        &mut self,
        rows: &[PrintRow],
    ) -> Result<Vec<(FilingId, i32)>, StoreError> {
        self.read(sql!("insert_prints"), rows).await
    }
}

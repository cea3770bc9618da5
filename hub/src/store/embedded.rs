//! The embedded store as a file: what `todoke backup` and `todoke restore` do with it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx, sqlite};

/// An object that an upload has a row for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptObject {
    /// Hex digest of its bytes, and its key.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Since when a filing, a decision or a document names it, in milliseconds; until then it may
    /// be swept.
    pub named_at: Option<i64>,
}

/// The file that a URL names; none when it names a server.
pub fn file(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//").into())
}

/// The newest migration that this build knows.
pub fn newest_migration() -> i64 {
    sqlite::newest_migration()
}

/// Copies a store to a new file, as it is at one moment, beside a running hub.
pub async fn copy(file: &Path, to: &Path) -> Result<(), StoreError> {
    sqlite::copy(file, to).await
}

/// Makes the file all there is of its store; fails while a process has it open.
pub async fn take_alone(file: &Path) -> Result<(), StoreError> {
    sqlite::take_alone(file).await
}

impl Store {
    /// Objects that uploads have rows for, after a digest, in the order of their digests.
    pub async fn kept_objects(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<KeptObject>, StoreError> {
        self.read(sql!("kept_objects"), &json!({"after": after, "limit": limit})).await
    }

    /// The newest migration that the tables have been through.
    pub async fn newest_applied(&self) -> Result<i64, StoreError> {
        Ok(self.engine.applied().await?.last().copied().unwrap_or_default())
    }
}

impl Tx {
    /// Forgets uploads whose bytes are not there: who sends them again is heard.
    pub async fn forget_uploads(&mut self, digests: &[String]) -> Result<u64, StoreError> {
        if digests.is_empty() {
            return Ok(0);
        }
        self.run(sql!("delete_attachments"), digests).await
    }
}

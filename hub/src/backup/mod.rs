//! Backup and restore of the embedded set: the store's file, the attachments, the signing key.
//!
//! A backup is a folder: `todoke.db`, `objects/` as the hub lays them, `signing.key`,
//! `files.sha256` (the digest of each, as `sha256sum --check` reads it) and `manifest.json`, which
//! has the digest of that list. The store is copied first and the objects after it: what a filing
//! names was there before the filing and never goes, so the objects of a later moment have all that
//! an earlier store names. The other way round an upload between the two would be missing.

mod fault;
mod files;
mod found;
mod make;
mod part;
mod restore;
mod target;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use fault::{BackupError, Damage};
pub use found::Found;
pub use make::Make;
pub use restore::{Restore, Restored};

use crate::config::Config;
use crate::objects::{Objects, path_of};
use crate::store::embedded;

/// The layout that this build writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The store's file in a backup.
pub const STORE: &str = "todoke.db";
/// The folder of attachments in a backup, laid out as the hub's own.
pub const OBJECTS: &str = "objects";
/// The signing key's file in a backup, as in `data.folder`.
pub const KEY: &str = "signing.key";
/// The list of all other files' digests.
pub const FILES: &str = "files.sha256";
/// What a backup says of itself.
pub const MANIFEST: &str = "manifest.json";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The layout: [`FORMAT`].
    pub format: u32,
    /// The build that made it.
    pub version: String,
    /// The store is as it was then (RFC 3339): what was committed before is in it.
    pub made_at: String,
    /// The newest migration of its tables.
    pub migration: i64,
    /// Filings in it.
    pub filings: i64,
    /// Deliveries in it.
    pub deliveries: i64,
    /// The newest filing's 受付番号.
    pub newest_filing: Option<String>,
    /// Attachments in it.
    pub objects: u64,
    /// Bytes of all files together.
    pub bytes: u64,
    /// Attachments that filings name and that could not be copied: digests.
    pub left_out: Vec<String>,
    /// Digest of the list of files.
    pub files_sha256: String,
}

/// Where an installation on the embedded engines keeps its things.
#[derive(Debug)]
struct Set {
    store: PathBuf,
    objects: String,
    folder: PathBuf,
}

impl Set {
    fn of(config: &Config) -> Result<Self, BackupError> {
        let store = embedded::file(&config.store.url);
        let store = store.ok_or(BackupError::NotEmbedded("store.url is PostgreSQL"))?;
        let objects = config.objects.url.clone();
        if !objects.is_empty() && !objects.starts_with("file://") {
            return Err(BackupError::NotEmbedded("objects.url is S3"));
        }
        Ok(Self { store, objects, folder: config.data.folder.clone() })
    }

    fn objects(&self) -> Result<Objects, BackupError> {
        Ok(Objects::open(&self.objects, &self.folder.join(OBJECTS))?)
    }

    fn key(&self) -> PathBuf {
        self.folder.join(KEY)
    }
}

fn url_of(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// An attachment's file in a backup.
fn object_file(sha256: &str) -> String {
    format!("{OBJECTS}/{}", path_of(sha256))
}

//! Where a backup is restored to: what lies there, and how it is put aside.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fault::at;
use super::{BackupError, Set, files, url_of};
use crate::clock::Clock;
use crate::store::{Filter, Store, embedded};

/// What SQLite may have beside a store's file, and the file itself first.
const ENDINGS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// What lies where the store will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lying {
    Nothing,
    /// A store that was opened once, without keys and filings.
    Empty,
    /// A store with this many filings, or one that cannot be read.
    Filings(String),
}

/// Looks, and makes sure that no hub is at it.
pub(super) async fn look(set: &Set, clock: &Arc<Clock>) -> Result<Lying, BackupError> {
    if ENDINGS.iter().all(|ending| fs::symlink_metadata(beside(&set.store, ending)).is_err()) {
        return Ok(Lying::Nothing);
    }
    if !set.store.is_file() {
        return Ok(Lying::Filings("an unknown number of".into()));
    }
    match embedded::take_alone(&set.store).await {
        Err(error) if error.is_in_use() => {
            return Err(BackupError::InUse { file: set.store.clone(), why: error.to_string() });
        }
        // It cannot be read at all: that may be why it is to be replaced.
        Err(_) => return Ok(Lying::Filings("an unknown number of".into())),
        Ok(()) => {}
    }
    Ok(count(set, clock).await.unwrap_or_else(|_| Lying::Filings("an unknown number of".into())))
}

async fn count(set: &Set, clock: &Arc<Clock>) -> Result<Lying, BackupError> {
    let store = Store::open(&url_of(&set.store), 1, Arc::clone(clock)).await?;
    let first = store.list_filings(&Filter { limit: 1, ..Filter::default() }).await;
    let keys = store.api_keys().await;
    let filings = store.totals().await;
    store.close().await;
    let is_empty = first?.is_empty() && keys?.is_empty();
    Ok(if is_empty { Lying::Empty } else { Lying::Filings(filings?.filings.to_string()) })
}

/// Renames a file, and what SQLite may have beside it; tells the new name when there was one.
pub(super) fn put_aside(file: &Path, clock: &Clock) -> Result<Option<PathBuf>, BackupError> {
    let name = format!(".before-restore-{}", clock.now().strftime("%Y%m%dT%H%M%S%3fZ"));
    let aside = beside(file, &name);
    let mut is_there = false;
    for ending in ENDINGS {
        let from = beside(file, ending);
        if fs::symlink_metadata(&from).is_ok() {
            let to = beside(&aside, ending);
            fs::rename(&from, &to).map_err(at(&from))?;
            is_there = true;
        }
    }
    files::sync_folder(file.parent().unwrap_or(Path::new(".")))?;
    Ok(is_there.then_some(aside))
}

/// The file whose name has this ending more.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

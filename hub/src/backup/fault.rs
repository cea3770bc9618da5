//! Why there is no backup, or nothing was restored; each sentence says what to do.

use std::io;
use std::path::{Path, PathBuf};

use crate::objects::ObjectError;
use crate::store::StoreError;

/// Damaged files that a sentence names at most.
const NAMED_MAX: usize = 10;

/// Why a backup or a restore ended early; nothing half-written has a name.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Other engines have other ways.
    #[error(
        "{0}: this copies the embedded set alone (SQLite and a local folder); for PostgreSQL and \
         S3 use pg_dump or a base backup and the bucket's own versions, as deploy/README.md says \
         under \"Backup and restore\""
    )]
    NotEmbedded(&'static str),
    /// There is nothing to copy.
    #[error("there is no store at {}; check store.url and data.folder", .0.display())]
    NoStore(PathBuf),
    /// Never written over.
    #[error(
        "{} is there already and stays as it is; name a folder that is not there",
        .0.display()
    )]
    Exists(PathBuf),
    /// Another process writes to the same place.
    #[error("another process is writing {}; wait for its end", .0.display())]
    Busy(PathBuf),
    /// No room.
    #[error(
        "the disk of {} is full: make room for about {}, or use another disk, and run it again",
        .folder.display(), bytes(*.needed)
    )]
    Full {
        /// Where.
        folder: PathBuf,
        /// Bytes that all of it takes.
        needed: u64,
    },
    /// Attachments of this installation are missing or damaged.
    #[error(
        "attachments that filings name are damaged, so no backup was made: {}. Put them back from \
         an earlier backup (the same path below its objects/), or leave them out with --incomplete",
        list(.0)
    )]
    Damaged(Vec<Damage>),
    /// The folder is no backup.
    #[error("{} is no backup of todoke: {why}", .folder.display())]
    NoBackup {
        /// Which.
        folder: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Files of the backup are missing or damaged.
    #[error(
        "the backup {} is damaged, and nothing was restored: {}. Use another backup, or put whole \
         files of the same names there", .folder.display(), list(.damages)
    )]
    Spoilt {
        /// Which.
        folder: PathBuf,
        /// What is wrong.
        damages: Vec<Damage>,
    },
    /// A newer build made it.
    #[error(
        "the backup was made by a newer build ({version}: migration {migration}; this build knows \
         up to {newest}), and nothing was restored: use todoke {version} or newer"
    )]
    Newer {
        /// Its build.
        version: String,
        /// Its newest migration.
        migration: i64,
        /// Ours.
        newest: i64,
    },
    /// There is a store with something in it.
    #[error(
        "{} holds {filings} filings, and nothing was restored; give --replace to put it aside \
         (it is renamed, not deleted), or set data.folder to another folder", .file.display()
    )]
    NotEmpty {
        /// The store's file.
        file: PathBuf,
        /// How many, or "unreadable".
        filings: String,
    },
    /// A hub runs on the store that would be replaced.
    #[error("{} is in use by a running process; stop the hub first ({why})", .file.display())]
    InUse {
        /// The store's file.
        file: PathBuf,
        /// What the engine says.
        why: String,
    },
    /// Receipts would be signed by another key than before.
    #[error(
        "{} is another key than the backup's, and nothing was restored; give --replace to put it \
         aside (it is renamed, not deleted)", .0.display()
    )]
    OtherKey(PathBuf),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The attachments.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// It is not there.
    Missing(String),
    /// It has other bytes than its digest says.
    OtherBytes(String),
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::OtherBytes(name) => write!(f, "{name} has other bytes"),
        }
    }
}

impl BackupError {
    /// Whether a disk has no room.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::File { source, .. } => crate::objects::is_full(source),
            Self::Store(error) => error.is_full(),
            Self::Object(error) => error.is_full(),
            Self::Full { .. } => true,
            Self::NotEmbedded(_)
            | Self::NoStore(_)
            | Self::Exists(_)
            | Self::Busy(_)
            | Self::Damaged(_)
            | Self::NoBackup { .. }
            | Self::Spoilt { .. }
            | Self::Newer { .. }
            | Self::NotEmpty { .. }
            | Self::InUse { .. }
            | Self::OtherKey(_) => false,
        }
    }

    /// Says what a full disk needs.
    pub(super) fn on_disk_of(self, folder: &Path, needed: u64) -> Self {
        if self.is_full() { Self::Full { folder: folder.to_owned(), needed } } else { self }
    }
}

/// Names the file in an error.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    move |source| BackupError::File { path: path.to_owned(), source }
}

fn list(damages: &[Damage]) -> String {
    let named: Vec<_> = damages.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = damages.len().saturating_sub(NAMED_MAX);
    let rest = if more == 0 { String::new() } else { format!(", and {more} more") };
    named.join(", ") + &rest
}

fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}

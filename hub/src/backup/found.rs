//! A backup that lies somewhere, and whether it is whole.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Component, Path, PathBuf};

use indicatif::ProgressBar;

use super::fault::at;
use super::{BackupError, Damage, FILES, FORMAT, KEY, MANIFEST, Manifest, STORE, files};
use crate::store::embedded;

/// A backup, with what it says of itself.
#[derive(Debug)]
pub struct Found {
    /// Where it lies.
    pub folder: PathBuf,
    /// What it says.
    pub manifest: Manifest,
}

/// A line of the list.
pub(super) struct Listed {
    pub sha256: String,
    /// Below the backup's folder.
    pub name: String,
}

impl Found {
    /// Reads the manifest; one of a newer build is refused.
    pub fn open(folder: &Path) -> Result<Self, BackupError> {
        let no = |why: String| BackupError::NoBackup { folder: folder.to_owned(), why };
        let text = match fs::read(folder.join(MANIFEST)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(no(format!("it has no {MANIFEST}; name the folder of a backup")));
            }
            text => text.map_err(at(&folder.join(MANIFEST)))?,
        };
        let manifest: serde_json::Value =
            serde_json::from_slice(&text).map_err(|e| no(format!("{MANIFEST}: {e}")))?;
        let newest = embedded::newest_migration();
        let number = |field: &str| manifest[field].as_i64().unwrap_or_default();
        if number("format") > i64::from(FORMAT) || number("migration") > newest {
            let version = manifest["version"].as_str().unwrap_or("?").to_owned();
            return Err(BackupError::Newer { version, migration: number("migration"), newest });
        }
        let manifest =
            serde_json::from_value(manifest).map_err(|e| no(format!("{MANIFEST}: {e}")))?;
        Ok(Self { folder: folder.to_owned(), manifest })
    }

    /// Compares every file with its digest, and the list with the manifest's.
    pub fn check(&self, bar: &ProgressBar) -> Result<(), BackupError> {
        let path = self.folder.join(FILES);
        let mut damages = Vec::new();
        match hashed(&path, &ProgressBar::hidden())? {
            None => damages.push(Damage::Missing(FILES.into())),
            Some(sha256) if sha256 != self.manifest.files_sha256 => {
                damages.push(Damage::OtherBytes(FILES.into()));
            }
            Some(_) => {}
        }
        if damages.is_empty() {
            for listed in self.list()? {
                let Listed { sha256: wanted, name } = listed?;
                match hashed(&self.folder.join(&name), bar)? {
                    None => damages.push(Damage::Missing(name)),
                    Some(sha256) if sha256 != wanted => damages.push(Damage::OtherBytes(name)),
                    Some(_) => {}
                }
            }
        }
        if damages.is_empty() {
            return Ok(());
        }
        Err(BackupError::Spoilt { folder: self.folder.clone(), damages })
    }

    /// Every file that is listed.
    pub(super) fn list(
        &self,
    ) -> Result<impl Iterator<Item = Result<Listed, BackupError>>, BackupError> {
        let path = self.folder.join(FILES);
        let lines = BufReader::new(File::open(&path).map_err(at(&path))?).lines();
        Ok(lines.map(move |line| {
            let line = line.map_err(at(&path))?;
            read(&line).ok_or_else(|| BackupError::NoBackup {
                folder: self.folder.clone(),
                why: format!("{FILES} has a line that is none: {line:.100}"),
            })
        }))
    }

    /// The digest of the store's file.
    pub(super) fn digest_of_store(&self) -> Result<String, BackupError> {
        for listed in self.list()? {
            let Listed { sha256, name } = listed?;
            if name == STORE {
                return Ok(sha256);
            }
        }
        let why = format!("{FILES} does not name {STORE}");
        Err(BackupError::NoBackup { folder: self.folder.clone(), why })
    }
}

/// The digest of a file; none when it is not there.
fn hashed(path: &Path, bar: &ProgressBar) -> Result<Option<String>, BackupError> {
    match files::hash(path, bar) {
        Err(BackupError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        hashed => hashed.map(|(sha256, _)| Some(sha256)),
    }
}

/// Only names below the backup's own folder.
fn read(line: &str) -> Option<Listed> {
    let (sha256, name) = line.split_once("  ")?;
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let is_ours = name == STORE || name == KEY || name == super::object_file(sha256);
    (is_digest && is_below && is_ours)
        .then(|| Listed { sha256: sha256.to_owned(), name: name.to_owned() })
}

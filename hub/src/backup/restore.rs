//! Restoring a backup: all of it is checked first, and the store takes its name last, so that a
//! hub never finds half of one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use indicatif::ProgressBar;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::fault::at;
use super::found::Listed;
use super::target::{self, Lying, beside};
use super::{BackupError, Damage, Found, KEY, Manifest, OBJECTS, STORE, Set, files};
use crate::clock::Clock;
use crate::config::Config;
use crate::objects::Objects;

/// What is restored, and where to.
pub struct Restore<'a> {
    /// The installation that it is restored to.
    pub config: &'a Config,
    /// The time.
    pub clock: &'a Arc<Clock>,
    /// The backup's folder.
    pub from: &'a Path,
    /// Put aside what lies there.
    pub replace: bool,
    /// Only look whether the backup is whole.
    pub check_only: bool,
    /// How far it is, in bytes.
    pub bar: ProgressBar,
}

/// What was restored.
#[derive(Debug, Serialize)]
pub struct Restored {
    /// What the backup says of itself.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// The store's file.
    pub store: PathBuf,
    /// What lay there before, under its new names.
    pub put_aside: Vec<PathBuf>,
}

impl Restore<'_> {
    /// Checks everything, then restores.
    pub async fn run(&self) -> Result<Restored, BackupError> {
        let set = Set::of(self.config)?;
        let found = Found::open(self.from)?;
        let bytes = found.manifest.bytes;
        let mut put_aside = Vec::new();
        if self.check_only {
            self.bar.set_length(bytes);
            found.check(&self.bar)?;
        } else {
            self.bar.set_length(2 * bytes);
            let lying = target::look(&set, self.clock).await?;
            let is_other_key = self.allow(&set, &lying)?;
            found.check(&self.bar)?;
            let written = self.write(&set, &found, is_other_key, &mut put_aside).await;
            written.map_err(|error| error.on_disk_of(&set.folder, bytes))?;
        }
        Ok(Restored { manifest: found.manifest, store: set.store, put_aside })
    }

    /// Whether what lies there may go. Tells whether the key there is another one.
    fn allow(&self, set: &Set, lying: &Lying) -> Result<bool, BackupError> {
        match lying {
            Lying::Filings(filings) if !self.replace => {
                let (file, filings) = (set.store.clone(), filings.clone());
                return Err(BackupError::NotEmpty { file, filings });
            }
            Lying::Nothing | Lying::Empty | Lying::Filings(_) => {}
        }
        let (there, ours) = (fs::read(set.key()), self.from.join(KEY));
        let Ok(there) = there else { return Ok(false) };
        let is_other = fs::read(&ours).is_ok_and(|ours| ours != there);
        // A hub that was started once on an empty store made a key that nobody has seen.
        if is_other && !self.replace && *lying != Lying::Empty {
            return Err(BackupError::OtherKey(set.key()));
        }
        Ok(is_other)
    }

    async fn write(
        &self,
        set: &Set,
        found: &Found,
        is_other_key: bool,
        put_aside: &mut Vec<PathBuf>,
    ) -> Result<(), BackupError> {
        fs::create_dir_all(&set.folder).map_err(at(&set.folder))?;
        let path = beside(&set.store, ".part");
        let part = open_part(&path)?;
        let copied = self.write_parts(set, found, (&path, part)).await;
        let Ok(lock) = copied else {
            drop(fs::remove_file(&path));
            return copied.map(drop);
        };
        if is_other_key {
            put_aside.extend(target::put_aside(&set.key(), self.clock)?);
        }
        if !set.key().exists() {
            let ours = self.from.join(KEY);
            files::write(&set.key(), &fs::read(&ours).map_err(at(&ours))?)?;
        }
        put_aside.extend(target::put_aside(&set.store, self.clock)?);
        files::rename(&path, &set.store)?;
        drop(lock);
        Ok(())
    }

    /// Everything that nobody looks at until the store has its name.
    async fn write_parts(
        &self,
        set: &Set,
        found: &Found,
        (path, mut part): (&Path, File),
    ) -> Result<File, BackupError> {
        let objects = Objects::open(&format!("file://{}", self.absolute()?), self.from)?;
        self.write_objects(&objects, &set.objects()?, found).await?;
        let wanted = found.digest_of_store()?;
        let (sha256, _) = files::copy(&self.from.join(STORE), (path, &mut part), &self.bar)?;
        self.compare(STORE, &sha256, &wanted)?;
        Ok(part)
    }

    fn absolute(&self) -> Result<String, BackupError> {
        let folder = self.from.join(OBJECTS);
        Ok(std::path::absolute(&folder).map_err(at(&folder))?.display().to_string())
    }

    async fn write_objects(
        &self,
        from: &Objects,
        to: &Objects,
        found: &Found,
    ) -> Result<(), BackupError> {
        for listed in found.list()? {
            let Listed { sha256, name } = listed?;
            if name == STORE || name == KEY || is_whole(to, &sha256).await? {
                continue;
            }
            let bytes = from.get(&sha256).await?;
            let bytes = bytes.inspect_ok(|chunk| self.bar.inc(chunk.len() as u64));
            let upload = to.receive(bytes, &format!("restore-{sha256}"), u64::MAX).await?;
            let is_same = self.compare(&name, &upload.stored.sha256, &sha256);
            if is_same.is_ok() {
                to.keep(upload).await?;
            } else {
                to.discard(upload).await?;
            }
            is_same?;
        }
        Ok(())
    }

    fn compare(&self, name: &str, sha256: &str, wanted: &str) -> Result<(), BackupError> {
        if sha256 == wanted {
            return Ok(());
        }
        let damages = vec![Damage::OtherBytes(name.to_owned())];
        Err(BackupError::Spoilt { folder: self.from.to_owned(), damages })
    }
}

/// The store's file while it grows, which one process has to itself.
fn open_part(path: &Path) -> Result<File, BackupError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(at(path))?;
    file.try_lock().map_err(|why| match why {
        fs::TryLockError::WouldBlock => BackupError::Busy(path.to_owned()),
        fs::TryLockError::Error(source) => at(path)(source),
    })?;
    file.set_len(0).map_err(at(path))?;
    Ok(file)
}

/// Whether an object is there with its own bytes; an earlier restore may have been killed.
async fn is_whole(objects: &Objects, sha256: &str) -> Result<bool, BackupError> {
    let mut bytes = match objects.get(sha256).await {
        Err(error) if error.is_missing() => return Ok(false),
        bytes => bytes?,
    };
    let mut hash = Sha256::new();
    while let Some(chunk) = bytes.try_next().await.map_err(at(Path::new(sha256)))? {
        hash.update(&chunk);
    }
    Ok(hex::encode(hash.finalize()) == sha256)
}

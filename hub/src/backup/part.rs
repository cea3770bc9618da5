//! A backup while it is being made: `NAME.part`, which one process has to itself.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::BackupError;
use super::fault::at;
use super::files;

const LOCK: &str = "lock";

/// The folder; it becomes the backup, or nothing.
pub(super) struct Part {
    folder: PathBuf,
    lock: File,
}

impl Part {
    /// Makes it beside where the backup will be; what a killed process left of one goes.
    pub(super) fn begin(to: &Path) -> Result<Self, BackupError> {
        if fs::symlink_metadata(to).is_ok() {
            return Err(BackupError::Exists(to.to_owned()));
        }
        let Some(name) = to.file_name() else {
            return Err(BackupError::Exists(to.to_owned()));
        };
        let mut name = name.to_owned();
        name.push(".part");
        let folder = to.with_file_name(name);
        make_folder(&folder).map_err(at(&folder))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(at(&path))?;
        lock.try_lock().map_err(|why| match why {
            fs::TryLockError::WouldBlock => BackupError::Busy(folder.clone()),
            fs::TryLockError::Error(source) => at(&path)(source),
        })?;
        let part = Self { folder, lock };
        part.clear(|name| name != LOCK).map_err(at(&part.folder))?;
        Ok(part)
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// Gives it its name, for good.
    pub(super) fn finish(self, to: &Path) -> Result<(), BackupError> {
        let path = self.folder.join(LOCK);
        let done = fs::remove_file(&path).map_err(at(&path));
        let done = done.and_then(|()| files::sync_folder(&self.folder));
        let done = done.and_then(|()| files::rename(&self.folder, to));
        if done.is_err() {
            self.discard();
        }
        done
    }

    /// Takes it away; what cannot be is taken away by the next one.
    pub(super) fn discard(self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            let folder = self.folder.display();
            tracing::warn!(%folder, %error, "what was copied so far is still there");
        }
        drop(self.lock);
    }

    fn clear(&self, is_old: impl Fn(&std::ffi::OsStr) -> bool) -> std::io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !is_old(&entry.file_name()) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// A backup has personal data, passwords of endpoints and the signing key: for its owner alone.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

//! A folder of `.eml` files instead of a relay, for trying the hub out and for other programs that
//! send them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use super::message::Letter;
use super::outcome::{Answer, Loss};

pub(super) struct Spool {
    folder: Arc<PathBuf>,
}

impl Spool {
    /// Makes the folder.
    pub(super) fn open(folder: &str) -> Result<Self, String> {
        if folder.is_empty() {
            return Err("mail.url names no folder; write spool:PATH".to_owned());
        }
        fs::create_dir_all(folder).map_err(|error| {
            format!("mail.url: the folder {folder} cannot be made ({error}); name another")
        })?;
        Ok(Self { folder: Arc::new(PathBuf::from(folder)) })
    }

    /// Puts a mail there, whole or not at all, over an earlier one of the same id.
    pub(super) async fn put(&self, letter: Letter) -> Answer {
        let folder = Arc::clone(&self.folder);
        let file = format!("{}.eml", letter.id);
        let name = file.clone();
        let done = spawn_blocking(move || put(&folder, &name, &letter.bytes)).await;
        match done.map_err(io::Error::other).flatten() {
            Ok(()) => Answer::Spooled { file },
            Err(error) => Answer::Lost(Loss::Spool(error.to_string())),
        }
    }

    /// Whether a file can be made there.
    pub(super) async fn look(&self) -> Result<String, Answer> {
        let folder = Arc::clone(&self.folder);
        let done = spawn_blocking(move || NamedTempFile::new_in(&*folder).map(drop)).await;
        match done.map_err(io::Error::other).flatten() {
            Ok(()) => Ok(format!("mails go to the folder {}", self.folder.display())),
            Err(error) => Err(Answer::Lost(Loss::Spool(error.to_string()))),
        }
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    // The new name is on disk only when the folder is.
    File::open(folder)?.sync_all()
}

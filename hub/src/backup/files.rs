//! Files of a backup: copied, hashed, listed, made to last.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::fault::at;
use super::{BackupError, FILES};

const BUFFER_BYTES: usize = 1 << 20;

/// The digest and size of a file.
pub(super) fn hash(path: &Path, bar: &ProgressBar) -> Result<(String, u64), BackupError> {
    let mut file = File::open(path).map_err(at(path))?;
    pass(&mut file, &mut std::io::sink(), bar).map_err(at(path))
}

/// Copies a file into one that is open, and makes it last; gives digest and size.
pub(super) fn copy(
    from: &Path,
    (to, file): (&Path, &mut File),
    bar: &ProgressBar,
) -> Result<(String, u64), BackupError> {
    let mut source = File::open(from).map_err(at(from))?;
    let passed = pass(&mut source, file, bar).and_then(|passed| {
        file.sync_all()?;
        Ok(passed)
    });
    passed.map_err(at(to))
}

fn pass(
    from: &mut impl Read,
    to: &mut impl Write,
    bar: &ProgressBar,
) -> std::io::Result<(String, u64)> {
    let (mut hash, mut size) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok((hex::encode(hash.finalize()), size));
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
        size += count as u64;
        bar.inc(count as u64);
    }
}

/// Makes a new file with these bytes that only its owner can read, and makes it last.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(std::io::Error::from)?;
        Ok(())
    };
    written().map_err(at(path))?;
    sync_folder(folder)
}

/// Makes the names in a folder last.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|file| file.sync_all()).map_err(at(folder))
}

/// Renames, and makes that last.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(at(to))?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))
}

/// `files.sha256`, as it grows.
pub(super) struct List {
    file: BufWriter<File>,
    hash: Sha256,
    /// Bytes of the files listed.
    pub bytes: u64,
}

impl List {
    pub(super) fn create(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(FILES);
        let file = File::create_new(&path).map_err(at(&path))?;
        Ok(Self { file: BufWriter::new(file), hash: Sha256::new(), bytes: 0 })
    }

    pub(super) fn add(&mut self, name: &str, sha256: &str, size: u64) -> Result<(), BackupError> {
        let line = format!("{sha256}  {name}\n");
        self.hash.update(&line);
        self.bytes += size;
        self.file.write_all(line.as_bytes()).map_err(at(Path::new(FILES)))
    }

    /// Makes it last; gives its digest.
    pub(super) fn finish(self) -> Result<String, BackupError> {
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(at(Path::new(FILES)))?;
        Ok(hex::encode(self.hash.finalize()))
    }
}

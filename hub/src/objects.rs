//! Attachments by their SHA-256, in a local folder (with fsync) or any S3-compatible store.
//!
//! An upload is [received](Objects::receive) under a name of its own and [kept](Objects::keep)
//! under its digest when all of it has come, so that nothing half-written is ever found by digest.
//! In a folder the library syncs the file before it takes its name, and then the folders; a name is
//! taken by an atomic rename.

mod s3;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::content::HEAD_BYTES;

/// What can go wrong with an object.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The store is not there, full or read-only, or refuses us.
    #[error("objects.url: {}", told(.0))]
    Store(#[from] object_store::Error),
    /// The store did not take the bytes: it is full or read-only, or it went away.
    #[error("objects.url: cannot write: {0}")]
    Write(io::Error),
    /// The bytes stopped coming.
    #[error("the upload broke off: {0}")]
    Broken(String),
    /// More bytes than allowed.
    #[error("more than {max} bytes")]
    TooLarge {
        /// The limit.
        max: u64,
    },
    /// The setting is no URL that can be used.
    #[error("objects.url: {0}; write file:///PATH or s3://BUCKET, or leave it empty")]
    Url(String),
}

impl ObjectError {
    /// Whether there is no object of that digest.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Store(object_store::Error::NotFound { .. }))
    }

    /// Whether the disk has no room.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(error) => is_full(error),
            Self::Write(error) => is_full(error),
            Self::Broken(_) | Self::TooLarge { .. } | Self::Url(_) => false,
        }
    }

    /// Whether the same may work in a moment: a store over the network does not answer, or the disk
    /// has no room.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Store(object_store::Error::Generic { store, source }) => {
                *store != LOCAL || is_full(source.as_ref())
            }
            Self::Store(_)
            | Self::Write(_)
            | Self::Broken(_)
            | Self::TooLarge { .. }
            | Self::Url(_) => false,
        }
    }
}

/// What the library calls a folder.
const LOCAL: &str = "LocalFileSystem";

/// Bytes of one part of an upload in parts: the least that S3 takes.
const PART_BYTES: usize = 5 << 20;

/// Where uploads are until all of their bytes have come.
pub(crate) const UPLOADS: &str = "uploads";

/// The object store.
#[derive(Debug, Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// The folder, when it is one.
    folder: Option<PathBuf>,
}

/// An upload of which all bytes have come; not to be found by its digest yet.
#[derive(Debug)]
#[must_use = "keep or discard it"]
pub struct Upload {
    /// What it is.
    pub stored: Stored,
    /// How it begins: as much as tells what it is.
    pub head: Vec<u8>,
    key: Key,
}

/// A stored upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Hex digest of its bytes, and its key.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

impl Objects {
    /// Opens the store of the URL; an empty one means a folder. S3 also goes by the usual `AWS_…`
    /// variables of the environment.
    pub fn open(url: &str, folder: &Path) -> Result<Self, ObjectError> {
        let variables = std::env::vars_os();
        let texts =
            variables.filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self::open_with(url, folder, texts)
    }

    /// The same with the given variables in place of the environment.
    pub fn open_with(
        url: &str,
        folder: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ObjectError> {
        let path = match (url, url.strip_prefix("file://")) {
            ("", _) => folder.to_owned(),
            (_, Some(path)) => path.into(),
            (_, None) => return Ok(Self { store: s3::open(url, variables)?, folder: None }),
        };
        std::fs::create_dir_all(&path).map_err(|e| {
            ObjectError::Url(format!("cannot make the folder {}: {e}", path.display()))
        })?;
        let local = LocalFileSystem::new_with_prefix(&path)?.with_fsync(true);
        Ok(Self { store: Arc::new(local), folder: Some(path) })
    }

    /// Receives a stream; nothing is kept when it breaks off or is too large. Memory stays flat in
    /// its size.
    pub async fn receive<E: std::fmt::Display>(
        &self,
        mut stream: impl futures::Stream<Item = Result<Bytes, E>> + Unpin,
        upload_id: &str,
        bytes_max: u64,
    ) -> Result<Upload, ObjectError> {
        let key = Key::from(format!("{UPLOADS}/{upload_id}"));
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.store), key.clone(), PART_BYTES)
            .with_max_concurrency(2);
        let (mut hash, mut size, mut head) = (Sha256::new(), 0_u64, Vec::new());
        while let Some(chunk) = stream.next().await {
            let problem = match chunk {
                Ok(chunk) => {
                    size += chunk.len() as u64;
                    hash.update(&chunk);
                    let more = HEAD_BYTES.saturating_sub(head.len()).min(chunk.len());
                    head.extend_from_slice(&chunk[..more]);
                    if size > bytes_max {
                        Some(ObjectError::TooLarge { max: bytes_max })
                    } else {
                        writer.write_all(&chunk).await.err().map(not_written)
                    }
                }
                Err(error) => Some(ObjectError::Broken(error.to_string())),
            };
            if let Some(problem) = problem {
                drop(writer.abort().await);
                return Err(problem);
            }
        }
        writer.shutdown().await.map_err(not_written)?;
        Ok(Upload { stored: Stored { sha256: hex::encode(hash.finalize()), size }, head, key })
    }

    /// Keeps an upload under the digest of its bytes; the same bytes twice are one object.
    pub async fn keep(&self, upload: Upload) -> Result<Stored, ObjectError> {
        let Upload { stored, key, .. } = upload;
        self.store.rename(&key, &object_key(&stored.sha256)).await?;
        Ok(stored)
    }

    /// Forgets an upload.
    pub async fn discard(&self, upload: Upload) -> Result<(), ObjectError> {
        Ok(self.store.delete(&upload.key).await?)
    }

    /// Receives a stream and keeps it at once.
    pub async fn put<E: std::fmt::Display>(
        &self,
        stream: impl futures::Stream<Item = Result<Bytes, E>> + Unpin,
        upload_id: &str,
        bytes_max: u64,
    ) -> Result<Stored, ObjectError> {
        let upload = self.receive(stream, upload_id, bytes_max).await?;
        self.keep(upload).await
    }

    /// Stores bytes that are there already under their digest.
    pub async fn put_bytes(&self, sha256: &str, bytes: Bytes) -> Result<(), ObjectError> {
        self.store.put(&object_key(sha256), bytes.into()).await?;
        Ok(())
    }

    /// A piece of an object, from a byte to the one before another.
    pub async fn piece(&self, sha256: &str, range: Range<u64>) -> Result<Bytes, ObjectError> {
        Ok(self.store.get_range(&object_key(sha256), range).await?)
    }

    /// The bytes of an object. Whoever sends them on compares their digest first: a disk may have
    /// changed them.
    pub async fn get(
        &self,
        sha256: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, io::Error>>, ObjectError> {
        let found = self.store.get(&object_key(sha256)).await?;
        Ok(found.into_stream().map_err(io::Error::other).boxed())
    }

    /// The bytes of an object for someone who cannot compare their digest: if they are not those of
    /// the digest, the last piece never comes.
    pub async fn get_sound(
        &self,
        sha256: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, io::Error>>, ObjectError> {
        let begin = (self.get(sha256).await?, Sha256::new(), None::<Bytes>);
        let expected = sha256.to_owned();
        let sound = futures::stream::try_unfold(begin, move |(mut stream, mut hash, mut held)| {
            let expected = expected.clone();
            async move {
                while let Some(piece) = stream.try_next().await? {
                    hash.update(&piece);
                    if let Some(before) = held.replace(piece) {
                        return Ok(Some((before, (stream, hash, held))));
                    }
                }
                let Some(last) = held.take() else { return Ok(None) };
                if hex::encode(hash.finalize()) != expected {
                    let changed = "the stored bytes have changed";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, changed));
                }
                let end = (futures::stream::empty().boxed(), Sha256::new(), None);
                Ok(Some((last, end)))
            }
        });
        Ok(sound.boxed())
    }

    /// Bytes of an object.
    pub async fn size(&self, sha256: &str) -> Result<u64, ObjectError> {
        Ok(self.store.head(&object_key(sha256)).await?.size)
    }

    /// Deletes an object; one that is not there is deleted already.
    pub async fn delete(&self, sha256: &str) -> Result<(), ObjectError> {
        match self.store.delete(&object_key(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes uploads that were begun before a time (milliseconds) and neither kept nor discarded,
    /// at most so many: their process vanished. Tells how many.
    pub async fn clear_uploads(&self, before: i64, max: usize) -> Result<usize, ObjectError> {
        if let Some(folder) = &self.folder {
            // The library does not list what is half-written.
            return clear_folder(&folder.join(UPLOADS), before, max).await.map_err(not_written);
        }
        let all = self.store.list(Some(&Key::from(UPLOADS)));
        let old = all
            .try_filter(|meta| std::future::ready(meta.last_modified.timestamp_millis() < before));
        let keys: Vec<_> = old.map_ok(|meta| meta.location).take(max).try_collect().await?;
        for key in &keys {
            self.store.delete(key).await?;
        }
        Ok(keys.len())
    }

    /// Whether the store can be written to and read. Many processes may ask at once, so what is
    /// written stays: deleting it would be another's failure.
    pub async fn probe(&self) -> Result<(), ObjectError> {
        let key = Key::from("probe");
        self.store.put(&key, Bytes::from_static(b"todoke").into()).await?;
        self.store.get(&key).await?.bytes().await?;
        Ok(())
    }
}

async fn clear_folder(folder: &Path, before: i64, max: usize) -> io::Result<usize> {
    let before = UNIX_EPOCH + Duration::from_millis(u64::try_from(before).unwrap_or_default());
    let mut count = 0;
    let mut files = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        files => files?,
    };
    while let Some(file) = files.next_entry().await? {
        if count == max {
            break;
        }
        // It may have been kept or cleared meanwhile.
        let Ok(meta) = file.metadata().await else { continue };
        if meta.modified()? < before && tokio::fs::remove_file(file.path()).await.is_ok() {
            count += 1;
        }
    }
    Ok(count)
}

fn not_written(error: io::Error) -> ObjectError {
    error.downcast().map_or_else(ObjectError::Write, ObjectError::Store)
}

/// What the library says, with what to look at.
fn told(error: &object_store::Error) -> String {
    use object_store::Error as E;
    let look = if matches!(error, E::Generic { store, .. } if *store == LOCAL) {
        "check that the folder can be written to by this user and that its disk has room"
    } else if matches!(error, E::Generic { .. }) {
        "check that the store runs, that AWS_ENDPOINT (and AWS_ALLOW_HTTP for http) are right and \
         that no firewall is between"
    } else if matches!(error, E::PermissionDenied { .. } | E::Unauthenticated { .. }) {
        "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may read, write and \
         delete there"
    } else if matches!(error, E::NotFound { .. }) {
        "check that the bucket or folder is there and named right"
    } else {
        return error.to_string();
    };
    format!("{error}; {look}")
}

/// Whether the disk has no room, somewhere down the chain of reasons.
pub(crate) fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        next = error.source();
    }
    false
}

fn object_key(sha256: &str) -> Key {
    Key::from(path_of(sha256))
}

/// Where an object lies in its store.
pub(crate) fn path_of(sha256: &str) -> String {
    format!("sha256/{}/{sha256}", &sha256[..2.min(sha256.len())])
}

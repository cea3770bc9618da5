//! Attachments by their SHA-256, in a local folder (with fsync) or any S3-compatible store.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

/// What can go wrong with an object.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The store is not there, full or read-only.
    #[error("objects.url: {0}")]
    Store(#[from] object_store::Error),
    /// The store did not take the bytes: it is full or read-only, or it went away.
    #[error("objects.url: cannot write: {0}")]
    Write(String),
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

/// The object store.
#[derive(Debug, Clone)]
pub struct Objects(Arc<dyn ObjectStore>);

/// A stored upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Hex digest of its bytes, and its key.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

impl Objects {
    /// Opens the store of the URL; an empty one means a folder.
    pub fn open(url: &str, folder: &Path) -> Result<Self, ObjectError> {
        let path = match (url, url.strip_prefix("file://")) {
            ("", _) => folder.to_owned(),
            (_, Some(path)) => path.into(),
            (_, None) => return Self::remote(url),
        };
        std::fs::create_dir_all(&path).map_err(|e| {
            ObjectError::Url(format!("cannot make the folder {}: {e}", path.display()))
        })?;
        let local = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        Ok(Self(Arc::new(local)))
    }

    fn remote(url: &str) -> Result<Self, ObjectError> {
        let parsed = url.parse().map_err(|e| ObjectError::Url(format!("{url}: {e}")))?;
        let options = std::env::vars().map(|(k, v)| (k.to_lowercase(), v));
        let options = options.filter(|(k, _)| k.starts_with("aws_"));
        let (store, prefix) = object_store::parse_url_opts(&parsed, options)?;
        Ok(Self(Arc::new(object_store::prefix::PrefixStore::new(store, prefix))))
    }

    /// Stores a stream under the digest of its bytes; nothing is kept when it breaks off or is too
    /// large. Memory stays flat in its size.
    pub async fn put<E: std::fmt::Display>(
        &self,
        mut stream: impl futures::Stream<Item = Result<Bytes, E>> + Unpin,
        upload_id: &str,
        bytes_max: u64,
    ) -> Result<Stored, ObjectError> {
        let key = Key::from(format!("uploads/{upload_id}"));
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.0), key.clone(), 5 << 20)
            .with_max_concurrency(2);
        let (mut hash, mut size) = (Sha256::new(), 0_u64);
        while let Some(chunk) = stream.next().await {
            let problem = match chunk {
                Ok(chunk) => {
                    size += chunk.len() as u64;
                    hash.update(&chunk);
                    if size > bytes_max {
                        Some(ObjectError::TooLarge { max: bytes_max })
                    } else {
                        let written = writer.write_all(&chunk).await;
                        written.err().map(|e| ObjectError::Write(e.to_string()))
                    }
                }
                Err(error) => Some(ObjectError::Broken(error.to_string())),
            };
            if let Some(problem) = problem {
                drop(writer.abort().await);
                return Err(problem);
            }
        }
        writer.shutdown().await.map_err(|e| ObjectError::Write(e.to_string()))?;
        let sha256 = hex::encode(hash.finalize());
        self.0.rename(&key, &object_key(&sha256)).await?;
        Ok(Stored { sha256, size })
    }

    /// The bytes of an object.
    pub async fn get(
        &self,
        sha256: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, std::io::Error>>, ObjectError> {
        let found = self.0.get(&object_key(sha256)).await?;
        Ok(found.into_stream().map_err(std::io::Error::other).boxed())
    }

    /// Whether the store can be written to and read. Many processes may ask at once, so what is
    /// written stays: deleting it would be another's failure.
    pub async fn probe(&self) -> Result<(), ObjectError> {
        let key = Key::from("probe");
        self.0.put(&key, Bytes::from_static(b"todoke").into()).await?;
        self.0.get(&key).await?.bytes().await?;
        Ok(())
    }
}

/// Whether the disk has no room, somewhere down the chain of reasons.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
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
    Key::from(format!("sha256/{}/{sha256}", &sha256[..2.min(sha256.len())]))
}

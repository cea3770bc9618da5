//! A finished package: its size, its digest, and its bytes as often as they are needed.

use std::io;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256, digest};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::AsyncRead;
use tokio_util::io::{ReaderStream, StreamReader};

/// Bytes read from a spool file at once.
const READ_BYTES: usize = 128 * 1024;

/// A package's bytes, in memory or in a spool file that goes with the last clone.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Bytes of the archive.
    pub size: u64,
    /// Lower-case hex SHA-256 of the archive.
    pub sha256: String,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Memory(Bytes),
    Spool(Arc<TempPath>),
}

impl Sealed {
    /// A package whose bytes are at hand.
    pub fn in_memory(bytes: Bytes) -> Self {
        let sha256 = hex::encode(digest(&SHA256, &bytes));
        Self { size: bytes.len() as u64, sha256, body: Body::Memory(bytes) }
    }

    /// A package in a file, which is read once for the digest. Blocks.
    pub(super) fn spooled(path: TempPath) -> io::Result<Self> {
        let mut file = std::fs::File::open(&path)?;
        let (mut context, mut size) = (Context::new(&SHA256), 0);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let count = io::Read::read(&mut file, &mut buffer)?;
            if count == 0 {
                break;
            }
            context.update(&buffer[..count]);
            size += count as u64;
        }
        let sha256 = hex::encode(context.finish());
        Ok(Self { size, sha256, body: Body::Spool(Arc::new(path)) })
    }

    /// The whole package, if it is in memory.
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.body {
            Body::Memory(bytes) => Some(bytes),
            Body::Spool(_) => None,
        }
    }

    /// The bytes from the beginning, in pieces.
    pub async fn stream(&self) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        match &self.body {
            Body::Memory(bytes) => Ok(stream::iter([Ok(bytes.clone())]).boxed()),
            Body::Spool(path) => {
                let file = File::open(path.as_ref()).await?;
                // The stream keeps the file alive even when every `Sealed` is gone.
                let kept = Arc::clone(path);
                let pieces = ReaderStream::with_capacity(file, READ_BYTES);
                Ok(pieces.inspect(move |_| _ = &kept).boxed())
            }
        }
    }

    /// The bytes from the beginning, to read.
    pub async fn reader(&self) -> io::Result<impl AsyncRead + Send + Unpin + use<>> {
        Ok(StreamReader::new(self.stream().await?))
    }
}

//! All of a filing for whoever filed it: its print, its receipt and its files in a plain ZIP file,
//! written as packages are.

use std::path::Path;

use bytes::Bytes;
use schemas::Attachment;

use super::bag::Bag;
use super::{AttachmentSource, SealError, Sealed, add_attachment, blocking, target};

/// What stands in a set.
#[derive(Debug, Clone)]
pub struct Set {
    /// The folder in which all of it lies.
    pub folder: String,
    /// The hub's own files, name and bytes.
    pub texts: Vec<(&'static str, Bytes)>,
    /// The files of `attachments/`, read from the source by digest while sealing.
    pub attachments: Vec<Attachment>,
}

/// Writes a set, in memory or in the folder `spool` as [`seal`](super::seal) does, and as sure that
/// the bytes are those that were filed.
pub async fn seal_set(
    set: &Set,
    source: &dyn AttachmentSource,
    spool: &Path,
    memory_bytes_max: usize,
) -> Result<Sealed, SealError> {
    let own = set.texts.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let bytes = set.attachments.iter().fold(own, |sum: u64, it| sum.saturating_add(it.size));
    let target = target(bytes, spool, memory_bytes_max).await?;
    let in_memory = target.is_memory();
    let mut bag = Bag::open(target, format!("{}/", set.folder));
    for (name, bytes) in &set.texts {
        bag.payload_file(name, bytes)?;
    }
    for attachment in &set.attachments {
        bag = add_attachment(bag, ("attachments", attachment), source).await?;
    }
    if in_memory { bag.close() } else { blocking(move || bag.close()).await }
}

//! What an authority gets: a BagIt 1.0 bag (RFC 8493) in a ZIP file, the same bytes on every try.
//!
//! ```text
//! todoke-<delivery id>/
//!   bagit.txt  bag-info.txt
//!   data/filing.json  data/filing.csv  data/receipt.json
//!   data/filing.xml  data/manifest.json                     (since the second layout,
//!   data/filing.pdf                                          which may have a print)
//!   data/attachments/*
//!   manifest-sha256.txt  manifest-sha512.txt  tagmanifest-sha256.txt  tagmanifest-sha512.txt
//! ```
//!
//! Entries are stored, not compressed, with a fixed date and in a fixed order, so that the bytes
//! are a function of the contents alone and no library's version can change them. A package that
//! was planned in an earlier layout is built in it for ever.

mod bag;
mod characters;
mod ledger;
mod manifest;
mod open;
mod sealed;
mod set;
mod xml;

use std::io;
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::Timestamp;
use jiff::tz::Offset;
use schemas::{Attachment, DeliveryId};

use bag::{Bag, Target};
pub use characters::{Cell, Replaced, check_profile};
pub use ledger::{Ledger, LedgerFacts, ledger, ledger_csv, ledger_of_many};
pub use open::{HeldFile, OpenError, Opened, read_package};
pub use sealed::Sealed;
pub use set::{Set, seal_set};
pub use xml::{Forbidden, Xml, filing_xml};

use crate::print::Print;

/// The number of the layout in which new packages are built; stands in `bag-info.txt` since the
/// second.
pub const LAYOUT: u32 = 2;

/// Everything that goes into one delivery's package.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The delivery; names the package and its folder.
    pub delivery: DeliveryId,
    /// 受付番号.
    pub receipt_number: String,
    /// When the hub recorded the filing; its day in Japan is the bag's date.
    pub received_at: Timestamp,
    /// `data/filing.json`.
    pub filing_json: Bytes,
    /// `data/receipt.json`.
    pub receipt_json: Bytes,
    /// Whether it is a test and no filing: `bag-info.txt` and `data/manifest.json` say so.
    pub is_test: bool,
    /// The rest of the hub's own files.
    pub layout: Layout,
    /// The files of `data/attachments/`, read from the source by digest while sealing.
    pub attachments: Vec<Attachment>,
}

/// Which files there are beside `filing.json` and `receipt.json`.
#[derive(Debug, Clone)]
pub enum Layout {
    /// `data/filing.csv` alone, as [`ledger_csv`] makes it.
    First(Bytes),
    /// All of today's.
    Second(Box<Second>),
}

/// The files of the second layout.
#[derive(Debug, Clone)]
pub struct Second {
    /// `data/filing.csv`, as [`ledger`] makes it.
    pub ledger: Ledger,
    /// `data/filing.xml`, as [`filing_xml`] makes it.
    pub xml: Xml,
    /// `data/filing.pdf`, where packages have one.
    pub print: Option<Print>,
}

/// The hub's own payload files, path and bytes, in the order in which they stand in the bag.
pub type Texts = Vec<(&'static str, Bytes)>;

impl Contents {
    /// The hub's own files, path in the bag and bytes.
    pub fn texts(&self) -> Texts {
        let json = ("data/filing.json", self.filing_json.clone());
        let receipt = ("data/receipt.json", self.receipt_json.clone());
        match &self.layout {
            Layout::First(csv) => vec![json, ("data/filing.csv", csv.clone()), receipt],
            Layout::Second(second) => {
                let csv = ("data/filing.csv", second.ledger.bytes.clone());
                let xml = ("data/filing.xml", Bytes::from(second.xml.text.clone()));
                let mut texts = vec![json, csv, xml, receipt];
                if let Some(print) = &second.print {
                    texts.insert(3, ("data/filing.pdf", print.bytes.clone()));
                }
                texts.push((manifest::PATH, manifest::manifest(self, second, &texts)));
                texts
            }
        }
    }

    /// Bytes of all payload files, those of the hub's own given.
    fn payload_bytes(&self, texts: &Texts) -> u64 {
        let own = texts.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        self.attachments.iter().fold(own, |sum, a| sum.saturating_add(a.size))
    }
}

/// Where attachments are read from.
#[async_trait]
pub trait AttachmentSource: Send + Sync {
    /// The bytes of the object with this lower-case hex SHA-256, from the beginning.
    async fn open(&self, sha256: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>>;
}

/// A source that holds nothing, for filings without attachments.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAttachments;

#[async_trait]
impl AttachmentSource for NoAttachments {
    async fn open(&self, sha256: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        Err(io::Error::new(io::ErrorKind::NotFound, format!("no object {sha256}")))
    }
}

/// Why a package could not be sealed; none of these is the authority's fault.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The object store did not give the bytes.
    #[error("attachment {name:?} cannot be read from the object store: {error}")]
    Source {
        /// The attachment.
        name: String,
        /// What the store said.
        error: io::Error,
    },
    /// The stored bytes are not those that the operator sent.
    #[error(
        "attachment {name:?} has SHA-256 {found} in the object store, the filing says {expected}"
    )]
    Digest {
        /// The attachment.
        name: String,
        /// What the filing says.
        expected: String,
        /// What the bytes have.
        found: String,
    },
    /// The stored bytes are more or fewer than the operator sent.
    #[error(
        "attachment {name:?} has {found} bytes in the object store, the filing says {expected}"
    )]
    Size {
        /// The attachment.
        name: String,
        /// What the filing says.
        expected: u64,
        /// Bytes read (at most one piece more than expected).
        found: u64,
    },
    /// The name may not stand in a package.
    #[error("attachment {name:?} may not stand in a package: {problem}")]
    Name {
        /// The attachment.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The spool folder failed: full, or not writable.
    #[error("the package cannot be written to the spool folder: {0}")]
    Spool(#[from] io::Error),
    /// The archive could not be written.
    #[error("the package cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// Pieces that go to the spool file at once; smaller ones are gathered first.
const SPOOL_PIECE_BYTES: usize = 1024 * 1024;

/// Builds the package. Up to `memory_bytes_max` of payload it stays in memory; above, it is
/// streamed into a file in the folder `spool`, which the last [`Sealed`] of it removes. (After a
/// crash files named `package-*` may be left there; they may be removed at the next start.)
pub async fn seal(
    contents: &Contents,
    source: &dyn AttachmentSource,
    spool: &Path,
    memory_bytes_max: usize,
) -> Result<Sealed, SealError> {
    let texts = contents.texts();
    let payload_bytes = contents.payload_bytes(&texts);
    let target = target(payload_bytes, spool, memory_bytes_max).await?;
    let in_memory = target.is_memory();
    let mut bag = Bag::start(target, contents, &texts)?;
    for attachment in &contents.attachments {
        bag = add_attachment(bag, ("data/attachments", attachment), source).await?;
    }
    if in_memory { bag.finish() } else { blocking(move || bag.finish()).await }
}

/// Where an archive of so many bytes grows.
async fn target(
    payload_bytes: u64,
    spool: &Path,
    memory_bytes_max: usize,
) -> Result<Target, SealError> {
    if payload_bytes <= memory_bytes_max as u64 {
        return Ok(Target::memory(payload_bytes));
    }
    let folder = spool.to_owned();
    blocking(move || Ok(Target::spool(&folder)?)).await
}

/// The bag's date: the day in Japan.
fn day_in_japan(at: Timestamp) -> jiff::civil::Date {
    Offset::constant(9).to_datetime(at).date()
}

async fn add_attachment(
    mut bag: Box<Bag>,
    (folder, attachment): (&str, &Attachment),
    source: &dyn AttachmentSource,
) -> Result<Box<Bag>, SealError> {
    let name = &attachment.name;
    schemas::filing::check_file_name(name, usize::MAX)
        .map_err(|problem| SealError::Name { name: name.clone(), problem })?;
    let unreadable = |error| SealError::Source { name: name.clone(), error };
    let mut stream = source.open(&attachment.sha256).await.map_err(unreadable)?;
    bag.begin(&format!("{folder}/{name}"), attachment.size)?;
    let mut found: u64 = 0;
    let mut pieces = Vec::new();
    let mut gathered = 0;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(unreadable)?;
        found += piece.len() as u64;
        if found > attachment.size {
            break;
        }
        gathered += piece.len();
        pieces.push(piece);
        if gathered >= SPOOL_PIECE_BYTES {
            bag = write(bag, std::mem::take(&mut pieces)).await?;
            gathered = 0;
        }
    }
    bag = write(bag, pieces).await?;
    if found != attachment.size {
        let expected = attachment.size;
        return Err(SealError::Size { name: name.clone(), expected, found });
    }
    let found = bag.end();
    if found != attachment.sha256 {
        let expected = attachment.sha256.clone();
        return Err(SealError::Digest { name: name.clone(), expected, found });
    }
    Ok(bag)
}

/// Writes the pieces: in memory at once, to a spool file on a thread that may block.
async fn write(mut bag: Box<Bag>, pieces: Vec<Bytes>) -> Result<Box<Bag>, SealError> {
    let in_memory = bag.is_memory();
    let work = move || {
        for piece in &pieces {
            bag.write(piece)?;
        }
        Ok(bag)
    };
    if in_memory { work() } else { blocking(work).await }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
) -> Result<T, SealError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| SealError::Spool(io::Error::other(e)))?
}

//! Writes the bag: payload first, then the manifests over what was written.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use aws_lc_rs::digest::{Context, Digest, SHA256, SHA512};
use bytes::Bytes;
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Contents, LAYOUT, Layout, SealError, Sealed, Texts, day_in_japan};

/// Room for headers, tag files and manifests of a bag without attachments.
const FRAME_BYTES: usize = 6 * 1024;

/// Where the archive grows.
pub(super) enum Target {
    Memory(Cursor<Vec<u8>>),
    Spool(BufWriter<NamedTempFile>),
}

impl Target {
    pub(super) fn memory(payload_bytes: u64) -> Self {
        let payload_bytes = usize::try_from(payload_bytes).unwrap_or(0);
        Self::Memory(Cursor::new(Vec::with_capacity(payload_bytes + FRAME_BYTES)))
    }

    pub(super) fn spool(folder: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix("package-").tempfile_in(folder)?;
        Ok(Self::Spool(BufWriter::with_capacity(256 * 1024, file)))
    }

    pub(super) fn is_memory(&self) -> bool {
        matches!(self, Self::Memory(_))
    }

    fn seal(self) -> io::Result<Sealed> {
        match self {
            Self::Memory(bytes) => Ok(Sealed::in_memory(Bytes::from(bytes.into_inner()))),
            Self::Spool(file) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                Sealed::spooled(file.into_temp_path())
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Memory(to) => to.write(bytes),
            Self::Spool(to) => to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Memory(to) => to.flush(),
            Self::Spool(to) => to.flush(),
        }
    }
}

impl Seek for Target {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Memory(target) => target.seek(to),
            Self::Spool(target) => target.seek(to),
        }
    }
}

/// Both digests of one file, as the manifests want them.
#[derive(Clone)]
pub(super) struct Sums {
    sha256: Context,
    sha512: Context,
}

impl Sums {
    pub(super) fn new() -> Self {
        Self { sha256: Context::new(&SHA256), sha512: Context::new(&SHA512) }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sha512.update(bytes);
    }

    /// Lower-case hex of SHA-256 and SHA-512.
    pub(super) fn finish(self) -> (String, String) {
        let text = |digest: Digest| hex::encode(digest.as_ref());
        (text(self.sha256.finish()), text(self.sha512.finish()))
    }
}

/// The text of a SHA-256 and a SHA-512 manifest, in the order in which files were written.
#[derive(Default)]
struct Manifests {
    sha256: String,
    sha512: String,
}

impl Manifests {
    fn add(&mut self, path: &str, sums: &(String, String)) {
        let path = encode_path(path);
        // Writing into a String cannot fail.
        let _ = writeln!(self.sha256, "{}  {path}", sums.0);
        let _ = writeln!(self.sha512, "{}  {path}", sums.1);
    }
}

/// RFC 8493 §2.1.3: CR, LF and `%`, and only those, are percent-encoded in manifests.
fn encode_path(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A bag under construction.
pub(super) struct Bag {
    zip: ZipWriter<Target>,
    in_memory: bool,
    folder: String,
    entry: Option<(String, Sums)>,
    payload: Manifests,
    tags: Manifests,
}

impl Bag {
    /// One without anything yet, all of it to stand below `folder`.
    pub(super) fn open(target: Target, folder: String) -> Box<Self> {
        let in_memory = target.is_memory();
        let (payload, tags) = (Manifests::default(), Manifests::default());
        let zip = ZipWriter::new(target);
        Box::new(Self { zip, in_memory, folder, entry: None, payload, tags })
    }

    /// Writes what comes before the attachments.
    pub(super) fn start(
        target: Target,
        contents: &Contents,
        texts: &Texts,
    ) -> Result<Box<Self>, SealError> {
        let mut bag = Self::open(target, format!("todoke-{}/", contents.delivery));
        let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
        bag.tag_file("bagit.txt", declaration)?;
        bag.tag_file("bag-info.txt", &bag_info(contents, texts))?;
        for (path, bytes) in texts {
            bag.payload_file(path, bytes)?;
        }
        Ok(bag)
    }

    pub(super) fn is_memory(&self) -> bool {
        self.in_memory
    }

    /// Starts a payload file of `size` bytes.
    pub(super) fn begin(&mut self, path: &str, size: u64) -> Result<(), SealError> {
        self.start_entry(path, size)?;
        self.entry = Some((path.to_owned(), Sums::new()));
        Ok(())
    }

    /// The next bytes of the payload file.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), SealError> {
        if let Some((_, sums)) = &mut self.entry {
            sums.update(bytes);
        }
        Ok(self.zip.write_all(bytes)?)
    }

    /// Ends the payload file; answers its SHA-256.
    pub(super) fn end(&mut self) -> String {
        let Some((path, sums)) = self.entry.take() else { return String::new() };
        let sums = sums.finish();
        self.payload.add(&path, &sums);
        sums.0
    }

    /// Writes the manifests and closes the archive.
    pub(super) fn finish(mut self) -> Result<Sealed, SealError> {
        let payload = std::mem::take(&mut self.payload);
        self.tag_file("manifest-sha256.txt", &payload.sha256)?;
        self.tag_file("manifest-sha512.txt", &payload.sha512)?;
        let tags = std::mem::take(&mut self.tags);
        self.tag_file("tagmanifest-sha256.txt", &tags.sha256)?;
        self.tag_file("tagmanifest-sha512.txt", &tags.sha512)?;
        self.close()
    }

    /// Closes the archive without any manifest.
    pub(super) fn close(self) -> Result<Sealed, SealError> {
        Ok(self.zip.finish()?.seal()?)
    }

    /// Writes a whole payload file.
    pub(super) fn payload_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), SealError> {
        self.begin(path, bytes.len() as u64)?;
        self.write(bytes)?;
        self.end();
        Ok(())
    }

    fn tag_file(&mut self, path: &str, text: &str) -> Result<(), SealError> {
        self.start_entry(path, text.len() as u64)?;
        self.zip.write_all(text.as_bytes())?;
        let mut sums = Sums::new();
        sums.update(text.as_bytes());
        self.tags.add(path, &sums.finish());
        Ok(())
    }

    fn start_entry(&mut self, path: &str, size: u64) -> Result<(), SealError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(size >= u64::from(u32::MAX));
        Ok(self.zip.start_file(format!("{}{path}", self.folder), options)?)
    }
}

/// What `bag-info.txt` says of a test.
const TEST_LINE: &str =
    "External-Description: 疎通確認(テスト)であり、届出ではありません。/ A test, not a filing.\n";

/// RFC 8493 §2.2.2, without anything that could differ between two tries.
fn bag_info(contents: &Contents, texts: &Texts) -> String {
    let files = contents.attachments.len() + texts.len();
    let layout = match &contents.layout {
        Layout::First(_) => String::new(),
        Layout::Second(_) => format!("Todoke-Layout: {LAYOUT}\n"),
    };
    // A bag of a filing says nothing of it: its bytes stay as they were in every build.
    let test = if contents.is_test { TEST_LINE } else { "" };
    format!(
        "Source-Organization: Todoke\nExternal-Identifier: {}\nInternal-Sender-Identifier: {}\n\
         Bagging-Date: {}\nPayload-Oxum: {}.{files}\n{layout}{test}",
        contents.receipt_number,
        contents.delivery,
        day_in_japan(contents.received_at),
        contents.payload_bytes(texts),
    )
}

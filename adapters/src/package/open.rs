//! Opens a package and believes nothing: for far sides, and for comparing what they hold.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use serde::Deserialize;
use zip::ZipArchive;
use zip::result::ZipError;

use super::bag::Sums;
use super::manifest;

/// Bytes of `filing.json`, `filing.csv`, `receipt.json` and of each tag file that are read at most.
const TEXT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A package whose every manifest fits.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The folder's name, `todoke-<delivery id>`.
    pub folder: String,
    /// `bag-info.txt`, label to value.
    pub info: BTreeMap<String, String>,
    /// `data/filing.json`.
    pub filing_json: Bytes,
    /// `data/filing.csv`.
    pub filing_csv: Bytes,
    /// `data/receipt.json`.
    pub receipt_json: Bytes,
    /// `data/filing.xml`; packages of the first layout have none.
    pub filing_xml: Option<Bytes>,
    /// `data/filing.pdf`, where there is one.
    pub filing_pdf: Option<Bytes>,
    /// `data/manifest.json`, its every file compared; packages of the first layout have none.
    pub manifest_json: Option<Bytes>,
    /// The attachments, by name.
    pub attachments: Vec<HeldFile>,
}

/// One attachment of an opened package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex SHA-256.
    pub sha256: String,
}

/// What is wrong with a package.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not a ZIP file, or cut short.
    #[error("it is not a whole ZIP archive: {0}")]
    Zip(#[from] ZipError),
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// An entry leads out of the bag's folder, or the bag has no folder of its own.
    #[error("entry {0:?} does not lie in the bag's folder")]
    Path(String),
    /// The entries are more than the archive can hold, since it is compressed or they overlap.
    #[error("its entries hold more bytes than the archive has; a package's are stored as they are")]
    Swollen,
    /// A file that must be there is not.
    #[error("{0:?} is missing")]
    Missing(String),
    /// A file that no manifest names.
    #[error("{0:?} is in the archive but in no manifest")]
    Extra(String),
    /// A file's digest differs from its manifest's.
    #[error("{0:?} does not have the digest that its manifest says")]
    Digest(String),
    /// A tag file cannot be understood.
    #[error("{file} is not well formed: {problem}")]
    Tag {
        /// The tag file.
        file: &'static str,
        /// What is wrong.
        problem: String,
    },
}

struct Entry {
    size: u64,
    sums: (String, String),
    text: Option<Bytes>,
}

type Entries = BTreeMap<String, Entry>;

/// Reads a package once, streaming, and checks it: one folder, no path out of it, both payload and
/// both tag manifests complete and true, `Payload-Oxum` right. No more is read than the archive has
/// bytes, so that a small one that swells harms nobody. Blocks.
pub fn read_package(mut reader: impl Read + Seek) -> Result<Opened, OpenError> {
    let mut left = reader.seek(SeekFrom::End(0))?;
    let mut archive = ZipArchive::new(reader)?;
    let (mut folder, mut entries) = (None, Entries::new());
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let name = file.name()?.into_owned();
        let (top, path) = split(&name).ok_or_else(|| OpenError::Path(name.clone()))?;
        if folder.get_or_insert_with(|| top.to_owned()) != top {
            return Err(OpenError::Path(name));
        }
        let keep = !path.starts_with("data/attachments/");
        let entry = read_entry(&mut file, keep, left)?;
        left -= entry.size;
        entries.insert(path.to_owned(), entry);
    }
    check_declaration(&entries)?;
    check_manifest(&entries, "manifest-sha256.txt", true)?;
    check_manifest(&entries, "manifest-sha512.txt", true)?;
    check_manifest(&entries, "tagmanifest-sha256.txt", false)?;
    check_manifest(&entries, "tagmanifest-sha512.txt", false)?;
    let info = check_oxum(&entries)?;
    let is_later = info.contains_key("Todoke-Layout");
    let attachments = entries.iter().filter_map(|(path, entry)| {
        let name = path.strip_prefix("data/attachments/")?.to_owned();
        Some(HeldFile { name, size: entry.size, sha256: entry.sums.0.clone() })
    });
    Ok(Opened {
        folder: folder.unwrap_or_default(),
        info,
        filing_json: text(&entries, "data/filing.json")?,
        filing_csv: text(&entries, "data/filing.csv")?,
        receipt_json: text(&entries, "data/receipt.json")?,
        filing_xml: is_later.then(|| text(&entries, "data/filing.xml")).transpose()?,
        filing_pdf: entries.get("data/filing.pdf").and_then(|entry| entry.text.clone()),
        manifest_json: is_later.then(|| check_listed(&entries)).transpose()?,
        attachments: attachments.collect(),
    })
}

/// The folder and the path in it; nothing for a path that leads elsewhere.
fn split(name: &str) -> Option<(&str, &str)> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let (folder, path) = name.split_once('/')?;
    let is_plain = !name.contains(['\\', '\0']) && plain(folder) && path.split('/').all(plain);
    is_plain.then_some((folder, path))
}

fn read_entry(file: &mut impl Read, keep: bool, bytes_max: u64) -> Result<Entry, OpenError> {
    let (mut sums, mut size) = (Sums::new(), 0);
    let (mut buffer, mut text) = (vec![0; 64 * 1024], Vec::new());
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        sums.update(&buffer[..count]);
        size += count as u64;
        if size > bytes_max {
            return Err(OpenError::Swollen);
        }
        if keep && size <= TEXT_BYTES_MAX {
            text.extend_from_slice(&buffer[..count]);
        }
    }
    let text = (keep && size <= TEXT_BYTES_MAX).then(|| text.into());
    Ok(Entry { size, sums: sums.finish(), text })
}

fn text(entries: &Entries, path: &str) -> Result<Bytes, OpenError> {
    let found = entries.get(path).and_then(|entry| entry.text.clone());
    found.ok_or_else(|| OpenError::Missing(path.to_owned()))
}

fn lines(entries: &Entries, file: &'static str) -> Result<String, OpenError> {
    let bytes = text(entries, file)?;
    let not_utf8 = |_| OpenError::Tag { file, problem: "it is not UTF-8".to_owned() };
    String::from_utf8(bytes.into()).map_err(not_utf8)
}

fn check_declaration(entries: &Entries) -> Result<(), OpenError> {
    let text = lines(entries, "bagit.txt")?;
    let expected = ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"];
    if text.lines().eq(expected) {
        return Ok(());
    }
    let problem = "it does not declare BagIt 1.0 in UTF-8".to_owned();
    Err(OpenError::Tag { file: "bagit.txt", problem })
}

/// Every file of the manifest's kind stands in it once, with its digest, and nothing else does.
fn check_manifest(entries: &Entries, file: &'static str, payload: bool) -> Result<(), OpenError> {
    let text = lines(entries, file)?;
    let mut named = BTreeMap::new();
    for line in text.lines() {
        let Some((digest, path)) = line.split_once("  ") else {
            return Err(OpenError::Tag { file, problem: format!("line {line:?}") });
        };
        named.insert(decode_path(path), digest.to_owned());
    }
    let is_of_kind = |path: &str| {
        if payload {
            path.starts_with("data/")
        } else {
            !path.starts_with("data/") && !path.starts_with("tagmanifest-")
        }
    };
    for (path, entry) in entries.iter().filter(|(path, _)| is_of_kind(path)) {
        let digest = named.remove(path).ok_or_else(|| OpenError::Extra(path.clone()))?;
        let found = if file.ends_with("sha512.txt") { &entry.sums.1 } else { &entry.sums.0 };
        if *found != digest {
            return Err(OpenError::Digest(path.clone()));
        }
    }
    named.pop_first().map_or(Ok(()), |(path, _)| Err(OpenError::Missing(path)))
}

/// The machine's list names every other file of the payload with its digest and size, and no more.
fn check_listed(entries: &Entries) -> Result<Bytes, OpenError> {
    let bytes = text(entries, manifest::PATH)?;
    let tag = |problem: String| OpenError::Tag { file: manifest::PATH, problem };
    let read: Listed = serde_json::from_slice(&bytes).map_err(|error| tag(error.to_string()))?;
    let is_listed = |path: &str| path.starts_with("data/") && path != manifest::PATH;
    let mut left: BTreeMap<&String, &Entry> =
        entries.iter().filter(|(path, _)| is_listed(path)).collect();
    for file in &read.files {
        let found = left.remove(&file.path);
        let found = found.ok_or_else(|| OpenError::Missing(file.path.clone()))?;
        if (found.size, &found.sums.0) != (file.bytes, &file.sha256) {
            return Err(OpenError::Digest(file.path.clone()));
        }
    }
    left.pop_first().map_or(Ok(bytes), |(path, _)| Err(OpenError::Extra(path.clone())))
}

#[derive(Deserialize)]
struct Listed {
    files: Vec<ListedFile>,
}

#[derive(Deserialize)]
struct ListedFile {
    path: String,
    bytes: u64,
    sha256: String,
}

fn decode_path(path: &str) -> String {
    path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
}

fn check_oxum(entries: &Entries) -> Result<BTreeMap<String, String>, OpenError> {
    let text = lines(entries, "bag-info.txt")?;
    let pairs = text.lines().filter_map(|line| line.split_once(": "));
    let info: BTreeMap<String, String> =
        pairs.map(|(label, value)| (label.to_owned(), value.to_owned())).collect();
    let payload = entries.iter().filter(|(path, _)| path.starts_with("data/"));
    let (bytes, files) = payload.fold((0, 0), |(b, f), (_, entry)| (b + entry.size, f + 1));
    let oxum = format!("{bytes}.{files}");
    if info.get("Payload-Oxum") != Some(&oxum) {
        let problem = format!("Payload-Oxum is not {oxum}");
        return Err(OpenError::Tag { file: "bag-info.txt", problem });
    }
    Ok(info)
}

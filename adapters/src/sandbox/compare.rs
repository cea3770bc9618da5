//! What the far sides hold, read back from disk: the witness against the hub's own word.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use mail_parser::MessageParser;
use schemas::{AuthorityId, Channel};

use super::sftp::digest_of;
use super::shelf::{Arrival, logged};
use super::smtp::{attached, header};

/// One package that an authority holds over one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The authority.
    pub authority: AuthorityId,
    /// The channel that brought it.
    pub channel: Channel,
    /// The delivery's id.
    pub delivery: String,
    /// Lower-case hex SHA-256 of the package as it lies there; empty for a mail with only a link.
    pub sha256: String,
    /// Bytes of the package.
    pub size: u64,
    /// Whether it was marked as perhaps brought before: as the mail or the SFTP marker says it, and
    /// over HTTP as every arrival's log line does.
    pub second_copy: bool,
    /// Times it arrived.
    pub arrivals: usize,
    /// The file.
    pub path: PathBuf,
}

impl Held {
    /// The package's bytes, taken out of the mail where a mail brought it; empty for a link.
    pub fn package(&self) -> io::Result<Vec<u8>> {
        let bytes = fs::read(&self.path)?;
        if self.channel != Channel::Email {
            return Ok(bytes);
        }
        let message = MessageParser::default().parse(&bytes);
        Ok(message.as_ref().and_then(attached).unwrap_or_default().to_vec())
    }
}

/// Every package under a sandbox's root, authority by authority, read as it is asked for; digests
/// are of the bytes that lie there. An SFTP package without its marker has not arrived.
pub fn far_side(root: &Path) -> io::Result<impl Iterator<Item = io::Result<Held>> + use<>> {
    let root = root.to_owned();
    let codes = codes(&root)?;
    Ok(codes.into_iter().flat_map(move |code| match of_authority(&root, code) {
        Ok(held) => held.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    }))
}

/// Every arrival that the authorities logged, repeats among them.
pub fn arrivals(root: &Path) -> io::Result<Vec<Arrival>> {
    let mut all = Vec::new();
    for code in codes(root)? {
        all.extend(logged(root, code)?);
    }
    Ok(all)
}

fn codes(root: &Path) -> io::Result<Vec<AuthorityId>> {
    let mut codes = Vec::new();
    for entry in fs::read_dir(root)? {
        codes.extend(entry?.file_name().to_str().and_then(|name| name.parse::<AuthorityId>().ok()));
    }
    codes.sort();
    Ok(codes)
}

fn of_authority(root: &Path, code: AuthorityId) -> io::Result<Vec<Held>> {
    let mut log: HashMap<(Channel, String), Vec<Arrival>> = HashMap::new();
    for arrival in logged(root, code)? {
        log.entry((arrival.channel, arrival.delivery.clone())).or_default().push(arrival);
    }
    let mut all = Vec::new();
    for (channel, folder) in
        [(Channel::Api, "api"), (Channel::Sftp, "sftp/in"), (Channel::Email, "email")]
    {
        for path in files(&root.join(code.as_str()).join(folder))? {
            let Some(found) = identify(channel, &path)? else { continue };
            let arrivals = log.get(&(channel, found.delivery.clone()));
            let arrivals = arrivals.map_or(&[][..], Vec::as_slice);
            let is_marked = !arrivals.is_empty() && arrivals.iter().all(|a| a.second_copy);
            all.push(Held {
                authority: code,
                channel,
                delivery: found.delivery,
                sha256: found.sha256,
                size: found.size,
                second_copy: found.second_copy.unwrap_or(is_marked),
                arrivals: arrivals.len(),
                path,
            });
        }
    }
    Ok(all)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// What a file tells of itself.
struct Found {
    delivery: String,
    sha256: String,
    size: u64,
    second_copy: Option<bool>,
}

/// Reads a file; nothing for one that is no whole package.
fn identify(channel: Channel, path: &Path) -> io::Result<Option<Found>> {
    if channel == Channel::Email {
        return Ok(identify_mail(&fs::read(path)?));
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(delivery) = name.strip_prefix("todoke-").and_then(|n| n.strip_suffix(".zip")) else {
        return Ok(None);
    };
    let mut second_copy = None;
    if channel == Channel::Sftp {
        let Ok(marker) = fs::read(path.with_extension("zip.done")) else { return Ok(None) };
        let said: serde_json::Value = serde_json::from_slice(&marker).unwrap_or_default();
        second_copy = Some(said["second_copy"] == true);
    }
    let (sha256, size) = digest_of(path)?;
    Ok(Some(Found { delivery: delivery.to_owned(), sha256, size, second_copy }))
}

fn identify_mail(bytes: &[u8]) -> Option<Found> {
    let message = MessageParser::default().parse(bytes)?;
    let package = attached(&message);
    Some(Found {
        delivery: header(&message, "Todoke-Delivery"),
        sha256: package.map(|bytes| hex::encode(digest(&SHA256, bytes))).unwrap_or_default(),
        size: package.map_or(0, <[u8]>::len) as u64,
        second_copy: Some(header(&message, "Todoke-Second-Copy") == "true"),
    })
}

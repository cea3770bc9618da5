//! The way back: decision files that the authority leaves in its result folder.
//!
//! `<anything>.decision.json` is read with the files that it names. When the hub has recorded it,
//! it moves to `done/`; a broken one moves to `error/`, with `<name>.error.json` beside it saying
//! what is wrong and what to do.

use bytes::Bytes;
use jiff::Timestamp;
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use schemas::{DecisionFile, Why};
use serde_json::json;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::outcome::{Loss, Step, why};
use super::session::Session;
use super::upload::{is_status, join, write_file};
use super::{Config, Sftp};

/// Bytes of a decision file at most.
pub const DECISION_BYTES_MAX: u64 = 256 * 1024;
/// Decisions of one collection at most; the next one brings the rest.
pub const DECISIONS_MAX: usize = 200;
/// How long a decision that is not whole yet counts as still being written.
const WRITING_S: i64 = 120;
/// Bytes read at once.
const READ_BYTES: u32 = 32 * 1024;

/// A decision file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedDecision {
    /// Its name in the result folder.
    pub name: String,
    /// What it says, or a sentence that tells the authority what is wrong with it.
    pub decision: Result<DecisionFile, String>,
    /// The files that it names, as they lie there.
    pub files: Vec<DroppedFile>,
}

/// A file beside a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

type Listing = Vec<(String, FileAttributes)>;

impl Sftp {
    /// Reads the result folder: every decision that is whole or surely broken, at most
    /// [`DECISIONS_MAX`], in the order of their names; nothing without a result folder. What may
    /// still be being written at `now` is left for the next time.
    pub async fn collect(
        &self,
        config: &Config,
        now: Timestamp,
    ) -> Result<Vec<DroppedDecision>, Why> {
        let Some(folder) = &config.result_folder else { return Ok(Vec::new()) };
        self.with_session(config, async |session| {
            let listing = list(session, folder).await?;
            let mut found = Vec::new();
            for (name, attributes) in listing.iter().filter(|(name, _)| is_decision(name)) {
                if found.len() == DECISIONS_MAX {
                    break;
                }
                let decision = read_decision(session, folder, (name, attributes)).await?;
                let dropped = check(name, decision, &listing);
                if dropped.decision.is_ok() || !is_being_written(attributes, now) {
                    found.push(dropped);
                }
            }
            Ok(found)
        })
        .await
    }

    /// Copies a file beside a decision into `sink`; more than `bytes_max` is an error. Answers the
    /// bytes copied.
    pub async fn fetch(
        &self,
        config: &Config,
        file: &DroppedFile,
        bytes_max: u64,
        sink: &mut (dyn AsyncWrite + Send + Unpin),
    ) -> Result<u64, Why> {
        let folder = config.result_folder.as_deref().unwrap_or(".");
        let path = join(folder, &file.name);
        self.with_session(config, async |session| copy(session, &path, bytes_max, &mut *sink).await)
            .await
    }

    /// Clears a decision away: recorded, it moves to `done/` with its files; with a sentence that
    /// says what is wrong, it moves to `error/` and gets that sentence beside it, while its files
    /// stay for the next attempt.
    pub async fn conclude(
        &self,
        config: &Config,
        dropped: &DroppedDecision,
        recorded: Result<(), &str>,
    ) -> Result<(), Why> {
        let folder = config.result_folder.as_deref().unwrap_or(".");
        self.with_session(config, async |session| match recorded {
            Ok(()) => {
                // The decision goes last: until it has gone, the whole move is tried again.
                for file in &dropped.files {
                    move_to(session, folder, "done", &file.name).await?;
                }
                move_to(session, folder, "done", &dropped.name).await.map(drop)
            }
            Err(problem) => {
                let name = move_to(session, folder, "error", &dropped.name).await?;
                explain(session, &join(folder, &format!("error/{name}")), problem).await
            }
        })
        .await
    }

    async fn with_session<T>(
        &self,
        config: &Config,
        work: impl AsyncFnOnce(&Session) -> Result<T, Loss>,
    ) -> Result<T, Why> {
        let session = self.session(config).await.map_err(|loss| why(&loss))?;
        let done = work(&session).await;
        self.done_with(config, session, done.as_ref().err());
        done.map_err(|loss| why(&loss))
    }
}

fn is_decision(name: &str) -> bool {
    name.ends_with(".decision.json") && schemas::filing::check_file_name(name, 240).is_ok()
}

/// By the server's own clock, which may be off by more; then it is looked at a round sooner or
/// later.
fn is_being_written(attributes: &FileAttributes, now: Timestamp) -> bool {
    attributes.mtime.is_some_and(|mtime| (now.as_second() - i64::from(mtime)).abs() < WRITING_S)
}

async fn list(session: &Session, folder: &str) -> Result<Listing, Loss> {
    let handle = session.request(Step::Collect, session.raw.opendir(folder)).await?.handle;
    let mut listing = Listing::new();
    loop {
        match session.request(Step::Collect, session.raw.readdir(handle.as_str())).await {
            Ok(names) => listing.extend(names.files.into_iter().map(|f| (f.filename, f.attrs))),
            Err(loss) if is_status(&loss, StatusCode::Eof) => break,
            Err(loss) => return Err(loss),
        }
    }
    session.request(Step::Collect, session.raw.close(handle)).await?;
    listing.retain(|(_, attributes)| !attributes.is_dir());
    listing.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(listing)
}

async fn read_decision(
    session: &Session,
    folder: &str,
    (name, attributes): (&str, &FileAttributes),
) -> Result<Result<DecisionFile, String>, Loss> {
    if attributes.len() > DECISION_BYTES_MAX {
        return Ok(Err(format!("a decision file has at most {DECISION_BYTES_MAX} bytes")));
    }
    let mut bytes = Vec::new();
    copy(session, &join(folder, name), DECISION_BYTES_MAX, &mut bytes).await?;
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    Ok(serde_json::from_slice(text).map_err(|error| {
        format!(
            "{error}; write UTF-8 JSON with delivery, verdict (accepted or returned), comment and \
             files"
        )
    }))
}

/// Puts a decision beside its files; a name that does not lie there makes it broken.
fn check(name: &str, decision: Result<DecisionFile, String>, listing: &Listing) -> DroppedDecision {
    let mut files = Vec::new();
    let decision = decision.and_then(|decision| {
        for wanted in &decision.files {
            schemas::filing::check_file_name(wanted, 240)
                .map_err(|problem| format!("files names {wanted:?}: {problem}"))?;
            let there = listing.iter().find(|(name, _)| name == wanted);
            let (_, attributes) = there.ok_or_else(|| {
                format!("files names {wanted:?}, which does not lie beside it; put it there first")
            })?;
            files.push(DroppedFile { name: wanted.clone(), size: attributes.len() });
        }
        match schemas::decision::comment_problem(decision.verdict, &decision.comment) {
            Some(problem) => Err(problem),
            None => Ok(decision),
        }
    });
    DroppedDecision { name: name.to_owned(), decision, files }
}

/// Reads a file from beginning to end into a sink.
async fn copy(
    session: &Session,
    path: &str,
    bytes_max: u64,
    sink: &mut (dyn AsyncWrite + Send + Unpin),
) -> Result<u64, Loss> {
    let open = session.raw.open(path, OpenFlags::READ, FileAttributes::empty());
    let handle = session.request(Step::Collect, open).await?.handle;
    let mut offset = 0;
    loop {
        let read = session.raw.read(handle.as_str(), offset, READ_BYTES);
        let data = match session.request(Step::Collect, read).await {
            Ok(data) => data.data,
            Err(loss) if is_status(&loss, StatusCode::Eof) => break,
            Err(loss) => return Err(loss),
        };
        offset += data.len() as u64;
        if offset > bytes_max {
            return Err(Loss::Malformed(format!("{path} has more than {bytes_max} bytes")));
        }
        sink.write_all(&data).await.map_err(|e| Loss::Package(e.to_string()))?;
    }
    session.request(Step::Collect, session.raw.close(handle)).await?;
    Ok(offset)
}

/// Moves a file into a folder beside it, made when it is not there; under another name when one of
/// this name lies there. Answers the name. A file that is gone was moved by an earlier try.
async fn move_to(session: &Session, folder: &str, to: &str, name: &str) -> Result<String, Loss> {
    let from = join(folder, name);
    let target = join(folder, to);
    if session.look(&target).await?.is_none() {
        let made = session.raw.mkdir(target.as_str(), FileAttributes::empty());
        session.request(Step::Collect, made).await?;
    }
    let mut new_name = name.to_owned();
    for number in 1..100 {
        if session.look(&join(&target, &new_name)).await?.is_none() {
            break;
        }
        new_name = format!("{number}-{name}");
    }
    let renamed = session.raw.rename(from.as_str(), join(&target, &new_name));
    match session.request(Step::Collect, renamed).await {
        Err(loss) if !is_status(&loss, StatusCode::NoSuchFile) => Err(loss),
        Ok(_) | Err(_) => Ok(new_name),
    }
}

async fn explain(session: &Session, path: &str, problem: &str) -> Result<(), Loss> {
    let stem = path.strip_suffix(".decision.json").unwrap_or(path);
    let text = json!({
        "problem": problem,
        "what_to_do": "correct the file and put it into the result folder again",
    });
    let bytes = Bytes::from(format!("{text:#}\n"));
    let pieces = futures::stream::iter([Ok(bytes)]);
    write_file(session, (&format!("{stem}.error.json"), Step::Collect), pieces, 1).await
}

//! The way back: decision files and answers to statements that the authority leaves in its result
//! folder.
//!
//! `<anything>.decision.json` is read with the files that it names. When the hub has recorded it,
//! it moves to `done/`; a broken one moves to `error/`, with `<name>.error.json` beside it saying
//! what is wrong and what to do. `statement-<day>.csv` is only listed here, to be fetched by
//! itself, and cleared away alike.

use bytes::Bytes;
use jiff::Timestamp;
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use schemas::Why;
use serde_json::json;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::dropped::{
    DECISION_BYTES_MAX, DroppedDecision, DroppedFile, check_name, is_decision, is_statement_answer,
    too_large,
};
use super::outcome::{Loss, Step, why};
use super::session::Session;
use super::upload::{is_status, join, write_file};
use super::{Config, Sftp};

/// Decisions of one collection at most; the next one brings the rest.
pub const DECISIONS_MAX: usize = 200;
/// Answers to statements of one collection at most; the next one brings the rest.
pub const ANSWERS_MAX: usize = 40;
/// Files in a result folder at most: a listing has an end.
const LISTED_MAX: usize = 100_000;
/// How long a decision that is not whole yet counts as still being written.
const WRITING_S: i64 = 120;
/// Bytes read at once.
const READ_BYTES: u32 = 32 * 1024;

/// What lies in a result folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Decisions, read.
    pub decisions: Vec<DroppedDecision>,
    /// Answers to statements, to be fetched.
    pub answers: Vec<DroppedFile>,
}

impl Sftp {
    /// Reads the result folder: every decision that is whole or surely broken, at most
    /// [`DECISIONS_MAX`], and which answers lie there, at most [`ANSWERS_MAX`], in the order of
    /// their names; nothing without a result folder. What may still be being written at `now` is
    /// left for the next time: an answer always, since a table that is cut still reads.
    pub async fn collect(&self, config: &Config, now: Timestamp) -> Result<Collected, Why> {
        let Some(folder) = &config.result_folder else { return Ok(Collected::default()) };
        self.with_session(config, async |session| {
            let listing = list(session, folder).await?;
            let mut found = Vec::new();
            for it in listing.iter().filter(|it| is_decision(&it.name)) {
                if found.len() == DECISIONS_MAX {
                    break;
                }
                let dropped = read_decision(session, folder, (it, &listing)).await?;
                let is_whole = |dropped: &DroppedDecision| dropped.decision.is_ok();
                found.extend(dropped.filter(|it_is| is_whole(it_is) || !is_young(it, now)));
            }
            let answers =
                listing.iter().filter(|it| is_statement_answer(&it.name) && !is_young(it, now));
            let answers = answers.take(ANSWERS_MAX).cloned().collect();
            Ok(Collected { decisions: found, answers })
        })
        .await
    }

    /// Copies an answer, or a file beside a decision, into `sink`; more than `bytes_max` is an
    /// error. Tells the bytes copied.
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
        self.clear_away(config, (&dropped.name, &dropped.files), recorded).await
    }

    /// The same for an answer to a statement.
    pub async fn conclude_answer(
        &self,
        config: &Config,
        answer: &DroppedFile,
        recorded: Result<(), &str>,
    ) -> Result<(), Why> {
        self.clear_away(config, (&answer.name, &[]), recorded).await
    }

    async fn clear_away(
        &self,
        config: &Config,
        (name, files): (&str, &[DroppedFile]),
        recorded: Result<(), &str>,
    ) -> Result<(), Why> {
        let folder = config.result_folder.as_deref().unwrap_or(".");
        self.with_session(config, async |session| match recorded {
            Ok(()) => {
                // The decision goes last: until it has gone, the whole move is tried again.
                for file in files {
                    move_to(session, folder, "done", &file.name).await?;
                }
                move_to(session, folder, "done", name).await.map(drop)
            }
            Err(problem) => {
                let name = move_to(session, folder, "error", name).await?;
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

/// Whether it may still be being written, by the server's own clock, which may be off by more; then
/// it is looked at a round sooner or later.
fn is_young(file: &DroppedFile, now: Timestamp) -> bool {
    file.modified_at.is_some_and(|at| (now.as_second() - i64::from(at)).abs() < WRITING_S)
}

/// The files of a folder, by name.
async fn list(session: &Session, folder: &str) -> Result<Vec<DroppedFile>, Loss> {
    let handle = session.request(Step::Collect, session.raw.opendir(folder)).await?.handle;
    let mut listing = Vec::new();
    for answers in 0.. {
        if listing.len() > LISTED_MAX || answers > LISTED_MAX {
            let what = format!("{folder} lists more than {LISTED_MAX} files; clear it out");
            return Err(Loss::Malformed(what));
        }
        match session.request(Step::Collect, session.raw.readdir(handle.as_str())).await {
            Ok(names) => listing.extend(names.files.into_iter().filter_map(listed)),
            Err(loss) if is_status(&loss, StatusCode::Eof) => break,
            Err(loss) => return Err(loss),
        }
    }
    session.request(Step::Collect, session.raw.close(handle)).await?;
    listing.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(listing)
}

fn listed(file: russh_sftp::protocol::File) -> Option<DroppedFile> {
    let (size, modified_at) = (file.attrs.len(), file.attrs.mtime);
    let is_file = !file.attrs.is_dir();
    is_file.then_some(DroppedFile { name: file.filename, size, modified_at })
}

/// Fetches a decision and reads it; one that the server does not give is broken, one that is gone
/// meanwhile is none. Neither is in the way of the others.
async fn read_decision(
    session: &Session,
    folder: &str,
    (file, beside): (&DroppedFile, &[DroppedFile]),
) -> Result<Option<DroppedDecision>, Loss> {
    let name = &file.name;
    let broken = |problem| Ok(Some(DroppedDecision::broken(name, problem)));
    if let Err(problem) = check_name(name) {
        return broken(problem);
    }
    if file.size > DECISION_BYTES_MAX {
        return broken(too_large());
    }
    let mut bytes = Vec::new();
    match copy(session, &join(folder, name), DECISION_BYTES_MAX, &mut bytes).await {
        Ok(_) => Ok(Some(DroppedDecision::read(name, &bytes, beside))),
        Err(loss) if is_status(&loss, StatusCode::NoSuchFile) => Ok(None),
        Err(Loss::Status { code, message, .. }) => {
            broken(format!("the server does not let the hub read it: {code}: {message}"))
        }
        Err(loss) => Err(loss),
    }
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
    let stem = path.strip_suffix(".decision.json").or_else(|| path.strip_suffix(".csv"));
    let stem = stem.unwrap_or(path);
    let text = json!({
        "problem": problem,
        "what_to_do": "correct the file and put it into the result folder again",
    });
    let bytes = Bytes::from(format!("{text:#}\n"));
    let pieces = futures::stream::iter([Ok(bytes)]);
    write_file(session, (&format!("{stem}.error.json"), Step::Collect), pieces, 1).await
}

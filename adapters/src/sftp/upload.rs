//! The drop: temporary name, size check, rename, marker last.

use std::task::Poll;

use futures::stream::FuturesUnordered;
use futures::{StreamExt, TryStreamExt};
use russh_sftp::protocol::{FileAttributes, OpenFlags, Status, StatusCode};
use serde_json::{Value, json};

use super::Config;
use super::outcome::{Answer, Loss, Step};
use super::session::{Session, posix_rename};
use crate::adapter::Parcel;
use crate::package::Sealed;

/// What is dropped: under which name, which bytes, and what its marker says.
pub(super) struct Load<'a> {
    pub(super) name: String,
    pub(super) file: &'a Sealed,
    pub(super) marker: Value,
}

impl<'a> Load<'a> {
    /// A package; its marker says what lies beside it, for importers that never open it.
    pub(super) fn of(parcel: &'a Parcel) -> Self {
        let marker = json!({
            "delivery": parcel.delivery,
            "receipt_number": parcel.receipt_number,
            "revision": parcel.revision,
            "action": parcel.action,
            "sha256": parcel.package.sha256,
            "size": parcel.package.size,
            "second_copy": parcel.second_copy,
        });
        Self { name: parcel.file_name(), file: &parcel.package, marker }
    }

    /// A file that is no package.
    pub(super) fn plain(name: &str, file: &'a Sealed) -> Self {
        let marker = json!({"sha256": file.sha256, "size": file.size});
        Self { name: name.to_owned(), file, marker }
    }
}

/// What lies there before a drop.
pub(super) struct Before {
    path: String,
    /// Bytes of what lies under its name.
    found: Option<u64>,
    marked: bool,
}

impl Before {
    pub(super) async fn look(
        session: &Session,
        config: &Config,
        load: &Load<'_>,
    ) -> Result<Self, Loss> {
        let path = join(&config.folder, &load.name);
        let done_path = done_path(&path);
        let (there, marked) = tokio::join!(session.look(&path), session.look(&done_path));
        let found = there?.and_then(|attributes| attributes.size);
        Ok(Self { path, found, marked: marked?.is_some() })
    }
}

fn done_path(path: &str) -> String {
    format!("{path}.done")
}

/// Drops a file through an open session. What lies there under its name is never touched: with the
/// same size it is this one, brought by an earlier try.
pub(super) async fn drop_file(
    session: &Session,
    config: &Config,
    load: &Load<'_>,
    before: Before,
) -> Result<Answer, Loss> {
    let Before { path, found, marked } = before;
    let size = load.file.size;
    match found {
        Some(found) if found != size => {
            return Err(Loss::OtherFile { path, expected: size, found });
        }
        // The authority takes the package away first and its marker later, or never.
        None if marked => return Ok(Answer::Dropped { path, size: None, duplicate: true }),
        None => bring(session, config, load.file, &path).await?,
        Some(_) => {}
    }
    let duplicate = found.is_some();
    if !marked {
        mark(session, &load.marker, &done_path(&path)).await?;
    }
    Ok(Answer::Dropped { path, size: Some(size), duplicate })
}

/// A path in a folder; `.` is the account's own.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" if folder.starts_with('/') => format!("/{name}"),
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

async fn bring(session: &Session, config: &Config, file: &Sealed, path: &str) -> Result<(), Loss> {
    let (part, expected) = (format!("{path}.part"), file.size);
    let pieces = file.stream().await.map_err(|e| Loss::Package(e.to_string()))?;
    let writes = pieces.map_err(|e| Loss::Package(e.to_string()));
    write_file(session, (&part, Step::Upload), writes, config.writes_in_flight).await?;
    let found = session.request(Step::Upload, session.raw.stat(&part)).await?.attrs.len();
    if found != expected {
        return Err(Loss::Size { expected, found });
    }
    rename(session, &part, path, expected).await
}

/// The plain rename, which never replaces a file. Where a server cannot do it, the POSIX one, which
/// would, is safe: nothing lay there a moment ago but, at worst, this same package.
async fn rename(session: &Session, from: &str, to: &str, size: u64) -> Result<(), Loss> {
    let refusal = match session.request(Step::Rename, session.raw.rename(from, to)).await {
        Ok(_) => return Ok(()),
        Err(Loss::Status { step, code, message }) => Loss::Status { step, code, message },
        Err(lost) => return Err(lost),
    };
    match session.look(to).await?.and_then(|attributes| attributes.size) {
        Some(found) if found == size => Ok(()),
        Some(found) => Err(Loss::OtherFile { path: to.to_owned(), expected: size, found }),
        None if session.can_posix_rename => {
            let (request, data) = posix_rename(from, to);
            session.request(Step::Rename, session.raw.extended(request, data)).await?;
            Ok(())
        }
        None => Err(refusal),
    }
}

async fn mark(session: &Session, marker: &Value, path: &str) -> Result<(), Loss> {
    let pieces = futures::stream::iter([Ok(bytes::Bytes::from(format!("{marker}\n")))]);
    write_file(session, (path, Step::Mark), pieces, 1).await
}

/// Writes a file with so many writes under way at once, and looks at what closing it says.
pub(super) async fn write_file(
    session: &Session,
    (path, step): (&str, Step),
    pieces: impl futures::Stream<Item = Result<bytes::Bytes, Loss>>,
    in_flight: usize,
) -> Result<(), Loss> {
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let open = session.raw.open(path, flags, FileAttributes::empty());
    let handle = session.request(step, open).await?.handle;
    let (mut offset, mut under_way) = (0, FuturesUnordered::new());
    let mut pieces = std::pin::pin!(pieces);
    while let Some(piece) = pieces.next().await {
        let mut piece = piece?;
        while !piece.is_empty() {
            let data = piece.split_to(piece.len().min(session.write_bytes));
            if under_way.len() >= in_flight.max(1)
                && let Some(answer) = under_way.next().await
            {
                answer?;
            }
            let length = data.len() as u64;
            let write = session.raw.write(handle.as_str(), offset, data.into());
            under_way.push(session.request(step, write));
            advance(&mut under_way).await?;
            offset += length;
        }
    }
    // Requests about one file are answered in the order in which they were made (draft-ietf-secsh-
    // filexfer-02, 6.1), so that closing need not wait for the last writes.
    let written = async {
        while let Some(answer) = under_way.next().await {
            answer?;
        }
        Ok(())
    };
    let close = session.request(step, session.raw.close(handle.as_str()));
    // A write that was refused says more than what closing comes to.
    let (written, closed): (Result<(), Loss>, _) = tokio::join!(written, close);
    written?;
    closed.map(drop)
}

/// Sends what is not sent yet, and takes the answers that are there.
async fn advance<F>(under_way: &mut FuturesUnordered<F>) -> Result<(), Loss>
where
    F: Future<Output = Result<Status, Loss>>,
{
    while let Poll::Ready(Some(answer)) = futures::poll!(under_way.next()) {
        answer?;
    }
    Ok(())
}

/// Whether a status only says that the other side has such a thing already or has not.
pub(super) fn is_status(loss: &Loss, wanted: StatusCode) -> bool {
    matches!(loss, Loss::Status { code, .. } if *code == wanted)
}

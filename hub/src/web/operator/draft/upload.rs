//! Files that `static/files.js` sends piece by piece, and that go on where they stopped: after a
//! cut, a reload, a restart of the hub, or at another of its processes.
//!
//! The words are those of the IETF's resumable uploads: `Upload-Offset` says where a piece begins,
//! and answers say where the next one does. Nothing but the store knows: a piece that begins
//! elsewhere is not taken, so that two windows or a lost answer double nothing. The end joins the
//! pieces, and puts the file into the draft in the commit that says so.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemas::filing::ORIGINAL_NAMES;
use schemas::{Attachment, Submission};
use serde::Serialize;
use uuid::Uuid;

use super::coming::Coming;
use super::files::{SENT_AS_CHARS_MAX, add, said_to_be};
use super::narrow::Narrow;
use super::{Draft, Gone, TRIES_MAX, find, save_in};
use crate::objects::ObjectError;
use crate::store::{PieceRow, UploadRow};
use crate::uploads;
use crate::web::Desk;
use crate::web::api::content_digest;
use crate::web::fault::Fault;
use crate::web::operator::Applicant;
use crate::web::operator::words::Words;
use crate::web::parts::{bytes, percent};
use crate::web::roles::Role;
use crate::web::sent::{Fields, Sent, refused};
use crate::web::sessions::is_own_form;
use crate::web::visit::{Visit, see_other};

/// The header in which a piece carries the token of its page's forms.
const TOKEN_HEADER: &str = "form-token";
/// The header that says where a piece begins, and in answers where the next one does.
const OFFSET_HEADER: &str = "upload-offset";

/// A file of which not all has come.
pub(super) struct Waiting {
    pub(super) id: Uuid,
    pub(super) name: String,
    /// How much of it there is.
    pub(super) share: String,
    pub(super) size: String,
}

/// Where a file goes on.
#[derive(Debug, Serialize)]
struct Begun {
    id: Uuid,
    /// Where the next piece begins.
    offset: i64,
    /// Bytes of each piece but the last.
    piece_bytes: u64,
    /// Those that are there, for comparing them with the file that was chosen.
    pieces: Vec<Held>,
}

#[derive(Debug, Serialize)]
struct Held {
    size: i64,
    sha256: String,
}

/// What a file has become.
#[derive(Debug, Serialize)]
struct Added {
    /// Its name in the draft.
    name: String,
}

/// Why it is not taken, for whoever sent it.
#[derive(Debug, Serialize)]
struct Refused {
    why: String,
}

/// What came of a request; the inner error is for whoever sent it.
type Told<T> = Result<Result<T, String>, Gone>;

/// What a draft waits for.
pub(super) async fn waiting(desk: &Desk, draft: &Draft) -> Result<Vec<Waiting>, Fault> {
    let rows = desk.ctx.store.uploads_of_draft(draft.row.id).await?;
    let line = |row: UploadRow| Waiting {
        id: row.id,
        share: percent(row.received, row.size),
        size: bytes(usize::try_from(row.size).unwrap_or(usize::MAX)),
        name: row.file_name,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The answer to the script. What is no success says by its status what it is.
fn answer<T: Serialize>(done: Told<T>) -> Response {
    match done {
        Ok(Ok(told)) => Json(told).into_response(),
        Ok(Err(why)) => (StatusCode::UNPROCESSABLE_ENTITY, Json(Refused { why })).into_response(),
        Err(gone) => status(&gone).into_response(),
    }
}

fn status(gone: &Gone) -> StatusCode {
    match gone {
        Gone::Filed(_) => StatusCode::GONE,
        Gone::Fault(fault) => fault.status(),
    }
}

/// `POST /operator/drafts/{id}/uploads`: a file of this name, size and time of change is to come,
/// or to go on.
pub(super) async fn begin(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    answer(open(&desk, &sent.by, &id, &sent.fields).await)
}

async fn open(desk: &Desk, by: &Applicant, id: &str, sent: &Fields) -> Told<Begun> {
    let (ctx, w) = (&desk.ctx, Words::of(by.visit.lang));
    let draft = find(desk, by, id).await?;
    let number = |name| sent.get(name).and_then(|text| text.parse::<i64>().ok());
    let text = |name| sent.get(name).unwrap_or_default();
    let size = number("size").filter(|size| *size >= 0);
    let (Some(size), Some(modified_at)) = (size, number("modified")) else {
        return Err(Fault::FormUnreadable.into());
    };
    let coming = Coming::new(text("name"), text("type"), text("item"));
    let narrow = Narrow::new(desk, &draft, &by.visit);
    if let Some(why) = coming.refusal(desk, &narrow, u64::try_from(size).ok()) {
        return Ok(Err(why));
    }
    if size == 0 {
        return Ok(Err(w.file_empty.to_owned()));
    }
    let row = UploadRow {
        id: ctx.clock.id(),
        draft_id: draft.row.id,
        corporate_number: by.number,
        file_name: coming.sent_as.chars().take(SENT_AS_CHARS_MAX).collect(),
        media_type: coming.told,
        size,
        modified_at,
        received: 0,
        added_as: None,
        touched_at: ctx.clock.now_ms(),
    };
    let mut tx = ctx.store.begin().await.map_err(Fault::from)?;
    let max = ctx.config.uploads.draft_max;
    let begun = tx.begin_upload(&row, max).await.map_err(Fault::from)?;
    tx.commit().await.map_err(Fault::from)?;
    let Some(row) = begun else { return Ok(Err(w.uploads_max.to_owned())) };
    let pieces = ctx.store.pieces_of_upload(row.id).await.map_err(Fault::from)?;
    let held = |piece: PieceRow| Held { size: piece.size, sha256: piece.sha256 };
    Ok(Ok(Begun {
        id: row.id,
        offset: bytes_of(&pieces),
        piece_bytes: ctx.config.uploads.piece_bytes,
        pieces: pieces.into_iter().map(held).collect(),
    }))
}

fn bytes_of(pieces: &[PieceRow]) -> i64 {
    pieces.iter().map(|piece| piece.size).sum()
}

/// `PATCH /operator/drafts/{id}/uploads/{upload}`: its next piece.
pub(super) async fn piece(
    State(desk): State<Arc<Desk>>,
    Path((id, upload)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::read(&parts, &desk).await;
    let token = header(&parts.headers, TOKEN_HEADER).unwrap_or_default();
    if !is_own_form(&desk.ctx, &parts.headers, token) {
        return visit.fault(&Fault::ForeignForm);
    }
    let by = match Applicant::of(&visit) {
        Ok(by) => by,
        Err(refusal) => return refused(&visit, refusal, parts.uri.path(), &Fields::default()),
    };
    match take(&desk, &by, (&id, &upload), (&parts.headers, body)).await {
        Ok((status, offset)) => (status, [(OFFSET_HEADER, offset.to_string())]).into_response(),
        Err(gone) => status(&gone).into_response(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Takes a piece. What came of it, and where the next one begins.
async fn take(
    desk: &Desk,
    by: &Applicant,
    (id, upload): (&str, &str),
    (headers, body): (&HeaderMap, Body),
) -> Result<(StatusCode, i64), Gone> {
    let ctx = &desk.ctx;
    let draft = find(desk, by, id).await?;
    let row = of_draft(desk, &draft, upload).await?;
    let begins_at = header(headers, OFFSET_HEADER).and_then(|text| text.parse::<i64>().ok());
    let begins_at = begins_at.ok_or(Fault::FormUnreadable)?;
    let expected = content_digest(headers).map_err(|_| Fault::FormUnreadable)?;
    if begins_at != row.received || row.added_as.is_some() {
        return Ok((StatusCode::CONFLICT, row.received));
    }
    let (max, object_id) = (ctx.config.uploads.piece_bytes, ctx.clock.id().to_string());
    let piece = match ctx.objects.receive(body.into_data_stream(), &object_id, max).await {
        Ok(piece) => piece,
        Err(ObjectError::TooLarge { .. }) => {
            return Ok((StatusCode::PAYLOAD_TOO_LARGE, row.received));
        }
        Err(ObjectError::Broken(_)) => return Err(Fault::FormUnreadable.into()),
        Err(error) => return Err(Fault::Away(error.to_string()).into()),
    };
    let size = i64::try_from(piece.stored.size).unwrap_or(i64::MAX);
    let left = row.size - row.received;
    // Small ones would only be many: none is smaller than it has to be.
    let is_fit = size == left || (size < left && piece.stored.size == max);
    let is_same = expected.is_none_or(|expected| expected == piece.stored.sha256);
    if !is_fit || !is_same {
        let discarded = ctx.objects.discard(piece).await;
        discarded.map_err(|error| Fault::Away(error.to_string()))?;
        let why = if is_fit { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
        return Ok((why, row.received));
    }
    let stored = uploads::keep_object(ctx, piece).await;
    let sha256 = stored.map_err(|problem| Fault::Away(problem.to_string()))?.sha256;
    let piece = PieceRow { upload_id: row.id, begins_at, size, sha256 };
    let mut tx = ctx.store.begin().await.map_err(Fault::from)?;
    let is_next = tx.take_piece(&piece).await.map_err(Fault::from)?;
    tx.commit().await.map_err(Fault::from)?;
    if is_next {
        return Ok((StatusCode::NO_CONTENT, begins_at + size));
    }
    // The same piece of another window was first, or it was given up.
    Ok((StatusCode::CONFLICT, of_draft(desk, &draft, upload).await?.received))
}

/// An upload of this draft.
async fn of_draft(desk: &Desk, draft: &Draft, upload: &str) -> Result<UploadRow, Fault> {
    let id = upload.parse::<Uuid>().map_err(|_| Fault::NoDraft)?;
    let row = desk.ctx.store.upload(id).await?;
    row.filter(|row| row.draft_id == draft.row.id).ok_or(Fault::NoDraft)
}

/// `POST /operator/drafts/{id}/uploads/{upload}/end`: all pieces have come.
pub(super) async fn end(
    State(desk): State<Arc<Desk>>,
    Path((id, upload)): Path<(String, String)>,
    sent: Sent<Applicant>,
) -> Response {
    // Joining takes its time: it goes on when nobody waits for the answer any more.
    let done = tokio::spawn(async move {
        let item = sent.fields.get("item").unwrap_or_default();
        finish(&desk, &sent.by, (&id, &upload), item).await
    });
    answer(done.await.unwrap_or_else(|error| Err(Fault::Away(error.to_string()).into())))
}

async fn finish(
    desk: &Desk,
    by: &Applicant,
    (id, upload): (&str, &str),
    item: &str,
) -> Told<Added> {
    let draft = find(desk, by, id).await?;
    let row = of_draft(desk, &draft, upload).await?;
    if let Some(name) = row.added_as {
        return Ok(Ok(Added { name }));
    }
    if row.received < row.size {
        return Err(Fault::Clash.into());
    }
    let coming = Coming::new(&row.file_name, &row.media_type, item);
    let narrow = Narrow::new(desk, &draft, &by.visit);
    if let Some(why) = coming.refusal(desk, &narrow, u64::try_from(row.size).ok()) {
        return Ok(Err(why));
    }
    let pieces = desk.ctx.store.pieces_of_upload(row.id).await.map_err(Fault::from)?;
    if bytes_of(&pieces) != row.size {
        return as_added(desk, &draft, upload).await;
    }
    let max = narrow.bytes_max(item);
    let joined = uploads::join(&desk.ctx, &pieces, max).await;
    let Some(joined) = joined.map_err(|error| Fault::Away(error.to_string()))? else {
        forget(desk, row.id).await?;
        return Err(Fault::NoDraft.into());
    };
    let file = match coming.keep(desk, &narrow, joined).await? {
        Ok(file) => file,
        Err(why) => {
            forget(desk, row.id).await?;
            return Ok(Err(why));
        }
    };
    for _ in 0..TRIES_MAX {
        let mut draft = find(desk, by, id).await?;
        let name = add_once(&mut draft.submission, &file, (item, &coming.sent_as));
        let mut tx = desk.ctx.store.begin().await.map_err(Fault::from)?;
        if !tx.add_upload(row.id, &name).await.map_err(Fault::from)? {
            drop(tx);
            return as_added(desk, &draft, upload).await;
        }
        if save_in(&mut tx, desk, by, &mut draft).await? {
            tx.commit().await.map_err(Fault::from)?;
            return Ok(Ok(Added { name }));
        }
    }
    Err(Fault::Away("others save this draft at the same time".to_owned()).into())
}

/// Adds a file, unless this very file is there already: another window was faster with all of it.
fn add_once(submission: &mut Submission, file: &Attachment, of: (&str, &str)) -> String {
    let (item, sent_as) = of;
    let is_it = |it: &&Attachment| {
        let original = submission.form[ORIGINAL_NAMES][&it.name].as_str().unwrap_or(&it.name);
        it.sha256 == file.sha256 && original == sent_as
    };
    let Some(name) = submission.attachments.iter().find(is_it).map(|it| it.name.clone()) else {
        return add(submission, file, of);
    };
    said_to_be(submission, item, &name);
    name
}

/// Another window has ended it meanwhile; if not, nobody waits for it any more.
async fn as_added(desk: &Desk, draft: &Draft, upload: &str) -> Told<Added> {
    let row = of_draft(desk, draft, upload).await?;
    let name = row.added_as.ok_or(Fault::NoDraft)?;
    Ok(Ok(Added { name }))
}

/// `POST /operator/drafts/{id}/uploads/{upload}/cancel`
pub(super) async fn cancel(
    State(desk): State<Arc<Desk>>,
    Path((id, upload)): Path<(String, String)>,
    sent: Sent<Applicant>,
) -> Response {
    let done = async {
        let draft = find(&desk, &sent.by, &id).await?;
        if let Ok(row) = of_draft(&desk, &draft, &upload).await {
            forget(&desk, row.id).await?;
        }
        Ok::<_, Gone>(draft)
    };
    match done.await {
        Ok(draft) => see_other(&draft.link("/files")),
        Err(gone) => gone.answer(&sent.visit),
    }
}

async fn forget(desk: &Desk, id: Uuid) -> Result<(), Fault> {
    let mut tx = desk.ctx.store.begin().await?;
    tx.delete_upload(id).await?;
    Ok(tx.commit().await?)
}

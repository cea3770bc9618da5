//! A file that was uploaded once is used again: those of the operator's filings and drafts are
//! offered beside the upload, as far as they are still kept.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::{Attachment, Submission};

use super::narrow::Narrow;
use super::{Draft, Gone, change, files, find};
use crate::scans::Scans;
use crate::store::AttachmentRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::operator::Applicant;
use crate::web::operator::filing::FileLine;
use crate::web::operator::words::Words;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// A file to choose.
pub(super) struct Known {
    pub(super) line: FileLine,
    /// Where it was used last.
    pub(super) place: String,
}

/// What the operator's newest filings and drafts name and the hub still has, each file once; with
/// where it was used last. What the draft has itself is left out.
async fn kept(
    desk: &Desk,
    draft: &Draft,
    visit: &Visit,
) -> Result<Vec<(Attachment, String)>, Fault> {
    let (store, limits) = (&desk.ctx.store, &desk.ctx.config.drafts);
    let number = draft.row.corporate_number;
    let mut all: Vec<(Attachment, String)> = Vec::new();
    for row in store.own_drafts(number, limits.operator_max).await? {
        let Ok(body) = serde_json::from_str::<Submission>(&row.body) else { continue };
        let place = format!("{} {}", Words::of(visit.lang).draft, row.office_name);
        all.extend(body.attachments.into_iter().map(|file| (file, place.clone())));
    }
    for filing in store.filed_papers(number, limits.filings_offered_max).await? {
        let place = format!("{} {}", filing.receipt_number, filing.office_name);
        let files = filing.attachments.unwrap_or_default();
        all.extend(files.into_iter().map(|file| (file, place.clone())));
    }
    let mut seen: HashSet<String> =
        draft.submission.attachments.iter().map(|file| file.sha256.clone()).collect();
    all.retain(|(file, _)| seen.insert(file.sha256.clone()));
    let digests = all.iter().map(|(file, _)| file.sha256.as_str());
    let rows = store.find_attachments(&number.to_string(), digests).await?;
    let rows: HashMap<String, AttachmentRow> =
        rows.into_iter().map(|row| (row.sha256.clone(), row)).collect();
    let as_uploaded = |(file, place): (Attachment, String)| {
        let row = rows.get(&file.sha256)?;
        let size = u64::try_from(row.size).ok()?;
        Some((Attachment { size, media_type: row.media_type.clone(), ..file }, place))
    };
    Ok(all.into_iter().filter_map(as_uploaded).collect())
}

/// The same, to be shown.
pub(super) async fn known(desk: &Desk, draft: &Draft, visit: &Visit) -> Result<Vec<Known>, Fault> {
    let kept = kept(desk, draft, visit).await?;
    let scans = Scans::read(&desk.ctx, kept.iter().map(|(file, _)| file)).await?;
    let line = |(file, place)| Known { line: FileLine::new(&file, &scans, visit.lang), place };
    Ok(kept.into_iter().map(line).collect())
}

/// `POST /operator/drafts/{id}/files/again`
pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let sha256 = fields.get("sha256").unwrap_or_default();
    let item = fields.get("item").unwrap_or_default();
    let done = async {
        let draft = find(&desk, &by, &id).await?;
        let kept = kept(&desk, &draft, &visit).await?;
        let file = kept.into_iter().map(|(file, _)| file).find(|file| file.sha256 == sha256);
        let why = match &file {
            Some(file) => refusal(&desk, &draft, (file, item), &visit),
            None => Some(Words::of(visit.lang).file_missing.to_owned()),
        };
        if let (Some(file), None) = (file, &why) {
            let add = |draft: &mut Draft| {
                drop(files::add(&mut draft.submission, &file, (item, &file.name)));
                Ok(())
            };
            change(&desk, &by, &id, add).await?;
            return Ok(Ok(draft));
        }
        Ok::<_, Gone>(Err(files::page(&desk, &draft, &visit, why).await?))
    };
    match done.await {
        Ok(Ok(draft)) => see_other(&draft.link("/files")),
        Ok(Err(page)) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(gone) => gone.answer(&visit),
    }
}

/// Why a file cannot be added as this paper.
fn refusal(
    desk: &Desk,
    draft: &Draft,
    (file, item): (&Attachment, &str),
    visit: &Visit,
) -> Option<String> {
    if draft.submission.attachments.len() >= desk.ctx.config.limits.attachments_max {
        return Some(Words::of(visit.lang).file_too_many.to_owned());
    }
    Narrow::new(desk, draft, visit).refusal(file, item, None)
}

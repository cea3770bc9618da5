//! The attachments of a draft: its page, and one upload at a time by a plain form, streamed to the
//! object store. What the page's script sends comes by `upload`.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::filing::ORIGINAL_NAMES;
use schemas::{Attachment, Submission};
use serde_json::{Map, Value, json};

use super::again::{Known, known};
use super::coming::Coming;
use super::narrow::Narrow;
use super::upload::{Waiting, waiting};
use super::{Draft, Gone, change, find, marks};
use crate::objects::ObjectError;
use crate::scans::Scans;
use crate::web::Desk;
use crate::web::assets;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::operator::Applicant;
use crate::web::operator::filing::FileLine;
use crate::web::operator::papers::{Paper, papers};
use crate::web::operator::words::Words;
use crate::web::parts::{Choice, bytes};
use crate::web::roles::{Refusal, Role};
use crate::web::sent::{Fields, Sent, TOKEN, refused};
use crate::web::sessions::is_own_form;
use crate::web::visit::{Visit, see_other};

/// Bytes of a field beside the file.
const FIELD_BYTES_MAX: usize = 1_000;
/// Characters of a name, as it was sent, that are kept beside the name that goes into packages.
pub(super) const SENT_AS_CHARS_MAX: usize = 400;

#[derive(Template)]
#[template(path = "operator/files.html")]
pub(super) struct FilesPage {
    shell: Shell,
    w: &'static Words,
    steps: Vec<(String, String, bool)>,
    office: String,
    action: String,
    review: String,
    papers: Vec<Paper>,
    choices: Vec<Choice>,
    files: Vec<(FileLine, String)>,
    /// What was wrong with the upload.
    problem: Option<String>,
    limits: String,
    /// Narrower limits: the papers that each is about, and what it says.
    narrow: Vec<(String, String)>,
    accept: String,
    /// Files of other filings and drafts.
    known: Vec<Known>,
    /// Where the script sends files, what it is, and what has not come whole yet.
    uploads: String,
    script: &'static str,
    waiting: Vec<Waiting>,
}

/// `GET /operator/drafts/{id}/files`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    match find(&desk, &applicant, &id).await {
        Ok(draft) => {
            let page = page(&desk, &draft, &applicant.visit, None).await;
            applicant.visit.answer(page)
        }
        Err(gone) => gone.answer(&applicant.visit),
    }
}

pub(super) async fn page(
    desk: &Desk,
    draft: &Draft,
    visit: &Visit,
    problem: Option<String>,
) -> Result<FilesPage, Fault> {
    let w = Words::of(visit.lang);
    let limits = &desk.ctx.config.limits;
    let papers = papers(desk, &draft.submission, visit);
    let choice =
        |paper: &Paper| Choice { word: paper.id.clone(), name: paper.title.clone(), chosen: false };
    let choices = papers.iter().filter(|paper| paper.file.is_none()).map(choice).collect();
    let of_item = |file: &Attachment| {
        let paper = papers.iter().find(|paper| paper.file.as_deref() == Some(&*file.name));
        paper.map(|paper| paper.title.clone()).unwrap_or_default()
    };
    let files = &draft.submission.attachments;
    let scans = Scans::read(&desk.ctx, files).await?;
    let marks = marks(desk, draft).await?;
    let line = |file| FileLine::new(file, &scans, visit.lang).marked(file, &marks);
    let each = bytes(usize::try_from(limits.attachment_bytes_max).unwrap_or(usize::MAX));
    let (count, per, up_to) = (limits.attachments_max, w.files_each, w.files_max);
    Ok(FilesPage {
        shell: visit.shell(""),
        w,
        steps: draft.steps(desk, visit, "/files"),
        office: draft.row.office_name.clone(),
        action: draft.link("/files"),
        review: draft.link("/review"),
        files: files.iter().map(|file| (line(file), of_item(file))).collect(),
        choices,
        papers,
        problem,
        limits: format!("{per} {each} · {up_to} {count}"),
        narrow: Narrow::new(desk, draft, visit).told(),
        accept: limits.media_types.join(","),
        known: known(desk, draft, visit).await?,
        uploads: draft.link("/uploads"),
        script: assets::files_link(),
        waiting: waiting(desk, draft).await?,
    })
}

/// `POST /operator/drafts/{id}/files`
pub(super) async fn upload(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::read(&parts, &desk).await;
    let headers = parts.headers.clone();
    let action = parts.uri.path().to_owned();
    let multipart = Multipart::from_request(Request::from_parts(parts, body), &desk).await;
    let Ok(mut form) = multipart else { return visit.fault(&Fault::FormUnreadable) };
    // The token stands first, so that nothing of a foreign form is read.
    let token = field(&mut form, TOKEN).await.unwrap_or_default();
    if !is_own_form(&desk.ctx, &headers, &token) {
        return visit.fault(&Fault::ForeignForm);
    }
    let by = match Applicant::of(&visit) {
        Ok(by) => by,
        // A file is not kept for later; the way back to this page is.
        Err(Refusal::NotIn) => return see_other(&format!("/login?next={action}")),
        Err(refusal) => return refused(&visit, refusal, &action, &Fields::default()),
    };
    match take(&desk, &by, &id, &mut form).await {
        Ok(Ok(draft)) => see_other(&draft.link("/files")),
        Ok(Err(problem)) => match find(&desk, &by, &id).await {
            Ok(draft) => match page(&desk, &draft, &visit, Some(problem)).await {
                Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
                Err(fault) => visit.fault(&fault),
            },
            Err(gone) => gone.answer(&visit),
        },
        Err(gone) => gone.answer(&visit),
    }
}

/// The text of the next field, if it has this name.
pub(in crate::web::operator) async fn field(form: &mut Multipart, name: &str) -> Option<String> {
    let mut field = form.next_field().await.ok()?.filter(|field| field.name() == Some(name))?;
    let mut text = Vec::new();
    while let Some(part) = field.chunk().await.ok()? {
        text.extend_from_slice(&part);
        if text.len() > FIELD_BYTES_MAX {
            return None;
        }
    }
    String::from_utf8(text).ok()
}

/// Takes the file in; the inner error is for whoever sent it.
async fn take(
    desk: &Desk,
    by: &Applicant,
    id: &str,
    form: &mut Multipart,
) -> Result<Result<Draft, String>, Gone> {
    let w = Words::of(by.visit.lang);
    let draft = find(desk, by, id).await?;
    let Some(item) = field(form, "item").await else { return Err(Fault::FormUnreadable.into()) };
    let Ok(Some(file)) = form.next_field().await else {
        return Err(Fault::FormUnreadable.into());
    };
    let (sent_as, told) = (file.file_name(), file.content_type());
    let coming = Coming::new(sent_as.unwrap_or_default(), told.unwrap_or_default(), &item);
    let narrow = Narrow::new(desk, &draft, &by.visit);
    if let Some(why) = coming.refusal(desk, &narrow, None) {
        return Ok(Err(why));
    }
    let upload_id = desk.ctx.clock.id().to_string();
    let max = narrow.bytes_max(&item);
    let upload = match desk.ctx.objects.receive(file, &upload_id, max).await {
        Ok(upload) => upload,
        Err(ObjectError::TooLarge { .. }) => return Ok(Err(coming.too_large(&narrow))),
        Err(ObjectError::Broken(_)) => return Ok(Err(w.file_broken.to_owned())),
        Err(error) => return Err(Fault::Away(error.to_string()).into()),
    };
    let file = match coming.keep(desk, &narrow, upload).await? {
        Ok(file) => file,
        Err(why) => return Ok(Err(why)),
    };
    let add = |draft: &mut Draft| Ok(add(&mut draft.submission, &file, (&item, &coming.sent_as)));
    let (draft, _) = change(desk, by, id, add).await?;
    Ok(Ok(draft))
}

/// Adds a file, under a name that no other has, as an item of the checklist where one was chosen.
/// Answers that name.
pub(super) fn add(
    submission: &mut Submission,
    file: &Attachment,
    (item, sent_as): (&str, &str),
) -> String {
    let taken = |name: &str| {
        submission.attachments.iter().any(|it| it.name.to_lowercase() == name.to_lowercase())
    };
    let (stem, end) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    let dot = if end.is_empty() { "" } else { "." };
    let mut name = file.name.clone();
    let mut number = 2;
    while taken(&name) {
        name = format!("{stem} ({number}){dot}{end}");
        number += 1;
    }
    said_to_be(submission, item, &name);
    if name != sent_as {
        let kept: String = sent_as.chars().take(SENT_AS_CHARS_MAX).collect();
        part(&mut submission.form, ORIGINAL_NAMES)[&name] = json!(kept);
    }
    submission.attachments.push(Attachment { name: name.clone(), ..file.clone() });
    name
}

/// A file is this item of the checklist, where one was chosen.
pub(super) fn said_to_be(submission: &mut Submission, item: &str, name: &str) {
    if !item.is_empty() {
        part(&mut submission.form, "checklist")[item] = json!(name);
    }
}

/// An object in the form, made where there is none.
fn part<'a>(form: &'a mut Value, name: &str) -> &'a mut Value {
    if !form[name].is_object() {
        form[name] = Value::Object(Map::new());
    }
    &mut form[name]
}

/// `POST /operator/drafts/{id}/files/remove`
pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let name = fields.get("name").unwrap_or_default();
    let take_out = |draft: &mut Draft| {
        draft.submission.attachments.retain(|file| file.name != name);
        if let Some(items) = draft.submission.form["checklist"].as_object_mut() {
            items.retain(|_, file| file != name);
        }
        if let Some(names) = draft.submission.form[ORIGINAL_NAMES].as_object_mut() {
            names.remove(name);
        }
        Ok(())
    };
    match change(&desk, &by, &id, take_out).await {
        Ok((draft, ())) => see_other(&draft.link("/files")),
        Err(gone) => gone.answer(&visit),
    }
}

//! `/operator/bulk`: 一括申請. A template with the offices that are known, the upload, and what was
//! uploaded before.

mod report;
mod template;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use schemas::{FilingKind, Finding, ServiceCode};
use sha2::{Digest, Sha256};

use super::Applicant;
use super::draft::{Note, text_field};
use super::start::{Group, groups};
use crate::bulk::Format;
use crate::store::BulkCounts;
use crate::web::Desk;
use crate::web::bulk::{self, Upload};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::offices;
use crate::web::parts::{Badge, Choice, Stamp, bytes};
use crate::web::problem::Problem;
use crate::web::roles::{Refusal, Role};
use crate::web::sent::{Fields, TOKEN, refused};
use crate::web::sessions::is_own_form;
use crate::web::visit::{Visit, see_other};
use words::Words;

/// The routes of uploads of many filings.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/operator/bulk", uploading())
        .route("/operator/bulk/template", get(template::serve))
        .route("/operator/bulk/{id}", get(report::show))
        .route("/operator/bulk/{id}/file", post(report::file))
        .route("/operator/bulk/{id}/draft", post(report::draft))
        .route("/operator/bulk/{id}/remainder", get(report::remainder))
        .route("/operator/bulk/{id}/discard", post(report::discard))
}

/// The file has a limit of its own, which is looked at while it comes.
fn uploading() -> MethodRouter<Arc<Desk>> {
    get(show).post(upload).layer(DefaultBodyLimit::disable())
}

#[derive(Template)]
#[template(path = "operator/bulk.html")]
struct BulkPage {
    shell: Shell,
    w: &'static Words,
    kinds: Vec<Choice>,
    groups: Vec<Group>,
    offices: usize,
    /// What an upload is known by: the same form sent twice is one upload.
    key: String,
    limits: String,
    /// What stands in the way of the file that was sent, and the cell that it is about.
    problems: Vec<(String, Note)>,
    uploads: Vec<Line>,
}

/// An upload of before.
struct Line {
    id: String,
    name: String,
    at: Stamp,
    by: String,
    rows: i64,
    state: Badge,
}

impl Line {
    fn new(counts: BulkCounts, visit: &Visit) -> Self {
        Self {
            id: counts.bulk.id.to_string(),
            name: name(&counts, visit),
            at: Stamp::new(counts.bulk.created_at, visit.now, visit.lang),
            rows: counts.good + counts.warned + counts.bad + counts.filed + counts.drafted,
            state: state(&counts, visit),
            by: counts.bulk.saved_by,
        }
    }
}

/// What an upload is called.
fn name(counts: &BulkCounts, visit: &Visit) -> String {
    let name = &counts.bulk.file_name;
    if name.is_empty() { Words::of(visit.lang).of_program.to_owned() } else { name.clone() }
}

/// How far an upload has come.
fn state(counts: &BulkCounts, visit: &Visit) -> Badge {
    let w = Words::of(visit.lang);
    let open = counts.good + counts.warned;
    match (counts.bulk.chosen_at, open, counts.bad) {
        (None, _, 0) => Badge::new("move", w.state_fit),
        (None, _, _) => Badge::new("hold", w.state_bad),
        (Some(_), 0, 0) => Badge::new("ok", w.state_done),
        (Some(_), 0, _) => Badge::new("hold", w.state_rest),
        (Some(_), _, _) => Badge::new("bad", w.state_cut),
    }
}

/// `GET /operator/bulk`
async fn show(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    applicant.visit.answer(page(&desk, &applicant, Vec::new()).await)
}

async fn page(
    desk: &Desk,
    by: &Applicant,
    problems: Vec<(String, Note)>,
) -> Result<BulkPage, Fault> {
    let visit = &by.visit;
    let offices = offices::known(desk, by.number).await?;
    let used = |code: ServiceCode| {
        offices.iter().flat_map(|it| &it.office.services).any(|it| it.service == code)
    };
    let kind = |kind: &FilingKind| Choice {
        word: kind.as_str().to_owned(),
        name: visit.lang.kind(*kind).to_owned(),
        chosen: *kind == FilingKind::Change,
    };
    let limits = &desk.ctx.config.bulk;
    let w = Words::of(visit.lang);
    let uploads = desk.ctx.store.own_bulks(by.number, limits.operator_max).await?;
    Ok(BulkPage {
        shell: visit.shell("/operator/bulk"),
        w,
        kinds: FilingKind::ALL.iter().map(kind).collect(),
        groups: groups(desk, &used, visit),
        offices: offices.len(),
        key: desk.ctx.clock.id().to_string(),
        limits: format!(
            "{} {} · {} {}",
            w.rows_max,
            limits.rows_max,
            w.bytes_max,
            bytes(limits.bytes_max)
        ),
        problems,
        uploads: uploads.into_iter().map(|it| Line::new(it, visit)).collect(),
    })
}

/// `POST /operator/bulk`
async fn upload(State(desk): State<Arc<Desk>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::read(&parts, &desk).await;
    let headers = parts.headers.clone();
    let action = parts.uri.path().to_owned();
    let multipart = Multipart::from_request(Request::from_parts(parts, body), &desk).await;
    let Ok(mut form) = multipart else { return visit.fault(&Fault::FormUnreadable) };
    // The token stands first, so that nothing of a foreign form is read.
    let token = text_field(&mut form, TOKEN).await.unwrap_or_default();
    if !is_own_form(&desk.ctx, &headers, &token) {
        return visit.fault(&Fault::ForeignForm);
    }
    let by = match Applicant::of(&visit) {
        Ok(by) => by,
        // A file is not kept for later; the way back to this page is.
        Err(Refusal::NotIn) => return see_other(&format!("/login?next={action}")),
        Err(refusal) => return refused(&visit, refusal, &action, &Fields::default()),
    };
    let problems = match take(&desk, &by, &mut form).await {
        Ok(Ok(counts)) => return see_other(&format!("/operator/bulk/{}", counts.bulk.id)),
        Ok(Err(problem)) => told(&problem, &visit),
        Err(fault) => return visit.fault(&fault),
    };
    match page(&desk, &by, problems).await {
        Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(fault) => visit.fault(&fault),
    }
}

/// Takes the file in; the inner problem is for whoever sent it.
async fn take(
    desk: &Arc<Desk>,
    by: &Applicant,
    form: &mut Multipart,
) -> Result<Result<BulkCounts, Problem>, Fault> {
    let key = text_field(form, "key").await.unwrap_or_default();
    let Ok(Some(mut file)) = form.next_field().await else { return Err(Fault::FormUnreadable) };
    let name = file.file_name().unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let max = desk.ctx.config.bulk.bytes_max;
    let mut content = Vec::new();
    while let Some(piece) = file.chunk().await.map_err(|_| Fault::FormUnreadable)? {
        content.extend_from_slice(&piece);
        if content.len() > max {
            return Ok(Err(bulk::too_large(max)));
        }
    }
    // Another file by the same form is another upload: someone went back and chose it.
    let digest = hex::encode(Sha256::digest(&content));
    let key: String = key.chars().take(60).collect();
    let upload = Upload {
        format: Format::of_content(&content),
        bytes: content,
        file_name: if name.is_empty() { "-".to_owned() } else { name },
        idempotency_key: format!("page:{key}:{digest}"),
        saved_by: by.visit.person_name(),
    };
    match bulk::take(desk, by.number, upload).await {
        Ok((counts, _)) => Ok(Ok(counts)),
        Err(problem) if problem.status >= 500 => Err(Fault::Away(problem.detail)),
        Err(problem) => Ok(Err(problem)),
    }
}

/// A problem in words: each of its findings, or what it says itself.
fn told(problem: &Problem, visit: &Visit) -> Vec<(String, Note)> {
    let w = Words::of(visit.lang);
    let note = |text: &str| vec![(String::new(), Note { tone: "bad", text: text.to_owned() })];
    match &*problem.code {
        "bulk_max" => note(w.problem_max),
        "bulk_bytes_max" if problem.findings.is_empty() => note(w.problem_bytes),
        _ if problem.findings.is_empty() => note(&problem.detail),
        _ => {
            let one = |it: &Finding| (it.path.clone(), Note::new(it, visit.lang));
            problem.findings.iter().map(one).collect()
        }
    }
}

//! `/archive`: the documents that operations give out; one is added, replaced, withdrawn, and all
//! of it stays on record.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use crate::archive::{self, ArchiveProblem, DocumentDraft};
use crate::store::{Audience, DocumentEnd, DocumentKind, DocumentRow};
use crate::web::Desk;
use crate::web::archive::{
    AUDIENCES, DocumentLine, KINDS, Narrowed, Told, audience_name, by, choices, kind_name, named,
    sentence,
};
use crate::web::archive_words::Words;
use crate::web::cursor::{newest, older};
use crate::web::download;
use crate::web::enclosed::Enclosed;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Badge, Choice, Stamp, bytes};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::{Fields, Sent};
use crate::web::visit::{Visit, see_other};

/// The list's own address.
const HERE: &str = "/archive";

#[derive(Template)]
#[template(path = "operations/archive.html")]
struct ArchivePage {
    shell: Shell,
    w: &'static Words,
    narrowed: Narrowed,
    /// Word, name, and whether it is this one.
    views: Vec<Choice>,
    lines: Vec<DocumentLine>,
    newest: Option<String>,
    older: Option<String>,
    form: Form,
}

#[derive(Template)]
#[template(path = "operations/document.html")]
struct DocumentPage {
    shell: Shell,
    w: &'static Words,
    id: Uuid,
    title: Told,
    state: Badge,
    is_given_out: bool,
    is_done: bool,
    versions: Vec<(DocumentLine, Option<Ended>)>,
    form: Form,
}

/// How a version ended.
struct Ended {
    how: Badge,
    at: Stamp,
    by: String,
    is_gone: bool,
}

/// The form by which a version comes, with what was written in it.
struct Form {
    action: String,
    title_ja: String,
    title_en: String,
    kinds: Vec<Choice>,
    audiences: Vec<Choice>,
    /// The version that its writer sees; 0 where it is the first that is written.
    seen: i32,
    problem: Option<String>,
    title_chars_max: usize,
    accept: String,
    file_max: String,
}

impl Form {
    fn new(desk: &Desk, visit: &Visit, (action, seen): (String, i32)) -> Self {
        let limits = &desk.ctx.config.limits;
        let most = usize::try_from(limits.attachment_bytes_max).unwrap_or(usize::MAX);
        Self {
            action,
            title_ja: String::new(),
            title_en: String::new(),
            kinds: choices(&KINDS, None, |it| kind_name(it, visit.lang)),
            audiences: choices(&AUDIENCES, None, |it| audience_name(it, visit.lang)),
            seen,
            problem: None,
            title_chars_max: desk.ctx.config.archive.title_chars_max,
            accept: limits.media_types.join(","),
            file_max: bytes(most),
        }
    }

    fn filled(
        self,
        visit: &Visit,
        (title_ja, title_en): (&str, &str),
        (kind, audience): (DocumentKind, Audience),
    ) -> Self {
        Self {
            title_ja: title_ja.to_owned(),
            title_en: title_en.to_owned(),
            kinds: choices(&KINDS, Some(kind), |it| kind_name(it, visit.lang)),
            audiences: choices(&AUDIENCES, Some(audience), |it| audience_name(it, visit.lang)),
            ..self
        }
    }

    /// With what someone wrote, and why it was not recorded.
    fn refused(self, visit: &Visit, draft: &DocumentDraft, problem: String) -> Self {
        let filled = (draft.kind, draft.audience);
        let form = self.filled(visit, (&draft.title_ja, &draft.title_en), filled);
        Self { problem: Some(problem), ..form }
    }
}

/// `GET /archive?view=…&kind=…&text=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let form = Form::new(&desk, &visit, (HERE.to_owned(), 0));
    visit.answer(page(&desk, &visit, form).await)
}

async fn page(desk: &Desk, visit: &Visit, form: Form) -> Result<ArchivePage, Fault> {
    let w = Words::of(visit.lang);
    let is_withdrawn = visit.get("view") == Some("withdrawn");
    let narrowed = Narrowed::new(visit);
    let filter = narrowed.filter(visit, (None, is_withdrawn));
    let mut rows = desk.ctx.store.list_documents(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.at, row.id));
    let view = |word: &str, name: &str, chosen| Choice {
        word: word.to_owned(),
        name: name.to_owned(),
        chosen,
    };
    Ok(ArchivePage {
        shell: visit.shell(HERE),
        w,
        narrowed,
        views: vec![
            view("", w.given_out, !is_withdrawn),
            view("withdrawn", w.withdrawn, is_withdrawn),
        ],
        lines: DocumentLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
        form,
    })
}

/// `POST /archive`: a new document.
pub(super) async fn add(State(desk): State<Arc<Desk>>, sent: Enclosed<Keeper>) -> Response {
    let Keeper(visit) = &sent.by;
    match added(&desk, visit, &sent).await {
        Ok(response) => response,
        Err(fault) => visit.fault(&fault),
    }
}

async fn added(desk: &Desk, visit: &Visit, sent: &Enclosed<Keeper>) -> Result<Response, Fault> {
    let draft = draft(&sent.fields)?;
    let problem = match &sent.problem {
        Some(problem) => (StatusCode::UNPROCESSABLE_ENTITY, problem.sentence(visit.lang)),
        None => match archive::add(&desk.ctx, &draft, sent.files.first(), &by(visit)).await {
            Ok(id) => {
                tracing::info!(document.id = %id, "a document was added to the archive");
                return Ok(see_other(&format!("{HERE}/{id}?done=1")));
            }
            Err(problem) => told(problem, sent, visit)?,
        },
    };
    let form = Form::new(desk, visit, (HERE.to_owned(), 0));
    let form = form.refused(visit, &draft, problem.1);
    Ok(visit.page(problem.0, &page(desk, visit, form).await?))
}

/// `GET /archive/{id}`: the versions of one document.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Staff(visit): Staff,
) -> Response {
    let page = async {
        let versions = versions(&desk, &id).await?;
        let form = fresh_form(&desk, &visit, &versions[0]);
        document(&desk, &visit, (&versions, form)).await
    };
    visit.answer(page.await)
}

/// `POST /archive/{id}`: a new version of it.
pub(super) async fn replace(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Enclosed<Keeper>,
) -> Response {
    let Keeper(visit) = &sent.by;
    match replaced(&desk, visit, (&id, &sent)).await {
        Ok(response) => response,
        Err(fault) => visit.fault(&fault),
    }
}

async fn replaced(
    desk: &Desk,
    visit: &Visit,
    (id, sent): (&str, &Enclosed<Keeper>),
) -> Result<Response, Fault> {
    let draft = draft(&sent.fields)?;
    let newest = versions(desk, id).await?.swap_remove(0);
    let done = match (&sent.problem, is_seen(&newest, &sent.fields)) {
        (Some(problem), _) => Err((StatusCode::UNPROCESSABLE_ENTITY, problem.sentence(visit.lang))),
        (None, false) => Err(told(ArchiveProblem::Late, sent, visit)?),
        (None, true) => {
            let version = (&draft, sent.files.first());
            match archive::replace(&desk.ctx, &newest, version, &by(visit)).await {
                Ok(()) => Ok(()),
                Err(problem) => Err(told(problem, sent, visit)?),
            }
        }
    };
    let Err((status, problem)) = done else {
        tracing::info!(document.id = %newest.document_id, "a document was replaced");
        return Ok(see_other(&format!("{HERE}/{}?done=1", newest.document_id)));
    };
    let versions = versions(desk, id).await?;
    let form = fresh_form(desk, visit, &versions[0]).refused(visit, &draft, problem);
    Ok(visit.page(status, &document(desk, visit, (&versions, form)).await?))
}

/// `POST /archive/{id}/withdraw`: it is given out no more.
pub(super) async fn withdraw(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Keeper>,
) -> Response {
    match withdrawn(&desk, &sent, &id).await {
        Ok(response) => response,
        Err(fault) => sent.visit.fault(&fault),
    }
}

async fn withdrawn(desk: &Desk, sent: &Sent<Keeper>, id: &str) -> Result<Response, Fault> {
    let newest = versions(desk, id).await?.swap_remove(0);
    let here = format!("{HERE}/{}", newest.document_id);
    let done = if is_seen(&newest, &sent.fields) {
        archive::withdraw(&desk.ctx, &newest, &by(&sent.visit)).await
    } else {
        Err(ArchiveProblem::Late)
    };
    let problem = match done {
        Ok(()) => {
            tracing::info!(document.id = %newest.document_id, "a document was withdrawn");
            return Ok(see_other(&format!("{here}?done=1")));
        }
        Err(problem) => sentence(problem, sent.visit.lang)?,
    };
    let (visit, versions) = (sent.visit.at(&here), versions(desk, id).await?);
    let form = Form { problem: Some(problem), ..fresh_form(desk, &visit, &versions[0]) };
    let page = document(desk, &visit, (&versions, form)).await?;
    Ok(visit.page(StatusCode::CONFLICT, &page))
}

/// `GET /archive/{id}/files/{version}`: the file of any version that still has one.
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    Path((id, version)): Path<(String, String)>,
    Staff(visit): Staff,
) -> Response {
    let served = async {
        let versions = versions(&desk, &id).await?;
        let found = versions.iter().find(|row| row.version.to_string() == version);
        let row = found.filter(|row| row.gone_at.is_none()).ok_or(Fault::NoDocument)?;
        download::serve(&desk.ctx, &row.file(), visit.get("view").is_some()).await
    };
    match served.await {
        Ok(response) => response,
        Err(fault) => visit.fault(&fault),
    }
}

/// The versions of a document, at least one.
async fn versions(desk: &Desk, id: &str) -> Result<Vec<DocumentRow>, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::NoDocument)?;
    let versions = desk.ctx.store.versions_of_document(id).await?;
    if versions.is_empty() { Err(Fault::NoDocument) } else { Ok(versions) }
}

fn fresh_form(desk: &Desk, visit: &Visit, newest: &DocumentRow) -> Form {
    let form = Form::new(desk, visit, (format!("{HERE}/{}", newest.document_id), newest.version));
    let titles = (&*newest.title_ja, &*newest.title_en);
    form.filled(visit, titles, (newest.kind, newest.audience))
}

async fn document(
    desk: &Desk,
    visit: &Visit,
    (versions, form): (&[DocumentRow], Form),
) -> Result<DocumentPage, Fault> {
    let w = Words::of(visit.lang);
    let newest = versions.first().ok_or(Fault::NoDocument)?;
    let is_given_out = newest.ended_at.is_none();
    let state =
        if is_given_out { Badge::new("ok", w.given_out) } else { Badge::new("off", w.withdrawn) };
    let lines = DocumentLine::read(desk, visit, versions).await?;
    let ended = versions.iter().map(|row| Ended::of(row, visit));
    Ok(DocumentPage {
        shell: visit.shell(HERE),
        w,
        id: newest.document_id,
        title: Told::new(&newest.title_ja, &newest.title_en, visit.lang),
        state,
        is_given_out,
        is_done: visit.get("done").is_some(),
        versions: lines.into_iter().zip(ended).collect(),
        form,
    })
}

impl Ended {
    fn of(row: &DocumentRow, visit: &Visit) -> Option<Self> {
        let w = Words::of(visit.lang);
        let how = match row.ended_how? {
            DocumentEnd::Replaced => Badge::new("off", w.replaced),
            DocumentEnd::Withdrawn => Badge::new("hold", w.withdrawn),
        };
        Some(Self {
            how,
            at: Stamp::new(row.ended_at?, visit.now, visit.lang),
            by: row.ended_by_name.clone().unwrap_or_default(),
            is_gone: row.gone_at.is_some(),
        })
    }
}

/// Whether it is what the form's writer saw, and has not ended.
fn is_seen(newest: &DocumentRow, fields: &Fields) -> bool {
    let seen = fields.get("seen").and_then(|text| text.parse().ok());
    newest.ended_at.is_none() && seen == Some(newest.version)
}

fn draft(fields: &Fields) -> Result<DocumentDraft, Fault> {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let kind = fields.get("kind").and_then(|word| named(&KINDS, word));
    let audience = fields.get("audience").and_then(|word| named(&AUDIENCES, word));
    Ok(DocumentDraft {
        title_ja: text("title_ja"),
        title_en: text("title_en"),
        kind: kind.ok_or(Fault::FormUnreadable)?,
        audience: audience.ok_or(Fault::FormUnreadable)?,
    })
}

/// Why a form with a file was not recorded, and with which status that is answered.
fn told(
    problem: ArchiveProblem,
    sent: &Enclosed<Keeper>,
    visit: &Visit,
) -> Result<(StatusCode, String), Fault> {
    let is_late = matches!(problem, ArchiveProblem::Late);
    let mut told = sentence(problem, visit.lang)?;
    if !sent.files.is_empty() {
        told = format!("{told} {}", Words::of(visit.lang).choose_again);
    }
    let status = if is_late { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, told))
}

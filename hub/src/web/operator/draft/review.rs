//! The draft as a whole: its first page, the review before it is filed, filing, throwing it away.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::{FilingId, Finding, Verdict};

use super::show::{Note, id_of};
use super::{Draft, Gone, find, text};
use crate::revision::Request;
use crate::scans::Scans;
use crate::store::StoreError;
use crate::web::Desk;
use crate::web::document::{Block, Document, Mark};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::operator::Applicant;
use crate::web::operator::filing::{FileLine, document};
use crate::web::operator::outlook::Outlook;
use crate::web::operator::words::Words;
use crate::web::parts::Stamp;
use crate::web::problem::Problem;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// Findings that a page lists at most.
const FINDINGS_SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "operator/draft.html")]
struct DraftPage {
    shell: Shell,
    w: &'static Words,
    steps: Vec<(String, String, bool)>,
    kind: &'static str,
    office: String,
    link: String,
    version: i32,
    saved: Stamp,
    saved_by: String,
    prefilled: Option<String>,
    returned: Vec<(String, String)>,
    outlook: Outlook,
}

#[derive(Template)]
#[template(path = "operator/review.html")]
struct ReviewPage {
    shell: Shell,
    w: &'static Words,
    steps: Vec<(String, String, bool)>,
    kind: &'static str,
    office: String,
    link: String,
    version: i32,
    /// Whether it changed between a review and its filing, which was not done then.
    is_changed: bool,
    is_fit: bool,
    findings: Vec<Told>,
    more: usize,
    outlook: Outlook,
    document: Document,
    attachments: Vec<FileLine>,
}

/// A finding, and where it is mended.
struct Told {
    note: Note,
    link: Option<String>,
}

impl Told {
    fn new(finding: &Finding, draft: &Draft, visit: &Visit) -> Self {
        let mut steps =
            finding.path.strip_prefix("/form/forms/").unwrap_or_default().splitn(3, '/');
        let place = steps.next().and_then(|place| place.parse::<usize>().ok());
        let field = steps.nth(1).map(|path| id_of(&format!("/{path}")));
        let link = match place {
            Some(place) => {
                let id = field.map_or_else(String::new, |id| format!("#{id}"));
                Some(draft.link(&format!("/forms/{place}?check=1{id}")))
            }
            None if finding.path.starts_with("/attachments")
                || finding.path.starts_with("/form/checklist") =>
            {
                Some(draft.link("/files"))
            }
            None => None,
        };
        Self { note: Note::new(finding, visit.lang), link }
    }
}

/// `GET /operator/drafts/{id}`
pub(super) async fn front(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    let visit = &applicant.visit;
    let page = async {
        let draft = find(&desk, &applicant, &id).await?;
        let returned = match draft.row.corrects {
            Some(filing) => returned(&desk, filing).await.map_err(Fault::from)?,
            None => Vec::new(),
        };
        Ok::<_, Gone>(DraftPage {
            shell: visit.shell(""),
            w: Words::of(visit.lang),
            steps: draft.steps(&desk, visit, ""),
            kind: visit.lang.kind(draft.row.kind),
            office: draft.row.office_name.clone(),
            link: draft.link(""),
            version: draft.row.version,
            saved: Stamp::new(draft.row.saved_at, visit.now, visit.lang),
            saved_by: draft.row.saved_by.clone(),
            prefilled: visit.get("prefilled").map(str::to_owned),
            returned,
            outlook: Outlook::of(&desk, &draft.submission, visit),
        })
    };
    match page.await {
        Ok(page) => visit.page(StatusCode::OK, &page),
        Err(gone) => gone.answer(visit),
    }
}

/// Who returned the filing, with which comment; the newest first.
async fn returned(desk: &Desk, filing: FilingId) -> Result<Vec<(String, String)>, StoreError> {
    let deliveries = desk.ctx.store.deliveries_of(filing).await?;
    let mut all = Vec::new();
    for decision in desk.ctx.store.decisions_of(filing).await?.into_iter().rev() {
        let delivery = deliveries.iter().find(|it| it.id == decision.delivery_id);
        if let (Some(delivery), Verdict::Returned) = (delivery, decision.verdict) {
            all.push((desk.ctx.master().name(delivery.authority), decision.comment));
        }
    }
    Ok(all)
}

/// `GET /operator/drafts/{id}/review`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    let visit = &applicant.visit;
    let page = async {
        let draft = find(&desk, &applicant, &id).await?;
        let findings = draft.findings(&desk).await?;
        Ok::<_, Gone>(review(&desk, &draft, &findings, visit).await?)
    };
    match page.await {
        Ok(page) => visit.page(StatusCode::OK, &page),
        Err(gone) => gone.answer(visit),
    }
}

async fn review(
    desk: &Desk,
    draft: &Draft,
    findings: &[Finding],
    visit: &Visit,
) -> Result<ReviewPage, Fault> {
    let attachments = &draft.submission.attachments;
    let scans = Scans::read(&desk.ctx, attachments).await?;
    let line = |file| FileLine::new(file, &scans, visit.lang);
    let told = findings.iter().take(FINDINGS_SHOWN);
    let (filed, _) = draft.to_file();
    Ok(ReviewPage {
        shell: visit.shell(""),
        w: Words::of(visit.lang),
        steps: draft.steps(desk, visit, "/review"),
        kind: visit.lang.kind(draft.row.kind),
        office: draft.row.office_name.clone(),
        link: draft.link(""),
        version: draft.row.version,
        is_changed: visit.get("changed").is_some(),
        is_fit: findings.iter().all(|finding| !finding.is_error()),
        findings: told.map(|finding| Told::new(finding, draft, visit)).collect(),
        more: findings.len().saturating_sub(FINDINGS_SHOWN),
        outlook: Outlook::of(desk, &filed, visit),
        document: document(desk, &filed, visit.now, visit),
        attachments: attachments.iter().map(line).collect(),
    })
}

/// `POST /operator/drafts/{id}/submit`
pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let draft = match find(&desk, &by, &id).await {
        Ok(draft) => draft,
        // Of a button that is pressed twice, only the second answer is seen.
        Err(Gone::Filed(filing)) => return see_other(&receipt(filing)),
        Err(gone) => return gone.answer(&visit),
    };
    // What is filed is what was reviewed.
    let seen = fields.get("version").and_then(|text| text.parse::<i32>().ok());
    if seen != Some(draft.row.version) {
        return see_other(&draft.link("/review?changed=1"));
    }
    match file(&desk, &draft).await {
        Ok(filing) => see_other(&receipt(filing)),
        Err(Refused::Invalid(findings)) => match review(&desk, &draft, &findings, &visit).await {
            Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
            Err(fault) => visit.fault(&fault),
        },
        Err(Refused::Fault(fault)) => visit.fault(&fault),
    }
}

/// Where whoever filed something is told so.
fn receipt(filing: FilingId) -> String {
    format!("/operator/filings/{}?filed=1", filing.receipt_number())
}

/// Why a draft was not filed.
enum Refused {
    Invalid(Vec<Finding>),
    Fault(Fault),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// Files a draft: by its own key, so that it is filed once however often it is sent.
async fn file(desk: &Desk, draft: &Draft) -> Result<FilingId, Refused> {
    let (submission, places) = draft.to_file();
    let request = Request {
        document: text(&submission).map_err(Refused::Fault)?,
        submission,
        idempotency_key: idempotency_key(draft),
    };
    let store = &desk.ctx.store;
    let receipted = match draft.row.corrects {
        None => desk.intake.submit(request).await.map_err(Problem::from),
        Some(filing) => {
            let findings = draft.findings(desk).await.map_err(Refused::Fault)?;
            if findings.iter().any(Finding::is_error) {
                return Err(Refused::Invalid(findings));
            }
            desk.reviewer.correct(filing, &request).await.map_err(Problem::from)
        }
    };
    let filing = match receipted {
        Ok(receipted) => receipted.id,
        Err(problem) if !problem.findings.is_empty() => {
            let findings = Draft::placed(problem.findings.into_vec(), &places);
            return Err(Refused::Invalid(findings));
        }
        // It was filed before in another text, and the draft did not come to know.
        Err(problem) if &*problem.code == "idempotency_key_reused" => {
            filed_before(desk, draft).await?
        }
        Err(problem) => {
            let fault = Fault::of_problem(problem, Fault::NothingReturned);
            return Err(Refused::Fault(fault));
        }
    };
    let mut tx = store.begin().await?;
    tx.file_draft(draft.row.id, filing).await?;
    tx.commit().await?;
    Ok(filing)
}

/// The filing that a draft has become.
async fn filed_before(desk: &Desk, draft: &Draft) -> Result<FilingId, Refused> {
    let key = (draft.row.corporate_number.to_string(), idempotency_key(draft));
    let found = desk.ctx.store.begin().await?.find_idempotent(&[key]).await?.pop();
    found.map(|row| row.filing_id).ok_or(Refused::Fault(Fault::NoDraft))
}

fn idempotency_key(draft: &Draft) -> String {
    format!("page:draft:{}", draft.row.id)
}

/// `POST /operator/drafts/{id}/discard`
pub(super) async fn discard(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let draft = match find(&desk, &by, &id).await {
        Ok(draft) => draft,
        Err(gone) => return gone.answer(&visit),
    };
    let seen = fields.get("version").and_then(|text| text.parse().ok()).unwrap_or_default();
    let is_sure = fields.get("sure").is_some();
    let deleted = async {
        let mut tx = desk.ctx.store.begin().await?;
        let deleted = is_sure && tx.delete_draft(draft.row.id, seen).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(deleted)
    };
    match deleted.await {
        Ok(true) => see_other("/operator"),
        // Not sure, or someone has saved it since it was seen: it stays.
        Ok(false) => see_other(&draft.link("")),
        Err(error) => visit.fault(&error.into()),
    }
}

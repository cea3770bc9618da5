//! Drafts: what an operator is writing, saved at each step, until it is filed.
//!
//! A draft's body is the submission that it will be. Two windows may be open on one: each form says
//! what it was shown (`base`), and what someone else has saved there meanwhile is never written
//! over unseen. Filing goes by an idempotency key of the draft, so that a draft is filed once.

mod again;
mod auto;
mod begin;
mod coming;
mod copy;
mod correct;
mod files;
mod form;
mod narrow;
mod prefill;
mod review;
mod show;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{MethodRouter, get, patch, post};
use schemas::forms::{Form, Sheet, sheets};
use schemas::{FilingId, FilingKind, Finding, Submission};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(super) use begin::{begin_draft, insert, left_out};
pub(super) use files::field as text_field;
pub(super) use prefill::fill as prefill;
pub(super) use show::Note;

use super::Applicant;
use super::marks::Marks;
use super::words::Words;
use crate::context::day_in_japan;
use crate::intake::IntakeProblem;
use crate::store::{DraftRow, Tx};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::roles::Who;
use crate::web::visit::{Visit, see_other};

/// How often a draft is read and saved again when others save it at the same time.
const TRIES_MAX: usize = 5;

/// Where a draft's body says which of its forms stay out of the filing: annexes that are not asked
/// for. What was written in them is kept with the draft.
pub(super) const LEFT_OUT: &str = "left_out";

/// The routes of drafts.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/operator/drafts", post(begin::begin))
        .route("/operator/drafts/{id}", get(review::front))
        .route("/operator/drafts/{id}/forms/{place}", get(form::show).post(form::save))
        .route("/operator/drafts/{id}/forms/{place}/copy", get(copy::show).post(copy::take))
        .route("/operator/drafts/{id}/files", uploading())
        .route("/operator/drafts/{id}/files/again", post(again::take))
        .route("/operator/drafts/{id}/files/remove", post(files::remove))
        .route("/operator/drafts/{id}/uploads", post(upload::begin))
        .route("/operator/drafts/{id}/uploads/{upload}", patch(upload::piece))
        .route("/operator/drafts/{id}/uploads/{upload}/end", post(upload::end))
        .route("/operator/drafts/{id}/uploads/{upload}/cancel", post(upload::cancel))
        .route("/operator/drafts/{id}/review", get(review::show))
        .route("/operator/drafts/{id}/submit", post(review::submit))
        .route("/operator/drafts/{id}/discard", post(review::discard))
        .route("/operator/filings/{key}/correct", post(correct::begin))
}

/// Files are streamed, each up to its own limit; forms are read whole, up to a general one.
fn uploading() -> MethodRouter<Arc<Desk>> {
    get(files::show).post(files::upload).layer(DefaultBodyLimit::disable())
}

/// A draft, read.
struct Draft {
    row: DraftRow,
    submission: Submission,
}

/// Why a draft cannot be gone on with.
enum Gone {
    /// It was filed: the way leads to its filing.
    Filed(FilingId),
    /// Something else.
    Fault(Fault),
}

impl From<Fault> for Gone {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Gone {
    fn answer(&self, visit: &Visit) -> Response {
        match self {
            Self::Filed(filing) => {
                see_other(&format!("/operator/filings/{}?filed=before", filing.receipt_number()))
            }
            Self::Fault(fault) => visit.fault(fault),
        }
    }
}

/// A draft of the operator that is not filed yet.
async fn find(desk: &Desk, applicant: &Applicant, id: &str) -> Result<Draft, Gone> {
    let Ok(id) = id.parse::<Uuid>() else { return Err(Fault::NoDraft.into()) };
    let row = desk.ctx.store.draft(id).await.map_err(Fault::from)?;
    let row = row.ok_or(Fault::NoDraft)?;
    if row.corporate_number != applicant.number {
        return Err(Fault::NotYours(Who::Operator).into());
    }
    if let Some(filing) = row.filed_as {
        return Err(Gone::Filed(filing));
    }
    let submission = serde_json::from_str(&row.body).map_err(|error| {
        tracing::error!(%error, draft = %row.id, "a draft does not read");
        Fault::Away(error.to_string())
    })?;
    Ok(Draft { row, submission })
}

/// Changes a draft, whoever else saves it at the same time: what `change` answers is saved over
/// what it was shown, or `change` is asked again.
async fn change<T>(
    desk: &Desk,
    applicant: &Applicant,
    id: &str,
    change: impl Fn(&mut Draft) -> Result<T, Gone>,
) -> Result<(Draft, T), Gone> {
    for _ in 0..TRIES_MAX {
        let mut draft = find(desk, applicant, id).await?;
        let made = change(&mut draft)?;
        if save(desk, applicant, &mut draft).await? {
            return Ok((draft, made));
        }
    }
    Err(Fault::Away("others save this draft at the same time".to_owned()).into())
}

async fn save(desk: &Desk, applicant: &Applicant, draft: &mut Draft) -> Result<bool, Fault> {
    let mut tx = desk.ctx.store.begin().await?;
    let is_saved = save_in(&mut tx, desk, applicant, draft).await?;
    tx.commit().await?;
    draft.row.version += i32::from(is_saved);
    Ok(is_saved)
}

/// The same as part of a unit of work. False when someone else saved it meanwhile.
async fn save_in(
    tx: &mut Tx,
    desk: &Desk,
    applicant: &Applicant,
    draft: &mut Draft,
) -> Result<bool, Fault> {
    draft.row.body = text(&draft.submission)?;
    draft.row.saved_at = desk.ctx.clock.now_ms();
    draft.row.saved_by = applicant.visit.person_name();
    Ok(tx.save_draft(&draft.row).await?)
}

fn text(submission: &Submission) -> Result<String, Fault> {
    serde_json::to_string(submission).map_err(|error| Fault::Away(error.to_string()))
}

impl Draft {
    /// Its forms.
    fn sheets(&self) -> Vec<Sheet> {
        sheets(&self.submission.form).unwrap_or_default()
    }

    fn set_sheets(&mut self, sheets: &[Sheet]) {
        self.submission.form["forms"] = json!(sheets);
    }

    /// The places of forms that stay out of the filing.
    fn left_out(&self) -> Vec<usize> {
        serde_json::from_value(self.submission.form[LEFT_OUT].clone()).unwrap_or_default()
    }

    fn leave_out(&mut self, place: usize, is_out: bool) {
        let mut places = self.left_out();
        places.retain(|it| *it != place);
        places.extend(is_out.then_some(place));
        self.submission.form[LEFT_OUT] = json!(places);
    }

    /// What is filed of it, and for each form there its place in the draft.
    fn to_file(&self) -> (Submission, Vec<usize>) {
        let left_out = self.left_out();
        let mut submission = self.submission.clone();
        let kept = self.sheets().into_iter().enumerate();
        let kept = kept.filter(|(place, _)| !left_out.contains(place));
        let (places, sheets): (Vec<_>, Vec<_>) = kept.unzip();
        if let Some(form) = submission.form.as_object_mut() {
            form.shift_remove(LEFT_OUT);
            form.shift_remove(copy::COPIED);
            form.insert("forms".to_owned(), json!(sheets));
        }
        (submission, places)
    }

    /// Findings about what is filed, as findings about the draft.
    fn placed(findings: Vec<Finding>, places: &[usize]) -> Vec<Finding> {
        let moved = |finding: Finding| {
            let Some(rest) = finding.path.strip_prefix("/form/forms/") else { return finding };
            let (place, below) = rest.split_once('/').unwrap_or((rest, ""));
            let known = place.parse::<usize>().ok().and_then(|place| places.get(place));
            match known {
                Some(known) => Finding { path: format!("/form/forms/{known}/{below}"), ..finding },
                None => finding,
            }
        };
        findings.into_iter().map(moved).collect()
    }

    /// Where it is.
    fn link(&self, below: &str) -> String {
        format!("/operator/drafts/{}{below}", self.row.id)
    }

    /// Everything that would be found wrong, or worth a look, were it filed now.
    async fn findings(&self, desk: &Desk) -> Result<Vec<Finding>, Fault> {
        let first = match self.row.corrects {
            Some(id) => desk.ctx.store.filing(id).await?.map(|it| day_in_japan(it.received_at)),
            None => None,
        };
        let (submission, places) = self.to_file();
        match desk.intake.check(&submission, first).await {
            Ok(found) | Err(IntakeProblem::Invalid(found)) => Ok(Self::placed(found, &places)),
            Err(IntakeProblem::KeyReused) => Ok(Vec::new()),
            Err(IntakeProblem::Unavailable(what)) => Err(Fault::Away(what)),
        }
    }

    /// The steps to the end: address, name, whether it is this one.
    fn steps(&self, desk: &Desk, visit: &Visit, here: &str) -> Vec<(String, String, bool)> {
        let w = Words::of(visit.lang);
        let mut all = Vec::new();
        let left_out = self.left_out();
        for (place, sheet) in self.sheets().iter().enumerate() {
            let mut name = form_of(desk, sheet).map_or_else(
                || sheet.form.clone(),
                |form| visit.lang.pick(&form.title, &form.title_en).clone(),
            );
            if left_out.contains(&place) {
                name.push_str(w.left_out);
            }
            all.push((format!("/forms/{place}"), name));
        }
        all.push(("/files".to_owned(), w.attachments.to_owned()));
        all.push(("/review".to_owned(), w.step_review.to_owned()));
        all.into_iter().map(|(below, name)| (self.link(&below), name, below == here)).collect()
    }
}

/// The form of a sheet, in the sheet's version.
fn form_of<'a>(desk: &'a Desk, sheet: &Sheet) -> Option<&'a Form> {
    desk.ctx.forms.form(&sheet.form, sheet.version.as_deref().unwrap_or_default())
}

/// What authorities marked when they returned the filing that a draft corrects.
async fn marks(desk: &Desk, draft: &Draft) -> Result<Marks, Fault> {
    match draft.row.corrects {
        Some(filing) => Marks::read(desk, filing).await,
        None => Ok(Marks::default()),
    }
}

/// Whether a filing of this kind may do without the form.
pub(super) fn is_optional(desk: &Desk, kind: FilingKind, form: &Form) -> bool {
    desk.ctx.forms.is_optional(kind, form)
}

/// What a form says was in it when it was shown.
fn base(fields: &Value) -> String {
    hex::encode(Sha256::digest(fields.to_string())).chars().take(16).collect()
}

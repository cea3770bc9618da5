//! `POST /operator/drafts`: a draft begins, with the forms that it needs, filled in as far as the
//! office's last accepted filing tells.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use schemas::forms::{Form, Role, Sheet};
use schemas::{FilingId, FilingKind, ServiceCode, Submission};
use serde_json::{Map, Value, json};

use super::{Gone, LEFT_OUT, form_of, is_optional, prefill, text};
use crate::context::day_in_japan;
use crate::store::DraftRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::operator::Applicant;
use crate::web::operator::start::{Start, StartPage};
use crate::web::sent::Sent;
use crate::web::visit::see_other;

/// `POST /operator/drafts`
pub(super) async fn begin(State(desk): State<Arc<Desk>>, sent: Sent<Applicant>) -> Response {
    let Sent { by, fields, visit } = sent;
    let get = |name: &str| fields.get(name);
    let services: Vec<_> = fields.all("service").collect();
    let start = Start::read(&desk, &visit, &get, &services);
    let Some(mut submission) = start.submission(&desk, &by).filter(|_| start.problems.is_empty())
    else {
        let page = StartPage::read(&desk, &by, start).await;
        return match page {
            Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
            Err(fault) => visit.fault(&fault),
        };
    };
    let made = async {
        let day = day_in_japan(visit.now);
        let mut sheets = empty_sheets(&desk, &submission, day);
        let from = prefill::fill(&desk, &submission, &mut sheets).await?;
        let left_out = left_out(&desk, submission.kind, &sheets);
        submission.form = json!({"forms": sheets, "checklist": {}, LEFT_OUT: left_out});
        let id = insert(&desk, &by, &submission, None).await?;
        let from = from.map_or_else(String::new, |number| format!("?prefilled={number}"));
        Ok::<_, Gone>(format!("/operator/drafts/{id}{from}"))
    };
    match made.await {
        Ok(to) => see_other(&to),
        Err(gone) => gone.answer(&visit),
    }
}

/// A new draft's row.
pub(super) async fn insert(
    desk: &Desk,
    by: &Applicant,
    submission: &Submission,
    corrects: Option<FilingId>,
) -> Result<uuid::Uuid, Fault> {
    let ctx = &desk.ctx;
    let max = ctx.config.drafts.operator_max;
    if ctx.store.own_drafts(by.number, max).await?.len() >= max {
        return Err(Fault::DraftsMax);
    }
    let now = ctx.clock.now_ms();
    let row = DraftRow {
        id: ctx.clock.id(),
        corporate_number: by.number,
        version: 1,
        kind: submission.kind,
        office_name: submission.offices.first().map(|it| it.name.clone()).unwrap_or_default(),
        body: text(submission)?,
        saved_by: by.visit.person_name(),
        corrects,
        filed_as: None,
        created_at: now,
        saved_at: now,
    };
    let mut tx = ctx.store.begin().await?;
    tx.insert_draft(&row).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// The forms that a filing of this kind about these services has: each main form once, and for each
/// service its annex.
pub(in crate::web::operator) fn forms_of<'a>(
    desk: &'a Desk,
    submission: &Submission,
    day: Date,
) -> Vec<(&'a Form, Option<ServiceCode>)> {
    let mut all: Vec<(&Form, Option<ServiceCode>)> = Vec::new();
    for service in submission.offices.iter().flat_map(|office| &office.services) {
        for form in desk.ctx.forms.used_for(submission.kind, service.service, day) {
            let about = match form.role {
                Role::Main => None,
                Role::Annex => Some(service.service),
            };
            if all.iter().all(|(other, of)| (&other.id, of) != (&form.id, &about)) {
                all.push((form, about));
            }
        }
    }
    all.sort_by_key(|(form, _)| form.role);
    all
}

/// The places of the forms that are not asked for: they stay out until someone wants them in.
pub(super) fn left_out(desk: &Desk, kind: FilingKind, sheets: &[Sheet]) -> Vec<usize> {
    let is_out =
        |sheet: &Sheet| form_of(desk, sheet).is_some_and(|form| is_optional(desk, kind, form));
    let all = sheets.iter().enumerate().filter(|(_, sheet)| is_out(sheet));
    all.map(|(place, _)| place).collect()
}

/// Those forms, with nothing in them but what the filing itself says.
pub(super) fn empty_sheets(desk: &Desk, submission: &Submission, day: Date) -> Vec<Sheet> {
    let sheet = |(form, service): (&Form, Option<ServiceCode>)| {
        let mut fields = Value::Object(Map::new());
        super::form::sign(form, submission, &mut fields);
        let version = Some(form.version.clone());
        Sheet { form: form.id.clone(), version, office: None, service, fields }
    };
    forms_of(desk, submission, day).into_iter().map(sheet).collect()
}

//! `POST /operator/drafts`: a draft begins, with the forms that it needs, filled in as far as the
//! office's last accepted filing tells.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemas::forms::Sheet;
use schemas::{FilingId, FilingKind, Submission};
use serde_json::json;

use super::{LEFT_OUT, form_of, is_optional, prefill, text};
use crate::context::day_in_japan;
use crate::store::DraftRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::operator::Applicant;
use crate::web::operator::start::{Start, StartPage};
use crate::web::sent::Sent;
use crate::web::visit::see_other;
use crate::written::empty_sheets;

/// `POST /operator/drafts`
pub(super) async fn begin(State(desk): State<Arc<Desk>>, sent: Sent<Applicant>) -> Response {
    let Sent { by, fields, visit } = sent;
    let get = |name: &str| fields.get(name);
    let services: Vec<_> = fields.all("service").collect();
    let start = Start::read(&desk, &visit, &get, &services);
    let Some(submission) = start.submission(&desk, &by).filter(|_| start.problems.is_empty())
    else {
        let page = StartPage::read(&desk, &by, start).await;
        return match page {
            Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
            Err(fault) => visit.fault(&fault),
        };
    };
    match begin_draft(&desk, &by, submission).await {
        Ok(to) => see_other(&to),
        Err(fault) => visit.fault(&fault),
    }
}

/// A draft with the forms that it needs. Answers its address.
pub(in crate::web::operator) async fn begin_draft(
    desk: &Desk,
    by: &Applicant,
    mut submission: Submission,
) -> Result<String, Fault> {
    let day = day_in_japan(by.visit.now);
    let mut sheets = empty_sheets(&desk.ctx.forms, &submission, day);
    let from = prefill::fill(desk, &submission, &mut sheets).await?;
    let left_out = left_out(desk, submission.kind, &sheets);
    submission.form = json!({"forms": sheets, "checklist": {}, LEFT_OUT: left_out});
    let id = insert(desk, by, &submission, None).await?;
    let from = from.map_or_else(String::new, |number| format!("?prefilled={number}"));
    Ok(format!("/operator/drafts/{id}{from}"))
}

/// A new draft's row.
pub(in crate::web::operator) async fn insert(
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

/// The places of the forms that are not asked for: they stay out until someone wants them in.
pub(in crate::web::operator) fn left_out(
    desk: &Desk,
    kind: FilingKind,
    sheets: &[Sheet],
) -> Vec<usize> {
    let is_out =
        |sheet: &Sheet| form_of(desk, sheet).is_some_and(|form| is_optional(desk, kind, form));
    let all = sheets.iter().enumerate().filter(|(_, sheet)| is_out(sheet));
    all.map(|(place, _)| place).collect()
}

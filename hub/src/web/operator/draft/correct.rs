//! `POST /operator/filings/{key}/correct`: what was returned, or stopped by malware, becomes a
//! draft again, as it was filed last. What is filed of it goes only to those authorities.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use schemas::forms::names_forms;
use serde_json::json;

use super::begin::{insert, left_out};
use super::{Gone, LEFT_OUT};
use crate::context::day_in_japan;
use crate::filing::to_correct;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::operator::Applicant;
use crate::web::operator::filing::newest_text;
use crate::web::operator::filings::own;
use crate::web::sent::Sent;
use crate::web::visit::see_other;
use crate::written::empty_sheets;

/// `POST /operator/filings/{key}/correct`
pub(super) async fn begin(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, visit, .. } = sent;
    match draft_of(&desk, &by, &key).await {
        Ok(id) => see_other(&format!("/operator/drafts/{id}")),
        Err(gone) => gone.answer(&visit),
    }
}

/// The draft that corrects a filing: the one that was begun before, or a new one.
async fn draft_of(desk: &Desk, by: &Applicant, key: &str) -> Result<uuid::Uuid, Gone> {
    let filing = own(desk, by, key).await?;
    let store = &desk.ctx.store;
    let deliveries = store.deliveries_of(filing.id).await.map_err(Fault::from)?;
    if filing.withdrawn_at.is_some() || to_correct(&deliveries).is_empty() {
        return Err(Fault::NothingReturned.into());
    }
    let max = desk.ctx.config.drafts.operator_max;
    let open = store.own_drafts(by.number, max).await.map_err(Fault::from)?;
    if let Some(known) = open.iter().find(|draft| draft.corrects == Some(filing.id)) {
        return Ok(known.id);
    }
    let revisions = store.revisions(filing.id).await.map_err(Fault::from)?;
    let mut submission = newest_text(&revisions).ok_or(Fault::NoFiling)?;
    // What a program filed without the catalogue's forms is corrected on them.
    if !names_forms(&submission.form) {
        let sheets = empty_sheets(&desk.ctx.forms, &submission, day_in_japan(by.visit.now));
        if !submission.form.is_object() {
            submission.form = json!({});
        }
        submission.form[LEFT_OUT] = json!(left_out(desk, submission.kind, &sheets));
        submission.form["forms"] = json!(sheets);
    }
    Ok(insert(desk, by, &submission, Some(filing.id)).await?)
}

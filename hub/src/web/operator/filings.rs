//! `/operator`: what the operator has filed, the newest first; and the receipt of each.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use schemas::{FilingId, FilingKind};

use super::Applicant;
use super::words::Words;
use crate::receipt;
use crate::store::{FilingRow, Filter};
use crate::web::Desk;
use crate::web::cursor::{newest, older, paged};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::listed::FilingLine;
use crate::web::numbers::as_receipt_number;
use crate::web::parts::Choice;
use crate::web::roles::Who;

#[derive(Template)]
#[template(path = "operator/filings.html")]
struct FilingsPage {
    shell: Shell,
    w: &'static Words,
    kinds: Vec<Choice>,
    is_narrowed: bool,
    filings: Vec<FilingLine>,
    newest: Option<String>,
    older: Option<String>,
}

/// `GET /operator?kind=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    applicant.visit.answer(read(&desk, &applicant).await)
}

async fn read(desk: &Desk, applicant: &Applicant) -> Result<FilingsPage, Fault> {
    let visit = &applicant.visit;
    let kind: Option<FilingKind> = visit.get("kind").and_then(|word| word.parse().ok());
    let filter = Filter { kind, corporate_number: Some(applicant.number), ..paged(visit) };
    let mut rows = desk.ctx.store.list_filings(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.received_at, row.id.0));
    let choice = |it: &FilingKind| Choice {
        word: it.as_str().to_owned(),
        name: visit.lang.kind(*it).to_owned(),
        chosen: kind == Some(*it),
    };
    Ok(FilingsPage {
        shell: visit.shell("/operator"),
        w: Words::of(visit.lang),
        kinds: FilingKind::ALL.iter().map(choice).collect(),
        is_narrowed: kind.is_some(),
        filings: FilingLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
    })
}

/// `GET /operator/filings/{key}/receipt`: the signed receipt, as a file.
pub(super) async fn receipt(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    applicant: Applicant,
) -> Response {
    let filing = match own(&desk, &applicant, &key).await {
        Ok(filing) => filing,
        Err(fault) => return applicant.visit.fault(&fault),
    };
    let name = format!("attachment; filename=\"receipt-{}.json\"", filing.receipt_number);
    match receipt::make(&desk.ctx, &filing).await {
        Ok(signed) => ([(CONTENT_DISPOSITION, name)], Json(signed)).into_response(),
        Err(error) => applicant.visit.fault(&error.into()),
    }
}

/// A filing of the operator, by id or receipt number. Another's is answered as one that is not
/// there, so that nobody learns from the answer whether it is.
pub(super) async fn own(desk: &Desk, applicant: &Applicant, key: &str) -> Result<FilingRow, Fault> {
    let store = &desk.ctx.store;
    let found = match (key.parse::<FilingId>(), as_receipt_number(key)) {
        (Ok(id), _) => store.filing(id).await?,
        (Err(_), Some(number)) => store.filing_by_receipt_number(&number).await?,
        (Err(_), None) => return Err(Fault::NoFiling),
    };
    let found = found.filter(|filing| filing.corporate_number == applicant.number);
    found.ok_or(Fault::NotYours(Who::Operator))
}

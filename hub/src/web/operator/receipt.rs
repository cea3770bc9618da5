//! The receipt of a filing: signed, as a file; and as a page to print.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};

use super::Applicant;
use super::filings::own;
use super::words::Words;
use crate::receipt;
use crate::store::RevisionRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::Stamp;
use crate::web::visit::Visit;

/// `GET /operator/filings/{key}/receipt`: the signed receipt, as a file.
pub(super) async fn download(
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

#[derive(Template)]
#[template(path = "operator/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    w: &'static Words,
    receipt_number: String,
    received: Stamp,
    kind: &'static str,
    operator: String,
    corporate_number: String,
    office: String,
    authorities: Vec<String>,
    revisions: Vec<RevisionLine>,
    issuer: String,
    key: String,
}

struct RevisionLine {
    number: i32,
    action: &'static str,
    at: Stamp,
    digest: String,
}

impl RevisionLine {
    fn new(row: &RevisionRow, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        Self {
            number: row.revision,
            action: match row.action.as_str() {
                "correct" => w.corrected,
                "withdraw" => w.withdrawn_word,
                _ => w.submitted,
            },
            at: Stamp::new(row.received_at, visit.now, visit.lang),
            digest: row.document_sha256.clone(),
        }
    }
}

/// `GET /operator/filings/{key}/receipt/print`
pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    applicant: Applicant,
) -> Response {
    applicant.visit.answer(read(&desk, &applicant, &key).await)
}

async fn read(desk: &Desk, applicant: &Applicant, key: &str) -> Result<ReceiptPage, Fault> {
    let visit = &applicant.visit;
    let filing = own(desk, applicant, key).await?;
    let ctx = &desk.ctx;
    // What is printed says no more than what can be signed.
    let signed = receipt::make(ctx, &filing).await?;
    let revisions = ctx.store.revisions(filing.id).await?;
    let mut authorities: Vec<String> = Vec::new();
    for delivery in ctx.store.deliveries_of(filing.id).await? {
        let name = ctx.master().name(delivery.authority);
        if !authorities.contains(&name) {
            authorities.push(name);
        }
    }
    Ok(ReceiptPage {
        shell: visit.shell(""),
        w: Words::of(visit.lang),
        received: Stamp::new(filing.received_at, visit.now, visit.lang),
        kind: visit.lang.kind(filing.kind),
        receipt_number: filing.receipt_number,
        operator: filing.operator_name,
        corporate_number: filing.corporate_number.to_string(),
        office: filing.office_name,
        authorities,
        revisions: revisions.iter().map(|row| RevisionLine::new(row, visit)).collect(),
        issuer: ctx.config.http.public_url.clone(),
        key: signed.fingerprint(),
    })
}

//! `/operator/filings/{key}/set`: all of a filing as one ZIP file, to keep or to print: its newest
//! text as packages print it, its files, and the signed receipt.

use std::sync::Arc;

use adapters::package::{Set, seal_set};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use schemas::Submission;

use super::Applicant;
use super::filing::newest_told;
use super::filings::own;
use crate::courier::FromObjects;
use crate::erasure::mark_of;
use crate::prints::print_of;
use crate::receipt;
use crate::web::Desk;
use crate::web::download;
use crate::web::fault::Fault;

/// `GET /operator/filings/{key}/set`
pub(super) async fn download(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    applicant: Applicant,
) -> Response {
    let sent = read(&desk, &applicant, &key).await;
    sent.unwrap_or_else(|fault| applicant.visit.fault(&fault))
}

async fn read(desk: &Desk, applicant: &Applicant, key: &str) -> Result<Response, Fault> {
    let filing = own(desk, applicant, key).await?;
    let ctx = &desk.ctx;
    let not_built = |error: String| {
        tracing::error!(filing.id = %filing.id, error, "the whole set cannot be made");
        Fault::NotBuilt
    };
    let revisions = ctx.store.revisions(filing.id).await?;
    let newest = newest_told(&revisions).ok_or(Fault::NoPage)?;
    let submission: Submission = serde_json::from_str(&newest.document)
        .map_err(|error| Fault::Away(format!("the stored document: {error}")))?;
    if mark_of(&submission).is_some() {
        return Err(Fault::Erased);
    }
    download::check(ctx, &submission.attachments).await?;
    let receipt = receipt::make(ctx, &filing).await?;
    let receipt = serde_json::to_vec(&receipt).map_err(|error| Fault::Away(error.to_string()))?;
    let head = (&filing, newest).into();
    let print = print_of(ctx, (filing.id, newest.revision), head, &submission).await;
    let print = print.map_err(|why| not_built(why.sentence))?;
    let set = Set {
        folder: filing.receipt_number.clone(),
        texts: vec![("filing.pdf", print.bytes), ("receipt.json", receipt.into())],
        attachments: submission.attachments,
    };
    let source = FromObjects::new(ctx);
    let memory = ctx.config.package.memory_bytes_max;
    let sealed = seal_set(&set, &source, &ctx.spool_folder(), memory).await;
    let sealed = sealed.map_err(|error| not_built(error.to_string()))?;
    let bytes = sealed.stream().await.map_err(|error| not_built(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, sealed.size.to_string()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        download::attachment(&format!("{}.zip", filing.receipt_number)),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

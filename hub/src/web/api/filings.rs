//! The operator's side: submit, follow, correct, withdraw.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemas::decision::is_too_long;
use schemas::{CorporateNumber, FilingId, Owner, Submission};
use serde_json::{Value, json};

use super::read::{Path, Query, Text, idempotency_key, read_json};
use super::views::{DeliveryView, FilingLine, FilingView, Paging, ReceiptedView, time};
use crate::context::day_in_japan;
use crate::erasure::mark_in;
use crate::judgement;
use crate::receipt;
use crate::revision::{Receipted, Request};
use crate::store::{FilingRow, Filter};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::problem::Problem;

/// 201 for a new filing, 200 for a request that had been made before.
fn answer(receipted: Receipted) -> (StatusCode, Json<ReceiptedView>) {
    let status = if receipted.replayed { StatusCode::OK } else { StatusCode::CREATED };
    (status, Json(receipted.into()))
}

async fn request(desk: &Desk, headers: &HeaderMap, document: String) -> Result<Request, Problem> {
    let number = desk.access.operator(&desk.ctx, headers).await?;
    let idempotency_key = idempotency_key(headers)?;
    let submission: Submission = read_json(&document)?;
    if submission.corporate_number != number {
        let detail = format!("this key files for {number} only, the body names another");
        let status = StatusCode::FORBIDDEN;
        return Err(Problem::new(status, "corporate_number_not_yours", Owner::Operator, detail));
    }
    Ok(Request { submission, document, idempotency_key })
}

/// Files. The receipt means that the filing is recorded and will reach every authority concerned.
#[utoipa::path(
    post,
    path = "/v1/filings",
    params(("Idempotency-Key" = String, Header, description = "A new one for each filing")),
    request_body = Submission,
    responses((status = 201, body = ReceiptedView), (status = 200, body = ReceiptedView),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Text(body): Text,
) -> Result<(StatusCode, Json<ReceiptedView>), Problem> {
    let request = request(&desk, &headers, body).await?;
    Ok(answer(desk.intake.submit(request).await?))
}

/// The operator's filings, the newest first.
#[utoipa::path(
    get,
    path = "/v1/filings",
    params(Paging),
    responses((status = 200, body = Vec<FilingLine>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(paging): Query<Paging>,
) -> Result<Json<Vec<FilingLine>>, Problem> {
    let corporate_number = match desk.access.scope(&desk.ctx, &headers).await? {
        Scope::Operator(number) => Some(number),
        Scope::Operations => None,
        Scope::Authority(_) => return Err(Problem::wrong_scope("an operator")),
    };
    let limit = paging.limit();
    let filter = Filter { corporate_number, before: paging.before, limit, ..Filter::default() };
    let rows = desk.ctx.store.list_filings(&filter).await?;
    Ok(Json(rows.into_iter().map(FilingLine::from).collect()))
}

/// A filing that the caller may see.
async fn own(desk: &Desk, headers: &HeaderMap, id: &str) -> Result<FilingRow, Problem> {
    let scope = desk.access.scope(&desk.ctx, headers).await?;
    let filing = match id.parse::<FilingId>() {
        Ok(id) => desk.ctx.store.filing(id).await?,
        Err(_) => desk.ctx.store.filing_by_receipt_number(id).await?,
    };
    let theirs = |filing: &FilingRow| match scope {
        Scope::Operator(number) => filing.corporate_number == number,
        Scope::Operations => true,
        Scope::Authority(_) => false,
    };
    filing.filter(theirs).ok_or_else(|| Problem::not_found("filing"))
}

/// One filing (by id or 受付番号) with the state at each authority.
#[utoipa::path(
    get,
    path = "/v1/filings/{id}",
    params(("id" = String, Path, description = "id or 受付番号")),
    responses((status = 200, body = FilingView), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<FilingView>, Problem> {
    let filing = own(&desk, &headers, &id).await?;
    let ctx = &desk.ctx;
    let deliveries = ctx.store.deliveries_of(filing.id).await?;
    let mut views = Vec::with_capacity(deliveries.len());
    for delivery in &deliveries {
        let decision = match delivery.decided_at {
            Some(_) => ctx.store.decision(delivery.id).await?,
            None => None,
        };
        let decision = decision.map(|d| {
            json!({"verdict": d.verdict, "comment": d.comment, "decided_at": time(d.decided_at),
                   "files": serde_json::from_str::<Value>(&d.files).unwrap_or_default(),
                   "marks": serde_json::from_str::<Value>(&d.marks).unwrap_or_default()})
        });
        views.push(DeliveryView::new(ctx, delivery).with_decision(decision));
    }
    let revisions = ctx.store.revisions(filing.id).await?;
    let judged = judgement::deadlines(ctx, &revisions, &deliveries);
    let erased = revisions.first().and_then(|it| mark_in(&it.document));
    let view = FilingView::new(filing, &deliveries, views).with_deadlines(judged);
    Ok(Json(view.with_erased(erased.as_ref())))
}

/// What has happened, in order; each event carries the hash that chains it to the one before.
#[utoipa::path(
    get,
    path = "/v1/filings/{id}/events",
    params(("id" = String, Path, description = "id or 受付番号")),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn events(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Vec<Value>>, Problem> {
    let filing = own(&desk, &headers, &id).await?;
    let events = desk.ctx.store.events(filing.id).await?;
    let view = |event: &crate::store::EventRow| {
        json!({"seq": event.seq, "at": time(event.at), "kind": event.kind,
               "body": serde_json::from_str::<Value>(&event.body).unwrap_or_default(),
               "hash": event.hash})
    };
    Ok(Json(events.iter().map(view).collect()))
}

/// The signed receipt: `todoke receipt verify FILE` checks it without this hub.
#[utoipa::path(
    get,
    path = "/v1/filings/{id}/receipt",
    params(("id" = String, Path, description = "id or 受付番号")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn receipt(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<crate::signer::Signed>, Problem> {
    let filing = own(&desk, &headers, &id).await?;
    Ok(Json(receipt::make(&desk.ctx, &filing).await?))
}

/// Corrects a returned filing; the revision goes only to the authorities that returned it.
#[utoipa::path(
    post,
    path = "/v1/filings/{id}/revisions",
    params(("id" = String, Path, description = "id or 受付番号"),
           ("Idempotency-Key" = String, Header, description = "A new one for each correction")),
    request_body = Submission,
    responses((status = 201, body = ReceiptedView), (status = 200, body = ReceiptedView),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn correct(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Text(body): Text,
) -> Result<(StatusCode, Json<ReceiptedView>), Problem> {
    let request = request(&desk, &headers, body).await?;
    let filing = own(&desk, &headers, &id).await?;
    let first = day_in_japan(filing.received_at);
    let warnings = desk.intake.check(&request.submission, Some(first)).await?;
    let receipted = desk.reviewer.correct(filing.id, &request).await?;
    Ok(answer(Receipted { warnings, ..receipted }))
}

/// Withdraws a filing that no authority has accepted.
///
/// The body is `{"reason": "…"}`. What has not gone out is cancelled; authorities that have it, or
/// may have it, get the withdrawal.
#[utoipa::path(
    post,
    path = "/v1/filings/{id}/withdrawal",
    params(("id" = String, Path, description = "id or 受付番号"),
           ("Idempotency-Key" = String, Header, description = "A new one for each withdrawal")),
    request_body = Object,
    responses((status = 201, body = ReceiptedView), (status = 200, body = ReceiptedView),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn withdraw(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Text(body): Text,
) -> Result<(StatusCode, Json<ReceiptedView>), Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let idempotency_key = idempotency_key(&headers)?;
    let filing = own(&desk, &headers, &id).await?;
    let given: Value = if body.trim().is_empty() { json!({}) } else { read_json(&body)? };
    let reason = given.get("reason").and_then(Value::as_str).unwrap_or_default();
    if is_too_long(reason, desk.ctx.config.review.comment_chars_max) {
        return Err(Problem::bad_request("reason_length", "write a shorter reason"));
    }
    Ok(answer(withdraw_filing(&desk, &filing, number, (reason, idempotency_key)).await?))
}

/// Withdraws, for the interface and the pages alike.
pub(in crate::web) async fn withdraw_filing(
    desk: &Desk,
    filing: &FilingRow,
    number: CorporateNumber,
    said: (&str, String),
) -> Result<Receipted, Problem> {
    let request = withdrawal(desk, filing, number, said).await?;
    Ok(desk.reviewer.withdraw(filing.id, &request).await?)
}

/// The withdrawal as a document: the filing's facts without its files, and the reason.
async fn withdrawal(
    desk: &Desk,
    filing: &FilingRow,
    number: CorporateNumber,
    (reason, idempotency_key): (&str, String),
) -> Result<Request, Problem> {
    let revisions = desk.ctx.store.revisions(filing.id).await?;
    // The same request again must give the same document: it is made from the first revision.
    let first = revisions.first().map(|r| r.document.as_str()).unwrap_or_default();
    let mut submission: Submission = read_json(first)?;
    submission.corporate_number = number;
    submission.form = json!({"withdrawal_reason": reason});
    submission.attachments.clear();
    let document = serde_json::to_string(&submission)
        .map_err(|error| Problem::bad_request("json_invalid", error.to_string()))?;
    Ok(Request { submission, document, idempotency_key })
}

//! Operations' side: counts, deliveries, retries, lanes, dead letters.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemas::{AuthorityId, Channel, DeliveryId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::read::{Path, Query, Text, read_json};
use super::views::{DeliveryView, Paging, time};
use crate::operate;
use crate::store::Filter;
use crate::web::Desk;
use crate::web::problem::Problem;

/// How deliveries are narrowed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct DeliveryQuery {
    /// Only in this state.
    state: Option<String>,
    /// Only to this authority.
    #[param(value_type = Option<String>)]
    authority: Option<AuthorityId>,
    /// `created_at` of the last row seen, in milliseconds.
    before: Option<i64>,
    /// Rows at most, 1 to 500.
    limit: Option<usize>,
}

/// Counts of everything that moves.
#[utoipa::path(
    get,
    path = "/v1/operations/summary",
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn summary(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let store = &desk.ctx.store;
    Ok(Json(json!({
        "totals": store.totals().await?,
        "deliveries": store.count_deliveries().await?,
        "reviews": store.count_reviews().await?,
        "notices": store.count_notices().await?,
    })))
}

/// Deliveries, the newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/deliveries",
    params(DeliveryQuery),
    responses((status = 200, body = Vec<DeliveryView>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn deliveries(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(query): Query<DeliveryQuery>,
) -> Result<Json<Vec<DeliveryView>>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let limit = Paging { before: None, limit: query.limit }.limit();
    let filter = Filter {
        state: query.state,
        authority: query.authority,
        before: query.before,
        limit,
        ..Filter::default()
    };
    let all = desk.ctx.store.list_deliveries(&filter).await?;
    Ok(Json(all.iter().map(|delivery| DeliveryView::new(&desk.ctx, delivery)).collect()))
}

/// One delivery with its attempts.
#[utoipa::path(
    get,
    path = "/v1/operations/deliveries/{id}",
    params(("id" = String, Path, description = "id of the delivery")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn delivery(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let delivery = desk.ctx.store.delivery(id).await?;
    let delivery = delivery.ok_or_else(|| Problem::not_found("delivery"))?;
    let attempts = desk.ctx.store.attempts(id).await?;
    let attempts: Vec<_> = attempts
        .iter()
        .map(|a| {
            json!({"number": a.number, "channel": a.channel, "started_at": time(a.started_at),
                   "duration_ms": a.finished_at - a.started_at, "outcome": a.outcome,
                   "detail": serde_json::from_str::<Value>(&a.detail).unwrap_or_default()})
        })
        .collect();
    Ok(Json(json!({"delivery": DeliveryView::new(&desk.ctx, &delivery), "attempts": attempts})))
}

/// Starts a waiting, held or failed delivery anew.
#[utoipa::path(
    post,
    path = "/v1/operations/deliveries/{id}/retry",
    params(("id" = String, Path, description = "id of the delivery")),
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn retry(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
) -> Result<StatusCode, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    operate::retry(&desk.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lanes that anything is known about.
#[utoipa::path(
    get,
    path = "/v1/operations/lanes",
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn lanes(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    Ok(Json(json!(desk.ctx.store.lanes().await?)))
}

/// Pauses a lane; the body is `{"why": "…"}`. Its deliveries are held.
#[utoipa::path(
    post,
    path = "/v1/operations/lanes/{authority}/{channel}/pause",
    params(("authority" = String, Path), ("channel" = String, Path)),
    request_body = Object,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn pause(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((authority, channel)): Path<(AuthorityId, Channel)>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let given: Value = read_json(&body)?;
    let why = given.get("why").and_then(Value::as_str).unwrap_or_default().trim();
    if why.is_empty() {
        return Err(Problem::bad_request("why_missing", "say why: {\"why\": \"…\"}"));
    }
    operate::pause(&desk.ctx, authority, channel, why).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resumes a paused lane; what it held goes out in order, paced.
#[utoipa::path(
    post,
    path = "/v1/operations/lanes/{authority}/{channel}/resume",
    params(("authority" = String, Path), ("channel" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn resume(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((authority, channel)): Path<(AuthorityId, Channel)>,
) -> Result<StatusCode, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    operate::resume(&desk.ctx, authority, channel).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Messages that could not be worked on, the newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/dead-letters",
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn dead_letters(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    Ok(Json(json!(desk.ctx.store.dead_letters(500).await?)))
}

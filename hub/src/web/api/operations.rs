//! Operations' side: counts, deliveries, retries, lanes, dead letters.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemas::{AuthorityId, Channel, DeliveryId, Owner};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::read::{Path, Query, Text, read_json};
use super::views::{DeliveryView, Paging, time};
use crate::actor::Actor;
use crate::heart;
use crate::operate::{self, By};
use crate::store::{Filter, ProcessRow};
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
    /// Only those not delivered for this cause, by its code.
    cause: Option<String>,
    /// Only those not delivered in which it is this one's turn.
    #[param(value_type = Option<String>)]
    owner: Option<Owner>,
    /// `created_at` of the last row seen, in milliseconds.
    before: Option<i64>,
    /// Rows at most, 1 to 500.
    limit: Option<usize>,
}

/// Processes of the hub, with their roles and when they were heard of, and which roles nobody has.
#[utoipa::path(
    get,
    path = "/v1/operations/processes",
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn processes(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let (rows, now) = (desk.ctx.store.processes().await?, desk.ctx.clock.now_ms());
    let silent_ms = desk.ctx.config.processes.silent_ms;
    let view = |row: &ProcessRow| {
        json!({
            "id": row.id, "host": row.host, "address": row.address,
            "roles": row.roles.split(' ').collect::<Vec<_>>(), "build": row.build,
            "started_at": time(row.started_at), "heard_at": time(row.heard_at),
            "lives": heart::lives(row, now, silent_ms),
        })
    };
    let manned = heart::manned(&rows, now, silent_ms).into_iter();
    let missing: Vec<_> = manned.filter(|it| it.living == 0).map(|it| it.role.as_str()).collect();
    let processes: Vec<_> = rows.iter().map(view).collect();
    Ok(Json(json!({"processes": processes, "missing_roles": missing})))
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
        cause: query.cause,
        owner: query.owner,
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
                   "detail": serde_json::from_str::<Value>(&a.detail).unwrap_or_default(),
                   "traceparent": a.trace})
        })
        .collect();
    Ok(Json(json!({"delivery": DeliveryView::new(&desk.ctx, &delivery), "attempts": attempts})))
}

/// Why somebody does something by hand.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// For the record, and for everyone who looks
    #[serde(default)]
    why: String,
}

impl Reason {
    /// No body is no reason.
    pub(super) fn read(body: &str) -> Result<Self, Problem> {
        if body.trim().is_empty() { Ok(Self::default()) } else { read_json(body) }
    }

    pub(super) fn by<'a>(&'a self, actor: &'a Actor) -> By<'a> {
        By { actor, why: &self.why }
    }
}

/// Starts a waiting, held or failed delivery anew; the body is `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/deliveries/{id}/retry",
    params(("id" = String, Path, description = "id of the delivery")),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn retry(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    operate::retry(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
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

/// Pauses a lane; the body is `{"why": "…"}`. Its deliveries are held. One that is paused already
/// stays as it is (409).
#[utoipa::path(
    post,
    path = "/v1/operations/lanes/{authority}/{channel}/pause",
    params(("authority" = String, Path), ("channel" = String, Path)),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn pause(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(lane): Path<(AuthorityId, Channel)>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    operate::pause(&desk.ctx, lane, Reason::read(&body)?.by(&actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resumes a paused lane; what it held goes out in order, paced. The body may be `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/lanes/{authority}/{channel}/resume",
    params(("authority" = String, Path), ("channel" = String, Path)),
    request_body(content = inline(Option<Reason>)),
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn resume(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(lane): Path<(AuthorityId, Channel)>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    operate::resume(&desk.ctx, lane, None, Reason::read(&body)?.by(&actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Messages that could not be worked on and that nobody has settled, the newest first.
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

/// A message that could not be worked on has been dealt with; the body is `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/dead-letters/{id}/settle",
    params(("id" = String, Path, description = "id of the dead letter")),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn settle(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    operate::settle(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! The authority's side: fetch, acknowledge, decide.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use schemas::{AuthorityId, Decision, DeliveryId, FilingKind, ServiceCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::packages;
use super::read::{Path, Query, Text, read_json};
use super::views::{Paging, time};
use crate::review::Source;
use crate::store::Filter;
use crate::web::Desk;
use crate::web::problem::Problem;

/// How the inbox is narrowed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct InboxQuery {
    /// Only in this state of review: unopened, opened, accepted, returned or withdrawn.
    review: Option<String>,
    /// Only of this kind.
    kind: Option<FilingKind>,
    /// Only about this service.
    #[param(value_type = Option<String>)]
    service: Option<ServiceCode>,
    /// Rows at most, 1 to 500.
    limit: Option<usize>,
}

/// What has arrived for the authority, unopened first, then the oldest first.
#[utoipa::path(
    get,
    path = "/v1/inbox",
    params(InboxQuery),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    query: Result<Query<InboxQuery>, Problem>,
) -> Result<Json<Vec<Value>>, Problem> {
    let authority = caller(&desk, &headers).await?;
    let Query(query) = query.map_err(Problem::of_authority)?;
    let limit = Paging { before: None, limit: query.limit }.limit();
    let InboxQuery { review, kind, service, .. } = query;
    let authority = Some(authority);
    let filter = Filter { kind, service, authority, review, limit, ..Filter::default() };
    let rows = desk.ctx.store.inbox(&filter).await?;
    let view = |row: &crate::store::InboxRow| {
        json!({"delivery": row.delivery, "filing": row.filing,
               "receipt_number": row.receipt_number, "revision": row.revision,
               "action": row.action, "kind": row.kind, "kind_ja": row.kind.label_ja(),
               "operator_name": row.operator_name, "office_name": row.office_name,
               "received_at": time(row.received_at), "state": row.state,
               "channel": row.channel, "review": row.review, "proof": row.proof,
               "withdrawn_at": row.withdrawn_at.map(time), "test": row.is_test()})
    };
    Ok(Json(rows.iter().map(view).collect()))
}

/// The sealed package (BagIt ZIP). Fetching it is proof that it was picked up.
#[utoipa::path(
    get,
    path = "/v1/inbox/{delivery}/package",
    params(("delivery" = String, Path, description = "id of the delivery")),
    responses((status = 200, content_type = "application/zip"), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn package(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let authority = caller(&desk, &headers).await?;
    let id = delivery_id(&id)?;
    let delivery = desk.ctx.store.delivery(id).await?.filter(|d| d.authority == authority);
    let delivery = delivery.ok_or_else(|| Problem::not_found("delivery").of_authority())?;
    packages::serve(&desk, &delivery).await
}

/// The authority says that it has the package.
#[utoipa::path(
    post,
    path = "/v1/inbox/{delivery}/acknowledgement",
    params(("delivery" = String, Path, description = "id of the delivery")),
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn acknowledge(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let authority = caller(&desk, &headers).await?;
    let done = desk.reviewer.acknowledge(delivery_id(&id)?, authority).await;
    done.map_err(|problem| Problem::from(problem).of_authority())?;
    Ok(StatusCode::NO_CONTENT)
}

/// 受付完了 or 差戻し, with a comment and files uploaded before. The same decision again is fine.
#[utoipa::path(
    post,
    path = "/v1/inbox/{delivery}/decision",
    params(("delivery" = String, Path, description = "id of the delivery")),
    request_body = Decision,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let authority = caller(&desk, &headers).await?;
    let decision: Decision = read_json(&body).map_err(Problem::of_authority)?;
    let id = delivery_id(&id)?;
    let done = desk.reviewer.decide(id, authority, &decision, Source::Api).await;
    done.map_err(|problem| Problem::from(problem).of_authority())?;
    Ok(StatusCode::NO_CONTENT)
}

fn delivery_id(text: &str) -> Result<DeliveryId, Problem> {
    text.parse().map_err(|_| Problem::not_found("delivery").of_authority())
}

/// The authority for which the request speaks.
async fn caller(desk: &Desk, headers: &HeaderMap) -> Result<AuthorityId, Problem> {
    desk.access.authority(&desk.ctx, headers).await.map_err(Problem::of_authority)
}

//! Operations' side: one delivery held, let go, or given by hand.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use schemas::DeliveryId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::operations::Reason;
use super::read::{Path, Text, read_json};
use crate::operate::By;
use crate::operate::delivery::{self, Given};
use crate::web::Desk;
use crate::web::problem::Problem;

/// Keeps a delivery that is due or waits from going; the body is `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/deliveries/{id}/hold",
    params(("id" = String, Path, description = "id of the delivery")),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn hold(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    delivery::hold(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a held delivery go; the body is `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/deliveries/{id}/release",
    params(("id" = String, Path, description = "id of the delivery")),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn release(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    delivery::let_go(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// On which day a delivery was given to whom by hand, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenBody {
    /// The day, for example 2026-07-15
    #[schema(value_type = String)]
    on: Date,
    /// Who took it; stands in the record of acts alone
    to: String,
    /// For the record, and for everyone who looks
    #[serde(default)]
    why: String,
}

/// A delivery reached the authority by hand: it is delivered, and not sent any more.
#[utoipa::path(
    post,
    path = "/v1/operations/deliveries/{id}/given",
    params(("id" = String, Path, description = "id of the delivery")),
    request_body = GivenBody,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn given(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let GivenBody { on, to, why } = read_json(&body)?;
    let by = By { actor: &actor, why: &why };
    delivery::give(&desk.ctx, id, Given { on, to: &to }, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

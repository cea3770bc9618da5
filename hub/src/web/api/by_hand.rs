//! Operations' side: one delivery held, let go, given by hand, or sent another way.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use schemas::{AuthorityId, Channel, DeliveryId, Owner};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::operations::Reason;
use super::read::{Path, Text, read_json};
use crate::operate::By;
use crate::operate::delivery::{self, Given};
use crate::operate::reroute::{self, RerouteProblem};
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

/// Which other way a delivery goes, and why: a channel or an authority.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RerouteBody {
    /// Another channel that its authority has
    #[serde(default)]
    channel: Option<Channel>,
    /// Another authority, where the plan was wrong
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    authority: Option<AuthorityId>,
    /// Only tell what sending it to that authority would come to
    #[serde(default)]
    dry_run: bool,
    /// For the record, and for everyone who looks
    #[serde(default)]
    why: String,
}

impl From<RerouteProblem> for Problem {
    fn from(problem: RerouteProblem) -> Self {
        let detail = problem.to_string();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        match problem {
            RerouteProblem::NoChannel { .. } => Self::new(status, "no_channel", Owner::Hub, detail),
            RerouteProblem::NoAuthority { .. } => {
                Self::new(status, "no_authority", Owner::Hub, detail)
            }
            RerouteProblem::InPlan(_) => {
                Self::new(StatusCode::CONFLICT, "in_plan", Owner::Hub, detail)
            }
            RerouteProblem::NotNewest => {
                Self::new(StatusCode::CONFLICT, "not_newest", Owner::Hub, detail)
            }
            RerouteProblem::Act(problem) => problem.into(),
        }
    }
}

/// Sends a delivery another way: over another `channel` of its authority's ladder, from the first
/// try there, or to another `authority` where the plan was wrong. Who has it keeps it; who has
/// nothing of it is an addressee no more; where it only may have arrived, it is held and not tried
/// again. Answers the delivery that goes now.
#[utoipa::path(
    post,
    path = "/v1/operations/deliveries/{id}/reroute",
    params(("id" = String, Path, description = "id of the delivery")),
    request_body = RerouteBody,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn reroute(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<DeliveryId>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let RerouteBody { channel, authority, dry_run, why } = read_json(&body)?;
    let by = By { actor: &actor, why: &why };
    match (channel, authority) {
        (Some(channel), None) if !dry_run => {
            reroute::to_channel(&desk.ctx, id, channel, by).await?;
            Ok(Json(json!({"delivery": id, "channel": channel})))
        }
        (None, Some(to)) if dry_run => {
            let seen = reroute::preview(&desk.ctx, id, to).await?;
            Ok(Json(json!({"delivery": seen.fresh.id, "authority": to, "stays": seen.stays,
                           "holds": seen.holds, "channel": seen.fresh.channel,
                           "why": seen.fresh.state.why()})))
        }
        (None, Some(to)) => {
            let there = reroute::to_authority(&desk.ctx, id, to, by).await?;
            Ok(Json(json!({"delivery": there, "authority": to})))
        }
        (Some(_), _) | (None, None) => {
            let detail = "name either a channel or an authority; a dry run is of an authority";
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "way_unclear", Owner::Hub, detail))
        }
    }
}

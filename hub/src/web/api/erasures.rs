//! Operations' side: contents that are erased on request.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemas::{CorporateNumber, Owner};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::operations::Reason;
use super::read::{Path, Query, Text, read_json};
use super::views::{Paging, time};
use crate::operate::By;
use crate::operate::erasure::{self, ErasureProblem, Of, Preview};
use crate::review::ReviewProblem;
use crate::store::{ErasureRow, Filter};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::problem::Problem;
use crate::web::whose;

/// What is to be erased, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureBody {
    /// One filing: its id or 受付番号
    #[serde(default)]
    filing: Option<String>,
    /// All of an operator's that are finished: its 法人番号
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    operator: Option<CorporateNumber>,
    /// Only tell what it would come to
    #[serde(default)]
    dry_run: bool,
    /// For the record, and for everyone who looks
    #[serde(default)]
    why: String,
}

impl From<ErasureProblem> for Problem {
    fn from(problem: ErasureProblem) -> Self {
        let detail = problem.to_string();
        match problem {
            ErasureProblem::Nothing => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "nothing_to_erase", Owner::Hub, detail)
            }
            ErasureProblem::Unfinished(_) => {
                Self::new(StatusCode::CONFLICT, "unfinished", Owner::Hub, detail)
            }
            ErasureProblem::SamePerson(_) => {
                Self::new(StatusCode::CONFLICT, "second_person", Owner::Hub, detail)
            }
            ErasureProblem::Act(problem) => problem.into(),
        }
    }
}

/// An erasure as it is shown.
fn view(row: &ErasureRow) -> Value {
    json!({
        "id": row.id, "state": row.state, "filing": row.filing_id,
        "operator": row.corporate_number, "filings": row.filings, "erased": row.done,
        "kept": row.kept, "why": row.why,
        "made": {"at": time(row.made_at), "by": row.made_name},
        "approved": row.approved_at.map(|at| json!({"at": time(at), "by": row.approved_name})),
        "ended_at": row.ended_at.map(time),
    })
}

fn looked(seen: &Preview) -> Value {
    let stays = seen
        .stays
        .iter()
        .map(|it| json!({"receipt_number": it.receipt_number, "reasons": it.reasons}));
    json!({"operator": seen.corporate_number, "ready": seen.ready, "erased_before": seen.erased,
           "rows": seen.weight.rows, "objects": seen.weight.objects, "bytes": seen.weight.bytes,
           "stays": stays.collect::<Value>(), "more": seen.is_more})
}

async fn of(desk: &Desk, body: &ErasureBody) -> Result<Of, Problem> {
    match (&body.filing, body.operator) {
        (Some(key), None) => match whose::filing(desk, key).await {
            Ok(Some(found)) => Ok(Of::Filing(found.id)),
            Ok(None) | Err(Fault::NoFiling) => Err(Problem::not_found("filing")),
            Err(_) => Err(Problem::unavailable("the store does not answer")),
        },
        (None, Some(number)) => Ok(Of::Operator(number)),
        (Some(_), Some(_)) | (None, None) => {
            let (status, detail) =
                (StatusCode::UNPROCESSABLE_ENTITY, "name either a filing or an operator");
            Err(Problem::new(status, "whose_unclear", Owner::Hub, detail))
        }
    }
}

/// Asks for an erasure, which somebody else has to approve; with `dry_run`, tells what it would
/// come to. What is not finished stays.
#[utoipa::path(
    post,
    path = "/v1/operations/erasures",
    request_body = ErasureBody,
    responses((status = 200, body = Object), (status = 201, body = Object),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn propose(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Text(body): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let body: ErasureBody = read_json(&body)?;
    let of = of(&desk, &body).await?;
    if body.dry_run {
        let seen = erasure::preview(&desk.ctx, of).await?;
        return Ok((StatusCode::OK, Json(looked(&seen))));
    }
    let by = By { actor: &actor, why: &body.why };
    let row = erasure::propose(&desk.ctx, of, by).await?;
    Ok((StatusCode::CREATED, Json(view(&row))))
}

/// Erasures, the newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/erasures",
    params(Paging),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(paging): Query<Paging>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let filter = Filter { before: paging.before, limit: paging.limit(), ..Filter::default() };
    let rows = desk.ctx.store.list_erasures(&filter).await?;
    Ok(Json(rows.iter().map(view).collect()))
}

/// One erasure.
#[utoipa::path(
    get,
    path = "/v1/operations/erasures/{id}",
    params(("id" = Uuid, Path, description = "id of the erasure")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let row = desk.ctx.store.erasure(id).await?;
    Ok(Json(view(&row.ok_or(ReviewProblem::NotFound("erasure"))?)))
}

/// Lets an erasure begin that somebody else has asked for; the body is `{"why": "…"}` or nothing.
#[utoipa::path(
    post,
    path = "/v1/operations/erasures/{id}/approve",
    params(("id" = Uuid, Path, description = "id of the erasure")),
    request_body = Reason,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let row = erasure::approve(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(Json(view(&row)))
}

/// Ends an erasure that nobody has approved; the body is `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/erasures/{id}/cancel",
    params(("id" = Uuid, Path, description = "id of the erasure")),
    request_body = Reason,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn cancel(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let row = erasure::cancel(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(Json(view(&row)))
}

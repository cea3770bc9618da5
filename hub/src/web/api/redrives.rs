//! Operations' side: what is in trouble, in groups, and deliveries that are started anew together.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use schemas::{AuthorityId, Channel, Owner};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::operations::Reason;
use super::read::{Path, Query, Text, read_json};
use super::views::{Paging, time};
use crate::operate::redrive::{self, RedriveProblem};
use crate::review::ReviewProblem;
use crate::store::{Choice, Filter, RedriveRow, TroubleFilter};
use crate::web::Desk;
use crate::web::problem::Problem;

/// How groups are narrowed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct TroubleQuery {
    /// Only of this cause, by its code.
    cause: Option<String>,
    /// Only those in which it is this one's turn: operator, authority, hub or network.
    #[param(value_type = Option<String>)]
    owner: Option<Owner>,
    /// Only to authorities in this prefecture: its two digits.
    prefecture: Option<String>,
    /// Groups that come before.
    offset: Option<usize>,
    /// Groups at most, 1 to 500.
    limit: Option<usize>,
}

/// What is not delivered and has a cause, by cause, authority and who has to act, the largest
/// groups first. What only waits for its turn, or to be fetched, is left out.
#[utoipa::path(
    get,
    path = "/v1/operations/troubles",
    params(TroubleQuery),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn troubles(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(query): Query<TroubleQuery>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let filter = TroubleFilter {
        cause: query.cause,
        owner: query.owner,
        prefecture: query.prefecture,
        looked: 1,
        // More than this is no place in a list; either store takes it.
        offset: query.offset.unwrap_or_default().min(1_000_000_000),
        limit: Paging { before: None, limit: query.limit }.limit(),
    };
    let groups = desk.ctx.store.troubles(&filter).await?;
    let views = groups.iter().map(|group| {
        json!({"cause": group.cause, "authority": group.authority, "owner": group.owner,
               "count": group.count, "first_at": time(group.first_at),
               "last_at": time(group.last_at), "example": group.oldest.first()})
    });
    Ok(Json(views.collect()))
}

/// What a redrive is made of; what is left out does not narrow it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoiceBody {
    /// The code of why they are not delivered; without one, what is held is not in it
    #[serde(default)]
    cause: Option<String>,
    /// Whose turn it is
    #[serde(default)]
    owner: Option<Owner>,
    /// To one authority
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    authority: Option<AuthorityId>,
    /// Over one channel
    #[serde(default)]
    channel: Option<Channel>,
    /// As they are since this moment or later, RFC 3339
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// As they are since before this moment, RFC 3339
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    to: Option<Timestamp>,
}

impl From<ChoiceBody> for Choice {
    fn from(body: ChoiceBody) -> Self {
        Self {
            cause: body.cause,
            owner: body.owner,
            authority: body.authority,
            channel: body.channel,
            from_at: body.from.map(Timestamp::as_millisecond),
            until_at: body.to.map(Timestamp::as_millisecond),
        }
    }
}

impl From<RedriveProblem> for Problem {
    fn from(problem: RedriveProblem) -> Self {
        let detail = problem.to_string();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        match problem {
            RedriveProblem::Nothing => Self::new(status, "nothing_chosen", Owner::Hub, detail),
            RedriveProblem::TooMany(_) => Self::new(status, "too_many", Owner::Hub, detail),
            RedriveProblem::SamePerson { .. } => {
                Self::new(StatusCode::CONFLICT, "second_person", Owner::Hub, detail)
            }
            RedriveProblem::Act(problem) => problem.into(),
        }
    }
}

/// A redrive as it is shown.
fn view(row: &RedriveRow) -> Value {
    let at = |ms: Option<i64>| ms.map(time);
    json!({
        "id": row.id, "state": row.state,
        "choice": {"cause": row.cause, "owner": row.owner, "authority": row.authority,
                   "channel": row.channel, "from": at(row.from_at), "to": at(row.until_at)},
        "deliveries": row.items, "doubtful": row.doubtful, "overdue": row.overdue,
        "near": row.near, "next_due": at(row.next_due),
        "started": row.done, "skipped": row.skipped, "left": row.left(), "why": row.why,
        "made": {"at": time(row.made_at), "by": row.made_name},
        "begun": row.started_at.map(|at| json!({"at": time(at), "by": row.started_name})),
        "approved": row.approved_at.map(|at| json!({"at": time(at), "by": row.approved_name})),
        "ended_at": at(row.ended_at),
    })
}

/// A preview: freezes which deliveries are chosen, and tells what they touch. Nothing is sent.
#[utoipa::path(
    post,
    path = "/v1/operations/redrives",
    request_body = ChoiceBody,
    responses((status = 201, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn preview(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Text(body): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let choice = read_json::<ChoiceBody>(&body)?.into();
    let row = redrive::preview(&desk.ctx, &choice, &actor).await?;
    Ok((StatusCode::CREATED, Json(view(&row))))
}

/// Redrives, the newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/redrives",
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
    let rows = desk.ctx.store.list_redrives(&filter).await?;
    Ok(Json(rows.iter().map(view).collect()))
}

/// One redrive, and how far it is.
#[utoipa::path(
    get,
    path = "/v1/operations/redrives/{id}",
    params(("id" = String, Path, description = "id of the redrive")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let row = desk.ctx.store.redrive(id).await?;
    Ok(Json(view(&row.ok_or(ReviewProblem::NotFound("redrive"))?)))
}

/// Starts what was previewed; the body is `{"why": "…"}`. A large one waits for approval.
#[utoipa::path(
    post,
    path = "/v1/operations/redrives/{id}/start",
    params(("id" = String, Path, description = "id of the redrive")),
    request_body = Reason,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn start(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let row = redrive::start(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(Json(view(&row)))
}

/// Lets a large one begin; never by who started it. The body may be `{"why": "…"}`.
#[utoipa::path(
    post,
    path = "/v1/operations/redrives/{id}/approve",
    params(("id" = String, Path, description = "id of the redrive")),
    request_body(content = inline(Option<Reason>)),
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
    let row = redrive::approve(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(Json(view(&row)))
}

/// Ends one that is not over; the body is `{"why": "…"}`. What is left in it stays as it is.
#[utoipa::path(
    post,
    path = "/v1/operations/redrives/{id}/cancel",
    params(("id" = String, Path, description = "id of the redrive")),
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
    let row = redrive::cancel(&desk.ctx, id, Reason::read(&body)?.by(&actor)).await?;
    Ok(Json(view(&row)))
}

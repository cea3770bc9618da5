//! How an authority is reached: shown without secrets, proposed by one person, decided by another.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemas::Owner;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::master::{authority_of, seat};
use super::read::{Path, Query, Text, read_json};
use super::views::{Paging, time};
use crate::operate::By;
use crate::operate::ladder::{LadderProblem, shown};
use crate::operate::proposal::{self, ProposalProblem, Ruling};
use crate::store::{ProposalRow, ProposalState};
use crate::web::Desk;
use crate::web::problem::Problem;

impl From<ProposalProblem> for Problem {
    fn from(problem: ProposalProblem) -> Self {
        let detail = problem.to_string();
        let new = |status, code| Self::new(status, code, Owner::Authority, detail.clone());
        let unfit = |code| new(StatusCode::UNPROCESSABLE_ENTITY, code);
        match problem {
            ProposalProblem::Ladder(LadderProblem::Same) => unfit("nothing_differs"),
            ProposalProblem::Ladder(LadderProblem::NoSecret(_)) => unfit("secret_missing"),
            ProposalProblem::Ladder(
                LadderProblem::Unreadable(_) | LadderProblem::Empty | LadderProblem::Twice(_),
            ) => unfit("ladder_invalid"),
            ProposalProblem::SamePerson(_) => new(StatusCode::CONFLICT, "second_person"),
            ProposalProblem::NotTheirs(_) => new(StatusCode::CONFLICT, "not_theirs"),
            ProposalProblem::Act(problem) => Self::from(problem).of_authority(),
        }
    }
}

/// A proposal as it is shown.
fn view(row: &ProposalRow) -> Value {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    json!({
        "id": row.id, "authority": row.authority, "state": row.state,
        "was": read(&row.was), "ladder": read(&row.shown), "why": row.why, "for": row.by_whom,
        "proposed": {"at": time(row.at), "by": row.name},
        "decided": row.decided_at.map(|at| json!({"at": time(at), "by": row.decided_name,
                                                  "why": row.decided_why})),
    })
}

/// How an authority is reached, without secrets, and what was proposed, the newest first.
///
/// For the authority itself and for operations. `********` stands for a secret that is set.
#[utoipa::path(
    get,
    path = "/v1/authorities/{authority}/channels",
    params(("authority" = String, Path, description = "団体コード, or a union's id")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (ctx, authority) = (&desk.ctx, authority_of(&code)?);
    seat(&desk, (&headers, authority)).await?;
    if ctx.master().over_time(authority).is_empty() {
        return Err(Problem::not_found("authority").of_authority());
    }
    ctx.reload_directory().await?;
    let directory = ctx.directory.load_full();
    let ladder = directory.ladder(authority);
    let most = ctx.config.master.list_rows;
    let proposals = ctx.store.list_proposals((Some(authority), None), most).await?;
    Ok(Json(json!({"authority": authority, "ladder": shown(ladder, ladder),
                   "proposals": proposals.iter().map(view).collect::<Value>()})))
}

/// How an authority is to be reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LadderBody {
    /// Endpoints, the preferred one first, as `GET` shows them. A secret that is `********` stays
    /// as it is, while its endpoint leads to the same place
    #[schema(value_type = Vec<Object>)]
    ladder: Value,
    /// Why, for everyone who looks
    why: String,
}

/// Proposes how an authority is reached. It is put to use when a second person approves.
///
/// For the authority itself and for operations.
#[utoipa::path(
    post,
    path = "/v1/authorities/{authority}/channels",
    params(("authority" = String, Path, description = "団体コード, or a union's id")),
    request_body = LadderBody,
    responses((status = 201, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn propose(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(code): Path<String>,
    Text(body): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let authority = authority_of(&code)?;
    let (actor, whom) = seat(&desk, (&headers, authority)).await?;
    let body: LadderBody = read_json(&body).map_err(Problem::of_authority)?;
    let by = By { actor: &actor, why: &body.why };
    let what = (authority, &*body.ladder.to_string());
    let row = proposal::propose(&desk.ctx, what, (by, whom)).await?;
    Ok((StatusCode::CREATED, Json(view(&row))))
}

/// What is said about a proposal.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RulingBody {
    /// For the record; needed to refuse one
    #[serde(default)]
    why: String,
}

async fn ruled(
    desk: &Desk,
    (headers, code, id): (&HeaderMap, &str, Uuid),
    (ruling, body): (Ruling, &str),
) -> Result<Json<Value>, Problem> {
    let authority = authority_of(code)?;
    let (actor, whom) = seat(desk, (headers, authority)).await?;
    let body: RulingBody = if body.trim().is_empty() {
        RulingBody::default()
    } else {
        read_json(body).map_err(Problem::of_authority)?
    };
    // One of another authority is answered as one that is not there.
    let found = desk.ctx.store.proposal(id).await?.filter(|row| row.authority == authority);
    found.ok_or_else(|| Problem::not_found("proposal").of_authority())?;
    let by = By { actor: &actor, why: &body.why };
    Ok(Json(view(&proposal::rule(&desk.ctx, (id, ruling), (by, whom)).await?)))
}

/// Puts a proposal to use; never by who proposed it.
#[utoipa::path(
    post,
    path = "/v1/authorities/{authority}/channels/{id}/approve",
    params(("authority" = String, Path), ("id" = Uuid, Path)),
    request_body = RulingBody,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((code, id)): Path<(String, Uuid)>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    ruled(&desk, (&headers, &code, id), (Ruling::Approve, &body)).await
}

/// Refuses a proposal, with a reason; never by who proposed it.
#[utoipa::path(
    post,
    path = "/v1/authorities/{authority}/channels/{id}/reject",
    params(("authority" = String, Path), ("id" = Uuid, Path)),
    request_body = RulingBody,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn reject(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((code, id)): Path<(String, Uuid)>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    ruled(&desk, (&headers, &code, id), (Ruling::Reject, &body)).await
}

/// Takes a proposal back: only who proposed it.
#[utoipa::path(
    post,
    path = "/v1/authorities/{authority}/channels/{id}/withdraw",
    params(("authority" = String, Path), ("id" = Uuid, Path)),
    request_body = RulingBody,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn withdraw(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((code, id)): Path<(String, Uuid)>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    ruled(&desk, (&headers, &code, id), (Ruling::Withdraw, &body)).await
}

/// How many.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct WaitingQuery {
    /// Rows at most, 1 to 500.
    limit: Option<usize>,
}

/// What waits for a second person, of all authorities, the newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/proposals",
    params(WaitingQuery),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn waiting(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(query): Query<WaitingQuery>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let open = (None, Some(ProposalState::Proposed));
    let limit = Paging { before: None, limit: query.limit }.limit();
    let rows = desk.ctx.store.list_proposals(open, limit).await?;
    Ok(Json(rows.iter().map(view).collect()))
}

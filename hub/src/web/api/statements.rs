//! Reconciliation: an authority's signed statement of a day, its answer, and for operations who has
//! answered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use schemas::{AuthorityId, Owner};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::operations::Reason;
use super::read::{Path, Query, Text, read_json};
use super::views::time;
use crate::actor::Actor;
use crate::operate::statement::send_again;
use crate::signer::Signed;
use crate::statements::{Answer, Difference, Statement, StatementProblem};
use crate::store::AnswerRow;
use crate::web::Desk;
use crate::web::problem::Problem;

/// Statements that one answer lists at most: all authorities of a day.
const LISTED: usize = 4_000;

/// What came of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComparedView {
    /// Whether the two have the same.
    agrees: bool,
    /// Packages in the statement, and in the answer.
    brought: i32,
    answered: i32,
    /// Brought, and not in the answer.
    missing: i32,
    /// In the answer, and not brought that day.
    unknown: i32,
    /// In both, with another digest.
    other_digest: i32,
    /// The first of these (`reconciliation.differences_max`): `what` (`missing`, `unknown` or
    /// `other_digest`), `delivery`, `receipt_number`, `ours`, `theirs`.
    #[schema(value_type = Vec<Object>)]
    differences: Vec<Difference>,
}

impl ComparedView {
    fn new(row: &AnswerRow) -> Self {
        Self {
            agrees: (row.missing, row.unknown, row.other) == (0, 0, 0),
            brought: row.packages,
            answered: row.answered,
            missing: row.missing,
            unknown: row.unknown,
            other_digest: row.other,
            differences: serde_json::from_str(&row.differences).unwrap_or_default(),
        }
    }
}

/// What the authority was brought on a day of Japan's calendar, signed with the hub's key.
///
/// The same each time. `todoke reconcile verify FILE` checks it without a hub: the signature is
/// over the statement's canonical JSON (RFC 8785), its `digest` the SHA-256 of the sorted lines
/// `DELIVERY PACKAGE_SHA256` (`-` where there is none), each with a line end.
#[utoipa::path(
    get,
    path = "/v1/authorities/{authority}/statements/{day}",
    params(("authority" = String, Path, description = "the authority's own code"),
           ("day" = String, Path, description = "for example 2026-07-14")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((code, day)): Path<(String, String)>,
) -> Result<Json<Signed>, Problem> {
    let (authority, _) = own(&desk, &headers, &code).await?;
    let statement = read(&desk, authority, &day).await?;
    Ok(Json(statement.sign(&desk.ctx)))
}

/// What the authority has of that day, compared with the statement.
///
/// A later answer counts in place of the one before; both stay on record.
#[utoipa::path(
    post,
    path = "/v1/authorities/{authority}/statements/{day}/answer",
    params(("authority" = String, Path, description = "the authority's own code"),
           ("day" = String, Path, description = "for example 2026-07-14")),
    request_body = Answer,
    responses((status = 200, body = ComparedView), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path((code, day)): Path<(String, String)>,
    Text(body): Text,
) -> Result<Json<ComparedView>, Problem> {
    let (authority, by) = own(&desk, &headers, &code).await?;
    let answer: Answer = read_json(&body).map_err(Problem::of_authority)?;
    let statement = read(&desk, authority, &day).await?;
    let row = statement.answer(&desk.ctx, &answer, ("api", by)).await.map_err(problem)?;
    Ok(Json(ComparedView::new(&row)))
}

/// Which statements are listed.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ReconciliationQuery {
    /// Of this day in Japan, for example 2026-07-14.
    #[param(value_type = Option<String>)]
    day: Option<Date>,
    /// Of this authority.
    #[param(value_type = Option<String>)]
    authority: Option<AuthorityId>,
}

/// How authorities' books compare, by day and authority: those of a day, of an authority, or both.
#[utoipa::path(
    get,
    path = "/v1/operations/reconciliation",
    params(ReconciliationQuery),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(query): Query<ReconciliationQuery>,
) -> Result<Json<Vec<Value>>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let asked = (query.day, query.authority);
    let rows = desk.ctx.store.list_statements(asked, LISTED).await?;
    let view = |row: &crate::store::StatementLine| {
        json!({"authority": row.authority, "day": row.day, "packages": row.packages,
               "digest": row.digest, "answered_at": row.answered_at.map(time),
               "missing": row.missing, "unknown": row.unknown, "other_digest": row.other,
               "way": row.way, "handed": row.handed, "handed_at": row.handed_at.map(time),
               "next_try_at": row.next_try_at.map(time),
               "why": row.why.as_deref().and_then(|why| serde_json::from_str::<Value>(why).ok())})
    };
    Ok(Json(rows.iter().map(view).collect()))
}

/// Sends a statement again that could not be handed out; the body is `{"why": "…"}`.
///
/// It keeps its name: what had arrived is not doubled. One that waits or has gone out stays as it
/// is (409).
#[utoipa::path(
    post,
    path = "/v1/operations/reconciliation/{authority}/{day}/send",
    params(("authority" = String, Path, description = "its code"),
           ("day" = String, Path, description = "for example 2026-07-14")),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn send(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(of): Path<(AuthorityId, Date)>,
    Text(body): Text,
) -> Result<StatusCode, Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    send_again(&desk.ctx, of, Reason::read(&body)?.by(&actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The authority for which the request speaks, if it is this one, and whose key it is.
async fn own(
    desk: &Desk,
    headers: &HeaderMap,
    code: &str,
) -> Result<(AuthorityId, Actor), Problem> {
    let caller = desk.access.clerk(&desk.ctx, headers).await.map_err(Problem::of_authority)?;
    // Another's is answered as one that is not there.
    if caller.0.as_str() == code {
        Ok(caller)
    } else {
        Err(Problem::not_found("statement").of_authority())
    }
}

async fn read(desk: &Desk, authority: AuthorityId, day: &str) -> Result<Statement, Problem> {
    let invalid = |_| {
        let detail = "a day is written like 2026-07-14";
        Problem::bad_request("day_invalid", detail).of_authority()
    };
    let day: Date = day.parse().map_err(invalid)?;
    Statement::read(&desk.ctx, authority, day).await.map_err(problem)
}

fn problem(problem: StatementProblem) -> Problem {
    let detail = problem.to_string();
    let of = |status, code| Problem::new(status, code, Owner::Authority, detail);
    match problem {
        StatementProblem::NotOver(_) => of(StatusCode::CONFLICT, "day_not_over"),
        StatementProblem::TooLarge(_) => of(StatusCode::CONFLICT, "statement_too_large"),
        StatementProblem::Answer(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "answer_invalid"),
        StatementProblem::Store(error) => error.into(),
    }
}

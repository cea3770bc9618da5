//! Operations' side: what people have to know of while it lasts.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use schemas::AuthorityId;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::read::Query;
use super::views::{Paging, time};
use crate::store::WatchFilter;
use crate::watch::{Kind, Watch};
use crate::web::Desk;
use crate::web::problem::Problem;

/// How watches are narrowed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct WatchQuery {
    /// Only what goes on (true), or only what is over (false).
    firing: Option<bool>,
    /// Only of this kind: `deadline_near`, `lane_failing`, `lane_suspended`, `lane_paused`,
    /// `endpoint_silent`,
    /// `endpoint_refuses`, `backlog_age`, `dead_letters`, `credential_expiring`,
    /// `decisions_missing`, `statement_failed`, `clock_skew` or `role_missing`.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
    /// Only with this authority.
    #[param(value_type = Option<String>)]
    authority: Option<AuthorityId>,
    /// Only those that began up to this time: `begun_at_ms` of the last of the page before.
    before: Option<i64>,
    /// Its id: of those of the same millisecond the later ones follow.
    #[param(value_type = Option<String>)]
    before_id: Option<Uuid>,
    /// Rows at most, 1 to 500.
    limit: Option<usize>,
}

/// A watch as it is shown.
fn view(row: &Watch) -> Value {
    let at = |ms: Option<i64>| ms.map(time);
    json!({
        "id": row.id, "kind": row.kind, "authority": row.authority, "channel": row.channel,
        "filing": row.filing_id, "owner": row.owner, "detail": row.detail,
        "since": time(row.since), "due_at": at(row.due_at), "begun_at": time(row.begun_at),
        "ended_at": at(row.ended_at), "begun_at_ms": row.begun_at,
    })
}

/// What operations have to know of, from when it began to when it is over, the newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/watches",
    params(WatchQuery),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(query): Query<WatchQuery>,
) -> Result<Json<Value>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let filter = WatchFilter {
        firing: query.firing,
        kind: query.kind,
        authority: query.authority,
        before: query.before,
        before_id: query.before_id,
        limit: Paging { before: None, limit: query.limit }.limit(),
    };
    let rows = desk.ctx.store.list_watches(&filter).await?;
    Ok(Json(rows.iter().map(view).collect()))
}

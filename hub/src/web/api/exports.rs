//! The authority's side: what it accepted, taken out for its ledger, and fetched as often as it
//! likes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemas::{AuthorityId, Owner};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::read::{Path, Query, idempotency_key};
use super::views::{Paging, time};
use crate::actor::Actor;
use crate::store::{ExportRow, FetchRow};
use crate::web::Desk;
use crate::web::exports::{self, Made};
use crate::web::ledger::Format;
use crate::web::problem::Problem;

/// One export.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExportView {
    id: Uuid,
    /// RFC 3339.
    made_at: String,
    /// The same in milliseconds, for `before`.
    made_at_ms: i64,
    /// The name of the key or person that made it.
    made_by: String,
    /// Deliveries in it.
    deliveries: i32,
    /// Where its file is fetched.
    file: String,
}

impl From<&ExportRow> for ExportView {
    fn from(row: &ExportRow) -> Self {
        Self {
            id: row.id,
            made_at: time(row.at),
            made_at_ms: row.at,
            made_by: row.name.clone(),
            deliveries: row.deliveries,
            file: format!("/v1/exports/{}", row.id),
        }
    }
}

/// The answer to making one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeView {
    #[serde(flatten)]
    export: ExportView,
    /// Deliveries that were accepted and are in no export yet, counted up to `review.export_max`:
    /// while there are any, the next export (with a new key) takes them.
    left: usize,
    /// The same request had been made before.
    replayed: bool,
}

/// One line of the list of exports.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExportLine {
    #[serde(flatten)]
    export: ExportView,
    /// Each time that it was fetched, the newest first.
    fetches: Vec<FetchView>,
}

/// One time that an export was fetched.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FetchView {
    /// RFC 3339.
    at: String,
    /// The name of the key or person.
    by: String,
    /// `csv` or `zip`.
    format: String,
}

impl From<FetchRow> for FetchView {
    fn from(row: FetchRow) -> Self {
        Self { at: time(row.at), by: row.name, format: row.format }
    }
}

/// Takes out what was accepted since the last export, for the authority's ledger.
///
/// It holds `review.export_max` deliveries at most, each delivery is in one export, and the file is
/// fetched by its id. The same key answers with the same export. 204: nothing was accepted since
/// the last one, and the key is not used up.
#[utoipa::path(
    post,
    path = "/v1/exports",
    params(("Idempotency-Key" = String, Header, description = "A new one for each export")),
    responses((status = 201, body = MadeView), (status = 200, body = MadeView), (status = 204),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (authority, by) = caller(&desk, &headers).await?;
    let key = idempotency_key(&headers).map_err(Problem::of_authority)?;
    let id = id_of(authority, &key);
    if let Some(row) = exports::own(&desk.ctx, authority, id).await? {
        return answer(&desk, &row, true).await;
    }
    let made = exports::make(&desk.ctx, authority, by, id).await;
    let replayed = !matches!(made, Ok(Made::New(_)));
    // The same request may have been served in the meantime.
    if let Some(row) = exports::own(&desk.ctx, authority, id).await? {
        return answer(&desk, &row, replayed).await;
    }
    match made? {
        Made::New(_) | Made::Nothing => Ok(StatusCode::NO_CONTENT.into_response()),
        Made::Late => {
            let detail = "someone else took some of it out at the same moment, and nothing was \
                          made; send the same request again for what is left";
            Err(Problem::new(StatusCode::CONFLICT, "export_late", Owner::Authority, detail))
        }
    }
}

/// The id of the export that an authority asks for by this key: asked again, it is found by it.
fn id_of(authority: AuthorityId, key: &str) -> Uuid {
    let digest = Sha256::digest(format!("export\0{authority}\0{key}"));
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(first).into_uuid()
}

async fn answer(desk: &Desk, row: &ExportRow, replayed: bool) -> Result<Response, Problem> {
    let ctx = &desk.ctx;
    let left = exports::due(ctx, row.authority, ctx.config.review.export_max).await?.len();
    let view = MadeView { export: row.into(), left, replayed };
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(view)).into_response())
}

/// The authority's exports, the newest first, whether made here or at the pages.
///
/// `before` is the `made_at_ms` of the last one seen.
#[utoipa::path(
    get,
    path = "/v1/exports",
    params(Paging),
    responses((status = 200, body = Vec<ExportLine>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    paging: Result<Query<Paging>, Problem>,
) -> Result<Json<Vec<ExportLine>>, Problem> {
    let ctx = &desk.ctx;
    let authority = desk.access.authority(ctx, &headers).await.map_err(Problem::of_authority)?;
    let Query(paging) = paging.map_err(Problem::of_authority)?;
    let rows = ctx.store.exports_of(authority, (paging.before, paging.limit())).await?;
    let mut fetches = exports::fetches(ctx, &rows).await?;
    let line = |row: &ExportRow| {
        let fetches = fetches.remove(&row.id).unwrap_or_default();
        let fetches = fetches.into_iter().map(FetchView::from).collect();
        ExportLine { export: row.into(), fetches }
    };
    Ok(Json(rows.iter().map(line).collect()))
}

/// As what an export is fetched.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct FileQuery {
    /// `csv`, the table alone (default), or `zip`, with a manifest of what was exported and
    /// replaced.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    format: Format,
}

/// The file of an export, by the ledger profile it was made with: the same bytes each time.
///
/// Each time is on record.
#[utoipa::path(
    get,
    path = "/v1/exports/{id}",
    params(("id" = String, Path, description = "id of the export"), FileQuery),
    responses((status = 200, content((Vec<u8> = "text/csv"), (Vec<u8> = "application/zip"))),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Result<Query<FileQuery>, Problem>,
) -> Result<Response, Problem> {
    let (authority, by) = caller(&desk, &headers).await?;
    let Query(query) = query.map_err(Problem::of_authority)?;
    let not_found = || Problem::not_found("export").of_authority();
    let id = id.parse().map_err(|_| not_found())?;
    let row = exports::own(&desk.ctx, authority, id).await?.ok_or_else(not_found)?;
    exports::fetch(&desk.ctx, &row, query.format, by).await
}

/// The authority for which the request speaks, and whose key it is.
async fn caller(desk: &Desk, headers: &HeaderMap) -> Result<(AuthorityId, Actor), Problem> {
    desk.access.clerk(&desk.ctx, headers).await.map_err(Problem::of_authority)
}

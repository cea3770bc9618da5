//! 一括申請: one upload of many filings, checked as a whole first.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use schemas::{CorporateNumber, FilingId, Owner};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::read::{Path, Query, Text, idempotency_key, read_json};
use super::views::time;
use crate::bulk::{CellFinding, Format};
use crate::store::{BulkCounts, BulkLine, LineFilter};
use crate::web::Desk;
use crate::web::bulk::{self, Upload, Which, findings_of};
use crate::web::problem::Problem;

/// Rows of one answer at most.
const ROWS_MAX: usize = 500;

/// An upload, with how its rows stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkView {
    id: Uuid,
    idempotency_key: String,
    file_name: String,
    created_at: String,
    /// Rows in which nothing was found.
    good: i64,
    /// Rows in which something is worth a look, in nobody's way.
    warned: i64,
    /// Rows that have to be mended.
    bad: i64,
    /// Rows that were filed.
    filed: i64,
    /// Rows that are gone on with as drafts.
    drafted: i64,
    /// Where its rows are told, those to be mended first looked at.
    report: String,
}

impl From<BulkCounts> for BulkView {
    fn from(counts: BulkCounts) -> Self {
        let BulkCounts { bulk, good, warned, bad, filed, drafted } = counts;
        Self {
            report: format!("/v1/bulk/{}/rows?state=bad", bulk.id),
            id: bulk.id,
            idempotency_key: bulk.idempotency_key,
            file_name: bulk.file_name,
            created_at: time(bulk.created_at),
            good,
            warned,
            bad,
            filed,
            drafted,
        }
    }
}

/// One row of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkLineView {
    /// As a spreadsheet counts; of an array, the place from 1.
    row: i32,
    /// `good`, `warned`, `bad`, `filed` or `drafted`.
    state: String,
    office_name: String,
    findings: Vec<CellFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filing_id: Option<FilingId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_number: Option<String>,
}

impl From<BulkLine> for BulkLineView {
    fn from(line: BulkLine) -> Self {
        Self {
            findings: findings_of(&line),
            row: line.number,
            state: line.state,
            office_name: line.office_name,
            filing_id: line.filing_id,
            receipt_number: line.filing_id.map(|id| id.receipt_number()),
        }
    }
}

/// Uploads many filings, a row or element for each.
///
/// The body is the template of `todoke forms template` filled in (CSV in UTF-8 or CP932, or XLSX),
/// or a JSON array of submissions. All of it is checked, and nothing is filed yet. The same upload
/// under the same key answers with the same, however far its filing has come.
#[utoipa::path(
    post,
    path = "/v1/bulk",
    params(("Idempotency-Key" = String, Header, description = "A new one for each upload")),
    request_body(content = Vec<u8>, content_type = "text/csv"),
    responses((status = 201, body = BulkView), (status = 200, body = BulkView),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn upload(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<BulkView>), Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let idempotency_key = idempotency_key(&headers)?;
    let bytes = body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return bulk::too_large(desk.ctx.config.bulk.bytes_max);
        }
        Problem::bad_request("upload_broken", rejection.body_text())
    })?;
    let upload = Upload {
        format: format(&headers)?,
        bytes: bytes.to_vec(),
        file_name: String::new(),
        idempotency_key,
        saved_by: String::new(),
    };
    let (counts, replayed) = bulk::take(&desk, number, upload).await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(counts.into())))
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Format::of_media_type(&given).ok_or_else(|| {
        let detail = format!(
            "Content-Type {given:?} is not taken; use text/csv, application/json, or \
             application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        );
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Problem::new(status, "bulk_type", Owner::Operator, detail)
    })
}

/// The operator's uploads, the newest first.
#[utoipa::path(
    get,
    path = "/v1/bulk",
    responses((status = 200, body = Vec<BulkView>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Vec<BulkView>>, Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let all = desk.ctx.store.own_bulks(number, desk.ctx.config.bulk.operator_max).await?;
    Ok(Json(all.into_iter().map(BulkView::from).collect()))
}

/// One upload, and how its rows stand.
#[utoipa::path(
    get,
    path = "/v1/bulk/{id}",
    params(("id" = String, Path, description = "id of the upload")),
    responses((status = 200, body = BulkView), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<BulkView>, Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    Ok(Json(own(&desk, number, &id).await?.into()))
}

async fn own(desk: &Desk, number: CorporateNumber, id: &str) -> Result<BulkCounts, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found("upload"))?;
    bulk::own(desk, number, id).await
}

/// Which rows are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Rows {
    /// Only in this state: good, warned, bad, filed or drafted.
    state: Option<String>,
    /// Only behind this row.
    after: Option<i32>,
    /// Rows at most, up to 500.
    limit: Option<usize>,
}

/// The report, row by row: what was found, and what each row became.
#[utoipa::path(
    get,
    path = "/v1/bulk/{id}/rows",
    params(("id" = String, Path, description = "id of the upload"), Rows),
    responses((status = 200, body = Vec<BulkLineView>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn rows(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(rows): Query<Rows>,
) -> Result<Json<Vec<BulkLineView>>, Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let counts = own(&desk, number, &id).await?;
    let states: Vec<&str> = rows.state.as_deref().into_iter().collect();
    let filter = LineFilter {
        bulk_id: counts.bulk.id,
        states: &states,
        after: rows.after.unwrap_or(0),
        limit: rows.limit.unwrap_or(100).min(ROWS_MAX),
    };
    let lines = desk.ctx.store.bulk_lines(&filter).await?;
    Ok(Json(lines.into_iter().map(BulkLineView::from).collect()))
}

/// The rows that have to be mended, with what was found, to be mended and uploaded anew: a
/// workbook, or of a JSON upload an array.
#[utoipa::path(
    get,
    path = "/v1/bulk/{id}/remainder",
    params(("id" = String, Path, description = "id of the upload")),
    responses((status = 200, body = Vec<u8>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn remainder(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let counts = own(&desk, number, &id).await?;
    let (_, media_type, bytes) = bulk::remainder(&desk, &counts).await?;
    Ok(([(CONTENT_TYPE, media_type)], bytes))
}

/// Which rows are filed: `all` or `good`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    /// `all`: all, or none when a row has to be mended; `good`: those that have not.
    #[schema(value_type = String)]
    rows: ChosenRows,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChosenRows {
    All,
    Good,
}

/// Files the rows of an upload. Sent again, it goes on where it stopped, and files nothing twice.
#[utoipa::path(
    post,
    path = "/v1/bulk/{id}/filing",
    params(("id" = String, Path, description = "id of the upload")),
    request_body = Chosen,
    responses((status = 200, body = BulkView), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Text(body): Text,
) -> Result<Json<BulkView>, Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let chosen: Chosen = read_json(&body)?;
    let counts = own(&desk, number, &id).await?;
    let which = match chosen.rows {
        ChosenRows::All => Which::All,
        ChosenRows::Good => Which::Good,
    };
    Ok(Json(bulk::file(&desk, &counts, which).await?.into()))
}

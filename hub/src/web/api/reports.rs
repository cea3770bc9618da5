//! Reports of a month: for operations of all authorities, for an authority of its own.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use routing::Class;
use schemas::{AuthorityId, Channel, Owner};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::read::{Path, Query};
use super::views::time;
use crate::context::day_in_japan;
use crate::reports::{self, Choice, DAYS, Figures, MINUTES, Month, Quantile, Reader, Spread};
use crate::web::Desk;
use crate::web::problem::Problem;

/// How a report is narrowed.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ReportQuery {
    /// Only of this prefecture, by its 2-digit code.
    prefecture: Option<String>,
    /// Only of this authority.
    #[param(value_type = Option<String>)]
    authority: Option<AuthorityId>,
    /// Only over this channel.
    #[param(value_type = Option<String>)]
    channel: Option<Channel>,
    /// `json` (default) or `csv`.
    format: Option<String>,
}

/// A month as far as it is counted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportView {
    /// `2026-07`, by Japan's calendar.
    month: String,
    /// Until when it is counted, RFC 3339; none: it has not been counted through yet.
    counted_until: Option<String>,
    /// By authority and channel.
    lines: Vec<LineView>,
}

/// One authority and channel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineView {
    authority: String,
    authority_name: String,
    /// None: of deliveries that had no way to go.
    channel: Option<Channel>,
    filings: i64,
    corrections: i64,
    withdrawals: i64,
    /// First submissions by the last day of every rule that sets one.
    in_time: i64,
    late: i64,
    delivered: i64,
    accepted: i64,
    returned: i64,
    /// Those that may still change.
    unfinished: i64,
    /// Tries that arrived, or that the endpoint or the way to it let down.
    tries: i64,
    tries_failed: i64,
    minutes_to_deliver: SpreadView,
    business_days_to_open: SpreadView,
    business_days_to_decide: SpreadView,
    /// Places that returns mark, by form and field; under an empty name those that mark nothing.
    #[schema(value_type = Object)]
    return_reasons: std::collections::BTreeMap<String, i64>,
}

/// How long something took: a quantile is the bound within which it was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpreadView {
    count: i64,
    sum: i64,
    p50: Option<i64>,
    p95: Option<i64>,
    /// Whether the 95th percentile is longer than that, the last bound.
    beyond: bool,
}

impl SpreadView {
    fn new(spread: &Spread, bounds: &[i64]) -> Self {
        let quantile = |percent| spread.quantile(percent, bounds);
        let bound = |it| match it {
            Quantile::Within(bound) | Quantile::Beyond(bound) => bound,
        };
        Self {
            count: spread.count,
            sum: spread.sum,
            p50: quantile(50).map(bound),
            p95: quantile(95).map(bound),
            beyond: matches!(quantile(95), Some(Quantile::Beyond(_))),
        }
    }
}

impl LineView {
    fn new(desk: &Desk, line: &reports::Line) -> Self {
        let Figures { reasons, to_deliver, to_open, to_decide, .. } = &line.figures;
        let it = &line.figures;
        Self {
            authority: line.authority.to_string(),
            authority_name: desk.ctx.master().name(line.authority),
            channel: line.channel,
            filings: it.filings,
            corrections: it.corrections,
            withdrawals: it.withdrawals,
            in_time: it.in_time,
            late: it.late,
            delivered: it.delivered,
            accepted: it.accepted,
            returned: it.returned,
            unfinished: it.unfinished,
            tries: it.tries,
            tries_failed: it.failed_tries,
            minutes_to_deliver: SpreadView::new(to_deliver, MINUTES),
            business_days_to_open: SpreadView::new(to_open, DAYS),
            business_days_to_decide: SpreadView::new(to_decide, DAYS),
            return_reasons: reasons.clone(),
        }
    }
}

/// The figures of a month of all authorities, by authority and channel.
#[utoipa::path(
    get,
    path = "/v1/operations/reports/{month}",
    params(("month" = String, Path, description = "for example 2026-07"), ReportQuery),
    responses((status = 200, content((ReportView = "application/json"), (Vec<u8> = "text/csv"))),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn of_all(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(month): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    answer(&desk, (&month, Reader::Operations), query).await
}

/// The figures of a month of the authority; for a prefecture those of its municipalities and
/// unions, too.
#[utoipa::path(
    get,
    path = "/v1/reports/{month}",
    params(("month" = String, Path, description = "for example 2026-07"), ReportQuery),
    responses((status = 200, content((ReportView = "application/json"), (Vec<u8> = "text/csv"))),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn own(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(month): Path<String>,
    query: Result<Query<ReportQuery>, Problem>,
) -> Result<Response, Problem> {
    let ctx = &desk.ctx;
    let id = desk.access.authority(ctx, &headers).await.map_err(Problem::of_authority)?;
    let Query(query) = query.map_err(Problem::of_authority)?;
    let class = ctx.master().body(id, day_in_japan(ctx.clock.now_ms())).and_then(|it| it.class);
    let is_prefecture = class == Some(Class::Prefecture);
    let reader = if is_prefecture { Reader::Prefecture(id) } else { Reader::Authority(id) };
    answer(&desk, (&month, reader), query).await.map_err(Problem::of_authority)
}

async fn answer(
    desk: &Desk,
    (month, reader): (&str, Reader),
    query: ReportQuery,
) -> Result<Response, Problem> {
    let invalid = |what: String| Problem::bad_request("month_invalid", what);
    let month: Month = month.parse().map_err(invalid)?;
    let ReportQuery { prefecture, authority, channel, format } = query;
    let choice = Choice { prefecture, authority, channel };
    let report = reports::read(&desk.ctx.store, month, (reader, &choice)).await?;
    let report = report.ok_or_else(|| Problem::not_found("report"))?;
    match format.as_deref() {
        None | Some("json") => {}
        Some("csv") => {
            return crate::web::reports::csv(desk, &report).map_err(|error| {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Problem::new(status, "report_unwritten", Owner::Hub, error.to_string())
            });
        }
        Some(_) => {
            let detail = "format is json or csv";
            return Err(Problem::bad_request("query_invalid", detail));
        }
    }
    let view = ReportView {
        month: report.month.to_string(),
        counted_until: report.counted_at.map(time),
        lines: report.lines.iter().map(|line| LineView::new(desk, line)).collect(),
    };
    Ok(Json(view).into_response())
}

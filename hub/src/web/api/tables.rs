//! Operations' side: the master's tables of authorities and unions, written out and taken in.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use routing::{ImportFault, Roll, edits_of};
use schemas::{Finding, Owner};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::master::problem;
use super::read::{Path, Query, Text, read_json};
use crate::context::{Context, day_in_japan};
use crate::operate::By;
use crate::operate::master::{Change, MasterProblem, Prepared, Whom, amend_all, prepare_all};
use crate::operate::replay::{Moved, replay};
use crate::web::Desk;
use crate::web::problem::Problem;

/// Which rows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct TableQuery {
    /// Only those that hold on this day, for example 2026-04-01.
    #[param(value_type = Option<String>)]
    on: Option<Date>,
}

/// The table of authorities or of unions as CSV, with what was changed since it was built in.
#[utoipa::path(
    get,
    path = "/v1/operations/master/{table}",
    params(("table" = String, Path, description = "`authorities` or `unions`"), TableQuery),
    responses((status = 200, body = String, content_type = "text/csv"),
              (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(table): Path<String>,
    Query(query): Query<TableQuery>,
) -> Result<Response, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let roll: Roll = table.parse().map_err(|_| Problem::not_found("table"))?;
    let text = desk.ctx.master().csv(roll, query.on);
    let text = text.map_err(|error| Problem::unavailable(&error.to_string()))?;
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

/// A table that is taken in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TableBody {
    /// `authorities.csv` or `unions.csv`, or some rows and columns of it; its head tells which
    csv: String,
    /// The first day on which it holds, for example 2026-04-01; without one, today. Rows of unions
    /// may begin later
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valid_from: Option<Date>,
    /// Why, for everyone who looks
    #[serde(default)]
    why: String,
    /// Only tell what would change, and which past filings would go elsewhere
    #[serde(default)]
    dry_run: bool,
}

/// Takes in a whole or partial table of authorities or unions; with `dry_run`, tells what it would
/// come to.
///
/// With one fault nothing is changed. All are told: a finding's path is `/csv`, the line in the
/// table, from 1, and the column.
#[utoipa::path(
    post,
    path = "/v1/operations/master",
    request_body = TableBody,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn take_in(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let ctx = &desk.ctx;
    let actor = desk.access.keeper(ctx, &headers).await?;
    let body: TableBody = read_json(&body)?;
    let changes = changes(ctx, &body).await?;
    if body.dry_run {
        let prepared = prepare_all(ctx, changes).await.map_err(problem)?;
        let done = replay(ctx, &prepared, ctx.config.master.dry_run_max).await?;
        let filings = done.shown.iter().map(moved);
        return Ok(Json(json!({
            "valid_from": prepared.valid_from, "changes": told(&prepared), "asked": done.asked,
            "unread": done.unread, "moved": done.moved, "filings": filings.collect::<Value>(),
        })));
    }
    let by = By { actor: &actor, why: &body.why };
    let done = amend_all(ctx, changes, (by, Whom::Operations)).await.map_err(problem)?;
    Ok(Json(json!({"valid_from": done.valid_from, "changes": told(&done),
                   "master_version": done.after.version()})))
}

async fn changes(ctx: &Context, body: &TableBody) -> Result<Vec<Change>, Problem> {
    let unfit = |code, detail: String| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, Owner::Hub, detail)
    };
    let most = ctx.config.master.import_bytes_max;
    if body.csv.len() > most {
        let detail = format!("a table has at most {most} bytes (master.import_bytes_max)");
        return Err(unfit("table_too_large", detail));
    }
    ctx.reload_master().await.map_err(|error| problem(MasterProblem::from(error)))?;
    let day = body.valid_from.unwrap_or_else(|| day_in_japan(ctx.clock.now_ms()));
    match edits_of(&ctx.master(), &body.csv, day) {
        Ok(edits) => Ok(edits.into_iter().map(Change::from).collect()),
        Err(faults) => {
            let detail = format!("{} fault(s); nothing was changed", faults.len());
            let findings = faults.iter().map(finding).collect();
            Err(Problem { findings, ..unfit("table_invalid", detail) })
        }
    }
}

fn finding(fault: &ImportFault) -> Finding {
    let path = format!("/csv/{}/{}", fault.line, fault.column);
    Finding::new(path, "table_invalid", fault.en.clone()).ja(fault.ja.clone())
}

fn told(prepared: &Prepared) -> Value {
    let rows = prepared.amendments.iter().zip(&prepared.was).zip(&prepared.lines);
    rows.map(|((it, was), line)| {
        json!({"line": line, "authority": it.authority, "valid_from": it.valid_from,
               "cells": it.cells, "was": was})
    })
    .collect()
}

fn moved(it: &Moved) -> Value {
    let answers = it.answers.iter().map(|(old, new)| json!({"before": old, "after": new}));
    json!({"receipt_number": it.receipt_number, "answers": answers.collect::<Value>()})
}

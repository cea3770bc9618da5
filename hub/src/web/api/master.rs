//! What an authority accepts: what holds when, what was changed, by whom and why; and to change it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use routing::{Cells, MasterFault};
use schemas::{AuthorityId, Finding, Owner};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::read::{Path, Text, read_json};
use super::views::time;
use crate::actor::Actor;
use crate::context::day_in_japan;
use crate::operate::By;
use crate::operate::master::{MasterProblem, Whom, amend};
use crate::store::AmendmentRow;
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::problem::Problem;

/// What an authority accepts, over time, and what was changed, the newest first.
///
/// For the authority itself and for operations. `rows` are those of the master in use, each from
/// `valid_from` to `valid_to`; `changes` tells who changed which columns from when on, and why.
#[utoipa::path(
    get,
    path = "/v1/authorities/{authority}/master",
    params(("authority" = String, Path, description = "団体コード, or a union's id")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Json<Value>, Problem> {
    let ctx = &desk.ctx;
    let scope = desk.access.scope(ctx, &headers).await.map_err(Problem::of_authority)?;
    let none = || Problem::not_found("authority").of_authority();
    let authority: AuthorityId = code.parse().map_err(|_| none())?;
    let master = ctx.master();
    let rows = master.over_time(authority);
    // Another's is answered as one that is not there.
    let may = scope == Scope::Operations || scope == Scope::Authority(authority);
    if !may || rows.is_empty() {
        return Err(none());
    }
    let most = ctx.config.master.list_rows;
    let changes = ctx.store.amendments_of(Some(authority), i64::MAX, most).await?;
    let rows = rows.into_iter().map(
        |(period, cells)| json!({"valid_from": period.from, "valid_to": period.to, "cells": cells}),
    );
    Ok(Json(json!({
        "authority": authority,
        "name": master.name(authority),
        "master_version": master.version(),
        "rows": rows.collect::<Value>(),
        "changes": changes.iter().map(change).collect::<Value>(),
    })))
}

fn change(row: &AmendmentRow) -> Value {
    let cells = |text: &str| serde_json::from_str::<Cells>(text).unwrap_or_default();
    json!({"number": row.number, "valid_from": row.valid_from, "cells": cells(&row.cells),
           "was": cells(&row.was), "why": row.why, "for": row.by_whom, "by": row.name,
           "at": time(row.at)})
}

/// A change of what an authority accepts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    /// The first day on which it holds, for example 2026-04-01; without one, today
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valid_from: Option<Date>,
    /// Why, for everyone who looks
    why: String,
    /// What changes, by column: `prepared`, `unprepared_basis`, `status`, `not_taken`,
    /// `alternative`, `alternative_note`, `launch_period`; of a union also `name`, `kind`,
    /// `members`, `services`, `evidence` and `valid_to`, its last day
    #[schema(value_type = Object)]
    cells: Cells,
}

/// Changes what an authority accepts, from a day on.
///
/// For the authority itself and for operations, who alone change `launch_period`, what makes or
/// ends `exempt`, and of a union who belongs to it, for which services and until when. All
/// processes plan by it within seconds; what was held because the authority was not ready goes out
/// on its day.
#[utoipa::path(
    post,
    path = "/v1/authorities/{authority}/master",
    params(("authority" = String, Path, description = "団体コード, or a union's id")),
    request_body = ChangeBody,
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn change_it(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(code): Path<String>,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let ctx = &desk.ctx;
    let authority = authority_of(&code)?;
    let (actor, whom) = seat(&desk, (&headers, authority)).await?;
    let change: ChangeBody = read_json(&body).map_err(Problem::of_authority)?;
    let day = change.valid_from.unwrap_or_else(|| day_in_japan(ctx.clock.now_ms()));
    let by = By { actor: &actor, why: &change.why };
    let done = amend(ctx, vec![(authority, change.cells)], day, (by, whom)).await;
    let done = done.map_err(problem)?;
    Ok(Json(json!({"master_version": done.after.version(), "valid_from": day,
                   "cells": done.amendments.first().map(|it| &it.cells),
                   "was": done.was.first()})))
}

/// The authority of a path; another's is answered as one that is not there.
pub(super) fn authority_of(code: &str) -> Result<AuthorityId, Problem> {
    code.parse().map_err(|_| Problem::not_found("authority").of_authority())
}

/// Who changes an authority's affairs: its own staff or operations.
pub(super) async fn seat(
    desk: &Desk,
    (headers, authority): (&HeaderMap, AuthorityId),
) -> Result<(Actor, Whom), Problem> {
    let ctx = &desk.ctx;
    match desk.access.scope(ctx, headers).await.map_err(Problem::of_authority)? {
        Scope::Operations => Ok((desk.access.keeper(ctx, headers).await?, Whom::Operations)),
        Scope::Authority(own) if own == authority => {
            let (own, actor) = desk.access.clerk(ctx, headers).await?;
            Ok((actor, Whom::Authority(own)))
        }
        Scope::Authority(_) | Scope::Operator(_) => {
            Err(Problem::not_found("authority").of_authority())
        }
    }
}

pub(super) fn problem(problem: MasterProblem) -> Problem {
    let detail = problem.to_string();
    let unfit = |code| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, Owner::Authority, detail.clone())
    };
    match problem {
        MasterProblem::Nothing => unfit("nothing_differs"),
        MasterProblem::Past(_) => unfit("day_over"),
        MasterProblem::OfOperations => unfit("operations_only"),
        MasterProblem::NoBody(..) => Problem::not_found("authority").of_authority(),
        MasterProblem::Days { .. } => unfit("too_many_days"),
        MasterProblem::Faults(error) => {
            let finding = |it: &MasterFault| {
                let path = format!("/cells/{}", it.column);
                let finding = Finding::new(path, "cell_invalid", it.message.clone());
                it.ja.iter().fold(finding, |finding, ja| finding.ja(ja.clone()))
            };
            let findings = error.faults.iter().map(finding).collect();
            Problem { findings, ..unfit("cells_invalid") }
        }
        MasterProblem::Act(problem) => Problem::from(problem).of_authority(),
    }
}

//! `/authority/exports`: what was accepted, taken out for the authority's ledger by its profile;
//! each delivery once, each export as often as it is fetched, and all of it on record.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use uuid::Uuid;

use super::Clerk;
use super::words::Words;
use crate::store::{ExportRow, FetchRow};
use crate::web::Desk;
use crate::web::exports::{self, Made};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::ledger::Format;
use crate::web::parts::{Stamp, grouped};
use crate::web::roles::Who;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// Exports that the page lists.
const LISTED: usize = 50;

/// Where they are listed and made.
const EXPORTS: &str = "/authority/exports";

#[derive(Template)]
#[template(path = "authority/exports.html")]
struct ExportsPage {
    shell: Shell,
    w: &'static Words,
    /// Accepted and not taken out yet.
    due: String,
    is_due: bool,
    /// Whether there are more than one export takes.
    is_more: bool,
    /// The profile by which the next one is written.
    profile: String,
    /// Whether it was just tried in vain: a colleague was quicker.
    was_late: bool,
    lines: Vec<Line>,
}

struct Line {
    id: Uuid,
    at: Stamp,
    by: String,
    deliveries: String,
    fetches: Vec<Fetched>,
    is_new: bool,
}

struct Fetched {
    at: Stamp,
    by: String,
    format: String,
}

/// `GET /authority/exports`
pub(super) async fn list(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    clerk.visit.answer(read(&desk, &clerk).await)
}

async fn read(desk: &Desk, clerk: &Clerk) -> Result<ExportsPage, Fault> {
    let (ctx, visit) = (&desk.ctx, &clerk.visit);
    let exports = ctx.store.exports_of(clerk.authority, (None, LISTED)).await?;
    let most = ctx.config.review.export_max;
    let due = exports::due(ctx, clerk.authority, most + 1).await?;
    let mut fetches = exports::fetches(ctx, &exports).await?;
    let made = visit.get("made").and_then(|id| id.parse::<Uuid>().ok());
    let mut line = |row: &ExportRow| {
        let fetches = fetches.remove(&row.id).unwrap_or_default();
        Line::new(row, &fetches, (visit, made == Some(row.id)))
    };
    Ok(ExportsPage {
        shell: visit.shell(EXPORTS),
        w: Words::of(visit.lang),
        is_due: !due.is_empty(),
        is_more: due.len() > most,
        due: grouped(i64::try_from(due.len().min(most)).unwrap_or(i64::MAX)),
        profile: ctx.ledgers.of(clerk.authority).title.clone(),
        was_late: visit.get("late").is_some(),
        lines: exports.iter().map(&mut line).collect(),
    })
}

impl Line {
    fn new(row: &ExportRow, fetches: &[FetchRow], (visit, is_new): (&Visit, bool)) -> Self {
        let stamp = |at| Stamp::new(at, visit.now, visit.lang);
        let told = |it: &FetchRow| Fetched {
            at: stamp(it.at),
            by: it.name.clone(),
            format: it.format.to_uppercase(),
        };
        Self {
            id: row.id,
            at: stamp(row.at),
            by: row.name.clone(),
            deliveries: grouped(row.deliveries.into()),
            fetches: fetches.iter().map(told).collect(),
            is_new,
        }
    }
}

/// `POST /authority/exports`: takes out what was accepted since the last one.
pub(super) async fn make(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    let (ctx, clerk) = (&desk.ctx, &sent.by);
    let made = exports::make(ctx, clerk.authority, clerk.actor(), ctx.clock.id()).await;
    match made {
        Ok(Made::New(row)) => see_other(&format!("{EXPORTS}?made={}#x{}", row.id, row.id)),
        Ok(Made::Nothing) => see_other(EXPORTS),
        Ok(Made::Late) => see_other(&format!("{EXPORTS}?late=1")),
        Err(error) => sent.visit.fault(&error.into()),
    }
}

/// `GET /authority/exports/{id}/{format}`: the export as it was made, `csv` or `zip`.
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    Path((id, format)): Path<(String, String)>,
    clerk: Clerk,
) -> Response {
    match fetched(&desk, &clerk, (&id, &format)).await {
        Ok(response) => response,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

async fn fetched(
    desk: &Desk,
    clerk: &Clerk,
    (id, format): (&str, &str),
) -> Result<Response, Fault> {
    let format = Format::of(format).ok_or(Fault::NoPage)?;
    let id = id.parse().map_err(|_| Fault::NoPage)?;
    // Another's is answered as one that is not there.
    let row = exports::own(&desk.ctx, clerk.authority, id).await?;
    let row = row.ok_or(Fault::NotYours(Who::Authority))?;
    let fetched = exports::fetch(&desk.ctx, &row, format, clerk.actor()).await;
    fetched.map_err(|problem| Fault::of_problem(problem, Fault::NoPage))
}

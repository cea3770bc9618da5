//! `/authority/exports`: what was accepted, taken out for the authority's ledger by its profile;
//! each delivery once, each export as often as it is fetched, and all of it on record.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::Clerk;
use super::ledger::{Format, file_of};
use super::words::Words;
use crate::recipe::Recipe;
use crate::store::{DueExport, ExportRow, FetchRow};
use crate::web::Desk;
use crate::web::download::attachment;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Stamp, grouped};
use crate::web::roles::Who;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// Exports that the page lists.
const LISTED: usize = 50;

/// How far before the end of the last export is looked for what was accepted meanwhile: processes'
/// clocks differ, and what is decided first may be committed last.
const MARGIN_MS: i64 = 24 * 60 * 60 * 1_000;

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
    let exports = ctx.store.exports_of(clerk.authority, LISTED).await?;
    let most = ctx.config.review.export_max;
    let due = due(desk, clerk, exports.first(), most + 1).await?;
    let ids: Vec<Uuid> = exports.iter().map(|row| row.id).collect();
    let mut fetches: HashMap<Uuid, Vec<FetchRow>> = HashMap::new();
    for row in ctx.store.fetches_of(&ids).await? {
        fetches.entry(row.export_id).or_default().push(row);
    }
    let made = visit.get("made").and_then(|id| id.parse::<Uuid>().ok());
    let mut line = |row: &ExportRow| {
        let fetches = fetches.remove(&row.id).unwrap_or_default();
        Line::new(row, &fetches, (visit, made == Some(row.id)))
    };
    Ok(ExportsPage {
        shell: visit.shell("/authority/exports"),
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

/// What the next export would take, at most so many.
async fn due(
    desk: &Desk,
    clerk: &Clerk,
    last: Option<&ExportRow>,
    limit: usize,
) -> Result<Vec<DueExport>, Fault> {
    let from = last.map_or(0, |row| row.decided_until - MARGIN_MS);
    Ok(desk.ctx.store.exports_due(clerk.authority, (from, limit)).await?)
}

/// `POST /authority/exports`: takes out what was accepted since the last one.
pub(super) async fn make(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    match made(&desk, &sent.by).await {
        Ok(to) => see_other(&to),
        Err(fault) => sent.visit.fault(&fault),
    }
}

/// Makes one; where it is seen.
async fn made(desk: &Desk, clerk: &Clerk) -> Result<String, Fault> {
    let ctx = &desk.ctx;
    let last = ctx.store.exports_of(clerk.authority, 1).await?;
    let due = due(desk, clerk, last.first(), ctx.config.review.export_max).await?;
    let Some(until) = due.iter().map(|it| it.decided_at).max() else {
        return Ok("/authority/exports".to_owned());
    };
    let by = clerk.actor();
    let row = ExportRow {
        id: ctx.clock.id(),
        authority: clerk.authority,
        profile: Recipe::now(ctx, clerk.authority).profile,
        deliveries: i32::try_from(due.len()).unwrap_or(i32::MAX),
        // What was left behind is looked for again.
        decided_until: last.first().map_or(until, |last| until.max(last.decided_until)),
        person: by.person,
        name: by.name,
        at: ctx.clock.now_ms(),
    };
    let deliveries: Vec<_> = due.iter().map(|it| it.delivery).collect();
    let mut tx = ctx.store.begin().await?;
    if !tx.insert_export(&row, &deliveries).await? {
        return Ok("/authority/exports?late=1".to_owned());
    }
    tx.commit().await?;
    tracing::info!(
        authority.code = %clerk.authority, export.id = %row.id, deliveries = row.deliveries,
        "an export for the ledger was made"
    );
    Ok(format!("/authority/exports?made={}#x{}", row.id, row.id))
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
    let ctx = &desk.ctx;
    let format = Format::of(format).ok_or(Fault::NoPage)?;
    let id: Uuid = id.parse().map_err(|_| Fault::NoPage)?;
    // Another's is answered as one that is not there.
    let row = ctx.store.export(id).await?.filter(|row| row.authority == clerk.authority);
    let row = row.ok_or(Fault::NotYours(Who::Authority))?;
    let file = file_of(ctx, &row, format).await?;
    let by = clerk.actor();
    let fetch = FetchRow {
        id: ctx.clock.id(),
        export_id: row.id,
        format: format.as_str().to_owned(),
        person: by.person,
        name: by.name,
        at: ctx.clock.now_ms(),
    };
    let mut tx = ctx.store.begin().await?;
    tx.insert_fetch(&fetch).await?;
    tx.commit().await?;
    let headers = [
        (CONTENT_TYPE, file.media_type.to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        attachment(&file.name),
    ];
    Ok((headers, file.bytes).into_response())
}

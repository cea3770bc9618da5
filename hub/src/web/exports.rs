//! Exports for an authority's ledger, for the interface and the pages alike: each takes out what
//! was accepted since the one before, and each fetch of its file is on record.

use std::collections::HashMap;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use schemas::AuthorityId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::download::attachment;
use super::ledger::{Format, file_of};
use super::problem::Problem;
use crate::actor::Actor;
use crate::context::Context;
use crate::recipe::Recipe;
use crate::store::{DueExport, ExportRow, FetchRow, StaffAct, StoreError};

/// How far before the end of the last export is looked for what was accepted meanwhile: processes'
/// clocks differ, and what is decided first may be committed last.
const MARGIN_MS: i64 = 24 * 60 * 60 * 1_000;

/// What came of making one.
pub(super) enum Made {
    /// It is made.
    New(ExportRow),
    /// Nothing has been accepted since the last one.
    Nothing,
    /// Someone else took some of it out at the same moment.
    Late,
}

/// What the next export would take, at most so many.
pub(super) async fn due(
    ctx: &Context,
    authority: AuthorityId,
    limit: usize,
) -> Result<Vec<DueExport>, StoreError> {
    let last = ctx.store.exports_of(authority, (None, 1)).await?;
    due_after(ctx, authority, last.first(), limit).await
}

async fn due_after(
    ctx: &Context,
    authority: AuthorityId,
    last: Option<&ExportRow>,
    limit: usize,
) -> Result<Vec<DueExport>, StoreError> {
    let from = last.map_or(0, |row| row.decided_until - MARGIN_MS);
    ctx.store.exports_due(authority, (from, limit)).await
}

/// Takes out what was accepted since the last one, under this id.
pub(super) async fn make(
    ctx: &Context,
    authority: AuthorityId,
    by: Actor,
    id: Uuid,
) -> Result<Made, StoreError> {
    let last = ctx.store.exports_of(authority, (None, 1)).await?;
    let due = due_after(ctx, authority, last.first(), ctx.config.review.export_max).await?;
    let Some(until) = due.iter().map(|it| it.decided_at).max() else { return Ok(Made::Nothing) };
    let row = ExportRow {
        id,
        authority,
        profile: Recipe::now(ctx, authority).profile,
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
        return Ok(Made::Late);
    }
    let what = ("ledger.make", format!("export:{}", row.id));
    let states = (Value::Null, json!({"deliveries": row.deliveries}));
    tx.record(StaffAct::plain(what, (&row.person, &row.name), states)).await?;
    tx.commit().await?;
    tracing::info!(
        authority.code = %authority, export.id = %row.id, deliveries = row.deliveries,
        "an export for the ledger was made"
    );
    Ok(Made::New(row))
}

/// An export, if it is this authority's.
pub(super) async fn own(
    ctx: &Context,
    authority: AuthorityId,
    id: Uuid,
) -> Result<Option<ExportRow>, StoreError> {
    Ok(ctx.store.export(id).await?.filter(|row| row.authority == authority))
}

/// Who fetched some exports, by export, the newest first.
pub(super) async fn fetches(
    ctx: &Context,
    exports: &[ExportRow],
) -> Result<HashMap<Uuid, Vec<FetchRow>>, StoreError> {
    let ids: Vec<Uuid> = exports.iter().map(|row| row.id).collect();
    let mut fetches: HashMap<Uuid, Vec<FetchRow>> = HashMap::new();
    for row in ctx.store.fetches_of(&ids).await? {
        fetches.entry(row.export_id).or_default().push(row);
    }
    Ok(fetches)
}

/// The file of an export; that it was fetched is on record before the first byte.
pub(super) async fn fetch(
    ctx: &Context,
    row: &ExportRow,
    format: Format,
    by: Actor,
) -> Result<Response, Problem> {
    let file = file_of(ctx, row, format).await?;
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

//! Checks of the way to an authority: sent and listed by operations; their tests are deleted by the
//! authority itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemas::{AuthorityId, Channel, DeliveryId};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::read::{Path, Text, read_json};
use super::views::time;
use crate::checks;
use crate::store::CheckRow;
use crate::web::Desk;
use crate::web::problem::Problem;

/// Over which channel.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `api`, `sftp`, `email` or `pull`; the first of the authority's ladder when it is left out
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    channel: Option<Channel>,
}

/// Which tests.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// One delivery's; all that are over when it is left out
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    delivery: Option<DeliveryId>,
}

/// No body asks for nothing in particular.
fn read<T: Default + serde::de::DeserializeOwned>(body: &str) -> Result<T, Problem> {
    if body.trim().is_empty() { Ok(T::default()) } else { read_json(body) }
}

fn view(row: &CheckRow) -> Value {
    json!({
        "filing": row.filing_id, "delivery": row.delivery_id,
        "receipt_number": row.receipt_number, "authority": row.authority,
        "channel": row.channel, "asked_by": row.name, "sent_at": time(row.sent_at),
        "state": row.state, "proof": row.proof, "code": row.code, "owner": row.owner,
        "sentence": row.sentence, "ended_at": row.ended_at.map(time),
        "purged_at": row.purged_at.map(time),
    })
}

/// Sends a marked test to an authority, over the real way; the body may be `{"channel": "api"}`.
/// It is no filing, and nothing counts it. One at a time of each channel (409).
#[utoipa::path(
    post,
    path = "/v1/operations/authorities/{authority}/check",
    params(("authority" = String, Path)),
    request_body(content = inline(Option<Asked>)),
    responses((status = 202, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn send(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(authority): Path<AuthorityId>,
    Text(body): Text,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let actor = desk.access.keeper(&desk.ctx, &headers).await?;
    let Asked { channel } = read(&body)?;
    let row = checks::send(&desk.ctx, authority, channel, &actor).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&row))))
}

/// Checks of an authority, the newest first: `open`, `proved` with what is proved and when, or
/// `failed` with the cause and who has to act.
#[utoipa::path(
    get,
    path = "/v1/operations/authorities/{authority}/checks",
    params(("authority" = String, Path)),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(authority): Path<AuthorityId>,
) -> Result<Json<Vec<Value>>, Problem> {
    desk.access.operations(&desk.ctx, &headers).await?;
    let limit = desk.ctx.config.checks.list_rows;
    let rows = desk.ctx.store.checks_of(authority, limit).await?;
    Ok(Json(rows.iter().map(view).collect()))
}

/// Deletes tests (`"test": true` in the inbox) that are over, with all that belongs to them; the
/// body may be `{"delivery": "…"}`. Never a filing. Answers how many: `{"purged": 2}`.
#[utoipa::path(
    post,
    path = "/v1/inbox/tests/purge",
    request_body(content = inline(Option<Which>)),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn purge(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Text(body): Text,
) -> Result<Json<Value>, Problem> {
    let clerk = desk.access.clerk(&desk.ctx, &headers).await;
    let (authority, actor) = clerk.map_err(Problem::of_authority)?;
    let Which { delivery } = read(&body).map_err(Problem::of_authority)?;
    let purged = checks::purge(&desk.ctx, authority, delivery, &actor).await;
    let purged = purged.map_err(|problem| Problem::from(problem).of_authority())?;
    Ok(Json(json!({"purged": purged})))
}

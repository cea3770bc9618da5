//! Uploads, streamed to the object store.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemas::Owner;
use serde::Serialize;
use utoipa::ToSchema;

use crate::content;
use crate::uploads;
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::problem::Problem;

/// A stored upload; name it in a filing by its digest.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Uploaded {
    sha256: String,
    size: u64,
    media_type: String,
}

/// Uploads a file for later filings (operator) or decisions (authority).
///
/// The body is the file; its type is found by its bytes, and `Content-Type` settles what they leave
/// open. With a `Content-Digest: sha-256=:…:` header (RFC 9530) the bytes are
/// compared with it.
#[utoipa::path(
    post,
    path = "/v1/attachments",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Uploaded), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn upload(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    let ctx = &desk.ctx;
    let owner = match desk.access.scope(ctx, &headers).await? {
        Scope::Operator(number) => number.to_string(),
        Scope::Authority(id) => id.to_string(),
        Scope::Operations => return Err(Problem::wrong_scope("an operator or authority")),
    };
    let limits = &ctx.config.limits;
    let media_type = media_type(&headers, &limits.media_types)?;
    let expected = content_digest(&headers)?;
    let upload_id = ctx.clock.id().to_string();
    let stream = body.into_data_stream();
    let upload = ctx.objects.receive(stream, &upload_id, limits.attachment_bytes_max).await?;
    if let Some(expected) = expected
        && expected != upload.stored.sha256
    {
        let detail = format!(
            "the bytes that arrived have SHA-256 {}; send them again",
            upload.stored.sha256
        );
        ctx.objects.discard(upload).await?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "attachment_digest", Owner::Operator, detail));
    }
    let size = upload.stored.size;
    let row = uploads::keep(ctx, upload, owner, media_type).await?;
    let uploaded = Uploaded { sha256: row.sha256, size, media_type: row.media_type };
    Ok((StatusCode::CREATED, Json(uploaded)))
}

fn media_type(headers: &HeaderMap, taken: &[String]) -> Result<String, Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let given = content::told(given, "");
    // Who does not know what it is leaves it to the bytes.
    if taken.contains(&given) || given == "application/octet-stream" {
        return Ok(given);
    }
    let detail = format!("Content-Type {given:?} is not taken; use one of: {}", taken.join(", "));
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "attachment_type", Owner::Operator, detail))
}

/// The hex digest of a `Content-Digest: sha-256=:…:` header; none where only other algorithms are
/// given, which may be passed over (RFC 9530 section 2).
pub(in crate::web) fn content_digest(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let header = headers.get("content-digest").map(|value| value.to_str().unwrap_or_default());
    let mut values = header.into_iter().flat_map(|text| text.split(','));
    let Some(value) = values.find_map(|part| part.trim().strip_prefix("sha-256=")) else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(value.trim_matches(':')).ok().filter(|bytes| bytes.len() == 32);
    let detail = "write Content-Digest: sha-256=:…: with the digest's 32 bytes in base64";
    let malformed = || Problem::bad_request("content_digest_malformed", detail);
    bytes.map(|bytes| Some(hex::encode(bytes))).ok_or_else(malformed)
}

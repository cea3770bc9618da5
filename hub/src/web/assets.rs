//! The files of the pages, part of the binary: style sheet, scripts and icon.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../../static/style.css");
const DRAFT: &str = include_str!("../../static/draft.js");
const FILES: &str = include_str!("../../static/files.js");
const LIVE: &str = include_str!("../../static/live.js");
const ICON: &str = include_str!("../../static/icon.svg");

/// Stands in the style sheet's address, so that it can be kept for ever and a new build's is used.
static STYLE_LINK: LazyLock<String> =
    LazyLock::new(|| format!("/static/style.css?v={}", version(STYLE)));

static DRAFT_LINK: LazyLock<String> =
    LazyLock::new(|| format!("/static/draft.js?v={}", version(DRAFT)));

static FILES_LINK: LazyLock<String> =
    LazyLock::new(|| format!("/static/files.js?v={}", version(FILES)));

static LIVE_LINK: LazyLock<String> =
    LazyLock::new(|| format!("/static/live.js?v={}", version(LIVE)));

/// Until its address is another.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

fn version(text: &str) -> String {
    hex::encode(Sha256::digest(text)).chars().take(12).collect()
}

/// The address of the style sheet of this build.
pub(super) fn style_link() -> &'static str {
    &STYLE_LINK
}

/// `/static/style.css`
pub(super) async fn style(headers: HeaderMap) -> Response {
    file(&headers, STYLE, "text/css; charset=utf-8", FOR_EVER)
}

/// The address of what saves a draft while it is being written.
pub(super) fn draft_link() -> &'static str {
    &DRAFT_LINK
}

/// `/static/draft.js`
pub(super) async fn draft(headers: HeaderMap) -> Response {
    file(&headers, DRAFT, "text/javascript; charset=utf-8", FOR_EVER)
}

/// The address of what sends a draft's files.
pub(super) fn files_link() -> &'static str {
    &FILES_LINK
}

/// `/static/files.js`
pub(super) async fn files(headers: HeaderMap) -> Response {
    file(&headers, FILES, "text/javascript; charset=utf-8", FOR_EVER)
}

/// The address of what keeps the numbers of a page new.
pub(super) fn live_link() -> &'static str {
    &LIVE_LINK
}

/// `/static/live.js`
pub(super) async fn live(headers: HeaderMap) -> Response {
    file(&headers, LIVE, "text/javascript; charset=utf-8", FOR_EVER)
}

/// `/static/icon.svg`
pub(super) async fn icon(headers: HeaderMap) -> Response {
    file(&headers, ICON, "image/svg+xml", "public, max-age=86400")
}

fn file(
    headers: &HeaderMap,
    text: &'static str,
    media_type: &'static str,
    keep: &'static str,
) -> Response {
    let tag = format!("\"{}\"", version(text));
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let head = [(ETAG, tag.clone()), (CACHE_CONTROL, keep.to_owned())];
    if known.is_some_and(|known| known.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(CONTENT_TYPE, media_type)], text).into_response()
}

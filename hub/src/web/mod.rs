//! The hub's HTTP side: API for machines, pages for operations.

pub mod access;
pub mod api;
pub mod operations;
pub mod problem;
pub mod ready;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::context::Context;
use crate::intake::Intake;
use crate::review::Reviewer;

/// What handlers work with.
pub struct Desk {
    /// Engines, tables, clock, key.
    pub ctx: Arc<Context>,
    /// Takes filings in; none in a process without that role.
    pub intake: Intake,
    /// Acknowledgements, decisions, corrections, withdrawals.
    pub reviewer: Reviewer,
    /// Who may do what.
    pub access: access::Access,
}

/// All routes.
pub fn routes(desk: Arc<Desk>) -> Router {
    let header = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let pages = operations::routes().layer(CompressionLayer::new()).layer(header(
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ));
    Router::new()
        .merge(pages)
        .merge(api::routes(&desk.ctx.config))
        .merge(ready::routes())
        .with_state(desk)
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "same-origin"))
}

/// Health and metrics alone, for processes without the role `intake`.
pub fn health_routes(desk: Arc<Desk>) -> Router {
    Router::new().merge(api::metrics_routes()).merge(ready::routes()).with_state(desk)
}

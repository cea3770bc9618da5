//! The hub's HTTP side: API for machines; pages for operators, authorities and operations.
//!
//! What pages share stands beside this file: `visit` (who asks, for what), `roles` (whose page is
//! whose), `sent` (forms that are sent), `enclosed` (those with files), `archive` (what operations
//! give out), `contacts` (an authority's address), `onboarding` (its stages, and
//! checks of the way to it), `sessions` and `cookies`, `login`, `frame`,
//! `words`, `labels`, `parts`, `document` (a filing to be read), `download`, `looked` (who
//! saw what), `fault`.

pub mod access;
pub mod api;
mod archive;
mod archive_words;
mod assets;
mod authority;
mod bulk;
mod channel_words;
mod contact_words;
mod contacts;
mod cookies;
mod cursor;
mod deadlines;
pub mod demo;
mod document;
mod download;
mod enclosed;
mod erasure_words;
mod exports;
mod fault;
mod frame;
mod hand_words;
mod handouts;
mod labels;
mod launch_words;
mod ledger;
mod listed;
mod login;
mod looked;
mod master;
mod master_words;
mod offices;
mod onboarding;
mod onboarding_words;
pub mod operations;
mod operator;
mod parts;
pub mod problem;
mod process_words;
pub mod ready;
mod reasons;
mod redrive_words;
mod report_words;
mod reports;
mod roles;
mod sent;
mod sessions;
mod statement_words;
mod statements;
mod step_words;
mod story;
mod traced;
mod visit;
mod watch_words;
mod whose;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::context::Context;
use crate::intake::Intake;
use crate::review::Reviewer;

pub use login::Issuers;

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
    /// The counts of the national view.
    pub counts: Arc<operations::Counts>,
    /// By whom people prove who they are.
    pub issuers: Issuers,
    /// The demo environment's log-in; none in a hub that runs.
    pub door: Option<demo::Door>,
}

impl Desk {
    /// The name of the authority or operator that a scope is of; empty for operations.
    async fn name_of(&self, scope: access::Scope) -> String {
        match scope {
            access::Scope::Operations => String::new(),
            access::Scope::Authority(id) => self.ctx.master().name(id),
            access::Scope::Operator(number) => {
                let row = self.ctx.operator(number).await.ok().flatten();
                row.map_or_else(|| number.to_string(), |row| row.name)
            }
        }
    }
}

/// All routes.
pub fn routes(desk: Arc<Desk>) -> Router {
    let header = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let mut pages = operations::routes(desk.ctx.config.master.import_bytes_max)
        .merge(authority::routes())
        .merge(operator::routes())
        .route("/login", get(login::form).post(login::enter))
        .route("/login/{issuer}", get(login::go))
        .route("/login/{issuer}/back", get(login::back))
        .route("/logout", post(login::leave))
        .route("/static/style.css", get(assets::style))
        .route("/static/draft.js", get(assets::draft))
        .route("/static/files.js", get(assets::files))
        .route("/static/live.js", get(assets::live))
        .route("/static/icon.svg", get(assets::icon))
        .fallback(nowhere);
    if desk.door.is_some() {
        pages = pages.merge(demo::routes());
    }
    let looks = Arc::new(looked::Looks::new(desk.clone()));
    let looks = from_fn_with_state(looks, looked::record);
    let pages = pages.layer(looks.clone());
    let pages = pages.layer(CompressionLayer::new()).layer(header(
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
         connect-src 'self'; frame-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ));
    let ctx = Arc::clone(&desk.ctx);
    Router::new()
        .merge(pages)
        .merge(api::routes(&desk.ctx.config).layer(looks))
        .merge(ready::routes())
        .with_state(desk)
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "same-origin"))
        .layer(from_fn_with_state(ctx, traced::traced))
}

/// A page for people, a problem for programs.
async fn nowhere(uri: Uri, visit: visit::Visit) -> Response {
    if uri.path().starts_with("/v1/") {
        return problem::Problem::not_found("address").into_response();
    }
    visit.fault(&fault::Fault::NoPage)
}

/// Health and metrics alone, for processes without the role `intake`.
pub fn health_routes(desk: Arc<Desk>) -> Router {
    Router::new().merge(api::metrics_routes()).merge(ready::routes()).with_state(desk)
}

//! Pages for operations: read-only, Japanese first, English by one switch, no script needed.
//!
//! * **To add a page**: a module with a handler that takes `visit::Staff` and answers by
//!   `visit.answer(…)`, a template beside its siblings in `templates/operations`, a route here.
//! * **To add a text**: a line in `words`; for a value of a column, in `labels`; for a reason's
//!   code, in `reasons`; for an event of a filing, in `story`.

mod assets;
mod attempts;
mod authorities;
mod dead_letters;
mod deadlines;
mod deliveries;
mod delivery;
mod fault;
mod filing;
mod filings;
mod labels;
mod lanes;
mod login;
mod map;
mod overview;
mod parts;
mod reasons;
mod search;
mod snapshot;
mod story;
mod visit;
mod words;

use std::sync::Arc;

use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::Desk;
use super::problem::Problem;

/// The pages' routes, and the answer to every address that nothing else answers.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/filings", get(filings::list))
        .route("/filings/{key}", get(filing::show))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/{id}", get(delivery::show))
        .route("/authorities/{code}", get(authorities::authority))
        .route("/prefectures/{code}", get(authorities::prefecture))
        .route("/lanes", get(lanes::list))
        .route("/dead-letters", get(dead_letters::list))
        .route("/search", get(search::search))
        .route("/login", get(login::form).post(login::enter))
        .route("/logout", get(login::leave).post(login::leave))
        .route("/static/style.css", get(assets::style))
        .route("/static/icon.svg", get(assets::icon))
        .fallback(nowhere)
        .layer(Extension(Arc::<snapshot::Cache>::default()))
}

/// A page for people, a problem for programs.
async fn nowhere(uri: Uri, visit: visit::Visit) -> Response {
    if uri.path().starts_with("/v1/") {
        return Problem::not_found("address").into_response();
    }
    visit.fault(&fault::Fault::NoPage)
}

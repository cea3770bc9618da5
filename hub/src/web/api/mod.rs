//! The HTTP interface (architecture §9), described by OpenAPI 3.1 generated from the code.

mod attachments;
mod bulk;
mod by_hand;
mod channels;
mod checks;
mod erasures;
mod exports;
pub(super) mod filings;
mod inbox;
mod master;
mod offices;
mod operations;
pub(super) mod packages;
mod read;
mod redrives;
mod reports;
mod statements;
mod tables;
mod views;
mod watches;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use attachments::content_digest;

use super::Desk;
use crate::config::Config;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Todoke",
        description = "Takes care operators' filings, carries each to every authority that must \
                       get it, proves what happened, and brings the answer back.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Keys)
)]
struct Description;

struct Keys;

impl utoipa::Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(key));
    }
}

fn described() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(filings::submit, filings::list))
        .routes(routes!(filings::show))
        .routes(routes!(filings::events))
        .routes(routes!(filings::receipt))
        .routes(routes!(filings::correct))
        .routes(routes!(filings::withdraw))
        .routes(routes!(offices::list))
        .routes(routes!(bulk::list))
        .routes(routes!(bulk::show))
        .routes(routes!(bulk::rows))
        .routes(routes!(bulk::remainder))
        .routes(routes!(bulk::file))
        .routes(routes!(inbox::list))
        .routes(routes!(inbox::package))
        .routes(routes!(inbox::acknowledge))
        .routes(routes!(inbox::decide))
        .routes(routes!(checks::purge))
        .routes(routes!(exports::make, exports::list))
        .routes(routes!(exports::fetch))
        .routes(routes!(statements::fetch))
        .routes(routes!(statements::answer))
        .routes(routes!(statements::list))
        .routes(routes!(statements::send))
        .routes(routes!(master::show, master::change_it))
        .routes(routes!(channels::show, channels::propose))
        .routes(routes!(channels::approve))
        .routes(routes!(channels::reject))
        .routes(routes!(channels::withdraw))
        .routes(routes!(reports::own))
        .routes(routes!(reports::of_all))
        .routes(routes!(channels::waiting))
        .routes(routes!(tables::fetch))
        .routes(routes!(operations::summary))
        .routes(routes!(operations::deliveries))
        .routes(routes!(operations::delivery))
        .routes(routes!(operations::retry))
        .routes(routes!(by_hand::hold))
        .routes(routes!(by_hand::release))
        .routes(routes!(by_hand::given))
        .routes(routes!(by_hand::reroute))
        .routes(routes!(erasures::propose, erasures::list))
        .routes(routes!(erasures::show))
        .routes(routes!(erasures::approve))
        .routes(routes!(erasures::cancel))
        .routes(routes!(redrives::troubles))
        .routes(routes!(redrives::preview, redrives::list))
        .routes(routes!(redrives::show))
        .routes(routes!(redrives::start))
        .routes(routes!(redrives::approve))
        .routes(routes!(redrives::cancel))
        .routes(routes!(watches::list))
        .routes(routes!(checks::send))
        .routes(routes!(checks::list))
        .routes(routes!(operations::processes))
        .routes(routes!(operations::lanes))
        .routes(routes!(operations::pause))
        .routes(routes!(operations::resume))
        .routes(routes!(operations::dead_letters))
        .routes(routes!(operations::settle))
}

/// All routes of the interface.
pub fn routes(config: &Config) -> Router<Arc<Desk>> {
    let (router, openapi) = described().split_for_parts();
    let uploads = OpenApiRouter::with_openapi(openapi)
        .routes(routes!(attachments::upload))
        .layer(DefaultBodyLimit::disable());
    let (uploads, openapi) = uploads.split_for_parts();
    let tables = OpenApiRouter::with_openapi(openapi)
        .routes(routes!(bulk::upload))
        .layer(DefaultBodyLimit::max(config.bulk.bytes_max));
    let (tables, openapi) = tables.split_for_parts();
    // A table of the master comes as a JSON string, in which a byte can take six.
    let master_max = config.master.import_bytes_max.saturating_mul(6);
    let masters = OpenApiRouter::with_openapi(openapi)
        .routes(routes!(tables::take_in))
        .layer(DefaultBodyLimit::max(master_max));
    let (masters, openapi) = masters.split_for_parts();
    let openapi = Arc::new(openapi);
    router
        .layer(DefaultBodyLimit::max(config.http.body_bytes_max))
        .merge(uploads)
        .merge(tables)
        .merge(masters)
        .route("/packages/{delivery}", get(packages::by_link))
        .route("/v1/signing-key", get(signing_key))
        .merge(metrics_routes())
        .route("/openapi.json", get(move || async move { Json(openapi.as_ref().clone()) }))
}

/// Metrics.
pub fn metrics_routes() -> Router<Arc<Desk>> {
    Router::new().route("/metrics", get(metrics))
}

/// The description alone, for `todoke openapi`.
pub fn description() -> utoipa::openapi::OpenApi {
    let all = described().routes(routes!(attachments::upload)).routes(routes!(bulk::upload));
    let (_, openapi) = all.routes(routes!(tables::take_in)).split_for_parts();
    openapi
}

/// The key with which receipts are signed, to compare with what a receipt carries.
async fn signing_key(State(desk): State<Arc<Desk>>) -> Json<serde_json::Value> {
    let signer = &desk.ctx.signer;
    Json(json!({"algorithm": "Ed25519", "public_key": signer.public_key(),
                "fingerprint": signer.fingerprint()}))
}

async fn metrics(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    desk.ctx.metrics.set_broker(desk.ctx.broker.health().as_str());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], desk.ctx.metrics.render())
}

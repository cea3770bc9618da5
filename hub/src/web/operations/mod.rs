//! Pages for operations: Japanese first, English by one switch, no script needed.
//!
//! * **To add a page**: a module with a handler that takes `roles::Staff` (`roles::Keeper` where
//!   something is changed) and answers by `visit.answer(…)`, a template beside its siblings in
//!   `templates/operations`, a route here.
//! * **To add a text**: a line in `words`; for a value of a column, in `labels`; for a reason's
//!   code, in `reasons`; for an event of a filing, in `story`; all in the folder above.

mod announcements;
mod archive;
mod attempts;
mod audit;
mod authorities;
mod contacts;
mod day;
mod dead_letters;
mod deliveries;
mod delivery;
mod erasures;
mod filing;
mod filings;
mod handouts;
mod hands;
mod lanes;
mod launch;
mod live;
mod map;
mod master;
mod onboarding;
mod overview;
mod processes;
mod receiving;
mod reconciliation;
mod redrive;
mod redrives;
mod reminders;
mod reports;
mod reroute;
mod search;
mod snapshot;
mod steps;
mod tables;
mod troubles;
mod watches;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::Desk;

pub(super) use map::prefectures;
pub use snapshot::Counts;

/// The pages' routes. `import_bytes_max`: bytes of a table of authorities at most.
pub fn routes(import_bytes_max: usize) -> Router<Arc<Desk>> {
    // What a table changes comes back in a form, in which a byte can take three.
    let apply_max = DefaultBodyLimit::max(import_bytes_max.saturating_mul(4));
    Router::new()
        .route("/", get(overview::show))
        .route("/filings", get(filings::list))
        .route("/filings/{key}", get(filing::show))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/{id}", get(delivery::show))
        .route("/launch", get(launch::show))
        .route("/authorities", get(receiving::list))
        .route("/authorities.csv", get(receiving::csv))
        .route("/authorities/{code}", get(authorities::authority))
        .route("/authorities/{code}/contacts", get(contacts::show).post(contacts::change))
        .route("/authorities/{code}/master", get(master::show).post(master::change))
        .route("/authorities/{code}/master/channels", post(master::propose))
        .route("/authorities/{code}/master/channels/{id}/{ruling}", post(master::rule))
        .route("/master", get(master::overview))
        .route("/master.csv", get(master::csv))
        .route("/master/import", post(tables::import).layer(DefaultBodyLimit::disable()))
        .route("/master/apply", post(tables::apply).layer(apply_max))
        .route("/authorities/{code}/stages", post(onboarding::say))
        .route("/authorities/{code}/check", post(onboarding::check))
        .route("/authorities/{code}/statements", post(handouts::choose))
        .route("/onboarding", get(onboarding::list))
        .route("/onboarding.csv", get(onboarding::csv))
        .route("/reminders", get(reminders::list))
        .route("/prefectures/{code}", get(authorities::prefecture))
        .route("/lanes", get(lanes::list))
        .route("/processes", get(processes::list))
        .route("/live/numbers", get(live::numbers))
        .route("/live/lanes", get(live::lanes))
        .route("/authorities/{code}/lanes/{channel}/pause", post(hands::pause))
        .route("/authorities/{code}/lanes/{channel}/resume", post(hands::resume))
        .route("/deliveries/{id}/retry", post(hands::retry))
        .route("/deliveries/{id}/hold", post(hands::hold))
        .route("/deliveries/{id}/release", post(hands::release))
        .route("/deliveries/{id}/given", post(hands::given))
        .route("/deliveries/{id}/reroute", get(reroute::show).post(reroute::act))
        .route("/dead-letters", get(dead_letters::list))
        .route("/dead-letters/{id}/settle", post(hands::settle))
        .route("/troubles", get(troubles::list))
        .route("/watches", get(watches::list))
        .route("/redrives", get(redrives::list).post(redrives::make))
        .route("/redrives/{id}", get(redrive::show))
        .route("/redrives/{id}/start", post(redrive::start))
        .route("/redrives/{id}/approve", post(redrive::approve))
        .route("/redrives/{id}/cancel", post(redrive::cancel))
        .route("/erasures", get(erasures::list).post(erasures::ask))
        .route("/erasures/{id}", get(erasures::show))
        .route("/erasures/{id}/approve", post(erasures::approve))
        .route("/erasures/{id}/cancel", post(erasures::cancel))
        .route("/reconciliation", get(reconciliation::list))
        .route("/reconciliation/{code}/{day}", get(reconciliation::show))
        .route("/reconciliation/{code}/{day}/send", post(reconciliation::send_again))
        .route("/reports", get(reports::show))
        .route("/reports.csv", get(reports::csv))
        .route("/audit", get(audit::list))
        .route("/search", get(search::search))
        .route("/archive", get(archive::list).post(archive::add).layer(DefaultBodyLimit::disable()))
        .route(
            "/archive/{id}",
            get(archive::show).post(archive::replace).layer(DefaultBodyLimit::disable()),
        )
        .route("/archive/{id}/withdraw", post(archive::withdraw))
        .route("/archive/{id}/files/{version}", get(archive::file))
        .route("/announcements", get(announcements::list).post(announcements::announce))
        .route("/announcements/{id}", get(announcements::show).post(announcements::change))
        .route("/announcements/{id}/end", post(announcements::end))
}

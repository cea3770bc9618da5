//! Pages for the staff of authorities: what has arrived for them, and their answer to it.
//!
//! A union's staff see what goes to the union in place of its members, and nobody else's.
//!
//! * **To add a page**: a module with a handler that takes [`Clerk`] and answers by
//!   `visit.answer(…)`, a template in `templates/authority`, a route here, and its row in the
//!   access matrix of `tests/pages`.

mod accept;
mod answer;
mod archive;
mod case;
mod contacts;
mod decide;
mod delivery;
mod exports;
mod files;
mod filters;
mod followed;
mod hand;
mod inbox;
mod master;
mod onboarding;
mod reports;
mod statements;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use schemas::AuthorityId;

use super::Desk;
use super::access::Scope;
use super::roles::{Refusal, Role, guard};
use super::visit::Visit;
use crate::actor::Actor;

/// The pages' routes.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/authority", get(inbox::show))
        .route("/authority/contacts", get(contacts::show).post(contacts::change))
        .route("/authority/master", get(master::show).post(master::change))
        .route("/authority/master/channels", post(master::propose))
        .route("/authority/master/channels/{id}/{ruling}", post(master::rule))
        .route("/authority/archive", get(archive::list))
        .route("/authority/archive/{id}", get(archive::fetch))
        .route("/authority/announcements", get(archive::announcements))
        .route("/authority/filters", post(filters::save))
        .route("/authority/filters/remove", post(filters::remove))
        .route("/authority/followed", get(followed::show))
        .route("/authority/exports", get(exports::list).post(exports::make))
        .route("/authority/exports/{id}/{format}", get(exports::fetch))
        .route("/authority/statements", get(statements::list).post(statements::choose))
        .route(
            "/authority/statements/{day}",
            get(statements::show).post(statements::answer).layer(DefaultBodyLimit::disable()),
        )
        .route("/authority/statements/{day}/{format}", get(statements::fetch))
        .route("/authority/onboarding", get(onboarding::show).post(onboarding::say))
        .route("/authority/check", post(onboarding::check))
        .route("/authority/tests/purge", post(onboarding::purge_tests))
        .route("/authority/reports", get(reports::show))
        .route("/authority/reports.csv", get(reports::csv))
        .route("/authority/deliveries/{id}", get(delivery::show))
        .route("/authority/accept", post(accept::accept))
        .route(
            "/authority/deliveries/{id}/decision",
            post(decide::decide).layer(DefaultBodyLimit::disable()),
        )
        .route("/authority/deliveries/{id}/answer/{place}", get(files::of_answer))
        .route("/authority/deliveries/{id}/hand", post(hand::hand))
        .route("/authority/deliveries/{id}/package", get(files::package))
        .route("/authority/deliveries/{id}/files/{place}", get(files::file))
}

/// A visit by someone of an authority's staff.
struct Clerk {
    visit: Visit,
    authority: AuthorityId,
}

impl Clerk {
    /// Who it is, for the record.
    fn actor(&self) -> Actor {
        self.visit.actor()
    }
}

impl Role for Clerk {
    fn of(visit: &Visit) -> Result<Self, Refusal> {
        match visit.scope()? {
            Scope::Authority(authority) => Ok(Self { visit: visit.clone(), authority }),
            Scope::Operator(_) | Scope::Operations => Err(Refusal::NotYours),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Clerk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        guard(parts, desk).await
    }
}

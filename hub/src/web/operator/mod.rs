//! Pages for operators: what they have filed, and what became of it.
//!
//! * **To add a page**: a module with a handler that takes [`Applicant`] and answers by
//!   `visit.answer(…)`, a template in `templates/operator`, a route here, and its row in the access
//!   matrix of `tests/pages`.

mod address;
mod archive;
mod bulk;
mod draft;
mod filing;
mod filings;
mod marks;
mod offices;
mod one_stop;
mod outlook;
mod papers;
mod plain;
mod receipt;
mod set;
mod start;
mod webhook;
mod withdraw;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use schemas::CorporateNumber;

use super::Desk;
use super::access::Scope;
use super::roles::{Refusal, Role, guard};
use super::visit::Visit;
use crate::addresses::By;

/// The pages' routes.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/operator", get(filings::list))
        .route("/operator/offices", get(offices::list))
        .route("/operator/start", get(start::show))
        .route("/operator/one-stop", get(one_stop::show).post(one_stop::send))
        .route("/operator/filings/{key}", get(filing::show))
        .route("/operator/filings/{key}/files/{sha256}", get(filing::file))
        .route("/operator/filings/{key}/receipt", get(receipt::download))
        .route("/operator/filings/{key}/receipt/print", get(receipt::page))
        .route("/operator/filings/{key}/set", get(set::download))
        .route("/operator/filings/{key}/withdraw", get(withdraw::ask).post(withdraw::send))
        .route("/operator/archive", get(archive::list))
        .route("/operator/archive/{id}", get(archive::fetch))
        .route("/operator/announcements", get(archive::announcements))
        .route("/operator/address", get(address::show).post(address::send))
        .route("/operator/address/{id}", get(address::link).post(address::confirm))
        .route("/operator/webhook", get(webhook::show).post(webhook::send))
        .merge(draft::routes())
        .merge(bulk::routes())
}

/// A visit by someone of an operator.
struct Applicant {
    visit: Visit,
    number: CorporateNumber,
}

impl Applicant {
    /// Who it is, as records name them.
    fn by(&self) -> By<'_> {
        let session = self.visit.session.as_ref();
        By {
            operator: self.number,
            person: session.map_or("", |it| it.person.as_str()),
            name: session.map_or("", |it| it.name.as_str()),
        }
    }
}

impl Role for Applicant {
    fn of(visit: &Visit) -> Result<Self, Refusal> {
        match visit.scope()? {
            Scope::Operator(number) => Ok(Self { visit: visit.clone(), number }),
            Scope::Authority(_) | Scope::Operations => Err(Refusal::NotYours),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Applicant {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        guard(parts, desk).await
    }
}

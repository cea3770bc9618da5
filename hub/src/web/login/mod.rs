//! `/login` and `/logout`: someone shows an API key or is sent by an issuer, and a session begins.
//!
//! An issuer (OIDC) is asked in `issuer`; what it says makes someone a person in `claims`.

mod claims;
mod denied;
mod fetch;
mod issuer;
mod issuers;
mod oidc;
mod ticket;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::Desk;
use super::access::key_holder;
use super::fault::Fault;
use super::frame::Shell;
use super::roles::{Anyone, Who};
use super::sent::Sent;
use super::sessions::{self, Person};
use super::visit::{Visit, see_other};
use crate::store::StoreError;

pub use issuers::Issuers;
pub(super) use oidc::{back, go};
use words::Words;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    shell: Shell,
    w: &'static Words,
    next: String,
    /// Whether someone has just logged out.
    left: bool,
    /// Whether it is to be proved anew who it is.
    again: bool,
    /// Each issuer: its word in addresses, its name, and a hint.
    issuers: Vec<(&'static str, &'static str, &'static str)>,
    wrong: bool,
}

impl LoginPage {
    fn new(desk: &Desk, visit: &Visit, next: &str, wrong: bool) -> Self {
        let w = Words::of(visit.lang);
        let again = visit.get("again").is_some();
        let own = visit.session.as_ref().filter(|_| again).map(|it| Who::of(it.scope));
        let mut offered = issuers::ALL.to_vec();
        offered.retain(|who| desk.issuers.of(*who).is_some() && own.is_none_or(|own| own == *who));
        Self {
            shell: visit.bare_shell(),
            w,
            next: own_page(next).to_owned(),
            left: visit.get("left").is_some(),
            again,
            issuers: offered.into_iter().map(|who| who.offer(w)).collect(),
            wrong,
        }
    }
}

impl Who {
    fn offer(self, w: &Words) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Operator => (self.word(), w.operators, w.operators_why),
            Self::Authority => (self.word(), w.authorities, ""),
            Self::Operations => (self.word(), w.operations, ""),
        }
    }
}

/// `GET /login?next=…&again=1&left=1`
pub(super) async fn form(State(desk): State<Arc<Desk>>, visit: Visit) -> Response {
    let next = visit.get("next").unwrap_or_default();
    visit.page(StatusCode::OK, &LoginPage::new(&desk, &visit, next, false))
}

/// `POST /login`
pub(super) async fn enter(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    sent: Sent<Anyone>,
) -> Response {
    let Sent { by: Anyone, visit, fields } = sent;
    let next = fields.get("next").unwrap_or_default();
    let key = fields.get("key").unwrap_or_default().trim();
    match key_holder(&desk.ctx, key).await {
        Ok(Some(person)) => begin(&desk, &headers, person, (&visit, next)).await,
        Ok(None) => {
            visit.page(StatusCode::UNAUTHORIZED, &LoginPage::new(&desk, &visit, next, true))
        }
        Err(error) => visit.fault(&error.into()),
    }
}

/// Lets a person in, and on to the page that they asked for if it is theirs, else to their first.
pub(super) async fn begin(
    desk: &Desk,
    headers: &HeaderMap,
    person: Person,
    (visit, next): (&Visit, &str),
) -> Response {
    let who = Who::of(person.scope);
    let next = own_page(next);
    let is_theirs = !next.is_empty() && Who::of_path(next) == who;
    let to = if is_theirs { next } else { who.home() };
    with_cookie(see_other(to), sessions::open(&desk.ctx, person, headers).await, visit)
}

/// `POST /logout`
pub(super) async fn leave(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    sent: Sent<Anyone>,
) -> Response {
    let ended = sessions::end(&desk.ctx, &headers).await;
    let Sent { by: Anyone, visit, .. } = sent;
    with_cookie(see_other("/login?left=1"), ended, &visit)
}

fn with_cookie(
    mut response: Response,
    cookie: Result<axum::http::HeaderValue, StoreError>,
    visit: &Visit,
) -> Response {
    match cookie {
        Ok(cookie) => {
            response.headers_mut().append(SET_COOKIE, cookie);
            response
        }
        Err(error) => visit.fault(&Fault::from(error)),
    }
}

/// A page of this hub to go on to, or nothing: never an address elsewhere.
fn own_page(next: &str) -> &str {
    let own =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if own { next } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_logging_in() {
        assert_eq!(own_page("/filings?kind=change"), "/filings?kind=change");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", ""] {
            assert_eq!(own_page(elsewhere), "", "{elsewhere}");
        }
    }
}

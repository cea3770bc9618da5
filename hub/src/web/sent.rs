//! Forms that are sent: taken from people who may, and only from pages of ours.
//!
//! Nobody's words are lost: whoever is logged out in between gets a page that holds what they
//! wrote, to be sent once more after logging in in another window.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded;

use super::Desk;
use super::fault::Fault;
use super::frame::Shell;
use super::roles::{Refusal, Role, Who};
use super::sessions::is_own_form;
use super::visit::{Visit, see_other};
pub(super) use crate::written::Fields;

/// The field that carries a form's token.
pub(super) const TOKEN: &str = "token";

/// A form that someone of a role sent.
pub(super) struct Sent<R> {
    /// Their visit, in their role.
    pub(super) by: R,
    /// What they wrote.
    pub(super) fields: Fields,
    /// The same visit.
    pub(super) visit: Visit,
}

/// The page of someone who was logged out: it holds what they wrote.
#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage {
    shell: Shell,
    /// Whether they are still in, but have to prove anew who they are.
    is_in: bool,
    action: String,
    fields: Vec<(String, String)>,
}

impl<R: Role + Send> FromRequest<Arc<Desk>> for Sent<R> {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let visit = Visit::read(&parts, desk).await;
        let action = parts.uri.path().to_owned();
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), desk).await;
        let body = body.map_err(|_| visit.fault(&Fault::FormUnreadable))?;
        let fields = Fields(form_urlencoded::parse(&body).into_owned().collect());
        let token = fields.get(TOKEN).unwrap_or_default();
        if !is_own_form(&desk.ctx, &headers, token) {
            return Err(visit.fault(&Fault::ForeignForm));
        }
        let by = R::of(&visit).map_err(|refusal| refused(&visit, refusal, &action, &fields))?;
        Ok(Self { by, fields, visit })
    }
}

/// Whether a form may hold an endpoint's keys and passwords.
fn has_secrets(fields: &Fields) -> bool {
    fields.0.iter().any(|(name, _)| matches!(name.as_str(), "ladder" | "endpoints"))
}

/// The answer to whoever may not send this form, or not now.
pub(super) fn refused(visit: &Visit, refusal: Refusal, action: &str, fields: &Fields) -> Response {
    match refusal {
        Refusal::NotYours => visit.fault(&Fault::NotYours(Who::of_path(action))),
        Refusal::Away => visit.fault(&Fault::StoreAway),
        // Whoever sits at that machine next is not to find them in the page.
        Refusal::NotIn | Refusal::NotFresh if has_secrets(fields) => {
            let page = action.strip_suffix("/channels").unwrap_or(action);
            see_other(&format!("/login?again=1&next={page}"))
        }
        Refusal::NotIn | Refusal::NotFresh => {
            let kept = fields.0.iter().filter(|(name, _)| name != TOKEN).cloned();
            let page = AgainPage {
                shell: visit.bare_shell(),
                is_in: visit.session.is_some(),
                action: action.to_owned(),
                fields: kept.collect(),
            };
            visit.page(StatusCode::UNAUTHORIZED, &page)
        }
    }
}

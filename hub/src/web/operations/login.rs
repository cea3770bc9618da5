//! `/login` and `/logout`: a browser keeps an operations key in a cookie that no script can read.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::visit::{Shell, Visit, see_other};
use crate::web::Desk;
use crate::web::access::COOKIE_NAME;

/// Seconds after which a browser forgets the key: one working day.
const KEPT_SECONDS: u32 = 43_200;

#[derive(Template)]
#[template(path = "operations/login.html")]
struct LoginPage {
    shell: Shell,
    next: String,
    wrong: bool,
}

impl LoginPage {
    fn new(visit: &Visit, next: &str, wrong: bool) -> Self {
        let shell = Shell { inside: false, ..visit.shell("") };
        Self { shell, next: own_page(next).to_owned(), wrong }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    key: String,
    #[serde(default)]
    next: String,
}

/// `GET /login?next=…`
pub(super) async fn form(visit: Visit) -> Response {
    let next = visit.get("next").unwrap_or("/");
    visit.page(StatusCode::OK, &LoginPage::new(&visit, next, false))
}

/// `POST /login`
pub(super) async fn enter(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    Form(entry): Form<Entry>,
) -> Response {
    let key = entry.key.trim();
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {key}")) {
        headers.insert(AUTHORIZATION, value);
    }
    let cookie = cookie(&desk, key, KEPT_SECONDS);
    let allowed = desk.access.operations(&desk.ctx, &headers).await;
    let (Ok(()), Some(cookie)) = (allowed, cookie) else {
        let page = LoginPage::new(&visit, &entry.next, true);
        return visit.page(StatusCode::UNAUTHORIZED, &page);
    };
    let mut response = see_other(own_page(&entry.next));
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

/// `/logout`
pub(super) async fn leave(State(desk): State<Arc<Desk>>) -> Response {
    let mut response = see_other("/login");
    if let Some(cookie) = cookie(&desk, "", 0) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn cookie(desk: &Desk, key: &str, seconds: u32) -> Option<HeaderValue> {
    let secure = desk.ctx.config.http.public_url.starts_with("https:");
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE_NAME}={key}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A page of this hub to go on to: never an address elsewhere.
fn own_page(next: &str) -> &str {
    let own =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_logging_in() {
        assert_eq!(own_page("/filings?kind=change"), "/filings?kind=change");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", ""] {
            assert_eq!(own_page(elsewhere), "/", "{elsewhere}");
        }
    }
}

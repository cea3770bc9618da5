//! One visit to a page: who, in which language, asked for what; and how it is answered.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::assets;
use super::fault::{Fault, FaultPage};
use super::words::{Lang, Words};
use crate::web::Desk;
use crate::web::access::COOKIE_NAME;

/// The cookie in which a browser keeps its language.
const LANGUAGE_COOKIE: &str = "todoke_lang";

/// One visit; anyone's.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    /// The language.
    pub(super) lang: Lang,
    /// Milliseconds.
    pub(super) now: i64,
    path: String,
    query: Vec<(String, String)>,
    demo: bool,
    signed_in: bool,
}

/// The visit of someone who may see the pages; others are sent to the log-in.
pub(super) struct Staff(pub(super) Visit);

/// What the frame of every page shows.
pub(super) struct Shell {
    pub(super) w: &'static Words,
    pub(super) lang: &'static str,
    /// What the demo environment's banner says.
    pub(super) demo: Option<&'static str>,
    pub(super) signed_in: bool,
    /// Whether menu and search are shown.
    pub(super) inside: bool,
    /// The section that the menu marks.
    pub(super) here: &'static str,
    pub(super) style: &'static str,
    /// The same page in the other language.
    pub(super) switch: String,
    pub(super) other_lang: &'static str,
    /// The same page, refreshing or no more; for pages that can.
    pub(super) live: bool,
    pub(super) live_link: Option<String>,
    pub(super) now: super::parts::Stamp,
}

impl Visit {
    fn read(parts: &Parts, desk: &Desk) -> Self {
        let text = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> =
            form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        let asked = query.iter().find(|(name, _)| name == "lang").map(|(_, value)| value.as_str());
        let kept = cookie(&parts.headers, LANGUAGE_COOKIE);
        let lang = asked.or(kept).and_then(Lang::named).unwrap_or(Lang::Ja);
        let signed_in = cookie(&parts.headers, COOKIE_NAME).is_some_and(|key| !key.is_empty());
        Self {
            lang,
            now: desk.ctx.clock.now_ms(),
            path: parts.uri.path().to_owned(),
            query,
            demo: desk.ctx.config.http.open_pages,
            signed_in,
        }
    }

    /// A value of the query, when it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        values.next().map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The address of this page with some values of its query changed; an empty one is left out.
    pub(super) fn link(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        // The language is in the cookie; in an address it would come back later.
        let kept = kept.filter(|(name, _)| *name != "lang");
        let all = kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The frame of a page in a section of the menu.
    pub(super) fn shell(&self, here: &'static str) -> Shell {
        let other_lang = self.lang.pick("en", "ja");
        Shell {
            w: self.lang.words(),
            lang: self.lang.as_str(),
            demo: self.demo.then_some(self.lang.words().demo_text),
            signed_in: self.signed_in,
            inside: true,
            here,
            style: assets::style_link(),
            switch: self.link(&[("lang", other_lang)]),
            other_lang,
            live: false,
            live_link: None,
            now: super::parts::Stamp::new(self.now, self.now, self.lang),
        }
    }

    /// The same for a page that can refresh by itself.
    pub(super) fn living_shell(&self, here: &'static str) -> Shell {
        let live = self.get("live") == Some("1");
        let link = self.link(&[("live", if live { "" } else { "1" })]);
        Shell { live, live_link: Some(link), ..self.shell(here) }
    }

    /// The page, or a page about what went wrong.
    pub(super) fn answer<T: Template>(&self, page: Result<T, Fault>) -> Response {
        match page {
            Ok(page) => self.page(StatusCode::OK, &page),
            Err(fault) => self.fault(&fault),
        }
    }

    /// A page about what went wrong.
    pub(super) fn fault(&self, fault: &Fault) -> Response {
        self.page(fault.status(), &FaultPage::new(fault, self))
    }

    /// A page with its headers; remembers the language when it was just chosen.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        let html = match page.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.as_str()));
        if self.get("lang").is_some() {
            let cookie = self.lang.pick(
                "todoke_lang=ja; Path=/; Max-Age=31536000; SameSite=Lax",
                "todoke_lang=en; Path=/; Max-Age=31536000; SameSite=Lax",
            );
            headers.insert(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        response
    }
}

/// A redirect that the browser follows with GET.
pub(super) fn see_other(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')))
}

impl FromRequestParts<Arc<Desk>> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        desk: &Arc<Desk>,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self::read(parts, desk))
    }
}

impl FromRequestParts<Arc<Desk>> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        let visit = Visit::read(parts, desk);
        if visit.demo {
            return Ok(Self(visit));
        }
        match desk.access.operations(&desk.ctx, &parts.headers).await {
            Ok(()) => Ok(Self(visit)),
            Err(problem) if matches!(problem.status, 401 | 403) => {
                let here = visit.link(&[]);
                let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
                Err(see_other(&format!("/login?next={next}")))
            }
            Err(problem) => Err(visit.fault(&Fault::Away(problem.detail))),
        }
    }
}

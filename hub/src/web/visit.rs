//! One visit to a page: who, in which language, asked for what; and how it is answered.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use routing::Class;
use schemas::AuthorityId;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::Desk;
use super::access::Scope;
use super::cookies::{self, Secret};
use super::fault::{Fault, FaultPage};
use super::frame::Shell;
use super::looked;
use super::roles::{Refusal, Who};
use super::sessions::{self, Session};
use super::words::Lang;
use crate::actor::Actor;
use crate::config::Maintenance;
use crate::context::{Context, day_in_japan};

/// The cookie in which a browser keeps its language.
const LANGUAGE_COOKIE: &str = "todoke_lang";

/// Bytes of a trace.
const TRACE_BYTES: usize = 6;

/// One visit; anyone's.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    /// The language.
    pub(super) lang: Lang,
    /// Milliseconds.
    pub(super) now: i64,
    /// Who is logged in.
    pub(super) session: Option<Session>,
    /// The name of the authority or operator that they act for.
    pub(super) body: String,
    /// Whether everyone may look at the pages of operations: the demo environment.
    pub(super) is_open: bool,
    /// Whether they have proved who they are not long ago; behind a demo log-in nobody has to.
    pub(super) is_fresh: bool,
    /// The prefecture that they are of, which follows its municipalities up.
    pub(super) prefecture: Option<AuthorityId>,
    /// Whether there is a demo log-in.
    pub(super) has_door: bool,
    /// What people are to know of maintenance, and its language; none mostly.
    pub(super) notice: Option<(Lang, String)>,
    path: String,
    query: Vec<(String, String)>,
    /// Why it cannot be seen who is logged in.
    away: Option<Refusal>,
    /// The secret of the browser's forms, and the cookie that gives it if it had none.
    form: (String, Option<HeaderValue>),
}

impl Visit {
    /// Reads a request, and who makes it.
    pub(super) async fn read(parts: &Parts, desk: &Desk) -> Self {
        let ctx = &desk.ctx;
        let text = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> =
            form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        let asked = query.iter().find(|(name, _)| name == "lang").map(|(_, value)| value.as_str());
        let kept = cookies::read(&parts.headers, LANGUAGE_COOKIE);
        let lang = asked.or(kept).and_then(Lang::named).unwrap_or(Lang::Ja);
        let (session, away) = match sessions::find(ctx, &parts.headers).await {
            Ok(session) => (session, None),
            Err(error) => {
                tracing::error!(%error, "it cannot be read who is logged in");
                (None, Some(Refusal::Away))
            }
        };
        looked::is_by(parts, session.as_ref());
        let body = match &session {
            Some(session) => desk.name_of(session.scope).await,
            None => String::new(),
        };
        let now = ctx.clock.now_ms();
        let again_ms = ctx.config.login.again_minutes * 60_000;
        let is_fresh = session.as_ref().is_some_and(|it| now - it.authenticated_at < again_ms);
        Self {
            lang,
            now,
            prefecture: session.as_ref().and_then(|it| prefecture(ctx, it.scope, now)),
            session,
            body,
            is_open: ctx.config.http.open_pages,
            is_fresh: is_fresh || desk.door.is_some(),
            has_door: desk.door.is_some(),
            notice: notice(&ctx.config.maintenance, lang),
            path: parts.uri.path().to_owned(),
            query,
            away,
            form: form_secret(parts, desk),
        }
    }

    /// For whom the person acts, or why that is not known.
    pub(super) fn scope(&self) -> Result<Scope, Refusal> {
        match (&self.session, self.away) {
            (Some(session), _) => Ok(session.scope),
            (None, away) => Err(away.unwrap_or(Refusal::NotIn)),
        }
    }

    /// What this browser's forms carry.
    pub(super) fn form_token(&self) -> String {
        sessions::form_token(&self.form.0)
    }

    /// The secret of this browser's forms.
    pub(super) fn browser_secret(&self) -> &str {
        &self.form.0
    }

    /// A word by which the log is found again: of the browser and the moment, and of no use else.
    pub(super) fn trace(&self) -> String {
        let digest = Sha256::digest(format!("todoke trace {} {}", self.form.0, self.now));
        hex::encode(&digest[..TRACE_BYTES])
    }

    /// Sends the browser elsewhere; it keeps the secret of its forms.
    pub(super) fn send_to(&self, address: &str) -> Response {
        let mut response = see_other(address);
        if let Some(cookie) = &self.form.1 {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        response
    }

    /// A value of the query, when it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        values.next().map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All values of the query by this name that are not empty.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.query.iter().filter(|(key, value)| key == name && !value.is_empty());
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// Who is logged in, for people; empty when nobody is.
    pub(super) fn person_name(&self) -> String {
        self.session.as_ref().map(|session| session.name.clone()).unwrap_or_default()
    }

    /// Who is logged in, for the record.
    pub(super) fn actor(&self) -> Actor {
        let person = self.session.as_ref().map(|session| session.person.clone());
        Actor { person: person.unwrap_or_default(), name: self.person_name() }
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

    /// The same visit as if it were to another page, which its links then lead to.
    pub(super) fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// The frame of a page in a section of the menu.
    pub(super) fn shell(&self, here: &str) -> Shell {
        let whose = Who::of_path(&self.path);
        let theirs = self.session.as_ref().map(|session| Who::of(session.scope));
        let is_inside = theirs == Some(whose) || (whose == Who::Operations && self.is_open);
        Shell::new(self, if is_inside { Some(whose) } else { theirs }, here)
    }

    /// The frame of a page before the log-in: no menu.
    pub(super) fn bare_shell(&self) -> Shell {
        Shell::new(self, None, "")
    }

    /// The frame of a page that can refresh by itself.
    pub(super) fn living_shell(&self, here: &str) -> Shell {
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
            headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        if let Some(cookie) = &self.form.1 {
            headers.append(SET_COOKIE, cookie.clone());
        }
        response
    }
}

fn prefecture(ctx: &Context, scope: Scope, now: i64) -> Option<AuthorityId> {
    let Scope::Authority(id) = scope else { return None };
    let class = ctx.master().body(id, day_in_japan(now)).and_then(|body| body.class);
    (class == Some(Class::Prefecture)).then_some(id)
}

/// The notice in this language, else in the other.
fn notice(told: &Maintenance, lang: Lang) -> Option<(Lang, String)> {
    let ja = (Lang::Ja, told.notice_ja.trim());
    let en = (Lang::En, told.notice_en.trim());
    let found = lang.pick([ja, en], [en, ja]).into_iter().find(|(_, text)| !text.is_empty());
    found.map(|(lang, text)| (lang, text.to_owned()))
}

/// The browser's own secret, which outlives sessions.
fn form_secret(parts: &Parts, desk: &Desk) -> (String, Option<HeaderValue>) {
    let http = &desk.ctx.config.http;
    if let Some(secret) = Secret::Form.read(http, &parts.headers) {
        return (secret, None);
    }
    let secret = hex::encode(desk.ctx.clock.bytes::<32>());
    let cookie = Secret::Form.give(http, &secret);
    (secret, Some(cookie))
}

/// A redirect that the browser follows with GET.
pub(super) fn see_other(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

impl FromRequestParts<Arc<Desk>> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        desk: &Arc<Desk>,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self::read(parts, desk).await)
    }
}

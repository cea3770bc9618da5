//! Who looks at what: seeing what a filing says is an act, on record like any other
//! (`store/staff_acts.rs`) before a byte of it leaves. What operators see of their own filings is
//! not; what an authority's programs fetch stands in the filing's own chain. A key of operations is
//! one of their staff, or a program of theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemas::{DeliveryId, FilingId};
use serde_json::{Map, Value};

use super::Desk;
use super::problem::Problem;
use super::sessions::Session;
use super::visit::Visit;
use crate::store::{StaffAct, StoreError};
use crate::written::as_receipt_number;

/// What there is to look at, by its route: what that is called, and with what it is done. The first
/// parameter of the route is its id.
const LOOKS: [(&str, &str, &str); 11] = [
    ("/filings/{key}", "look.filing", "filing"),
    ("/deliveries/{id}", "look.delivery", "delivery"),
    ("/authority/deliveries/{id}", "look.case", "delivery"),
    ("/authority/deliveries/{id}/package", "look.package", "delivery"),
    ("/authority/deliveries/{id}/files/{place}", "look.file", "delivery"),
    ("/authority/deliveries/{id}/answer/{place}", "look.file", "delivery"),
    ("/authority/exports/{id}/{format}", "look.ledger", "export"),
    ("/v1/filings/{id}", "look.filing", "filing"),
    ("/v1/filings/{id}/events", "look.filing", "filing"),
    ("/v1/filings/{id}/receipt", "look.filing", "filing"),
    ("/v1/operations/deliveries/{id}", "look.delivery", "delivery"),
];

/// Looks at most that are remembered.
const REMEMBERED_MAX: usize = 100_000;

/// Puts looks on record.
pub(super) struct Looks {
    desk: Arc<Desk>,
    /// When someone last looked at something, in milliseconds.
    seen: Mutex<HashMap<Look, i64>>,
}

/// Someone's look at something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Look {
    person: String,
    what: &'static str,
    subject: String,
    /// What of it, as JSON.
    part: String,
}

/// Who visits: the page's guard tells what stands around it.
#[derive(Debug, Clone, Default)]
struct Visitor(Arc<OnceLock<Session>>);

/// Tells whose visit this is.
pub(super) fn is_by(parts: &Parts, session: Option<&Session>) {
    if let (Some(visitor), Some(session)) = (parts.extensions.get::<Visitor>(), session) {
        let _ = visitor.0.set(session.clone());
    }
}

impl Looks {
    /// None seen yet.
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        Self { desk, seen: Mutex::default() }
    }

    /// Puts it on record, unless the same was lately (`audit.look_minutes`).
    async fn record(&self, look: Look, name: &str) -> Result<(), StoreError> {
        let ctx = &self.desk.ctx;
        let now = ctx.clock.now_ms();
        if self.is_seen(&look, now) {
            return Ok(());
        }
        let mut tx = ctx.store.begin().await?;
        let part = serde_json::from_str(&look.part).unwrap_or_default();
        let what = (look.what, look.subject.clone());
        tx.record(StaffAct::plain(what, (&look.person, name), (Value::Null, part))).await?;
        tx.commit().await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED_MAX {
            seen.clear();
        }
        seen.insert(look, now);
        Ok(())
    }

    fn is_seen(&self, look: &Look, now: i64) -> bool {
        let again_ms = self.desk.ctx.config.audit.look_minutes * 60_000;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(look).is_some_and(|at| now - at < again_ms)
    }

    /// What an id in an address stands for: one thing has one subject, however it was written.
    async fn subject(&self, sort: &str, key: &str) -> Result<String, StoreError> {
        let id = match sort {
            "filing" => match (key.parse::<FilingId>(), as_receipt_number(key)) {
                (Ok(id), _) => Some(id.to_string()),
                (Err(_), Some(number)) => {
                    let filing = self.desk.ctx.store.filing_by_receipt_number(&number).await?;
                    filing.map(|filing| filing.id.to_string())
                }
                (Err(_), None) => None,
            },
            "delivery" => key.parse::<DeliveryId>().ok().map(|id| id.to_string()),
            _ => None,
        };
        Ok(format!("{sort}:{}", id.as_deref().unwrap_or(key)))
    }
}

/// Around every page and the interface: what is to be seen is shown only when it is on record who
/// looks.
pub(super) async fn record(
    State(looks): State<Arc<Looks>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let found = LOOKS.iter().find(|(path, ..)| route == Some(path));
    let Some((_, what, sort)) = found.filter(|_| request.method() == Method::GET) else {
        return next.run(request).await;
    };
    let (mut parts, body) = request.into_parts();
    let named = RawPathParams::from_request_parts(&mut parts, &()).await;
    let mut named: Vec<(String, String)> = named.map_or_else(
        |_| Vec::new(),
        |all| all.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    );
    let visitor = Visitor::default();
    parts.extensions.insert(visitor.clone());
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let desk = &looks.desk;
    let is_program = asked.uri.path().starts_with("/v1/");
    let who = match visitor.0.get() {
        _ if !response.status().is_success() => None,
        Some(session) => Some((session.person.clone(), session.name.clone())),
        // Of other keys, operators' and authorities', the filing's own chain tells.
        None if is_program => {
            let headers = &asked.headers;
            let keeper = match desk.access.operations(&desk.ctx, headers).await {
                Ok(()) => desk.access.keeper(&desk.ctx, headers).await.ok(),
                Err(_) => None,
            };
            keeper.map(|actor| (actor.person, actor.name))
        }
        // Nobody is logged in where everyone may look: in the demo environment.
        None => None,
    };
    let Some((person, name)) = who else { return response };
    let key = if named.is_empty() { String::new() } else { named.remove(0).1 };
    let rest = named.into_iter().map(|(name, value)| (name, Value::String(value)));
    let part = Some(rest.collect::<Map<_, _>>()).filter(|part| !part.is_empty());
    let recorded = async {
        let look = Look {
            person,
            what,
            subject: looks.subject(sort, &key).await?,
            part: part.map(Value::Object).unwrap_or_default().to_string(),
        };
        looks.record(look, &name).await
    };
    match recorded.await {
        Ok(()) => response,
        Err(error) if is_program => Problem::from(error).into_response(),
        Err(error) => Visit::read(&asked, &looks.desk).await.fault(&error.into()),
    }
}

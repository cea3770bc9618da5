//! `/demo`: the demo environment's log-in, by one click as someone of its cast. Only the demo opens
//! this door; a hub that runs has none, whatever its settings.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use schemas::AuthorityId;

use super::Desk;
use super::access::Scope;
use super::fault::Fault;
use super::frame::Shell;
use super::login::begin;
use super::roles::{Anyone, Who};
use super::sent::Sent;
use super::sessions::Person;
use super::visit::Visit;

/// Those who may be played.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// In the order in which they are offered.
    pub roles: Vec<Scope>,
}

impl Door {
    /// The authorities among them.
    pub fn authorities(&self) -> HashSet<AuthorityId> {
        let of = |scope: &Scope| match scope {
            Scope::Authority(id) => Some(*id),
            Scope::Operator(_) | Scope::Operations => None,
        };
        self.roles.iter().filter_map(of).collect()
    }
}

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    shell: Shell,
    next: String,
    groups: Vec<Group>,
}

/// The roles of one sort.
struct Group {
    title: &'static str,
    why: &'static str,
    /// Place in the door's list, and name.
    roles: Vec<(usize, String)>,
}

/// The log-in's routes.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new().route("/demo", get(choose).post(enter))
}

/// `GET /demo`
async fn choose(State(desk): State<Arc<Desk>>, visit: Visit) -> Response {
    let roles = desk.door.as_ref().map_or(&[][..], |door| &door.roles);
    let w = visit.lang.words();
    let mut groups = Vec::new();
    for (who, title, why) in [
        (Who::Operator, w.demo_operators, w.demo_operators_why),
        (Who::Authority, w.demo_authorities, w.demo_authorities_why),
        (Who::Operations, w.demo_operations, w.demo_operations_why),
    ] {
        let mut named = Vec::new();
        for (place, scope) in roles.iter().enumerate().filter(|(_, it)| Who::of(**it) == who) {
            let name = desk.name_of(*scope).await;
            named.push((place, if name.is_empty() { title.to_owned() } else { name }));
        }
        groups.push(Group { title, why, roles: named });
    }
    let next = visit.get("next").unwrap_or_default().to_owned();
    visit.page(StatusCode::OK, &DemoPage { shell: visit.bare_shell(), next, groups })
}

/// `POST /demo`
async fn enter(State(desk): State<Arc<Desk>>, headers: HeaderMap, sent: Sent<Anyone>) -> Response {
    let Sent { by: Anyone, visit, fields } = sent;
    let place = fields.get("role").and_then(|text| text.parse::<usize>().ok());
    let roles = desk.door.as_ref().map_or(&[][..], |door| &door.roles);
    let Some(scope) = place.and_then(|place| roles.get(place)) else {
        return visit.fault(&Fault::NoPage);
    };
    let person = Person {
        scope: *scope,
        id: "demo".to_owned(),
        name: visit.lang.words().demo_person.to_owned(),
        key_id: None,
        authenticated_at: visit.now,
    };
    begin(&desk, &headers, person, (&visit, fields.get("next").unwrap_or_default())).await
}

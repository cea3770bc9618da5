//! Filters of the inbox that are saved by name: one's own, or for all of the authority's staff.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded;

use super::Clerk;
use super::inbox;
use super::words::Words;
use crate::store::FilterRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::sent::{Fields, Sent};
use crate::web::visit::{Visit, see_other};

/// What of an inbox's address a filter keeps, in this order; where one is in the list it does not.
const KEPT: [&str; 5] = ["view", "kind", "service", "hand", "text"];

/// The part of an inbox about saved filters.
pub(super) struct Saved {
    pub(super) lines: Vec<SavedLine>,
    /// What forms add to their address, so that one comes back to the same list.
    pub(super) query: String,
    pub(super) draft: Draft,
    pub(super) name_chars_max: usize,
}

/// One saved filter.
pub(super) struct SavedLine {
    pub(super) name: String,
    pub(super) link: String,
    /// Who saved it, where it is for all.
    pub(super) shared_by: Option<String>,
    /// Whether it is what the list shows.
    pub(super) chosen: bool,
}

/// A name that was not saved, and why.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) is_shared: bool,
    pub(super) problem: Option<String>,
}

impl Saved {
    pub(super) async fn read(desk: &Desk, clerk: &Clerk, draft: Draft) -> Result<Self, Fault> {
        let person = clerk.actor().person;
        let rows = desk.ctx.store.saved_filters(clerk.authority, &person).await?;
        let query = query_of(&clerk.visit);
        let line = |row: FilterRow| SavedLine {
            link: format!("/authority?{}", row.query),
            chosen: row.query == query,
            shared_by: row.owner.is_empty().then_some(row.person_name),
            name: row.name,
        };
        Ok(Self {
            lines: rows.into_iter().map(line).collect(),
            query,
            draft,
            name_chars_max: desk.ctx.config.review.filter_name_chars_max,
        })
    }
}

/// What the inbox is asked for, the same text for the same question.
fn query_of(visit: &Visit) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in KEPT {
        let value = visit.get(name).map(str::trim).filter(|value| !value.is_empty());
        let value = value.or((name == "view").then_some("todo"));
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

fn owner(clerk: &Clerk, is_shared: bool) -> String {
    if is_shared { String::new() } else { clerk.actor().person }
}

/// `POST /authority/filters?…`: saves what the inbox is asked for under a name.
pub(super) async fn save(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    match saved(&desk, &sent.by, &sent.fields).await {
        Ok(response) => response,
        Err(fault) => sent.visit.fault(&fault),
    }
}

async fn saved(desk: &Desk, clerk: &Clerk, fields: &Fields) -> Result<Response, Fault> {
    let (settings, w) = (&desk.ctx.config.review, Words::of(clerk.visit.lang));
    let name = fields.get("name").unwrap_or_default().trim();
    let is_shared = fields.get("shared").is_some();
    let query = query_of(&clerk.visit);
    let (chars, most) = (name.chars().count(), settings.filter_name_chars_max);
    let problem = if name.is_empty() {
        w.filter_needs_name.to_owned()
    } else if chars > most {
        format!("{} {chars} / {most}", w.filter_name_too_long)
    } else {
        let by = clerk.actor();
        let row = FilterRow {
            authority: clerk.authority,
            owner: owner(clerk, is_shared),
            name: name.to_owned(),
            query: query.clone(),
            person: by.person,
            person_name: by.name,
            at: clerk.visit.now,
        };
        let mut tx = desk.ctx.store.begin().await?;
        if tx.save_filter(&row, settings.filters_max).await? {
            tx.commit().await?;
            return Ok(see_other(&format!("/authority?{query}")));
        }
        format!("{} {}", w.filters_too_many, settings.filters_max)
    };
    let draft = Draft { name: name.to_owned(), is_shared, problem: Some(problem) };
    let clerk = Clerk { visit: clerk.visit.at("/authority"), authority: clerk.authority };
    let page = inbox::read(desk, &clerk, draft).await?;
    Ok(clerk.visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// `POST /authority/filters/remove?…`
pub(super) async fn remove(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    let clerk = &sent.by;
    let owner = owner(clerk, sent.fields.get("shared").is_some());
    let name = sent.fields.get("name").unwrap_or_default();
    match removed(&desk, clerk, (&owner, name)).await {
        Ok(()) => see_other(&format!("/authority?{}", query_of(&sent.visit))),
        Err(fault) => sent.visit.fault(&fault),
    }
}

async fn removed(desk: &Desk, clerk: &Clerk, whose: (&str, &str)) -> Result<(), Fault> {
    let mut tx = desk.ctx.store.begin().await?;
    tx.delete_filter(clerk.authority, whose).await?;
    tx.commit().await?;
    if whose.0.is_empty() {
        tracing::info!(authority.code = %clerk.authority, "a filter of all staff was deleted");
    }
    Ok(())
}

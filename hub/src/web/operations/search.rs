//! `/search?q=…`: straight to a filing, delivery or authority by its number; else by name.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{AuthorityId, DeliveryId, FilingId};

use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::roles::Staff;
use crate::web::visit::{Visit, see_other};
use crate::written::{as_receipt_number, half_width, katakana};

/// Authorities that a search lists at most.
const FOUND_MAX: usize = 50;

#[derive(Template)]
#[template(path = "operations/search.html")]
struct SearchPage {
    shell: Shell,
    asked: String,
    found: Vec<Found>,
}

struct Found {
    code: String,
    name: String,
    class: &'static str,
    prefecture: String,
}

/// `GET /search?q=…`
pub(super) async fn search(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let asked = half_width(visit.get("q").unwrap_or_default());
    match address(&desk, &asked).await {
        Ok(Some(address)) => see_other(&address),
        Ok(None) => visit.answer(Ok(by_name(&desk, &asked, &visit))),
        Err(fault) => visit.fault(&fault),
    }
}

/// The page of the one thing that has this number.
async fn address(desk: &Desk, asked: &str) -> Result<Option<String>, Fault> {
    let store = &desk.ctx.store;
    if let Ok(id) = asked.parse::<FilingId>()
        && store.filing(id).await?.is_some()
    {
        return Ok(Some(format!("/filings/{id}")));
    }
    if let Ok(id) = asked.parse::<DeliveryId>()
        && store.delivery(id).await?.is_some()
    {
        return Ok(Some(format!("/deliveries/{id}")));
    }
    if let Some(number) = as_receipt_number(asked)
        && store.filing_by_receipt_number(&number).await?.is_some()
    {
        return Ok(Some(format!("/filings/{number}")));
    }
    let code: Option<AuthorityId> = asked.to_uppercase().parse().ok();
    Ok(code.map(|code| format!("/authorities/{code}")))
}

fn by_name(desk: &Desk, asked: &str, visit: &Visit) -> SearchPage {
    let today = day_in_japan(visit.now);
    let master = &desk.ctx.master;
    let fits = |name: &str, kana: &str| {
        !asked.is_empty() && (name.contains(asked) || kana.contains(&katakana(asked)))
    };
    let authorities = master
        .authorities_on(today)
        .filter(|row| fits(&row.name, &row.name_kana))
        .map(routing::Body::from);
    let unions = master.unions_on(today).filter(|row| fits(&row.name, "")).map(routing::Body::from);
    let found = authorities.chain(unions).take(FOUND_MAX).map(|body| Found {
        code: body.id.to_string(),
        name: body.name.to_owned(),
        class: labels::class(&body, visit.lang),
        prefecture: body.prefecture.to_owned(),
    });
    SearchPage { shell: visit.shell("/search"), asked: asked.to_owned(), found: found.collect() }
}

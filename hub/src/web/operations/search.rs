//! `/search?q=…`: straight to a filing, delivery, authority, operator or office by its number; else
//! authorities by a part of their name, operators and offices by the beginning of theirs.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{AuthorityId, CorporateNumber, DeliveryId, FilingId, OfficeNumber};
use url::form_urlencoded;

use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::roles::Staff;
use crate::web::visit::{Visit, see_other};
use crate::words;
use crate::written::{as_receipt_number, half_width, katakana};

/// Authorities, and names in filings, that a search lists at most.
const FOUND_MAX: usize = 50;

#[derive(Template)]
#[template(path = "operations/search.html")]
struct SearchPage {
    shell: Shell,
    asked: String,
    found: Vec<Found>,
    /// Names and numbers in filings, each with the address of those.
    words: Vec<(String, String)>,
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
        Ok(None) => visit.answer(by_name(&desk, &asked, &visit).await),
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
    if let Ok(number) = asked.parse::<CorporateNumber>() {
        return Ok(Some(format!("/filings?operator={number}")));
    }
    if let Ok(number) = asked.to_uppercase().parse::<OfficeNumber>() {
        return Ok(Some(of_word(&number.to_string())));
    }
    let code: Option<AuthorityId> = asked.to_uppercase().parse().ok();
    Ok(code.map(|code| format!("/authorities/{code}")))
}

/// The address of the filings that have a word.
fn of_word(word: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("word", word).finish();
    format!("/filings?{query}")
}

async fn by_name(desk: &Desk, asked: &str, visit: &Visit) -> Result<SearchPage, Fault> {
    let start = words::written(asked);
    let words = match start.as_str() {
        "" => Vec::new(),
        start => desk.ctx.store.filed_words(start, FOUND_MAX).await?,
    };
    let today = day_in_japan(visit.now);
    let master = &desk.ctx.master();
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
    Ok(SearchPage {
        shell: visit.shell("/search"),
        asked: asked.to_owned(),
        found: found.collect(),
        words: words.into_iter().map(|word| (of_word(&word), word)).collect(),
    })
}

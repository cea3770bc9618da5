//! `/search?q=…`: straight to a filing, delivery or authority by its number; else by name.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{AuthorityId, DeliveryId, FilingId};

use super::fault::Fault;
use super::labels;
use super::visit::{Shell, Staff, Visit, see_other};
use crate::context::day_in_japan;
use crate::web::Desk;

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

/// A receipt number however it was typed: small letters, missing hyphens, O for 0, I or L for 1.
pub(super) fn as_receipt_number(text: &str) -> Option<String> {
    let text = half_width(text).to_uppercase();
    let text: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let rest = text.strip_prefix('T').filter(|rest| rest.len() == 12)?;
    let rest: String = rest
        .chars()
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Some(format!("T{}-{}-{}", &rest[..4], &rest[4..8], &rest[8..]))
}

/// Full-width letters and digits, as Japanese keyboards make them, as half-width ones.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).collect::<String>().trim().to_owned()
}

/// Hiragana as katakana.
fn katakana(text: &str) -> String {
    let shift = |c: char| match c {
        '\u{3041}'..='\u{3096}' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        other => other,
    };
    text.chars().map(shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipt_numbers_are_understood_however_typed() {
        let number = Some("TTKVW-3X6H-RAST".to_owned());
        for typed in ["TTKVW-3X6H-RAST", "ttkvw3x6hrast", "TTKVW-3X6H-RAST", " ttkvw 3x6h rast "] {
            assert_eq!(as_receipt_number(typed), number, "{typed}");
        }
        assert_eq!(as_receipt_number("TO1IL-0000-0000").as_deref(), Some("T0111-0000-0000"));
        assert_eq!(as_receipt_number("011002"), None);
        assert_eq!(katakana("さっぽろ"), "サッポロ");
    }
}

//! `/audit`: what staff did by hand, and with `?looks=1` what they looked at; the newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::store::{StaffActFilter, StaffActRow};
use crate::web::Desk;
use crate::web::cursor::ROWS;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::hand_words::{Words, act};
use crate::web::parts::Stamp;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/audit.html")]
struct AuditPage {
    shell: Shell,
    w: &'static Words,
    subject: Option<String>,
    person: Option<String>,
    looks: bool,
    lines: Vec<ActLine>,
    newest: Option<String>,
    older: Option<String>,
}

struct ActLine {
    seq: i64,
    at: Stamp,
    name: String,
    person: String,
    /// All by them.
    by_them: String,
    what: String,
    subject: String,
    /// The page of what it was done with, where there is one.
    link: Option<String>,
    why: String,
    was: String,
    became: String,
}

/// `GET /audit`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<AuditPage, Fault> {
    let (subject, person) = (visit.get("subject"), visit.get("person"));
    let looks = visit.get("looks").is_some();
    let before = visit.get("before").and_then(|text| text.parse().ok());
    let until = before.unwrap_or(i64::MAX);
    let filter = StaffActFilter { looks, subject, person };
    let mut rows = desk.ctx.store.staff_acts_like(&filter, until, ROWS + 1).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let last = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    Ok(AuditPage {
        shell: visit.shell("/audit"),
        w: Words::of(visit.lang),
        subject: subject.map(str::to_owned),
        person: person.map(str::to_owned),
        looks,
        newest: before.map(|_: i64| visit.link(&[("before", "")])),
        older: last.map(|seq| visit.link(&[("before", &seq)])),
        lines: rows.into_iter().map(|row| ActLine::new(row, visit)).collect(),
    })
}

impl ActLine {
    fn new(row: StaffActRow, visit: &Visit) -> Self {
        let link = match row.subject.split_once(':') {
            Some(("lane", lane)) => {
                lane.split_once('/').map(|(code, _)| format!("/authorities/{code}"))
            }
            Some(("delivery", id)) => Some(format!("/deliveries/{id}")),
            Some(("erasure", id)) => Some(format!("/erasures/{id}")),
            Some(("redrive", id)) => Some(format!("/redrives/{id}")),
            Some(("filing", id)) => Some(format!("/filings/{id}")),
            Some(("authority", code)) => Some(format!("/authorities/{code}")),
            Some(("document", id)) => Some(format!("/archive/{id}")),
            Some(("announcement", id)) => Some(format!("/announcements/{id}")),
            _ => None,
        };
        Self {
            seq: row.seq,
            at: Stamp::new(row.at, visit.now, visit.lang),
            by_them: visit.link(&[("before", ""), ("subject", ""), ("person", &row.person)]),
            what: act(&row.what, visit.lang).to_owned(),
            link,
            was: plain(&row.was),
            became: plain(&row.became),
            name: row.name,
            person: row.person,
            subject: row.subject,
            why: row.why,
        }
    }
}

/// What something was or became, kept as JSON, without its brackets and quotes.
fn plain(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(value) => bare(&value),
        Err(_) => json.to_owned(),
    }
}

fn bare(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(bare).collect::<Vec<_>>().join(" / "),
        Value::Object(fields) => {
            let told = fields.iter().map(|(name, value)| (name, bare(value)));
            let told = told.filter(|(_, value)| !value.is_empty());
            told.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_change_is_told_without_brackets() {
        for (json, told) in [
            ("null", ""),
            ("\"due\"", "due"),
            (r#"{"state":"failed","tries":5,"why":null}"#, "state: failed, tries: 5"),
            (r#"[{"channel":"api"},{"channel":"pull"}]"#, "channel: api / channel: pull"),
            (r#"{"choice":{"cause":null},"left":7}"#, "left: 7"),
            (r#"{"kinds":["a","b"],"of":{"x":1}}"#, "kinds: a / b, of: x: 1"),
            ("torn", "torn"),
        ] {
            assert_eq!(plain(json), told, "{json}");
        }
    }
}

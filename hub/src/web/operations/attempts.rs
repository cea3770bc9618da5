//! Attempts in a table: when, how long, what came of it, what the far side answered.

use askama::Template;
use schemas::{AuthorityId, Outcome, Response, Why};

use crate::store::AttemptRow;
use crate::web::labels;
use crate::web::parts::{Badge, Part, Stamp, took};
use crate::web::reasons;
use crate::web::visit::Visit;
use crate::web::words::{Lang, Words};

/// Characters of an answer's body that are shown at most.
const BODY_CHARS_MAX: usize = 600;

/// One try.
pub(super) struct AttemptLine {
    number: i32,
    delivery: String,
    authority: String,
    channel: &'static str,
    started: Stamp,
    took: String,
    outcome: Badge,
    /// Why it did not deliver.
    sentence: String,
    code: String,
    owner: &'static str,
    /// The far side's status line.
    status: String,
    /// The head of the far side's answer, or of the evidence.
    body: String,
    /// What the far side was told as `traceparent`.
    trace: Option<String>,
}

/// A table of tries.
#[derive(Template)]
#[template(path = "operations/attempt_table.html")]
pub(super) struct AttemptTable {
    pub(super) w: &'static Words,
    /// Whether the lines are of several deliveries.
    pub(super) with_authority: bool,
    /// Whether the bodies of answers are shown.
    pub(super) with_body: bool,
    pub(super) lines: Vec<AttemptLine>,
    pub(super) part: Part,
}

impl AttemptLine {
    pub(super) fn new(
        row: &AttemptRow,
        (authority, name): (AuthorityId, String),
        visit: &Visit,
    ) -> Self {
        let lang = visit.lang;
        let told = Told::of(&row.detail, lang);
        Self {
            number: row.number,
            delivery: row.delivery_id.to_string(),
            authority: if name.is_empty() { authority.to_string() } else { name },
            channel: labels::channel(row.channel, lang),
            started: Stamp::new(row.started_at, visit.now, lang),
            took: took(row.finished_at - row.started_at, lang),
            outcome: labels::outcome(&row.outcome, lang),
            sentence: told.sentence,
            code: told.code,
            owner: told.owner,
            status: told.status,
            body: told.body,
            trace: row.trace.map(String::from),
        }
    }
}

/// What an outcome tells a reader.
#[derive(Default)]
struct Told {
    sentence: String,
    code: String,
    owner: &'static str,
    status: String,
    body: String,
}

impl Told {
    fn of(detail: &str, lang: Lang) -> Self {
        match serde_json::from_str(detail) {
            Ok(Outcome::Delivered { proof }) => {
                let status = proof.evidence["status"].as_str().unwrap_or_default().to_owned();
                let body = shortened(&proof.evidence.to_string());
                let sentence = labels::proof(proof.level, lang).to_owned();
                Self { sentence, status, body, ..Self::default() }
            }
            Ok(
                Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why },
            ) => Self::why(&why, lang),
            Err(_) => Self { body: shortened(detail), ..Self::default() },
        }
    }

    fn why(why: &Why, lang: Lang) -> Self {
        let (status, body) = match &why.response {
            Some(Response { status, body }) => (status.clone(), body.as_str()),
            None => (String::new(), ""),
        };
        let sentence = reasons::sentence(why, lang);
        // What the hub recorded says more than its translation, which goes by the code alone.
        let recorded = if sentence == why.sentence { "" } else { &why.sentence };
        let parts: Vec<&str> = [recorded, body].into_iter().filter(|it| !it.is_empty()).collect();
        let body = shortened(&parts.join("\n\n"));
        Self {
            sentence,
            code: why.code.clone(),
            owner: labels::owner(why.owner, lang),
            status,
            body,
        }
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(BODY_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

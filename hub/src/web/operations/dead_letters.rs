//! `/dead-letters`: messages that could not be worked on, with why and how they begin.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::hands::Hands;
use crate::store::DeadLetterRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Stamp, bytes};
use crate::web::reasons;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

/// The newest that are shown.
const ROWS_MAX: usize = 100;
/// Characters of a body that are shown; as many hexadecimal digits where it is no text.
const HEAD_CHARS: usize = 64;

#[derive(Template)]
#[template(path = "operations/dead_letters.html")]
pub(super) struct DeadLetters {
    shell: Shell,
    letters: Vec<Letter>,
    hands: Hands,
}

struct Letter {
    id: Uuid,
    at: Stamp,
    queue: String,
    reason: String,
    size: String,
    head: String,
}

/// `GET /dead-letters`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, (&visit, None)).await)
}

/// The page, with what did not go.
pub(super) async fn read(
    desk: &Desk,
    (visit, problem): (&Visit, Option<String>),
) -> Result<DeadLetters, Fault> {
    let rows = desk.ctx.store.dead_letters(ROWS_MAX).await?;
    let letters = rows.into_iter().map(|row| Letter::new(row, visit)).collect();
    let hands = Hands::new(desk, visit, problem);
    Ok(DeadLetters { shell: visit.living_shell("/dead-letters"), letters, hands })
}

impl Letter {
    fn new(row: DeadLetterRow, visit: &Visit) -> Self {
        let size = bytes(row.body.len() / 2);
        let head = head(&row.body);
        let at = Stamp::new(row.at, visit.now, visit.lang);
        let reason = reasons::dead_letter(row.reason, visit.lang);
        Self { id: row.id, at, queue: row.queue, reason, size, head }
    }
}

/// How a body begins, that is kept as hexadecimal digits.
fn head(digits: &str) -> String {
    let bytes = hex::decode(digits).unwrap_or_default();
    let text = std::str::from_utf8(&bytes).ok().filter(|text| !text.contains('\0'));
    let whole = text.unwrap_or(digits);
    let mut head: String = whole.chars().take(HEAD_CHARS).collect();
    if head.len() < whole.len() {
        head.push('…');
    }
    head
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn a_body_is_shown_as_text_where_it_is_some() {
        assert_eq!(head(&hex::encode("{\"届\":1}")), "{\"届\":1}");
        assert_eq!(head("deadbeef"), "deadbeef");
        assert_eq!(head("00"), "00");
        assert_eq!(head(&hex::encode("届".repeat(65))), format!("{}…", "届".repeat(64)));
        assert_eq!(head(&"ff".repeat(33)), format!("{}…", "ff".repeat(32)));
    }
}

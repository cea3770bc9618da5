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
/// Hexadecimal digits of a body that are shown.
const HEAD_DIGITS: usize = 64;

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
        let mut head: String = row.body.chars().take(HEAD_DIGITS).collect();
        if head.len() < row.body.len() {
            head.push('…');
        }
        let at = Stamp::new(row.at, visit.now, visit.lang);
        let reason = reasons::dead_letter(row.reason, visit.lang);
        Self { id: row.id, at, queue: row.queue, reason, size, head }
    }
}

//! `/filings`: the list.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::FilingKind;

use crate::store::Filter;
use crate::web::Desk;
use crate::web::cursor::{newest, older, paged};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::listed::FilingLine;
use crate::web::parts::Choice;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/filings.html")]
struct FilingsPage {
    shell: Shell,
    kinds: Vec<Choice>,
    unplanned: bool,
    filings: Vec<FilingLine>,
    newest: Option<String>,
    older: Option<String>,
}

/// `GET /filings?kind=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<FilingsPage, Fault> {
    let kind: Option<FilingKind> = visit.get("kind").and_then(|word| word.parse().ok());
    let unplanned = visit.get("unplanned").is_some();
    let filter = Filter { kind, unplanned, ..paged(visit) };
    let mut rows = desk.ctx.store.list_filings(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.received_at, row.id.0));
    let choice = |it: &FilingKind| Choice {
        word: it.as_str().to_owned(),
        name: visit.lang.kind(*it).to_owned(),
        chosen: kind == Some(*it),
    };
    Ok(FilingsPage {
        shell: visit.living_shell("/filings"),
        kinds: FilingKind::ALL.iter().map(choice).collect(),
        unplanned,
        filings: FilingLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
    })
}

//! `/filings`: the list.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{CorporateNumber, FilingKind};

use crate::store::Filter;
use crate::web::Desk;
use crate::web::cursor::{newest, older, paged};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::listed::FilingLine;
use crate::web::parts::Choice;
use crate::web::roles::Staff;
use crate::web::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "operations/filings.html")]
struct FilingsPage {
    shell: Shell,
    kinds: Vec<Choice>,
    unplanned: bool,
    /// Of which operator, or with which word: the query's field and its value.
    narrowed: Option<(&'static str, String)>,
    filings: Vec<FilingLine>,
    newest: Option<String>,
    older: Option<String>,
}

impl FilingsPage {
    /// Those of a word are not narrowed any further.
    fn is_of_word(&self) -> bool {
        self.narrowed.as_ref().is_some_and(|(field, _)| *field == "word")
    }
}

/// `GET /filings?kind=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<FilingsPage, Fault> {
    let kind: Option<FilingKind> = visit.get("kind").and_then(|word| word.parse().ok());
    let unplanned = visit.get("unplanned").is_some();
    let corporate_number: Option<CorporateNumber> =
        visit.get("operator").and_then(|number| number.parse().ok());
    let word = visit.get("word").map(words::written);
    let filter = Filter { corporate_number, kind, unplanned, ..paged(visit) };
    let store = &desk.ctx.store;
    let mut rows = match &word {
        Some(word) => store.filings_of_word(word, filter.before_id, filter.limit).await?,
        None => store.list_filings(&filter).await?,
    };
    let operator = corporate_number.map(|number| ("operator", number.to_string()));
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
        narrowed: word.map(|word| ("word", word)).or(operator),
        filings: FilingLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
    })
}

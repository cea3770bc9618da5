//! `/operator`: what the operator has filed, the newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::FilingKind;

use super::Applicant;
use super::words::Words;
use crate::store::{DraftRow, FilingRow, OwnFilter};
use crate::web::Desk;
use crate::web::archive::{Board, Seat};
use crate::web::cursor::{ROWS, newest, older};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::listed::FilingLine;
use crate::web::parts::{Choice, Stamp};
use crate::web::roles::Who;
use crate::web::visit::see_other;
use crate::web::whose;
use crate::written::as_receipt_number;

#[derive(Template)]
#[template(path = "operator/filings.html")]
struct FilingsPage {
    shell: Shell,
    w: &'static Words,
    news: Board,
    states: Vec<Choice>,
    state: String,
    kinds: Vec<Choice>,
    text: String,
    is_narrowed: bool,
    drafts: Vec<DraftLine>,
    filings: Vec<FilingLine>,
    newest: Option<String>,
    older: Option<String>,
}

/// What is being written, and not filed yet.
struct DraftLine {
    id: String,
    kind: &'static str,
    office: String,
    saved: Stamp,
    saved_by: String,
}

/// `GET /operator?state=…&kind=…&text=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    if let Some(number) = applicant.visit.get("text").and_then(as_receipt_number)
        && let Ok(filing) = own(&desk, &applicant, &number).await
    {
        return see_other(&format!("/operator/filings/{}", filing.receipt_number));
    }
    applicant.visit.answer(read(&desk, &applicant).await)
}

async fn read(desk: &Desk, applicant: &Applicant) -> Result<FilingsPage, Fault> {
    let visit = &applicant.visit;
    let w = Words::of(visit.lang);
    let kind: Option<FilingKind> = visit.get("kind").and_then(|word| word.parse().ok());
    let text = visit.get("text").unwrap_or_default().trim().to_owned();
    let states = [
        ("", visit.lang.words().all),
        ("moving", w.state_moving),
        ("returned", w.state_returned),
        ("accepted", w.state_accepted),
        ("withdrawn", w.state_withdrawn),
    ];
    let state = visit.get("state").filter(|it| states.iter().any(|(word, _)| word == it));
    let state = state.unwrap_or_default().to_owned();
    let filter = OwnFilter {
        corporate_number: applicant.number,
        kind,
        state: Some(state.clone()).filter(|it| !it.is_empty()),
        text: Some(text.clone()).filter(|it| !it.is_empty()),
        before: visit.get("before").and_then(|text| text.parse().ok()),
        before_id: visit.get("before_id").and_then(|text| text.parse().ok()),
        limit: ROWS + 1,
    };
    let mut rows = desk.ctx.store.own_filings(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.received_at, row.id.0));
    let of_state = |(word, name): (&str, &str)| Choice {
        word: word.to_owned(),
        name: name.to_owned(),
        chosen: word == state,
    };
    let of_kind = |it: &FilingKind| Choice {
        word: it.as_str().to_owned(),
        name: visit.lang.kind(*it).to_owned(),
        chosen: kind == Some(*it),
    };
    let is_narrowed = kind.is_some() || !text.is_empty() || !state.is_empty();
    let is_first = !is_narrowed && visit.get("before").is_none();
    Ok(FilingsPage {
        shell: visit.shell("/operator"),
        w,
        news: Board::read(desk, visit, Seat::OPERATOR).await?,
        drafts: if is_first { drafts(desk, applicant).await? } else { Vec::new() },
        states: states.into_iter().map(of_state).collect(),
        is_narrowed,
        state,
        kinds: FilingKind::ALL.iter().map(of_kind).collect(),
        text,
        filings: FilingLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
    })
}

/// On the first page alone.
async fn drafts(desk: &Desk, applicant: &Applicant) -> Result<Vec<DraftLine>, Fault> {
    let visit = &applicant.visit;
    let max = desk.ctx.config.drafts.operator_max;
    let rows = desk.ctx.store.own_drafts(applicant.number, max).await?;
    let line = |row: DraftRow| DraftLine {
        id: row.id.to_string(),
        kind: visit.lang.kind(row.kind),
        office: row.office_name,
        saved: Stamp::new(row.saved_at, visit.now, visit.lang),
        saved_by: row.saved_by,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// A filing of the operator, by id or receipt number. Who follows a link about another's is told
/// whose it is; one that is not there is answered as if it were another's.
pub(super) async fn own(desk: &Desk, applicant: &Applicant, key: &str) -> Result<FilingRow, Fault> {
    match whose::filing(desk, key).await? {
        Some(filing) if filing.corporate_number == applicant.number => Ok(filing),
        Some(filing) => Err(whose::of_operator(&filing)),
        None => Err(Fault::NotYours(Who::Operator)),
    }
}

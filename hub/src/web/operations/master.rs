//! `/authorities/{code}/master`: what an authority accepts and how it is reached; `/master`: what
//! was changed lately, what waits for a second person, the whole as a table to write out and take
//! in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use routing::{ImportFault, Roll};
use schemas::AuthorityId;

use crate::operate::master::Whom;
use crate::store::{ProposalRow, ProposalState};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::download::disposition;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::master::{self, Line, Preview, Problem, Proposal, Seat, told_of};
use crate::web::master_words::Words;
use crate::web::parts::grouped;
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::visit::Visit;

/// Faults of a table that the page shows.
const FAULTS_MAX: usize = 200;

fn seat(code: &str) -> Result<Seat, Fault> {
    let authority: AuthorityId = code.parse().map_err(|_| Fault::NoAuthority)?;
    let path = format!("/authorities/{authority}/master");
    Ok(Seat { authority, whom: Whom::Operations, path })
}

/// `GET /authorities/{code}/master`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    Staff(visit): Staff,
) -> Response {
    match seat(&code) {
        Ok(seat) => master::show(&desk, &visit, &seat).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/master`
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match seat(&code) {
        Ok(seat) => master::change(&desk, visit, (&seat, &form.fields)).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/master/channels`
pub(super) async fn propose(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match seat(&code) {
        Ok(seat) => master::propose(&desk, visit, (&seat, &form.fields)).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/master/channels/{id}/{ruling}`
pub(super) async fn rule(
    State(desk): State<Arc<Desk>>,
    Path((code, id, ruling)): Path<(String, String, String)>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match seat(&code) {
        Ok(seat) => master::rule(&desk, visit, (&seat, (&id, &ruling), &form.fields)).await,
        Err(fault) => visit.fault(&fault),
    }
}

#[derive(Template)]
#[template(path = "operations/master.html")]
struct OverviewPage {
    shell: Shell,
    w: &'static Words,
    may: bool,
    version: String,
    problem: Option<String>,
    is_done: bool,
    faults: Vec<(String, String, String)>,
    more_faults: bool,
    preview: Option<Preview>,
    /// What the preview is of, to be sent back by its button.
    edits: Option<String>,
    edited: String,
    from_day: String,
    why: String,
    chars_max: usize,
    proposals: Vec<Proposal>,
    lines: Vec<Line>,
}

/// What came of a table that somebody sent.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) problem: Option<String>,
    pub(super) faults: Vec<ImportFault>,
    pub(super) preview: Option<Preview>,
    /// What differs, as its button sends it back, and for how many authorities.
    pub(super) edits: Option<(String, usize)>,
    pub(super) from_day: String,
    pub(super) why: String,
}

/// `GET /master`
pub(super) async fn overview(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit, Taken::default()).await)
}

async fn read(desk: &Desk, visit: &Visit, taken: Taken) -> Result<OverviewPage, Fault> {
    let ctx = &desk.ctx;
    let rows_max = ctx.config.master.list_rows;
    let rows = ctx.store.amendments_of(None, i64::MAX, rows_max).await?;
    let open = (None, Some(ProposalState::Proposed));
    let proposals = ctx.store.list_proposals(open, rows_max).await?;
    let proposal = |row: &ProposalRow| {
        let path = format!("/authorities/{}/master", row.authority);
        let seat = Seat { authority: row.authority, whom: Whom::Operations, path };
        Proposal::new(desk, row, (visit, &seat))
    };
    let fault = |it: &ImportFault| {
        (it.line.to_string(), it.column.clone(), visit.lang.pick(&it.ja, &it.en).clone())
    };
    let (edits, edited) = taken.edits.unzip();
    Ok(OverviewPage {
        shell: visit.shell("/launch"),
        w: Words::of(visit.lang),
        may: matches!(visit.scope(), Ok(Scope::Operations)),
        version: ctx.master().version().to_owned(),
        problem: taken.problem,
        is_done: visit.get("done").is_some(),
        more_faults: taken.faults.len() > FAULTS_MAX,
        faults: taken.faults.iter().take(FAULTS_MAX).map(fault).collect(),
        preview: taken.preview,
        edits,
        edited: grouped(i64::try_from(edited.unwrap_or(0)).unwrap_or(i64::MAX)),
        from_day: taken.from_day,
        why: taken.why,
        chars_max: ctx.config.operations.reason_chars_max,
        proposals: proposals.iter().map(proposal).collect(),
        lines: rows.iter().map(|row| Line::new(desk, row, visit)).collect(),
    })
}

/// `GET /master.csv?table=…&on=…`: `authorities.csv` or `unions.csv` with what was changed; all
/// rows, or those of a day.
pub(super) async fn csv(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let Ok(day) = visit.get("on").map(str::parse).transpose() else {
        return visit.fault(&Fault::NoPage);
    };
    let roll = visit.get("table").unwrap_or(Roll::Authorities.as_str());
    let Ok(roll) = roll.parse::<Roll>() else { return visit.fault(&Fault::NoPage) };
    match desk.ctx.master().csv(roll, day) {
        Ok(text) => {
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (CACHE_CONTROL, "no-store".to_owned()),
                (CONTENT_DISPOSITION, disposition(roll.file(), false)),
            ];
            // With its mark: spreadsheets take it for another encoding otherwise.
            (headers, format!("\u{feff}{text}")).into_response()
        }
        Err(error) => visit.fault(&Fault::Away(error.to_string())),
    }
}

/// The page with what came of a table that somebody sent.
pub(super) async fn answer(
    desk: &Desk,
    visit: &Visit,
    (done, mut taken): (Result<StatusCode, Problem>, Taken),
) -> Response {
    let status = match done {
        Ok(status) => status,
        Err(problem) => match told_of(desk, problem, visit) {
            Ok((status, sentence)) => {
                taken.problem = Some(sentence);
                status
            }
            Err(fault) => return visit.fault(&fault),
        },
    };
    match read(desk, visit, taken).await {
        Ok(page) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

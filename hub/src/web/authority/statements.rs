//! `/authority/statements`: what the authority was brought, day by day, and what it says it has.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::BytesMut;
use futures::TryStreamExt;

use super::Clerk;
use crate::statements::{AnswerProblem, Statement, StatementProblem, read_csv};
use crate::web::Desk;
use crate::web::enclosed::Enclosed;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::handouts::{self, HandoutCard, Seat};
use crate::web::parts::Part;
use crate::web::sent::Sent;
use crate::web::statement_words::Words;
use crate::web::statements::{ANSWERS, Answers, DayLine, PackageLine, file, packages, statement};
use crate::web::visit::see_other;

/// Where they are listed.
const STATEMENTS: &str = "/authority/statements";

/// Days that the page lists.
const DAYS: usize = 62;

#[derive(Template)]
#[template(path = "authority/statements.html")]
struct StatementsPage {
    shell: Shell,
    w: &'static Words,
    lines: Vec<DayLine>,
    handouts: HandoutCard,
}

#[derive(Template)]
#[template(path = "authority/statement.html")]
struct StatementPage {
    shell: Shell,
    w: &'static Words,
    day: String,
    digest: String,
    packages: Vec<PackageLine>,
    part: Part,
    answers: Answers,
    /// Why an answer was not compared.
    problem: Option<String>,
}

impl Clerk {
    /// As whoever chooses whether statements are handed out.
    fn taker(&self) -> Seat {
        Seat { authority: self.authority, is_operations: false, may: true }
    }
}

/// `GET /authority/statements`
pub(super) async fn list(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    clerk.visit.answer(days(&desk, &clerk, None).await)
}

async fn days(
    desk: &Desk,
    clerk: &Clerk,
    problem: Option<String>,
) -> Result<StatementsPage, Fault> {
    let own = (None, Some(clerk.authority));
    let rows = desk.ctx.store.list_statements(own, DAYS).await?;
    Ok(StatementsPage {
        shell: clerk.visit.shell(STATEMENTS),
        w: Words::of(clerk.visit.lang),
        lines: rows.iter().map(|row| DayLine::new(desk, row, &clerk.visit)).collect(),
        handouts: HandoutCard::read(desk, &clerk.visit, (clerk.taker(), problem)).await?,
    })
}

/// `POST /authority/statements`: whether the authority is handed them, and by which way.
pub(super) async fn choose(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    let clerk = &sent.by;
    let done = handouts::choose(&desk, &clerk.visit, (clerk.taker(), &sent.fields)).await;
    let (status, problem) = match done {
        Ok(None) => return see_other(&format!("{STATEMENTS}?done=handout#handouts")),
        Ok(Some(told)) => told,
        Err(fault) => return clerk.visit.fault(&fault),
    };
    match days(&desk, clerk, Some(problem)).await {
        Ok(page) => clerk.visit.page(status, &page),
        Err(fault) => clerk.visit.fault(&fault),
    }
}

/// `GET /authority/statements/{day}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(day): Path<String>,
    clerk: Clerk,
) -> Response {
    clerk.visit.answer(page(&desk, &clerk, (&day, None)).await)
}

async fn page(
    desk: &Desk,
    clerk: &Clerk,
    (day, problem): (&str, Option<String>),
) -> Result<StatementPage, Fault> {
    let visit = &clerk.visit;
    let statement = statement(desk, clerk.authority, day).await?;
    let store = &desk.ctx.store;
    let rows = store.statement_answers(clerk.authority, statement.day, ANSWERS).await?;
    let mut packages = packages(&statement, visit);
    let part = Part::cut(&mut packages, "packages", visit);
    Ok(StatementPage {
        shell: visit.shell(STATEMENTS),
        w: Words::of(visit.lang),
        day: statement.day.to_string(),
        digest: statement.digest(),
        packages,
        part,
        answers: Answers::new(&rows, visit),
        problem,
    })
}

/// `GET /authority/statements/{day}/{format}`: `json`, signed, or `csv`.
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    Path((day, format)): Path<(String, String)>,
    clerk: Clerk,
) -> Response {
    let found = statement(&desk, clerk.authority, &day).await;
    let response = found.and_then(|it| file(&desk, &it, &format));
    response.unwrap_or_else(|fault| clerk.visit.fault(&fault))
}

/// `POST /authority/statements/{day}`: what the authority has, as CSV.
pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    Path(day): Path<String>,
    sent: Enclosed<Clerk>,
) -> Response {
    let clerk = &sent.by;
    let problem = match take(&desk, &day, &sent).await {
        Ok(None) => return see_other(&format!("{STATEMENTS}/{day}#answers")),
        Ok(Some(problem)) => problem,
        Err(fault) => return clerk.visit.fault(&fault),
    };
    match page(&desk, clerk, (&day, Some(problem))).await {
        Ok(page) => clerk.visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(fault) => clerk.visit.fault(&fault),
    }
}

/// Compares the file that was sent. Tells what is wrong with it, for whoever sent it.
async fn take(desk: &Desk, day: &str, sent: &Enclosed<Clerk>) -> Result<Option<String>, Fault> {
    let (clerk, ctx) = (&sent.by, &desk.ctx);
    let statement: Statement = statement(desk, clerk.authority, day).await?;
    if let Some(problem) = &sent.problem {
        return Ok(Some(problem.sentence(clerk.visit.lang)));
    }
    let Some(file) = sent.files.first() else {
        return Ok(Some(Words::of(clerk.visit.lang).no_file.to_owned()));
    };
    let wrong =
        |it: &AnswerProblem| Ok(Some(clerk.visit.lang.pick(it.in_japanese(), it.to_string())));
    let max = ctx.config.reconciliation.answer_bytes_max;
    if usize::try_from(file.size).map_or(true, |size| size > max) {
        return wrong(&AnswerProblem::TooLong { bytes: file.size, max });
    }
    let away = |error: &dyn std::fmt::Display| Fault::Away(error.to_string());
    let stream = ctx.objects.get_sound(&file.sha256).await.map_err(|error| away(&error))?;
    let bytes: BytesMut = stream.try_collect().await.map_err(|error| away(&error))?;
    let answer = match read_csv(&bytes) {
        Ok(answer) => answer,
        Err(problem) => return wrong(&problem),
    };
    match statement.answer(ctx, &answer, ("page", clerk.actor())).await {
        Ok(_) => Ok(None),
        Err(StatementProblem::Store(error)) => Err(error.into()),
        Err(StatementProblem::Answer(problem)) => wrong(&problem),
        Err(problem @ (StatementProblem::NotOver(_) | StatementProblem::TooLarge(_))) => {
            Ok(Some(problem.to_string()))
        }
    }
}

//! `/reconciliation`: what each authority was brought on a day, and how its own books compare.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use schemas::AuthorityId;

use super::hands::{Hands, told};
use crate::context::day_in_japan;
use crate::operate::{By, statement};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Choice, Part, grouped};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::statement_words::Words;
use crate::web::statements::{ANSWERS, Answers, DayLine, Standing};
use crate::web::visit::{Visit, see_other};

/// Where they are listed.
const HERE: &str = "/reconciliation";

/// Authorities of one day at most: there are 1,788, and unions.
const DAY_MAX: usize = 4_000;

#[derive(Template)]
#[template(path = "operations/reconciliation.html")]
struct ReconciliationPage {
    shell: Shell,
    w: &'static Words,
    day: String,
    is_day: bool,
    states: Vec<Choice>,
    /// How many of the day's authorities are in each state.
    counts: Vec<(&'static str, String)>,
    lines: Vec<DayLine>,
    part: Part,
}

#[derive(Template)]
#[template(path = "operations/reconciled.html")]
struct ReconciledPage {
    shell: Shell,
    w: &'static Words,
    line: DayLine,
    answers: Answers,
    hands: Hands,
}

/// `GET /reconciliation?day=…&state=…`: of yesterday, if no day is asked for.
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<ReconciliationPage, Fault> {
    let w = Words::of(visit.lang);
    let yesterday = day_in_japan(visit.now).yesterday().unwrap_or_default();
    let asked = visit.get("day").map(str::trim);
    let day: Option<Date> = asked.map_or(Some(yesterday), |text| text.parse().ok());
    let rows = match day {
        Some(day) => desk.ctx.store.list_statements((Some(day), None), DAY_MAX).await?,
        None => Vec::new(),
    };
    let only = visit.get("state").unwrap_or_default();
    let counts = Standing::ALL.map(|it| {
        let count = rows.iter().filter(|row| Standing::of(row) == it).count();
        (it.name(w), grouped(i64::try_from(count).unwrap_or(i64::MAX)))
    });
    let fits = |standing: Standing| only.is_empty() || standing.as_str() == only;
    let mut found: Vec<_> = rows.iter().filter(|row| fits(Standing::of(row))).collect();
    let part = Part::cut(&mut found, "authorities", visit);
    let choice = |it: Standing| Choice {
        word: it.as_str().to_owned(),
        name: it.name(w).to_owned(),
        chosen: it.as_str() == only,
    };
    Ok(ReconciliationPage {
        shell: visit.shell(HERE),
        w,
        day: day.map_or_else(|| asked.unwrap_or_default().to_owned(), |it| it.to_string()),
        is_day: day.is_some(),
        states: Standing::ALL.map(choice).into(),
        counts: counts.into(),
        lines: found.iter().map(|row| DayLine::new(desk, row, visit)).collect(),
        part,
    })
}

/// `GET /reconciliation/{code}/{day}`: what differs there.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path((code, day)): Path<(String, String)>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(one(&desk, (&visit, None), (&code, &day)).await)
}

/// `POST /reconciliation/{code}/{day}/send`: one that failed goes out again.
pub(super) async fn send_again(
    State(desk): State<Arc<Desk>>,
    Path((code, day)): Path<(String, String)>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    let (authority, of_day) = match named(&code, &day) {
        Ok(named) => named,
        Err(fault) => return visit.fault(&fault),
    };
    let actor = visit.actor();
    let by = By { actor: &actor, why: form.fields.get("why").unwrap_or_default() };
    let done = statement::send_again(&desk.ctx, (authority, of_day), by).await;
    match done.map_err(|problem| told(&desk, problem, (visit, Fault::NoPage))) {
        Ok(_) => see_other(&format!("{HERE}/{authority}/{of_day}?done=1")),
        Err(Ok((status, sentence))) => {
            let page = one(&desk, (visit, Some(sentence)), (&code, &day)).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

/// Whose statement of which day.
fn named(code: &str, day: &str) -> Result<(AuthorityId, Date), Fault> {
    let authority = code.parse().map_err(|_| Fault::NoAuthority)?;
    Ok((authority, day.parse().map_err(|_| Fault::NoPage)?))
}

async fn one(
    desk: &Desk,
    (visit, problem): (&Visit, Option<String>),
    (code, day): (&str, &str),
) -> Result<ReconciledPage, Fault> {
    let (authority, day) = named(code, day)?;
    let store = &desk.ctx.store;
    let line = store.list_statements((Some(day), Some(authority)), 1).await?.pop();
    let line = line.ok_or(Fault::NoPage)?;
    let rows = store.statement_answers(authority, day, ANSWERS).await?;
    Ok(ReconciledPage {
        shell: visit.shell(HERE),
        w: Words::of(visit.lang),
        line: DayLine::new(desk, &line, visit),
        answers: Answers::new(&rows, visit),
        hands: Hands::new(desk, visit, problem),
    })
}

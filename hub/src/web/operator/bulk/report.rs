//! `/operator/bulk/{id}`: what was found, row by row; then all rows are filed, or the good ones;
//! then the receipts.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use schemas::Submission;
use serde_json::json;
use uuid::Uuid;

use super::words::Words;
use super::{name, state};
use crate::context::day_in_japan;
use crate::store::{BulkCounts, BulkLine, LineFilter};
use crate::web::Desk;
use crate::web::bulk::{self, Which, findings_of};
use crate::web::download::attachment;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::operator::Applicant;
use crate::web::operator::draft::{LEFT_OUT, Note, insert, left_out};
use crate::web::parts::{Badge, Stamp};
use crate::web::roles::Who;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};
use crate::written::empty_sheets;

/// Rows of one page.
const ROWS: usize = 50;

/// The states that are told apart, in the order of their tabs.
const STATES: [&str; 5] = ["bad", "warned", "good", "filed", "drafted"];

#[derive(Template)]
#[template(path = "operator/bulk_report.html")]
struct ReportPage {
    shell: Shell,
    w: &'static Words,
    id: String,
    name: String,
    state: Badge,
    at: Stamp,
    by: String,
    /// Rows that can be filed, that have to be mended, that are filed, and all.
    open: i64,
    bad: i64,
    filed: i64,
    rows: i64,
    is_begun: bool,
    /// Address, name, number of rows, whether it is this one.
    tabs: Vec<(String, &'static str, i64, bool)>,
    lines: Vec<Line>,
    first: Option<String>,
    next: Option<String>,
    /// Why not all were filed.
    problem: Option<&'static str>,
}

struct Line {
    number: i32,
    office: String,
    findings: Vec<(String, Note)>,
    receipt_number: Option<String>,
    draft: Option<String>,
    may_draft: bool,
}

impl Line {
    fn new(line: BulkLine, visit: &Visit) -> Self {
        let told = findings_of(&line).into_iter().map(|found| {
            let cell = found.cell.map(|cell| format!("{cell} ")).unwrap_or_default();
            let column = found.column.unwrap_or_default();
            (format!("{cell}{column}"), Note::new(&found.finding, visit.lang))
        });
        Self {
            number: line.number,
            findings: told.collect(),
            receipt_number: line.filing_id.map(|id| id.receipt_number()),
            draft: line.draft_id.map(|id| id.to_string()),
            may_draft: line.state == "bad" && line.body.is_some(),
            office: line.office_name,
        }
    }
}

/// An upload of the operator.
async fn own(desk: &Desk, by: &Applicant, id: &str) -> Result<BulkCounts, Fault> {
    let Ok(id) = id.parse::<Uuid>() else { return Err(Fault::NoPage) };
    let found = desk.ctx.store.bulk(id).await?.ok_or(Fault::NoPage)?;
    if found.bulk.corporate_number != by.number {
        return Err(Fault::NotYours(Who::Operator));
    }
    Ok(found)
}

/// `GET /operator/bulk/{id}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    let page = async {
        let counts = own(&desk, &applicant, &id).await?;
        page(&desk, counts, &applicant.visit, None).await
    };
    applicant.visit.answer(page.await)
}

fn count_of(counts: &BulkCounts, state: &str) -> i64 {
    match state {
        "bad" => counts.bad,
        "warned" => counts.warned,
        "good" => counts.good,
        "filed" => counts.filed,
        _ => counts.drafted,
    }
}

/// Where one looks first: what has to be mended before anything is filed, then the receipts.
fn first_state(counts: &BulkCounts) -> &'static str {
    let order = if counts.bulk.chosen_at.is_some() {
        ["filed", "bad", "warned", "good", "drafted"]
    } else {
        STATES
    };
    order.into_iter().find(|state| count_of(counts, state) > 0).unwrap_or("good")
}

async fn page(
    desk: &Desk,
    counts: BulkCounts,
    visit: &Visit,
    problem: Option<&'static str>,
) -> Result<ReportPage, Fault> {
    let w = Words::of(visit.lang);
    let asked = visit.get("state").and_then(|word| STATES.into_iter().find(|it| *it == word));
    let here = asked.unwrap_or_else(|| first_state(&counts));
    let after: i32 = visit.get("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let states = [here];
    let filter = LineFilter { bulk_id: counts.bulk.id, states: &states, after, limit: ROWS + 1 };
    let mut lines = desk.ctx.store.bulk_lines(&filter).await?;
    let has_more = lines.len() > ROWS;
    lines.truncate(ROWS);
    let link = format!("/operator/bulk/{}", counts.bulk.id);
    let next = lines.last().filter(|_| has_more);
    let next = next.map(|line| format!("{link}?state={here}&after={}#rows", line.number));
    let names = [w.tab_bad, w.tab_warned, w.tab_good, w.tab_filed, w.tab_drafted];
    let tab = |(word, name): (&'static str, &'static str)| {
        (format!("{link}?state={word}"), name, count_of(&counts, word), word == here)
    };
    Ok(ReportPage {
        shell: visit.shell("/operator/bulk"),
        w,
        id: counts.bulk.id.to_string(),
        name: name(&counts, visit),
        state: state(&counts, visit),
        at: Stamp::new(counts.bulk.created_at, visit.now, visit.lang),
        by: counts.bulk.saved_by.clone(),
        open: counts.good + counts.warned,
        bad: counts.bad,
        filed: counts.filed,
        rows: STATES.into_iter().map(|state| count_of(&counts, state)).sum(),
        is_begun: counts.bulk.chosen_at.is_some(),
        tabs: STATES.into_iter().zip(names).map(tab).filter(|it| it.2 > 0 || it.3).collect(),
        lines: lines.into_iter().map(|line| Line::new(line, visit)).collect(),
        first: (after > 0).then(|| format!("{link}?state={here}#rows")),
        next,
        problem,
    })
}

/// `POST /operator/bulk/{id}/file`
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let counts = match own(&desk, &by, &id).await {
        Ok(counts) => counts,
        Err(fault) => return visit.fault(&fault),
    };
    let which = if fields.get("which") == Some("good") { Which::Good } else { Which::All };
    match bulk::file(&desk, &counts, which).await {
        Ok(counts) => see_other(&format!("/operator/bulk/{}", counts.bulk.id)),
        // Another has found a row to mend meanwhile: it is shown, and nothing was filed.
        Err(problem) if problem.status < 500 => {
            let told = Words::of(visit.lang).problem_not_all;
            match page(&desk, counts, &visit, Some(told)).await {
                Ok(page) => visit.page(StatusCode::CONFLICT, &page),
                Err(fault) => visit.fault(&fault),
            }
        }
        Err(problem) => visit.fault(&Fault::Away(problem.detail)),
    }
}

/// `POST /operator/bulk/{id}/draft`: a row that has to be mended becomes a draft.
pub(super) async fn draft(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let number = fields.get("number").and_then(|text| text.parse::<i32>().ok());
    match draft_of(&desk, &by, &id, number).await {
        Ok(Some(draft)) => see_other(&format!("/operator/drafts/{draft}/review")),
        Ok(None) => see_other(&format!("/operator/bulk/{id}")),
        Err(fault) => visit.fault(&fault),
    }
}

/// The draft of a row: the one that was made before, or a new one.
async fn draft_of(
    desk: &Desk,
    by: &Applicant,
    id: &str,
    number: Option<i32>,
) -> Result<Option<Uuid>, Fault> {
    let counts = own(desk, by, id).await?;
    let Some(after) = number.and_then(|number| number.checked_sub(1)) else { return Ok(None) };
    let filter = LineFilter { bulk_id: counts.bulk.id, states: &[], after, limit: 1 };
    let line = desk.ctx.store.bulk_lines(&filter).await?.pop();
    let Some(line) = line.filter(|line| Some(line.number) == number) else { return Ok(None) };
    let body = match (&line.draft_id, line.state.as_str(), &line.body) {
        (Some(draft), _, _) => return Ok(Some(*draft)),
        (None, "bad", Some(body)) => body,
        (None, _, _) => return Ok(None),
    };
    let mut submission: Submission =
        serde_json::from_str(body).map_err(|error| Fault::Away(error.to_string()))?;
    add_sheets(desk, &mut submission, by.visit.now);
    let draft = insert(desk, by, &submission, None).await?;
    let line = BulkLine { state: "drafted".to_owned(), draft_id: Some(draft), ..line };
    let mut tx = desk.ctx.store.begin().await?;
    tx.save_bulk_lines(&[line]).await?;
    tx.commit().await?;
    Ok(Some(draft))
}

/// The forms that the row left out come in empty, and stay out of the filing where they may.
fn add_sheets(desk: &Desk, submission: &mut Submission, now: i64) {
    let there = schemas::forms::sheets(&submission.form).unwrap_or_default();
    let mut all = empty_sheets(&desk.ctx.forms, submission, day_in_japan(now));
    let mut out = left_out(desk, submission.kind, &all);
    for (place, sheet) in all.iter_mut().enumerate() {
        let written = |it: &&schemas::forms::Sheet| {
            it.form == sheet.form && it.service == sheet.service && it.version == sheet.version
        };
        if let Some(written) = there.iter().find(written) {
            *sheet = written.clone();
            out.retain(|it| *it != place);
        }
    }
    // Of another version, or twice: nothing that was written goes.
    let rest = there.into_iter().filter(|sheet| !all.contains(sheet)).collect::<Vec<_>>();
    all.extend(rest);
    if !submission.form.is_object() {
        submission.form = json!({});
    }
    submission.form["forms"] = json!(all);
    submission.form[LEFT_OUT] = json!(out);
}

/// `GET /operator/bulk/{id}/remainder`
pub(super) async fn remainder(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    let made = async {
        let counts = own(&desk, &applicant, &id).await?;
        let made = bulk::remainder(&desk, &counts).await;
        made.map_err(|problem| Fault::of_problem(problem, Fault::NoPage))
    };
    match made.await {
        Ok((name, media_type, bytes)) => {
            ([(CONTENT_TYPE, media_type.to_owned()), attachment(&name)], bytes).into_response()
        }
        Err(fault) => applicant.visit.fault(&fault),
    }
}

/// `POST /operator/bulk/{id}/discard`
pub(super) async fn discard(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let deleted = async {
        let counts = own(&desk, &by, &id).await?;
        let mut tx = desk.ctx.store.begin().await?;
        let deleted = fields.get("sure").is_some() && tx.delete_bulk(counts.bulk.id).await?;
        tx.commit().await?;
        Ok::<_, Fault>(deleted)
    };
    match deleted.await {
        Ok(true) => see_other("/operator/bulk"),
        // Not sure, or its rows are being filed: it stays.
        Ok(false) => see_other(&format!("/operator/bulk/{id}")),
        Err(fault) => visit.fault(&fault),
    }
}

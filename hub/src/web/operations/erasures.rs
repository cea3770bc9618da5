//! `/erasures`: contents that are erased on request. The list with a look at what one comes to and
//! the form that asks for it; each with the buttons of who approves it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::CorporateNumber;
use uuid::Uuid;

use super::hands::{Hands, actor, told};
use crate::operate::By;
use crate::operate::erasure::{self, ErasureProblem, Of, Preview};
use crate::store::{ErasureRow, ErasureState};
use crate::web::Desk;
use crate::web::cursor::{newest, older, paged};
use crate::web::erasure_words::{self, Words};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Badge, Stamp, bytes, grouped};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};
use crate::web::whose;

#[derive(Template)]
#[template(path = "operations/erasures.html")]
struct ErasuresPage {
    shell: Shell,
    w: &'static Words,
    hands: Hands,
    asked: Asked,
    seen: Option<Seen>,
    lines: Vec<Line>,
    newest: Option<String>,
    older: Option<String>,
}

/// Of what, as it was written: one of the two.
struct Asked {
    filing: String,
    operator: String,
}

/// What it comes to.
struct Seen {
    facts: Vec<(&'static str, String)>,
    /// Filings that stay, and why.
    stays: Vec<(String, String)>,
    is_more: bool,
    may_ask: bool,
}

struct Line {
    id: Uuid,
    made: Stamp,
    state: Badge,
    of: String,
    name: String,
    why: String,
}

#[derive(Template)]
#[template(path = "operations/erasure.html")]
struct ErasurePage {
    shell: Shell,
    w: &'static Words,
    hands: Hands,
    line: Line,
    facts: Vec<(&'static str, String)>,
    people: Vec<(&'static str, String, Stamp)>,
    ended: Option<Stamp>,
    /// Whether it waits for approval; and whether the visitor is who asked for it.
    is_open: bool,
    is_theirs: bool,
}

impl Asked {
    fn new<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let field = |name| get(name).unwrap_or_default().trim().to_owned();
        Self { filing: field("filing"), operator: field("operator") }
    }

    fn is_empty(&self) -> bool {
        self.filing.is_empty() && self.operator.is_empty()
    }

    async fn read(&self, desk: &Desk) -> Result<Of, Problem> {
        if !self.filing.is_empty() {
            return match whose::filing(desk, &self.filing).await {
                Ok(Some(found)) => Ok(Of::Filing(found.id)),
                Ok(None) | Err(Fault::NoFiling) => Err(Problem::Unread),
                Err(fault) => Err(Problem::Fault(fault)),
            };
        }
        let number: Result<CorporateNumber, _> = self.operator.parse();
        number.map(Of::Operator).map_err(|_| Problem::Unread)
    }
}

/// Why there is none.
enum Problem {
    /// What was written names nothing.
    Unread,
    Said(ErasureProblem),
    Fault(Fault),
}

impl From<ErasureProblem> for Problem {
    fn from(problem: ErasureProblem) -> Self {
        Self::Said(problem)
    }
}

/// What people are told of a problem that they can do something about, with the page's status.
fn refused(desk: &Desk, problem: Problem, visit: &Visit) -> Result<(StatusCode, String), Fault> {
    let w = Words::of(visit.lang);
    match problem {
        Problem::Unread => Ok((StatusCode::UNPROCESSABLE_ENTITY, w.unread.to_owned())),
        Problem::Fault(fault) => Err(fault),
        Problem::Said(ErasureProblem::Nothing) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, w.nothing.to_owned()))
        }
        Problem::Said(ErasureProblem::Unfinished(reasons)) => {
            let reasons: Vec<_> =
                reasons.split(", ").map(|it| erasure_words::reason(it, visit.lang)).collect();
            let reasons = reasons.join(visit.lang.pick("、", ", "));
            Ok((StatusCode::CONFLICT, format!("{} {reasons}", w.unfinished)))
        }
        Problem::Said(ErasureProblem::SamePerson(name)) => {
            Ok((StatusCode::CONFLICT, format!("{} {name}", w.same_person)))
        }
        Problem::Said(ErasureProblem::Act(problem)) => told(desk, problem, (visit, Fault::NoPage)),
    }
}

/// `GET /erasures?filing=…` or `?operator=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let asked = Asked::new(|name| visit.get(name));
    answer(&desk, &visit, asked, None).await
}

async fn answer(
    desk: &Desk,
    visit: &Visit,
    asked: Asked,
    problem: Option<(StatusCode, String)>,
) -> Response {
    match read(desk, visit, asked, problem).await {
        Ok((status, page)) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

async fn read(
    desk: &Desk,
    visit: &Visit,
    asked: Asked,
    problem: Option<(StatusCode, String)>,
) -> Result<(StatusCode, ErasuresPage), Fault> {
    let mut rows = desk.ctx.store.list_erasures(&paged(visit)).await?;
    let older = older(&mut rows, visit, |row| (row.made_at, row.id));
    let (seen, problem) = match problem {
        Some(problem) => (None, Some(problem)),
        None if asked.is_empty() => (None, None),
        None => match look(desk, visit, &asked).await {
            Ok(seen) => (Some(seen), None),
            Err(problem) => (None, Some(refused(desk, problem, visit)?)),
        },
    };
    let (status, sentence) = match problem {
        Some((status, sentence)) => (status, Some(sentence)),
        None => (StatusCode::OK, None),
    };
    let page = ErasuresPage {
        shell: visit.shell("/erasures"),
        w: Words::of(visit.lang),
        hands: Hands::new(desk, visit, sentence),
        asked,
        seen,
        lines: rows.iter().map(|row| Line::new(row, visit)).collect(),
        newest: newest(visit),
        older,
    };
    Ok((status, page))
}

async fn look(desk: &Desk, visit: &Visit, asked: &Asked) -> Result<Seen, Problem> {
    let of = asked.read(desk).await?;
    let seen = erasure::preview(&desk.ctx, of).await?;
    Ok(Seen::new(&seen, of, visit))
}

fn number(count: usize) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

impl Seen {
    fn new(seen: &Preview, of: Of, visit: &Visit) -> Self {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let weight = &seen.weight;
        let size = bytes(usize::try_from(weight.bytes).unwrap_or(usize::MAX));
        let stays = seen.stays.iter().map(|it| {
            let reasons: Vec<_> =
                it.reasons.iter().map(|it| erasure_words::reason(it, lang)).collect();
            (it.receipt_number.clone(), reasons.join(lang.pick("、", ", ")))
        });
        let nobody = seen.ready == 0 && (seen.erased > 0 || !seen.stays.is_empty());
        let is_one = matches!(of, Of::Filing(_));
        Self {
            facts: vec![
                (w.ready, number(seen.ready)),
                (w.rows, grouped(weight.rows)),
                (w.objects, grouped(weight.objects)),
                (w.bytes, size),
                (w.erased_before, number(seen.erased)),
                (w.stay, number(seen.stays.len())),
            ],
            stays: stays.collect(),
            is_more: seen.is_more,
            may_ask: !(nobody || is_one && seen.ready == 0),
        }
    }
}

impl Line {
    fn new(row: &ErasureRow, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        Self {
            id: row.id,
            made: Stamp::new(row.made_at, visit.now, visit.lang),
            state: erasure_words::state(row.state, visit.lang),
            of: match row.filing_id {
                Some(id) => id.receipt_number(),
                None => format!("{} {}", w.all_of, row.corporate_number),
            },
            name: row.made_name.clone(),
            why: row.why.clone(),
        }
    }
}

/// `POST /erasures`: asks for one.
pub(super) async fn ask(State(desk): State<Arc<Desk>>, form: Sent<Keeper>) -> Response {
    let Keeper(visit) = &form.by;
    let asked = Asked::new(|name| form.fields.get(name));
    let actor = actor(visit);
    let by = By { actor: &actor, why: form.fields.get("why").unwrap_or_default() };
    let done = match asked.read(&desk).await {
        Ok(of) => erasure::propose(&desk.ctx, of, by).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done.map_err(|problem| refused(&desk, problem, visit)) {
        Ok(row) => see_other(&format!("/erasures/{}?done=1#hands", row.id)),
        Err(Ok(problem)) => answer(&desk, visit, asked, Some(problem)).await,
        Err(Err(fault)) => visit.fault(&fault),
    }
}

/// `GET /erasures/{id}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read_one(&desk, &id, (&visit, None)).await)
}

async fn read_one(
    desk: &Desk,
    id: &str,
    (visit, problem): (&Visit, Option<String>),
) -> Result<ErasurePage, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::NoPage)?;
    let row = desk.ctx.store.erasure(id).await?.ok_or(Fault::NoPage)?;
    let w = Words::of(visit.lang);
    let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
    let count = |n: i32| grouped(i64::from(n));
    let all = [
        (w.made, Some(row.made_name.clone()), Some(row.made_at)),
        (w.approved, row.approved_name.clone(), row.approved_at),
    ];
    let mut facts =
        vec![(w.filings, count(row.filings)), (w.done, count(row.done)), (w.kept, count(row.kept))];
    // Of all of an operator's, once it is over and none of them stayed.
    let is_whole = row.filing_id.is_none() && row.kept == 0;
    if let (true, ErasureState::Finished, Some(at)) = (is_whole, row.state, row.ended_at) {
        let stays = desk.ctx.store.has_filed_since(&row, at).await?;
        facts.push((w.itself, if stays { w.itself_stays } else { w.itself_gone }.to_owned()));
    }
    let people = all.into_iter().filter_map(|(what, name, at)| Some((what, name?, stamp(at?))));
    Ok(ErasurePage {
        shell: visit.living_shell("/erasures"),
        w,
        hands: Hands::new(desk, visit, problem),
        line: Line::new(&row, visit),
        facts,
        people: people.collect(),
        ended: row.ended_at.map(stamp),
        is_open: row.state == ErasureState::Proposed,
        is_theirs: row.made_by == actor(visit).person,
    })
}

/// `POST /erasures/{id}/approve`
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    played(&desk, &id, &form, true).await
}

/// `POST /erasures/{id}/cancel`
pub(super) async fn cancel(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    played(&desk, &id, &form, false).await
}

async fn played(desk: &Desk, id: &str, form: &Sent<Keeper>, approves: bool) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(known) = id.parse::<Uuid>() else { return visit.fault(&Fault::NoPage) };
    let actor = actor(visit);
    let by = By { actor: &actor, why: form.fields.get("why").unwrap_or_default() };
    let done = if approves {
        erasure::approve(&desk.ctx, known, by).await
    } else {
        erasure::cancel(&desk.ctx, known, by).await
    };
    match done.map_err(|problem| refused(desk, problem.into(), visit)) {
        Ok(_) => see_other(&format!("/erasures/{known}?done=1#hands")),
        Err(Ok((status, sentence))) => {
            let page = read_one(desk, id, (visit, Some(sentence))).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

//! What an authority accepts and how it is reached, as its own staff and operations see and change
//! it: what holds when, a form with a preview, proposals for a second person, the record.

mod channels;
mod endpoints;
mod form;
mod preview;
mod specs;
mod written;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use routing::{Cells, Period};
use schemas::AuthorityId;

use crate::context::day_in_japan;
use crate::operate::By;
use crate::operate::master::{MasterProblem, Whom, amend, prepare};
use crate::operate::replay::replay;
use crate::review::ReviewProblem;
use crate::store::AmendmentRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::master_words::{Words, pairs, told};
use crate::web::parts::Stamp;
use crate::web::sent::Fields;
use crate::web::visit::{Visit, see_other};

pub(super) use channels::{Proposal, propose, rule};
use endpoints::{Reached, Wrongs};
use form::Form;
pub(super) use preview::Preview;
use written::FORM;

/// Whose settings, and who looks at them.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    /// Whose they are.
    pub(super) authority: AuthorityId,
    /// For whom the visitor acts.
    pub(super) whom: Whom,
    /// The page's address.
    pub(super) path: String,
}

#[derive(Template)]
#[template(path = "master.html")]
struct MasterPage {
    shell: Shell,
    w: &'static Words,
    name: String,
    path: String,
    /// Operations' page of the authority.
    back: Option<String>,
    may: bool,
    version: String,
    rows: Vec<Row>,
    form: Form,
    chars_max: usize,
    problem: Option<String>,
    is_done: bool,
    preview: Option<Preview>,
    reached: Reached,
    /// The ladder as it is, or as somebody wrote it.
    ladder: String,
    ladder_why: String,
    is_json: bool,
    proposals: Vec<Proposal>,
    lines: Vec<Line>,
}

/// What holds for some time.
struct Row {
    period: String,
    is_now: bool,
    cells: Vec<(&'static str, String)>,
}

/// One change of before.
pub(super) struct Line {
    pub(super) authority: String,
    pub(super) code: String,
    pub(super) from_day: String,
    /// Column, what it was, what it became.
    pub(super) cells: Vec<(&'static str, String, String)>,
    pub(super) whom: &'static str,
    pub(super) by: String,
    pub(super) at: Stamp,
    pub(super) why: String,
}

/// What somebody wrote, and what came of it.
#[derive(Default)]
struct Written<'a> {
    fields: Option<&'a Fields>,
    problem: Option<String>,
    preview: Option<Preview>,
    /// How it is to be reached, as somebody wrote it.
    ladder: Option<&'a Fields>,
    /// What is wrong with fields of that.
    wrongs: Wrongs,
}

/// The page as it is.
pub(super) async fn show(desk: &Desk, visit: &Visit, seat: &Seat) -> Response {
    match read(desk, visit, (seat, Written::default())).await {
        Ok(page) => visit.page(StatusCode::OK, &page),
        Err(fault) => visit.fault(&fault),
    }
}

async fn read(
    desk: &Desk,
    visit: &Visit,
    (seat, written): (&Seat, Written<'_>),
) -> Result<MasterPage, Fault> {
    let (ctx, lang, code) = (&desk.ctx, visit.lang, seat.authority);
    let (w, today, rows_max) =
        (Words::of(lang), day_in_japan(visit.now), ctx.config.master.list_rows);
    let master = ctx.master();
    // Of a union that begins later, or is no more, what it is then or was last.
    let rows = master.over_time(code);
    let shown = || rows.iter().find(|(it, _)| !it.is_before(today)).or(rows.last());
    let cells = master.cells(code, today).or_else(|| shown().map(|(_, cells)| cells.clone()));
    let cells = cells.ok_or(Fault::NoAuthority)?;
    let amendments = ctx.store.amendments_of(Some(code), i64::MAX, rows_max).await?;
    let proposals = ctx.store.list_proposals((Some(code), None), rows_max).await?;
    let directory = ctx.directory.load_full();
    let field = |name: &str| written.ladder.and_then(|it| it.get(name)).map(str::to_owned);
    let of_form = written.ladder.filter(|it| it.get(FORM).is_some());
    let is_operations = seat.whom == Whom::Operations;
    let row = |(period, cells): (Period, Cells)| Row {
        period: period_of(&period, w),
        is_now: period.contains(today),
        cells: told(&cells, lang),
    };
    Ok(MasterPage {
        shell: visit.shell(if is_operations { "/authorities" } else { &seat.path }),
        w,
        name: master.name(code),
        path: seat.path.clone(),
        back: is_operations.then(|| format!("/authorities/{code}")),
        may: seat.may(visit),
        version: master.version().to_owned(),
        rows: rows.into_iter().map(row).collect(),
        form: Form::new(&cells, (written.fields, seat.whom), lang),
        chars_max: ctx.config.operations.reason_chars_max,
        problem: written.problem,
        is_done: visit.get("done").is_some(),
        preview: written.preview,
        reached: Reached::new(directory.ladder(code), (of_form, &written.wrongs), lang),
        ladder: field("ladder").unwrap_or_else(|| channels::as_it_is(desk, code)),
        ladder_why: field("why").unwrap_or_default(),
        is_json: written.ladder.is_some() && of_form.is_none(),
        proposals: proposals.iter().map(|row| Proposal::new(desk, row, (visit, seat))).collect(),
        lines: amendments.iter().map(|row| Line::new(desk, row, visit)).collect(),
    })
}

fn period_of(period: &Period, w: &Words) -> String {
    if period.from.is_none() && period.to.is_none() {
        return w.always.to_owned();
    }
    let day = |day: Option<jiff::civil::Date>| day.map(|it| it.to_string()).unwrap_or_default();
    format!("{} – {}", day(period.from), day(period.to))
}

impl Seat {
    /// Whether the visitor may change anything: in a demo everyone may look.
    fn may(&self, visit: &Visit) -> bool {
        use crate::web::access::Scope;
        match (self.whom, visit.scope()) {
            (Whom::Operations, Ok(Scope::Operations)) => true,
            (Whom::Authority(own), Ok(Scope::Authority(id))) => own == id,
            (Whom::Operations | Whom::Authority(_), _) => false,
        }
    }
}

impl Line {
    pub(super) fn new(desk: &Desk, row: &AmendmentRow, visit: &Visit) -> Self {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let read = |text: &str| serde_json::from_str::<Cells>(text).unwrap_or_default();
        let (became, was) = (read(&row.cells), read(&row.was));
        let master = desk.ctx.master();
        Self {
            authority: master.name(row.authority),
            code: row.authority.to_string(),
            from_day: row.valid_from.to_string(),
            cells: pairs(&master, (&was, &became), lang),
            whom: if row.by_whom == "operations" { w.of_operations } else { w.of_authority },
            by: row.name.clone(),
            at: Stamp::new(row.at, visit.now, lang),
            why: row.why.clone(),
        }
    }
}

/// Previews or makes a change; the page with what was written where it does not go.
pub(super) async fn change(
    desk: &Desk,
    visit: &Visit,
    (seat, fields): (&Seat, &Fields),
) -> Response {
    let done = changed(desk, visit, (seat, fields)).await;
    let (status, problem, preview) = match done {
        Ok(None) => return see_other(&format!("{}?done=1", seat.path)),
        Ok(Some(preview)) => (StatusCode::OK, None, Some(preview)),
        Err(problem) => match told_of(desk, problem, visit) {
            Ok((status, sentence)) => (status, Some(sentence), None),
            Err(fault) => return visit.fault(&fault),
        },
    };
    let written = Written { fields: Some(fields), problem, preview, ..Written::default() };
    match read(desk, visit, (seat, written)).await {
        Ok(page) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

/// A preview, where that is what was asked for.
async fn changed(
    desk: &Desk,
    visit: &Visit,
    (seat, fields): (&Seat, &Fields),
) -> Result<Option<Preview>, Problem> {
    let ctx = &desk.ctx;
    let today = day_in_japan(visit.now);
    let day = day_of(fields.get("from_day"), today).ok_or(Problem::Day)?;
    let changes = vec![(seat.authority, form::changed(fields))];
    if fields.get("apply").is_some() {
        let actor = visit.actor();
        let by = By { actor: &actor, why: fields.get("why").unwrap_or_default() };
        amend(ctx, changes, day, (by, seat.whom)).await?;
        return Ok(None);
    }
    let prepared = prepare(ctx, changes, day).await?;
    prepared.check(seat.whom)?;
    let replayed = replay(ctx, &prepared, ctx.config.master.dry_run_max).await;
    let replayed = replayed.map_err(MasterProblem::from)?;
    Ok(Some(Preview::new(desk, (&prepared, &replayed), visit)))
}

/// The day that somebody wrote; today where nothing was.
pub(super) fn day_of(text: Option<&str>, today: jiff::civil::Date) -> Option<jiff::civil::Date> {
    let text = crate::written::half_width(text.unwrap_or_default().trim());
    if text.is_empty() { Some(today) } else { text.parse().ok() }
}

/// Why a change that came from a page is not made.
#[derive(Debug)]
pub(super) enum Problem {
    /// The day does not read.
    Day,
    /// As for whoever changes it.
    Master(MasterProblem),
}

impl From<MasterProblem> for Problem {
    fn from(problem: MasterProblem) -> Self {
        Self::Master(problem)
    }
}

/// What people are told of a problem that they can do something about, with the page's status.
pub(super) fn told_of(
    desk: &Desk,
    problem: Problem,
    visit: &Visit,
) -> Result<(StatusCode, String), Fault> {
    let w = Words::of(visit.lang);
    let most = desk.ctx.config.operations.reason_chars_max;
    let unfit = |sentence: &str| Ok((StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned()));
    match problem {
        Problem::Day => unfit(w.no_day),
        Problem::Master(MasterProblem::Nothing) => unfit(w.nothing),
        Problem::Master(MasterProblem::Past(_)) => unfit(w.past),
        Problem::Master(MasterProblem::OfOperations) => unfit(w.of_operations_only),
        Problem::Master(MasterProblem::NoBody(code, _)) => unfit(&format!("{} {code}", w.no_body)),
        Problem::Master(MasterProblem::Faults(error)) => {
            let ja = error.faults.iter().find_map(|it| it.ja.clone());
            let en = error.faults.first().map(|it| it.message.clone()).unwrap_or_default();
            let what = visit.lang.pick(ja.unwrap_or_default(), en);
            unfit(&format!("{} {most} {what}", w.too_long))
        }
        Problem::Master(MasterProblem::Days { days, most }) => {
            unfit(&format!("{} {most} ({days})", w.too_many_days))
        }
        Problem::Master(MasterProblem::Act(problem)) => told_of_act(desk, problem, visit),
    }
}

/// The same of what holds for all that people do by hand.
fn told_of_act(
    desk: &Desk,
    problem: ReviewProblem,
    visit: &Visit,
) -> Result<(StatusCode, String), Fault> {
    let w = Words::of(visit.lang);
    let most = desk.ctx.config.operations.reason_chars_max;
    match problem {
        ReviewProblem::Reason(_) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, format!("{} {most}", w.reason_wrong)))
        }
        ReviewProblem::Overtaken(_) => Ok((StatusCode::CONFLICT, w.was_late.to_owned())),
        ReviewProblem::Store(error) => Err(error.into()),
        ReviewProblem::Fault(what) => Err(Fault::Away(what)),
        ReviewProblem::NotFound(_)
        | ReviewProblem::State(_)
        | ReviewProblem::Invalid(_)
        | ReviewProblem::Given(_)
        | ReviewProblem::OtherKind(_)
        | ReviewProblem::Erased
        | ReviewProblem::NothingReturned
        | ReviewProblem::KeyReused => Err(Fault::NoPage),
    }
}

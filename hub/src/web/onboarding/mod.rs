//! The parts of pages about the stages of one authority, and about checks of the way to it: the
//! same for operations and for the authority's own staff.

mod checks;

use askama::Template;
use jiff::civil::Date;
use schemas::AuthorityId;

use super::Desk;
use super::fault::Fault;
use super::onboarding_words::{self, Words};
use super::parts::{Badge, Stamp};
use super::sent::Fields;
use super::visit::Visit;
use super::words::Lang;
use crate::actor::Actor;
use crate::context::day_in_japan;
use crate::onboarding::{Change, Done, Keeper, Stage, StageProblem, Standing, one, say};

pub(super) use checks::{CheckCard, purge, send};

/// Who looks at it, and where forms are sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    pub(super) authority: AuthorityId,
    /// Operations may record any stage, and move days; an authority, that its own are done.
    pub(super) is_operations: bool,
    /// Whether the visitor may change anything at all.
    pub(super) may: bool,
    /// Where a stage is recorded.
    pub(super) stages: &'a str,
    /// Where a test is asked for.
    pub(super) checks: &'a str,
}

/// The stages of one authority, with a form.
#[derive(Template)]
#[template(path = "stages.html")]
pub(super) struct StageCard {
    w: &'static Words,
    table: &'static str,
    token: String,
    action: String,
    is_operations: bool,
    may: bool,
    chars_max: usize,
    /// What did not go, and why.
    refused: Option<Refused>,
    is_done: bool,
    lines: Vec<StageLine>,
}

/// What a form said of a stage that was not recorded, and why not.
pub(super) struct Refused {
    sentence: String,
    stage: String,
    action: String,
    day: String,
    why: String,
}

/// One stage.
pub(super) struct StageLine {
    word: &'static str,
    name: &'static str,
    keeper: &'static str,
    due: String,
    is_moved: bool,
    state: Badge,
    by_master: bool,
    said: Option<(String, Stamp, String)>,
    /// Whether there is anything to record of it here.
    may_say: bool,
}

impl StageCard {
    pub(super) async fn read(
        desk: &Desk,
        visit: &Visit,
        (seat, refused): (Seat<'_>, Option<Refused>),
    ) -> Result<Self, Fault> {
        let rows = desk.ctx.store.stages(Some(seat.authority)).await?;
        let today = day_in_japan(visit.now);
        let all = one(&desk.ctx.master(), seat.authority, (&rows, today)).unwrap_or_default();
        let line = |standing: &Standing| StageLine::new(standing, today, (visit, seat));
        Ok(Self {
            w: Words::of(visit.lang),
            table: visit.lang.words().table,
            token: visit.form_token(),
            action: seat.stages.to_owned(),
            is_operations: seat.is_operations,
            may: seat.may,
            chars_max: desk.ctx.config.operations.reason_chars_max,
            refused,
            is_done: visit.get("done") == Some("stage"),
            lines: all.iter().map(line).collect(),
        })
    }

    /// Whether there is anything to record.
    fn has_form(&self) -> bool {
        self.may && self.lines.iter().any(|line| line.may_say)
    }
}

impl StageLine {
    fn new(standing: &Standing, today: Date, (visit, seat): (&Visit, Seat<'_>)) -> Self {
        let lang = visit.lang;
        let by_master = standing.done == Some(Done::ByMaster);
        let is_own = standing.keeper == Keeper::Authority;
        let said = standing.said.as_ref().map(|row| {
            let at = Stamp::new(row.updated_at, visit.now, lang);
            (row.name.clone(), at, row.why.clone())
        });
        let w = Words::of(lang);
        Self {
            word: standing.stage.as_str(),
            name: onboarding_words::stage(standing.stage, lang),
            keeper: onboarding_words::keeper(standing.keeper, lang),
            due: standing.due_on.map_or_else(|| w.no_day.to_owned(), |day| day.to_string()),
            is_moved: standing.said.as_ref().is_some_and(|row| row.due_on.is_some()),
            state: badge(standing, today, lang),
            by_master,
            said,
            may_say: !by_master && (seat.is_operations || (is_own && standing.done.is_none())),
        }
    }
}

/// How a stage stands.
pub(super) fn badge(standing: &Standing, today: Date, lang: Lang) -> Badge {
    let w = Words::of(lang);
    match standing.done {
        Some(_) => Badge::new("ok", w.done),
        None if standing.is_overdue(today) => Badge::new("bad", w.overdue),
        None => Badge::new("wait", w.open),
    }
}

/// Records what a form says of a stage. Gives what did not go, for who sent it.
pub(super) async fn record(
    desk: &Desk,
    people: (&Visit, &Actor),
    (seat, fields): (Seat<'_>, &Fields),
) -> Result<Option<Refused>, Fault> {
    let field = |name| fields.get(name).unwrap_or_default().to_owned();
    let refused = |sentence| Refused {
        sentence,
        stage: field("stage"),
        action: field("action"),
        day: field("day"),
        why: field("why"),
    };
    Ok(problem_of(desk, people, (seat, fields)).await?.map(refused))
}

async fn problem_of(
    desk: &Desk,
    (visit, by): (&Visit, &Actor),
    (seat, fields): (Seat<'_>, &Fields),
) -> Result<Option<String>, Fault> {
    let w = Words::of(visit.lang);
    let field = |name| fields.get(name).unwrap_or_default();
    let Ok(stage) = field("stage").parse::<Stage>() else {
        return Ok(Some(w.wrong_stage.to_owned()));
    };
    let change = match field("action") {
        "done" => Change::Done,
        "reopen" if seat.is_operations => Change::Reopened,
        "move" if seat.is_operations => match field("day").trim().parse() {
            Ok(day) => Change::MovedTo(day),
            Err(_) => return Ok(Some(w.wrong_day.to_owned())),
        },
        _ => return Ok(Some(w.wrong_action.to_owned())),
    };
    if !seat.is_operations && !is_own(desk, visit, (seat, stage)).await? {
        return Ok(Some(w.not_yours.to_owned()));
    }
    let why = field("why");
    match say(&desk.ctx, (seat.authority, stage), change, (by, why)).await {
        Ok(()) => Ok(None),
        Err(StageProblem::NoAuthority) => Err(Fault::NoAuthority),
        Err(StageProblem::Store(error)) => Err(error.into()),
        Err(StageProblem::Reason(most)) => Ok(Some(format!("{} {most})", w.wrong_why))),
        Err(StageProblem::ByMaster) => Ok(Some(w.is_by_master.to_owned())),
        Err(StageProblem::Same) => Ok(Some(w.is_same.to_owned())),
    }
}

/// Whether a stage is the authority's own.
async fn is_own(
    desk: &Desk,
    visit: &Visit,
    (seat, stage): (Seat<'_>, Stage),
) -> Result<bool, Fault> {
    let rows = desk.ctx.store.stages(Some(seat.authority)).await?;
    let all = one(&desk.ctx.master(), seat.authority, (&rows, day_in_japan(visit.now)));
    let standing = all.into_iter().flatten().find(|it| it.stage == stage);
    Ok(standing.is_some_and(|it| it.keeper == Keeper::Authority))
}

//! `/onboarding`: how far authorities are that have not begun; and what is recorded of one of them,
//! or sent to it as a test, from its own page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemas::AuthorityId;

use super::authorities::{self, Problems};
use super::hands::actor;
use super::map::prefectures;
use crate::context::day_in_japan;
use crate::onboarding::{Beginner, Stage, Standing, all, days_between};
use crate::web::Desk;
use crate::web::download::disposition;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::onboarding::{Seat, badge, record, send};
use crate::web::onboarding_words::{self, Words};
use crate::web::parts::{Badge, Choice, Part};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// The columns of the file.
const COLUMNS: [&str; 10] = [
    "code",
    "prefecture",
    "name",
    "stage",
    "stage_ja",
    "keeper",
    "due_on",
    "state",
    "said_by",
    "said_why",
];

#[derive(Template)]
#[template(path = "operations/onboarding.html")]
struct OnboardingPage {
    shell: Shell,
    w: &'static Words,
    counts: Vec<Count>,
    stages: Vec<Choice>,
    prefectures: Vec<Choice>,
    is_overdue: bool,
    csv: String,
    lines: Vec<Line>,
    part: Part,
}

/// Authorities by one stage.
struct Count {
    name: &'static str,
    link: String,
    at: usize,
    overdue: usize,
    done: usize,
}

struct Line {
    code: String,
    name: String,
    prefecture: String,
    stage: &'static str,
    keeper: &'static str,
    due: String,
    state: Badge,
    late: Option<i64>,
}

/// What is asked for.
struct Asked {
    stage: Option<Stage>,
    prefecture: String,
    is_overdue: bool,
}

impl Asked {
    fn of(visit: &Visit) -> Self {
        Self {
            stage: visit.get("stage").and_then(|word| word.parse().ok()),
            prefecture: visit.get("prefecture").unwrap_or_default().to_owned(),
            is_overdue: visit.get("overdue") == Some("1"),
        }
    }

    /// Whether an authority that is at a stage is asked for.
    fn fits(&self, body: AuthorityId, next: &Standing, today: Date) -> bool {
        self.stage.is_none_or(|stage| stage == next.stage)
            && (self.prefecture.is_empty() || body.prefecture() == self.prefecture)
            && (!self.is_overdue || next.is_overdue(today))
    }
}

/// `GET /onboarding?stage=…&prefecture=…&overdue=1`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<OnboardingPage, Fault> {
    let (today, lang) = (day_in_japan(visit.now), visit.lang);
    let (asked, rows) = (Asked::of(visit), desk.ctx.store.stages(None).await?);
    let master = desk.ctx.master();
    let beginners = all(&master, rows, today);
    let mut found: Vec<(&Beginner<'_>, &Standing)> = beginners
        .iter()
        .filter_map(|it| Some((it, it.next()?)))
        .filter(|(it, next)| asked.fits(it.body.id, next, today))
        .collect();
    let part = Part::cut(&mut found, "authorities", visit);
    let stage = |it: Stage| Choice {
        word: it.as_str().to_owned(),
        name: onboarding_words::stage(it, lang).to_owned(),
        chosen: asked.stage == Some(it),
    };
    let prefecture = |(code, name): (&str, String)| Choice {
        word: code.to_owned(),
        name,
        chosen: code == asked.prefecture,
    };
    Ok(OnboardingPage {
        shell: visit.shell("/onboarding"),
        w: Words::of(lang),
        counts: Stage::ALL.iter().map(|it| Count::new(*it, &beginners, (visit, today))).collect(),
        stages: Stage::ALL.into_iter().map(stage).collect(),
        prefectures: prefectures(lang)
            .map(|(code, name)| prefecture((code, name.to_owned())))
            .collect(),
        is_overdue: asked.is_overdue,
        csv: csv_link(visit),
        lines: found.iter().map(|(it, next)| Line::new(it, next, (visit, today))).collect(),
        part,
    })
}

/// The same list as a file.
fn csv_link(visit: &Visit) -> String {
    let link = visit.link(&[("authorities", ""), ("lang", "")]);
    match link.split_once('?') {
        Some((_, query)) => format!("/onboarding.csv?{query}"),
        None => "/onboarding.csv".to_owned(),
    }
}

impl Count {
    fn new(stage: Stage, all: &[Beginner<'_>], (visit, today): (&Visit, Date)) -> Self {
        let at = all.iter().filter_map(Beginner::next).filter(|next| next.stage == stage);
        let (mut count, mut overdue) = (0, 0);
        for next in at {
            count += 1;
            overdue += usize::from(next.is_overdue(today));
        }
        let standings = all.iter().flat_map(|it| &it.stages);
        Self {
            name: onboarding_words::stage(stage, visit.lang),
            link: format!("/onboarding?stage={}", stage.as_str()),
            at: count,
            overdue,
            done: standings.filter(|it| it.stage == stage && it.done.is_some()).count(),
        }
    }
}

impl Line {
    fn new(it: &Beginner<'_>, next: &Standing, (visit, today): (&Visit, Date)) -> Self {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let late = next.due_on.filter(|_| next.is_overdue(today));
        Self {
            code: it.body.id.to_string(),
            name: it.body.name.to_owned(),
            prefecture: it.body.prefecture.to_owned(),
            stage: onboarding_words::stage(next.stage, lang),
            keeper: onboarding_words::keeper(next.keeper, lang),
            due: next.due_on.map_or_else(|| w.no_day.to_owned(), |day| day.to_string()),
            state: badge(next, today, lang),
            late: late.map(|day| days_between(day, today)),
        }
    }
}

/// `GET /onboarding.csv`: a row for each stage of what the list shows, all parts of it.
pub(super) async fn csv(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let rows = match desk.ctx.store.stages(None).await {
        Ok(rows) => rows,
        Err(error) => return visit.fault(&error.into()),
    };
    let today = day_in_japan(visit.now);
    match table(&all(&desk.ctx.master(), rows, today), &Asked::of(&visit), today) {
        Ok(bytes) => {
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (CONTENT_DISPOSITION, disposition(&format!("onboarding-{today}.csv"), false)),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => visit.fault(&Fault::Away(error.to_string())),
    }
}

fn table(all: &[Beginner<'_>], asked: &Asked, today: Date) -> Result<Vec<u8>, csv::Error> {
    // With its mark: spreadsheets take it for another encoding otherwise.
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(COLUMNS)?;
    for it in all {
        let Some(next) = it.next().filter(|next| asked.fits(it.body.id, next, today)) else {
            continue;
        };
        for standing in &it.stages {
            let state = match standing.done {
                Some(_) => "done",
                None if standing.is_overdue(today) => "overdue",
                None if standing.stage == next.stage => "present",
                None => "open",
            };
            let said = standing.said.as_ref();
            writer.write_record([
                it.body.id.as_str(),
                it.body.prefecture,
                it.body.name,
                standing.stage.as_str(),
                standing.stage.label_ja(),
                standing.keeper.as_str(),
                &standing.due_on.map(|day| day.to_string()).unwrap_or_default(),
                state,
                said.map_or("", |row| &row.name),
                said.map_or("", |row| &row.why),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// The seat of operations at an authority's page.
pub(super) fn seat(authority: AuthorityId, may: bool, [stages, checks]: [&str; 2]) -> Seat<'_> {
    Seat { authority, is_operations: true, may, stages, checks }
}

/// Where the forms of an authority's page are sent.
pub(super) fn addresses(authority: AuthorityId) -> [String; 2] {
    ["stages", "check"].map(|what| format!("/authorities/{authority}/{what}"))
}

/// `POST /authorities/{code}/stages`
pub(super) async fn say(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    act(&desk, &code, (&form, true)).await
}

/// `POST /authorities/{code}/check`
pub(super) async fn check(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    act(&desk, &code, (&form, false)).await
}

async fn act(desk: &Desk, code: &str, (form, is_stage): (&Sent<Keeper>, bool)) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(authority) = code.parse::<AuthorityId>() else {
        return visit.fault(&Fault::NoAuthority);
    };
    let by = actor(visit);
    let [stages, checks] = addresses(authority);
    let seat = seat(authority, true, [&stages, &checks]);
    let (done, part) = if is_stage {
        let done = record(desk, (visit, &by), (seat, &form.fields)).await;
        let problems = |it| Problems { stage: Some(it), ..Problems::default() };
        (done.map(|refused| refused.map(problems)), "stage#stages")
    } else {
        let done = send(desk, (visit, &by), (seat, &form.fields)).await;
        let problems = |it| Problems { check: Some(it), ..Problems::default() };
        (done.map(|problem| problem.map(problems)), "check#checks")
    };
    let problems = match done {
        Ok(None) => return see_other(&format!("/authorities/{authority}?done={part}")),
        Ok(Some(problems)) => problems,
        Err(fault) => return visit.fault(&fault),
    };
    match authorities::read(desk, authority.as_str(), (visit, problems)).await {
        Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(fault) => visit.fault(&fault),
    }
}

//! `/redrives/{id}`: what one redrive holds and touches, who is behind it, and how far it is.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use schemas::DeliveryId;
use uuid::Uuid;

use super::hands::{Hands, actor};
use super::redrives::{described, refused};
use super::troubles;
use crate::operate::By;
use crate::operate::redrive::{self, RedriveProblem};
use crate::store::{RedriveItemRow, RedriveRow, RedriveState};
use crate::web::Desk;
use crate::web::cursor::ROWS;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Badge, Stamp, grouped};
use crate::web::redrive_words::{self, Words};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

#[derive(Template)]
#[template(path = "operations/redrive.html")]
struct RedrivePage {
    shell: Shell,
    w: &'static Words,
    hands: Hands,
    id: Uuid,
    state: Badge,
    choice: String,
    /// What it touches, and how far it is: name and number.
    touched: Vec<(String, String)>,
    next_due: Option<Stamp>,
    progress: Vec<(&'static str, String)>,
    why: String,
    /// Who did what, and when.
    people: Vec<(&'static str, String, Stamp)>,
    ended: Option<Stamp>,
    may_start: bool,
    may_cancel: bool,
    /// What stands beside the button that starts it, when it is large.
    alone_max: Option<String>,
    approval: Approval,
    items: Vec<Item>,
    newest: Option<String>,
    older: Option<String>,
}

/// Whether it waits for a second person.
enum Approval {
    /// It does not.
    Not,
    /// It does, and the visitor is not the first.
    Yours,
    /// It does, and the visitor is the first: their name.
    Anothers(String),
}

struct Item {
    place: i32,
    id: DeliveryId,
    cause: String,
    /// What the cause means.
    sentence: Option<String>,
    due: Option<(Stamp, bool)>,
    doubtful: bool,
    state: Badge,
    found: String,
}

/// `GET /redrives/{id}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read(&desk, &id, (&visit, None)).await)
}

async fn read(
    desk: &Desk,
    id: &str,
    (visit, problem): (&Visit, Option<String>),
) -> Result<RedrivePage, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::NoPage)?;
    let row = desk.ctx.store.redrive(id).await?.ok_or(Fault::NoPage)?;
    let after: i32 = visit.get("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut items = desk.ctx.store.redrive_items(id, after, ROWS + 1).await?;
    let more = items.len() > ROWS;
    items.truncate(ROWS);
    let last = items.last().filter(|_| more).map(|item| item.place.to_string());
    let (w, lang) = (Words::of(visit.lang), visit.lang);
    let stamp = |ms| Stamp::new(ms, visit.now, lang);
    let settings = &desk.ctx.config.operations;
    let is_large = usize::try_from(row.items).is_ok_and(|n| n > settings.redrive_alone_max);
    let most = grouped(i64::try_from(settings.redrive_alone_max).unwrap_or(i64::MAX));
    let number = |n: i32| grouped(i64::from(n));
    Ok(RedrivePage {
        shell: visit.living_shell("/troubles"),
        w,
        hands: Hands::new(desk, visit, problem),
        id,
        state: redrive_words::state(row.state, lang),
        choice: described(desk, &row, visit),
        touched: vec![
            (w.items.to_owned(), number(row.items)),
            (w.doubtful.to_owned(), number(row.doubtful)),
            (w.overdue.to_owned(), number(row.overdue)),
            (format!("{} {})", w.near, settings.redrive_near_days), number(row.near)),
        ],
        next_due: row.next_due.map(stamp),
        progress: vec![
            (w.done, number(row.done)),
            (w.skipped, number(row.skipped)),
            (w.left, number(row.left())),
        ],
        people: people(&row, visit),
        ended: row.ended_at.map(stamp),
        may_start: row.state == RedriveState::Previewed,
        may_cancel: !row.state.is_over(),
        alone_max: is_large.then_some(most),
        approval: Approval::of(&row, visit),
        why: row.why,
        items: items.into_iter().map(|item| Item::new(item, visit)).collect(),
        newest: (after > 0).then(|| visit.link(&[("after", "")])),
        older: last.map(|place| visit.link(&[("after", &place)])),
    })
}

fn people(row: &RedriveRow, visit: &Visit) -> Vec<(&'static str, String, Stamp)> {
    let w = Words::of(visit.lang);
    let all = [
        (w.made, Some(row.made_name.clone()), Some(row.made_at)),
        (w.started, row.started_name.clone(), row.started_at),
        (w.approved, row.approved_name.clone(), row.approved_at),
    ];
    let told = all.into_iter().filter_map(|(what, name, at)| Some((what, name?, at?)));
    told.map(|(what, name, at)| (what, name, Stamp::new(at, visit.now, visit.lang))).collect()
}

impl Approval {
    fn of(row: &RedriveRow, visit: &Visit) -> Self {
        let person = actor(visit).person;
        match row.state {
            RedriveState::Proposed if row.started_by.as_ref() == Some(&person) => {
                Self::Anothers(row.started_name.clone().unwrap_or_default())
            }
            RedriveState::Proposed => Self::Yours,
            RedriveState::Previewed
            | RedriveState::Running
            | RedriveState::Finished
            | RedriveState::Cancelled => Self::Not,
        }
    }
}

impl Item {
    fn new(row: RedriveItemRow, visit: &Visit) -> Self {
        let due = |at| (Stamp::new(at, visit.now, visit.lang), at <= visit.now);
        Self {
            place: row.place,
            id: row.delivery_id,
            sentence: troubles::anyones(&row.cause, visit),
            cause: row.cause,
            due: row.due_at.map(due),
            doubtful: row.doubtful != 0,
            state: redrive_words::item(row.state, visit.lang),
            found: row.found.unwrap_or_default(),
        }
    }
}

/// What a button of the page does.
#[derive(Clone, Copy)]
enum Act {
    Start,
    Approve,
    Cancel,
}

impl Act {
    async fn play(self, desk: &Desk, id: Uuid, by: By<'_>) -> Result<RedriveRow, RedriveProblem> {
        match self {
            Self::Start => redrive::start(&desk.ctx, id, by).await,
            Self::Approve => redrive::approve(&desk.ctx, id, by).await,
            Self::Cancel => redrive::cancel(&desk.ctx, id, by).await,
        }
    }
}

async fn played(desk: &Desk, id: &str, form: &Sent<Keeper>, act: Act) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(known) = id.parse::<Uuid>() else { return visit.fault(&Fault::NoPage) };
    let actor = actor(visit);
    let by = By { actor: &actor, why: form.fields.get("why").unwrap_or_default() };
    let done = act.play(desk, known, by).await;
    match done.map_err(|problem| refused(desk, problem, (visit, Fault::NoPage))) {
        Ok(_) => see_other(&format!("/redrives/{known}?done=1#hands")),
        Err(Ok((status, sentence))) => {
            let page = read(desk, id, (visit, Some(sentence))).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

/// `POST /redrives/{id}/start`
pub(super) async fn start(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    played(&desk, &id, &form, Act::Start).await
}

/// `POST /redrives/{id}/approve`
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    played(&desk, &id, &form, Act::Approve).await
}

/// `POST /redrives/{id}/cancel`
pub(super) async fn cancel(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    played(&desk, &id, &form, Act::Cancel).await
}

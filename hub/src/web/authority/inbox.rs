//! `/authority`: what has arrived. First what nobody has opened, then what is open, the oldest
//! first; in views of their own what was answered or withdrawn, the newest first.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::deadline::{Judged, Timeliness};
use schemas::{DeliveryId, FilingId, FilingKind, ServiceCode, Submission};

use super::Clerk;
use super::filters::{Draft, Saved};
use super::hand::holders;
use super::words::Words;
use crate::context::day_in_japan;
use crate::delivery::{Delivery, Review};
use crate::judgement;
use crate::store::{InboxCounts, InboxFilter, InboxRow, RevisionRow};
use crate::web::Desk;
use crate::web::archive::{Board, Seat};
use crate::web::contacts::told_of;
use crate::web::cursor::ROWS;
use crate::web::deadlines;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::onboarding_words::Words as TestWords;
use crate::web::parts::{Badge, Choice, Stamp, grouped};
use crate::web::visit::{Visit, see_other};
use crate::written::as_receipt_number;

/// Services that a line names at most.
const SERVICES_MAX: usize = 3;

#[derive(Template)]
#[template(path = "authority/inbox.html")]
pub(super) struct InboxPage {
    shell: Shell,
    w: &'static Words,
    news: Board,
    unopened: String,
    opened: String,
    /// Word, name, and whether it is this one.
    views: Vec<Choice>,
    view: &'static str,
    kinds: Vec<Choice>,
    services: Vec<Choice>,
    text: String,
    /// Whether it shows only what the clerk has in hand.
    mine: bool,
    is_narrowed: bool,
    /// Whether nobody can be told of what lies unread.
    has_no_contact: bool,
    saved: Saved,
    lines: Vec<Line>,
    first: Option<String>,
    next: Option<String>,
}

struct Line {
    delivery: String,
    receipt_number: String,
    review: Badge,
    is_new: bool,
    /// What says that it is a test and no filing.
    test: Option<Badge>,
    kind: &'static str,
    /// What a revision after the first is.
    revision: Option<String>,
    services: String,
    office: String,
    operator: String,
    arrived: Stamp,
    due: Option<(String, Badge)>,
    /// Who has it in hand.
    holder: Option<String>,
    /// Who was told that it lies unread, and when, the last time.
    told: Option<String>,
}

impl InboxPage {
    /// Whether what it shows can be accepted from here.
    fn may_accept(&self) -> bool {
        matches!(self.view, "todo" | "unread")
    }
}

/// What a page of the inbox shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Todo,
    Unread,
    Answered,
    Withdrawn,
    All,
}

impl View {
    const ALL: [Self; 5] = [Self::Todo, Self::Unread, Self::Answered, Self::Withdrawn, Self::All];

    fn of(visit: &Visit) -> Self {
        let asked = visit.get("view");
        Self::ALL.into_iter().find(|it| Some(it.as_str()) == asked).unwrap_or(Self::Todo)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Unread => "unread",
            Self::Answered => "answered",
            Self::Withdrawn => "withdrawn",
            Self::All => "all",
        }
    }

    /// The states of review that it shows, where it does not show all.
    fn reviews(self) -> Option<&'static str> {
        match self {
            Self::Todo => Some("unopened opened"),
            Self::Unread => Some("unopened"),
            Self::Answered => Some("accepted returned"),
            Self::Withdrawn => Some("withdrawn"),
            Self::All => None,
        }
    }

    fn name(self, w: &Words, all: &'static str) -> &'static str {
        match self {
            Self::Todo => w.todo,
            Self::Unread => w.unopened,
            Self::Answered => w.answered,
            Self::Withdrawn => w.withdrawn,
            Self::All => all,
        }
    }
}

/// `GET /authority?view=…&kind=…&service=…&text=…`
pub(super) async fn show(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    match by_number(&desk, &clerk).await {
        Ok(Some(to)) => see_other(&to),
        Ok(None) => clerk.visit.answer(read(&desk, &clerk, Draft::default()).await),
        Err(fault) => clerk.visit.fault(&fault),
    }
}

/// Where a receipt number in the search leads, if it is of a filing to this authority.
async fn by_number(desk: &Desk, clerk: &Clerk) -> Result<Option<String>, Fault> {
    let Some(number) = clerk.visit.get("text").and_then(as_receipt_number) else { return Ok(None) };
    let store = &desk.ctx.store;
    let Some(filing) = store.filing_by_receipt_number(&number).await? else { return Ok(None) };
    let deliveries = store.deliveries_of(filing.id).await?;
    let theirs = deliveries.iter().filter(|it| it.authority == clerk.authority);
    let newest = theirs.max_by_key(|it| it.revision);
    Ok(newest.map(|it| format!("/authority/deliveries/{}", it.id)))
}

/// The page that the visit asks for, with the name of a filter that was not saved.
pub(super) async fn read(desk: &Desk, clerk: &Clerk, draft: Draft) -> Result<InboxPage, Fault> {
    let visit = &clerk.visit;
    let w = Words::of(visit.lang);
    let view = View::of(visit);
    let kind: Option<FilingKind> = visit.get("kind").and_then(|word| word.parse().ok());
    let service: Option<ServiceCode> = visit.get("service").and_then(|word| word.parse().ok());
    let filter = InboxFilter {
        authority: clerk.authority,
        review: view.reviews().map(str::to_owned),
        kind,
        service,
        text: visit.get("text").map(|text| text.trim().to_owned()),
        assignee: (visit.get("hand") == Some("mine")).then(|| clerk.actor().person),
        at: visit.get("at").and_then(|text| text.parse().ok()),
        id: visit.get("id").and_then(|text| text.parse().ok()),
        limit: ROWS + 1,
    };
    let InboxCounts { unopened, opened } = desk.ctx.store.inbox_counts(clerk.authority).await?;
    let mut rows = match view {
        View::Todo => undecided(desk, visit, filter).await?,
        View::Unread => desk.ctx.store.inbox_undecided(&filter).await?,
        View::Answered | View::Withdrawn | View::All => {
            desk.ctx.store.inbox_newest(&filter).await?
        }
    };
    let next = next(&mut rows, visit);
    let first = visit.get("at").map(|_| visit.link(&[("at", ""), ("id", ""), ("in", "")]));
    let choice = |it: View| Choice {
        word: it.as_str().to_owned(),
        name: it.name(w, visit.lang.words().all).to_owned(),
        chosen: it == view,
    };
    Ok(InboxPage {
        shell: visit.shell("/authority"),
        w,
        news: Board::read(desk, visit, Seat::AUTHORITY).await?,
        unopened: grouped(unopened),
        opened: grouped(opened),
        views: View::ALL.into_iter().map(choice).collect(),
        view: view.as_str(),
        kinds: kinds(visit, kind),
        services: services(desk, visit, service),
        text: visit.get("text").unwrap_or_default().to_owned(),
        mine: visit.get("hand") == Some("mine"),
        is_narrowed: ["kind", "service", "text", "hand"]
            .iter()
            .any(|name| visit.get(name).is_some()),
        has_no_contact: !has_contact(desk, clerk).await?,
        saved: Saved::read(desk, clerk, draft).await?,
        lines: lines(desk, clerk, &rows).await?,
        first,
        next,
    })
}

/// Whether the authority can be written to, or nobody is told anyway.
async fn has_contact(desk: &Desk, clerk: &Clerk) -> Result<bool, Fault> {
    let (ctx, today) = (&desk.ctx, day_in_japan(clerk.visit.now));
    if ctx.config.reminders.unread_days == 0 {
        return Ok(true);
    }
    let counts = ctx.store.contacts_on(today, Some(clerk.authority)).await?;
    Ok(counts.iter().any(|row| row.mail.is_some()))
}

/// What waits: first what nobody has opened, then what is open.
async fn undecided(
    desk: &Desk,
    visit: &Visit,
    filter: InboxFilter,
) -> Result<Vec<InboxRow>, Fault> {
    let store = &desk.ctx.store;
    let is_beyond = visit.get("in") == Some(Review::Opened.as_str());
    let in_state = |review: Review, filter: InboxFilter| InboxFilter {
        review: Some(review.as_str().to_owned()),
        ..filter
    };
    let mut rows = Vec::new();
    if !is_beyond {
        rows = store.inbox_undecided(&in_state(Review::Unopened, filter.clone())).await?;
    }
    let room = filter.limit - rows.len();
    if room > 0 {
        let (at, id) = if is_beyond { (filter.at, filter.id) } else { (None, None) };
        let opened = InboxFilter { at, id, limit: room, ..filter };
        rows.extend(store.inbox_undecided(&in_state(Review::Opened, opened)).await?);
    }
    Ok(rows)
}

/// The way to the rows behind these; takes the one row more away.
fn next(rows: &mut Vec<InboxRow>, visit: &Visit) -> Option<String> {
    let is_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let last = rows.last().filter(|_| is_more)?;
    let (at, id) = (last.created_at.to_string(), last.delivery.to_string());
    Some(visit.link(&[("at", &at), ("id", &id), ("in", last.review.as_str())]))
}

fn kinds(visit: &Visit, chosen: Option<FilingKind>) -> Vec<Choice> {
    let choice = |it: &FilingKind| Choice {
        word: it.as_str().to_owned(),
        name: visit.lang.kind(*it).to_owned(),
        chosen: chosen == Some(*it),
    };
    FilingKind::ALL.iter().map(choice).collect()
}

fn services(desk: &Desk, visit: &Visit, chosen: Option<ServiceCode>) -> Vec<Choice> {
    let today = day_in_japan(visit.now);
    let master = desk.ctx.master();
    let rows = master.services().iter().filter(|row| row.period.contains(today));
    let choice = |row: &routing::ServiceRow| Choice {
        word: row.code.to_string(),
        name: format!("{} {}", row.code, row.name),
        chosen: chosen == Some(row.code),
    };
    rows.map(choice).collect()
}

async fn lines(desk: &Desk, clerk: &Clerk, rows: &[InboxRow]) -> Result<Vec<Line>, Fault> {
    let (visit, authority) = (&clerk.visit, clerk.authority);
    let mut ids: Vec<FilingId> = rows.iter().map(|row| row.filing).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut revisions: HashMap<FilingId, Vec<RevisionRow>> = HashMap::new();
    for revision in desk.ctx.store.revisions_of_all(&ids).await? {
        revisions.entry(revision.filing_id).or_default().push(revision);
    }
    let mut deliveries: HashMap<FilingId, Vec<Delivery>> = HashMap::new();
    for delivery in desk.ctx.store.deliveries_of_all(&ids).await? {
        deliveries.entry(delivery.filing_id).or_default().push(delivery);
    }
    let deliveries_shown: Vec<_> = rows.iter().map(|row| row.delivery).collect();
    let mut holders = holders(desk, &deliveries_shown).await?;
    let mut told: HashMap<DeliveryId, String> = HashMap::new();
    for row in desk.ctx.store.reminded_of(&deliveries_shown).await? {
        told.insert(row.delivery, told_of(&row, visit.lang));
    }
    let mut line = |row: &InboxRow| {
        let revisions = revisions.get(&row.filing).map(Vec::as_slice).unwrap_or_default();
        let deliveries = deliveries.get(&row.filing).map(Vec::as_slice).unwrap_or_default();
        let deliveries: Vec<Delivery> =
            deliveries.iter().filter(|it| it.authority == authority).cloned().collect();
        let judged = judgement::deadlines(&desk.ctx, revisions, &deliveries);
        let document = revisions.iter().find(|it| it.revision == row.revision);
        let services = services_of(desk, visit, document);
        let due = pressing(&judged).map(|it| due(it, visit));
        let holder = holders.remove(&row.delivery);
        let told = told.remove(&row.delivery);
        Line { holder, told, ..Line::new(row, services, due, visit) }
    };
    Ok(rows.iter().map(&mut line).collect())
}

/// The services that a revision is about, by name.
fn services_of(desk: &Desk, visit: &Visit, revision: Option<&RevisionRow>) -> String {
    let document = revision.and_then(|it| serde_json::from_str::<Submission>(&it.document).ok());
    let offices = document.map(|it| it.offices).unwrap_or_default();
    let mut codes: Vec<ServiceCode> =
        offices.iter().flat_map(|office| &office.services).map(|it| it.service).collect();
    codes.sort_unstable();
    codes.dedup();
    let master = desk.ctx.master();
    let rows = master.services();
    let name = |code: &ServiceCode| {
        let row = rows.iter().find(|row| row.code == *code);
        row.map_or_else(|| code.to_string(), |row| row.name.clone())
    };
    let mut names: Vec<String> = codes.iter().take(SERVICES_MAX).map(name).collect();
    if codes.len() > SERVICES_MAX {
        let more = codes.len() - SERVICES_MAX;
        names.push(format!("{}{more}", Words::of(visit.lang).more));
    }
    names.join(visit.lang.pick("、", ", "))
}

/// The deadline that a clerk should see first: one that was missed, else the earliest.
fn pressing(judged: &[Judged]) -> Option<&Judged> {
    let dated = judged.iter().filter(|it| it.due.is_some());
    dated.min_by_key(|it| (it.timeliness != Timeliness::Late, it.due))
}

fn due(judged: &Judged, visit: &Visit) -> (String, Badge) {
    let day = judged.due.map(|day| day.to_string()).unwrap_or_default();
    (day, deadlines::badge(judged.timeliness, visit.lang))
}

impl Line {
    fn new(row: &InboxRow, services: String, due: Option<(String, Badge)>, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let revision = match row.action.as_str() {
            "correct" => Some(format!("{} {}", w.correction, row.revision)),
            "withdraw" => Some(w.withdrawal.to_owned()),
            _ => None,
        };
        Self {
            delivery: row.delivery.to_string(),
            receipt_number: row.receipt_number.clone(),
            review: labels::review(row.review, visit.lang),
            is_new: row.review == Review::Unopened,
            test: row.is_test().then(|| Badge::new("hold", TestWords::of(visit.lang).test)),
            kind: visit.lang.kind(row.kind),
            revision,
            services,
            office: row.office_name.clone(),
            operator: row.operator_name.clone(),
            arrived: Stamp::new(row.received_at, visit.now, visit.lang),
            due,
            holder: None,
            told: None,
        }
    }
}

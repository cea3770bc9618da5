//! `/authorities/{code}` and `/prefectures/{code}`: who receives, how, and how it goes there.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use routing::{Body, Master, Status};
use schemas::{AuthorityId, FilingKind};

use super::deliveries::{DeliveryLine, DeliveryTable};
use super::hands::Hands;
use super::lanes::{LaneHand, LaneLine, LaneTable, lane_hands};
use super::map::{describe, english_name};
use super::onboarding::{addresses, seat};
use super::snapshot::{Health, count, word};
use super::steps::{Steps, steps};
use crate::context::day_in_japan;
use crate::store::Filter;
use crate::web::Desk;
use crate::web::contact_words;
use crate::web::contacts::ToldTable;
use crate::web::cursor::{newest, older, paged};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::handouts::{self, HandoutCard};
use crate::web::labels;
use crate::web::onboarding::{CheckCard, Refused, StageCard};
use crate::web::parts::{Badge, grouped, percent};
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/authority.html")]
pub(super) struct AuthorityPage {
    shell: Shell,
    code: String,
    name: String,
    class: &'static str,
    prefecture: String,
    prefecture_code: String,
    since: String,
    readiness: Badge,
    not_taken: Vec<&'static str>,
    /// How to file when it does not take filings.
    alternative: Option<(&'static str, String)>,
    health: String,
    steps: Steps,
    lanes: Vec<LaneLine>,
    hands: Hands,
    /// What can be done with each of its lanes.
    stops: Vec<LaneHand>,
    /// Where it is told of what lies unread, and what it was told.
    contact: Option<String>,
    told: ToldTable,
    is_told: bool,
    cw: &'static contact_words::Words,
    stages: StageCard,
    checks: CheckCard,
    handouts: HandoutCard,
    table: DeliveryTable,
    newest: Option<String>,
    older: Option<String>,
}

/// What did not go of what the page's forms ask for, each told beside its form.
#[derive(Default)]
pub(super) struct Problems {
    pub(super) hands: Option<String>,
    pub(super) stage: Option<Refused>,
    pub(super) check: Option<String>,
    pub(super) handout: Option<String>,
}

/// Reminders that the page shows; the page of its address has more.
const TOLD_ROWS: usize = 5;

/// `GET /authorities/{code}`
pub(super) async fn authority(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read(&desk, &code, (&visit, Problems::default())).await)
}

/// The page, with what did not go.
pub(super) async fn read(
    desk: &Desk,
    code: &str,
    (visit, problems): (&Visit, Problems),
) -> Result<AuthorityPage, Fault> {
    let (ctx, lang) = (&desk.ctx, visit.lang);
    let code: AuthorityId = code.parse().map_err(|_| Fault::NoAuthority)?;
    let master = ctx.master();
    let body = master.body(code, day_in_japan(visit.now)).ok_or(Fault::NoAuthority)?;
    let health = healths(desk, &[code]).await?.remove(code.as_str()).unwrap_or_default();
    let mut lanes = ctx.store.lanes().await?;
    lanes.retain(|lane| lane.authority == code);
    let filter = Filter { authority: Some(code), ..paged(visit) };
    let mut rows = ctx.store.list_deliveries(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.created_at, row.id.0));
    let contact = ctx.store.contacts_on(day_in_japan(visit.now), Some(code)).await?.pop();
    let told = ctx.store.reminders_about(code, TOLD_ROWS).await?;
    let hands = Hands::new(desk, visit, problems.hands);
    let by_hand =
        if hands.may { lane_hands(desk, (code, &lanes), visit).await? } else { Vec::new() };
    let [say, check] = addresses(code);
    let seat = seat(code, hands.may, [&say, &check]);
    let of_handouts = handouts::Seat { authority: code, is_operations: true, may: hands.may };
    Ok(AuthorityPage {
        stages: StageCard::read(desk, visit, (seat, problems.stage)).await?,
        checks: CheckCard::read(desk, visit, (seat, problems.check)).await?,
        handouts: HandoutCard::read(desk, visit, (of_handouts, problems.handout)).await?,
        shell: visit.living_shell("/authorities"),
        code: code.to_string(),
        name: body.name.to_owned(),
        class: labels::class(&body, lang),
        prefecture: prefecture_name(body.prefecture, code.prefecture(), visit),
        prefecture_code: code.prefecture().to_owned(),
        since: body.period.from.map(|day| day.to_string()).unwrap_or_default(),
        readiness: reception(&body, visit),
        not_taken: kinds_not_taken(&body, visit),
        alternative: alternative(&body, visit),
        health: describe(&health, lang),
        steps: steps(desk, code, visit).await?,
        hands,
        stops: by_hand,
        lanes: lanes.iter().map(|lane| LaneLine::new(desk, lane, visit)).collect(),
        contact: contact.and_then(|row| row.mail),
        is_told: !told.is_empty(),
        told: ToldTable::new(desk, &told, (visit, true)),
        cw: contact_words::Words::of(lang),
        table: DeliveryTable {
            w: lang.words(),
            caption: lang.words().deliveries,
            with_filing: true,
            with_authority: false,
            lines: rows.iter().map(|row| DeliveryLine::new(desk, row, visit)).collect(),
        },
        newest: newest(visit),
        older,
    })
}

impl AuthorityPage {
    fn lane_table(&self) -> LaneTable<'_> {
        LaneTable { w: self.shell.w, with_authority: false, lines: &self.lanes }
    }
}

fn is_open(body: &Body<'_>) -> bool {
    body.reception.prepared && body.reception.status == Status::Open
}

pub(super) fn reception(body: &Body<'_>, visit: &Visit) -> Badge {
    let kind = FilingKind::ALL.iter().copied().find(|kind| !body.reception.not_taken.has(*kind));
    labels::readiness(body.reception.readiness(kind.unwrap_or(FilingKind::Change)), visit.lang)
}

pub(super) fn kinds_not_taken(body: &Body<'_>, visit: &Visit) -> Vec<&'static str> {
    let not_taken = FilingKind::ALL.iter().filter(|kind| body.reception.not_taken.has(**kind));
    not_taken.map(|kind| visit.lang.kind(*kind)).collect()
}

pub(super) fn alternative(body: &Body<'_>, visit: &Visit) -> Option<(&'static str, String)> {
    let all_taken = kinds_not_taken(body, visit).is_empty();
    let way = labels::alternative(body.reception.alternative, visit.lang);
    (!is_open(body) || !all_taken).then(|| (way, body.reception.alternative_note.clone()))
}

pub(super) fn prefecture_name(japanese: &str, code: &str, visit: &Visit) -> String {
    visit.lang.pick(japanese, english_name(code).unwrap_or(japanese)).to_owned()
}

#[derive(Template)]
#[template(path = "operations/prefecture.html")]
struct PrefecturePage {
    shell: Shell,
    name: String,
    health: String,
    lines: Vec<AuthorityLine>,
}

struct AuthorityLine {
    code: String,
    name: String,
    class: &'static str,
    readiness: Badge,
    share: String,
    sign: &'static str,
    grade: &'static str,
    /// Delivered, under way, waiting, held, failed; empty when 0.
    counts: [String; 5],
}

/// `GET /prefectures/{code}`
pub(super) async fn prefecture(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read_prefecture(&desk, &code, &visit).await)
}

async fn read_prefecture(desk: &Desk, code: &str, visit: &Visit) -> Result<PrefecturePage, Fault> {
    let today = day_in_japan(visit.now);
    let master = desk.ctx.master();
    let mut bodies = bodies_of(&master, code, today);
    let first = bodies.first().ok_or(Fault::NoPrefecture)?;
    let name = prefecture_name(first.prefecture, code, visit);
    let codes: Vec<AuthorityId> = bodies.iter().map(|body| body.id).collect();
    let healths = healths(desk, &codes).await?;
    let health = |body: &Body<'_>| healths.get(body.id.as_str()).copied().unwrap_or_default();
    // Trouble first, then where anything goes on; the order of the master within each.
    bodies.sort_by_key(|body| (Reverse(health(body).troubled()), health(body).all() == 0));
    let mut all = Health::default();
    for each in healths.values() {
        all = all.with(each);
    }
    Ok(PrefecturePage {
        shell: visit.living_shell("/"),
        name,
        health: describe(&all, visit.lang),
        lines: bodies.iter().map(|body| AuthorityLine::new(body, &health(body), visit)).collect(),
    })
}

/// The authorities of a prefecture, itself first, then its unions.
fn bodies_of<'m>(master: &'m Master, code: &str, today: Date) -> Vec<Body<'m>> {
    let own = |id: AuthorityId| id.prefecture() == code;
    let rows = master.authorities_on(today).filter(|row| own(row.code)).map(Body::from);
    let unions = master.unions_on(today).filter(|row| own(row.id)).map(Body::from);
    rows.chain(unions).collect()
}

async fn healths(desk: &Desk, codes: &[AuthorityId]) -> Result<HashMap<String, Health>, Fault> {
    let mut healths: HashMap<String, Health> = HashMap::new();
    for row in desk.ctx.store.count_by_authority(codes).await? {
        let health = healths.entry(word(&row, "authority").to_owned()).or_default();
        health.add(word(&row, "state"), count(&row));
    }
    Ok(healths)
}

impl AuthorityLine {
    fn new(body: &Body<'_>, health: &Health, visit: &Visit) -> Self {
        let number = |n: i64| if n == 0 { String::new() } else { grouped(n) };
        let Health { delivered, moving, waiting, held, failed, .. } = *health;
        Self {
            code: body.id.to_string(),
            name: body.name.to_owned(),
            class: labels::class(body, visit.lang),
            readiness: reception(body, visit),
            share: percent(delivered, health.settled()),
            sign: health.grade().sign(),
            grade: health.grade().class(),
            counts: [delivered, moving, waiting, held, failed].map(number),
        }
    }
}

//! `/filings/{id or receipt number}`: one filing, all of it.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use routing::{Language, Plan, Readiness};
use schemas::{AuthorityId, DeliveryId, FilingId, FilingKind, Why};

use super::attempts::{AttemptLine, AttemptTable};
use super::deliveries::{DeliveryLine, DeliveryTable};
use crate::context::day_in_japan;
use crate::delivery::{Delivery, State as Transport};
use crate::erasure::mark_in;
use crate::filing::Status;
use crate::judgement;
use crate::notices::WEBHOOK;
use crate::operate::reroute::BY_HAND;
use crate::store::{Chain, EventRow, FilingRow, NoticeRow, RevisionRow};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::deadlines::DeadlineLine;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::onboarding_words::Words as TestWords;
use crate::web::parts::{Badge, ErasedLine, Part, Stamp, grouped};
use crate::web::roles::Staff;
use crate::web::story::Line;
use crate::web::visit::Visit;
use crate::written::as_receipt_number;

/// Lines of the plan in sentences at most.
const SENTENCES_MAX: usize = 80;

#[derive(Template)]
#[template(path = "operations/filing.html")]
struct FilingPage {
    shell: Shell,
    receipt_number: String,
    /// What says that it is a test and no filing.
    test: Option<&'static str>,
    id: String,
    kind: &'static str,
    operator: String,
    corporate_number: String,
    office: String,
    received: Stamp,
    revision: i32,
    /// Of the revisions, the first one's first.
    traces: Vec<String>,
    withdrawn: Option<Stamp>,
    erased: Option<ErasedLine>,
    may_erase: bool,
    status: Badge,
    chain: ChainLine,
    problems: Vec<Problem>,
    deadlines: Vec<DeadlineLine>,
    table: DeliveryTable,
    deliveries_part: Part,
    timeline: Vec<Line>,
    timeline_part: Part,
    attempts: AttemptTable,
    plan: Option<PlanTable>,
    plan_part: Part,
    notices: Vec<NoticeLine>,
    notices_part: Part,
}

/// What the chain of events proves.
enum ChainLine {
    Whole { events: String, head: String },
    Retired,
    Broken(String),
}

/// The plan of the first revision.
struct PlanTable {
    master_version: String,
    date: String,
    planned: Option<Stamp>,
    lines: Vec<PlanLine>,
    sentences: Vec<String>,
}

struct Problem {
    sentence: String,
    owner: &'static str,
    code: String,
}

struct PlanLine {
    code: String,
    authority: String,
    rule: String,
    article: String,
    readiness: Badge,
}

struct NoticeLine {
    kind: String,
    state: Badge,
    recipient: String,
    created: Stamp,
    sent: Option<Stamp>,
}

/// `GET /filings/{id or receipt number}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read(&desk, &key, &visit).await)
}

async fn find(desk: &Desk, key: &str) -> Result<FilingRow, Fault> {
    let store = &desk.ctx.store;
    let found = match key.parse::<FilingId>() {
        Ok(id) => store.filing(id).await?,
        Err(_) => match as_receipt_number(key) {
            Some(number) => store.filing_by_receipt_number(&number).await?,
            None => None,
        },
    };
    found.ok_or(Fault::NoFiling)
}

/// What stands in the way of a plan; nothing does any more, once it is withdrawn.
fn problems(filing: &FilingRow, revisions: &[RevisionRow], visit: &Visit) -> Vec<Problem> {
    let open = revisions.iter().filter(|_| filing.withdrawn_at.is_none());
    let open = open.filter_map(|revision| serde_json::from_str(revision.problem.as_ref()?).ok());
    open.map(|why: Why| Problem {
        owner: labels::owner(why.owner, visit.lang),
        sentence: why.sentence,
        code: why.code,
    })
    .collect()
}

async fn read(desk: &Desk, key: &str, visit: &Visit) -> Result<FilingPage, Fault> {
    let filing = find(desk, key).await?;
    let store = &desk.ctx.store;
    let revisions = store.revisions(filing.id).await?;
    let events = store.events(filing.id).await?;
    let deliveries = store.deliveries_of(filing.id).await?;
    let status = Status::of(&deliveries, filing.withdrawn_at.is_some());
    let judged = judgement::deadlines(&desk.ctx, &revisions, &deliveries);
    let mut notices = store.notices_of(filing.id).await?;
    let chain = match store.chain(&filing, &events).await? {
        Chain::Whole { head } => ChainLine::Whole {
            events: grouped(i64::from(filing.event_seq)),
            head: head.chars().take(16).collect(),
        },
        Chain::Retired => ChainLine::Retired,
        Chain::Broken(why) => ChainLine::Broken(why),
    };
    let problems = problems(&filing, &revisions, visit);
    let erased = revisions.first().and_then(|it| mark_in(&it.document));
    let attempts = attempts(desk, &filing, &deliveries, visit).await?;
    let (plan, plan_part) = plan(desk, &revisions, (&deliveries, &events), visit);
    let (table, deliveries_part) = delivery_table(desk, deliveries, visit);
    let (timeline, timeline_part) = timeline(desk, events, visit);
    let notices_part = Part::cut(&mut notices, "notices", visit);
    let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
    Ok(FilingPage {
        shell: visit.living_shell("/filings"),
        receipt_number: filing.receipt_number,
        test: filing.corporate_number.is_test().then_some(TestWords::of(visit.lang).is_test),
        id: filing.id.to_string(),
        kind: visit.lang.kind(filing.kind),
        operator: filing.operator_name,
        corporate_number: filing.corporate_number.to_string(),
        office: filing.office_name,
        received: stamp(filing.received_at),
        revision: filing.revision,
        traces: revisions.iter().filter_map(|it| Some(it.trace?.id())).collect(),
        withdrawn: filing.withdrawn_at.map(stamp),
        may_erase: erased.is_none() && matches!(visit.scope(), Ok(Scope::Operations)),
        erased: erased.map(|it| ErasedLine::new(&it, visit, true)),
        status: labels::status(status, visit.lang),
        chain,
        problems,
        deadlines: judged.iter().map(|it| DeadlineLine::new(it, visit.lang)).collect(),
        table,
        deliveries_part,
        timeline,
        timeline_part,
        attempts,
        plan,
        plan_part,
        notices: notices.iter().map(|notice| NoticeLine::new(notice, visit)).collect(),
        notices_part,
    })
}

fn delivery_table(
    desk: &Desk,
    mut deliveries: Vec<Delivery>,
    visit: &Visit,
) -> (DeliveryTable, Part) {
    // What needs a person first; the order of the plan within each.
    deliveries.sort_by_key(|delivery| match &delivery.state {
        Transport::Failed { .. } => 0,
        Transport::Held { .. } => 1,
        Transport::Waiting { .. } => 2,
        Transport::Due | Transport::Sending { .. } => 3,
        Transport::Delivered { .. } => 4,
        Transport::Cancelled => 5,
    });
    let part = Part::cut(&mut deliveries, "deliveries", visit);
    let w = visit.lang.words();
    let lines = deliveries.iter().map(|row| DeliveryLine::new(desk, row, visit)).collect();
    let table =
        DeliveryTable { w, caption: w.deliveries, with_filing: false, with_authority: true, lines };
    (table, part)
}

fn timeline(desk: &Desk, mut events: Vec<EventRow>, visit: &Visit) -> (Vec<Line>, Part) {
    let part = Part::cut(&mut events, "timeline", visit);
    let lines = events.iter().map(|event| Line::new(event, &desk.ctx.master(), visit));
    (lines.collect(), part)
}

async fn attempts(
    desk: &Desk,
    filing: &FilingRow,
    deliveries: &[Delivery],
    visit: &Visit,
) -> Result<AttemptTable, Fault> {
    let to: HashMap<DeliveryId, AuthorityId> =
        deliveries.iter().map(|delivery| (delivery.id, delivery.authority)).collect();
    let mut rows = desk.ctx.store.attempts_of_filing(filing.id).await?;
    let part = Part::cut(&mut rows, "attempts", visit);
    let line = |row: &_| {
        let row: &crate::store::AttemptRow = row;
        let authority = to.get(&row.delivery_id)?;
        let named = (*authority, desk.ctx.master().name(*authority));
        Some(AttemptLine::new(row, named, visit))
    };
    let lines = rows.iter().filter_map(line).collect();
    let w = visit.lang.words();
    Ok(AttemptTable { w, with_authority: true, with_body: false, lines, part })
}

/// What the tables said when it was planned, and whom staff named since.
fn plan(
    desk: &Desk,
    revisions: &[RevisionRow],
    (deliveries, events): (&[Delivery], &[EventRow]),
    visit: &Visit,
) -> (Option<PlanTable>, Part) {
    let first = revisions.iter().find(|revision| revision.plan.is_some());
    let text = first.and_then(|revision| revision.plan.as_deref());
    let plan: Option<Plan> = text.and_then(|text| serde_json::from_str(text).ok());
    let Some(plan) = plan else {
        return (None, Part::cut(&mut Vec::<()>::new(), "plan", visit));
    };
    let master = &desk.ctx.master();
    let language = visit.lang.pick(Language::Ja, Language::En);
    let mut sentences = routing::explain(&plan, master, language);
    sentences.truncate(SENTENCES_MAX);
    let told = events.iter().filter(|event| event.kind == "delivery.rerouted");
    sentences.extend(told.map(|event| Line::new(event, master, visit).text));
    let mut targets = plan.targets;
    let part = Part::cut(&mut targets, "plan", visit);
    let line = |target: &routing::Target| PlanLine {
        code: target.authority.to_string(),
        authority: master.name(target.authority),
        rule: labels::rule(target.rule.as_str(), visit.lang),
        article: target.article.clone(),
        readiness: labels::readiness(target.readiness, visit.lang),
    };
    let lines = targets.iter().map(line).chain(named(desk, deliveries, plan.kind, visit)).collect();
    let routed_at = first.and_then(|revision| revision.routed_at);
    let table = PlanTable {
        master_version: plan.master_version,
        date: plan.date.to_string(),
        planned: routed_at.map(|ms| Stamp::new(ms, visit.now, visit.lang)),
        lines,
        sentences,
    };
    (Some(table), part)
}

/// Those whom staff named, each once.
fn named(desk: &Desk, deliveries: &[Delivery], kind: FilingKind, visit: &Visit) -> Vec<PlanLine> {
    let master = desk.ctx.master();
    let mut all: Vec<PlanLine> = Vec::new();
    for it in deliveries.iter().filter(|it| it.rule == BY_HAND) {
        let code = it.authority.to_string();
        if it.state == Transport::Cancelled || all.iter().any(|line| line.code == code) {
            continue;
        }
        let body = master.body(it.authority, day_in_japan(it.created_at));
        let readiness = body.map(|body| body.reception.readiness(kind));
        all.push(PlanLine {
            code,
            authority: master.name(it.authority),
            rule: labels::rule(&it.rule, visit.lang),
            article: it.article.clone(),
            readiness: labels::readiness(readiness.unwrap_or(Readiness::Ready), visit.lang),
        });
    }
    all
}

impl NoticeLine {
    fn new(notice: &NoticeRow, visit: &Visit) -> Self {
        let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
        Self {
            kind: labels::notice_kind(&notice.kind, visit.lang),
            state: labels::notice_state(&notice.state, visit.lang),
            recipient: match notice.recipient.as_str() {
                WEBHOOK => "Webhook".to_owned(),
                address => veiled(address),
            },
            created: stamp(notice.created_at),
            sent: notice.sent_at.map(stamp),
        }
    }
}

/// A mail address of which only the first letter and the domain are shown.
fn veiled(address: &str) -> String {
    let (name, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}…@{domain}")
}

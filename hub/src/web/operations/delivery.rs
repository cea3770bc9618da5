//! `/deliveries/{id}`: one delivery with its attempts, answers and decision.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use schemas::DeliveryId;

use super::attempts::{AttemptLine, AttemptTable};
use super::deliveries::DeliveryLine;
use super::hands::Hands;
use crate::context::day_in_japan;
use crate::delivery::{Delivery, Review, State as Transport};
use crate::store::DecisionRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::onboarding_words::Words as TestWords;
use crate::web::parts::{Badge, Choice, Part, Stamp};
use crate::web::roles::Staff;
use crate::web::story::Line;
use crate::web::visit::Visit;

/// The way on which a delivery is held by hand.
const HOLD: &str = "hold";

#[derive(Template)]
#[template(path = "operations/delivery.html")]
pub(super) struct DeliveryPage {
    shell: Shell,
    line: DeliveryLine,
    /// What says that it is a test and no filing.
    test: Option<&'static str>,
    ladder_step: i32,
    created: Stamp,
    delivered: Option<Stamp>,
    package: Option<String>,
    trace: Option<String>,
    rule: String,
    article: String,
    decision: Option<DecisionView>,
    attempts: AttemptTable,
    timeline: Vec<Line>,
    timeline_part: Part,
    hands: Hands,
    /// Whether it can be sent again.
    can_retry: bool,
    /// What its way is called to hold it, or to let it go.
    stop: Option<&'static str>,
    can_give: bool,
    /// The channels over which it can be sent instead.
    switches: Vec<Choice>,
    can_reroute: bool,
    /// The days on which it can have been given by hand: the first, and today.
    days: (Date, Date),
    name_chars_max: usize,
}

struct DecisionView {
    verdict: Badge,
    at: Stamp,
    comment: String,
    source: String,
}

/// `GET /deliveries/{id}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read(&desk, &id, (&visit, None)).await)
}

/// The page, with what did not go.
pub(super) async fn read(
    desk: &Desk,
    id: &str,
    (visit, problem): (&Visit, Option<String>),
) -> Result<DeliveryPage, Fault> {
    let id: DeliveryId = id.parse().map_err(|_| Fault::NoDelivery)?;
    let delivery = desk.ctx.store.delivery(id).await?.ok_or(Fault::NoDelivery)?;
    let attempts = attempts(desk, &delivery, visit).await?;
    let decision = desk.ctx.store.decision(id).await?;
    let (timeline, timeline_part) = timeline(desk, &delivery, visit).await?;
    let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
    let delivered = match &delivery.state {
        Transport::Delivered { at } => Some(stamp(*at)),
        Transport::Due
        | Transport::Sending { .. }
        | Transport::Waiting { .. }
        | Transport::Held { .. }
        | Transport::Failed { .. }
        | Transport::Cancelled => None,
    };
    Ok(DeliveryPage {
        shell: visit.living_shell("/deliveries"),
        line: DeliveryLine::new(desk, &delivery, visit),
        test: delivery.is_test().then_some(TestWords::of(visit.lang).is_test),
        ladder_step: delivery.ladder_step + 1,
        created: stamp(delivery.created_at),
        delivered,
        package: delivery.package_sha256.clone(),
        trace: delivery.trace.map(|trace| trace.id()),
        rule: labels::rule(&delivery.rule, visit.lang),
        article: delivery.article.clone(),
        decision: decision.map(|row| DecisionView::new(row, visit)),
        attempts,
        timeline,
        timeline_part,
        hands: Hands::new(desk, visit, problem),
        can_retry: matches!(
            delivery.state,
            Transport::Waiting { .. } | Transport::Held { .. } | Transport::Failed { .. }
        ),
        stop: stop(&delivery),
        switches: switches(desk, &delivery, visit),
        can_reroute: !delivery.is_test()
            && !matches!(delivery.state, Transport::Sending { .. } | Transport::Cancelled),
        can_give: !matches!(delivery.state, Transport::Delivered { .. } | Transport::Cancelled),
        name_chars_max: desk.ctx.config.limits.name_chars_max,
        days: (day_in_japan(delivery.created_at), day_in_japan(visit.now)),
    })
}

/// Those of its authority's ladder, while it is neither under way nor at an end.
fn switches(desk: &Desk, delivery: &Delivery, visit: &Visit) -> Vec<Choice> {
    if delivery.is_test() {
        return Vec::new();
    }
    if stop(delivery).is_none() && !matches!(delivery.state, Transport::Failed { .. }) {
        return Vec::new();
    }
    let directory = desk.ctx.directory.load();
    let ladder = directory.ladder(delivery.authority).iter().map(adapters::Endpoint::channel);
    let others = ladder.filter(|it| Some(*it) != delivery.channel);
    let choice = |it: schemas::Channel| Choice {
        word: it.as_str().to_owned(),
        name: labels::channel(it, visit.lang).to_owned(),
        chosen: false,
    };
    others.map(choice).collect()
}

fn stop(delivery: &Delivery) -> Option<&'static str> {
    match delivery.state {
        Transport::Due | Transport::Waiting { .. } => Some(HOLD),
        Transport::Held { .. } => Some("release"),
        Transport::Sending { .. }
        | Transport::Delivered { .. }
        | Transport::Failed { .. }
        | Transport::Cancelled => None,
    }
}

async fn attempts(desk: &Desk, delivery: &Delivery, visit: &Visit) -> Result<AttemptTable, Fault> {
    let mut rows = desk.ctx.store.attempts(delivery.id).await?;
    let part = Part::cut(&mut rows, "attempts", visit);
    let to = || (delivery.authority, desk.ctx.master().name(delivery.authority));
    let lines = rows.iter().map(|row| AttemptLine::new(row, to(), visit)).collect();
    let w = visit.lang.words();
    Ok(AttemptTable { w, with_authority: false, with_body: true, lines, part })
}

/// Those of the filing's events that are about this delivery.
async fn timeline(
    desk: &Desk,
    delivery: &Delivery,
    visit: &Visit,
) -> Result<(Vec<Line>, Part), Fault> {
    let mut events = desk.ctx.store.events(delivery.filing_id).await?;
    let id = delivery.id.to_string();
    events.retain(|event| {
        let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
        body["delivery"] == id.as_str() || body["to"]["delivery"] == id.as_str()
    });
    let part = Part::cut(&mut events, "timeline", visit);
    let lines = events.iter().map(|event| Line::new(event, &desk.ctx.master(), visit));
    Ok((lines.collect(), part))
}

impl DecisionView {
    fn new(row: DecisionRow, visit: &Visit) -> Self {
        let review = match row.verdict {
            schemas::Verdict::Accepted => Review::Accepted,
            schemas::Verdict::Returned => Review::Returned,
        };
        Self {
            verdict: labels::review(review, visit.lang),
            at: Stamp::new(row.decided_at, visit.now, visit.lang),
            comment: row.comment,
            source: row.source,
        }
    }
}

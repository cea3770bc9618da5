//! `/deliveries/{id}/reroute`: a delivery another way. Over another channel at once; to another
//! authority after a look at what that comes to.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::{AuthorityId, DeliveryId};

use super::deliveries::{DeliveryLine, Reason};
use super::hands::{Hands, actor, told};
use crate::delivery::State as Transport;
use crate::operate::By;
use crate::operate::reroute::{self, RerouteProblem};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::hand_words::Words;
use crate::web::labels;
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

#[derive(Template)]
#[template(path = "operations/reroute.html")]
struct ReroutePage {
    shell: Shell,
    line: DeliveryLine,
    hands: Hands,
    /// Who is asked for, as it was written.
    asked: String,
    preview: Option<Looked>,
}

/// What it comes to.
struct Looked {
    code: String,
    name: String,
    channel: &'static str,
    held: Option<Reason>,
    /// Whether the former addressee keeps it.
    stays: bool,
    /// Whether its delivery is held by that.
    holds: bool,
}

/// `GET /deliveries/{id}/reroute?authority=…`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Staff(visit): Staff,
) -> Response {
    let asked = visit.get("authority").unwrap_or_default().trim();
    let page = read(&desk, &id, asked, (&visit, None)).await;
    match page {
        Ok((status, page)) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

async fn read(
    desk: &Desk,
    id: &str,
    asked: &str,
    (visit, problem): (&Visit, Option<(StatusCode, String)>),
) -> Result<(StatusCode, ReroutePage), Fault> {
    let id: DeliveryId = id.parse().map_err(|_| Fault::NoDelivery)?;
    let delivery = desk.ctx.store.delivery(id).await?.ok_or(Fault::NoDelivery)?;
    let (looked, problem) = match problem {
        Some(problem) => (None, Some(problem)),
        None if asked.is_empty() => (None, None),
        None => match look(desk, id, asked, visit).await {
            Ok(looked) => (Some(looked), None),
            Err(problem) => (None, Some(refused(desk, problem, visit)?)),
        },
    };
    let (status, sentence) = match problem {
        Some((status, sentence)) => (status, Some(sentence)),
        None => (StatusCode::OK, None),
    };
    let page = ReroutePage {
        shell: visit.shell("/deliveries"),
        line: DeliveryLine::new(desk, &delivery, visit),
        hands: Hands::new(desk, visit, sentence),
        asked: asked.to_owned(),
        preview: looked,
    };
    Ok((status, page))
}

async fn look(desk: &Desk, id: DeliveryId, asked: &str, visit: &Visit) -> Result<Looked, Problem> {
    let to: AuthorityId = asked.parse().map_err(|_| Problem::Unread)?;
    let preview = reroute::preview(&desk.ctx, id, to).await?;
    let held = match preview.fresh.state {
        Transport::Held { why } => Some(Reason::new(&why, visit.lang)),
        Transport::Due
        | Transport::Sending { .. }
        | Transport::Waiting { .. }
        | Transport::Delivered { .. }
        | Transport::Failed { .. }
        | Transport::Cancelled => None,
    };
    Ok(Looked {
        code: to.to_string(),
        name: desk.ctx.master().name(to),
        channel: preview.fresh.channel.map_or("–", |it| labels::channel(it, visit.lang)),
        held,
        stays: preview.stays,
        holds: preview.holds,
    })
}

/// Why it does not go another way: what was written is no code, or what the hub says.
enum Problem {
    Unread,
    Said(RerouteProblem),
}

impl From<RerouteProblem> for Problem {
    fn from(problem: RerouteProblem) -> Self {
        Self::Said(problem)
    }
}

/// What people are told of a problem that they can do something about, with the page's status.
fn refused(desk: &Desk, problem: Problem, visit: &Visit) -> Result<(StatusCode, String), Fault> {
    let w = Words::of(visit.lang);
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    match problem {
        Problem::Unread => Ok((wrong, w.reroute_unread.to_owned())),
        Problem::Said(RerouteProblem::NoChannel { has, .. }) => {
            Ok((wrong, format!("{} {has}", w.reroute_no_channel)))
        }
        Problem::Said(RerouteProblem::NoAuthority { code, .. }) => {
            Ok((wrong, format!("{} {code}", w.reroute_no_authority)))
        }
        Problem::Said(RerouteProblem::InPlan(code)) => {
            let name = desk.ctx.master().name(code);
            Ok((StatusCode::CONFLICT, format!("{} {name} ({code})", w.reroute_in_plan)))
        }
        Problem::Said(RerouteProblem::NotNewest) => {
            Ok((StatusCode::CONFLICT, w.reroute_not_newest.to_owned()))
        }
        Problem::Said(RerouteProblem::Act(problem)) => {
            told(desk, problem, (visit, Fault::NoDelivery))
        }
    }
}

/// `POST /deliveries/{id}/reroute`: to the `authority`, or over the `channel`.
pub(super) async fn act(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(delivery) = id.parse::<DeliveryId>() else { return visit.fault(&Fault::NoDelivery) };
    let (actor, field) = (actor(visit), |name| form.fields.get(name).unwrap_or_default().trim());
    let by = By { actor: &actor, why: field("why") };
    let done = match (field("authority"), field("channel")) {
        ("", channel) => match channel.parse() {
            Ok(channel) => {
                let switched = reroute::to_channel(&desk.ctx, delivery, channel, by).await;
                switched.map(|()| delivery).map_err(Problem::from)
            }
            Err(_) => Err(Problem::Unread),
        },
        (authority, _) => match authority.parse() {
            Ok(to) => {
                let sent = reroute::to_authority(&desk.ctx, delivery, to, by).await;
                sent.map_err(Problem::from)
            }
            Err(_) => Err(Problem::Unread),
        },
    };
    match done.map_err(|problem| refused(&desk, problem, visit)) {
        Ok(shown) => see_other(&format!("/deliveries/{shown}?done=1#hands")),
        Err(Ok(problem)) => {
            let page = read(&desk, &id, field("authority"), (visit, Some(problem))).await;
            match page {
                Ok((status, page)) => visit.page(status, &page),
                Err(fault) => visit.fault(&fault),
            }
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

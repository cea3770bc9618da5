//! What staff do by hand on pages: pause and resume a lane, send again, settle. Each goes through
//! [`operate`], which records who and why; what does not fit is told on the page that it concerns.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::{AuthorityId, Channel, DeliveryId};
use uuid::Uuid;

use super::authorities::Problems;
use super::{authorities, dead_letters, delivery};
use crate::actor::Actor;
use crate::operate::delivery::{self as by_hand, Given};
use crate::operate::{self, By};
use crate::review::ReviewProblem;
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::fault::Fault;
use crate::web::hand_words::Words;
use crate::web::roles::Keeper;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// What a page with such forms shows beside them.
pub(super) struct Hands {
    pub(super) w: &'static Words,
    /// Whether the visitor may do anything by hand.
    pub(super) may: bool,
    pub(super) chars_max: usize,
    /// What did not go, and why.
    pub(super) problem: Option<String>,
    /// Whether something was done just now.
    pub(super) is_done: bool,
}

impl Hands {
    pub(super) fn new(desk: &Desk, visit: &Visit, problem: Option<String>) -> Self {
        Self {
            w: Words::of(visit.lang),
            may: matches!(visit.scope(), Ok(Scope::Operations)),
            chars_max: desk.ctx.config.operations.reason_chars_max,
            problem,
            is_done: visit.get("done") == Some("1"),
        }
    }
}

/// Who they are, for the record.
pub(super) fn actor(visit: &Visit) -> Actor {
    visit.actor()
}

/// What people are told of a problem that they can do something about, with the page's status.
pub(super) fn told(
    desk: &Desk,
    problem: ReviewProblem,
    (visit, otherwise): (&Visit, Fault),
) -> Result<(StatusCode, String), Fault> {
    let w = Words::of(visit.lang);
    match problem {
        ReviewProblem::Reason(_) => {
            let most = desk.ctx.config.operations.reason_chars_max;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, format!("{} {most})", w.reason_wrong)))
        }
        ReviewProblem::Given(_) => Ok((StatusCode::UNPROCESSABLE_ENTITY, w.given_wrong.to_owned())),
        ReviewProblem::Overtaken(_) => Ok((StatusCode::CONFLICT, w.was_late.to_owned())),
        ReviewProblem::State(_) => Ok((StatusCode::CONFLICT, w.does_not_fit.to_owned())),
        ReviewProblem::Store(error) => Err(error.into()),
        ReviewProblem::NotFound(_)
        | ReviewProblem::Invalid(_)
        | ReviewProblem::OtherKind(_)
        | ReviewProblem::Erased
        | ReviewProblem::NothingReturned
        | ReviewProblem::KeyReused => Err(otherwise),
        ReviewProblem::Fault(what) => Err(Fault::Away(what)),
    }
}

/// `POST /authorities/{code}/lanes/{channel}/pause`
pub(super) async fn pause(
    State(desk): State<Arc<Desk>>,
    Path(place): Path<(String, String)>,
    form: Sent<Keeper>,
) -> Response {
    act_on_lane(&desk, &place, &form, false).await
}

/// `POST /authorities/{code}/lanes/{channel}/resume`
pub(super) async fn resume(
    State(desk): State<Arc<Desk>>,
    Path(place): Path<(String, String)>,
    form: Sent<Keeper>,
) -> Response {
    act_on_lane(&desk, &place, &form, true).await
}

fn lane_of((code, channel): &(String, String)) -> Option<(AuthorityId, Channel)> {
    Some((code.parse().ok()?, channel.parse().ok()?))
}

async fn act_on_lane(
    desk: &Desk,
    place: &(String, String),
    form: &Sent<Keeper>,
    resumes: bool,
) -> Response {
    let Keeper(visit) = &form.by;
    let Some(lane) = lane_of(place) else { return visit.fault(&Fault::NoAuthority) };
    let (actor, field) = (actor(visit), |name| form.fields.get(name).unwrap_or_default());
    let by = By { actor: &actor, why: field("why") };
    let done = if resumes {
        // What is suspended and not paused has no time to have been seen.
        let seen = field("seen").parse().unwrap_or_default();
        operate::resume(&desk.ctx, lane, Some(seen), by).await.map(drop)
    } else {
        operate::pause(&desk.ctx, lane, by).await
    };
    let page = format!("/authorities/{}", lane.0);
    match done.map_err(|problem| told(desk, problem, (visit, Fault::NoAuthority))) {
        Ok(()) => see_other(&format!("{page}?done=1#hands")),
        Err(Ok((status, sentence))) => {
            let told = Problems { hands: Some(sentence), ..Problems::default() };
            let page = authorities::read(desk, lane.0.as_str(), (visit, told)).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

/// What a button of a delivery's page does.
#[derive(Clone, Copy)]
enum Act {
    Retry,
    Hold,
    LetGo,
    Give,
}

/// `POST /deliveries/{id}/retry`
pub(super) async fn retry(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    act_on_delivery(&desk, &id, &form, Act::Retry).await
}

/// `POST /deliveries/{id}/hold`
pub(super) async fn hold(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    act_on_delivery(&desk, &id, &form, Act::Hold).await
}

/// `POST /deliveries/{id}/release`
pub(super) async fn release(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    act_on_delivery(&desk, &id, &form, Act::LetGo).await
}

/// `POST /deliveries/{id}/given`
pub(super) async fn given(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    act_on_delivery(&desk, &id, &form, Act::Give).await
}

async fn act_on_delivery(desk: &Desk, id: &str, form: &Sent<Keeper>, act: Act) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(delivery) = id.parse::<DeliveryId>() else { return visit.fault(&Fault::NoDelivery) };
    let (actor, field) = (actor(visit), |name| form.fields.get(name).unwrap_or_default());
    let by = By { actor: &actor, why: field("why") };
    let done = match act {
        Act::Retry => operate::retry(&desk.ctx, delivery, by).await,
        Act::Hold => by_hand::hold(&desk.ctx, delivery, by).await,
        Act::LetGo => by_hand::let_go(&desk.ctx, delivery, by).await,
        Act::Give => match field("on").parse() {
            Ok(on) => {
                let given = Given { on, to: field("to") };
                by_hand::give(&desk.ctx, delivery, given, by).await
            }
            Err(_) => Err(ReviewProblem::Given("no day".to_owned())),
        },
    };
    match done.map_err(|problem| told(desk, problem, (visit, Fault::NoDelivery))) {
        Ok(()) => see_other(&format!("/deliveries/{delivery}?done=1#hands")),
        Err(Ok((status, sentence))) => {
            let page = delivery::read(desk, id, (visit, Some(sentence))).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

/// `POST /dead-letters/{id}/settle`
pub(super) async fn settle(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(letter) = id.parse::<Uuid>() else { return visit.fault(&Fault::NoPage) };
    let actor = actor(visit);
    let by = By { actor: &actor, why: form.fields.get("why").unwrap_or_default() };
    let done = operate::settle(&desk.ctx, letter, by).await;
    match done.map_err(|problem| told(&desk, problem, (visit, Fault::NoPage))) {
        Ok(()) => see_other("/dead-letters?done=1"),
        Err(Ok((status, sentence))) => {
            let page = dead_letters::read(&desk, (visit, Some(sentence))).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

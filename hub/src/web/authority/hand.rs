//! Handing a delivery over to a colleague, with a remark that stays among the authority's staff.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::DeliveryId;
use schemas::decision::is_too_long;

use super::Clerk;
use super::case::Case;
use super::delivery::{DeliveryPage, Draft};
use super::files::own;
use super::words::Words;
use crate::actor::Actor;
use crate::review::ReviewProblem;
use crate::store::{ActRow, Colleague};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::parts::{Choice, Stamp};
use crate::web::problem::Problem;
use crate::web::sent::{Fields, Sent};
use crate::web::visit::{Visit, see_other};

/// The choice that puts a delivery back into nobody's hands.
const NOBODY: &str = "nobody";

/// What stands among the staff's remarks.
pub(super) struct Remark {
    pub(super) at: Stamp,
    pub(super) by: String,
    /// What was done with it, where it was handed over.
    pub(super) done: String,
    pub(super) text: String,
}

/// The part of a page about who has a delivery in hand.
pub(super) struct Hands {
    pub(super) holder: Option<String>,
    pub(super) choices: Vec<Choice>,
    pub(super) remarks: Vec<Remark>,
    pub(super) remark: String,
    pub(super) remark_chars_max: usize,
}

impl Hands {
    pub(super) async fn read(
        desk: &Desk,
        clerk: &Clerk,
        (case, remark): (&Case, String),
    ) -> Result<Self, Fault> {
        let colleagues = desk.ctx.store.colleagues(clerk.authority).await?;
        let own = clerk.actor().person;
        let w = Words::of(clerk.visit.lang);
        let named = |it: Colleague| {
            let name =
                if it.person == own { format!("{} ({})", it.name, w.myself) } else { it.name };
            Choice { word: it.person, name, chosen: false }
        };
        let nobody = Choice { word: NOBODY.to_owned(), name: w.nobody.to_owned(), chosen: false };
        let mut choices: Vec<_> = colleagues.into_iter().map(named).collect();
        choices.sort_by_key(|choice| choice.word != own);
        choices.push(nobody);
        let told = case.acts.iter().filter(|act| matches!(&*act.kind, "assigned" | "remark"));
        Ok(Self {
            holder: holder(&case.acts).map(|(_, name)| name.to_owned()),
            choices,
            remarks: told.map(|act| Remark::new(act, &clerk.visit)).collect(),
            remark,
            remark_chars_max: desk.ctx.config.review.remark_chars_max,
        })
    }
}

impl Remark {
    fn new(act: &ActRow, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let done = match (act.kind.as_str(), &act.assignee_name) {
            ("assigned", Some(name)) => format!("{} {name}", w.handed_to),
            ("assigned", None) => w.put_back.to_owned(),
            _ => String::new(),
        };
        let at = Stamp::new(act.at, visit.now, visit.lang);
        Self { at, by: act.name.clone(), done, text: act.text.clone() }
    }
}

/// Who has it in hand: for the record and by name.
fn holder(acts: &[ActRow]) -> Option<(&str, &str)> {
    let last = acts.iter().rfind(|act| act.kind == "assigned")?;
    Some((last.assignee.as_deref()?, last.assignee_name.as_deref()?))
}

/// Who has each of some deliveries in hand, by name.
pub(super) async fn holders(
    desk: &Desk,
    ids: &[DeliveryId],
) -> Result<HashMap<DeliveryId, String>, Fault> {
    let mut all = HashMap::new();
    for act in desk.ctx.store.assignments(ids).await? {
        match act.assignee_name {
            Some(name) => drop(all.insert(act.delivery_id, name)),
            None => drop(all.remove(&act.delivery_id)),
        }
    }
    Ok(all)
}

/// `POST /authority/deliveries/{id}/hand`
pub(super) async fn hand(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Clerk>,
) -> Response {
    let clerk = &sent.by;
    match over(&desk, clerk, (&id, &sent.fields)).await {
        Ok(response) => response,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

async fn over(
    desk: &Desk,
    clerk: &Clerk,
    (id, fields): (&str, &Fields),
) -> Result<Response, Fault> {
    let delivery = own(desk, clerk, id).await?;
    let to = match fields.get("to") {
        None => None,
        Some(NOBODY) => Some(None),
        Some(person) => Some(Some(colleague(desk, clerk, person).await?)),
    };
    let remark = fields.get("remark").unwrap_or_default().replace("\r\n", "\n");
    let remark = remark.trim_end();
    let chars_max = desk.ctx.config.review.remark_chars_max;
    if is_too_long(remark, chars_max) {
        let case = Case::read(desk, clerk, delivery).await?;
        let count = remark.chars().count();
        let w = Words::of(clerk.visit.lang);
        let problem = Some(format!("{} {count} / {chars_max}", w.remark_too_long));
        let draft = Draft { remark: remark.to_owned(), problem, ..Draft::default() };
        let page = DeliveryPage::read(desk, clerk, (&case, draft)).await?;
        return Ok(clerk.visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let whose = (delivery.id, clerk.authority);
    let done = desk.reviewer.hand_over(whose, &clerk.actor(), to, remark).await;
    match done {
        Ok(()) => Ok(see_other(&format!("/authority/deliveries/{}#hands", delivery.id))),
        Err(ReviewProblem::Store(error)) => Err(error.into()),
        Err(ReviewProblem::Erased) => Err(Fault::Erased),
        Err(problem) => Err(Fault::Away(Problem::from(problem).detail)),
    }
}

/// A colleague; whoever is none of the authority's staff cannot be given anything.
async fn colleague(desk: &Desk, clerk: &Clerk, person: &str) -> Result<Actor, Fault> {
    let all = desk.ctx.store.colleagues(clerk.authority).await?;
    let found = all.into_iter().find(|it| it.person == person);
    let found = found.map(|Colleague { person, name }| Actor { person, name });
    found.ok_or(Fault::FormUnreadable)
}

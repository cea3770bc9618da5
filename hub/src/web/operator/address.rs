//! `/operator/address`: where notices go, who changed it when, and how it is changed: by a link
//! that is mailed to the new address, which someone of the operator opens and confirms.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::Applicant;
use super::words::Words;
use crate::addresses::{self, AskProblem, LinkProblem};
use crate::store::{AddressActRow, StoreError};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::Stamp;
use crate::web::roles::Fresh;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

/// Acts that the page shows.
const LISTED: usize = 50;

/// The page's own address.
const HERE: &str = "/operator/address";

#[derive(Template)]
#[template(path = "operator/address.html")]
struct AddressPage {
    shell: Shell,
    w: &'static Words,
    current: Option<String>,
    waiting: Option<Waiting>,
    is_done: bool,
    /// What was written.
    written: String,
    /// What stands in the way of it.
    problem: Option<String>,
    acts: Vec<Line>,
}

/// An address whose link was not opened yet.
struct Waiting {
    address: String,
    until: Stamp,
    mail: &'static str,
}

struct Line {
    at: Stamp,
    by: String,
    what: &'static str,
    from: String,
    to: String,
}

/// The page to which a link leads; what it says when the link does not work.
#[derive(Template)]
#[template(path = "operator/address_link.html")]
struct LinkPage {
    shell: Shell,
    w: &'static Words,
    title: &'static str,
    why: String,
    /// From and to, with what has to come back; none where it does not work.
    change: Option<(String, String, String)>,
    /// Whether logging in as someone else helps.
    as_another: bool,
}

/// `GET /operator/address`
pub(super) async fn show(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    let page = page(&desk, &applicant, String::new(), None).await;
    applicant.visit.answer(page.map_err(Fault::from))
}

async fn page(
    desk: &Desk,
    applicant: &Applicant,
    written: String,
    problem: Option<String>,
) -> Result<AddressPage, StoreError> {
    let (visit, store) = (&applicant.visit, &desk.ctx.store);
    let w = Words::of(visit.lang);
    let acts = store.address_acts(applicant.number, LISTED).await?;
    let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
    let waiting = match acts.iter().find(|act| act.kind != "set") {
        Some(asked) if asked.kind == "asked" => waiting(desk, visit, asked).await?,
        Some(_) | None => None,
    };
    let lines = acts.iter().map(|act| Line {
        at: stamp(act.at),
        by: act.name.clone(),
        what: match act.kind.as_str() {
            "asked" => w.address_act_asked,
            "confirmed" => w.address_act_confirmed,
            _ => w.address_act_set,
        },
        from: act.former.clone().unwrap_or_default(),
        to: act.address.clone().unwrap_or_default(),
    });
    Ok(AddressPage {
        shell: visit.shell(HERE),
        w,
        current: store.operator(applicant.number).await?.and_then(|row| row.mail),
        waiting,
        is_done: visit.get("done").is_some(),
        written,
        problem,
        acts: lines.collect(),
    })
}

/// The address that waits for its link to be opened, while the link works.
async fn waiting(
    desk: &Desk,
    visit: &Visit,
    asked: &AddressActRow,
) -> Result<Option<Waiting>, StoreError> {
    let w = Words::of(visit.lang);
    let until = addresses::expires_at(&desk.ctx.config.address, asked);
    let (Some(address), true) = (&asked.address, visit.now < until) else { return Ok(None) };
    let letter = desk.ctx.store.letter(asked.id).await?;
    let mail = match letter.as_ref().map(|letter| letter.state.as_str()) {
        Some("sent") => w.address_sent,
        Some("failed") => w.address_unsent,
        Some(_) | None => w.address_sending,
    };
    let until = Stamp::new(until, visit.now, visit.lang);
    Ok(Some(Waiting { address: address.clone(), until, mail }))
}

/// `POST /operator/address`
pub(super) async fn send(
    State(desk): State<Arc<Desk>>,
    Sent { by: Fresh(applicant), fields, visit }: Sent<Fresh<Applicant>>,
) -> Response {
    let w = Words::of(visit.lang);
    let written = fields.get("address").unwrap_or_default().trim();
    let problem = match addresses::ask(&desk.ctx, applicant.by(), written).await {
        Ok(_) => return see_other(HERE),
        Err(AskProblem::NoAddress) => w.address_wrong.to_owned(),
        Err(AskProblem::Same) => w.address_same.to_owned(),
        Err(AskProblem::Until(day)) => format!("{} {day}", w.address_wait),
        Err(AskProblem::TooMany(_)) => w.address_many.to_owned(),
        Err(AskProblem::Store(error)) => return visit.fault(&error.into()),
    };
    match page(&desk, &applicant, written.to_owned(), Some(problem)).await {
        Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => visit.fault(&error.into()),
    }
}

/// `GET /operator/address/{id}`: where the link leads. Looking changes nothing.
pub(super) async fn link(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    let visit = &applicant.visit;
    let (id, token) = (id.parse().unwrap_or(Uuid::nil()), visit.get("token").unwrap_or_default());
    let asked = match addresses::look(&desk.ctx, applicant.number, (id, token)).await {
        Ok(asked) => asked,
        Err(problem) => return refused(&desk, visit, problem).await,
    };
    let w = Words::of(visit.lang);
    let page = match desk.ctx.store.operator(applicant.number).await {
        Ok(row) => LinkPage {
            why: w.address_confirm_why.to_owned(),
            change: Some((
                row.and_then(|row| row.mail).unwrap_or_default(),
                asked.address.unwrap_or_default(),
                token.to_owned(),
            )),
            ..LinkPage::new(visit, w.address_confirm)
        },
        Err(error) => return visit.fault(&error.into()),
    };
    visit.page(StatusCode::OK, &page)
}

/// `POST /operator/address/{id}`
pub(super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Sent { by: applicant, fields, visit }: Sent<Applicant>,
) -> Response {
    let id = id.parse().unwrap_or(Uuid::nil());
    let token = fields.get("code").or(visit.get("token")).unwrap_or_default();
    match addresses::confirm(&desk.ctx, applicant.by(), (id, token)).await {
        Ok(()) => see_other(&format!("{HERE}?done=1")),
        Err(problem) => refused(&desk, &visit, problem).await,
    }
}

/// The page about a link that does not work: why, and what to do.
async fn refused(desk: &Desk, visit: &Visit, problem: LinkProblem) -> Response {
    let w = Words::of(visit.lang);
    let at = |why: &str, ms| format!("{why} {}", Stamp::new(ms, visit.now, visit.lang).text);
    let (status, title, why) = match problem {
        LinkProblem::NoLink => {
            (StatusCode::FORBIDDEN, w.address_foreign, w.address_foreign_why.to_owned())
        }
        LinkProblem::Others(number) => {
            let name = desk.name_of(Scope::Operator(number)).await;
            let why = format!("{} {} {name}", w.address_foreign_why, w.address_whose);
            (StatusCode::FORBIDDEN, w.address_foreign, why)
        }
        LinkProblem::Used(ms) => (StatusCode::GONE, w.address_used, at(w.address_used_why, ms)),
        LinkProblem::Replaced => {
            (StatusCode::GONE, w.address_replaced, w.address_replaced_why.to_owned())
        }
        LinkProblem::Expired(ms) => {
            (StatusCode::GONE, w.address_expired, at(w.address_expired_why, ms))
        }
        LinkProblem::Store(error) => return visit.fault(&error.into()),
    };
    let as_another = status == StatusCode::FORBIDDEN;
    visit.page(status, &LinkPage { why, as_another, ..LinkPage::new(visit, title) })
}

impl LinkPage {
    fn new(visit: &Visit, title: &'static str) -> Self {
        Self {
            shell: visit.shell(HERE),
            w: Words::of(visit.lang),
            title,
            why: String::new(),
            change: None,
            as_another: false,
        }
    }
}

//! `/authority/onboarding`: the stages in which the authority begins, checks that it gets what is
//! sent to it, and the tests of these, which it deletes itself.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Clerk;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::onboarding::{CheckCard, Refused, Seat, StageCard, purge, record, send};
use crate::web::onboarding_words::Words;
use crate::web::sent::Sent;
use crate::web::visit::see_other;

const PATH: &str = "/authority/onboarding";

#[derive(Template)]
#[template(path = "authority/onboarding.html")]
struct OnboardingPage {
    shell: Shell,
    w: &'static Words,
    stages: StageCard,
    checks: CheckCard,
}

impl Clerk {
    fn beginner(&self) -> Seat<'static> {
        Seat {
            authority: self.authority,
            is_operations: false,
            may: true,
            stages: PATH,
            checks: "/authority/check",
        }
    }
}

/// `GET /authority/onboarding`
pub(super) async fn show(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    clerk.visit.answer(read(&desk, &clerk, (None, None)).await)
}

async fn read(
    desk: &Desk,
    clerk: &Clerk,
    (of_stage, of_check): (Option<Refused>, Option<String>),
) -> Result<OnboardingPage, Fault> {
    let (visit, seat) = (&clerk.visit, clerk.beginner());
    Ok(OnboardingPage {
        shell: visit.shell(PATH),
        w: Words::of(visit.lang),
        stages: StageCard::read(desk, visit, (seat, of_stage)).await?,
        checks: CheckCard::read(desk, visit, (seat, of_check)).await?,
    })
}

/// `POST /authority/onboarding`
pub(super) async fn say(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    let clerk = &sent.by;
    let by = clerk.actor();
    let done = record(&desk, (&clerk.visit, &by), (clerk.beginner(), &sent.fields)).await;
    match done {
        Ok(None) => see_other(&format!("{PATH}?done=stage#stages")),
        Ok(Some(problem)) => told(&desk, clerk, (Some(problem), None)).await,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

/// `POST /authority/check`
pub(super) async fn check(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    let clerk = &sent.by;
    let by = clerk.actor();
    match send(&desk, (&clerk.visit, &by), (clerk.beginner(), &sent.fields)).await {
        Ok(None) => see_other(&format!("{PATH}?done=check#checks")),
        Ok(Some(problem)) => told(&desk, clerk, (None, Some(problem))).await,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

/// `POST /authority/tests/purge`: one test, or all that are over.
pub(super) async fn purge_tests(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    let clerk = &sent.by;
    match purge(&desk, &clerk.actor(), (clerk.beginner(), &sent.fields)).await {
        Ok(count) => see_other(&format!("{PATH}?purged={count}#checks")),
        Err(fault) => clerk.visit.fault(&fault),
    }
}

/// The page with what did not go.
async fn told(desk: &Desk, clerk: &Clerk, problems: (Option<Refused>, Option<String>)) -> Response {
    match read(desk, clerk, problems).await {
        Ok(page) => clerk.visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(fault) => clerk.visit.fault(&fault),
    }
}

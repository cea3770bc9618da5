//! Proposals of how an authority is reached: made by one person, decided by another.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use schemas::AuthorityId;
use serde_json::Value;
use uuid::Uuid;

use super::endpoints::Wrongs;
use super::written::{self, FORM};
use super::{Seat, Written, read, told_of_act};
use crate::operate::By;
use crate::operate::ladder::{LadderProblem, shown};
use crate::operate::proposal::{self, ProposalProblem, Ruling};
use crate::review::ReviewProblem;
use crate::store::{ProposalRow, ProposalState};
use crate::web::Desk;
use crate::web::channel_words;
use crate::web::fault::Fault;
use crate::web::labels;
use crate::web::master_words::{self, Words};
use crate::web::parts::{Badge, Stamp};
use crate::web::sent::Fields;
use crate::web::visit::{Visit, see_other};

/// A proposal with the buttons that its reader may press.
#[derive(Template)]
#[template(path = "master_proposal.html")]
pub(in crate::web) struct Proposal {
    w: &'static Words,
    token: String,
    /// Where its buttons lead.
    path: String,
    id: Uuid,
    /// Whose it is, where several are listed.
    pub(in crate::web) authority: String,
    state: Badge,
    was: String,
    becomes: String,
    why: String,
    by: (String, Stamp),
    decided: Option<(String, Stamp, String)>,
    may_decide: bool,
    may_withdraw: bool,
    chars_max: usize,
}

impl Proposal {
    pub(in crate::web) fn new(
        desk: &Desk,
        row: &ProposalRow,
        (visit, seat): (&Visit, &Seat),
    ) -> Self {
        let stamp = |at| Stamp::new(at, visit.now, visit.lang);
        let is_open = row.state == ProposalState::Proposed && seat.may(visit);
        let is_own = visit.actor().person == row.person;
        let decided = row.decided_name.clone().zip(row.decided_at);
        Self {
            w: Words::of(visit.lang),
            token: visit.form_token(),
            path: seat.path.clone(),
            id: row.id,
            authority: desk.ctx.master().name(row.authority),
            state: master_words::state(row.state, visit.lang),
            was: pretty(&row.was),
            becomes: pretty(&row.shown),
            why: row.why.clone(),
            by: (row.name.clone(), stamp(row.at)),
            decided: decided
                .map(|(name, at)| (name, stamp(at), row.decided_why.clone().unwrap_or_default())),
            may_decide: is_open && !is_own,
            may_withdraw: is_open && is_own,
            chars_max: desk.ctx.config.operations.reason_chars_max,
        }
    }
}

fn pretty(text: &str) -> String {
    let value: Option<Value> = serde_json::from_str(text).ok();
    value.and_then(|it| serde_json::to_string_pretty(&it).ok()).unwrap_or_default()
}

/// An authority's ladder without its secrets, to be changed.
pub(super) fn as_it_is(desk: &Desk, authority: AuthorityId) -> String {
    let directory = desk.ctx.directory.load();
    let ladder = directory.ladder(authority);
    pretty(&shown(ladder, ladder).to_string())
}

/// Takes a proposal, from the form or as JSON; the page with what was written where it does not
/// fit.
pub(in crate::web) async fn propose(
    desk: &Desk,
    visit: &Visit,
    (seat, fields): (&Seat, &Fields),
) -> Response {
    let field = |name| fields.get(name).unwrap_or_default();
    let text = match written_ladder(desk, (seat, fields)).await {
        Ok(text) => text,
        Err(Unfit::Problem(problem)) => {
            return answer(desk, visit, (seat, Err(problem), Some(fields))).await;
        }
        Err(Unfit::Fields(wrongs)) => {
            let problem = Some(channel_words::Words::of(visit.lang).wrong_fields.to_owned());
            let ladder = Some(fields);
            let written = Written { problem, ladder, wrongs, ..Written::default() };
            return page(desk, visit, (seat, StatusCode::UNPROCESSABLE_ENTITY, written)).await;
        }
    };
    let actor = visit.actor();
    let by = By { actor: &actor, why: field("why") };
    let done = proposal::propose(&desk.ctx, (seat.authority, &text), (by, seat.whom)).await;
    answer(desk, visit, (seat, done.map(drop), Some(fields))).await
}

/// Why what was written is no ladder.
enum Unfit {
    Fields(Wrongs),
    Problem(ProposalProblem),
}

/// The ladder that was written, as JSON; from the form only over what its page showed.
async fn written_ladder(desk: &Desk, (seat, fields): (&Seat, &Fields)) -> Result<String, Unfit> {
    if fields.get(FORM).is_none() {
        return Ok(fields.get("ladder").unwrap_or_default().to_owned());
    }
    let reloaded = desk.ctx.reload_directory().await;
    reloaded.map_err(|error| Unfit::Problem(error.into()))?;
    let directory = desk.ctx.directory.load_full();
    let former = directory.ladder(seat.authority);
    let in_use = shown(former, former).to_string();
    if fields.get("seen").is_some_and(|it| it != in_use) {
        let changed = ReviewProblem::Overtaken("it was changed meanwhile".to_owned());
        return Err(Unfit::Problem(changed.into()));
    }
    let may_be_plain = desk.ctx.config.endpoints.allow_private_addresses;
    written::read(fields, former, may_be_plain).map_err(Unfit::Fields)
}

/// Decides on a proposal: `approve`, `reject` or `withdraw`.
pub(in crate::web) async fn rule(
    desk: &Desk,
    visit: &Visit,
    (seat, (id, word), fields): (&Seat, (&str, &str), &Fields),
) -> Response {
    let ruling = match word {
        "approve" => Ruling::Approve,
        "reject" => Ruling::Reject,
        "withdraw" => Ruling::Withdraw,
        _ => return visit.fault(&Fault::NoPage),
    };
    let Ok(id) = id.parse::<Uuid>() else { return visit.fault(&Fault::NoPage) };
    let actor = visit.actor();
    let by = By { actor: &actor, why: fields.get("why").unwrap_or_default() };
    let done = proposal::rule(&desk.ctx, (id, ruling), (by, seat.whom)).await;
    answer(desk, visit, (seat, done.map(drop), None)).await
}

async fn answer(
    desk: &Desk,
    visit: &Visit,
    (seat, done, ladder): (&Seat, Result<(), ProposalProblem>, Option<&Fields>),
) -> Response {
    let Err(problem) = done else {
        return see_other(&format!("{}?done=1#channels", seat.path));
    };
    let (status, sentence) = match told(desk, problem, visit) {
        Ok(told) => told,
        Err(fault) => return visit.fault(&fault),
    };
    let written = Written { problem: Some(sentence), ladder, ..Written::default() };
    page(desk, visit, (seat, status, written)).await
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    (seat, status, written): (&Seat, StatusCode, Written<'_>),
) -> Response {
    match read(desk, visit, (seat, written)).await {
        Ok(page) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

fn told(
    desk: &Desk,
    problem: ProposalProblem,
    visit: &Visit,
) -> Result<(StatusCode, String), Fault> {
    let (w, lang) = (Words::of(visit.lang), visit.lang);
    let unfit = |sentence: String| Ok((StatusCode::UNPROCESSABLE_ENTITY, sentence));
    match problem {
        ProposalProblem::Ladder(LadderProblem::Unreadable(what)) => {
            unfit(format!("{} ({what})", w.bad_ladder))
        }
        ProposalProblem::Ladder(LadderProblem::Empty) => unfit(w.empty_ladder.to_owned()),
        ProposalProblem::Ladder(LadderProblem::Twice(it)) => {
            unfit(format!("{} {}", w.twice, labels::channel(it, lang)))
        }
        ProposalProblem::Ladder(LadderProblem::NoSecret(it)) => {
            unfit(format!("{} {}", w.no_secret, labels::channel(it, lang)))
        }
        ProposalProblem::Ladder(LadderProblem::Same) => unfit(w.same_ladder.to_owned()),
        ProposalProblem::SamePerson(name) => {
            Ok((StatusCode::CONFLICT, format!("{} {name}", w.same_person)))
        }
        ProposalProblem::NotTheirs(name) => {
            Ok((StatusCode::CONFLICT, format!("{} {name}", w.not_theirs)))
        }
        ProposalProblem::Act(problem) => told_of_act(desk, problem, visit),
    }
}

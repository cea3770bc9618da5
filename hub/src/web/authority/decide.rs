//! Accepting and returning. Whoever is second is told who was first; nobody's words are lost.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::decision::{is_too_long, is_wordless};
use schemas::{Decision, DeliveryId, Verdict};

use super::Clerk;
use super::case::Case;
use super::delivery::{DeliveryPage, Draft};
use super::files::own;
use super::words::Words;
use crate::review::{ReviewProblem, Source};
use crate::store::ActRow;
use crate::web::Desk;
use crate::web::enclosed::Enclosed;
use crate::web::fault::Fault;
use crate::web::parts::Stamp;
use crate::web::problem::Problem;
use crate::web::sent::Fields;
use crate::web::visit::see_other;

/// What became of an answer that someone gave.
pub(super) enum Outcome {
    /// It is recorded, now or by the same person's click before.
    Made,
    /// Someone else has answered, or the filing was withdrawn.
    Late,
    /// What they wrote does not do.
    Invalid(String),
}

/// `POST /authority/deliveries/{id}/decision`
pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Enclosed<Clerk>,
) -> Response {
    let clerk = &sent.by;
    match answer(&desk, &id, &sent).await {
        Ok(response) => response,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

async fn answer(desk: &Desk, id: &str, sent: &Enclosed<Clerk>) -> Result<Response, Fault> {
    let clerk = &sent.by;
    let delivery = own(desk, clerk, id).await?;
    let mut decision = read(&sent.fields)?;
    decision.files.clone_from(&sent.files);
    let id = delivery.id;
    let outcome = match &sent.problem {
        Some(problem) => Outcome::Invalid(problem.sentence(clerk.visit.lang)),
        None => make(desk, clerk, id, &decision).await?,
    };
    let (status, problem) = match outcome {
        Outcome::Made => return Ok(see_other(&format!("/authority/deliveries/{id}#answer"))),
        Outcome::Late => (StatusCode::CONFLICT, None),
        Outcome::Invalid(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, Some(sentence)),
    };
    let case = Case::read(desk, clerk, own(desk, clerk, &id.to_string()).await?).await?;
    let problem = problem.unwrap_or_else(|| late(&case, clerk));
    let Decision { comment, marks, .. } = decision;
    let draft = Draft { comment, marks, problem: Some(problem), ..Draft::default() };
    let page = DeliveryPage::read(desk, clerk, (&case, draft)).await?;
    Ok(clerk.visit.page(status, &page))
}

/// Makes a decision, unless another was first.
pub(super) async fn make(
    desk: &Desk,
    clerk: &Clerk,
    id: DeliveryId,
    decision: &Decision,
) -> Result<Outcome, Fault> {
    let w = Words::of(clerk.visit.lang);
    let chars_max = desk.ctx.config.review.comment_chars_max;
    if is_wordless(decision.verdict, &decision.comment) {
        return Ok(Outcome::Invalid(w.return_needs_comment.to_owned()));
    }
    if is_too_long(&decision.comment, chars_max) {
        let count = decision.comment.chars().count();
        return Ok(Outcome::Invalid(format!("{} {count} / {chars_max}", w.comment_too_long)));
    }
    let by = Source::Page(clerk.actor());
    match desk.reviewer.decide(id, clerk.authority, decision, by).await {
        Ok(()) => {
            // The same answer by a colleague a moment before is theirs, not this person's.
            let acts = desk.ctx.store.acts(id).await?;
            let is_own = decided(&acts).is_some_and(|act| act.person == clerk.actor().person);
            Ok(if is_own { Outcome::Made } else { Outcome::Late })
        }
        Err(ReviewProblem::State(_)) => Ok(Outcome::Late),
        Err(ReviewProblem::Invalid(sentence)) => Ok(Outcome::Invalid(sentence)),
        Err(ReviewProblem::NotFound(_)) => Err(Fault::NoDelivery),
        Err(ReviewProblem::Erased) => Err(Fault::Erased),
        Err(ReviewProblem::Store(error)) => Err(error.into()),
        Err(
            problem @ (ReviewProblem::Reason(_)
            | ReviewProblem::Given(_)
            | ReviewProblem::Overtaken(_)
            | ReviewProblem::OtherKind(_)
            | ReviewProblem::NothingReturned
            | ReviewProblem::KeyReused
            | ReviewProblem::Fault(_)),
        ) => Err(Fault::Away(Problem::from(problem).detail)),
    }
}

/// Who decided at the pages.
pub(super) fn decided(acts: &[ActRow]) -> Option<&ActRow> {
    acts.iter().find(|act| act.kind == "decided")
}

/// Why nothing was recorded: who was first, and when.
pub(super) fn late(case: &Case, clerk: &Clerk) -> String {
    let (visit, w) = (&clerk.visit, Words::of(clerk.visit.lang));
    match (case.answer(visit), case.filing.withdrawn_at) {
        (Some(answer), _) => {
            let (who, at, verdict) = (answer.by, answer.at.text, answer.verdict.text);
            visit.lang.pick(
                format!("{at}に{who}が「{verdict}」と回答済みのため、この回答は記録していません。"),
                format!("{who} answered “{verdict}” at {at}, so this answer was not recorded."),
            )
        }
        (None, Some(at)) => {
            let who = &case.filing.operator_name;
            let at = Stamp::new(at, visit.now, visit.lang).text;
            visit.lang.pick(
                format!("{at}に{who}が取り下げたため、回答は記録していません。"),
                format!("{who} withdrew it at {at}, so this answer was not recorded."),
            )
        }
        (None, None) => w.cannot_decide.to_owned(),
    }
}

/// The answer as it was sent.
fn read(fields: &Fields) -> Result<Decision, Fault> {
    let verdict = fields.get("verdict").and_then(|word| word.parse::<Verdict>().ok());
    let verdict = verdict.ok_or(Fault::FormUnreadable)?;
    // Browsers send line ends as two characters, and count them as one.
    let comment = fields.get("comment").unwrap_or_default().replace("\r\n", "\n");
    let marks = match verdict {
        Verdict::Accepted => Vec::new(),
        Verdict::Returned => fields.all("mark").map(str::to_owned).collect(),
    };
    Ok(Decision { verdict, comment: comment.trim_end().to_owned(), files: Vec::new(), marks })
}

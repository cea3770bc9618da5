//! `/operator/filings/{key}/withdraw`: asks once more, then withdraws.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::decision::is_too_long;
use schemas::{FilingId, Verdict};

use super::Applicant;
use super::filing::may_withdraw;
use super::filings::own;
use super::words::Words;
use crate::store::FilingRow;
use crate::web::Desk;
use crate::web::api::filings::withdraw_filing;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::Stamp;
use crate::web::roles::Fresh;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

#[derive(Template)]
#[template(path = "operator/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    w: &'static Words,
    receipt_number: String,
    kind: &'static str,
    office: String,
    reason: String,
    /// What stands in the way of what was sent.
    problem: Option<String>,
}

impl WithdrawPage {
    fn new(filing: &FilingRow, visit: &Visit) -> Self {
        Self {
            shell: visit.shell(""),
            w: Words::of(visit.lang),
            receipt_number: filing.receipt_number.clone(),
            kind: visit.lang.kind(filing.kind),
            office: filing.office_name.clone(),
            reason: String::new(),
            problem: None,
        }
    }
}

/// `GET /operator/filings/{key}/withdraw`
pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    Fresh(applicant): Fresh<Applicant>,
) -> Response {
    let page = async {
        let filing = own(&desk, &applicant, &key).await?;
        let deliveries = desk.ctx.store.deliveries_of(filing.id).await?;
        if !may_withdraw(&filing, &deliveries) {
            return Err(not_withdrawn(&desk, &applicant.visit, filing.id).await);
        }
        Ok(WithdrawPage::new(&filing, &applicant.visit))
    };
    applicant.visit.answer(page.await)
}

/// `POST /operator/filings/{key}/withdraw`
pub(super) async fn send(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    sent: Sent<Fresh<Applicant>>,
) -> Response {
    let Sent { by: Fresh(by), fields, visit } = sent;
    let filing = match own(&desk, &by, &key).await {
        Ok(filing) => filing,
        Err(fault) => return visit.fault(&fault),
    };
    let there = format!("/operator/filings/{}", filing.receipt_number);
    // Sent twice, or by two people: it is withdrawn, as both wished.
    if filing.withdrawn_at.is_some() {
        return see_other(&there);
    }
    let w = Words::of(visit.lang);
    let max = desk.ctx.config.review.comment_chars_max;
    let reason = fields.get("reason").unwrap_or_default();
    let problem = match () {
        () if is_too_long(reason, max) => Some(format!("{} {max}", w.withdraw_long)),
        () if fields.get("sure").is_none() => Some(w.withdraw_unsure.to_owned()),
        () => None,
    };
    if problem.is_some() {
        let reason = reason.to_owned();
        let page = WithdrawPage { reason, problem, ..WithdrawPage::new(&filing, &visit) };
        return visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let idempotency_key = format!("page:withdraw:{}", filing.id);
    match withdraw_filing(&desk, &filing, by.number, (reason, idempotency_key)).await {
        Ok(_) => see_other(&there),
        // Two at once: the other was first.
        Err(_) if is_withdrawn(&desk, filing.id).await => see_other(&there),
        Err(problem) => {
            let otherwise = not_withdrawn(&desk, &visit, filing.id).await;
            visit.fault(&Fault::of_problem(problem, otherwise))
        }
    }
}

async fn is_withdrawn(desk: &Desk, id: FilingId) -> bool {
    let filing = desk.ctx.store.filing(id).await.ok().flatten();
    filing.is_some_and(|it| it.withdrawn_at.is_some())
}

/// Why it is not withdrawn: who accepted it first, and when.
async fn not_withdrawn(desk: &Desk, visit: &Visit, id: FilingId) -> Fault {
    match accepted(desk, visit, id).await {
        Ok(told) => Fault::NotWithdrawn(told),
        Err(fault) => fault,
    }
}

async fn accepted(desk: &Desk, visit: &Visit, id: FilingId) -> Result<Option<String>, Fault> {
    let store = &desk.ctx.store;
    let decisions = store.decisions_of(id).await?;
    let Some(first) = decisions.iter().find(|it| it.verdict == Verdict::Accepted) else {
        return Ok(None);
    };
    let Some(delivery) = store.delivery(first.delivery_id).await? else { return Ok(None) };
    let who = desk.ctx.master().name(delivery.authority);
    let at = Stamp::new(first.decided_at, visit.now, visit.lang).text;
    let (ja, en) =
        (format!("{at}に{who}が受付完了としました。"), format!("{who} accepted it at {at}."));
    Ok(Some(visit.lang.pick(ja, en)))
}

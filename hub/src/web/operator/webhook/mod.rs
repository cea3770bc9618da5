//! `/operator/webhook`: where notices are posted besides the mails, tried and changed.

mod words;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemas::Why;

use super::Applicant;
use crate::notices::NoticeKind;
use crate::store::{FailedPostRow, StoreError, WebhookActRow};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::Stamp;
use crate::web::roles::Fresh;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};
use crate::webhooks::{self, UNDER_WAY, WebhookProblem};
use words::Words;

/// Acts, and notices that did not arrive, that the page shows.
const LISTED: usize = 50;

const HERE: &str = "/operator/webhook";

#[derive(Template)]
#[template(path = "operator/webhook.html")]
struct WebhookPage {
    shell: Shell,
    w: &'static Words,
    /// Address and secret.
    current: Option<(String, String)>,
    url_bytes_max: usize,
    is_done: bool,
    /// What the trial just made came to.
    tried: Option<String>,
    /// What was written.
    written: String,
    /// What stands in the way.
    problem: Option<String>,
    example: String,
    types: Vec<(String, String)>,
    acts: Vec<Line>,
    failed: Vec<FailedLine>,
}

/// A notice that did not arrive.
struct FailedLine {
    at: Stamp,
    receipt_number: String,
    kind: String,
    said: String,
    tries: i32,
    /// When it is tried next; none when it was given up.
    next: Option<Stamp>,
}

struct Line {
    at: Stamp,
    by: String,
    what: &'static str,
    particulars: String,
}

/// `GET /operator/webhook`
pub(super) async fn show(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    let page = page(&desk, &applicant, String::new(), None).await;
    applicant.visit.answer(page.map_err(Fault::from))
}

/// `POST /operator/webhook`: sets, renews, removes or tries it, by the button.
pub(super) async fn send(
    State(desk): State<Arc<Desk>>,
    Sent { by: Fresh(applicant), fields, visit }: Sent<Fresh<Applicant>>,
) -> Response {
    let (ctx, by) = (&desk.ctx, applicant.by());
    let url = fields.get("url").unwrap_or_default().trim();
    let (done, to) = match fields.get("act") {
        Some("renew") => (webhooks::renew(ctx, by).await, "done"),
        Some("remove") => (webhooks::remove(ctx, by).await, "done"),
        Some("try") => (webhooks::try_out(ctx, by).await.map(drop), "tried"),
        Some(_) | None => (webhooks::set(ctx, by, url).await, "done"),
    };
    let problem = match done {
        Ok(()) => return see_other(&format!("{HERE}?{to}=1")),
        Err(WebhookProblem::Store(error)) => return visit.fault(&error.into()),
        Err(problem) => told(&problem, Words::of(visit.lang)),
    };
    match page(&desk, &applicant, url.to_owned(), Some(problem)).await {
        Ok(page) => visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => visit.fault(&error.into()),
    }
}

fn told(problem: &WebhookProblem, w: &Words) -> String {
    match problem {
        WebhookProblem::Address(why) => match why.code.as_str() {
            "https_required" => w.wrong_https.to_owned(),
            "address_not_allowed" => w.wrong_private.to_owned(),
            _ => format!("{} {}", w.wrong, w.wrong_https),
        },
        WebhookProblem::TooLong(max) => format!("{} {max}", w.long),
        WebhookProblem::Same => w.same.to_owned(),
        WebhookProblem::Nothing => w.nothing.to_owned(),
        WebhookProblem::TooMany(_) => w.many.to_owned(),
        WebhookProblem::Store(error) => error.to_string(),
    }
}

async fn page(
    desk: &Desk,
    applicant: &Applicant,
    written: String,
    problem: Option<String>,
) -> Result<WebhookPage, StoreError> {
    let (ctx, visit) = (&desk.ctx, &applicant.visit);
    let w = Words::of(visit.lang);
    let set = webhooks::current(ctx, applicant.number).await?;
    let acts = ctx.store.webhook_acts(applicant.number, None, LISTED).await?;
    let looked = ctx.config.webhook.filings_looked_max;
    let failed = ctx.store.failed_posts(applicant.number, (looked, LISTED)).await?;
    let tried = acts.first().filter(|act| act.kind == "tried" && visit.get("tried").is_some());
    let types = NoticeKind::ALL.iter().map(|kind| {
        let word = kind.as_str();
        (format!("filing.{word}"), labels::notice_kind(word, visit.lang))
    });
    Ok(WebhookPage {
        shell: visit.shell("/operator/address"),
        w,
        current: set.map(|set| {
            let secret = webhooks::secret(ctx, &set).expose().to_owned();
            (set.url.unwrap_or_default(), secret)
        }),
        url_bytes_max: ctx.config.webhook.url_bytes_max,
        is_done: visit.get("done").is_some(),
        tried: tried.and_then(|act| act.said.as_deref()).map(|said| came_to(said, w)),
        written,
        problem,
        example: webhooks::example(ctx),
        types: types.collect(),
        acts: acts.into_iter().map(|act| Line::new(act, visit, w)).collect(),
        failed: failed.into_iter().map(|row| FailedLine::new(row, visit, w)).collect(),
    })
}

/// What came of a trial, in words.
fn came_to(said: &str, w: &Words) -> String {
    let words = match said {
        UNDER_WAY => w.came_not_yet,
        "dns_failed" => w.came_no_name,
        "connect_failed" | "connect_timeout" => w.came_no_connection,
        "tls_certificate" | "tls_handshake" => w.came_no_trust,
        "answer_lost" | "answer_timeout" => w.came_no_answer,
        "address_not_allowed" => w.wrong_private,
        status => return status.to_owned(),
    };
    words.to_owned()
}

impl FailedLine {
    fn new(row: FailedPostRow, visit: &Visit, w: &Words) -> Self {
        let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
        let why = row.why.and_then(|why| serde_json::from_str::<Why>(&why).ok());
        Self {
            at: stamp(row.updated_at),
            receipt_number: row.receipt_number,
            kind: labels::notice_kind(&row.kind, visit.lang),
            said: why.map(|why| came_to(&webhooks::reason(&why), w)).unwrap_or_default(),
            tries: row.tries,
            next: row.next_attempt_at.map(stamp),
        }
    }
}

impl Line {
    fn new(act: WebhookActRow, visit: &Visit, w: &Words) -> Self {
        let what = match act.kind.as_str() {
            "set" => w.act_set,
            "removed" => w.act_removed,
            _ => w.act_tried,
        };
        Self {
            at: Stamp::new(act.at, visit.now, visit.lang),
            by: act.name,
            what,
            particulars: match act.said {
                Some(said) => came_to(&said, w),
                None => act.url.unwrap_or_default(),
            },
        }
    }
}

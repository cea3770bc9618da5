//! `/authority/deliveries/{id}`: one delivery, to be read. Whoever looks at it first opens it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::Clerk;
use super::answer::Answer;
use super::case::{Case, Which};
use super::files::own;
use super::hand::Hands;
use super::words::Words;
use crate::context::day_in_japan;
use crate::delivery::State as Transport;
use crate::erasure::mark_of;
use crate::judgement;
use crate::review::is_news;
use crate::store::EventRow;
use crate::web::Desk;
use crate::web::contacts::told_of;
use crate::web::deadlines::DeadlineLine;
use crate::web::document::{Block, Document, Mark, Reading};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::onboarding_words::Words as TestWords;
use crate::web::parts::{Badge, ErasedLine, Part, Stamp};
use crate::web::problem::Problem;
use crate::web::story;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "authority/delivery.html")]
pub(super) struct DeliveryPage {
    shell: Shell,
    w: &'static Words,
    /// What is said of a test, and what deletes it.
    test: Option<&'static TestWords>,
    id: String,
    receipt_number: String,
    review: Badge,
    kind: &'static str,
    operator: String,
    corporate_number: String,
    office: String,
    received: Stamp,
    /// When this revision came, where it is not the first.
    revised: Option<(String, Stamp)>,
    arrived: Option<Stamp>,
    opened: Option<(Stamp, String)>,
    told: Vec<String>,
    withdrawn: Option<Stamp>,
    erased: Option<ErasedLine>,
    /// The delivery of a newer revision.
    newer: Option<String>,
    answer: Option<Answer>,
    may_accept: bool,
    problem: Option<String>,
    comment: String,
    comment_chars_max: usize,
    deadlines: Vec<DeadlineLine>,
    compared: Option<String>,
    hands: Hands,
    offices_part: Part,
    document: Document,
    timeline: Vec<story::Line>,
    timeline_part: Part,
}

/// An answer that is being written.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) comment: String,
    pub(super) marks: Vec<String>,
    /// A remark for colleagues.
    pub(super) remark: String,
    /// Why it was not recorded.
    pub(super) problem: Option<String>,
}

/// `GET /authority/deliveries/{id}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    clerk: Clerk,
) -> Response {
    clerk.visit.answer(read(&desk, &clerk, &id).await)
}

async fn read(desk: &Desk, clerk: &Clerk, id: &str) -> Result<DeliveryPage, Fault> {
    let mut delivery = own(desk, clerk, id).await?;
    if is_news(&delivery) {
        let opened = desk.reviewer.open(delivery.id, clerk.authority, &clerk.actor()).await;
        opened.map_err(|problem| Fault::Away(Problem::from(problem).detail))?;
        delivery = own(desk, clerk, id).await?;
    }
    let case = Case::read(desk, clerk, delivery).await?;
    DeliveryPage::read(desk, clerk, (&case, Draft::default())).await
}

impl DeliveryPage {
    /// The page about a delivery, with an answer or remark that was not recorded.
    pub(super) async fn read(
        desk: &Desk,
        clerk: &Clerk,
        (case, mut draft): (&Case, Draft),
    ) -> Result<Self, Fault> {
        let remark = std::mem::take(&mut draft.remark);
        let hands = Hands::read(desk, clerk, (case, remark)).await?;
        Ok(Self::new(desk, &clerk.visit, (case, draft, hands)))
    }

    fn new(desk: &Desk, visit: &Visit, (case, draft, hands): (&Case, Draft, Hands)) -> Self {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let Case { delivery, filing, .. } = case;
        let stamp = |ms: i64| Stamp::new(ms, visit.now, lang);
        let mut document = document(desk, visit, case);
        document.can_mark = case.may_return();
        document.marks = if document.can_mark { draft.marks } else { case.marks() };
        let offices_part = Part::cut(&mut document.offices, "offices", visit);
        let (timeline, timeline_part) = timeline(desk, visit, case);
        let judged = judgement::deadlines(&desk.ctx, &case.revisions, &case.deliveries);
        Self {
            shell: visit.shell(""),
            w,
            test: delivery.is_test().then(|| TestWords::of(lang)),
            id: delivery.id.to_string(),
            receipt_number: filing.receipt_number.clone(),
            review: labels::review(delivery.review, lang),
            kind: lang.kind(filing.kind),
            operator: filing.operator_name.clone(),
            corporate_number: filing.corporate_number.to_string(),
            office: filing.office_name.clone(),
            received: stamp(filing.received_at),
            revised: revised(case, w).map(|(what, ms)| (what, stamp(ms))),
            arrived: arrived(case).map(stamp),
            opened: opened(case).map(|(ms, who)| (stamp(ms), who)),
            told: case.told.iter().map(|row| told_of(row, lang)).collect(),
            withdrawn: filing.withdrawn_at.map(stamp),
            erased: mark_of(&case.submission).map(|it| ErasedLine::new(&it, visit, false)),
            newer: case.newer().map(|it| format!("/authority/deliveries/{}", it.id)),
            answer: case.answer(visit),
            may_accept: case.may_accept() && mark_of(&case.submission).is_none(),
            problem: draft.problem,
            comment: draft.comment,
            comment_chars_max: desk.ctx.config.review.comment_chars_max,
            deadlines: judged.iter().map(|it| DeadlineLine::new(it, lang)).collect(),
            compared: compared(case, visit, document.differences),
            hands,
            offices_part,
            document,
            timeline,
            timeline_part,
        }
    }
}

/// What this revision says, with what is different.
fn document(desk: &Desk, visit: &Visit, case: &Case) -> Document {
    let base = case.base.as_ref();
    let reading = Reading {
        ctx: &desk.ctx,
        lang: visit.lang,
        first: day_in_japan(case.filing.received_at),
        with_files: base.is_some_and(|base| matches!(base.which, Which::Revision(_))),
    };
    reading.read(&case.submission, base.map(|base| &base.submission))
}

/// What it is compared with, and how much is different.
fn compared(case: &Case, visit: &Visit, differences: usize) -> Option<String> {
    let base = case.base.as_ref()?;
    let (ja, en) = match base.which {
        Which::Revision(number) => (format!("第{number}版"), format!("revision {number}")),
        Which::Accepted(ms) => {
            let day = day_in_japan(ms);
            (
                format!("前回受付完了とした同じ事業所の届出({day}到達)"),
                format!("the filing of this office that was accepted last (received {day})"),
            )
        }
    };
    let text = match differences {
        0 => visit
            .lang
            .pick(format!("{ja}と違いはありません。"), format!("No difference from {en}.")),
        _ => visit.lang.pick(
            format!("{ja}との違い{differences}か所に印を付けています。"),
            format!("Compared with {en}: {differences} differences are marked."),
        ),
    };
    Some(text)
}

/// What a revision after the first is, and when it came.
fn revised(case: &Case, w: &Words) -> Option<(String, i64)> {
    let revision = case.revision()?;
    let what = match revision.action.as_str() {
        "correct" => format!("{} {}", w.correction, revision.revision),
        "withdraw" => w.withdrawal.to_owned(),
        _ => return None,
    };
    Some((what, revision.received_at))
}

fn arrived(case: &Case) -> Option<i64> {
    match case.delivery.state {
        Transport::Delivered { at } => Some(at),
        Transport::Due
        | Transport::Sending { .. }
        | Transport::Waiting { .. }
        | Transport::Held { .. }
        | Transport::Failed { .. }
        | Transport::Cancelled => None,
    }
}

/// Who opened it at the pages, and when.
fn opened(case: &Case) -> Option<(i64, String)> {
    let act = case.acts.iter().find(|act| act.kind == "opened")?;
    Some((act.at, act.name.clone()))
}

/// What happened that is this authority's to know.
fn timeline(desk: &Desk, visit: &Visit, case: &Case) -> (Vec<story::Line>, Part) {
    let own = case.delivery.authority.to_string();
    let is_theirs = |event: &&EventRow| {
        let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
        let whose = body["authority"].as_str();
        let is_everyones = matches!(
            event.kind.as_str(),
            "filing.received" | "filing.corrected" | "filing.withdrawn"
        );
        whose.map_or(is_everyones, |whose| whose == own)
    };
    let events = case.events.iter().filter(is_theirs);
    let mut lines: Vec<_> =
        events.map(|event| story::Line::new(event, &desk.ctx.master(), visit)).collect();
    let part = Part::cut(&mut lines, "timeline", visit);
    (lines, part)
}

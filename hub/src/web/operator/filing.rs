//! `/operator/filings/{key}`: one filing, as its operator follows it.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use schemas::{Attachment, AuthorityId, DeliveryId, Submission, Verdict};

use super::filings::own;
use super::marks::Marks;
use super::words::Words;
use super::{Applicant, plain};
use crate::context::day_in_japan;
use crate::delivery::{Delivery, Review};
use crate::erasure::{mark_in, mark_of};
use crate::filing::{Status, to_correct};
use crate::judgement;
use crate::scans::Scans;
use crate::store::{DecisionRow, EventRow, FilingRow, RevisionRow};
use crate::web::Desk;
use crate::web::deadlines::DeadlineLine;
use crate::web::document::{Block, Document, Mark, OfficeLine, Reading};
use crate::web::download;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, ErasedLine, Part, Stamp, bytes};
use crate::web::roles::Who;
use crate::web::story::Line;
use crate::web::visit::Visit;
use crate::web::words::Lang;

#[derive(Template)]
#[template(path = "operator/filing.html")]
struct FilingPage {
    shell: Shell,
    w: &'static Words,
    receipt_number: String,
    kind: &'static str,
    office: String,
    received: Stamp,
    withdrawn: Option<Stamp>,
    erased: Option<ErasedLine>,
    status: Badge,
    stands: &'static str,
    /// What is told of its draft: that it was filed just now, or before.
    draft: Option<&'static str>,
    may_correct: bool,
    may_withdraw: bool,
    /// How many authorities stand how, where there are several.
    tally: Vec<(Badge, usize)>,
    authorities: Vec<AuthorityLine>,
    authorities_part: Part,
    deadlines: Vec<DeadlineLine>,
    timeline: Vec<Line>,
    timeline_part: Part,
    concerned: Concerned,
    document: Option<Document>,
    attachments: Vec<FileLine>,
}

/// The offices that it is about.
struct Concerned {
    count: usize,
    lines: Vec<OfficeLine>,
    part: Part,
    /// Whether someone turns their pages.
    is_open: bool,
}

impl Concerned {
    fn new(mut lines: Vec<OfficeLine>, visit: &Visit) -> Self {
        let (count, is_open) = (lines.len(), visit.get("offices").is_some());
        let part = Part::cut(&mut lines, "offices", visit);
        Self { count, lines, part, is_open }
    }
}

/// How it stands at one authority.
struct AuthorityLine {
    name: String,
    state: Badge,
    sentence: String,
    changed: Stamp,
    answers: Vec<Answer>,
}

/// What an authority answered.
struct Answer {
    revision: i32,
    verdict: Badge,
    at: Stamp,
    comment: String,
    files: Vec<FileLine>,
}

/// A file that can be fetched.
pub(super) struct FileLine {
    pub(super) name: String,
    pub(super) size: String,
    pub(super) sha256: String,
    /// How it stands with the malware scanner.
    pub(super) scan: Option<Badge>,
    /// Whether an authority asks for it to be corrected.
    pub(super) marked: bool,
}

impl FileLine {
    pub(super) fn new(file: &Attachment, scans: &Scans, lang: Lang) -> Self {
        Self {
            name: file.name.clone(),
            size: bytes(usize::try_from(file.size).unwrap_or(usize::MAX)),
            sha256: file.sha256.clone(),
            scan: labels::scan(&scans.of(&file.sha256), lang),
            marked: false,
        }
    }

    /// The same with what authorities have marked.
    pub(super) fn marked(self, file: &Attachment, marks: &Marks) -> Self {
        Self { marked: marks.is_on(file), ..self }
    }
}

/// `GET /operator/filings/{key}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(key): Path<String>,
    applicant: Applicant,
) -> Response {
    applicant.visit.answer(read(&desk, &applicant, &key).await)
}

async fn read(desk: &Desk, applicant: &Applicant, key: &str) -> Result<FilingPage, Fault> {
    let visit = &applicant.visit;
    let filing = own(desk, applicant, key).await?;
    let store = &desk.ctx.store;
    let revisions = store.revisions(filing.id).await?;
    let events = store.events(filing.id).await?;
    let deliveries = store.deliveries_of(filing.id).await?;
    let decisions = store.decisions_of(filing.id).await?;
    let status = Status::of(&deliveries, filing.withdrawn_at.is_some());
    let judged = judgement::deadlines(&desk.ctx, &revisions, &deliveries);
    let (timeline, timeline_part) = timeline(desk, events, visit);
    let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
    let erased = newest_told(&revisions).and_then(|it| mark_in(&it.document));
    let submission = newest_text(&revisions);
    let scans = scans(desk, submission.as_ref(), &decisions).await?;
    let is_withdrawn = filing.withdrawn_at.is_some();
    let told = (&deliveries[..], is_withdrawn);
    let mut authorities = authorities(desk, told, (&decisions, &scans), visit);
    let tally = tally(&authorities);
    let authorities_part = Part::cut(&mut authorities, "authorities", visit);
    let may_correct =
        filing.withdrawn_at.is_none() && erased.is_none() && !to_correct(&deliveries).is_empty();
    let marks =
        if may_correct { Marks::of(&revisions, &deliveries, &decisions) } else { Marks::default() };
    let line = |file| FileLine::new(file, &scans, visit.lang).marked(file, &marks);
    let attachments = submission.iter().flat_map(|it| &it.attachments).map(line);
    let is_infected = deliveries.iter().any(Delivery::is_infected);
    let attachments = attachments.collect();
    let mut document = submission.map(|it| document(desk, &it, filing.received_at, visit));
    let mut offices = Vec::new();
    if let Some(document) = &mut document {
        document.marks = marks.places;
        offices.append(&mut document.offices);
    }
    Ok(FilingPage {
        shell: visit.shell(""),
        w: Words::of(visit.lang),
        kind: visit.lang.kind(filing.kind),
        received: stamp(filing.received_at),
        withdrawn: filing.withdrawn_at.map(stamp),
        erased: erased.map(|it| ErasedLine::new(&it, visit, false)),
        status: labels::status(status, visit.lang),
        stands: if may_correct && is_infected {
            plain::infected(visit.lang)
        } else {
            plain::of_filing(status, visit.lang)
        },
        draft: visit.get("filed").map(|word| {
            let w = Words::of(visit.lang);
            if word == "before" { w.filed_before } else { w.filed_now }
        }),
        may_correct,
        may_withdraw: erased.is_none() && may_withdraw(&filing, &deliveries),
        receipt_number: filing.receipt_number,
        office: filing.office_name,
        tally,
        authorities,
        authorities_part,
        deadlines: judged.iter().map(|it| DeadlineLine::new(it, visit.lang)).collect(),
        timeline,
        timeline_part,
        attachments,
        concerned: Concerned::new(offices, visit),
        document,
    })
}

/// What the malware scanner knows of all files of the page.
async fn scans(
    desk: &Desk,
    submission: Option<&Submission>,
    decisions: &[DecisionRow],
) -> Result<Scans, Fault> {
    let mut files: Vec<Attachment> = decisions.iter().flat_map(files_of).collect();
    files.extend(submission.iter().flat_map(|it| it.attachments.clone()));
    Ok(Scans::read(&desk.ctx, &files).await?)
}

fn files_of(decision: &DecisionRow) -> Vec<Attachment> {
    serde_json::from_str(&decision.files).unwrap_or_default()
}

/// Whether it can still be withdrawn: nobody has accepted it.
pub(super) fn may_withdraw(filing: &FilingRow, deliveries: &[Delivery]) -> bool {
    filing.withdrawn_at.is_none() && deliveries.iter().all(|it| it.review != Review::Accepted)
}

/// The newest revision that says what is filed; a withdrawal says nothing of it.
pub(super) fn newest_told(revisions: &[RevisionRow]) -> Option<&RevisionRow> {
    revisions.iter().rev().find(|revision| revision.action != "withdraw")
}

/// What it says; nothing once it was erased.
pub(super) fn newest_text(revisions: &[RevisionRow]) -> Option<Submission> {
    let text: Submission = serde_json::from_str(&newest_told(revisions)?.document).ok()?;
    mark_of(&text).is_none().then_some(text)
}

/// A submission, to be read; `received_at` is when it first came in.
pub(super) fn document(
    desk: &Desk,
    submission: &Submission,
    received_at: i64,
    visit: &Visit,
) -> Document {
    let first = day_in_japan(received_at);
    let reading = Reading { ctx: &desk.ctx, lang: visit.lang, first, with_files: false };
    reading.read(submission, None)
}

fn timeline(desk: &Desk, mut events: Vec<EventRow>, visit: &Visit) -> (Vec<Line>, Part) {
    events.retain(|event| plain::is_told(&event.kind));
    // The newest first: that is what someone comes back for.
    events.reverse();
    let part = Part::cut(&mut events, "timeline", visit);
    let lines = events.iter().map(|event| Line::new(event, &desk.ctx.master(), visit));
    (lines.collect(), part)
}

/// For each authority its newest delivery, and all that it answered; what needs the operator first.
fn authorities(
    desk: &Desk,
    (deliveries, is_withdrawn): (&[Delivery], bool),
    (decisions, scans): (&[DecisionRow], &Scans),
    visit: &Visit,
) -> Vec<AuthorityLine> {
    let of: HashMap<DeliveryId, &Delivery> = deliveries.iter().map(|it| (it.id, it)).collect();
    let mut answers: HashMap<AuthorityId, Vec<Answer>> = HashMap::new();
    for decision in decisions.iter().rev() {
        if let Some(delivery) = of.get(&decision.delivery_id) {
            let answer = Answer::new((decision, scans), delivery.revision, visit);
            answers.entry(delivery.authority).or_default().push(answer);
        }
    }
    let mut newest: Vec<&Delivery> = Vec::new();
    for delivery in deliveries {
        match newest.iter_mut().find(|it| it.authority == delivery.authority) {
            Some(known) if known.revision < delivery.revision => *known = delivery,
            Some(_) => {}
            None => newest.push(delivery),
        }
    }
    newest.sort_by_key(|it| it.review != Review::Returned);
    let line = |delivery: &&Delivery| {
        let (state, sentence) = plain::of_delivery(delivery, is_withdrawn, visit.lang);
        AuthorityLine {
            name: desk.ctx.master().name(delivery.authority),
            state,
            sentence,
            changed: Stamp::new(delivery.updated_at, visit.now, visit.lang),
            answers: answers.remove(&delivery.authority).unwrap_or_default(),
        }
    };
    newest.iter().map(line).collect()
}

/// How many authorities stand how; nothing to count of one alone.
fn tally(authorities: &[AuthorityLine]) -> Vec<(Badge, usize)> {
    let mut all: Vec<(Badge, usize)> = Vec::new();
    for line in authorities {
        match all.iter_mut().find(|(badge, _)| badge.text == line.state.text) {
            Some((_, count)) => *count += 1,
            None => all.push((line.state.clone(), 1)),
        }
    }
    if authorities.len() > 1 { all } else { Vec::new() }
}

impl Answer {
    fn new((decision, scans): (&DecisionRow, &Scans), revision: i32, visit: &Visit) -> Self {
        let review = match decision.verdict {
            Verdict::Accepted => Review::Accepted,
            Verdict::Returned => Review::Returned,
        };
        let line = |file: &Attachment| FileLine::new(file, scans, visit.lang);
        Self {
            revision,
            verdict: labels::review(review, visit.lang),
            at: Stamp::new(decision.decided_at, visit.now, visit.lang),
            comment: decision.comment.clone(),
            files: files_of(decision).iter().map(line).collect(),
        }
    }
}

/// `GET /operator/filings/{key}/files/{sha256}`: a file of the filing, or of an answer to it.
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    Path((key, sha256)): Path<(String, String)>,
    applicant: Applicant,
) -> Response {
    let found = find_file(&desk, &applicant, &key, &sha256).await;
    let sent = match found {
        Ok(file) => download::serve(&desk.ctx, &file, false).await,
        Err(fault) => Err(fault),
    };
    sent.unwrap_or_else(|fault| applicant.visit.fault(&fault))
}

async fn find_file(
    desk: &Desk,
    applicant: &Applicant,
    key: &str,
    sha256: &str,
) -> Result<Attachment, Fault> {
    let filing = own(desk, applicant, key).await?;
    let store = &desk.ctx.store;
    let mut all: Vec<Attachment> = Vec::new();
    for revision in store.revisions(filing.id).await? {
        if mark_in(&revision.document).is_some() {
            return Err(Fault::Erased);
        }
        let read = serde_json::from_str::<Submission>(&revision.document);
        all.extend(read.map(|it| it.attachments).unwrap_or_default());
    }
    for decision in store.decisions_of(filing.id).await? {
        all.extend(files_of(&decision));
    }
    all.into_iter().find(|file| file.sha256 == sha256).ok_or(Fault::NotYours(Who::Operator))
}

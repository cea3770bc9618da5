//! Intake: takes filings in. A receipt is given only when the filing is durable.
//!
//! Writes `filings`, `revisions`, the first event, the notice of receipt and `filing.submitted`, in
//! one transaction; requests that arrive together share it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use schemas::message::FilingSubmitted;
use schemas::{Attachment, FilingId, Finding, Submission};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use crate::broker::topology::{FILING_SUBMITTED, WORK};
use crate::context::{Context, day_in_japan};
use crate::judgement;
use crate::notices::{self, NoticeKind, new_notice};
use crate::revision::{Receipted, Request, new_revision, received, received_body};
use crate::scans::{Scans, Standing};
use crate::store::{FilingRow, NewEvent, RevisionRow, StoreError, Tx, WordRow};
use crate::trace::{Begun, Span};
use crate::words;

/// Why a filing is not taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeProblem {
    /// The text has mistakes.
    #[error("the filing has {} mistakes", .0.len())]
    Invalid(Vec<Finding>),
    /// The key was used with another body.
    #[error("this Idempotency-Key was used before with another body")]
    KeyReused,
    /// The store is away.
    #[error("the filing could not be recorded: {0}")]
    Unavailable(String),
}

impl From<StoreError> for IntakeProblem {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

struct Job {
    request: Request,
    recipients: Vec<String>,
    sha256: String,
    begun: Begun,
    reply: oneshot::Sender<Result<Receipted, IntakeProblem>>,
}

/// The way into intake, for HTTP handlers.
#[derive(Clone)]
pub struct Intake {
    ctx: Arc<Context>,
    jobs: mpsc::Sender<Job>,
}

/// The working side of intake.
pub struct IntakeDesk {
    ctx: Arc<Context>,
    jobs: mpsc::Receiver<Job>,
}

/// Both sides of intake.
pub fn intake(ctx: &Arc<Context>) -> (Intake, IntakeDesk) {
    let (sender, jobs) = mpsc::channel(4 * ctx.config.intake.batch_max);
    (Intake { ctx: Arc::clone(ctx), jobs: sender }, IntakeDesk { ctx: Arc::clone(ctx), jobs })
}

impl Intake {
    /// Everything wrong with a submission: its text, where it would go, its forms, its attachments.
    /// A correction names the day on which its filing was `first` handed in. Answers what is worth
    /// a look and in nobody's way.
    pub async fn check(
        &self,
        submission: &Submission,
        first: Option<Date>,
    ) -> Result<Vec<Finding>, IntakeProblem> {
        let mut findings = submission.check(&self.ctx.config.limits);
        if findings.is_empty() {
            let day = day_in_japan(self.ctx.clock.now_ms());
            findings = match routing::plan(&self.ctx.master(), submission, day) {
                Ok(plan) => {
                    let days = (first.unwrap_or(day), day);
                    judgement::check(&self.ctx, submission, &plan, days)
                }
                Err(error) => error.findings(),
            };
        }
        findings.extend(check_uploads(&self.ctx, submission).await?);
        findings.sort_by_key(|finding| finding.level);
        let is_fit = findings.iter().all(|finding| !finding.is_error());
        if is_fit { Ok(findings) } else { Err(IntakeProblem::Invalid(findings)) }
    }

    /// Takes a filing in; returns when it is durable.
    pub async fn submit(&self, request: Request) -> Result<Receipted, IntakeProblem> {
        let warnings = match self.check(&request.submission, None).await {
            Ok(warnings) => warnings,
            Err(problem) => return self.replayed(&request).await.ok_or(problem),
        };
        let away = || IntakeProblem::Unavailable("the hub is stopping; send it again".into());
        let recipients = self.ctx.recipients(request.submission.corporate_number).await?;
        let sha256 = hex::encode(Sha256::digest(request.document.as_bytes()));
        let begun = self.ctx.spans.in_request(&self.ctx.clock);
        let (reply, answer) = oneshot::channel();
        let job = Job { request, recipients, sha256, begun, reply };
        self.jobs.send(job).await.map_err(|_| away())?;
        let receipted = answer.await.map_err(|_| away())??;
        Ok(Receipted { warnings, ..receipted })
    }

    /// The receipt of the same request, made before: it stands, whatever a later day would say of
    /// the filing.
    async fn replayed(&self, request: &Request) -> Option<Receipted> {
        let number = request.submission.corporate_number.to_string();
        let sha256 = hex::encode(Sha256::digest(request.document.as_bytes()));
        let key = (number, request.idempotency_key.clone());
        let mut tx = self.ctx.store.begin().await.ok()?;
        let row = tx.find_idempotent(&[key]).await.ok()?.pop()?;
        (row.document_sha256 == sha256).then_some(Receipted {
            id: row.filing_id,
            revision: row.revision,
            received_at: row.received_at,
            replayed: true,
            warnings: Vec::new(),
        })
    }
}

/// Attachments must have been uploaded by the operator, with the size and type that it names.
pub(crate) async fn check_uploads(
    ctx: &Context,
    submission: &Submission,
) -> Result<Vec<Finding>, IntakeProblem> {
    let owner = submission.corporate_number.to_string();
    let digests = submission.attachments.iter().map(|a| a.sha256.as_str());
    let known = ctx.store.find_attachments(&owner, digests).await?;
    let known: HashMap<_, _> = known.iter().map(|row| (row.sha256.as_str(), row)).collect();
    let scans = Scans::read(ctx, &submission.attachments).await?;
    let mut findings = Vec::new();
    for (i, attachment) in submission.attachments.iter().enumerate() {
        if let Standing::Infected(signature) = scans.of(&attachment.sha256) {
            findings.push(infected_upload(i, attachment, &signature));
        }
        match known.get(attachment.sha256.as_str()) {
            None => findings.push(unknown_upload(i)),
            Some(row) if u64::try_from(row.size) != Ok(attachment.size) => {
                let message = format!("the upload has {} bytes", row.size);
                findings.push(Finding::new(
                    format!("/attachments/{i}/size"),
                    "attachment_size",
                    message,
                ));
            }
            Some(_) => {}
        }
    }
    Ok(findings)
}

fn infected_upload(i: usize, file: &Attachment, signature: &str) -> Finding {
    let name = &file.name;
    Finding::new(
        format!("/attachments/{i}"),
        "attachment_infected",
        format!("the file {name:?} holds malware ({signature}); leave it out, or send a clean one"),
    )
    .ja(format!(
        "「{name}」からウイルスが検出されました({signature})。外すか、問題のないファイルに替えてください。"
    ))
}

fn unknown_upload(i: usize) -> Finding {
    Finding::new(
        format!("/attachments/{i}/sha256"),
        "attachment_unknown",
        "no upload of yours has this digest; upload it with POST /v1/attachments first",
    )
}

impl IntakeDesk {
    /// Until the stop: commits what has come in together.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        let mut jobs = Vec::new();
        loop {
            let count = tokio::select! {
                () = stop.cancelled() => break,
                count = self.jobs.recv_many(&mut jobs, self.ctx.config.intake.batch_max) => count,
            };
            if count == 0 {
                break;
            }
            self.take(std::mem::take(&mut jobs)).await;
        }
        // What had come in before the stop is still taken.
        self.jobs.close();
        while self.jobs.recv_many(&mut jobs, self.ctx.config.intake.batch_max).await > 0 {
            self.take(std::mem::take(&mut jobs)).await;
        }
    }

    /// One batch of what has come in. Tells how many.
    pub async fn step(&mut self) -> usize {
        let mut jobs = Vec::new();
        while let Ok(job) = self.jobs.try_recv() {
            jobs.push(job);
        }
        let count = jobs.len();
        if count > 0 {
            self.take(jobs).await;
        }
        count
    }

    async fn take(&self, jobs: Vec<Job>) {
        match self.commit(&jobs).await {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    drop(job.reply.send(answer));
                }
            }
            Err(error) => {
                tracing::error!(%error, count = jobs.len(), "filings were not recorded");
                for job in jobs {
                    let problem = IntakeProblem::Unavailable(error.to_string());
                    drop(job.reply.send(Err(problem)));
                }
            }
        }
    }

    async fn commit(&self, jobs: &[Job]) -> anyhow::Result<Vec<Result<Receipted, IntakeProblem>>> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.begin().await?;
        let keys: Vec<_> = jobs.iter().map(Job::key).collect();
        let mut seen: HashMap<(String, String), (String, Receipted)> = tx
            .find_idempotent(&keys)
            .await?
            .into_iter()
            .map(|row| {
                let receipted = Receipted {
                    id: row.filing_id,
                    revision: row.revision,
                    received_at: row.received_at,
                    replayed: true,
                    warnings: Vec::new(),
                };
                ((row.corporate_number, row.idempotency_key), (row.document_sha256, receipted))
            })
            .collect();
        let named = name_uploads(&mut tx, jobs).await?;
        let mut batch = Batch::default();
        let mut answers = Vec::with_capacity(jobs.len());
        for (job, key) in jobs.iter().zip(keys) {
            if let Some((sha256, receipted)) = seen.get(&key) {
                let same = *sha256 == job.sha256;
                answers.push(same.then(|| receipted.clone()).ok_or(IntakeProblem::KeyReused));
                continue;
            }
            let findings = job.swept(&named);
            if !findings.is_empty() {
                answers.push(Err(IntakeProblem::Invalid(findings)));
                continue;
            }
            let receipted = batch.add(ctx, job);
            let replay = Receipted { replayed: true, ..receipted.clone() };
            seen.insert(key, (job.sha256.clone(), replay));
            answers.push(Ok(receipted));
        }
        if !batch.filings.is_empty() {
            tx.insert_filings(&mut batch.filings, &batch.revisions, &batch.events).await?;
            tx.insert_filing_words(&batch.words).await?;
            tx.count_filings(batch.filings.len());
            notices::add(&mut tx, &batch.notices).await?;
            for RevisionRow { filing_id, revision, trace, .. } in &batch.revisions {
                let trace = trace.map(String::from);
                let message = FilingSubmitted { filing_id: *filing_id, revision: *revision, trace };
                tx.enqueue(WORK, FILING_SUBMITTED, &message)?;
            }
            tx.commit().await?;
            for span in batch.spans {
                ctx.spans.tell(Span { ended_at: ctx.clock.now_ms(), ..span });
            }
        }
        ctx.metrics.filing("receipted", batch.filings.len());
        ctx.metrics.filing("replayed_or_refused", jobs.len() - batch.filings.len());
        Ok(answers)
    }
}

impl Job {
    fn key(&self) -> (String, String) {
        let number = self.request.submission.corporate_number.to_string();
        (number, self.request.idempotency_key.clone())
    }

    /// Attachments that were swept since they were checked.
    fn swept(&self, named: &HashSet<String>) -> Vec<Finding> {
        let files = self.request.submission.attachments.iter().enumerate();
        let gone = files.filter(|(_, file)| !named.contains(&file.sha256));
        gone.map(|(i, _)| unknown_upload(i)).collect()
    }
}

/// Keeps the attachments of these jobs for good. Answers those that there are: what nobody named
/// for long may have been swept since the check.
async fn name_uploads(tx: &mut Tx, jobs: &[Job]) -> anyhow::Result<HashSet<String>> {
    let owners: Vec<_> =
        jobs.iter().map(|job| job.request.submission.corporate_number.to_string()).collect();
    let mut named = Vec::new();
    for (owner, job) in owners.iter().zip(jobs) {
        named.extend(job.request.submission.attachments.iter().map(|file| (owner.as_str(), file)));
    }
    Ok(tx.name_objects(&named).await?.into_iter().collect())
}

/// The rows of one commit.
#[derive(Default)]
struct Batch {
    filings: Vec<FilingRow>,
    revisions: Vec<RevisionRow>,
    events: Vec<NewEvent>,
    notices: Vec<crate::store::NoticeRow>,
    spans: Vec<Span>,
    words: Vec<WordRow>,
}

impl Batch {
    fn add(&mut self, ctx: &Context, job: &Job) -> Receipted {
        let submission = &job.request.submission;
        let id = FilingId(ctx.clock.id());
        let received_at = ctx.clock.now_ms();
        self.filings.push(FilingRow {
            id,
            receipt_number: id.receipt_number(),
            corporate_number: submission.corporate_number,
            operator_name: submission.operator_name.clone(),
            kind: submission.kind,
            office_name: submission.offices.first().map(|o| o.name.clone()).unwrap_or_default(),
            received_at,
            revision: 1,
            withdrawn_at: None,
            event_seq: 0,
            event_head: String::new(),
        });
        self.revisions.push(new_revision(
            job_parts(job),
            id,
            (1, "submit"),
            (received_at, job.begun.trace),
        ));
        self.spans.push(received(job.begun, (id, 1)));
        self.words.extend(words::of(id, submission));
        let body = received_body(submission.corporate_number, 1, &job.sha256);
        self.events.push(NewEvent::new(id, "filing.received", body));
        for recipient in &job.recipients {
            let about = (id, None, Some(job.begun.trace));
            self.notices.push(new_notice(ctx, about, (NoticeKind::Received, recipient)));
        }
        Receipted { id, revision: 1, received_at, replayed: false, warnings: Vec::new() }
    }
}

fn job_parts(job: &Job) -> (&Request, &str) {
    (&job.request, &job.sha256)
}

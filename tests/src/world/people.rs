//! Who stands around the hub: operators who file, correct and withdraw, authorities that fetch and
//! decide, staff who pause lanes and start deliveries anew.

use std::convert::Infallible;

use anyhow::{Result, bail};
use bytes::Bytes;
use hub::context::day_in_japan;
use hub::courier::parcel_of;
use hub::delivery::{Delivery, State};
use hub::intake::IntakeProblem;
use hub::operate;
use hub::review::{ReviewProblem, Source};
use hub::revision::{Receipted, Request};
use hub::uploads::{self, UploadProblem};
use rand::Rng;
use schemas::{AuthorityId, Channel, Decision, FilingId, Submission, Verdict};

use super::World;
use super::check::Receipt;
use crate::house::{attachment, by_hand, change, one_stop, operator};

/// Filings of one world at most.
const FILINGS_MAX: usize = 10;

/// What people remember.
pub(super) struct People {
    places: Vec<AuthorityId>,
    letters: usize,
    filings: Vec<(FilingId, Submission)>,
    /// Letters whose answers were lost: they are sent again.
    unanswered: Vec<Letter>,
    paused: Vec<(AuthorityId, Channel)>,
}

/// What an operator asks.
#[derive(Debug, Clone, Copy)]
enum Ask {
    File,
    Correct(FilingId),
    Withdraw(FilingId),
}

/// A request, the same however often it is sent.
#[derive(Debug, Clone)]
struct Letter {
    ask: Ask,
    submission: Submission,
    key: String,
    /// What the hub made of it when its answer was lost.
    taken: Option<(FilingId, i32)>,
}

impl People {
    pub(super) fn new(places: Vec<AuthorityId>) -> Self {
        let (filings, unanswered, paused) = (Vec::new(), Vec::new(), Vec::new());
        Self { places, letters: 0, filings, unanswered, paused }
    }
}

impl World {
    /// Somebody does something.
    pub(super) async fn people_move(&mut self) -> Result<()> {
        match self.rng.random_range(0..100) {
            0..35 if self.people.filings.len() < FILINGS_MAX => self.file().await?,
            35..45 => self.send_again().await?,
            45..60 => self.decide().await?,
            60..72 => drop(self.fetch_one().await?),
            72..78 => self.follow(true).await?,
            78..88 => self.follow(false).await?,
            88..94 => self.pause_or_resume().await?,
            _ => self.start_anew().await?,
        }
        self.look().await
    }

    fn any(&mut self, count: usize) -> usize {
        self.rng.random_range(0..count.max(1))
    }

    fn letter(&mut self, ask: Ask, submission: Submission) -> Letter {
        self.people.letters += 1;
        let key = format!("letter-{}", self.people.letters);
        Letter { ask, submission, key, taken: None }
    }

    async fn file(&mut self) -> Result<()> {
        let many = self.rng.random_bool(0.3);
        let places: Vec<String> = self.people.places.iter().map(ToString::to_string).collect();
        let first = self.any(places.len());
        let mut submission = if many {
            let offices: Vec<_> = places.iter().map(|place| (place.as_str(), "78")).collect();
            one_stop(&offices[first.min(offices.len() - 2)..])
        } else {
            change(&places[first], &[])
        };
        if self.rng.random_bool(0.2) {
            let bytes = format!("%PDF-1.4 {}", self.any(3));
            if !self.upload(&bytes).await? {
                return Ok(());
            }
            submission.attachments.push(attachment("a.pdf", bytes.as_bytes()));
        }
        let letter = self.letter(Ask::File, submission);
        self.send(letter).await
    }

    /// Tells whether it was kept.
    async fn upload(&mut self, bytes: &str) -> Result<bool> {
        let at = self.any(self.processes.len());
        self.people.letters += 1;
        let (id, ctx) = (format!("upload-{}", self.people.letters), &self.processes[at].ctx);
        let chunk = Bytes::from(bytes.to_owned());
        let stream = futures::stream::iter([Ok::<_, Infallible>(chunk)]);
        let upload = ctx.objects.receive(stream, &id, 1 << 20).await?;
        let kept = uploads::keep(ctx, upload, operator().to_string(), "application/pdf".into());
        match kept.await {
            Ok(_) => Ok(true),
            Err(UploadProblem::Clearing) => Ok(false),
            Err(other) => bail!(other),
        }
    }

    async fn send_again(&mut self) -> Result<()> {
        if self.people.unanswered.is_empty() {
            return Ok(());
        }
        let at = self.any(self.people.unanswered.len());
        let letter = self.people.unanswered.remove(at);
        self.send(letter).await
    }

    async fn send(&mut self, mut letter: Letter) -> Result<()> {
        let at = self.any(self.processes.len());
        let process = &self.processes[at];
        let who = format!("p{} intake", process.number);
        let request = Request {
            submission: letter.submission.clone(),
            document: serde_json::to_string(&letter.submission)?,
            idempotency_key: letter.key.clone(),
        };
        let document = request.document.clone();
        let answer = match letter.ask {
            Ask::File => match process.intake.submit(request).await {
                Ok(receipted) => Ok(receipted),
                Err(IntakeProblem::Unavailable(why)) => bail!(why),
                Err(other) => bail!("{other}: {other:?}"),
            },
            Ask::Correct(id) => process.reviewer.correct(id, &request).await,
            Ask::Withdraw(id) => process.reviewer.withdraw(id, &request).await,
        };
        let receipted = match answer {
            Ok(receipted) => receipted,
            Err(ReviewProblem::Store(error)) => bail!(error),
            Err(refusal) => {
                self.note(&who, &format!("{} {:?} is refused: {refusal}", letter.key, letter.ask));
                if letter.taken.is_some() {
                    self.complain(format!("{} was taken and is refused now", letter.key));
                }
                return Ok(());
            }
        };
        let got = (receipted.id, receipted.revision);
        self.note(
            &who,
            &format!("{} {:?} is revision {} of {}", letter.key, letter.ask, got.1, got.0),
        );
        if letter.taken.is_some_and(|before| before != got || !receipted.replayed) {
            self.complain(format!("{} was {:?} and is {got:?} now", letter.key, letter.taken));
        }
        if self.rng.random_bool(0.15) && self.is_stormy {
            letter.taken = Some(got);
            self.people.unanswered.push(letter);
            return Ok(());
        }
        self.keep_receipt(letter, document, &receipted)
    }

    fn keep_receipt(&mut self, letter: Letter, document: String, got: &Receipted) -> Result<()> {
        let Letter { ask, submission, .. } = letter;
        let is_first = matches!(ask, Ask::File);
        let targets = if is_first {
            let day = day_in_japan(got.received_at);
            let plan = routing::plan(&self.shared.master, &submission, day)?;
            Some(plan.targets.iter().map(|target| target.authority).collect())
        } else {
            None
        };
        let attachments = submission.attachments.clone();
        let receipt = Receipt { document, attachments, targets };
        self.checker.receipts.insert((got.id, got.revision), receipt);
        if is_first {
            self.people.filings.push((got.id, submission));
        }
        Ok(())
    }

    /// An operator corrects or withdraws one of the filings.
    async fn follow(&mut self, withdraws: bool) -> Result<()> {
        if self.people.filings.is_empty() {
            return Ok(());
        }
        let at = self.any(self.people.filings.len());
        let (id, mut submission) = self.people.filings[at].clone();
        submission.form["変更内容"] = format!("訂正 {}", self.people.letters).into();
        let ask = if withdraws { Ask::Withdraw(id) } else { Ask::Correct(id) };
        let letter = self.letter(ask, submission);
        self.send(letter).await
    }

    /// An authority answers what it holds, whatever the hub knows about that.
    async fn decide(&mut self) -> Result<()> {
        let all = self.shared.far.all();
        if all.is_empty() {
            return Ok(());
        }
        let (id, held) = all[self.any(all.len())].clone();
        let verdict = if self.rng.random_bool(0.5) { Verdict::Returned } else { Verdict::Accepted };
        let comment = "管理者の氏名を確認してください".to_owned();
        let decision = Decision { verdict, comment, files: Vec::new(), marks: Vec::new() };
        let (at, acknowledges) = (self.any(self.processes.len()), self.rng.random_bool(0.2));
        let reviewer = &self.processes[at].reviewer;
        let done = if acknowledges {
            reviewer.acknowledge(id, held.authority).await
        } else {
            reviewer.decide(id, held.authority, &decision, Source::Api).await
        };
        let what = if acknowledges { "acknowledged" } else { verdict.as_str() };
        self.allow(done, &format!("{}: {what}", held.authority));
        Ok(())
    }

    /// What does not fit the state is refused, and that is well.
    fn allow(&mut self, done: Result<(), ReviewProblem>, what: &str) {
        match done {
            Ok(()) => self.note("people", what),
            Err(ReviewProblem::State(refusal)) => {
                self.note("people", &format!("{what}: {refusal}"));
            }
            Err(problem) => self.complain(format!("{what}: {problem}")),
        }
    }

    fn in_inboxes(&self) -> Vec<Delivery> {
        let waits = |d: &&Delivery| {
            d.channel == Some(Channel::Pull) && matches!(d.state, State::Waiting { .. })
        };
        self.checker.deliveries.iter().filter(waits).cloned().collect()
    }

    /// An authority fetches what lies in its inbox. Tells how many.
    async fn fetch_one(&mut self) -> Result<usize> {
        let waiting = self.in_inboxes();
        if waiting.is_empty() {
            return Ok(0);
        }
        let delivery = waiting[self.any(waiting.len())].clone();
        let at = self.any(self.processes.len());
        let process = &self.processes[at];
        let Some(row) = process.ctx.store.parcel(delivery.id).await? else {
            self.complain(format!("{} has nothing to fetch", delivery.id));
            return Ok(0);
        };
        let parcel = match parcel_of(&process.ctx, &delivery, &row).await {
            Ok(parcel) => parcel,
            Err(why) => bail!("a package cannot be built: {why:?}"),
        };
        // The process may die before it writes that down; then no byte has gone out.
        if self.is_stormy && self.rng.random_bool(0.1) {
            return Ok(1);
        }
        let done = process.reviewer.picked_up(delivery.id, delivery.authority).await;
        if done.is_ok() {
            self.shared.far.keep(&parcel);
        }
        let name = self.name(delivery.id);
        self.allow(done, &format!("{} fetches {name}", delivery.authority));
        Ok(1)
    }

    /// All authorities fetch all, and staff starts anew what failed. Tells how many.
    pub(super) async fn people_tidy_up(&mut self) -> Result<usize> {
        let failed = |d: &&Delivery| matches!(d.state, State::Failed { .. });
        let failed: Vec<_> = self.checker.deliveries.iter().filter(failed).map(|d| d.id).collect();
        for id in &failed {
            let done = operate::retry(&self.processes[0].ctx, *id, by_hand()).await;
            self.allow(done, "staff starts anew what failed");
            self.look().await?;
        }
        let count = self.in_inboxes().len();
        for _ in 0..count {
            self.fetch_one().await?;
            self.look().await?;
        }
        Ok(failed.len() + count)
    }

    async fn pause_or_resume(&mut self) -> Result<()> {
        let at = self.any(self.lanes.len());
        let (authority, channel) = self.lanes[at];
        let ctx = &self.processes[0].ctx;
        let lane = format!("{channel} of {authority}");
        if self.people.paused.contains(&(authority, channel)) {
            operate::resume(ctx, (authority, channel), None, by_hand()).await?;
            self.people.paused.retain(|lane| *lane != (authority, channel));
            self.note("staff", &format!("resumes {lane}"));
        } else {
            operate::pause(ctx, (authority, channel), by_hand()).await?;
            self.people.paused.push((authority, channel));
            self.note("staff", &format!("pauses {lane}"));
        }
        Ok(())
    }

    async fn start_anew(&mut self) -> Result<()> {
        if self.checker.deliveries.is_empty() {
            return Ok(());
        }
        let at = self.any(self.checker.deliveries.len());
        let id = self.checker.deliveries[at].id;
        let done = operate::retry(&self.processes[0].ctx, id, by_hand()).await;
        let name = self.name(id);
        self.allow(done, &format!("staff starts {name} anew"));
        Ok(())
    }

    /// After the faults: staff resumes, operators send again.
    pub(super) async fn people_put_right(&mut self) -> Result<()> {
        self.is_stormy = false;
        for (authority, channel) in std::mem::take(&mut self.people.paused) {
            operate::resume(&self.processes[0].ctx, (authority, channel), None, by_hand()).await?;
        }
        while !self.people.unanswered.is_empty() {
            self.send_again().await?;
        }
        self.look().await?;
        self.look().await
    }
}

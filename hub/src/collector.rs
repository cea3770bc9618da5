//! Collector: brings in the decisions and the answers to statements that authorities drop into
//! their SFTP result folders.
//!
//! Looks only where something awaits a decision, or a statement was handed out of late. What cannot
//! be recorded is kept on the authority's side with an error file beside it; what was recorded is
//! moved to `done/` there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use adapters::Endpoint;
use adapters::sftp::{Config, DroppedDecision, DroppedFile};
use futures::StreamExt;
use jiff::Span;
use jiff::civil::Date;
use schemas::{Attachment, AuthorityId, Channel, Decision, Why};
use sha2::{Digest, Sha256};
use tokio_util::io::ReaderStream;

use crate::actor::Actor;
use crate::content;
use crate::context::{Context, day_in_japan};
use crate::review::{ReviewProblem, Reviewer, Source};
use crate::statements::{AnswerProblem, Statement, StatementProblem, read_csv};
use crate::store::{AttachmentRow, StoreError};
use crate::uploads::{self, UploadProblem};

/// Folders looked into at once.
const AT_ONCE: usize = 8;

/// Brings decisions and answers in.
pub struct Collector {
    ctx: Arc<Context>,
    reviewer: Reviewer,
}

impl Collector {
    /// A collector.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { reviewer: Reviewer::new(Arc::clone(&ctx)), ctx }
    }

    /// Until the stop: a look into each folder, then a rest.
    pub async fn run(self) {
        let stop = self.ctx.stop.clone();
        let rest = u64::try_from(self.ctx.config.upkeep.collect_ms).unwrap_or(60_000);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(rest)) => {}
            }
            if let Err(error) = self.step().await {
                tracing::error!(%error, "result folders were not looked into; trying again");
            }
        }
    }

    /// One look into each folder. Tells how many decisions and answers were recorded.
    pub async fn step(&self) -> anyhow::Result<usize> {
        let directory = self.ctx.directory.load_full();
        let waiting = self.waiting().await?;
        let looks = waiting.into_iter().filter_map(|authority| {
            match directory.endpoint(authority, Channel::Sftp)? {
                Endpoint::Sftp(config) if config.result_folder.is_some() => {
                    Some(self.look(authority, config.clone()))
                }
                Endpoint::Sftp(_) | Endpoint::Api(_) | Endpoint::Email(_) | Endpoint::Pull(_) => {
                    None
                }
            }
        });
        let counts: Vec<usize> =
            futures::stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        Ok(counts.into_iter().sum())
    }

    /// Whose folders may have something in them.
    async fn waiting(&self) -> Result<BTreeSet<AuthorityId>, StoreError> {
        let store = &self.ctx.store;
        let waiting = store.awaiting_decision(Channel::Sftp).await?;
        let mut waiting: BTreeSet<_> = waiting.into_iter().collect();
        let back = Span::new().try_days(self.ctx.config.reconciliation.answer_days);
        let today = day_in_japan(self.ctx.clock.now_ms());
        if let Ok(since) = today.checked_sub(back.unwrap_or_default()) {
            waiting.extend(store.handed_out_to(since).await?);
        }
        Ok(waiting)
    }

    async fn look(&self, authority: AuthorityId, config: Config) -> usize {
        let collected = match self.ctx.sftp.collect(&config, self.ctx.clock.now()).await {
            Ok(collected) => collected,
            Err(why) => {
                tracing::warn!(
                    authority.code = %authority, code = why.code, why = why.sentence,
                    "a result folder cannot be read"
                );
                return 0;
            }
        };
        let mut recorded = 0;
        for decision in &collected.decisions {
            recorded += usize::from(self.take(authority, &config, decision).await);
        }
        for answer in &collected.answers {
            let taken = Box::pin(self.take_answer(authority, &config, answer));
            recorded += usize::from(taken.await);
        }
        recorded
    }

    /// Records one decision and clears it away. Tells whether it was recorded.
    async fn take(
        &self,
        authority: AuthorityId,
        config: &Config,
        dropped: &DroppedDecision,
    ) -> bool {
        let result = self.record(authority, config, dropped).await;
        let Some(conclusion) = conclusion(&result, (authority, &dropped.name)) else {
            return false;
        };
        let cleared = self.ctx.sftp.conclude(config, dropped, conclusion).await;
        told_of(cleared, (authority, &dropped.name));
        result.is_ok()
    }

    /// Compares one answer with its statement and clears it away. Tells whether it was recorded.
    async fn take_answer(
        &self,
        authority: AuthorityId,
        config: &Config,
        file: &DroppedFile,
    ) -> bool {
        let Some(day) = day_of(&file.name, authority) else { return false };
        let result = match day {
            Ok(day) => self.compare((authority, day), config, file).await,
            Err(wrong) => Err(Failure::Theirs(wrong)),
        };
        let Some(conclusion) = conclusion(&result, (authority, &file.name)) else { return false };
        let cleared = self.ctx.sftp.conclude_answer(config, file, conclusion).await;
        told_of(cleared, (authority, &file.name));
        result.is_ok()
    }

    async fn compare(
        &self,
        (authority, day): (AuthorityId, Date),
        config: &Config,
        file: &DroppedFile,
    ) -> Result<(), Failure> {
        let ctx = &self.ctx;
        let max = ctx.config.reconciliation.answer_bytes_max;
        let bytes_max = u64::try_from(max).unwrap_or(u64::MAX);
        if file.size > bytes_max {
            return Err(AnswerProblem::TooLong { bytes: file.size, max }.into());
        }
        let mut bytes = Vec::new();
        ctx.sftp.fetch(config, file, bytes_max, &mut bytes).await?;
        let answer = read_csv(&bytes)?;
        let statement = Statement::read(ctx, authority, day).await?;
        let name = format!("{} (SFTP)", ctx.master().name(authority));
        let by = Actor { person: format!("sftp:{authority}"), name };
        let row = statement.compared(ctx, &answer, ("sftp", by), Some(source(file, &bytes)))?;
        // One that could not be cleared away is found at each look, and another process may be at
        // it: it says nothing new.
        if !statement.keep(ctx, &row).await.map_err(StatementProblem::from)? {
            tracing::debug!(authority.code = %authority, file = file.name, "taken before");
        }
        Ok(())
    }

    async fn record(
        &self,
        authority: AuthorityId,
        config: &Config,
        dropped: &DroppedDecision,
    ) -> Result<(), Failure> {
        let file = dropped.decision.as_ref().map_err(|why| Failure::Theirs(why.clone()))?;
        let mut files = Vec::new();
        for beside in &dropped.files {
            files.push(self.bring_in(authority, config, beside).await?);
        }
        let (verdict, comment) = (file.verdict, file.comment.clone());
        let decision = Decision { verdict, comment, files, marks: Vec::new() };
        Ok(self.reviewer.decide(file.delivery, authority, &decision, Source::Sftp).await?)
    }

    /// Streams a file beside a decision into the object store.
    async fn bring_in(
        &self,
        authority: AuthorityId,
        config: &Config,
        file: &DroppedFile,
    ) -> Result<Attachment, Failure> {
        let ctx = &self.ctx;
        let bytes_max = ctx.config.limits.attachment_bytes_max;
        let (mut sink, source) = tokio::io::duplex(256 * 1024);
        let upload_id = ctx.clock.id().to_string();
        let fetch = async {
            let fetched = ctx.sftp.fetch(config, file, bytes_max, &mut sink).await;
            drop(sink);
            fetched
        };
        let receive = ctx.objects.receive(ReaderStream::new(source), &upload_id, bytes_max);
        let (fetched, received) = tokio::join!(fetch, receive);
        let ours = |e: UploadProblem| Failure::Ours(e.to_string());
        fetched?;
        let upload = received.map_err(|e| ours(e.into()))?;
        let size = upload.stored.size;
        let found = content::media_type(&upload.head, &content::told("", &file.name));
        let media_type = found.unwrap_or_else(|_| "application/octet-stream".to_owned());
        let kept = uploads::keep_as(ctx, upload, authority.to_string(), media_type).await;
        let AttachmentRow { sha256, media_type, .. } = kept.map_err(ours)?;
        Ok(Attachment { name: file.name.clone(), sha256, size, media_type })
    }
}

/// The day that an answer is about, by its file's name: `statement-2026-07-14.csv`, or the name of
/// the statement's own table, which has the authority's code before the day. None: it is another
/// authority's, who shares the folder.
fn day_of(name: &str, authority: AuthorityId) -> Option<Result<Date, String>> {
    let rest = name.strip_prefix("statement-").and_then(|it| it.strip_suffix(".csv"));
    let rest = rest.unwrap_or(name);
    let day = match rest.split_once('-').map(|(code, day)| (code.parse::<AuthorityId>(), day)) {
        Some((Ok(code), _)) if code != authority => return None,
        Some((Ok(_), day)) => day,
        Some((Err(_), _)) | None => rest,
    };
    Some(day.parse().map_err(|_| {
        "ファイル名の日付を読み取れません。statement-2026-07-14.csv のように付けてください。\
         (name the file like statement-2026-07-14.csv)"
            .to_owned()
    }))
}

/// Which file an answer came in: when it was written, by the server's clock, and its bytes' digest.
/// The same table put there once more is another.
fn source(file: &DroppedFile, bytes: &[u8]) -> String {
    let written = file.modified_at.map(|at| at.to_string()).unwrap_or_default();
    format!("{written}:{}", hex::encode(Sha256::digest(bytes)))
}

/// What is said of a file that was looked at; none: it stays where it is for the next look.
fn conclusion<'a>(
    result: &'a Result<(), Failure>,
    (authority, file): (AuthorityId, &str),
) -> Option<Result<(), &'a str>> {
    match result {
        Ok(()) => Some(Ok(())),
        Err(Failure::Theirs(sentence)) => Some(Err(sentence.as_str())),
        // Ours or the network's.
        Err(Failure::Ours(what)) => {
            tracing::warn!(authority.code = %authority, file, what, "a dropped file waits");
            None
        }
    }
}

fn told_of(cleared: Result<(), Why>, (authority, file): (AuthorityId, &str)) {
    if let Err(why) = cleared {
        tracing::warn!(
            authority.code = %authority, file, why = why.sentence,
            "a dropped file was not cleared away; the next look finds it again"
        );
    }
}

/// Why a decision or an answer is not recorded.
enum Failure {
    /// The authority has to mend the file; the sentence goes beside it.
    Theirs(String),
    /// It is looked at again.
    Ours(String),
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        Self::Ours(why.sentence)
    }
}

impl From<AnswerProblem> for Failure {
    fn from(problem: AnswerProblem) -> Self {
        Self::Theirs(format!("{} ({problem})", problem.in_japanese()))
    }
}

impl From<StatementProblem> for Failure {
    fn from(problem: StatementProblem) -> Self {
        match problem {
            StatementProblem::Answer(problem) => problem.into(),
            StatementProblem::NotOver(_) => {
                let ja = "まだ一覧のない日です。その日の翌日以降に置いてください。";
                Self::Theirs(format!("{ja} ({problem})"))
            }
            StatementProblem::TooLarge(_) | StatementProblem::Store(_) => {
                Self::Ours(problem.to_string())
            }
        }
    }
}

impl From<ReviewProblem> for Failure {
    fn from(problem: ReviewProblem) -> Self {
        match problem {
            ReviewProblem::Store(_) | ReviewProblem::Fault(_) => Self::Ours(problem.to_string()),
            ReviewProblem::NotFound(_)
            | ReviewProblem::State(_)
            | ReviewProblem::Invalid(_)
            | ReviewProblem::Reason(_)
            | ReviewProblem::Given(_)
            | ReviewProblem::Overtaken(_)
            | ReviewProblem::OtherKind(_)
            | ReviewProblem::Erased
            | ReviewProblem::NothingReturned
            | ReviewProblem::KeyReused => Self::Theirs(problem.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_name_says_which_day_and_whose() {
        let own: AuthorityId = "011002".parse().expect("a code");
        let day = |name: &str| day_of(name, own).map(|day| day.map(|day| day.to_string()));
        let right = Some(Ok("2026-07-14".to_owned()));
        assert_eq!(day("statement-2026-07-14.csv"), right);
        assert_eq!(day("statement-011002-2026-07-14.csv"), right);
        assert_eq!(day("statement-012033-2026-07-14.csv"), None, "another's");
        for odd in ["statement-2026-13-01.csv", "statement-.csv", "statement-011002-x.csv"] {
            assert!(day(odd).is_some_and(|day| day.is_err()), "{odd}");
        }
    }
}

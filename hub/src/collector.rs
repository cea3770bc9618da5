//! Collector: brings in the decisions that authorities drop into their SFTP result folders.
//!
//! Looks only where something awaits a decision. What cannot be recorded is kept on the authority's
//! side with an error file beside it; what was recorded is moved to `done/` there.

use std::sync::Arc;
use std::time::Duration;

use adapters::Endpoint;
use adapters::sftp::{Config, DroppedDecision, DroppedFile};
use futures::StreamExt;
use schemas::{Attachment, AuthorityId, Channel, Decision, Why};
use tokio_util::io::ReaderStream;

use crate::content;
use crate::context::Context;
use crate::review::{ReviewProblem, Reviewer, Source};
use crate::store::AttachmentRow;
use crate::uploads::{self, UploadProblem};

/// Folders looked into at once.
const AT_ONCE: usize = 8;

/// Brings decisions in.
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

    /// One look into each folder. Tells how many decisions were recorded.
    pub async fn step(&self) -> anyhow::Result<usize> {
        let directory = self.ctx.directory.load_full();
        let waiting = self.ctx.store.awaiting_decision(Channel::Sftp).await?;
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

    async fn look(&self, authority: AuthorityId, config: Config) -> usize {
        let dropped = match self.ctx.sftp.collect(&config, self.ctx.clock.now()).await {
            Ok(dropped) => dropped,
            Err(why) => {
                tracing::warn!(
                    authority.code = %authority, code = why.code, why = why.sentence,
                    "a result folder cannot be read"
                );
                return 0;
            }
        };
        let mut recorded = 0;
        for decision in &dropped {
            recorded += usize::from(self.take(authority, &config, decision).await);
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
        let conclusion = match &result {
            Ok(()) => Ok(()),
            Err(Failure::Theirs(sentence)) => Err(sentence.as_str()),
            // Ours or the network's: it stays where it is for the next look.
            Err(Failure::Ours(what)) => {
                tracing::warn!(authority.code = %authority, what, "a decision waits");
                return false;
            }
        };
        if let Err(why) = self.ctx.sftp.conclude(config, dropped, conclusion).await {
            tracing::warn!(
                authority.code = %authority, file = dropped.name, why = why.sentence,
                "a decision file was not cleared away; the next look finds it again"
            );
        }
        result.is_ok()
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

/// Why a decision is not recorded.
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

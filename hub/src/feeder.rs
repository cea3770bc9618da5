//! Feeder: files the rows of uploads (一括申請), when somebody chooses so, and by itself where that
//! was cut off: the process ended, or the store was away.
//!
//! Reads `bulk_lines` and hands each row to intake under an idempotency key of its own, so that two
//! who file one upload at the same time do no harm. `bulks.filing_at` says when it went on last;
//! one that has stood for `bulk.resume_ms` is taken up by whichever process looks first.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use schemas::{Finding, Submission};
use uuid::Uuid;

use crate::bulk::CellFinding;
use crate::context::Context;
use crate::intake::{Intake, IntakeProblem};
use crate::retry::jittered_ms;
use crate::revision::Request;
use crate::store::{BulkLine, LineFilter};

/// The states of rows that can be filed.
const TO_FILE: [&str; 2] = ["good", "warned"];

/// Files rows.
pub struct Feeder {
    ctx: Arc<Context>,
    intake: Intake,
}

impl Feeder {
    /// A feeder of this intake.
    pub fn new(ctx: Arc<Context>, intake: Intake) -> Self {
        Self { ctx, intake }
    }

    /// Until the stop: takes up what was cut off, then a rest.
    pub async fn run(self) {
        let stop = self.ctx.stop.clone();
        let rest = Duration::from_millis(self.ctx.config.bulk.resume_ms / 4);
        loop {
            let wait = u64::try_from(jittered_ms(rest, 0.2)).unwrap_or(15_000);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            }
            if let Err(error) = self.step().await {
                tracing::warn!(%error, "an upload was not filed to the end; it is taken up again");
            }
        }
    }

    /// Takes up one upload whose filing has stood for long, and files the rest of its rows. Tells
    /// how many uploads it took up.
    pub async fn step(&self) -> Result<usize, IntakeProblem> {
        let (now, resume_ms) = (self.ctx.clock.now_ms(), self.ctx.config.bulk.resume_ms);
        let before = now - i64::try_from(resume_ms).unwrap_or(i64::MAX);
        let mut tx = self.ctx.store.begin().await?;
        let claimed = tx.claim_bulks(now, before, 1).await?;
        tx.commit().await?;
        for id in &claimed {
            tracing::info!(bulk.id = %id, "goes on with an upload whose filing was cut off");
            self.rows(*id).await?;
        }
        Ok(claimed.len())
    }

    /// Files all rows of an upload that can be, from where it stopped.
    pub async fn file(&self, id: Uuid) -> Result<(), IntakeProblem> {
        let mut tx = self.ctx.store.begin().await?;
        tx.choose_bulk(id, self.ctx.clock.now_ms()).await?;
        tx.commit().await?;
        self.rows(id).await
    }

    async fn rows(&self, id: Uuid) -> Result<(), IntakeProblem> {
        let limit = self.ctx.config.bulk.at_once.max(1);
        let mut after = 0;
        loop {
            let filter = LineFilter { bulk_id: id, states: &TO_FILE, after, limit };
            let lines = self.ctx.store.bulk_lines(&filter).await?;
            let last = lines.last().map(|line| line.number);
            after = last.unwrap_or(after);
            let tries: Vec<_> = lines.into_iter().map(|line| self.row(line)).collect();
            let tries: Vec<_> = stream::iter(tries).buffered(limit).collect().await;
            let (done, failed): (Vec<_>, Vec<_>) = tries.into_iter().partition(Result::is_ok);
            let done: Vec<_> = done.into_iter().flatten().collect();
            // What was receipted is written down before a failure is told of.
            let mut tx = self.ctx.store.begin().await?;
            tx.save_bulk_lines(&done).await?;
            let went_on = last.map(|_| self.ctx.clock.now_ms());
            tx.save_bulk_filing(id, went_on).await?;
            tx.commit().await?;
            if let Some(problem) = failed.into_iter().find_map(Result::err) {
                return Err(problem);
            }
            if last.is_none() {
                return Ok(());
            }
        }
    }

    async fn row(&self, line: BulkLine) -> Result<BulkLine, IntakeProblem> {
        let document = line.body.clone().unwrap_or_default();
        let submission: Submission = match serde_json::from_str(&document) {
            Ok(submission) => submission,
            Err(error) => {
                let (id, number) = (line.bulk_id, line.number);
                tracing::error!(%error, bulk.id = %id, number, "a kept row does not read");
                let en = "what was kept of this row does not read; upload it anew";
                let ja = "この行の記録を読めません。もう一度アップロードしてください。";
                return Ok(to_mend(line, vec![Finding::new("", "row_unreadable", en).ja(ja)]));
            }
        };
        let idempotency_key = format!("bulk:{}:{}", line.bulk_id, line.number);
        let request = Request { submission, document, idempotency_key };
        match self.intake.submit(request).await {
            Ok(receipted) => {
                Ok(BulkLine { state: "filed".to_owned(), filing_id: Some(receipted.id), ..line })
            }
            // It was fit when it was checked: the day is another, or a file is gone.
            Err(IntakeProblem::Invalid(findings)) => Ok(to_mend(line, findings)),
            Err(problem) => Err(problem),
        }
    }
}

/// A row that cannot be filed as it is.
fn to_mend(line: BulkLine, findings: Vec<Finding>) -> BulkLine {
    let findings: Vec<_> = findings.into_iter().map(CellFinding::row).collect();
    let findings = serde_json::to_string(&findings).unwrap_or_else(|_| "[]".to_owned());
    BulkLine { state: "bad".to_owned(), findings, ..line }
}

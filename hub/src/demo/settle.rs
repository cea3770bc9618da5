//! Waits until everything has come to an end, by what the hub's interface tells.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::bail;
use serde_json::Value;

use super::progress::Progress;
use super::scene::Scene;

/// How long a demo may take to settle.
const LIMIT_MS: i64 = 600_000;

/// What is left to do, and what is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) unsubmitted: u64,
    pub(super) people: u64,
    pub(super) unrouted: u64,
    pub(super) outbox: u64,
    pub(super) due: u64,
    pub(super) sending: u64,
    pub(super) waiting: u64,
    pub(super) notices: u64,
    pub(super) delivered: u64,
    pub(super) apart: u64,
    pub(super) decided: u64,
    pub(super) notices_done: u64,
}

impl Left {
    fn new(scene: &Scene, summary: &Value) -> Self {
        let total = |name: &str| summary["totals"][name].as_u64().unwrap_or(0);
        let sum = |table: &str, column: &str, words: &[&str]| -> u64 {
            let rows = summary[table].as_array().map(Vec::as_slice).unwrap_or_default();
            let of = rows.iter().filter(|row| words.iter().any(|word| row[column] == *word));
            of.filter_map(|row| row["count"].as_u64()).sum()
        };
        let submitted = scene.tally.submitted.load(Ordering::Relaxed);
        Self {
            unsubmitted: scene.filings.len().saturating_sub(submitted) as u64,
            people: scene.underway.len() as u64,
            unrouted: total("unrouted"),
            outbox: total("outbox"),
            due: sum("deliveries", "state", &["due"]),
            sending: sum("deliveries", "state", &["sending"]),
            waiting: sum("deliveries", "state", &["waiting"]),
            notices: total("open_notices"),
            delivered: sum("deliveries", "state", &["delivered"]),
            apart: sum("deliveries", "state", &["held", "failed", "cancelled"]),
            decided: sum("reviews", "review", &["accepted", "returned"]),
            notices_done: sum("notices", "state", &["sent", "failed"]),
        }
    }

    fn open(&self) -> u64 {
        let hub = self.unrouted + self.outbox + self.due + self.sending + self.waiting;
        hub + self.notices + self.unsubmitted + self.people
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unsubmitted, people, unrouted, outbox, due, sending, waiting, notices, .. } =
            self;
        write!(
            f,
            "{unsubmitted} filings to submit, {people} people busy, {unrouted} filings to plan, \
             {outbox} messages in the outbox, deliveries: {due} due, {sending} sending, {waiting} \
             waiting; {notices} notices to send"
        )
    }
}

/// Until nothing is left, twice in a row. Gives the hub's last summary and when it was settled.
pub(super) async fn settle(
    scene: &Arc<Scene>,
    progress: &Progress,
) -> anyhow::Result<(Value, i64)> {
    let began = scene.clock.now_ms();
    let mut before: Option<(Left, i64)> = None;
    loop {
        let summary = scene.hub.json(&scene.keys.operations, "/v1/operations/summary").await?;
        let left = Left::new(scene, &summary);
        progress.show(scene, &left);
        let now = scene.clock.now_ms();
        if left.open() > 0 {
            before = None;
        } else {
            match &before {
                Some((same, since)) if *same == left => {
                    // Long enough for a far side's reader or an inbox's next look to begin anew.
                    if now - since >= 2_500 {
                        return Ok((summary, *since));
                    }
                }
                _ => before = Some((left.clone(), now)),
            }
        }
        if now - began > LIMIT_MS {
            progress.clear();
            bail!("not settled within {} s; left: {left}", LIMIT_MS / 1_000);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

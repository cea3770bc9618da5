//! The demo's end: what happened, as a table for people and as JSON.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use adapters::sandbox::arrivals;
use serde::Serialize;
use serde_json::Value;

use super::compare::{Apart, Findings};
use super::far;
use super::scene::Scene;

/// Findings that the report spells out at most, of each sort.
const SENTENCES_MAX: usize = 20;

/// The summary of a demo.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The address of the pages.
    pub page: String,
    /// `sqlite` or `postgres`, and `embedded` or `rabbitmq`.
    pub engines: String,
    /// The seed.
    pub seed: u64,
    /// Whether it went on with what an earlier process had begun.
    pub resumed: bool,
    /// Filings receipted.
    pub filings: usize,
    /// Receipts of all requests: filings, corrections, withdrawals.
    pub receipts: usize,
    /// Files uploaded by operators.
    pub uploads: usize,
    /// Corrections of returned filings.
    pub corrections: usize,
    /// Filings taken back.
    pub withdrawals: usize,
    /// Deliveries by state and channel, as the hub counts them.
    pub deliveries: Value,
    /// Deliveries that had to arrive.
    pub expected: usize,
    /// Of these, those that far sides hold.
    pub held_by_far_sides: usize,
    /// What did not arrive, with state, owner and reason.
    pub apart: Vec<ApartCount>,
    /// Notices by state and kind.
    pub notices: Value,
    /// Notices that lie in operators' mailboxes.
    pub notices_in_mailboxes: usize,
    /// What authorities decided.
    pub decisions: Decisions,
    /// Arrivals that far sides recognised as repeats.
    pub repeats: usize,
    /// Copies on a second channel, marked as such.
    pub second_copies: usize,
    /// Receipted, but at no far side and not accounted for.
    pub lost: usize,
    /// More than one effective copy.
    pub doubled: usize,
    /// Not what was handed in.
    pub mismatched: usize,
    /// What people could not do that they should have been able to.
    pub troubles: usize,
    /// The first of each, in words.
    pub findings: Vec<String>,
    /// From the first filing until all was settled.
    pub seconds: f64,
    /// Filings receipted a second, while they were submitted.
    pub filings_per_second: f64,
    /// Deliveries a second, over all of the time.
    pub deliveries_per_second: f64,
}

/// How many have one reason.
#[derive(Debug, Serialize)]
pub struct ApartCount {
    /// The reason.
    #[serde(flatten)]
    apart: Apart,
    /// How many.
    count: usize,
}

/// What authorities decided in this process.
#[derive(Debug, Serialize)]
pub struct Decisions {
    /// 受付完了.
    pub accepted: usize,
    /// 差戻し.
    pub returned: usize,
    /// Of these, left as files.
    pub by_file: usize,
    /// Broken files left besides.
    pub broken_files: usize,
}

impl Report {
    /// Puts it together from what the far sides hold and what the hub counts.
    pub(super) fn new(
        scene: &Scene,
        findings: &Findings,
        (summary, settled_at): (&Value, i64),
    ) -> anyhow::Result<Self> {
        let tally = &scene.tally;
        let count = |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::Relaxed);
        let began = tally.began_at.load(Ordering::Relaxed);
        let submitted_at = tally.submitted_at.load(Ordering::Relaxed);
        let troubles = scene.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let key = |index| scene.journal.receipt(&scene.key_of(index, ""));
        let filings = (0..scene.filings.len()).filter(|index| key(*index).is_some()).count();
        let delivered = delivered(summary);
        Ok(Self {
            page: String::new(),
            engines: String::new(),
            seed: scene.marker.seed,
            resumed: false,
            filings,
            receipts: scene.journal.count(),
            uploads: count(&tally.uploads),
            corrections: count(&tally.corrections),
            withdrawals: count(&tally.withdrawals),
            deliveries: summary["deliveries"].clone(),
            expected: findings.expected,
            held_by_far_sides: findings.held,
            apart: apart(findings),
            notices: summary["notices"].clone(),
            notices_in_mailboxes: far::notices(&scene.root)?,
            decisions: Decisions {
                accepted: count(&tally.accepted),
                returned: count(&tally.returned),
                by_file: count(&tally.by_file),
                broken_files: count(&tally.broken_files),
            },
            repeats: arrivals(&scene.root)?.iter().filter(|arrival| arrival.repeat).count(),
            second_copies: findings.second_copies,
            lost: findings.lost.len(),
            doubled: findings.doubled.len(),
            mismatched: findings.mismatched.len(),
            troubles: troubles.len(),
            findings: sentences(findings, &troubles),
            seconds: seconds(settled_at - began),
            filings_per_second: rate(count(&tally.submitted), submitted_at - began),
            deliveries_per_second: rate(delivered, settled_at - began),
        })
    }

    /// Whether nothing is lost, doubled or mismatched, and everyone could do their part.
    pub fn is_sound(&self) -> bool {
        self.lost + self.doubled + self.mismatched + self.troubles == 0
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut lines = vec![
            line("filings", self.filings, &format!("receipted on {}", self.engines)),
            line("uploads", self.uploads, ""),
            line("corrections", self.corrections, ""),
            line("withdrawals", self.withdrawals, ""),
        ];
        lines.extend(rows("deliveries", &self.deliveries, ["state", "channel"]));
        let of = format!("of {} that had to arrive", self.expected);
        lines.push(line("far sides hold", self.held_by_far_sides, &of));
        for ApartCount { apart: Apart { state, owner, code }, count } in &self.apart {
            lines.push(line(&format!("not there: {state}"), count, &format!("{code}, {owner}")));
        }
        lines.extend(rows("notices", &self.notices, ["state", "kind"]));
        lines.push(line("notices in mailboxes", self.notices_in_mailboxes, ""));
        let Decisions { accepted, returned, by_file, broken_files } = self.decisions;
        lines.extend([
            line("decisions accepted", accepted, ""),
            line("decisions returned", returned, ""),
            line("decisions by file", by_file, &format!("and {broken_files} broken files")),
            line("repeats recognised", self.repeats, ""),
            line("second copies, marked", self.second_copies, ""),
            line("lost", self.lost, ""),
            line("doubled", self.doubled, ""),
            line("mismatched", self.mismatched, ""),
            line("seconds", format!("{:.1}", self.seconds), ""),
            line("filings a second", format!("{:.1}", self.filings_per_second), "submitted"),
            line("deliveries a second", format!("{:.1}", self.deliveries_per_second), "overall"),
        ]);
        lines.extend(self.findings.iter().map(|finding| format!("! {finding}")));
        lines.join("\n")
    }
}

fn line(name: &str, count: impl std::fmt::Display, more: &str) -> String {
    let count = count.to_string();
    format!("{name:<24}{count:>9}  {more}").trim_end().to_owned()
}

/// A line for each row of counts.
fn rows(name: &str, counts: &Value, columns: [&str; 2]) -> Vec<String> {
    let rows = counts.as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |row: &Value| {
        let [state, more] = columns.map(|column| row[column].as_str().unwrap_or("no channel"));
        line(&format!("{name} {state}"), &row["count"], more)
    };
    rows.iter().map(row).collect()
}

fn apart(findings: &Findings) -> Vec<ApartCount> {
    let rows = findings.apart.iter();
    rows.map(|(apart, count)| ApartCount { apart: apart.clone(), count: *count }).collect()
}

fn sentences(findings: &Findings, troubles: &[String]) -> Vec<String> {
    let sorts = [
        ("lost", findings.lost.as_slice()),
        ("doubled", &findings.doubled),
        ("mismatched", &findings.mismatched),
        ("trouble", troubles),
    ];
    let all = sorts.into_iter().flat_map(|(sort, all)| {
        all.iter().take(SENTENCES_MAX).map(move |sentence| format!("{sort}: {sentence}"))
    });
    all.collect()
}

fn delivered(summary: &Value) -> usize {
    let rows = summary["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let counts = rows.iter().filter(|row| row["state"] == "delivered");
    counts.filter_map(|row| usize::try_from(row["count"].as_u64()?).ok()).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a demo does not last that long")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn rate(count: usize, ms: i64) -> f64 {
    if ms > 0 { count as f64 / seconds(ms) } else { 0.0 }
}

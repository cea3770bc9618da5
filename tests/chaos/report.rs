//! The table.

use std::io::Write;
use std::sync::atomic::Ordering;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::Args;
use crate::compare::Findings;
use crate::faults::Injected;
use crate::operators::Operators;
use crate::plan::Kind;

/// Sentences of one sort that are shown.
const SHOWN: usize = 20;

/// Milliseconds of the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) began: i64,
    pub(crate) load_ended: i64,
    pub(crate) settled: Option<i64>,
}

/// What is printed.
pub(crate) struct Report {
    table: Map<String, Value>,
    kinds: Vec<Value>,
    each: Vec<Value>,
    sentences: Vec<String>,
    is_well: bool,
}

impl Report {
    pub(crate) fn new(
        args: &Args,
        times: Times,
        operators: &Operators,
        injected: &[Injected],
        (findings, unnoticed): (&Findings, &[&str]),
    ) -> Self {
        let Findings { lost, doubled, mismatched, .. } = findings;
        let refused = operators.troubles();
        let arrivals = operators.cast.sandbox.arrivals();
        let repeats = arrivals.iter().filter(|arrival| arrival.repeat).count();
        let since_load = times.settled.map(|at| seconds(at - times.load_ended));
        let table = json!({
            "seed": args.seed, "seconds": seconds(times.load_ended - times.began),
            "filings receipted": operators.receipts().len(),
            "deliveries expected": findings.expected, "packages at the far sides": findings.held,
            "lost": lost.len(), "doubled": doubled.len(), "mismatched": mismatched.len(),
            "refused": refused.len(), "made on purpose, not noticed": unnoticed,
            "settled after seconds": since_load,
            "longest stall in seconds": longest_stall(findings, times),
            "delivered after receipt, seconds": spread(&findings.delays()),
            "repeats recognised by far sides": repeats,
            "requests repeated by operators": operators.repeats.load(Ordering::Relaxed),
            "keys used again after a receipt": operators.replayed.load(Ordering::Relaxed),
            "dead letters": findings.dead_letters, "faults injected": injected.len(),
        });
        let all = [refused, lost.clone(), doubled.clone(), mismatched.clone()];
        let is_well =
            all.iter().all(Vec::is_empty) && unnoticed.is_empty() && times.settled.is_some();
        let sentences = all.into_iter().flat_map(|some| some.into_iter().take(SHOWN)).collect();
        let kinds = Kind::value_variants().iter().map(|kind| recovery(*kind, injected, findings));
        let each = injected.iter().map(|fault| one(fault, times, findings));
        let mut each: Vec<_> = each.collect();
        each.sort_by(|a, b| {
            a["at"].as_f64().unwrap_or(0.0).total_cmp(&b["at"].as_f64().unwrap_or(0.0))
        });
        let Value::Object(table) = table else { unreachable!("it is written as one above") };
        Self { table, kinds: kinds.collect(), each, sentences, is_well }
    }

    /// Whether nothing was lost, doubled, mismatched or refused, and it settled.
    pub(crate) fn is_well(&self) -> bool {
        self.is_well
    }

    pub(crate) fn print(&self, json: bool) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if json {
            let all = json!({"run": self.table, "faults": self.kinds, "each fault": self.each,
                             "findings": self.sentences, "well": self.is_well});
            writeln!(out, "{all:#}")?;
            return Ok(());
        }
        for (name, value) in &self.table {
            writeln!(out, "{name:<34} {value}")?;
        }
        writeln!(out, "\nRecovery, in seconds from the end of a fault, median and longest:")?;
        writeln!(out, "{:<10} {:>8}  {:<18} caught up", "fault", "injected", "first delivery")?;
        for row in &self.kinds {
            let word = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let pair = |name: &str| {
                let it = &row[name];
                if it.is_null() {
                    "-".to_owned()
                } else {
                    format!("{} / {}", it["median"], it["max"])
                }
            };
            let (first, caught_up) = (pair("first delivery"), pair("caught up"));
            let injected = row["injected"].to_string();
            writeln!(out, "{:<10} {injected:>8}  {first:<18} {caught_up}", word("kind"))?;
        }
        writeln!(
            out,
            "(caught up: all that was receipted before the fault ended has arrived, whatever else \
             happened meanwhile)"
        )?;
        writeln!(out, "\nEach fault, in seconds:")?;
        writeln!(
            out,
            "{:<10} {:>8} {:>8} {:>15} caught up",
            "fault", "at", "lasted", "first delivery"
        )?;
        for row in &self.each {
            let cell =
                |name: &str| if row[name].is_null() { "-".into() } else { row[name].to_string() };
            let kind = row["kind"].as_str().unwrap_or_default();
            let [at, lasted, first] = ["at", "lasted", "first delivery"].map(cell);
            writeln!(out, "{kind:<10} {at:>8} {lasted:>8} {first:>15} {}", cell("caught up"))?;
        }
        for sentence in &self.sentences {
            writeln!(out, "{sentence}")?;
        }
        Ok(())
    }
}

impl Findings {
    fn delays(&self) -> Vec<i64> {
        self.times.iter().map(|(receipted, arrived)| arrived - receipted).collect()
    }
}

/// Recovery after the faults of one kind.
fn recovery(kind: Kind, injected: &[Injected], findings: &Findings) -> Value {
    let own: Vec<_> = injected.iter().filter(|it| it.kind == kind).collect();
    let firsts: Vec<_> = own.iter().filter_map(|it| first_after(it.ended, findings)).collect();
    let all: Vec<_> = own.iter().filter_map(|it| caught_up_after(it.ended, findings)).collect();
    json!({"kind": kind, "injected": own.len(), "first delivery": spread(&firsts),
           "caught up": spread(&all)})
}

/// One fault, from the start of the run, and how long after its end it was got over.
fn one(fault: &Injected, times: Times, findings: &Findings) -> Value {
    json!({"kind": fault.kind, "at": seconds(fault.began - times.began),
           "lasted": seconds(fault.ended - fault.began),
           "first delivery": first_after(fault.ended, findings).map(seconds),
           "caught up": caught_up_after(fault.ended, findings).map(seconds)})
}

/// From a moment to the next arrival.
fn first_after(end: i64, findings: &Findings) -> Option<i64> {
    let after = findings.times.iter().map(|(_, arrived)| arrived - end);
    after.filter(|time| *time >= 0).min()
}

/// From a moment until all has arrived that was receipted before it.
fn caught_up_after(end: i64, findings: &Findings) -> Option<i64> {
    let owed = findings.times.iter().filter(|(receipted, _)| *receipted <= end);
    owed.map(|(_, arrived)| (arrived - end).max(0)).max()
}

/// The longest time without any delivery while filings came.
fn longest_stall(findings: &Findings, times: Times) -> f64 {
    let mut arrived: Vec<i64> = findings.times.iter().map(|(_, arrived)| *arrived).collect();
    arrived.push(times.began);
    arrived.retain(|at| *at <= times.load_ended);
    arrived.push(times.load_ended);
    arrived.sort_unstable();
    let longest = arrived.windows(2).map(|pair| pair[1] - pair[0]).max();
    seconds(longest.unwrap_or(0))
}

/// Median and maximum, in seconds.
fn spread(ms: &[i64]) -> Value {
    let mut sorted = ms.to_vec();
    sorted.sort_unstable();
    match sorted.last() {
        None => Value::Null,
        Some(max) => json!({"median": seconds(sorted[sorted.len() / 2]), "max": seconds(*max)}),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
fn seconds(ms: i64) -> f64 {
    (ms as f64 / 100.0).round() / 10.0
}

//! Plays the hub over a false clock, broker and far sides, one seed after the other, and prints
//! those in which something was lost, doubled or stuck.

use std::any::Any;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ::tests::world::{COUNTED, Report, Scenery, Tally, play};
use anyhow::{Result, anyhow, ensure};
use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::runtime::Runtime;

/// Play the hub by seeds and see whether anything is lost
#[derive(Debug, Clone, Parser)]
struct Args {
    /// Seeds to play
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// One seed alone
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Print what happened, line by line
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Seeds at once; 0: as many as there are cores
    #[arg(long, default_value_t = 0)]
    jobs: usize,
}

/// What all seeds came to.
#[derive(Default)]
struct Findings {
    tally: Tally,
    failed: BTreeMap<u64, Vec<String>>,
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    if let Some(seed) = args.seed {
        return play_one(seed, args.trace);
    }
    ensure!(args.seeds > 0, "--seeds: at least 1");
    let scenery = runtime()?.block_on(Scenery::new())?;
    let cores = thread::available_parallelism()?.get();
    let jobs = if args.jobs == 0 { cores } else { args.jobs };
    let bar = bar(args.seeds);
    let seeds = args.from..args.from.saturating_add(args.seeds);
    let play_one = |runtime: &Runtime, seed| runtime.block_on(play(&scenery, seed, None));
    let findings = play_all(seeds, jobs, &bar, play_one)?;
    bar.finish_and_clear();
    findings.print(args.seeds, &mut std::io::stdout().lock())
}

/// Plays seeds, so many at once. One that cannot be played to its end hinders no other.
fn play_all(
    seeds: Range<u64>,
    jobs: usize,
    bar: &ProgressBar,
    play: impl Fn(&Runtime, u64) -> Result<Report> + Sync,
) -> Result<Findings> {
    let (next, findings) = (AtomicU64::new(seeds.start), Mutex::new(Findings::default()));
    thread::scope(|scope| {
        let work = || -> Result<()> {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds.end {
                    return Ok(());
                }
                // Its own, since a panic leaves tasks of the seed behind.
                let runtime = runtime()?;
                let played = panic::catch_unwind(AssertUnwindSafe(|| play(&runtime, seed)));
                let report = match played {
                    Ok(Ok(report)) => report,
                    Ok(Err(error)) => broken(seed, format!("the simulation fails: {error:#}")),
                    Err(panicked) => broken(seed, format!("it panics: {}", words(&*panicked))),
                };
                bar.suspend(|| {
                    findings.lock().unwrap_or_else(PoisonError::into_inner).add(report)
                })?;
                bar.inc(1);
            }
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|w| w.join().map_err(|_| anyhow!("a worker panicked"))?)
    })?;
    Ok(findings.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What there is to say of a seed that was not played to its end.
fn broken(seed: u64, why: String) -> Report {
    Report { seed, tally: Tally::default(), violations: vec![why], trace: Vec::new() }
}

/// What a panic said.
fn words(panicked: &(dyn Any + Send)) -> &str {
    let text = panicked.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panicked.downcast_ref::<&str>().copied()).unwrap_or("without words")
}

fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn replay(seed: u64) -> String {
    format!("tests/run simulate --seed {seed} --trace")
}

fn bar(seeds: u64) -> ProgressBar {
    let bar = ProgressBar::new(seeds);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} seeds, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn play_one(seed: u64, trace: bool) -> Result<ExitCode> {
    let runtime = runtime()?;
    let scenery = runtime.block_on(Scenery::new())?;
    let report = runtime.block_on(play(&scenery, seed, None))?;
    if trace {
        let mut out = std::io::stdout().lock();
        for line in &report.trace {
            writeln!(out, "{line}")?;
        }
    }
    let mut findings = Findings::default();
    findings.add(report)?;
    findings.print(1, &mut std::io::stdout().lock())
}

impl Findings {
    fn add(&mut self, report: Report) -> Result<()> {
        self.tally.merge(&report.tally);
        if report.violations.is_empty() {
            return Ok(());
        }
        let mut out = std::io::stdout().lock();
        for violation in &report.violations {
            writeln!(out, "seed {}: {violation}", report.seed)?;
        }
        writeln!(out, "    {}", replay(report.seed))?;
        self.failed.insert(report.seed, report.violations);
        Ok(())
    }

    fn print(&self, seeds: u64, out: &mut impl Write) -> Result<ExitCode> {
        writeln!(out, "{:<24} {seeds:>10}", "seeds")?;
        for what in COUNTED {
            let count = self.tally.0.get(what).copied().unwrap_or(0);
            writeln!(out, "{what:<24} {count:>10}")?;
        }
        let failed: Vec<_> = self.failed.keys().map(ToString::to_string).collect();
        if failed.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        writeln!(out, "seeds that failed: {}", failed.join(", "))?;
        Ok(ExitCode::FAILURE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_that_panics_or_fails_is_named_and_the_others_go_on() -> Result<()> {
        let play = |_: &Runtime, seed| {
            assert!(seed != 3, "seed {seed} cannot go on");
            ensure!(seed != 4, "there is no room");
            let tally = Tally([("filings", seed)].into());
            Ok(Report { seed, tally, violations: Vec::new(), trace: Vec::new() })
        };
        let findings = play_all(1..7, 2, &ProgressBar::hidden(), play)?;
        let why = |seed| findings.failed.get(&seed).cloned().unwrap_or_default().join("");
        assert_eq!(why(3), "it panics: seed 3 cannot go on");
        assert_eq!(why(4), "the simulation fails: there is no room");
        let mut out = Vec::new();
        assert_eq!(findings.print(6, &mut out)?, ExitCode::FAILURE);
        let out = String::from_utf8(out)?;
        assert!(out.contains(&format!("{:<24} {:>10}", "filings", 1 + 2 + 5 + 6)), "{out}");
        assert!(out.ends_with("seeds that failed: 3, 4\n"), "{out}");
        Ok(())
    }
}

//! Plays the hub over a false clock, broker and far sides, one seed after the other, and prints
//! those in which something was lost, doubled or stuck.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tests::world::{COUNTED, Report, Scenery, Tally, play};

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
    let (next, end) = (AtomicU64::new(args.from), args.from.saturating_add(args.seeds));
    let (findings, bar) = (Mutex::new(Findings::default()), bar(args.seeds));
    thread::scope(|scope| {
        let work = || -> Result<()> {
            let runtime = runtime()?;
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end {
                    return Ok(());
                }
                let report = runtime.block_on(play(&scenery, seed, None));
                let report = report.with_context(|| format!("seed {seed}: {}", replay(seed)))?;
                bar.suspend(|| {
                    findings.lock().unwrap_or_else(PoisonError::into_inner).add(report)
                })?;
                bar.inc(1);
            }
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|w| w.join().map_err(|_| anyhow!("a seed panicked"))?)
    })?;
    bar.finish_and_clear();
    findings.into_inner().unwrap_or_else(PoisonError::into_inner).print(args.seeds)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
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
    findings.print(1)
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

    fn print(&self, seeds: u64) -> Result<ExitCode> {
        let mut out = std::io::stdout().lock();
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

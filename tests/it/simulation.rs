//! Seeds of the simulation: some that are always the same, some that are new with each commit, and
//! some in which something is wrong.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use tests::world::{Sabotage, Scenery, play};

/// Seeds that are played for every commit.
const FIXED: u64 = 8;
/// Milliseconds for seeds of this commit alone.
const FRESH_MS: i64 = 10_000;
/// Seeds in which a sabotage is found at the latest.
const FOUND_MAX: u64 = 60;

#[tokio::test]
async fn the_same_seeds_for_every_commit() -> Result<()> {
    let scenery = Scenery::new().await?;
    for seed in 1..=FIXED {
        play_well(&scenery, seed).await?;
    }
    Ok(())
}

#[tokio::test]
async fn fresh_seeds_for_this_commit() -> Result<()> {
    let (scenery, clock) = (Scenery::new().await?, Clock::system());
    let end = clock.now_ms() + FRESH_MS;
    let mut seeds = first_of_commit()..;
    while clock.now_ms() < end {
        play_well(&scenery, seeds.next().context("a seed")?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_seed_plays_the_same_every_time() -> Result<()> {
    let scenery = Scenery::new().await?;
    for seed in [11, 12, 13] {
        let (one, other) = (play(&scenery, seed, None).await?, play(&scenery, seed, None).await?);
        let differs = one.trace.iter().zip(&other.trace).position(|(one, other)| one != other);
        if let Some(line) = differs {
            let (one, other) = (&one.trace[line], &other.trace[line]);
            anyhow::bail!("seed {seed}, line {line}:\n{one}\n{other}");
        }
        ensure!(one.tally == other.tally, "seed {seed}: {:?}, {:?}", one.tally, other.tally);
    }
    Ok(())
}

#[tokio::test]
async fn other_bytes_under_one_id_are_found() -> Result<()> {
    is_found(Sabotage::OtherBytes, "two packages under one id").await
}

#[tokio::test]
async fn leases_that_are_too_short_are_found() -> Result<()> {
    is_found(Sabotage::ShortLeases, "two tries at once").await
}

#[tokio::test]
async fn work_that_nobody_queues_again_is_found() -> Result<()> {
    is_found(Sabotage::NoRequeue, "days without faults").await
}

#[tokio::test]
async fn a_receipted_filing_that_vanishes_is_found() -> Result<()> {
    is_found(Sabotage::LostFiling, "is lost").await
}

#[tokio::test]
async fn an_event_that_is_not_what_it_was_is_found() -> Result<()> {
    is_found(Sabotage::OtherEvent, "is broken").await
}

#[tokio::test]
async fn a_delivery_whose_time_never_comes_is_found() -> Result<()> {
    is_found(Sabotage::NoDueTime, "its time never comes").await
}

#[tokio::test]
async fn a_delivery_whose_time_is_long_over_is_found() -> Result<()> {
    is_found(Sabotage::NoUpkeep, "its time is over").await
}

#[test]
fn the_program_plays_seeds_and_counts_what_there_was() -> Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulate"));
    let output = command.args(["--seeds", "3", "--from", "21", "--jobs", "2"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let count = |what: &str| -> Result<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(what)).context("a line")?;
        Ok(line.trim().parse()?)
    };
    ensure!(count("seeds ")? == 3 && count("violations ")? == 0, "{text}");
    ensure!(count("filings ")? > 0 && count("deliveries ")? > count("filings ")?, "{text}");
    Ok(())
}

async fn play_well(scenery: &Scenery, seed: u64) -> Result<()> {
    let report = play(scenery, seed, None).await.with_context(|| format!("seed {seed}"))?;
    ensure!(
        report.violations.is_empty(),
        "seed {seed}: {:#?}\nreplay: tests/run simulate --seed {seed} --trace",
        report.violations
    );
    Ok(())
}

async fn is_found(sabotage: Sabotage, words: &str) -> Result<()> {
    let scenery = Scenery::new().await?;
    for seed in 1..=FOUND_MAX {
        let report = play(&scenery, seed, Some(sabotage)).await?;
        if let Some(first) = report.violations.first() {
            ensure!(first.contains(words), "seed {seed} finds something else: {first}");
            return Ok(());
        }
    }
    anyhow::bail!("{FOUND_MAX} seeds do not find {sabotage:?}")
}

/// A band of its own for each commit; outside a clone, always the same.
fn first_of_commit() -> u64 {
    let git = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let hash = git.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let first = hash.as_deref().and_then(|hash| hash.get(..8));
    first.and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(1_000_000)
}

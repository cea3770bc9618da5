//! The drill: what befalls the set stays, one trouble beside the other, until people who see only
//! what the hub shows find it and have it mended. They reach authorities and machines at a desk.
//! In the end the far sides are compared with the receipts, as after any chaos.

mod desk;
mod parts;
mod staff;
mod troubles;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use hub::clock::Clock;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use tokio::time::interval;

use crate::cast::Cast;
use crate::compare::{self, Findings};
use crate::engines::{Crew, Engines};
use crate::operators::Operators;
use crate::{Args, say, settle};
use parts::Parts;
use troubles::{Case, State, Trouble};

/// The share of the time in which troubles begin; the rest is for mending.
const BEGINNING: f64 = 0.5;
/// Time for the first look at a set that is well.
const QUIET: Duration = Duration::from_mins(1);
/// How often it is looked what is over.
const LOOKS: Duration = Duration::from_secs(1);
/// Filings a second at most: people read what comes of them.
const RATE_MAX: u32 = 2;

/// Each role a process of its own, and times in which people see and mend something in minutes.
fn crew() -> Crew {
    let roles =
        ["intake", "intake", "router", "courier", "courier", "review", "notifier", "upkeep"];
    let settings = vec![
        ("COURIER__LEASE_MS", "20000"),
        ("RETRY__LADDER_SECONDS", "[5, 10, 20, 30, 60]"),
        ("RETRY__TRIES_MAX", "8"),
        ("RETRY__FAULT_LADDER_SECONDS", "[2, 5, 10]"),
        ("NOTICES__LADDER_SECONDS", "[5, 10, 30]"),
        ("NOTICES__TRIES_MAX", "1000"),
        ("RELAY__CLAIM_MS", "10000"),
        ("LANE__OPEN_MS", "5000"),
        ("LANE__OPEN_MS_MAX", "30000"),
        ("UPKEEP__INTERVAL_MS", "1000"),
        ("UPKEEP__STALE_MS", "60000"),
        ("WATCHES__LOOK_MS", "5000"),
        ("WATCHES__GROUP_MS", "15000"),
        ("WATCHES__SETTLE_MS", "15000"),
        ("WATCHES__FAILING_MINUTES", "1"),
        ("WATCHES__PROBE_MINUTES", "1"),
        ("WATCHES__SILENT_MINUTES", "1"),
        ("WATCHES__BACKLOG_MINUTES", "1"),
        ("WATCHES__NOTICES_MINUTES", "1"),
        ("REMINDERS__OPERATIONS_MAIL", staff::MAIL),
    ];
    Crew { roles: roles.into(), settings }
}

/// Runs it; gives whether all was mended and nothing is lost.
pub(crate) async fn run(
    args: &Args,
    engines: Engines,
    (cast, clock): (&Arc<Cast>, &Arc<Clock>),
    (root, folder): (&Path, &Path),
) -> Result<ExitCode> {
    let args = Args { rate: args.rate.min(RATE_MAX), ..args.clone() };
    let hub = engines.open(&crew(), cast, clock).await.context("start the hub")?;
    let operators = Operators::new(&args, cast, &hub, clock)?;
    let staff = staff::Staff::new(&hub, folder).await?;
    let state = Arc::new(State::new(cast, clock, Parts::new(engines, hub)));
    let desk = desk::Desk::open(Arc::clone(&state)).await?;
    staff.write(cast, &desk, &root.join("far/mail"))?;
    say(format_args!("the staff begin with {}/README.md", folder.display()));

    let filing = tokio::spawn({
        let (operators, args) = (Arc::clone(&operators), args.clone());
        async move { operators.file_all(&args).await }
    });
    let over = tokio::time::timeout(args.span(), befall(&args, &state, &operators, &staff)).await;
    // What never began is not mended either.
    let is_mended = over.is_ok();
    match over {
        Ok(done) => done?,
        Err(_) => say(format_args!("the time is over")),
    }
    filing.abort();
    let settled = settle::settle(&operators, args.settle, clock).await;
    if let Err(error) = &settled {
        say(format_args!("{error:#}"));
    }
    // What is not mended is no fault of the hub; it must still hold all that was receipted.
    tokio::task::block_in_place(|| state.heal())?;
    let findings = compare::compare(&operators, &root.join("far")).await?;
    print(&state, &findings, settled.is_ok())?;
    let refused = operators.troubles();
    for sentence in &refused {
        say(format_args!("{sentence}"));
    }
    let is_well = is_mended && settled.is_ok() && findings.is_clean() && refused.is_empty();
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One trouble after the other, then the wait until the last is mended.
async fn befall(
    args: &Args,
    state: &Arc<State>,
    operators: &Operators,
    staff: &staff::Staff,
) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(args.seed);
    let mut waiting = Trouble::all(&state.cast, &mut rng);
    waiting.shuffle(&mut rng);
    let count = u32::try_from(waiting.len())?;
    let gap = args.span().mul_f64(BEGINNING) / count;
    let mut next = state.clock.now_ms() + i64::try_from(QUIET.min(gap).as_millis())?;
    let mut looks = interval(LOOKS);
    while !waiting.is_empty() || state.cases().iter().any(|case| case.mended.is_none()) {
        if state.clock.now_ms() >= next
            && let Some(trouble) = waiting.pop()
        {
            match trouble.begin(state, staff).await {
                Ok(()) => {
                    say(format_args!("begins: {trouble}"));
                    state.add(trouble);
                }
                // It takes a part that is down by now.
                Err(error) => {
                    say(format_args!("later: {trouble}: {error:#}"));
                    waiting.insert(0, trouble);
                }
            }
            let share = rng.random_range(0.6..1.4);
            next += i64::try_from(gap.mul_f64(share).as_millis())?;
        }
        for mended in state.look(operators).await {
            say(format_args!("mended: {mended}"));
        }
        looks.tick().await;
    }
    Ok(())
}

impl Findings {
    fn is_clean(&self) -> bool {
        [&self.lost, &self.doubled, &self.mismatched].into_iter().all(Vec::is_empty)
    }
}

/// The table: each trouble, how long it lasted, and whom the staff asked in vain.
fn print(state: &State, findings: &Findings, is_settled: bool) -> Result<()> {
    use std::io::Write;

    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<58} {:<10} mended after seconds", "trouble", "whose")?;
    for Case { trouble, began, mended, .. } in state.cases() {
        let after = mended.map(|at| ((at - began) / 1_000).to_string());
        let after = after.unwrap_or_else(|| "never".to_owned());
        writeln!(out, "{:<58} {:<10} {after}", trouble.to_string(), trouble.owner())?;
    }
    writeln!(out, "asked in vain at the desk: {:?}", state.in_vain())?;
    let Findings { lost, doubled, mismatched, expected, held, .. } = findings;
    writeln!(
        out,
        "deliveries expected {expected}, packages held {held}, not there {}, doubled {}, \
         mismatched {}, settled: {is_settled}",
        lost.len(),
        doubled.len(),
        mismatched.len()
    )?;
    for sentence in lost.iter().chain(doubled).chain(mismatched).take(20) {
        writeln!(out, "{sentence}")?;
    }
    Ok(())
}

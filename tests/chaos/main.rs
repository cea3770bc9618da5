//! Chaos: the production set under load while what it stands on is killed, cut and filled, and then
//! the question whether anything was lost, doubled or changed.
//!
//! `cargo run --release -p tests --bin chaos -- --minutes 5` starts PostgreSQL, a cluster of three
//! RabbitMQ nodes, an object store on a small disk, several processes of the hub, and far sides
//! behind proxies; all private, on loopback, and ended with this process. A plan from the seed says
//! what happens when. In the end the far sides are compared with the receipts. The exit status is
//! not 0 when something was lost, doubled, mismatched or refused, or did not settle, or when the
//! comparison does not find a loss, a double and a change that are then made on purpose.

mod cast;
mod compare;
mod doubt;
mod drill;
mod engines;
mod faults;
mod filings;
mod operators;
mod plan;
mod proxy;
mod report;
mod settle;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use hub::clock::Clock;

use plan::Kind;

/// Break everything and see what is lost
#[derive(Debug, Clone, Parser)]
pub(crate) struct Args {
    /// Minutes of load and faults
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// The seed of the plan and of the filings
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Filings a second
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// Authorities that take part
    #[arg(long, default_value_t = 24)]
    authorities: usize,
    /// Processes of the hub: intake, courier and the other roles in turn; all roles below three
    #[arg(long, default_value_t = 6)]
    processes: usize,
    /// RabbitMQ nodes
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// What is done, separated by commas; everything when left out
    #[arg(long, value_enum, value_delimiter = ',')]
    faults: Vec<Kind>,
    /// Seconds that settling may take after the faults
    #[arg(long, default_value_t = 240)]
    settle: u64,
    /// Nothing is brought back by itself: people do it, by what the hub shows them. A new folder,
    /// where they find how to get at everything; over when all is mended, or after the minutes
    #[arg(long, value_name = "FOLDER")]
    drill: Option<std::path::PathBuf>,
    /// A folder for the logs of the hub's processes
    #[arg(long)]
    logs: Option<std::path::PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    fn span(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    ensure!(args.minutes > 0.0 && args.minutes <= 600.0, "--minutes: more than 0, at most 600");
    ensure!(args.rate > 0 && args.processes > 0 && args.nodes > 0 && args.authorities > 0, "0?");
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // Ending and starting servers blocks a worker for a while.
    let runtime = runtime.worker_threads(12).enable_all().build()?;
    runtime.block_on(run(args))
}

async fn run(args: Args) -> Result<ExitCode> {
    hub::app::install_crypto();
    let clock = Arc::new(Clock::system());
    let folder = tempfile::Builder::new().prefix("todoke-chaos-").tempdir()?;
    let cast = Arc::new(cast::Cast::start(&args, &folder.path().join("far"), &clock).await?);
    // Of a cluster nobody who watches a drill would see that one node is down.
    let args = Args { nodes: if args.drill.is_some() { 1 } else { args.nodes }, ..args };
    say(format_args!("starting PostgreSQL, {} RabbitMQ nodes and the hub", args.nodes));
    let engines = tokio::task::block_in_place(|| engines::Engines::start(&args, folder.path()))?;
    if let Some(desk) = &args.drill {
        return drill::run(&args, engines, (&cast, &clock), (folder.path(), desk)).await;
    }
    let crew = engines::Crew::of_chaos(args.processes);
    let hub = engines.open(&crew, &cast, &clock).await.context("start the hub")?;

    let began = clock.now_ms();
    let operators = operators::Operators::new(&args, &cast, &hub, &clock)?;
    let stop = tokio_util::sync::CancellationToken::new();
    if let Some(folder) = &args.logs {
        faults::keep_logs(&hub.processes, folder)?;
    }
    let progress = tokio::spawn(settle::show(Arc::clone(&operators), stop.clone()));
    let victims = faults::victims(engines, hub.processes, &cast);
    let filing = async {
        operators.file_all(&args).await;
        anyhow::Ok(())
    };
    // What cannot be brought back ends the run: nothing would ever settle.
    let injecting = faults::inject(&args, victims, &clock);
    let ((), (injected, victims)) = tokio::try_join!(filing, injecting)?;
    let load_ended = clock.now_ms();
    stop.cancel();
    progress.await?;
    let settled = settle::settle(&operators, args.settle, &clock).await;
    if let Err(error) = &settled {
        say(format_args!("{error:#}"));
    }
    let far = folder.path().join("far");
    let findings = compare::compare(&operators, &far).await?;
    let unnoticed = doubt::unnoticed(&operators, &far, &findings)?;
    drop(victims);
    let times = report::Times { began, load_ended, settled: settled.ok() };
    let report = report::Report::new(&args, times, &operators, &injected, (&findings, &unnoticed));
    report.print(args.json)?;
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Progress goes to the standard error; the standard output is the table's.
#[expect(clippy::print_stderr, reason = "a tool for people")]
fn say(what: std::fmt::Arguments<'_>) {
    eprintln!("chaos: {what}");
}

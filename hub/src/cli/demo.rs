//! `todoke demo`: the demo environment, and what came of it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::ensure;

use super::say;
use crate::config::Config;
use crate::demo::{Demo, Options, Report};
use crate::lifecycle::Signals;

/// The demo environment
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Filings to submit
    #[arg(long, default_value_t = 2_000)]
    filings: usize,
    /// Stop when all is settled, instead of serving the pages until Ctrl-C
    #[arg(long)]
    exit: bool,
    /// Print the summary as JSON and show no progress
    #[arg(long)]
    json: bool,
    /// From which cast, filings and answers are made
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder that stays; the same one again goes on where the demo was stopped or killed
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; without it 127.0.0.1:8080, or a free port when that is taken
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let Args { filings, exit, json, seed, data, listen } = args;
    let options = Options { filings, seed, data, listen, progress: !json };
    let limits = config.stop.limits();
    let demo = Box::pin(Demo::start(options, config)).await?;
    let mut signals = Signals::listen()?;
    note(&format!("The pages: {}/demo", demo.page()));
    let played = tokio::select! {
        played = demo.play() => Some(played),
        () = signals.next() => None,
    };
    let is_sound = match &played {
        Some(Ok(report)) => {
            tell(report, json)?;
            if !exit {
                note(&format!("The pages stay at {}/demo until Ctrl-C.", demo.page()));
                signals.next().await;
            }
            report.is_sound()
        }
        Some(Err(_)) | None => false,
    };
    let break_off = demo.break_off();
    signals.stop_softly(demo.stop(), &break_off, limits).await?;
    match played {
        Some(played) => drop(played?),
        None => anyhow::bail!("stopped before all was settled"),
    }
    ensure!(is_sound, "not everything is where it belongs: see the findings");
    Ok(())
}

fn tell(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        return say(&serde_json::to_string_pretty(report)?);
    }
    say(report.table().trim_end())
}

/// For people only: standard output is for the summary.
fn note(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

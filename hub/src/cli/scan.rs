//! `todoke scan`: what is to be looked through for malware, what was found, and looking again.

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{act, hand, open_store, print_rows, say};
use crate::config::Config;
use crate::store::{ScanLine, ScanState};

/// Lines that a list has at most.
const LINES_MAX: usize = 1_000;

/// The malware scanner's work
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Files that wait to be looked through, the oldest first
    List {
        /// Files that hold malware in their place
        #[arg(long)]
        infected: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Have a file looked through again, for example after a false alarm was mended
    Again {
        /// The SHA-256 of its bytes, as `todoke scan list` prints it
        sha256: String,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    match args.command {
        Command::List { infected, json } => {
            let state = if infected { ScanState::Infected } else { ScanState::Pending };
            let lines = store.list_scans(state, LINES_MAX).await?;
            if json {
                return print_rows(true, &json!(lines), &[]);
            }
            let rows: Vec<Value> = lines.iter().map(row).collect();
            let columns =
                ["sha256", "owner", "size", "asked", "signature", "tries", "next_try", "why"];
            print_rows(false, &json!(rows), &columns)
        }
        Command::Again { sha256 } => {
            let mut tx = store.begin().await?;
            let is_known = tx.rescan(&sha256).await?;
            anyhow::ensure!(is_known, "nobody has asked for {sha256}; see `todoke scan list`");
            let states = (Value::Null, Value::Null);
            tx.record(act(("scan.again", format!("file:{sha256}")), &hand(), states)).await?;
            tx.commit().await?;
            say("asked for; deliveries that failed by it go again with `todoke delivery retry` \
                 once it is clean")
        }
    }
}

fn row(line: &ScanLine) -> Value {
    let time = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let scan = &line.scan;
    json!({
        "sha256": scan.sha256, "owner": line.owner, "size": line.size, "tries": scan.tries,
        "asked": time(Some(scan.asked_at)), "signature": scan.signature,
        "next_try": time(scan.next_try_at), "why": scan.why().map(|why| why.sentence),
    })
}

//! `todoke audit`: what staff did by hand and looked at, and whether the record was touched.

use anyhow::Context as _;
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;

use super::{open_store, print_rows, say};
use crate::config::Config;
use crate::store::{StaffActFilter, StaffActsHead, Store};

/// Acts that are read at once.
const ROWS: usize = 1_000;

/// What staff did by hand and looked at
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The newest acts
    List {
        /// Only with this, for example lane:011002/api
        #[arg(long)]
        subject: Option<String>,
        /// Only by them, for example key:0123456789ab
        #[arg(long)]
        person: Option<String>,
        /// Which filings, files and ledgers were looked at, not what was done
        #[arg(long)]
        looks: bool,
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check that no act was altered, dropped or put elsewhere; prints the last one's number and
    /// hash, which tell, kept elsewhere, whether the end was cut off
    Verify {
        /// The hash that an act had at an earlier check
        #[arg(long, requires = "seq")]
        hash: Option<String>,
        /// The number of that act
        #[arg(long, requires = "hash")]
        seq: Option<i64>,
    },
    /// All acts in order, one JSON object on a line
    Export,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    match args.command {
        Command::List { subject, person, looks, limit, json } => {
            let (subject, person) = (subject.as_deref(), person.as_deref());
            let filter = StaffActFilter { looks, subject, person };
            let acts = store.staff_acts_like(&filter, i64::MAX, limit).await?;
            if json {
                return print_rows(true, &json!(acts), &[]);
            }
            let rows: Vec<_> = acts
                .iter()
                .map(|act| {
                    json!({"seq": act.seq, "at": Timestamp::from_millisecond(act.at).ok(),
                           "name": act.name, "what": act.what, "subject": act.subject,
                           "why": act.why})
                })
                .collect();
            print_rows(false, &json!(rows), &["seq", "at", "name", "what", "subject", "why"])
        }
        Command::Verify { hash, seq } => verify(&store, seq.zip(hash)).await,
        Command::Export => {
            let mut after = 0;
            loop {
                let rows = store.staff_acts_after(after, ROWS).await?;
                for row in &rows {
                    say(&serde_json::to_string(row)?)?;
                }
                match rows.last() {
                    Some(last) => after = last.seq,
                    None => return Ok(()),
                }
            }
        }
    }
}

async fn verify(store: &Store, known: Option<(i64, String)>) -> anyhow::Result<()> {
    let mut head = StaffActsHead::default();
    let mut is_known = known.is_none();
    loop {
        let rows = store.staff_acts_after(head.seq, ROWS).await?;
        if rows.is_empty() {
            break;
        }
        head.follow(&rows).context("the record of acts was touched")?;
        if let Some((seq, hash)) = &known {
            is_known |= rows.iter().any(|row| row.seq == *seq && row.hash == *hash);
        }
    }
    if let Some((seq, _)) = known.filter(|_| !is_known) {
        anyhow::bail!("the record of acts was touched: act {seq} has not the hash that it had");
    }
    say(&format!("{} acts, none altered, dropped or put elsewhere", head.seq))?;
    say(&format!("keep elsewhere: --seq {} --hash {}", head.seq, head.hash))
}

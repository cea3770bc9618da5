//! `todoke watch`: what people have to know of while it lasts.

use clap::Subcommand;
use jiff::Timestamp;
use schemas::AuthorityId;
use serde_json::json;

use super::{open_store, print_rows};
use crate::config::Config;
use crate::store::WatchFilter;
use crate::watch::{Kind, Watch};

/// What people have to know of while it lasts
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What goes on, the newest first
    List {
        /// Also what is over
        #[arg(long)]
        all: bool,
        /// Only of one kind: `deadline_near`, `lane_failing`, …
        #[arg(long)]
        kind: Option<Kind>,
        /// Only with one authority
        #[arg(long)]
        authority: Option<AuthorityId>,
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let Command::List { all, kind, authority, limit, json } = args.command;
    let firing = (!all).then_some(true);
    let filter = WatchFilter { firing, kind, authority, limit, ..WatchFilter::default() };
    let rows = open_store(config).await?.list_watches(&filter).await?;
    if json {
        return print_rows(true, &json!(rows), &[]);
    }
    let time = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let line = |row: &Watch| {
        let mut line = json!(row);
        line["since"] = json!(time(Some(row.since)));
        line["due_at"] = json!(time(row.due_at));
        line["ended_at"] = json!(time(row.ended_at));
        line
    };
    let lines: Vec<_> = rows.iter().map(line).collect();
    let columns =
        ["kind", "authority", "channel", "owner", "since", "due_at", "detail", "ended_at"];
    print_rows(false, &json!(lines), &columns)
}

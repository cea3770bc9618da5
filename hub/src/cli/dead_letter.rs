//! `todoke dead-letter`: messages that could not be worked on.

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::operate::{self, By};

/// Lines that a list has at most.
const LINES_MAX: usize = 1_000;

/// Messages that could not be worked on
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Those that nobody has settled, the newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say that one has been dealt with: it is counted no more
    Settle {
        /// Its id
        id: Uuid,
        /// How, for everyone who looks
        #[arg(long)]
        why: String,
    },
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::List { json } => {
            let letters = open_store(&config).await?.dead_letters(LINES_MAX).await?;
            if json {
                return print_rows(true, &json!(letters), &[]);
            }
            let rows: Vec<_> = letters
                .iter()
                .map(|letter| {
                    json!({"id": letter.id, "at": Timestamp::from_millisecond(letter.at).ok(),
                           "queue": letter.queue, "bytes": letter.body.len() / 2,
                           "reason": letter.reason})
                })
                .collect();
            print_rows(false, &json!(rows), &["id", "at", "queue", "bytes", "reason"])
        }
        Command::Settle { id, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            operate::settle(&ctx, id, By { actor: &actor, why: &why }).await?;
            say("settled; `todoke audit list` shows by whom and why")
        }
    }
}

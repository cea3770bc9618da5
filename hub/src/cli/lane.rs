//! `todoke lane`: list, pause, resume, limit.

use clap::Subcommand;
use jiff::Timestamp;
use schemas::{AuthorityId, Channel};
use serde_json::json;

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::lane::Lane;
use crate::operate::{self, By};

/// Lanes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lanes that anything is known about
    List {
        /// Only lanes in trouble
        #[arg(long)]
        trouble: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Hold what would go over a lane
    Pause {
        /// The authority
        authority: AuthorityId,
        /// The channel
        channel: Channel,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
    /// Give a lane limits of its own; one that is left out is again the one for all lanes
    Limit {
        /// The authority
        authority: AuthorityId,
        /// The channel
        channel: Channel,
        /// Deliveries at once
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..))]
        cap: Option<i32>,
        /// Deliveries a minute; 0: no limit
        #[arg(long, value_parser = clap::value_parser!(i32).range(0..))]
        per_minute: Option<i32>,
        /// Deliveries that may go together after a rest
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..))]
        burst: Option<i32>,
        /// Why, for everyone who looks
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Let it go again, in order and paced
    Resume {
        /// The authority
        authority: AuthorityId,
        /// The channel
        channel: Channel,
        /// Why, for everyone who looks
        #[arg(long, default_value = "")]
        why: String,
    },
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::List { trouble, json } => {
            let mut lanes = open_store(&config).await?.lanes().await?;
            lanes.retain(|lane| !trouble || Lane::is_in_trouble(lane));
            if json {
                return print_rows(true, &json!(lanes), &[]);
            }
            let time = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            let rows: Vec<_> = lanes
                .iter()
                .map(|lane| {
                    let mut row = json!(lane);
                    row["state"] = json!(lane.state());
                    row["failing_since"] = json!(time(lane.failing_since));
                    row
                })
                .collect();
            let columns = [
                "authority",
                "channel",
                "state",
                "failures",
                "failing_since",
                "cap",
                "per_minute",
                "paused_why",
                "last_error",
            ];
            print_rows(false, &json!(rows), &columns)
        }
        Command::Pause { authority, channel, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            operate::pause(&ctx, (authority, channel), By { actor: &actor, why: &why }).await?;
            say("paused: deliveries over it are held from now on")
        }
        Command::Limit { authority, channel, cap, per_minute, burst, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            let limits = operate::Limits { cap, per_minute, burst };
            let by = By { actor: &actor, why: &why };
            operate::limit(&ctx, (authority, channel), limits, by).await?;
            say("limited: deliveries that are not yet postponed go by it from now on")
        }
        Command::Resume { authority, channel, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            let by = By { actor: &actor, why: &why };
            let count = operate::resume(&ctx, (authority, channel), None, by).await?;
            say(&format!("resumed; held deliveries that go out, in order: {count}"))
        }
    }
}

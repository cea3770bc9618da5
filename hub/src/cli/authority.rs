//! `todoke authority`: how authorities are reached.

use std::path::PathBuf;

use adapters::Endpoint;
use anyhow::Context as _;
use clap::Subcommand;
use schemas::AuthorityId;
use serde_json::{Value, json};

use super::{act, checks, contacts, hand, open_store, print_rows, proposals, say, stages};
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::operate::ladder::{self, LadderProblem};
use crate::store::EndpointRow;

/// How authorities are reached
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Endpoints, each authority's in the order of its ladder
    List {
        /// Print JSON (secrets are left out)
        #[arg(long)]
        json: bool,
    },
    /// An authority's ladder as JSON, as `set` and `propose` take it; a secret is shown as ********
    Show {
        /// The authority
        authority: AuthorityId,
    },
    /// Set an authority's ladder from a JSON file: an array of endpoints, the preferred one first;
    /// a secret written as ******** stays as it is, where the endpoint leads to the same place.
    /// At once and by one person: for emergencies
    Set {
        /// The authority
        authority: AuthorityId,
        /// For example `[{"channel":"api","url":"https://…","signing_secret":"whsec_…"}]`
        file: PathBuf,
    },
    #[command(flatten)]
    Proposed(proposals::Command),
    /// Look whether an authority's endpoints answer, leaving nothing there; or send it a test
    Check(checks::Args),
    /// How far authorities are that have not begun; of one, all stages
    Stages(stages::Args),
    /// Where authorities are told of what lies unopened: list, set, import
    Contacts {
        #[command(subcommand)]
        command: contacts::Command,
    },
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::List { json } => {
            let rows = open_store(&config).await?.endpoints().await?;
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let address = serde_json::from_str::<Endpoint>(&row.config)
                        .map_or_else(|e| format!("does not read: {e}"), |e| e.address());
                    json!({"authority": row.authority, "position": row.position,
                           "channel": row.channel, "address": address})
                })
                .collect();
            let columns = ["authority", "position", "channel", "address"];
            print_rows(json, &Value::Array(rows), &columns)
        }
        Command::Show { authority } => {
            let directory = Directory::new(&open_store(&config).await?.endpoints().await?);
            let ladder = directory.ladder(authority);
            say(&serde_json::to_string_pretty(&ladder::shown(ladder, ladder))?)
        }
        Command::Set { authority, file } => set(&config, authority, &file).await,
        Command::Proposed(command) => proposals::run(command, config).await,
        Command::Check(args) => checks::run(args, config).await,
        Command::Stages(args) => stages::run(args, config).await,
        Command::Contacts { command } => contacts::run(command, &config).await,
    }
}

async fn set(config: &Config, authority: AuthorityId, file: &PathBuf) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let store = open_store(config).await?;
    let mut tx = store.begin().await?;
    let former = Directory::new(&tx.lock_endpoints().await?);
    let ladder = match ladder::read(&text, former.ladder(authority)) {
        Err(problem @ LadderProblem::Same) => return say(&problem.to_string()),
        read => read.with_context(|| file.display().to_string())?,
    };
    let rows = EndpointRow::of_ladder(&ladder, authority, Clock::system().now_ms())?;
    // Addresses without their secrets: the record is shown and exported.
    let addresses =
        |ladder: &[Endpoint]| json!(ladder.iter().map(Endpoint::address).collect::<Vec<_>>());
    let states = (addresses(former.ladder(authority)), addresses(&ladder));
    tx.save_endpoints(authority, &rows).await?;
    tx.record(act(("authority.set", format!("authority:{authority}")), &hand(), states)).await?;
    tx.commit().await?;
    let ladder: Vec<_> = ladder.iter().map(|e| e.channel().as_str()).collect();
    let seconds = config.master.look_ms.div_ceil(1_000);
    let ladder = ladder.join(", then ");
    say(&format!("{authority} is reached by {ladder}; every process knows it within {seconds} s"))
}

//! `todoke redrive`: deliveries that are started anew together.

use clap::Subcommand;
use jiff::Timestamp;
use schemas::{AuthorityId, Channel, Owner};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::operate::{By, redrive};
use crate::store::{Choice, Filter, RedriveItemRow, RedriveRow, RedriveState};

/// Deliveries that are started anew together
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Freeze which deliveries are chosen, and tell what they touch; nothing is sent
    Preview {
        #[command(flatten)]
        choice: ChoiceArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Start what was previewed; a large one waits until somebody else has approved it
    Start {
        /// Its id
        id: Uuid,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let one begin that somebody else has started
    Approve {
        /// Its id
        id: Uuid,
        /// A remark, for everyone who looks
        #[arg(long, default_value = "")]
        why: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The newest
    List {
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One with what is in it
    Show {
        /// Its id
        id: Uuid,
        /// Deliveries at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End one that is not over; what is left in it stays as it is
    Cancel {
        /// Its id
        id: Uuid,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
struct ChoiceArgs {
    /// Not delivered for this cause: its code, for example `http_410`. Without one, what is held is
    /// not in it
    #[arg(long)]
    cause: Option<String>,
    /// Where it is this one's turn: operator, authority, hub or network
    #[arg(long)]
    owner: Option<Owner>,
    /// Only to this authority
    #[arg(long)]
    authority: Option<AuthorityId>,
    /// Only over this channel
    #[arg(long)]
    channel: Option<Channel>,
    /// As they are since this moment or later, for example 2026-07-15T09:00:00+09:00
    #[arg(long)]
    from: Option<Timestamp>,
    /// As they are since before this moment
    #[arg(long)]
    to: Option<Timestamp>,
}

impl From<ChoiceArgs> for Choice {
    fn from(args: ChoiceArgs) -> Self {
        Self {
            cause: args.cause,
            owner: args.owner,
            authority: args.authority,
            channel: args.channel,
            from_at: args.from.map(Timestamp::as_millisecond),
            until_at: args.to.map(Timestamp::as_millisecond),
        }
    }
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::Preview { choice, json } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            tell(&redrive::preview(&ctx, &choice.into(), &actor).await?, json)
        }
        Command::Start { id, why, json } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            tell(&redrive::start(&ctx, id, By { actor: &actor, why: &why }).await?, json)
        }
        Command::Approve { id, why, json } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            tell(&redrive::approve(&ctx, id, By { actor: &actor, why: &why }).await?, json)
        }
        Command::Cancel { id, why, json } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            tell(&redrive::cancel(&ctx, id, By { actor: &actor, why: &why }).await?, json)
        }
        Command::List { limit, json } => {
            let filter = Filter { limit, ..Filter::default() };
            let rows = open_store(&config).await?.list_redrives(&filter).await?;
            let rows: Vec<Value> = rows.iter().map(|row| line(row, json)).collect();
            print_rows(json, &json!(rows), &["id", "made_at", "state", "items", "done", "left"])
        }
        Command::Show { id, limit, json } => show(&config, id, (limit, json)).await,
    }
}

async fn show(config: &Config, id: Uuid, (limit, json): (usize, bool)) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    let Some(row) = store.redrive(id).await? else {
        anyhow::bail!("there is no redrive {id}; `todoke redrive list` shows some");
    };
    let items: Vec<RedriveItemRow> = store.redrive_items(id, 0, limit).await?;
    if json {
        let mut all = line(&row, true);
        all["deliveries"] = json!(items);
        return say(&serde_json::to_string_pretty(&all)?);
    }
    tell(&row, false)?;
    let columns = ["place", "delivery_id", "cause", "doubtful", "state", "found"];
    print_rows(false, &json!(items), &columns)
}

/// A row as it is printed: with times for people, where no program reads it.
fn line(row: &RedriveRow, json: bool) -> Value {
    let mut line = json!(row);
    line["left"] = json!(row.left());
    if !json {
        line["made_at"] = json!(Timestamp::from_millisecond(row.made_at).ok());
    }
    line
}

/// What it holds and touches, who is behind it, and what comes next.
fn tell(row: &RedriveRow, json: bool) -> anyhow::Result<()> {
    if json {
        return say(&serde_json::to_string_pretty(&line(row, true))?);
    }
    let time = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default();
    let RedriveRow { id, items, doubtful, overdue, near, .. } = row;
    say(&format!("{id}  {}", row.state.as_str()))?;
    say(&format!(
        "{items} deliveries; {doubtful} may have arrived already; the deadline of {overdue} has \
         passed, that of {near} is near"
    ))?;
    if let Some(due) = row.next_due {
        say(&format!("the next deadline ends at {}", time(due)))?;
    }
    if let (Some(name), Some(at)) = (&row.started_name, row.started_at) {
        say(&format!("started by {name} at {}: {}", time(at), row.why))?;
    }
    if let (Some(name), Some(at)) = (&row.approved_name, row.approved_at) {
        say(&format!("approved by {name} at {}", time(at)))?;
    }
    say(&format!("{} sent again, {} passed over, {} left", row.done, row.skipped, row.left()))?;
    match row.state {
        RedriveState::Previewed => say(&format!("next: todoke redrive start {id} --why \"…\"")),
        RedriveState::Proposed => say(&format!(
            "it is large: somebody else has to say `todoke redrive approve {id}`, or approve it on \
             its page"
        )),
        RedriveState::Running => say(&format!(
            "a running hub sends them again at its pace; how far it is: todoke redrive show {id}"
        )),
        RedriveState::Finished | RedriveState::Cancelled => Ok(()),
    }
}

//! `todoke delivery`: list, show, hold, release, given, reroute, retry.

use clap::Subcommand;
use jiff::civil::Date;
use schemas::{AuthorityId, Channel, DeliveryId};
use serde_json::{Value, json};

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::operate::delivery::{self as by_hand, Given};
use crate::operate::{self, By, reroute};
use crate::store::Filter;

/// Deliveries
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The newest deliveries
    List {
        /// Only in this state (due, sending, waiting, delivered, held, failed, cancelled)
        #[arg(long)]
        state: Option<String>,
        /// Only to this authority
        #[arg(long)]
        authority: Option<AuthorityId>,
        /// Only those not delivered for this cause: its code
        #[arg(long)]
        cause: Option<String>,
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One delivery with its attempts
    Show {
        /// Its id
        id: DeliveryId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep a delivery that is due or waits from going
    Hold {
        /// Its id
        id: DeliveryId,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
    /// Let a held delivery go
    Release {
        /// Its id
        id: DeliveryId,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
    /// Say that a delivery was given to the authority by hand: it is not sent any more
    Given {
        /// Its id
        id: DeliveryId,
        /// On which day, for example 2026-07-15
        #[arg(long)]
        on: Date,
        /// Who took it; stands in the record of acts alone
        #[arg(long)]
        to: String,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
    /// Send a delivery over another channel of its authority, or to another authority
    #[command(group(clap::ArgGroup::new("way").required(true)))]
    Reroute {
        /// Its id
        id: DeliveryId,
        /// Over this channel that its authority has: api, sftp, email or pull
        #[arg(long, group = "way")]
        channel: Option<Channel>,
        /// To this authority, where the plan was wrong
        #[arg(long, group = "way")]
        authority: Option<AuthorityId>,
        /// Only tell what sending it to that authority would come to
        #[arg(long, requires = "authority")]
        dry_run: bool,
        /// Why, for everyone who looks
        #[arg(long, required_unless_present = "dry_run")]
        why: Option<String>,
    },
    /// Start a waiting, held or failed delivery anew
    Retry {
        /// Its id
        id: DeliveryId,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::List { state, authority, cause, limit, json } => {
            let store = open_store(&config).await?;
            let filter = Filter { authority, state, cause, limit, ..Filter::default() };
            let rows: Vec<Value> = store
                .list_deliveries(&filter)
                .await?
                .iter()
                .map(|d| {
                    json!({"id": d.id, "filing": d.filing_id, "authority": d.authority,
                           "channel": d.channel, "state": d.state.as_str(),
                           "attempts": d.attempts, "review": d.review,
                           "why": d.state.why().map(|w| w.code.clone()),
                           "owner": d.state.owner()})
                })
                .collect();
            let columns =
                ["id", "authority", "channel", "state", "attempts", "review", "why", "owner"];
            print_rows(json, &Value::Array(rows), &columns)
        }
        Command::Show { id, json } => show(&config, id, json).await,
        Command::Hold { id, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            by_hand::hold(&ctx, id, By { actor: &actor, why: &why }).await?;
            say("held; `todoke delivery release` lets it go")
        }
        Command::Release { id, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            by_hand::let_go(&ctx, id, By { actor: &actor, why: &why }).await?;
            say("it goes in its turn; a running hub sends it within a few seconds")
        }
        Command::Given { id, on, to, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            let by = By { actor: &actor, why: &why };
            by_hand::give(&ctx, id, Given { on, to: &to }, by).await?;
            say("recorded: it is delivered, and not sent any more")
        }
        Command::Reroute { id, channel: Some(channel), why, .. } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            let by = By { actor: &actor, why: why.as_deref().unwrap_or_default() };
            reroute::to_channel(&ctx, id, channel, by).await?;
            say("it goes over that channel; a running hub sends it within a few seconds")
        }
        Command::Reroute { id, authority: Some(to), dry_run, why, .. } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            if dry_run {
                return tell_reroute(&reroute::preview(&ctx, id, to).await?);
            }
            let by = By { actor: &actor, why: why.as_deref().unwrap_or_default() };
            let there = reroute::to_authority(&ctx, id, to, by).await?;
            say(&format!("planned as {there}; a running hub sends it within a few seconds"))
        }
        Command::Reroute { .. } => anyhow::bail!("name a channel or an authority"),
        Command::Retry { id, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            operate::retry(&ctx, id, By { actor: &actor, why: &why }).await?;
            say("it is due again; a running hub sends it within a few seconds")
        }
    }
}

fn tell_reroute(seen: &reroute::Preview) -> anyhow::Result<()> {
    let former = if seen.holds {
        "the former addressee may have it: its delivery is held and not tried again"
    } else if seen.stays {
        "the former addressee has it, or may have it: its delivery stays beside"
    } else {
        "the former addressee has nothing of it: its delivery ends"
    };
    let fresh = &seen.fresh;
    let channel = fresh.channel.map_or("no channel", Channel::as_str);
    say(&format!("{}  to {} over {channel}  {}", fresh.id, fresh.authority, fresh.state.as_str()))?;
    if let Some(why) = fresh.state.why() {
        say(&format!("why      {} [{}]: {}", why.code, why.owner, why.sentence))?;
    }
    say(former)
}

async fn show(config: &Config, id: DeliveryId, json: bool) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    let Some(delivery) = store.delivery(id).await? else {
        anyhow::bail!("there is no delivery {id}; `todoke delivery list` shows some");
    };
    super::look(&store, "look.delivery", format!("delivery:{id}")).await?;
    let attempts = store.attempts(id).await?;
    let attempts: Vec<Value> = attempts
        .iter()
        .map(|a| {
            let detail: Value = serde_json::from_str(&a.detail).unwrap_or_default();
            let said = [&detail["why"]["sentence"], &detail["proof"]["evidence"]];
            json!({"number": a.number, "channel": a.channel, "outcome": a.outcome,
                   "duration_ms": a.finished_at - a.started_at,
                   "said": said.into_iter().find(|v| !v.is_null()), "detail": detail})
        })
        .collect();
    if json {
        let all = json!({
            "id": delivery.id, "filing": delivery.filing_id, "revision": delivery.revision,
            "authority": delivery.authority, "channel": delivery.channel,
            "state": delivery.state.as_str(), "why": delivery.state.why(),
            "review": delivery.review, "proof": delivery.proof, "rule": delivery.rule,
            "article": delivery.article, "package_sha256": delivery.package_sha256,
            "attempts": attempts,
        });
        return say(&serde_json::to_string_pretty(&all)?);
    }
    say(&format!("{}  to {}  {}", delivery.id, delivery.authority, delivery.state.as_str()))?;
    say(&format!("by rule  {} ({})", delivery.rule, delivery.article))?;
    if let Some(why) = delivery.state.why() {
        say(&format!("why      {} [{}]: {}", why.code, why.owner, why.sentence))?;
    }
    say("")?;
    let columns = ["number", "channel", "outcome", "duration_ms", "said"];
    print_rows(false, &Value::Array(attempts), &columns)
}

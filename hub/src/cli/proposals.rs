//! `todoke authority propose|proposals|approve|reject|withdraw`: how an authority is reached,
//! changed by two.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use schemas::AuthorityId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::operate::By;
use crate::operate::master::Whom;
use crate::operate::proposal::{Ruling, propose, rule};
use crate::store::{ProposalRow, ProposalState};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Propose an authority's ladder from a JSON file; another person approves it
    Propose {
        /// The authority
        authority: AuthorityId,
        /// An array of endpoints, the preferred one first; a secret that is `********` stays
        file: PathBuf,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
    /// What was proposed, the newest first
    Proposals {
        /// Only of this authority
        authority: Option<AuthorityId>,
        /// Only what waits for a second person
        #[arg(long)]
        waiting: bool,
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON (secrets are left out)
        #[arg(long)]
        json: bool,
    },
    /// Put a proposal to use that another person made
    Approve(Decision),
    /// Refuse a proposal that another person made, with --why
    Reject(Decision),
    /// Take back a proposal of one's own
    Withdraw(Decision),
}

#[derive(Debug, clap::Args)]
pub(super) struct Decision {
    /// The proposal's id
    id: Uuid,
    /// Why, for everyone who looks
    #[arg(long, default_value = "")]
    why: String,
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Propose { authority, file, why } => {
            let text =
                std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let ctx = open_context(config).await?;
            let (actor, whom) = (hand(), Whom::Operations);
            let by = By { actor: &actor, why: &why };
            let row = propose(&ctx, (authority, &text), (by, whom)).await?;
            say(&format!("proposed: {}; another person approves it", row.id))
        }
        Command::Proposals { authority, waiting, limit, json } => {
            let state = waiting.then_some(ProposalState::Proposed);
            let rows = open_store(&config).await?.list_proposals((authority, state), limit).await?;
            let columns = ["id", "authority", "state", "ladder", "name", "why", "decided_name"];
            print_rows(json, &rows.iter().map(told).collect(), &columns)
        }
        Command::Approve(decision) => decided(config, (Ruling::Approve, decision)).await,
        Command::Reject(decision) => decided(config, (Ruling::Reject, decision)).await,
        Command::Withdraw(decision) => decided(config, (Ruling::Withdraw, decision)).await,
    }
}

async fn decided(config: Config, (ruling, it): (Ruling, Decision)) -> anyhow::Result<()> {
    let ctx = open_context(config).await?;
    let (actor, whom) = (hand(), Whom::Operations);
    let by = By { actor: &actor, why: &it.why };
    let row = rule(&ctx, (it.id, ruling), (by, whom)).await?;
    say(&format!("{}: {}", row.id, word(row.state)))
}

/// A proposal without what is to be sent there.
fn told(row: &ProposalRow) -> Value {
    let ladder: Value = serde_json::from_str(&row.shown).unwrap_or_default();
    json!({"id": row.id, "authority": row.authority, "state": row.state, "ladder": ladder,
           "was": serde_json::from_str::<Value>(&row.was).unwrap_or_default(),
           "why": row.why, "by_whom": row.by_whom, "name": row.name, "at": row.at,
           "decided_at": row.decided_at, "decided_name": row.decided_name,
           "decided_why": row.decided_why})
}

fn word(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Proposed => "waits for a second person",
        ProposalState::Approved => "approved, and in use",
        ProposalState::Rejected => "refused",
        ProposalState::Withdrawn => "taken back",
    }
}

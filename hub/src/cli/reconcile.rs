//! `todoke reconcile`: signed statements of what authorities were brought, and their answers.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use jiff::civil::Date;
use schemas::AuthorityId;
use serde_json::json;

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::operate::By;
use crate::operate::statement::send_again;
use crate::statements::{Difference, verify};
use crate::store::HandoutWay;

/// What authorities were brought, and what they say they have
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a signed statement without any hub
    Verify {
        /// The statement, as `GET /v1/authorities/{code}/statements/{day}` gives it
        file: PathBuf,
        /// Fingerprint of the hub's key, as `/v1/signing-key` shows it
        #[arg(long)]
        key: Option<String>,
    },
    /// The statements of a day, with how each was answered
    List {
        /// The day in Japan, for example 2026-07-14
        day: Date,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// What differs at an authority, by its newest answer about a day
    Show {
        /// Its code
        authority: AuthorityId,
        /// The day in Japan
        day: Date,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Hand one out again that could not be handed out
    Send {
        /// The authority's code
        authority: AuthorityId,
        /// The day in Japan
        day: Date,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
}

/// Whether it needs neither settings nor store.
pub(super) fn alone(args: &Args) -> Option<anyhow::Result<()>> {
    match &args.command {
        Command::Verify { file, key } => Some(check(file, key.as_deref())),
        Command::List { .. } | Command::Show { .. } | Command::Send { .. } => None,
    }
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::Verify { file, key } => check(&file, key.as_deref()),
        Command::List { day, json } => {
            let rows = open_store(&config).await?.list_statements((Some(day), None), 4_000).await?;
            let columns =
                ["authority", "packages", "missing", "unknown", "other", "way", "handed", "digest"];
            print_rows(json, &json!(rows), &columns)
        }
        Command::Show { authority, day, json } => {
            let rows = open_store(&config).await?.statement_answers(authority, day, 1).await?;
            let Some(row) = rows.first() else {
                anyhow::bail!("{authority} has not answered about {day}");
            };
            let differences: Vec<Difference> = serde_json::from_str(&row.differences)?;
            let columns = ["what", "delivery", "receipt_number", "ours", "theirs"];
            print_rows(json, &json!(differences), &columns)
        }
        Command::Send { authority, day, why } => {
            let (ctx, actor) = (open_context(config).await?, hand());
            let by = By { actor: &actor, why: &why };
            let way = match send_again(&ctx, (authority, day), by).await? {
                HandoutWay::Sftp => "over SFTP",
                HandoutWay::Email => "by mail",
            };
            say(&format!("due: a running hub hands it out {way}"))
        }
    }
}

fn check(file: &PathBuf, key: Option<&str>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the statement {} cannot be read", file.display()))?;
    let verified = verify(&text, key).context("the statement does not stand")?;
    say(&format!(
        "The statement stands: on {} authority {} was brought {} packages, with the digest {}.",
        verified.day, verified.authority, verified.packages, verified.digest
    ))?;
    if key.is_none() {
        say(&format!(
            "It was signed with the key {}. Compare this with the hub's own (GET /v1/signing-key), \
             or give it with --key.",
            verified.fingerprint
        ))?;
    }
    Ok(())
}

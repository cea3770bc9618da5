//! `todoke master export|import|dry-run|changes`: the master as it is amended in the store.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use jiff::civil::Date;
use routing::{Addressee, Amendment, Answer, Cells, ImportFault, Roll, edits_of};
use schemas::AuthorityId;
use serde_json::{Value, json};

use super::{hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::context::{Context, day_in_japan};
use crate::operate::By;
use crate::operate::master::{Change, Prepared, Whom, amend_all, prepare_all};
use crate::operate::replay::{Replayed, replay};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write authorities.csv or unions.csv with what was changed since in it
    Export {
        /// Write unions.csv
        #[arg(long)]
        unions: bool,
        /// Only the rows that hold on this day (2026-04-01)
        #[arg(long)]
        on: Option<Date>,
    },
    /// Take in a whole or partial authorities.csv or unions.csv: what differs holds from a day on
    Import {
        /// The table; of the columns, the code and those that are to change are enough
        file: PathBuf,
        #[command(flatten)]
        trial: Trial,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
        /// Change nothing: tell what would change, and which past filings would go elsewhere
        #[arg(long)]
        dry_run: bool,
    },
    /// Ask past filings where they would go if a table were taken in; changes nothing
    DryRun {
        /// The table
        file: PathBuf,
        #[command(flatten)]
        trial: Trial,
    },
    /// What was changed, the newest first
    Changes {
        /// Only of this authority
        authority: Option<AuthorityId>,
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Trial {
    /// The first day on which it holds (2026-04-01); by default today
    #[arg(long)]
    from: Option<Date>,
    /// Past filings to ask at most, the newest; by default `master.dry_run_max`
    #[arg(long)]
    filings: Option<usize>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Export { unions, on } => {
            let roll = if unions { Roll::Unions } else { Roll::Authorities };
            let ctx = open_context(config).await?;
            say(ctx.master().csv(roll, on)?.trim_end())
        }
        Command::Import { file, trial, why, dry_run: false } => {
            let ctx = open_context(config).await?;
            let (changes, day) = changes(&ctx, (&file, &trial))?;
            let (actor, whom) = (hand(), Whom::Operations);
            let by = By { actor: &actor, why: &why };
            let done = amend_all(&ctx, changes, (by, whom)).await?;
            let version = done.after.version();
            if trial.json {
                return say(&json!({"changed": told(&done), "version": version}).to_string());
            }
            let count = bodies(&done);
            say(&format!("{count} changed from {day} on: master {version}"))
        }
        Command::Import { file, trial, dry_run: true, .. } | Command::DryRun { file, trial } => {
            dry_run(config, (&file, &trial)).await
        }
        Command::Changes { authority, limit, json } => {
            let store = open_store(&config).await?;
            let rows = store.amendments_of(authority, i64::MAX, limit).await?;
            let columns =
                ["number", "authority", "valid_from", "was", "cells", "by_whom", "name", "why"];
            print_rows(json, &serde_json::to_value(rows)?, &columns)
        }
    }
}

/// How many authorities, or unions, a change is about.
fn bodies(prepared: &Prepared) -> String {
    let all: BTreeSet<_> = prepared.amendments.iter().map(|it| it.authority).collect();
    let unions = all.iter().filter(|it| it.is_union()).count();
    match (all.len() - unions, unions) {
        (0, unions) => format!("{unions} unions"),
        (authorities, _) => format!("{authorities} authorities"),
    }
}

/// What a file changes; all faults, by line, when there is one.
fn changes(ctx: &Context, (file, trial): (&Path, &Trial)) -> anyhow::Result<(Vec<Change>, Date)> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let day = trial.from.unwrap_or_else(|| day_in_japan(ctx.clock.now_ms()));
    match edits_of(&ctx.master(), &text, day) {
        Ok(edits) => Ok((edits.into_iter().map(Change::from).collect(), day)),
        Err(faults) => {
            let line = |it: &ImportFault| format!("{it}\n    {}", it.ja);
            let lines: Vec<String> = faults.iter().map(line).collect();
            bail!(
                "{}: {} fault(s), nothing was changed\n{}",
                file.display(),
                lines.len(),
                lines.join("\n")
            )
        }
    }
}

async fn dry_run(config: Config, of: (&Path, &Trial)) -> anyhow::Result<()> {
    let ctx = open_context(config).await?;
    let (changes, day) = changes(&ctx, of)?;
    let prepared = prepare_all(&ctx, changes).await?;
    let most = of.1.filings.unwrap_or(ctx.config.master.dry_run_max);
    let done = replay(&ctx, &prepared, most).await?;
    if of.1.json {
        let value = json!({"from": day, "changes": told(&prepared), "asked": done.asked,
                           "unread": done.unread, "moved": done.moved, "filings": moved(&done)});
        return say(&serde_json::to_string_pretty(&value)?);
    }
    say(&format!(
        "from {day} on, {} change; of {} filings asked, {} would go elsewhere",
        bodies(&prepared),
        done.asked,
        done.moved
    ))?;
    print_rows(false, &moved(&done), &["receipt_number", "before", "after"])
}

fn told(prepared: &Prepared) -> Value {
    let one = |(it, was): (&Amendment, &Cells)| {
        let (authority, cells) = (it.authority, &it.cells);
        json!({"authority": authority, "from": it.valid_from, "cells": cells, "was": was})
    };
    prepared.amendments.iter().zip(&prepared.was).map(one).collect()
}

fn moved(done: &Replayed) -> Value {
    let rows = done.shown.iter().flat_map(|it| {
        it.answers.iter().map(|(before, after)| {
            json!({"receipt_number": it.receipt_number, "before": words(before),
                   "after": words(after)})
        })
    });
    rows.collect()
}

fn words(answer: &Answer) -> String {
    match answer {
        Answer::Targets(all) => {
            let one = |it: &Addressee| {
                let ready = if it.readiness.is_ready() { "" } else { " (not ready)" };
                format!("{} {}{ready}", it.authority, it.rule.as_str())
            };
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        Answer::Problem(code) => (*code).to_owned(),
    }
}

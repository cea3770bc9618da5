//! `todoke restore`: brings the embedded set back from a backup.

use std::path::PathBuf;
use std::sync::Arc;

use super::backup::{bar, contents, tell_of_left_out};
use super::say;
use crate::backup::{Restore, Restored};
use crate::clock::Clock;
use crate::config::Config;

/// Bring the embedded set back from a backup, into an installation that is stopped and empty
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The backup's folder
    folder: PathBuf,
    /// Put aside a store that holds filings, or another signing key; both are renamed, not deleted
    #[arg(long)]
    replace: bool,
    /// Only look whether the backup is whole
    #[arg(long, conflicts_with = "replace")]
    check: bool,
    /// Print JSON and show no progress
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let clock = Arc::new(Clock::system());
    let Args { folder, replace, check: check_only, json } = args;
    let bar = bar(if check_only { "checking" } else { "restoring" }, json);
    let restore = Restore { config, clock: &clock, from: &folder, replace, check_only, bar };
    let done = restore.run().await;
    restore.bar.finish_and_clear();
    let restored = done?;
    if json {
        return say(&serde_json::to_string_pretty(&restored)?);
    }
    let what = if check_only { "whole" } else { "restored" };
    say(&format!("{} is {what}: {}", folder.display(), contents(&restored.manifest)))?;
    tell_of_left_out(&restored.manifest)?;
    if check_only { Ok(()) } else { tell_what_is_next(&restored) }
}

fn tell_what_is_next(restored: &Restored) -> anyhow::Result<()> {
    for file in &restored.put_aside {
        say(&format!("What lay there is kept as {}.", file.display()))?;
    }
    let newest = restored.manifest.newest_filing.as_deref().unwrap_or("none");
    say(&format!(
        "\n\
         What to do next:\n\
         \n\
         1. start the hub:         todoke run\n\
         \x20  What was under way goes on by itself, under the ids that authorities know.\n\
         2. what came after {at}\n\
         \x20  is not in it (the last receipt it knows is {newest}): let operators with a later\n\
         \x20  one file again (deploy/README.md, \"After a restore\")\n\
         3. keys that were revoked since are valid again: todoke key list, todoke key revoke\n\
         4. endpoints and lanes are as they were: todoke authority list, todoke lane list",
        at = restored.manifest.made_at
    ))
}

//! `todoke backup`: copies the embedded set while the hub runs.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::say;
use crate::backup::{Make, Manifest};
use crate::clock::Clock;
use crate::config::Config;

/// Copy the embedded set (store, attachments, signing key) to a folder; the hub may run meanwhile
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder that the backup will be; it must not be there yet
    folder: PathBuf,
    /// Leave out attachments that are damaged, in place of making no backup
    #[arg(long)]
    incomplete: bool,
    /// Print the manifest as JSON and show no progress
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let clock = Arc::new(Clock::system());
    let bar = bar("copying", args.json);
    let Args { folder, incomplete, json } = args;
    let make = Make { config, clock: &clock, to: &folder, incomplete, bar };
    let manifest = make.run().await;
    make.bar.finish_and_clear();
    let manifest = manifest?;
    if json {
        return say(&serde_json::to_string_pretty(&manifest)?);
    }
    say(&format!("{}: {}", folder.display(), contents(&manifest)))?;
    tell_of_left_out(&manifest)?;
    say("Whoever can read it can read personal data, passwords and the signing key.")
}

/// What a backup holds, in words.
pub(super) fn contents(manifest: &Manifest) -> String {
    let Manifest { made_at, filings, deliveries, objects, bytes, .. } = manifest;
    format!(
        "the store of {made_at} with {filings} filings and {deliveries} deliveries, \
         {objects} attachments; {}, every digest compared.",
        HumanBytes(*bytes)
    )
}

/// Attachments that are in no backup any more.
pub(super) fn tell_of_left_out(manifest: &Manifest) -> anyhow::Result<()> {
    if manifest.left_out.is_empty() {
        return Ok(());
    }
    say(&format!("Left out as damaged or missing: {}", manifest.left_out.join(", ")))
}

/// Bytes so far, on standard error when that is a terminal.
pub(super) fn bar(what: &'static str, is_hidden: bool) -> ProgressBar {
    let bar = ProgressBar::new(0).with_prefix(what);
    if is_hidden || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template(
        "{prefix} {wide_bar} {bytes:>10}/{total_bytes:<10} {binary_bytes_per_sec} {eta}",
    );
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

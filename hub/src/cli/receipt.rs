//! `todoke receipt verify`: checks a receipt offline.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use jiff::Timestamp;

use super::say;
use crate::receipt::verify;

/// Signed receipts
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a receipt without any hub
    Verify {
        /// The receipt, as `GET /v1/filings/{id}/receipt` gives it
        file: PathBuf,
        /// Fingerprint of the hub's key, as `/v1/signing-key` shows it
        #[arg(long)]
        key: Option<String>,
    },
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let Command::Verify { file, key } = &args.command;
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the receipt {} cannot be read", file.display()))?;
    let verified = verify(&text, key.as_deref()).context("the receipt does not stand")?;
    let at = Timestamp::from_millisecond(verified.received_at)?;
    say(&format!(
        "The receipt stands: {} was recorded at {at}, and its {} events are unaltered.",
        verified.receipt_number, verified.events
    ))?;
    if let Some(at) = verified.erased_at {
        let at = Timestamp::from_millisecond(at)?;
        say(&format!("Its contents were erased on {at}; their digests are in it."))?;
    }
    if key.is_none() {
        say(&format!(
            "It was signed with the key {}. Compare this with the hub's own \
             (GET /v1/signing-key), or give it with --key.",
            verified.fingerprint
        ))?;
    }
    Ok(())
}

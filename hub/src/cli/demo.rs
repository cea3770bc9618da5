//! `todoke demo`: the demo environment.

use crate::config::Config;

/// The demo environment
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Filings to submit
    #[arg(long, default_value_t = 2_000)]
    filings: usize,
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    drop((args, config));
    Ok(())
}

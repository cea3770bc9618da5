//! `todoke operator`: who files, and where notices go.

use clap::Subcommand;
use schemas::CorporateNumber;

use super::{open_store, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::OperatorRow;

/// Operators
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add an operator, or change its name and address
    Add {
        /// 法人番号 (13 digits)
        corporate_number: CorporateNumber,
        /// Its name
        #[arg(long)]
        name: String,
        /// Where notices go; none are sent without it
        #[arg(long)]
        mail: Option<String>,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let Command::Add { corporate_number, name, mail } = args.command;
    if let Some(mail) = &mail {
        anyhow::ensure!(
            mail.contains('@') && !mail.contains(char::is_whitespace),
            "{mail:?} is no mail address"
        );
    }
    let store = open_store(config).await?;
    let created_at = Clock::system().now_ms();
    let row = OperatorRow { corporate_number, name, mail, created_at };
    let mut tx = store.begin().await?;
    tx.save_operators(&[row]).await?;
    tx.commit().await?;
    say(&format!("saved; `todoke key add operator {corporate_number} --label …` makes its key"))
}

//! `todoke operator`: who files, and where notices go.

use clap::Subcommand;
use schemas::CorporateNumber;
use serde_json::json;

use super::{act, hand, open_store, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::contacts::{Wrong, mail_of};
use crate::store::{AddressActRow, OperatorRow};

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
        /// Where notices go, from now on and without a link; left as it is without this
        #[arg(long)]
        mail: Option<String>,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let Command::Add { corporate_number, name, mail } = args.command;
    anyhow::ensure!(
        !corporate_number.is_test(),
        "{corporate_number} is kept for the hub's own tests; nobody files by it"
    );
    let mail = match mail.as_deref().map(mail_of) {
        None => None,
        Some(Ok(Some(mail))) => Some(mail),
        Some(Ok(None) | Err(_)) => anyhow::bail!("--mail: {}", Wrong::Mail.sentences().1),
    };
    let store = open_store(config).await?;
    let clock = Clock::system();
    let mut tx = store.begin().await?;
    let known = tx.lock_operator(corporate_number).await?;
    let former = known.as_ref().and_then(|row| row.mail.clone());
    if mail.is_some() && mail != former {
        let act = AddressActRow {
            id: clock.id(),
            corporate_number,
            kind: "set".to_owned(),
            request_id: None,
            person: "operations:cli".to_owned(),
            name: "運用担当".to_owned(),
            former: former.clone(),
            address: mail.clone(),
            at: clock.now_ms(),
        };
        tx.insert_address_act(&act).await?;
    }
    let created_at = known.as_ref().map_or_else(|| clock.now_ms(), |row| row.created_at);
    let row = OperatorRow { corporate_number, name, mail: mail.or(former), created_at };
    let states = (json!(known), json!(row));
    tx.save_operators(&[row]).await?;
    let what = ("operator.add", format!("operator:{corporate_number}"));
    tx.record(act(what, &hand(), states)).await?;
    tx.commit().await?;
    say(&format!("saved; `todoke key add operator {corporate_number} --label …` makes its key"))
}

//! `todoke key`: keys for the HTTP interface. Only digests are kept.

use clap::Subcommand;
use schemas::{AuthorityId, CorporateNumber};
use serde_json::{Value, json};

use super::{act, hand, open_store, print_rows, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::web::access::{Scope, new_key};

/// API keys
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key; it is shown once
    Add {
        #[command(subcommand)]
        scope: ScopeArg,
    },
    /// All keys, without their secrets
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a key
    Revoke {
        /// Its id (the part between the underscores)
        id: String,
    },
}

#[derive(Debug, Subcommand)]
enum ScopeArg {
    /// For an operator: file and follow
    Operator {
        /// 法人番号
        corporate_number: CorporateNumber,
        /// Who asked for it and what for
        #[arg(long)]
        label: String,
    },
    /// For an authority: fetch and answer
    Authority {
        /// 団体コード or union id
        authority: AuthorityId,
        /// Who asked for it and what for
        #[arg(long)]
        label: String,
    },
    /// For operations staff: see and mend everything
    Operations {
        /// Who asked for it and what for
        #[arg(long)]
        label: String,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    match args.command {
        Command::Add { scope } => {
            let (scope, label) = match scope {
                ScopeArg::Operator { corporate_number, label } => {
                    (Scope::Operator(corporate_number), label)
                }
                ScopeArg::Authority { authority, label } => (Scope::Authority(authority), label),
                ScopeArg::Operations { label } => (Scope::Operations, label),
            };
            let (key, row) = new_key(&Clock::system(), scope, &label);
            let mut tx = store.begin().await?;
            let became = json!({"scope": row.scope, "subject": row.subject, "label": row.label});
            let subject = format!("key:{}", row.id);
            tx.insert_api_keys(&[row]).await?;
            tx.record(act(("key.add", subject), &hand(), (Value::Null, became))).await?;
            tx.commit().await?;
            say(&format!("{key}\n\nKeep it: it cannot be shown again."))
        }
        Command::List { json } => {
            let rows = store.api_keys().await?;
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    json!({"id": row.id, "scope": row.scope, "subject": row.subject,
                           "label": row.label, "revoked": row.revoked_at.is_some()})
                })
                .collect();
            print_rows(json, &json!(rows), &["id", "scope", "subject", "label", "revoked"])
        }
        Command::Revoke { id } => {
            let mut tx = store.begin().await?;
            anyhow::ensure!(tx.revoke_api_key(&id).await?, "there is no key {id} in force");
            let became = json!({"revoked": true});
            let what = ("key.revoke", format!("key:{id}"));
            tx.record(act(what, &hand(), (Value::Null, became))).await?;
            tx.commit().await?;
            say("revoked; running processes follow within 10 seconds")
        }
    }
}

//! `todoke authority contacts`: where authorities are told of what lies unread.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use jiff::civil::Date;
use routing::Master;
use schemas::AuthorityId;
use serde_json::{Value, json};

use super::{open_store, print_rows, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::contacts::{Entry, Writer, Wrong, day_of, entries_of, mail_of, write, write_all};
use crate::context::day_in_japan;
use crate::store::ContactRow;

/// Entries of one authority that are listed at most.
const HISTORY_MAX: usize = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Addresses that count today or on another day; with an authority, all that was ever entered
    List {
        /// The authority
        authority: Option<AuthorityId>,
        /// The day (2026-04-01)
        #[arg(long, conflicts_with = "authority")]
        on: Option<Date>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Set an authority's address; without one it is not written to any more
    Set {
        /// The authority
        authority: AuthorityId,
        /// The address
        #[arg(long, required_unless_present = "none")]
        mail: Option<String>,
        /// It has no address any more
        #[arg(long, conflicts_with = "mail")]
        none: bool,
        #[command(flatten)]
        entered: Entered,
    },
    /// Set many from a CSV (`authority,mail,from_day`): all of them, or none when a row is wrong
    Import {
        /// The CSV, in UTF-8
        file: PathBuf,
        #[command(flatten)]
        entered: Entered,
    },
}

/// How an entry is entered.
#[derive(Debug, clap::Args)]
pub(super) struct Entered {
    /// From which day on (2026-04-01); in a CSV, where a row says none
    #[arg(long)]
    from: Option<String>,
    /// Who enters it, for the record
    #[arg(long, default_value = "todoke authority")]
    by: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    match command {
        Command::List { authority, on, json } => list(config, (authority, on), json).await,
        Command::Set { authority, mail, none: _, entered } => {
            set(config, (authority, mail), &entered).await
        }
        Command::Import { file, entered } => import(config, &file, &entered).await,
    }
}

async fn list(
    config: &Config,
    (authority, on): (Option<AuthorityId>, Option<Date>),
    json: bool,
) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    let today = day_in_japan(Clock::system().now_ms());
    let rows = match authority {
        Some(authority) => store.contacts_of(authority, HISTORY_MAX).await?,
        None => store.contacts_on(on.unwrap_or(today), None).await?,
    };
    let columns = ["authority", "mail", "from_day", "by_whom", "name"];
    print_rows(json, &json!(rows), &columns)
}

async fn set(
    config: &Config,
    (authority, mail): (AuthorityId, Option<String>),
    entered: &Entered,
) -> anyhow::Result<()> {
    let now = Clock::system().now_ms();
    let from_day = entered.first_day(now)?;
    let told = |wrong: Wrong| anyhow::anyhow!("--mail: {}", wrong.sentences().1);
    let mail = mail_of(mail.as_deref().unwrap_or_default()).map_err(told)?;
    let known = Master::embedded()?.body(authority, from_day).is_some();
    ensure!(known, "{authority} is no authority on {from_day}");
    let store = open_store(config).await?;
    let seen = store.contacts_of(authority, 1).await?.first().map_or(0, |row| row.version);
    let entry = Entry { authority, mail, from_day };
    if !write(&store, (&entry, seen), &entered.writer(), now).await? {
        bail!("someone else changed it at the same time; look at it and try again");
    }
    let rows: Vec<ContactRow> = store.contacts_of(authority, 1).await?;
    print_rows(entered.json, &json!(rows), &["authority", "mail", "from_day"])
}

async fn import(config: &Config, file: &Path, entered: &Entered) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} does not read as UTF-8 text", file.display()))?;
    let now = Clock::system().now_ms();
    let from_day = entered.first_day(now)?;
    let read = entries_of(&text, &Master::embedded()?, (now, from_day));
    let entries = read.map_err(|wrong| {
        let count = wrong.len();
        let lines = wrong.join("\n  ");
        anyhow::anyhow!("{}: nothing was changed; {count} wrong:\n  {lines}", file.display())
    })?;
    let store = open_store(config).await?;
    let Some(done) = write_all(&store, &entries, &entered.writer(), now).await? else {
        bail!("someone else changed one of them at the same time: nothing was changed; try again");
    };
    let told: Value = json!({"written": done.written, "same": done.same});
    if entered.json {
        return say(&serde_json::to_string_pretty(&told)?);
    }
    say(&format!("{} addresses written, {} as they were", done.written, done.same))
}

impl Entered {
    fn first_day(&self, now: i64) -> anyhow::Result<Date> {
        let text = self.from.as_deref().unwrap_or_default();
        let told = |wrong: Wrong| anyhow::anyhow!("--from: {}", wrong.sentences().1);
        day_of(text, day_in_japan(now)).map_err(told)
    }

    fn writer(&self) -> Writer {
        Writer { whom: "operations", person: "operations:cli".to_owned(), name: self.by.clone() }
    }
}

//! The command line: one file per subcommand. Every list has `--json`.

mod amend;
mod audit;
mod authority;
mod backup;
mod bulk;
mod checks;
mod contacts;
mod dead_letter;
mod deadline;
mod delivery;
mod demo;
mod doctor;
mod erase;
mod filing;
mod forms;
mod key;
mod lane;
mod master;
mod operator;
mod package;
mod proposals;
mod receipt;
mod reconcile;
mod redrive;
mod report;
mod restore;
mod retention;
mod route;
mod run;
mod scan;
mod stages;
mod watch;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use schemas::Catalogue;
use serde_json::Value;

use crate::actor::Actor;
use crate::app::{self, Patience};
use crate::clock::Clock;
use crate::config::{Config, DEFAULT};
use crate::context::Context;
use crate::store::{StaffAct, Store};
use crate::{broker, telemetry, web};

/// Todoke (届け): takes care operators' filings, carries each to every authority that must get it,
/// proves what happened, and brings the answer back.
#[derive(Debug, Parser)]
#[command(name = "todoke", version, max_term_width = 100)]
struct Arguments {
    /// A configuration file; `todoke config` prints every setting
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve for real, all roles or some (intake,router,courier,review,notifier,upkeep)
    Run(run::Args),
    /// The demo environment: 1,788 authorities, a sandbox for each channel, thousands of filings
    Demo(demo::Args),
    /// Bring the store's tables up to this build
    Migrate,
    /// Copy the embedded set to a folder while the hub runs
    Backup(backup::Args),
    /// Bring the embedded set back from a backup, or check one
    Restore(restore::Args),
    /// Delete what has had its time, or count what would go
    Retention(retention::Args),
    /// Look at everything this installation depends on and say what to mend
    Doctor(doctor::Args),
    /// Who must get a filing, and why
    Route(route::Args),
    /// The routing tables: stats, show, services; as amended: export, import, dry-run, changes
    Master(master::Args),
    /// The form catalogue: list, show, check, carry, template
    Forms(forms::Args),
    /// By when a filing must be in, and whether it was in time
    Deadline(deadline::Args),
    /// Filings: list, show
    Filing(filing::Args),
    /// Deliveries: list, show, hold, release, given, reroute, retry
    Delivery(delivery::Args),
    /// Lanes: list, pause, resume, limit
    Lane(lane::Args),
    /// Messages that could not be worked on: list, settle
    DeadLetter(dead_letter::Args),
    /// Deliveries started anew together: preview, start, approve, list, show, cancel
    Redrive(redrive::Args),
    /// Contents erased on request: ask, approve, cancel, list
    Erase(erase::Args),
    /// What people have to know of while it lasts: list
    Watch(watch::Args),
    /// Signed statements of what authorities were brought: verify, list, show, send
    Reconcile(reconcile::Args),
    /// The figures of a month, by authority and channel
    Report(report::Args),
    /// What staff did by hand: list, verify, export
    Audit(audit::Args),
    /// Files that wait to be looked through for malware, or hold some: list, again
    Scan(scan::Args),
    /// How authorities are reached: list, show, propose, approve, set, check, stages, contacts
    Authority(authority::Args),
    /// Packages: what an authority would get
    Package(package::Args),
    /// Operators: add
    Operator(operator::Args),
    /// API keys: add, list, revoke
    Key(key::Args),
    /// Signed receipts: verify
    Receipt(receipt::Args),
    /// Print RabbitMQ's topology as definitions to import
    Topology(Topology),
    /// Print the HTTP interface as OpenAPI 3.1
    Openapi,
    /// Print every setting with its default
    Config,
}

#[derive(Debug, clap::Args)]
struct Topology {
    #[command(subcommand)]
    command: TopologyCommand,
}

#[derive(Debug, Subcommand)]
enum TopologyCommand {
    /// Print it
    Print {
        /// The virtual host
        #[arg(long, default_value = "/")]
        vhost: String,
    },
}

/// Who sits at the command line, for the record of acts.
fn hand() -> Actor {
    let mut named =
        ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|it| std::env::var(it).ok());
    let name = named.find(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned());
    Actor { person: format!("cli:{name}"), name }
}

/// An act at the command line that needs no reason.
fn act<'a>(
    (what, subject): (&'static str, String),
    actor: &'a Actor,
    (was, became): (Value, Value),
) -> StaffAct<'a> {
    StaffAct::plain((what, subject), (&actor.person, &actor.name), (was, became))
}

/// Puts on record that somebody looks at something, before they see it.
async fn look(store: &Store, what: &'static str, subject: String) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    tx.record(act((what, subject), &hand(), (Value::Null, Value::Null))).await?;
    Ok(tx.commit().await?)
}

/// Runs what the command line asks for.
pub fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match &arguments.command {
        Command::Route(args) => return route::run(args),
        Command::Forms(args) => return forms::run(args, &open_forms(&arguments)?),
        Command::Deadline(args) => return deadline::run(args, &open_forms(&arguments)?),
        Command::Receipt(args) => return receipt::run(args),
        Command::Openapi => return say(&web::api::description().to_pretty_json()?),
        Command::Config => return say(DEFAULT.trim_end()),
        Command::Topology(Topology { command: TopologyCommand::Print { vhost } }) => {
            let definitions = broker::topology::definitions(vhost);
            return say(&serde_json::to_string_pretty(&definitions)?);
        }
        Command::Run(_)
        | Command::Demo(_)
        | Command::Migrate
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Retention(_)
        | Command::Doctor(_)
        | Command::Filing(_)
        | Command::Delivery(_)
        | Command::Lane(_)
        | Command::DeadLetter(_)
        | Command::Redrive(_)
        | Command::Erase(_)
        | Command::Watch(_)
        | Command::Reconcile(_)
        | Command::Report(_)
        | Command::Audit(_)
        | Command::Scan(_)
        | Command::Authority(_)
        | Command::Master(_)
        | Command::Package(_)
        | Command::Operator(_)
        | Command::Key(_) => {}
    }
    if let Command::Reconcile(args) = &arguments.command
        && let Some(done) = reconcile::alone(args)
    {
        return done;
    }
    if let Command::Master(args) = &arguments.command
        && let Some(done) = master::alone(args)
    {
        return done;
    }
    let config = Config::load(arguments.config.as_deref())?;
    telemetry::start(&config.log.filter, config.log.format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(dispatch(arguments.command, config));
    // A stop that was cut short leaves work on blocking threads; nothing waits for it.
    runtime.shutdown_background();
    done
}

async fn dispatch(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Run(args) => Box::pin(run::run(args, config)).await,
        Command::Demo(args) => Box::pin(demo::run(args, config)).await,
        Command::Migrate => migrate(config).await,
        Command::Backup(args) => backup::run(args, &config).await,
        Command::Restore(args) => restore::run(args, &config).await,
        Command::Retention(args) => retention::run(args, &config).await,
        Command::Doctor(args) => doctor::run(args, config).await,
        Command::Filing(args) => filing::run(args, &config).await,
        Command::Delivery(args) => delivery::run(args, config).await,
        Command::Lane(args) => lane::run(args, config).await,
        Command::DeadLetter(args) => dead_letter::run(args, config).await,
        Command::Redrive(args) => redrive::run(args, config).await,
        Command::Erase(args) => erase::run(args, config).await,
        Command::Watch(args) => watch::run(args, &config).await,
        Command::Reconcile(args) => reconcile::run(args, config).await,
        Command::Report(args) => report::run(args, &config).await,
        Command::Audit(args) => audit::run(args, &config).await,
        Command::Scan(args) => scan::run(args, &config).await,
        Command::Authority(args) => Box::pin(authority::run(args, config)).await,
        Command::Master(args) => Box::pin(master::run(args, config)).await,
        Command::Package(args) => package::run(args, &config).await,
        Command::Operator(args) => operator::run(args, &config).await,
        Command::Key(args) => key::run(args, &config).await,
        Command::Route(_)
        | Command::Forms(_)
        | Command::Deadline(_)
        | Command::Receipt(_)
        | Command::Topology(_)
        | Command::Openapi
        | Command::Config => Ok(()),
    }
}

/// The form catalogue of this installation, and the days of grace.
fn open_forms(arguments: &Arguments) -> anyhow::Result<(Arc<Catalogue>, Config)> {
    let config = Config::load(arguments.config.as_deref())?;
    Ok((crate::forms::open(&config.forms.folder)?, config))
}

async fn migrate(mut config: Config) -> anyhow::Result<()> {
    config.store.migrate_at_start = true;
    let limit = Duration::from_secs(config.start.wait_seconds);
    let patience = Patience { limit, ..Patience::default() };
    let store = app::open_store(&config, &Arc::new(Clock::system()), &patience).await?;
    store.close().await;
    say("the store's tables are those of this build")
}

/// The store alone, with its tables as this build needs them.
async fn open_store(config: &Config) -> anyhow::Result<Store> {
    app::open_store(config, &Arc::new(Clock::system()), &Patience::default()).await
}

/// The store as it is.
async fn bare_store(config: &Config) -> anyhow::Result<Store> {
    let clock = Arc::new(Clock::system());
    Ok(Store::open(&config.store.url, config.store.limits(), clock).await?)
}

/// Everything that stages share, without any stage running: messages of what is done here stay in
/// the outbox until a running process sweeps it.
async fn open_context(mut config: Config) -> anyhow::Result<Arc<Context>> {
    config.broker.url = "embedded:".into();
    app::open_quietly(config).await
}

/// Prints to standard output. A reader that has gone away is no error.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// Prints rows as JSON, or as a table of aligned columns.
fn print_rows(json: bool, value: &serde_json::Value, columns: &[&str]) -> anyhow::Result<()> {
    if json {
        return say(&serde_json::to_string_pretty(value)?);
    }
    let empty = Vec::new();
    let rows = value.as_array().unwrap_or(&empty);
    if rows.is_empty() {
        return say("nothing");
    }
    let cell = |row: &serde_json::Value, column: &str| match &row[column] {
        serde_json::Value::Null => "-".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        value @ (serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_)) => value.to_string(),
    };
    let lines: Vec<Vec<String>> =
        std::iter::once(columns.iter().map(|c| (*c).to_owned()).collect())
            .chain(rows.iter().map(|row| columns.iter().map(|c| cell(row, c)).collect()))
            .collect();
    let width =
        |i: usize| lines.iter().map(|line| display_width(&line[i])).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    for line in &lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            text += cell;
            text += &" ".repeat(width - display_width(cell) + 2);
        }
        say(text.trim_end())?;
    }
    Ok(())
}

/// Columns that a text takes on a terminal: Japanese characters take two.
fn display_width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) >= 0x1100 { 2 } else { 1 }).sum()
}

/// Prints an error with its causes to standard error.
pub fn complain(error: &anyhow::Error) {
    drop(writeln!(std::io::stderr().lock(), "todoke: {error:#}"));
}

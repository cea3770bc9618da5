//! Load: how many filings a second the hub takes in, routes, delivers and records.
//!
//! `cargo run --release -p tests --bin load -- --filings 20000` measures the embedded engines;
//! `--production` PostgreSQL and RabbitMQ that it starts (`tests/run load --production` installs
//! them), `--store postgres://… --broker amqp://…` others. Hub, load and far side share the process
//! and its cores, unless `--couriers` gives the hub processes of its own. Prints a table, or
//! `--json`. The raw limits are measured in the same run.
//!
//! `load drops` measures packages dropped over SFTP beside OpenSSH's own `sftp`.

mod drops;
mod far_side;
mod filings;
mod measure;
mod pages;
mod raw;
mod stored;
mod subject;

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};
use hub::clock::Clock;
use hub::config::Config;
use serde_json::json;
use tests::servers::{Postgres, RabbitMq};

use subject::Subject;

/// The binary's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measure the hub
#[derive(Debug, Clone, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    other: Option<Other>,
    /// Filings to submit
    #[arg(long, default_value_t = 20_000)]
    filings: usize,
    /// Bytes of one filing
    #[arg(long, default_value_t = 2_048)]
    bytes: usize,
    /// Submissions under way at once
    #[arg(long, default_value_t = 256)]
    concurrency: usize,
    /// Filings a second at most (open loop); as fast as possible when left out
    #[arg(long)]
    rate: Option<u32>,
    /// Authorities that take part, of 1,788
    #[arg(long, default_value_t = 1_788)]
    authorities: usize,
    /// Share of authorities whose port is closed
    #[arg(long, default_value_t = 0.0)]
    dead: f64,
    /// Share of authorities that answer after 5 s
    #[arg(long, default_value_t = 0.0)]
    slow: f64,
    /// store.url; a fresh SQLite file when left out
    #[arg(long)]
    store: Option<String>,
    /// broker.url; embedded when left out
    #[arg(long)]
    broker: Option<String>,
    /// PostgreSQL and RabbitMQ of its own, as the tests have them
    #[arg(long, conflicts_with_all = ["store", "broker"])]
    production: bool,
    /// Give the hub processes of its own: so many couriers, and one for all else
    #[arg(long, default_value_t = 0)]
    couriers: usize,
    /// Filings that PostgreSQL holds before the load begins: a first load's rows, multiplied
    #[arg(long, default_value_t = 0)]
    stored: usize,
    /// Seconds to wait for the healthy authorities' deliveries
    #[arg(long, default_value_t = 300)]
    patience: u64,
    /// Looks at each page of all sorts of people, over what is stored then; 0: none
    #[arg(long, default_value_t = 0)]
    looks: usize,
    /// Leave out the raw limits
    #[arg(long)]
    no_raw: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Subcommand)]
enum Other {
    /// Drop packages over SFTP, beside OpenSSH's `sftp`
    Drops(drops::Args),
}

/// Filings of the first load that `--stored` multiplies.
const ORIGINALS: usize = 5_000;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.other {
        Some(Other::Drops(args)) => runtime.block_on(drops::run(&args)),
        None => runtime.block_on(run(args)),
    }
}

async fn run(mut args: Args) -> anyhow::Result<()> {
    if args.production {
        args.store = Some(Postgres::shared().fresh_database().await?);
        args.broker = Some(RabbitMq::shared().fresh_vhost()?);
    }
    let is_postgres = args.store.as_ref().is_some_and(|url| url.starts_with("postgres"));
    ensure!(args.stored == 0 || is_postgres, "--stored fills PostgreSQL: add --production");
    let is_shared = is_postgres && args.broker.is_some();
    ensure!(args.couriers == 0 || is_shared, "processes share engines: add --production");
    let folder = tempfile::tempdir()?;
    let mut config = Config::load(None)?;
    config.http.listen = "127.0.0.1:0".into();
    config.http.public_url = "http://127.0.0.1:0".into();
    config.data.folder = folder.path().join("data");
    config.store.url = args.store.clone().unwrap_or_default();
    config.broker.url = args.broker.clone().unwrap_or_else(|| "embedded:".into());
    config.mail.url = "spool:".into();
    config.endpoints.allow_private_addresses = true;
    config.fill_in();
    hub::telemetry::start("warn", hub::telemetry::Format::Text)?;

    let cast = far_side::Cast::start(&args, &folder.path().join("far-side")).await?;
    let key = filings::prepare(&config, &cast).await?;
    let subject = Subject::start(&config, args.couriers).await?;
    let patience = Duration::from_secs(args.patience);
    let before = if args.stored > 0 {
        let originals = Args { filings: ORIGINALS.min(args.stored), rate: None, ..args.clone() };
        let sent = filings::submit_all(&originals, &cast, &subject.url(), &key).await?;
        let before = cast.expected_healthy(sent);
        subject.wait_for_delivered(before, patience).await?;
        stored::multiply(&config.store.url, args.stored / sent - 1).await?;
        before
    } else {
        0
    };
    let room = measure::Room::of(&config).await?;
    let (since, watches) = (Clock::system().now_ms(), subject.watches());
    let watch = &watches.first().context("a process")?.1;
    let sent = filings::submit_all(&args, &cast, &subject.url(), &key).await?;
    let accepted = watch.elapsed();
    let expected = cast.expected_healthy(sent);
    subject.wait_for_delivered(before + expected, patience).await?;
    let recorded = watch.elapsed();
    let usage = subject::usage(&watches)?;
    let told = measure::ask_store(&config.store.url, since, &cast).await?;
    let room = measure::Room::of(&config).await?.per_filing(&room, sent);
    let scrape = measure::scrape(&subject.url()).await?;
    let pages = if args.looks > 0 {
        pages::look(&config, &cast, (&subject.url(), args.looks)).await?
    } else {
        json!(null)
    };
    let raw = if args.no_raw { json!(null) } else { raw::limits(&args, &cast).await? };
    subject.stop().await;
    let result = json!({
        "store": if args.store.is_some() { "postgresql" } else { "sqlite" },
        "broker": if args.broker.is_some() { "rabbitmq" } else { "embedded" },
        "filings": sent, "bytes": args.bytes, "authorities": args.authorities,
        "dead": args.dead, "slow": args.slow, "couriers": args.couriers, "stored": args.stored,
        "accepted_seconds": accepted.as_secs_f64(), "recorded_seconds": recorded.as_secs_f64(),
        "accepted_per_second": rate(sent, accepted),
        "recorded_per_second": rate(expected, recorded),
        "healthy_deliveries": expected, "accept_to_delivered_ms": told.latency,
        "processes": usage, "dead_letters": told.dead_letters, "bytes_per_filing": room,
        "scrape_ms": scrape, "pages": pages, "raw": raw,
    });
    measure::print(&result, args.json)
}

fn rate(count: usize, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let count = count as f64;
    (count / time.as_secs_f64() * 10.0).round() / 10.0
}

//! `todoke doctor`: looks at everything an installation depends on.

use serde_json::{Value, json};

use super::{bare_store, print_rows};
use crate::app;
use crate::broker::{Broker, RabbitMq};
use crate::clock::Clock;
use crate::config::Config;
use crate::heart;
use crate::objects::Objects;
use crate::signer::Signer;
use crate::web::Issuers;

/// Look at everything this installation depends on
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    app::install_crypto();
    let mut checks = vec![
        ("store".to_owned(), store(&config).await),
        ("processes".to_owned(), processes(&config).await),
        ("broker".to_owned(), broker(&config).await),
        ("objects".to_owned(), objects(&config).await),
        ("mail".to_owned(), mail(&config).await),
        ("scanner".to_owned(), scanner(&config).await),
        ("signing key".to_owned(), signing_key(&config)),
        ("master".to_owned(), master()),
    ];
    checks.extend(login(&config).await);
    let bad = checks.iter().filter(|(_, result)| result.is_err()).count();
    let rows: Vec<Value> = checks
        .into_iter()
        .map(|(part, result)| {
            let ok = result.is_ok();
            let says = result.unwrap_or_else(|error| format!("{error:#}"));
            json!({"part": part, "ok": ok, "says": says})
        })
        .collect();
    print_rows(args.json, &Value::Array(rows), &["part", "ok", "says"])?;
    anyhow::ensure!(bad == 0, "{bad} parts need to be mended");
    Ok(())
}

/// Those of a hub that runs; before it does nobody is missed.
async fn processes(config: &Config) -> anyhow::Result<String> {
    let store = bare_store(config).await?;
    store.check_tables().await?;
    let rows = store.processes().await?;
    store.close().await;
    let (now, silent_ms) = (Clock::system().now_ms(), config.processes.silent_ms);
    if rows.is_empty() {
        return Ok("none was heard of yet".to_owned());
    }
    let manned = heart::manned(&rows, now, silent_ms);
    let missing = manned.iter().filter(|it| it.living == 0);
    let roles: Vec<_> = missing.map(|it| it.role.as_str()).collect();
    anyhow::ensure!(
        roles.is_empty(),
        "no process has been heard of that is {}; start one (`todoke run {}`)",
        roles.join(", "),
        roles.join(",")
    );
    let told: Vec<_> =
        manned.iter().map(|it| format!("{} {}", it.role.as_str(), it.living)).collect();
    Ok(told.join(", "))
}

async fn store(config: &Config) -> anyhow::Result<String> {
    let store = bare_store(config).await?;
    store.check_tables().await?;
    let strays = store.strays().await?;
    let totals = store.totals().await?;
    let place = store.place();
    store.close().await;
    anyhow::ensure!(
        strays.is_empty(),
        "rows belong to no month that there is: {strays:?}; a clock is far ahead, or no upkeep has \
         run for months; see deploy/README.md"
    );
    Ok(format!(
        "{place}: {} filings, {} messages in the outbox, {} dead letters",
        totals.filings, totals.outbox, totals.dead_letters
    ))
}

async fn broker(config: &Config) -> anyhow::Result<String> {
    if config.broker.url == "embedded:" {
        return Ok("in this process".into());
    }
    let broker = RabbitMq::open(&config.broker.url).await?;
    let health = broker.health();
    broker.close().await;
    Ok(format!("RabbitMQ: {health:?}; the topology is as it should be"))
}

async fn objects(config: &Config) -> anyhow::Result<String> {
    let objects = Objects::open(&config.objects.url, &config.data.folder.join("objects"))?;
    objects.probe().await?;
    Ok("can be written to and read".into())
}

async fn mail(config: &Config) -> anyhow::Result<String> {
    let mailer = app::mailer(config)?;
    mailer.probe().await.map_err(|why| anyhow::anyhow!(why.sentence))
}

async fn scanner(config: &Config) -> anyhow::Result<String> {
    let Some(clamd) = app::clamd(config)? else {
        return Ok("none (scan.socket): files are not looked through for malware".into());
    };
    clamd.version().await.map_err(|why| anyhow::anyhow!(why.sentence))
}

async fn login(config: &Config) -> Vec<(String, anyhow::Result<String>)> {
    let issuers = match Issuers::open(config) {
        Ok(issuers) => issuers.probe().await,
        Err(why) => vec![("login".to_owned(), Err(why))],
    };
    let said = |result: Result<(), String>| {
        result.map(|()| "answers, with keys".to_owned()).map_err(anyhow::Error::msg)
    };
    issuers.into_iter().map(|(part, result)| (part, said(result))).collect()
}

fn signing_key(config: &Config) -> anyhow::Result<String> {
    let data = &config.data;
    let signer = Signer::open(&data.folder)?.with_former(&data.folder, &data.former_keys)?;
    Ok(format!("fingerprint {}; keep a copy of data.folder/signing.key", signer.fingerprint()))
}

fn master() -> anyhow::Result<String> {
    let master = routing::Master::embedded()?;
    Ok(format!("version {}, {} authorities", master.version(), master.authorities().len()))
}

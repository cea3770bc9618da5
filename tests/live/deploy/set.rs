//! The whole set as the run book lays it out: users of PostgreSQL and RabbitMQ with least rights,
//! two processes by the files of `deploy/etc`, nginx in front.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::store::{OperatorRow, Store};
use hub::web::access::{Scope, new_key};
use tests::house::{OPERATOR_NAME, code, operator};
use tests::servers::{Postgres, RabbitMq};

use super::nginx::{Keys, Proxy};
use super::postgresql::Database;
use super::{rabbitmq, read, systemd};
use crate::process::{Seat, Settings, settings};

const CONFIG: &str = "--config todoke.toml";
/// More than the migrations make.
const MONTHS_AHEAD: i64 = 5;

/// The variables that a file of `deploy/etc` sets.
fn variables(file: &str) -> Result<Settings> {
    let text = read(&format!("etc/{file}"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The same with what is here for the servers that it names.
fn here(file: &str, database: &Database, broker: &str) -> Result<Settings> {
    let mut all = variables(file)?;
    // The seat has a port of its own.
    all.retain(|(name, _)| name != "TODOKE_HTTP__LISTEN");
    for (name, value) in &mut all {
        *value = match (name.as_str(), value.split_once(":CHANGE-ME@")) {
            ("TODOKE_STORE__URL", Some((user, at))) => {
                ensure!(at == "127.0.0.1:5432/todoke", "{at}");
                database.url(user.trim_start_matches("postgres://"))
            }
            ("TODOKE_BROKER__URL", Some(("amqp://todoke", _))) => broker.to_owned(),
            ("TODOKE_MAIL__URL", None) => "spool:".to_owned(),
            ("ROLES", None) => value.clone(),
            other => anyhow::bail!("{file} sets {other:?}"),
        };
    }
    Ok(all)
}

/// Someone to file, and someone to fetch.
async fn keys(url: &str) -> Result<Keys> {
    let clock = Arc::new(Clock::system());
    let store = Store::open(url, 1, Arc::clone(&clock)).await?;
    let (by, row) = new_key(&clock, Scope::Operator(operator()), "set");
    let (of, other) = new_key(&clock, Scope::Authority(code("011002")), "set");
    let own = OperatorRow {
        corporate_number: operator(),
        name: OPERATOR_NAME.to_owned(),
        mail: None,
        created_at: 0,
    };
    let mut tx = store.begin().await?;
    tx.save_operators(&[own]).await?;
    tx.insert_api_keys(&[row, other]).await?;
    tx.commit().await?;
    store.close().await;
    Ok(Keys { operator: by, authority: of })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_of_the_run_book_carries_a_filing_and_each_part_keeps_to_its_rights() -> Result<()>
{
    tokio::task::block_in_place(|| (Postgres::shared(), RabbitMq::shared()));
    let (front, upkeep) = (Seat::new().await?.under(&systemd::TRACED), Seat::new().await?);
    for seat in [&front, &upkeep] {
        std::fs::write(seat.folder().join("todoke.toml"), read("etc/todoke.toml")?)?;
    }
    let (database, broker) = (Database::make().await?, rabbitmq::rights()?);
    let shared = settings([("TODOKE_DATA__FOLDER", &front.data().display().to_string())]);
    let secrets = [here("secrets.env", &database, &broker.hub)?, shared].concat();

    let by_owner = settings([("TODOKE_STORE__URL", &database.url("todoke_migrator"))]);
    let migrate = format!("{CONFIG} migrate");
    let (status, said) = upkeep.end(&migrate, &[secrets.clone(), by_owner].concat()).await?;
    ensure!(status == 0, "{said}");
    database.grant()?;
    database.grant()?;

    let work = here("work.env", &database, &broker.hub)?;
    let roles = work.iter().find(|(name, _)| name == "ROLES").context("no roles")?.1.clone();
    let run = format!("{CONFIG} run intake,{roles}");
    let working = front.serve_as(&run, &secrets).await?;
    let ahead = settings([("TODOKE_RETENTION__MONTHS_AHEAD", &MONTHS_AHEAD.to_string())]);
    let keeping = [secrets, here("upkeep.env", &database, &broker.hub)?, ahead].concat();
    let kept = upkeep.serve_as(&format!("{CONFIG} run upkeep"), &keeping).await?;

    let keys = keys(&database.url("todoke_app")).await?;
    let (mut events, _connection) = broker.subscribe().await?;
    let proxy = Proxy::start(front.port()).await?;
    proxy.lets_out_only_what_it_should().await?;
    proxy.takes_filings(&keys).await?;
    proxy.hands_over_only_by_certificate(&keys).await?;
    broker.hold(&mut events).await?;
    database.months_are_of_upkeep(MONTHS_AHEAD).await?;
    let (status, said) = upkeep.end(&format!("{CONFIG} retention"), &keeping).await?;
    ensure!(status == 0, "{said}");
    kept.stop().await?;
    working.stop().await?;
    systemd::keeps_to_its_unit(front.folder()).await?;
    database.keeps_its_rights().await
}

//! A newer build brings the tables up while a process of this one works: it goes on, and does not
//! come back.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::app::{App, Role};
use hub::clock::Clock;
use hub::store::{MigrateLimits, Store};
use schemas::FilingId;
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};
use tests::servers::Postgres;
use tests::town::Town;

/// What a newer build brings along: every table gets a column; an index and a check are made beside
/// running work.
const NEWER: [(&str, &str); 3] = [
    (
        "9000_expand.sql",
        "DO $$ DECLARE its text; BEGIN
            FOR its IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')
                AND relnamespace = current_schema()::regnamespace AND NOT relispartition
                AND relname <> '_sqlx_migrations' ORDER BY relname
            LOOP
                EXECUTE format('ALTER TABLE %I ADD COLUMN later INTEGER DEFAULT 7', its);
            END LOOP;
        END $$;
        ALTER TABLE filings ADD CONSTRAINT filings_later CHECK (later > 0) NOT VALID;",
    ),
    (
        "9001_index.sql",
        "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS later ON deliveries (later);",
    ),
    ("9002_check.sql", "-- no-transaction\nALTER TABLE filings VALIDATE CONSTRAINT filings_later;"),
];

async fn newer() -> Result<Migrator> {
    let folder = tempfile::tempdir()?;
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hub/src/store/postgres/migrations");
    for file in std::fs::read_dir(ours)? {
        let file = file?;
        std::fs::copy(file.path(), folder.path().join(file.file_name()))?;
    }
    for (name, text) in NEWER {
        std::fs::write(folder.path().join(name), text)?;
    }
    Ok(Migrator::new(folder.path()).await?)
}

/// Files while someone's open transaction keeps the change from its tables, then until it is done.
async fn file_meanwhile(
    town: &Town,
    old: &App,
    url: &str,
    is_done: &Cell<bool>,
) -> Result<Vec<FilingId>> {
    let mut reader = PgConnection::connect(url).await?;
    sqlx::raw_sql("BEGIN; SELECT count(*) FROM operators").execute(&mut reader).await?;
    let mut filings = town.file(old, 20).await?;
    ensure!(!is_done.get(), "the change did not wait for the reader");
    reader.close().await?;
    while !is_done.get() {
        filings.extend(town.file(old, 1).await?);
    }
    Ok(filings)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_goes_on_while_a_newer_build_brings_the_tables_up() -> Result<()> {
    let url = Postgres::shared().fresh_database().await?;
    let town = Town::start(|config| config.store.url.clone_from(&url)).await?;
    let old = town.open(&Role::ALL).await?;
    let mut filings = town.file(&old, 5).await?;

    let limits = MigrateLimits { lock_ms: 200, tries: 500, turn_ms: 10_000 };
    let store = Store::open(&url, 2, Arc::new(Clock::system())).await?.with_limits(limits);
    let (newer, is_done) = (newer().await?, Cell::new(false));
    let upgrade = async {
        let done = store.bring_up(&newer).await;
        is_done.set(true);
        done
    };
    let (done, more) = tokio::join!(upgrade, file_meanwhile(&town, &old, &url, &is_done));
    done?;
    filings.extend(more?);
    filings.extend(town.file(&old, 5).await?);
    town.agree(&old, &filings).await?;
    old.ctx.store.check().await?;

    let again = tokio::time::timeout(Duration::from_secs(10), town.open(&Role::ALL)).await;
    let refused = again.context("it waits")?.err().context("it runs on newer tables")?;
    let said = format!("{refused:#}");
    ensure!(said.contains("newer build (migration 9002"), "{said}");
    ensure!(said.contains("nothing was changed") && said.contains("at least as new"), "{said}");
    old.stop().await;
    Ok(())
}

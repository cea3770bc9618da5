//! Each limit on what the store asks of PostgreSQL: what is within goes through, what is beyond is
//! cut short with the name of its setting, and the next goes through again.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::store::{Store, StoreError, StoreLimits};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tests::servers::Postgres;

/// A store with these limits, and a connection behind its back.
async fn open(limits: StoreLimits) -> Result<(Store, PgConnection)> {
    let url = Postgres::shared().fresh_database().await?;
    let clock = || Arc::new(Clock::system());
    let usual = Store::open(&url, 1, clock()).await?;
    usual.migrate().await?;
    usual.close().await;
    Ok((Store::open(&url, limits, clock()).await?, PgConnection::connect(&url).await?))
}

async fn run(connection: &mut PgConnection, statement: &str) -> Result<()> {
    let statement = AssertSqlSafe(statement.to_owned());
    sqlx::raw_sql(statement).execute(connection).await?;
    Ok(())
}

/// Asks for what someone else has locked, and gives what came of it after how many milliseconds;
/// `let_go` lets the other end as soon as the store waits.
async fn ask_for_the_locked(
    store: &Store,
    other: &mut PgConnection,
    let_go: bool,
) -> Result<(Result<(), StoreError>, i64)> {
    run(other, "BEGIN; LOCK TABLE filings IN ACCESS EXCLUSIVE MODE").await?;
    let clock = Clock::system();
    let began = clock.now_ms();
    let asking = async {
        let answer = store.totals().await.map(drop);
        (answer, clock.now_ms() - began)
    };
    let meanwhile = async {
        if !let_go {
            return Ok(());
        }
        while !is_waited_for(other).await? {}
        run(other, "COMMIT").await
    };
    let (answer, released) = tokio::join!(asking, meanwhile);
    released?;
    if !let_go {
        run(other, "ROLLBACK").await?;
    }
    Ok(answer)
}

async fn is_waited_for(connection: &mut PgConnection) -> Result<bool> {
    let waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = \
                   (SELECT oid FROM pg_database WHERE datname = current_database()))";
    Ok(sqlx::query_scalar(waiting).fetch_one(connection).await?)
}

async fn strikes(limits: StoreLimits, ms: i64, words: &str) -> Result<()> {
    let (store, mut other) = open(limits).await?;
    let (answer, after) = ask_for_the_locked(&store, &mut other, false).await?;
    let error = answer.err().context("it waited for ever")?;
    ensure!(error.to_string().contains(words), "{error}");
    ensure!(error.is_away(), "it is tried again: {error}");
    ensure!((ms..ms + 3_000).contains(&after), "{words} after {after} ms");
    store.totals().await.context("the next")?;
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn a_statement_is_cut_short_after_statement_ms() -> Result<()> {
    let limits = StoreLimits { statement_ms: 400, lock_ms: 0, ..StoreLimits::default() };
    strikes(limits, 400, "after 400 ms (store.statement_ms)").await
}

#[tokio::test]
async fn a_wait_for_what_is_in_use_is_cut_short_after_lock_ms() -> Result<()> {
    let limits = StoreLimits { statement_ms: 0, lock_ms: 400, ..StoreLimits::default() };
    strikes(limits, 400, "in use for 400 ms (store.lock_ms)").await
}

#[tokio::test]
async fn what_is_let_go_in_time_is_waited_for() -> Result<()> {
    let (store, mut other) = open(StoreLimits::from(2)).await?;
    let (answer, _) = ask_for_the_locked(&store, &mut other, true).await?;
    answer?;
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn so_many_connections_and_a_wait_for_one() -> Result<()> {
    let limits = StoreLimits { connections_max: 2, acquire_ms: 400, ..StoreLimits::default() };
    let (store, _) = open(limits).await?;
    let one = store.begin().await?;
    let other = store.begin().await.context("the last of two")?;
    let error = store.begin().await.err().context("a third connection")?;
    for words in ["400 ms (store.acquire_ms)", "all 2 (store.connections_max)"] {
        ensure!(error.to_string().contains(words), "{error}");
    }
    ensure!(error.is_away(), "{error}");
    drop(one);
    store.begin().await.context("one was given back")?;
    drop(other);
    store.close().await;
    Ok(())
}

#[tokio::test]
async fn a_store_without_connections_is_refused() -> Result<()> {
    for limits in [
        StoreLimits { connections_max: 0, ..StoreLimits::default() },
        StoreLimits { acquire_ms: 0, ..StoreLimits::default() },
    ] {
        let clock = Arc::new(Clock::system());
        let error = Store::open(&Postgres::shared().url(), limits, clock).await.err();
        let said = error.context("it was opened")?.to_string();
        ensure!(said.contains("store.connections_max") && said.contains("at least 1"), "{said}");
    }
    Ok(())
}

//! SQLite keeps the store's contract, and both engines have the same statements.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::store::Store;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqlSafeStr, SqliteConnection, Statement};
use tests::contracts::store::{Bench, statements};

async fn sqlite() -> Result<Bench> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("hub.db").display());
    Bench::open(url, Some(folder)).await
}

tests::store_contract!(sqlite);

/// The last look into a file that nobody used is no wait for oneself.
#[tokio::test]
async fn a_store_that_nobody_used_is_closed_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("hub.db").display());
    let store = Store::open(&url, 1, Arc::new(Clock::system())).await?;
    store.migrate().await?;
    tokio::time::timeout(Duration::from_secs(5), store.close()).await?;
    Ok(())
}

#[test]
fn both_engines_have_the_same_statements() -> Result<()> {
    let names = |engine| anyhow::Ok(statements(engine)?.into_iter().map(|(name, _)| name));
    let (ours, theirs) = (names("sqlite")?, names("postgres")?);
    ensure!(ours.eq(theirs), "the folders sqlite/sql and postgres/sql differ");
    Ok(())
}

/// SQLite takes a parameter that nobody binds for NULL, and says nothing.
#[tokio::test]
async fn every_statement_takes_one_text_and_gives_texts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("hub.db").display());
    let bench = Bench::open(url.clone(), None).await?;
    let mut connection = SqliteConnection::connect(&url).await?;
    for (name, text) in statements("sqlite")? {
        let text = AssertSqlSafe(text).into_sql_str();
        let statement = connection.prepare(text).await.with_context(|| name.clone())?;
        let parameters = statement.parameters().map(|given| given.right_or_else(<[_]>::len));
        ensure!(parameters == Some(1), "{name} takes {parameters:?} parameters");
        ensure!(statement.columns().len() <= 1, "{name} gives {:?}", statement.columns());
    }
    bench.store.close().await;
    Ok(())
}

/// What is in trouble is read by the index of just that, however many are delivered.
#[tokio::test]
async fn what_is_in_trouble_goes_by_its_index() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("hub.db").display());
    let bench = Bench::open(url.clone(), None).await?;
    let mut connection = SqliteConnection::connect(&url).await?;
    let statements = statements("sqlite")?;
    for asked in
        ["troubles.sql", "list_troubled.sql", "choose_troubled.sql", "watched_deliveries.sql"]
    {
        let (_, text) = statements.iter().find(|(name, _)| name == asked).context(asked)?;
        let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let rows = sqlx::query(explained).bind("{}").fetch_all(&mut connection).await?;
        let steps: Vec<String> = rows.iter().map(|row| row.get::<String, _>("detail")).collect();
        let read = steps.iter().find(|step| step.contains(" y ")).context("the table")?;
        ensure!(read.ends_with("USING INDEX deliveries_in_trouble"), "{asked}: {steps:?}");
    }
    bench.store.close().await;
    Ok(())
}

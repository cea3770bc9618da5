//! PostgreSQL keeps the store's contract.

use anyhow::{Context, Result, ensure};
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, PgConnection, SqlSafeStr, Statement, TypeInfo,
};
use tests::contracts::store::{Bench, statements};
use tests::servers::Postgres;

async fn postgres() -> Result<Bench> {
    Bench::open(Postgres::shared().fresh_database().await?, None).await
}

tests::store_contract!(postgres);

#[tokio::test]
async fn every_statement_takes_one_text_and_gives_texts() -> Result<()> {
    let url = Postgres::shared().fresh_database().await?;
    let bench = Bench::open(url.clone(), None).await?;
    let mut connection = PgConnection::connect(&url).await?;
    for (name, text) in statements("postgres")? {
        let text = AssertSqlSafe(text).into_sql_str();
        let statement = connection.prepare(text).await.with_context(|| name.clone())?;
        let parameters = statement.parameters().and_then(sqlx::Either::left);
        ensure!(parameters.map(<[_]>::len) == Some(1), "{name} takes {parameters:?}");
        let columns = statement.columns();
        let is_text = columns.iter().all(|column| column.type_info().name() == "TEXT");
        ensure!(columns.len() <= 1 && is_text, "{name} gives {columns:?}");
    }
    bench.store.close().await;
    Ok(())
}

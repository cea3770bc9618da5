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
async fn every_statement_takes_a_text_or_arrays_and_gives_a_text_or_columns() -> Result<()> {
    let url = Postgres::shared().fresh_database().await?;
    let bench = Bench::open(url.clone(), None).await?;
    let mut connection = PgConnection::connect(&url).await?;
    for (name, text) in statements("postgres")? {
        let text = AssertSqlSafe(text).into_sql_str();
        let statement = connection.prepare(text).await.with_context(|| name.clone())?;
        let parameters = statement.parameters().and_then(sqlx::Either::left).unwrap_or_default();
        let are_arrays = parameters.iter().all(|parameter| parameter.name().ends_with("[]"));
        let is_text = parameters.len() == 1 && ["TEXT", "JSON"].contains(&parameters[0].name());
        ensure!(!parameters.is_empty() && (are_arrays || is_text), "{name} takes {parameters:?}");
        let columns = statement.columns().iter().map(|column| column.type_info().name());
        let known = ["UUID", "TEXT", "INT4", "INT8"];
        ensure!(
            columns.clone().all(|name| known.contains(&name)),
            "{name} gives them: {columns:?}"
        );
        let one = columns.len() == 1;
        ensure!(!one || columns.clone().eq(["TEXT"]), "{name} gives one that is no JSON text");
    }
    bench.store.close().await;
    Ok(())
}

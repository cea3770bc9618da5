//! A store that is full already: the rows of a first load, multiplied.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// What a filing leaves behind; those with references to others come after these.
const TABLES: [&str; 7] =
    ["filings", "revisions", "filing_words", "events", "deliveries", "attempts", "notices"];

/// Writes each row so many times more, under ids of its own, then does what autovacuum would have
/// done in the time in which so much comes together. Hashes of the copies' chains do not verify.
pub(crate) async fn multiply(url: &str, copies: usize) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for table in TABLES {
        let statement = statement(&mut connection, table, copies).await?;
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await;
        let rows = done.with_context(|| format!("copy {table}"))?.rows_affected();
        tracing::warn!(table, rows, "copied");
    }
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        sqlx::raw_sql(statement).execute(&mut connection).await.context(statement)?;
    }
    Ok(connection.close().await?)
}

/// Ids keep their time, so that copies lie in the partition of their original.
async fn statement(connection: &mut PgConnection, table: &str, copies: usize) -> Result<String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT column_name::text, data_type::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position",
    )
    .bind(table)
    .fetch_all(connection)
    .await?;
    let values = columns.iter().map(|(name, kind)| match (name.as_str(), kind.as_str()) {
        (_, "uuid") => format!("(left({name}::text, 28) || lpad(to_hex(copy), 8, '0'))::uuid"),
        ("receipt_number" | "idempotency_key", _) => format!("{name} || '-' || copy"),
        _ => name.clone(),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let names = columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    Ok(format!(
        "INSERT INTO {table} ({names}) SELECT {values} \
         FROM (SELECT * FROM {table}) AS original, generate_series(1, {copies}) AS copy"
    ))
}

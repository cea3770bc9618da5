//! The partitions themselves. Their names and bounds change by the month, so these statements are
//! put together here and not in files; what goes into them are our own names and ids.

use std::collections::BTreeSet;

use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::store::engine::{StoreError, driver};
use crate::store::months::{Month, Months, Part, first_id, ms_of};

/// The tables that have months, with the id that says which.
const TABLES: [(&str, &str); 2] = [("attempts", "delivery_id"), ("events", "filing_id")];

/// The advisory lock of who makes or drops months; ours alone in this database.
const LOCK: i64 = 20_240_402;

/// Strays that are counted at most.
const STRAYS_MAX: i64 = 100_000;

/// Makes what is missing, table by table; a process that finds another at it leaves it to that.
pub(super) async fn make(pool: &PgPool, now: i64, ahead: u32) -> Result<Months, StoreError> {
    let mut done = Months::default();
    for (table, key) in TABLES {
        let parts = parts(pool, table).await?;
        for month in wanted(pool, (table, key), now, ahead).await? {
            if parts.iter().any(|part| part.takes(month)) {
                continue;
            }
            if let Some(moved) = add(pool, (table, key), month).await? {
                done.moved += moved;
                done.made.push(format!("{table}_{}", month.name()));
            }
        }
    }
    done.strays = strays(pool).await?;
    Ok(done)
}

/// The months from now on, and those of strays that are not further ahead.
async fn wanted(
    pool: &PgPool,
    (table, key): (&str, &str),
    now: i64,
    ahead: u32,
) -> Result<BTreeSet<Month>, StoreError> {
    let mut wanted = BTreeSet::new();
    let mut month = Month::of(now);
    for _ in 0..=ahead {
        wanted.insert(month);
        month = month.next();
    }
    let end = month;
    // One of each three days or so: the first twenty bits of its time.
    let strays: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT DISTINCT ON (left({key}::text, 5)) {key} FROM {table}_default LIMIT 1000"
    )))
    .fetch_all(pool)
    .await
    .map_err(driver("strays"))?;
    let months = strays.into_iter().map(|id| Month::of(ms_of(id)));
    wanted.extend(months.filter(|month| *month < end));
    Ok(wanted)
}

/// Makes a month and moves into it what had none. None: another process is at it, or was.
async fn add(
    pool: &PgPool,
    (table, key): (&str, &str),
    month: Month,
) -> Result<Option<u64>, StoreError> {
    let (from, to) = (first_id(month.start_ms()), first_id(month.next().start_ms()));
    let part = format!("{table}_{}", month.name());
    let mut tx = pool.begin().await.map_err(driver("begin"))?;
    if !is_ours(&mut tx).await? || is_there(&mut tx, &part).await? {
        return Ok(None);
    }
    // Attached rather than made in place: that leaves the table and its other months to the work
    // that goes on. Strays are locked first, or one could come between moving and attaching.
    run(&mut tx, format!("LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")).await?;
    let like = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE";
    run(&mut tx, format!("CREATE TABLE {part} (LIKE {table} {like})")).await?;
    let moved = format!(
        "WITH moved AS (DELETE FROM {table}_default WHERE {key} >= '{from}' AND {key} < '{to}' \
         RETURNING *) INSERT INTO {part} SELECT * FROM moved"
    );
    let moved = run(&mut tx, moved).await?;
    let attach = format!(
        "ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ('{from}') TO ('{to}')"
    );
    run(&mut tx, attach).await?;
    tx.commit().await.map_err(driver("commit"))?;
    Ok(Some(moved))
}

async fn is_there(tx: &mut PgConnection, part: &str) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(part)
        .fetch_one(tx)
        .await
        .map_err(driver("months"))
}

/// Keeps all others from writing to a month, for as long as this unit of work lasts.
pub(super) async fn take(tx: &mut PgConnection, part: &str) -> Result<bool, StoreError> {
    let is_ours = is_ours(tx).await?;
    if is_ours {
        run(tx, format!("LOCK TABLE {part} IN SHARE ROW EXCLUSIVE MODE")).await?;
    }
    Ok(is_ours)
}

/// Whether this unit of work has the months to itself; it waits for tables only shortly, since
/// other work queues behind it.
async fn is_ours(tx: &mut PgConnection) -> Result<bool, StoreError> {
    run(tx, "SET LOCAL lock_timeout = '500ms'".to_owned()).await?;
    sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
        .bind(LOCK)
        .fetch_one(tx)
        .await
        .map_err(driver("months"))
}

/// Runs a statement about partitions.
pub(super) async fn run(tx: &mut PgConnection, statement: String) -> Result<u64, StoreError> {
    let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(tx).await;
    done.map(|done| done.rows_affected()).map_err(driver("months"))
}

/// A table's partitions, the oldest first, the default one last.
pub(super) async fn parts(pool: &PgPool, table: &str) -> Result<Vec<Part>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid) \
         FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid \
         WHERE i.inhparent = $1::regclass",
    )
    .bind(table)
    .fetch_all(pool)
    .await
    .map_err(driver("months"))?;
    let mut parts: Vec<Part> = rows.into_iter().map(|(name, bound)| part(name, &bound)).collect();
    parts.sort_unstable_by_key(|part| part.to.unwrap_or(i64::MAX));
    Ok(parts)
}

/// Reads `FOR VALUES FROM ('…') TO ('…')`, `FROM (MINVALUE) TO ('…')` or `DEFAULT`.
fn part(name: String, bound: &str) -> Part {
    let ids = bound.split('\'').filter_map(|piece| piece.parse::<Uuid>().ok());
    let mut times = ids.map(ms_of);
    let from = if bound.contains("MINVALUE") { None } else { times.next() };
    Part { name, from, to: times.next() }
}

/// Tables with rows that no month is for.
pub(super) async fn strays(pool: &PgPool) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let mut found = Vec::new();
    for (table, _) in TABLES {
        let count = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table}_default LIMIT {STRAYS_MAX}) AS strays"
        );
        let count = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(pool).await;
        let count: i64 = count.map_err(driver("strays"))?;
        if count > 0 {
            found.push((table, count));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_as_postgresql_writes_them() {
        let (april, may) = (first_id(1_775_001_600_000), first_id(1_777_593_600_000));
        let month = part("m".into(), &format!("FOR VALUES FROM ('{april}') TO ('{may}')"));
        assert_eq!((month.from, month.to), (Some(1_775_001_600_000), Some(1_777_593_600_000)));
        let before = part("b".into(), &format!("FOR VALUES FROM (MINVALUE) TO ('{april}')"));
        assert_eq!((before.from, before.to), (None, Some(1_775_001_600_000)));
        assert_eq!(part("d".into(), "DEFAULT"), Part { name: "d".into(), from: None, to: None });
        let [march, april] = [1_772_323_200_000, 1_775_001_600_000].map(Month::of);
        assert!(before.takes(march) && !before.takes(april) && month.takes(april));
    }
}

//! PostgreSQL: a pool of connections to the server that serves; any number of processes may share
//! the database.

mod late;
mod migrate;
mod months;
mod servers;
mod url;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Column as _, Postgres, Row, Transaction, TypeInfo};
use uuid::Uuid;

use servers::Servers;

use super::engine::{Answer, Engine, EngineTx, Sql, StoreError, driver};
use super::months::{Months, Part};
use super::parameters::{Column, Parameters};
use super::{MigrateLimits, StoreLimits};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/postgres/migrations");

/// Beyond `statement_ms`: a server that can still be heard has said so by then.
const CUT_OFF_AFTER: Duration = Duration::from_secs(5);

/// The production engine: a server, and who may take over from it.
#[derive(Debug)]
pub(super) struct PostgresEngine {
    servers: Servers,
    limits: StoreLimits,
}

impl PostgresEngine {
    /// Connects to the server that serves among those that the URL names.
    pub(super) async fn open(url: &str, limits: StoreLimits) -> Result<Self, StoreError> {
        if limits.connections_max == 0 || limits.acquire_ms == 0 {
            let text = "store.connections_max and store.acquire_ms: at least 1";
            return Err(StoreError::Open(text.to_owned()));
        }
        Ok(Self { servers: Box::pin(Servers::open(url, limits)).await?, limits })
    }
}

/// A server that is cut off never says that a statement took too long: then it is given up here,
/// some time after the server would have.
async fn in_time<T>(
    limits: StoreLimits,
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    if limits.statement_ms == 0 {
        return statement.await;
    }
    let limit = Duration::from_millis(limits.statement_ms) + CUT_OFF_AFTER;
    servers::within(limit, "store.statement_ms and 5 s; is it cut off?", statement).await
}

#[async_trait]
impl Engine for PostgresEngine {
    fn text(&self, sql: &Sql) -> &'static str {
        sql.postgres
    }

    async fn rows(&self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError> {
        // A locking clause is harmless here: the statement's own transaction ends with it.
        let asking = async {
            let mut connection = self.servers.acquire().await?;
            in_time(self.limits, bind(sql, args).fetch_all(&mut *connection)).await
        };
        answers(asking.await).map_err(late::named(sql.name, self.limits))
    }

    async fn begin(&self) -> Result<Box<dyn EngineTx>, StoreError> {
        let beginning = async {
            let connection = self.servers.acquire().await?;
            in_time(self.limits, Transaction::begin(connection, None)).await
        };
        let tx = beginning.await.map_err(late::named("begin", self.limits))?;
        Ok(Box::new(PostgresTx { tx, limits: self.limits }))
    }

    async fn migrate(&self, by: &Migrator, limits: MigrateLimits) -> Result<(), StoreError> {
        migrate::run(&self.servers.pool().connect_options(), by, limits).await
    }

    fn migrations(&self) -> &'static Migrator {
        &MIGRATIONS
    }

    async fn applied(&self) -> Result<Vec<i64>, StoreError> {
        let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
        let there = sqlx::query_scalar(there).fetch_one(&self.servers.pool()).await;
        if !there.map_err(driver("applied"))? {
            return Ok(Vec::new());
        }
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&self.servers.pool())
            .await
            .map_err(driver("applied"))
    }

    fn place(&self) -> String {
        format!("PostgreSQL at {}", self.servers.place())
    }

    async fn make_months(&self, now: i64, ahead: u32) -> Result<Months, StoreError> {
        months::make(&self.servers.pool(), now, ahead).await
    }

    async fn months(&self, table: &str) -> Result<Vec<Part>, StoreError> {
        let mut parts = months::parts(&self.servers.pool(), table).await?;
        parts.retain(|part| part.to.is_some());
        Ok(parts)
    }

    async fn strays(&self) -> Result<Vec<(&'static str, i64)>, StoreError> {
        months::strays(&self.servers.pool()).await
    }

    async fn close(&self) {
        self.servers.pool().close().await;
    }
}

/// The statement with its parameters.
fn bind(sql: &Sql, args: Parameters) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(sql.postgres).persistent(!sql.planned_anew);
    match args {
        Parameters::Text(text) => query.bind(text),
        Parameters::Columns(columns) => {
            columns.into_iter().fold(query, |query, column| match column {
                Column::Uuid(cells) => query.bind(cells),
                Column::Text(cells) => query.bind(cells),
                Column::Int(cells) => query.bind(cells),
                Column::Bigint(cells) => query.bind(cells),
            })
        }
    }
}

fn answers(rows: Result<Vec<PgRow>, sqlx::Error>) -> Result<Vec<Answer>, sqlx::Error> {
    rows?.iter().map(answer).collect()
}

/// A row of one column is a JSON text; one of more is an object of them.
fn answer(row: &PgRow) -> Result<Answer, sqlx::Error> {
    if row.len() == 1 {
        return row.try_get(0).map(Answer::Text);
    }
    let cells = row.columns().iter().map(|column| {
        let at = column.ordinal();
        let value = match column.type_info().name() {
            "UUID" => json!(row.try_get::<Option<Uuid>, _>(at)?),
            "INT4" => json!(row.try_get::<Option<i32>, _>(at)?),
            "INT8" => json!(row.try_get::<Option<i64>, _>(at)?),
            _ => json!(row.try_get::<Option<String>, _>(at)?),
        };
        Ok((column.name().to_owned(), value))
    });
    cells.collect::<Result<_, _>>().map(|fields| Answer::Columns(Value::Object(fields)))
}

struct PostgresTx {
    tx: Transaction<'static, Postgres>,
    limits: StoreLimits,
}

#[async_trait]
impl EngineTx for PostgresTx {
    fn text(&self, sql: &Sql) -> &'static str {
        sql.postgres
    }

    async fn rows(&mut self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError> {
        let rows = in_time(self.limits, bind(sql, args).fetch_all(&mut *self.tx));
        answers(rows.await).map_err(late::named(sql.name, self.limits))
    }

    async fn run(&mut self, sql: &Sql, args: Parameters) -> Result<u64, StoreError> {
        in_time(self.limits, bind(sql, args).execute(&mut *self.tx))
            .await
            .map(|done| done.rows_affected())
            .map_err(late::named(sql.name, self.limits))
    }

    async fn take_month(&mut self, name: &str) -> Result<bool, StoreError> {
        months::take(&mut self.tx, name).await
    }

    async fn drop_month(&mut self, name: &str) -> Result<(), StoreError> {
        months::run(&mut self.tx, format!("DROP TABLE {name}")).await.map(drop)
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        // Commits may wait for a standby; no limit of the server's ends that, and ours leaves it
        // open whether it was done, as a lost connection does.
        in_time(self.limits, self.tx.commit()).await.map_err(late::named("commit", self.limits))
    }
}

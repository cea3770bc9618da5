//! PostgreSQL: a pool; any number of processes may share the database.

mod late;
mod migrate;
mod months;

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{Column as _, ConnectOptions, Connection, Postgres, Row, Transaction, TypeInfo};
use tokio::time::timeout;
use uuid::Uuid;

use super::engine::{Answer, Engine, EngineTx, Sql, StoreError, driver, is_away};
use super::months::{Months, Part};
use super::parameters::{Column, Parameters};
use super::{MigrateLimits, StoreLimits};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/postgres/migrations");

/// The production engine: a server.
#[derive(Debug)]
pub(super) struct PostgresEngine {
    pool: PgPool,
    limits: StoreLimits,
}

impl PostgresEngine {
    /// Connects to the server that the URL names.
    pub(super) async fn open(url: &str, limits: StoreLimits) -> Result<Self, StoreError> {
        let StoreLimits { connections_max, acquire_ms, statement_ms, lock_ms } = limits;
        if connections_max == 0 || acquire_ms == 0 {
            let text = "store.connections_max and store.acquire_ms: at least 1";
            return Err(StoreError::Open(text.to_owned()));
        }
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| StoreError::Open(format!("store.url is not a PostgreSQL URL: {e}")))?
            .application_name("todoke")
            .statement_cache_capacity(200)
            .options([("statement_timeout", statement_ms), ("lock_timeout", lock_ms)])
            .disable_statement_logging();
        // A pool would ask again and again, and at last say only that it took too long.
        let acquire = Duration::from_millis(acquire_ms);
        match timeout(acquire, options.connect()).await {
            Ok(Ok(first)) => drop(first.close().await),
            Ok(Err(error)) => return Err(no_connection(&options, &error)),
            Err(_) => {
                let why = format!("no answer within {acquire_ms} ms (store.acquire_ms)");
                return Err(no_connection(&options, &sqlx::Error::Io(std::io::Error::other(why))));
            }
        }
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(acquire)
            .connect_lazy_with(options);
        Ok(Self { pool, limits })
    }
}

/// What was tried and what to look at; the password is not shown.
fn no_connection(options: &PgConnectOptions, error: &sqlx::Error) -> StoreError {
    let (host, port) = (options.get_host(), options.get_port());
    let text = format!("store.url: cannot connect to PostgreSQL at {host}:{port}: {error}");
    if is_away(error) {
        let look = "check that the server runs, that host and port are right and that no firewall \
                    is between";
        StoreError::Away(format!("{text}; {look}"))
    } else {
        StoreError::Open(format!("{text}; check user, password and database in the URL"))
    }
}

#[async_trait]
impl Engine for PostgresEngine {
    fn text(&self, sql: &Sql) -> &'static str {
        sql.postgres
    }

    async fn rows(&self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError> {
        // A locking clause is harmless here: the statement's own transaction ends with it.
        let rows = bind(sql, args).fetch_all(&self.pool).await;
        answers(rows).map_err(late::named(sql.name, self.limits))
    }

    async fn begin(&self) -> Result<Box<dyn EngineTx>, StoreError> {
        let tx = self.pool.begin().await.map_err(late::named("begin", self.limits))?;
        Ok(Box::new(PostgresTx { tx, limits: self.limits }))
    }

    async fn migrate(&self, limits: MigrateLimits) -> Result<(), StoreError> {
        migrate::run(&self.pool.connect_options(), &MIGRATIONS, limits).await
    }

    fn known(&self) -> Vec<i64> {
        MIGRATIONS.iter().map(|migration| migration.version).collect()
    }

    async fn applied(&self) -> Result<Vec<i64>, StoreError> {
        let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
        let there = sqlx::query_scalar(there).fetch_one(&self.pool).await;
        if !there.map_err(driver("applied"))? {
            return Ok(Vec::new());
        }
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&self.pool)
            .await
            .map_err(driver("applied"))
    }

    async fn make_months(&self, now: i64, ahead: u32) -> Result<Months, StoreError> {
        months::make(&self.pool, now, ahead).await
    }

    async fn months(&self, table: &str) -> Result<Vec<Part>, StoreError> {
        let mut parts = months::parts(&self.pool, table).await?;
        parts.retain(|part| part.to.is_some());
        Ok(parts)
    }

    async fn strays(&self) -> Result<Vec<(&'static str, i64)>, StoreError> {
        months::strays(&self.pool).await
    }

    async fn close(&self) {
        self.pool.close().await;
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
        let rows = bind(sql, args).fetch_all(&mut *self.tx).await;
        answers(rows).map_err(late::named(sql.name, self.limits))
    }

    async fn run(&mut self, sql: &Sql, args: Parameters) -> Result<u64, StoreError> {
        bind(sql, args)
            .execute(&mut *self.tx)
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
        self.tx.commit().await.map_err(late::named("commit", self.limits))
    }
}

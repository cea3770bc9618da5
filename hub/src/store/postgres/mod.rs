//! PostgreSQL: a pool; any number of processes may share the database.

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Postgres, Transaction};
use tokio::time::timeout;

use super::engine::{Engine, EngineTx, Sql, StoreError, driver, is_away};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/postgres/migrations");

/// Time for the first connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The production engine: a server.
#[derive(Debug)]
pub(super) struct PostgresEngine {
    pool: PgPool,
}

impl PostgresEngine {
    /// Connects to the server that the URL names.
    pub(super) async fn open(url: &str, connections_max: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| StoreError::Open(format!("store.url is not a PostgreSQL URL: {e}")))?
            .application_name("todoke")
            .statement_cache_capacity(200)
            .options([("statement_timeout", "30s"), ("lock_timeout", "20s")])
            .disable_statement_logging();
        // A pool would ask again and again, and at last say only that it took too long.
        match timeout(CONNECT_LIMIT, options.connect()).await {
            Ok(Ok(first)) => drop(first.close().await),
            Ok(Err(error)) => return Err(no_connection(&options, &error)),
            Err(_) => {
                let why = format!("no answer within {} s", CONNECT_LIMIT.as_secs());
                return Err(no_connection(&options, &sqlx::Error::Io(std::io::Error::other(why))));
            }
        }
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        Ok(Self { pool })
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
    async fn rows(&self, sql: &Sql, args: &str) -> Result<Vec<String>, StoreError> {
        // A locking clause is harmless here: the statement's own transaction ends with it.
        sqlx::query_scalar(sql.postgres)
            .bind(args)
            .fetch_all(&self.pool)
            .await
            .map_err(driver(sql.name))
    }

    async fn begin(&self) -> Result<Box<dyn EngineTx>, StoreError> {
        let tx = self.pool.begin().await.map_err(driver("begin"))?;
        Ok(Box::new(PostgresTx(tx)))
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let done = MIGRATIONS.run(&self.pool).await;
        done.map_err(|e| super::migration_problem(&e))
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

    async fn close(&self) {
        self.pool.close().await;
    }
}

struct PostgresTx(Transaction<'static, Postgres>);

#[async_trait]
impl EngineTx for PostgresTx {
    async fn rows(&mut self, sql: &Sql, args: &str) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar(sql.postgres)
            .bind(args)
            .fetch_all(&mut *self.0)
            .await
            .map_err(driver(sql.name))
    }

    async fn run(&mut self, sql: &Sql, args: &str) -> Result<u64, StoreError> {
        sqlx::query(sql.postgres)
            .bind(args)
            .execute(&mut *self.0)
            .await
            .map(|done| done.rows_affected())
            .map_err(driver(sql.name))
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await.map_err(driver("commit"))
    }
}

//! PostgreSQL: a pool; any number of processes may share the database.

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres, Transaction};

use super::engine::{Engine, EngineTx, Sql, StoreError, driver};

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
        let (host, port) = (options.get_host().to_owned(), options.get_port());
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await
            .map_err(|e| {
                StoreError::Open(format!(
                    "store.url: cannot connect to PostgreSQL at {host}:{port}: {e}; check that the \
                     server runs and that user, password and database in the URL are right"
                ))
            })?;
        Ok(Self { pool })
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
        sqlx::migrate!("src/store/postgres/migrations")
            .run(&self.pool)
            .await
            .map_err(|e| StoreError::Open(super::migration_problem(&e)))
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

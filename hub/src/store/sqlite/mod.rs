//! SQLite: one writing connection behind a mutex, readers beside it (WAL, `synchronous=FULL`).

mod whole;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::MigrateLimits;
use super::engine::{Answer, Engine, EngineTx, Sql, StoreError, driver};
use super::months::{Months, Part};
use super::parameters::Parameters;
pub(super) use whole::{copy, newest_migration, take_alone};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/sqlite/migrations");

/// The embedded engine: a file.
#[derive(Debug)]
pub(super) struct Sqlite {
    writer: Arc<Mutex<Writer>>,
    readers: SqlitePool,
    options: SqliteConnectOptions,
}

#[derive(Debug)]
struct Writer {
    connection: SqliteConnection,
    /// A unit of work was begun and not seen to end: roll it back before the next.
    dirty: bool,
}

impl Writer {
    /// Ends the unit of work that was given up, at whichever of its statements. Where that was in
    /// the midst of its BEGIN or its COMMIT, there may be none any more.
    async fn clean(&mut self) -> Result<(), sqlx::Error> {
        if !self.dirty {
            return Ok(());
        }
        match sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await {
            Err(sqlx::Error::Database(e)) if e.message().contains("no transaction is active") => {}
            other => _ = other?,
        }
        self.dirty = false;
        Ok(())
    }
}

impl Sqlite {
    /// Opens or makes the file.
    pub(super) async fn open(file: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| cannot_open(file, &e.to_string()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(200)
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", "4000")
            .disable_statement_logging();
        let connection = options.connect().await.map_err(|e| cannot_open(file, &e.to_string()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.clone().read_only(true))
            .await
            .map_err(|e| cannot_open(file, &e.to_string()))?;
        let writer = Writer { connection, dirty: false };
        Ok(Self { writer: Arc::new(Mutex::new(writer)), readers, options })
    }
}

fn cannot_open(file: &Path, why: &str) -> StoreError {
    StoreError::Open(format!(
        "store.url: cannot open {}: {why}; check that the folder exists, can be written to and \
         that no other program holds the file",
        file.display()
    ))
}

fn json_text(sql: &Sql, args: Parameters) -> Result<String, StoreError> {
    match args {
        Parameters::Text(text) => Ok(text),
        Parameters::Columns(_) => {
            let what = format!("{} has array parameters, which SQLite does not know", sql.name);
            Err(StoreError::Open(what))
        }
    }
}

#[async_trait]
impl Engine for Sqlite {
    fn text(&self, sql: &Sql) -> &'static str {
        sql.sqlite
    }

    async fn rows(&self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError> {
        let texts = sqlx::query_scalar(sql.sqlite).bind(json_text(sql, args)?);
        let texts = texts.fetch_all(&self.readers).await.map_err(driver(sql.name))?;
        Ok(texts.into_iter().map(Answer::Text).collect())
    }

    async fn begin(&self) -> Result<Box<dyn EngineTx>, StoreError> {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        writer.clean().await.map_err(driver("rollback"))?;
        writer.dirty = true;
        // Deferred transactions fail under contention when they first write; IMMEDIATE waits.
        sqlx::raw_sql("BEGIN IMMEDIATE")
            .execute(&mut writer.connection)
            .await
            .map_err(driver("begin"))?;
        Ok(Box::new(SqliteTx(writer)))
    }

    async fn migrate(&self, by: &Migrator, _limits: MigrateLimits) -> Result<(), StoreError> {
        // A pool of one, since the migrator cannot borrow a connection from behind a lock.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(self.options.clone())
            .await
            .map_err(driver("migrate"))?;
        let done = by.run(&pool).await;
        pool.close().await;
        done.map_err(|e| super::migration_problem(&e))
    }

    fn migrations(&self) -> &'static Migrator {
        &MIGRATIONS
    }

    async fn applied(&self) -> Result<Vec<i64>, StoreError> {
        let there = "SELECT count(*) > 0 FROM sqlite_master WHERE name = '_sqlx_migrations'";
        let there = sqlx::query_scalar(there).fetch_one(&self.readers).await;
        if !there.map_err(driver("applied"))? {
            return Ok(Vec::new());
        }
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&self.readers)
            .await
            .map_err(driver("applied"))
    }

    fn place(&self) -> String {
        "SQLite".into()
    }

    async fn make_months(&self, _now: i64, _ahead: u32) -> Result<Months, StoreError> {
        Ok(Months::default())
    }

    async fn months(&self, _table: &str) -> Result<Vec<Part>, StoreError> {
        Ok(Vec::new())
    }

    async fn strays(&self) -> Result<Vec<(&'static str, i64)>, StoreError> {
        Ok(Vec::new())
    }

    async fn close(&self) {
        self.readers.close().await;
        let mut writer = self.writer.lock().await;
        // Folding in would wait in vain for a unit of work that was given up.
        drop(writer.clean().await);
        // A connection that was never used would read the schema in the midst of the checkpoint,
        // and wait for itself to have done so.
        let end = "SELECT count(*) FROM sqlite_schema; PRAGMA wal_checkpoint(TRUNCATE)";
        let end = sqlx::raw_sql(end);
        if let Err(error) = end.execute(&mut writer.connection).await {
            tracing::warn!(%error, "the write-ahead log was not folded in; the next start does it");
        }
        if let Ok(spare) = SqliteConnection::connect("sqlite::memory:").await {
            let closing = std::mem::replace(&mut writer.connection, spare);
            drop(closing.close().await);
        }
    }
}

struct SqliteTx(OwnedMutexGuard<Writer>);

impl Drop for SqliteTx {
    /// What was given up lets go of the file soon, not with the next unit of work: commands of
    /// staff, which are other processes, wait for it.
    fn drop(&mut self) {
        let Some(runtime) = Handle::try_current().ok().filter(|_| self.0.dirty) else { return };
        let writer = Arc::clone(OwnedMutexGuard::mutex(&self.0));
        // Where another unit of work comes first, it cleans; should this fail, the next one tries.
        runtime.spawn(async move { drop(writer.lock().await.clean().await) });
    }
}

#[async_trait]
impl EngineTx for SqliteTx {
    fn text(&self, sql: &Sql) -> &'static str {
        sql.sqlite
    }

    async fn rows(&mut self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError> {
        let texts = sqlx::query_scalar(sql.sqlite).bind(json_text(sql, args)?);
        let texts = texts.fetch_all(&mut self.0.connection).await.map_err(driver(sql.name))?;
        Ok(texts.into_iter().map(Answer::Text).collect())
    }

    async fn run(&mut self, sql: &Sql, args: Parameters) -> Result<u64, StoreError> {
        sqlx::query(sql.sqlite)
            .bind(json_text(sql, args)?)
            .execute(&mut self.0.connection)
            .await
            .map(|done| done.rows_affected())
            .map_err(driver(sql.name))
    }

    async fn take_month(&mut self, _name: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn drop_month(&mut self, _name: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let commit = sqlx::raw_sql("COMMIT").execute(&mut self.0.connection);
        commit.await.map_err(driver("commit"))?;
        self.0.dirty = false;
        Ok(())
    }
}

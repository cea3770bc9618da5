//! Bringing the tables of PostgreSQL up while processes, of this build or an older one, use them.
//!
//! One process at a time (an advisory lock, the same that sqlx takes, so that older builds keep to
//! it). A change that needs a table to itself waits only so long for it, since all other work on
//! that table queues behind the wait; then it steps back and tries again. A migration that begins
//! with `-- no-transaction` is run statement by statement (a blank line between two) and may be
//! begun again: so indexes of large tables are built beside running work (`CREATE INDEX
//! CONCURRENTLY IF NOT EXISTS`), and rows are looked through.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::time::sleep;

use crate::store::engine::{StoreError, driver};
use crate::store::{MigrateLimits, migration_problem};

/// Where sqlx writes down what the tables have been through.
const TABLE: &str = "_sqlx_migrations";

/// How long one ask for the advisory lock waits, in milliseconds. Who asks holds a snapshot, and
/// whoever builds an index waits for that: short, with a rest in between.
const ASK_MS: u64 = 200;

/// Brings the tables up, or says what keeps it from that.
pub(super) async fn run(
    options: &PgConnectOptions,
    migrations: &Migrator,
    limits: MigrateLimits,
) -> Result<(), StoreError> {
    let mut connection = options.connect().await.map_err(driver("migrate"))?;
    // Moving and checking many rows takes its time, and blocks nobody.
    set(&mut connection, "statement_timeout", 0).await.map_err(driver("migrate"))?;
    lock(&mut connection, limits).await?;
    let done = bring_up(&mut connection, migrations, limits).await;
    // The lock goes with the connection.
    drop(connection.close().await);
    done
}

async fn set(connection: &mut PgConnection, name: &str, ms: u64) -> Result<(), sqlx::Error> {
    let statement = AssertSqlSafe(format!("SET {name} = {ms}"));
    sqlx::raw_sql(statement).execute(connection).await.map(drop)
}

/// Takes the advisory lock, for as long as the connection lives.
async fn lock(connection: &mut PgConnection, limits: MigrateLimits) -> Result<(), StoreError> {
    set(connection, "lock_timeout", ASK_MS).await.map_err(driver("migrate"))?;
    let asks = (limits.turn_ms / (2 * ASK_MS)).max(1);
    for ask in 1..=asks {
        match connection.lock().await {
            Ok(()) => return Ok(()),
            Err(error) if !is_in_the_way(&error) => return Err(migration_problem(&error)),
            Err(_) => {
                if ask == 1 {
                    tracing::info!("another process brings the tables up; waiting for it");
                }
                sleep(Duration::from_millis(ASK_MS)).await;
            }
        }
    }
    Err(StoreError::Away(format!(
        "store.url: another process has been bringing the tables up for {} ms \
         (store.migrate_turn_ms); when it is done, try again",
        limits.turn_ms
    )))
}

async fn bring_up(
    connection: &mut PgConnection,
    migrations: &Migrator,
    limits: MigrateLimits,
) -> Result<(), StoreError> {
    let applied = applied(connection).await.map_err(|e| migration_problem(&e))?;
    for migration in migrations.iter() {
        match applied.get(&migration.version) {
            Some(checksum) if *checksum == *migration.checksum => {}
            Some(_) => {
                let error = MigrateError::VersionMismatch(migration.version);
                return Err(migration_problem(&error));
            }
            None => apply_patiently(connection, migration, limits).await?,
        }
    }
    Ok(())
}

async fn applied(connection: &mut PgConnection) -> Result<HashMap<i64, Vec<u8>>, MigrateError> {
    connection.ensure_migrations_table(TABLE).await?;
    let applied = connection.list_applied_migrations(TABLE).await?;
    Ok(applied.into_iter().map(|it| (it.version, it.checksum.into_owned())).collect())
}

/// Tries until the tables that it needs are free for a moment.
async fn apply_patiently(
    connection: &mut PgConnection,
    migration: &Migration,
    limits: MigrateLimits,
) -> Result<(), StoreError> {
    let version = migration.version;
    let mut tries = 0;
    loop {
        let error = match apply(connection, migration, limits.lock_ms).await {
            Ok(()) => {
                tracing::info!(version, what = %migration.description, "the tables were changed");
                return Ok(());
            }
            Err(error) if is_in_the_way(&error) => error,
            Err(error) => return Err(migration_problem(&error)),
        };
        tries += 1;
        if tries >= limits.tries {
            return Err(StoreError::Away(format!(
                "store.url: migration {version} found no moment in {tries} tries of {} ms each \
                 (store.migrate_tries, store.migrate_lock_ms), and changed nothing: {error}; look \
                 for a transaction that stays open (pg_stat_activity), or try again when less is \
                 going on",
                limits.lock_ms
            )));
        }
        tracing::info!(version, tries, "the tables are in use; stepping back for a moment");
        // As long as it stood in the way, others may now pass.
        sleep(Duration::from_millis(limits.lock_ms)).await;
    }
}

async fn apply(
    connection: &mut PgConnection,
    migration: &Migration,
    lock_ms: u64,
) -> Result<(), MigrateError> {
    if !migration.no_tx {
        set(connection, "lock_timeout", lock_ms).await?;
        return connection.apply(TABLE, migration).await.map(drop);
    }
    // What these statements wait for, they wait for without standing in anyone's way.
    set(connection, "lock_timeout", 0).await?;
    drop_halves(connection).await?;
    for statement in migration.sql.as_str().split(";\n\n") {
        let failed = |e| MigrateError::ExecuteMigration(e, migration.version);
        let statement = AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement).execute(&mut *connection).await.map_err(failed)?;
    }
    connection.skip(TABLE, migration).await
}

/// Indexes whose building broke off are there by name, and of no use.
async fn drop_halves(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let halves: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I', c.relname) \
         FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid \
         WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace \
             AND c.relkind = 'i' AND c.relname !~ '_ccnew|_ccold'",
    )
    .fetch_all(&mut *connection)
    .await?;
    for half in halves {
        let statement = AssertSqlSafe(format!("DROP INDEX CONCURRENTLY IF EXISTS {half}"));
        sqlx::raw_sql(statement).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whether someone else holds what was asked for (55P03), or both waited for each other (40P01).
fn is_in_the_way(error: &MigrateError) -> bool {
    let (MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _)) = error else {
        return false;
    };
    let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "55P03" || code == "40P01")
}

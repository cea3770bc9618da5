//! The embedded store's file as a whole: copied while others write to it, taken out of use.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::{MIGRATIONS, StoreError, cannot_open, driver};

/// The newest migration of this build.
pub(in crate::store) fn newest_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Copies a store to a new file, as it is at one moment; whoever works on it is not held up.
pub(in crate::store) async fn copy(file: &Path, to: &Path) -> Result<(), StoreError> {
    let mut connection = connect(file).await?;
    let to = to.to_string_lossy();
    let copied = sqlx::query("VACUUM INTO $1").bind(to.as_ref()).execute(&mut connection).await;
    drop(connection.close().await);
    copied.map(drop).map_err(driver("copy"))
}

/// Folds everything into the one file, and fails while any process has the store open.
pub(in crate::store) async fn take_alone(file: &Path) -> Result<(), StoreError> {
    let mut connection = connect(file).await?;
    // Leaving the write-ahead log takes the file for one connection alone.
    let mode = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await;
    drop(connection.close().await);
    let mode: String = mode.map_err(driver("take_alone"))?;
    if mode == "delete" {
        return Ok(());
    }
    Err(StoreError::Away(format!("{} is in use: its log mode is {mode}", file.display())))
}

async fn connect(file: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
    let options = options.busy_timeout(Duration::from_secs(1)).disable_statement_logging();
    options.connect().await.map_err(|error| cannot_open(file, &error.to_string()))
}

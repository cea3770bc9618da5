//! The narrow waist of the store: named statements that take rows and answer rows.
//!
//! Both engines run the same Rust above this line; what differs is in the `.sql` files, one per
//! statement and engine under the same name. A batch travels as one JSON array, unpacked by
//! `json_each` (SQLite), or as one array per column, unpacked by `unnest` (PostgreSQL), so a
//! statement costs one round trip however many rows it carries. A row comes back as one JSON text,
//! or, where speed counts on PostgreSQL, as columns of the fields' names.

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::migrate::Migrator;

use super::MigrateLimits;
use super::months::{Months, Part};
use super::parameters::Parameters;

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine or the way to it failed; try again.
    #[error("store statement {statement}: {source}")]
    Driver {
        /// The statement's name.
        statement: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The engine's disk is full; it goes on when there is room.
    #[error(
        "store statement {statement}: the disk of the store is full (store.url; the embedded \
         store's is that of data.folder); make room there, and it goes on by itself: {source}"
    )]
    Full {
        /// The statement's name.
        statement: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// It took longer than a setting allows; try again.
    #[error("store statement {statement}: {limit}: {source}")]
    Late {
        /// The statement's name.
        statement: &'static str,
        /// The setting, and what it says.
        limit: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// A row does not read as what it should be: a fault of ours.
    #[error("store statement {statement} gave a row that contradicts itself: {source}")]
    Row {
        /// The statement's name.
        statement: &'static str,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// A guarded write touched another number of rows than expected.
    #[error("store statement {statement} touched {touched} rows, expected {expected}")]
    Count {
        /// The statement's name.
        statement: &'static str,
        /// Rows touched.
        touched: u64,
        /// Rows expected.
        expected: u64,
    },
    /// What was asked for was deleted when its time was over.
    #[error(
        "the events of this filing were deleted when their time was over (retention.event_years); \
         receipts given before can still be verified"
    )]
    Retired,
    /// The store cannot be opened as configured.
    #[error("{0}")]
    Open(String),
    /// Nothing answers there, or it is not ready for us; it may come.
    #[error("{0}")]
    Away(String),
}

impl StoreError {
    /// Whether the same may work in a moment: the engine is starting, restarting, out of reach or
    /// out of room, and nothing is wrong with what was asked.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Away(_) | Self::Late { .. } | Self::Full { .. } => true,
            Self::Driver { source, .. } => is_away(source),
            Self::Row { .. } | Self::Count { .. } | Self::Retired | Self::Open(_) => false,
        }
    }

    /// Whether the engine's disk has no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    /// Whether another process has an embedded store open.
    pub fn is_in_use(&self) -> bool {
        match self {
            Self::Away(_) => true,
            Self::Driver { source, .. } => matches!(result_of(source), Some(5 | 6)),
            Self::Late { .. }
            | Self::Full { .. }
            | Self::Row { .. }
            | Self::Count { .. }
            | Self::Retired
            | Self::Open(_) => false,
        }
    }
}

/// SQLite's result 13, and PostgreSQL's `disk_full`.
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    result_of(error) == Some(13) || code.as_deref() == Some("53100")
}

/// SQLite's primary result code.
fn result_of(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    (code.len() < 5).then(|| code.parse::<u32>().ok().map(|code| code & 0xff)).flatten()
}

/// Whether a driver's error is about the way to the engine or its health, not about the statement.
pub(super) fn is_away(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| is_away_code(&code))
        || matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        )
}

/// PostgreSQL: connection lost (08), cannot serve now (57P, 53), a standby or a server that was
/// demoted (25006), a wait cut short (57014, 55P03), two that waited for each other (40).
/// SQLite: busy, locked, read-only, input or output failed, full, cannot open.
fn is_away_code(code: &str) -> bool {
    const STATES: [&str; 7] = ["08", "57P", "53", "25006", "57014", "55P03", "40"];
    const RESULTS: [u32; 6] = [5, 6, 8, 10, 13, 14];
    match code.parse::<u32>() {
        Ok(result) if code.len() < 5 => RESULTS.contains(&(result & 0xff)),
        Ok(_) | Err(_) => STATES.iter().any(|state| code.starts_with(state)),
    }
}

/// A named statement with its text for each engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql {
    /// The file's name without `.sql`.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
    /// Filters that may be left out: a plan that serves all of them serves none.
    pub planned_anew: bool,
}

/// The statement in `sqlite/sql/NAME.sql` and `postgres/sql/NAME.sql`.
macro_rules! sql {
    ($name:literal) => {
        &$crate::store::engine::Sql {
            name: $name,
            sqlite: include_str!(concat!("sqlite/sql/", $name, ".sql")),
            postgres: include_str!(concat!("postgres/sql/", $name, ".sql")),
            planned_anew: false,
        }
    };
    ($name:literal, planned_anew) => {
        &$crate::store::engine::Sql { planned_anew: true, ..*sql!($name) }
    };
}
pub(super) use sql;

/// A row that came back.
#[derive(Debug)]
pub(super) enum Answer {
    /// As JSON text.
    Text(String),
    /// As an object of its columns.
    Columns(Value),
}

impl Answer {
    /// The value that it stands for.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        match self {
            Self::Text(text) => serde_json::from_str(&text),
            Self::Columns(value) => serde_json::from_value(value),
        }
    }
}

/// One of the two engines.
#[async_trait]
pub(super) trait Engine: Send + Sync + std::fmt::Debug {
    /// The statement's text for this engine.
    fn text(&self, sql: &Sql) -> &'static str;
    /// Rows of a reading statement, outside any unit of work.
    async fn rows(&self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError>;
    /// Begins a unit of work.
    async fn begin(&self) -> Result<Box<dyn EngineTx>, StoreError>;
    /// Brings the tables up by these migrations.
    async fn migrate(&self, by: &Migrator, limits: MigrateLimits) -> Result<(), StoreError>;
    /// The migrations of this build.
    fn migrations(&self) -> &'static Migrator;
    /// The migrations that the tables have been through, in order.
    async fn applied(&self) -> Result<Vec<i64>, StoreError>;
    /// The engine, and where the one that serves is, for people.
    fn place(&self) -> String;
    /// Makes the partitions of this month and of months ahead; nothing where there are none.
    async fn make_months(&self, now: i64, ahead: u32) -> Result<Months, StoreError>;
    /// A table's partitions by month, the oldest first; none where there are none.
    async fn months(&self, table: &str) -> Result<Vec<Part>, StoreError>;
    /// Tables with rows that no month is for, and how many.
    async fn strays(&self) -> Result<Vec<(&'static str, i64)>, StoreError>;
    /// Ends all connections.
    async fn close(&self);
}

/// A unit of work on one of the two engines; dropped without `commit`, it leaves no trace.
#[async_trait]
pub(super) trait EngineTx: Send {
    /// The statement's text for this engine.
    fn text(&self, sql: &Sql) -> &'static str;
    /// Rows of a statement.
    async fn rows(&mut self, sql: &Sql, args: Parameters) -> Result<Vec<Answer>, StoreError>;
    /// The number of rows that a statement touched.
    async fn run(&mut self, sql: &Sql, args: Parameters) -> Result<u64, StoreError>;
    /// Keeps all others from writing to a month; false when one of them is at the months.
    async fn take_month(&mut self, name: &str) -> Result<bool, StoreError>;
    /// Drops a month that was taken.
    async fn drop_month(&mut self, name: &str) -> Result<(), StoreError>;
    /// Makes all of it durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Names the statement in a driver's error.
pub(super) fn driver(statement: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| {
        if is_full(&source) {
            StoreError::Full { statement, source }
        } else {
            StoreError::Driver { statement, source }
        }
    }
}

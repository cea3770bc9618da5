//! The narrow waist of the store: named statements that take one JSON text and answer JSON texts.
//!
//! Both engines run the same Rust above this line; what differs is in the `.sql` files, one per
//! statement and engine under the same name. A batch travels as one JSON array, unpacked by
//! `json_each` (SQLite) or `json_to_recordset` (PostgreSQL), so a statement costs one round trip
//! however many rows it carries.

use async_trait::async_trait;

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
    /// The store cannot be opened as configured.
    #[error("{0}")]
    Open(String),
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
}

/// The statement in `sqlite/sql/NAME.sql` and `postgres/sql/NAME.sql`.
macro_rules! sql {
    ($name:literal) => {
        &$crate::store::engine::Sql {
            name: $name,
            sqlite: include_str!(concat!("sqlite/sql/", $name, ".sql")),
            postgres: include_str!(concat!("postgres/sql/", $name, ".sql")),
        }
    };
}
pub(super) use sql;

/// One of the two engines.
#[async_trait]
pub(super) trait Engine: Send + Sync + std::fmt::Debug {
    /// Rows of a reading statement, outside any unit of work.
    async fn rows(&self, sql: &Sql, args: &str) -> Result<Vec<String>, StoreError>;
    /// Begins a unit of work.
    async fn begin(&self) -> Result<Box<dyn EngineTx>, StoreError>;
    /// Brings the tables up to this build.
    async fn migrate(&self) -> Result<(), StoreError>;
    /// Ends all connections.
    async fn close(&self);
}

/// A unit of work on one of the two engines; dropped without `commit`, it leaves no trace.
#[async_trait]
pub(super) trait EngineTx: Send {
    /// Rows of a statement.
    async fn rows(&mut self, sql: &Sql, args: &str) -> Result<Vec<String>, StoreError>;
    /// The number of rows that a statement touched.
    async fn run(&mut self, sql: &Sql, args: &str) -> Result<u64, StoreError>;
    /// Makes all of it durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Names the statement in a driver's error.
pub(super) fn driver(statement: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Driver { statement, source }
}

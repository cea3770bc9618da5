//! How long the store may take, how much of the server it may use, and how patiently its tables are
//! brought up.

/// What one process asks of PostgreSQL; the embedded engine is one file and has no use for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// Connections of this process at most.
    pub connections_max: u32,
    /// Milliseconds to wait for one of them.
    pub acquire_ms: u64,
    /// Milliseconds that one statement may take; zero: as long as it likes.
    pub statement_ms: u64,
    /// Milliseconds that a statement waits for a row or table in use; zero: as long as it may take.
    pub lock_ms: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { connections_max: 12, acquire_ms: 10_000, statement_ms: 30_000, lock_ms: 20_000 }
    }
}

impl From<u32> for StoreLimits {
    /// So many connections, and the usual times.
    fn from(connections_max: u32) -> Self {
        Self { connections_max, ..Self::default() }
    }
}

/// How patiently the tables are brought up beside running work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrateLimits {
    /// Milliseconds that one change waits for a table; all other work on it waits behind.
    pub lock_ms: u64,
    /// Tries of one change at most, with as long a rest after each.
    pub tries: u32,
    /// Milliseconds to wait for another process that brings the tables up.
    pub turn_ms: u64,
}

impl Default for MigrateLimits {
    fn default() -> Self {
        Self { lock_ms: 1_000, tries: 60, turn_ms: 10_000 }
    }
}

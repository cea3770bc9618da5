//! Which setting cut a statement short: what people have to look at, beside what the server says.

use sqlx::Error;
use sqlx::error::DatabaseError;

use crate::store::StoreLimits;
use crate::store::engine::{StoreError, driver};

/// Names the statement in a driver's error, and the limit that struck.
pub(super) fn named(
    statement: &'static str,
    limits: StoreLimits,
) -> impl FnOnce(Error) -> StoreError {
    move |source| match struck(&source, limits) {
        Some(limit) => StoreError::Late { statement, limit, source },
        None => driver(statement)(source),
    }
}

fn struck(error: &Error, limits: StoreLimits) -> Option<String> {
    let StoreLimits { connections_max, acquire_ms, statement_ms, lock_ms } = limits;
    if matches!(error, Error::PoolTimedOut) {
        return Some(format!(
            "no connection within {acquire_ms} ms (store.acquire_ms): the server does not answer, \
             or all {connections_max} (store.connections_max) are in use"
        ));
    }
    match error.as_database_error().and_then(DatabaseError::code).as_deref() {
        // The same code comes when an administrator cancels it.
        Some("57014") => Some(format!(
            "it was cut short after {statement_ms} ms (store.statement_ms) or by an administrator"
        )),
        Some("55P03") => Some(format!(
            "what it needs was in use for {lock_ms} ms (store.lock_ms); look in pg_stat_activity \
             for a transaction that stays open"
        )),
        Some(_) | None => None,
    }
}

//! Pages for operations: read-only, Japanese first, English by one switch.

use std::sync::Arc;

use axum::Router;

use super::Desk;

/// The pages' routes.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
}

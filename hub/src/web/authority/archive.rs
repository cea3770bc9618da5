//! `/authority/archive`, `/authority/announcements`: what operations give out.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::Clerk;
use crate::web::Desk;
use crate::web::archive::{self, Seat};

/// `GET /authority/archive`
pub(super) async fn list(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    archive::list(&desk, &clerk.visit, Seat::AUTHORITY).await
}

/// `GET /authority/archive/{id}`
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    clerk: Clerk,
) -> Response {
    archive::fetch(&desk, &clerk.visit, (Seat::AUTHORITY, &id)).await
}

/// `GET /authority/announcements`
pub(super) async fn announcements(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    archive::list_all(&desk, &clerk.visit, Seat::AUTHORITY).await
}

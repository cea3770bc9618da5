//! `/operator/archive`, `/operator/announcements`: what operations give out.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::Applicant;
use crate::web::Desk;
use crate::web::archive::{self, Seat};

/// `GET /operator/archive`
pub(super) async fn list(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    archive::list(&desk, &applicant.visit, Seat::OPERATOR).await
}

/// `GET /operator/archive/{id}`
pub(super) async fn fetch(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    applicant: Applicant,
) -> Response {
    archive::fetch(&desk, &applicant.visit, (Seat::OPERATOR, &id)).await
}

/// `GET /operator/announcements`
pub(super) async fn announcements(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    archive::list_all(&desk, &applicant.visit, Seat::OPERATOR).await
}

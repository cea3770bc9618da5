//! `/reports`: the figures of a month, of all authorities.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::reports::Reader;
use crate::web::Desk;
use crate::web::reports;
use crate::web::roles::Staff;

/// `GET /reports?month=…&prefecture=…&authority=…&channel=…`
pub(super) async fn show(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let page = reports::page(&desk, &visit, ("/reports", Reader::Operations)).await;
    visit.answer(page)
}

/// `GET /reports.csv`: the same, a row for each authority and channel.
pub(super) async fn csv(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let file = reports::file(&desk, &visit, Reader::Operations).await;
    file.unwrap_or_else(|fault| visit.fault(&fault))
}

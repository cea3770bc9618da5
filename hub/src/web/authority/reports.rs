//! `/authority/reports`: the figures of a month, of the authority, and for the staff of a
//! prefecture those of its municipalities and unions too.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::Clerk;
use crate::reports::Reader;
use crate::web::Desk;
use crate::web::reports;

fn reader(clerk: &Clerk) -> Reader {
    clerk.visit.prefecture.map_or(Reader::Authority(clerk.authority), Reader::Prefecture)
}

/// `GET /authority/reports?month=…&authority=…&channel=…`
pub(super) async fn show(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    let here = ("/authority/reports", reader(&clerk));
    clerk.visit.answer(reports::page(&desk, &clerk.visit, here).await)
}

/// `GET /authority/reports.csv`: the same, a row for each authority and channel.
pub(super) async fn csv(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    let file = reports::file(&desk, &clerk.visit, reader(&clerk)).await;
    file.unwrap_or_else(|fault| clerk.visit.fault(&fault))
}

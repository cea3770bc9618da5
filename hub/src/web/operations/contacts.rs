//! `/authorities/{code}/contacts`: where an authority is told of what lies unread.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use schemas::AuthorityId;

use crate::web::Desk;
use crate::web::contacts::{self, ContactsPage, Seat};
use crate::web::fault::Fault;
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;

/// The authority of an address, and the page's own.
fn named(code: &str) -> Result<(AuthorityId, String), Fault> {
    let authority: AuthorityId = code.parse().map_err(|_| Fault::NoAuthority)?;
    Ok((authority, format!("/authorities/{authority}/contacts")))
}

/// `GET /authorities/{code}/contacts`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    Staff(visit): Staff,
) -> Response {
    match named(&code) {
        Ok((authority, path)) => {
            let seat = Seat { authority, is_operations: true, path: &path };
            visit.answer(ContactsPage::read(&desk, &visit, seat).await)
        }
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/contacts`
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match named(&code) {
        Ok((authority, path)) => {
            let seat = Seat { authority, is_operations: true, path: &path };
            contacts::change(&desk, visit, (seat, &form.fields)).await
        }
        Err(fault) => visit.fault(&fault),
    }
}

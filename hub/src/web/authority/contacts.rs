//! `/authority/contacts`: where the authority is told of what lies unread.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::Clerk;
use crate::web::Desk;
use crate::web::contacts::{self, ContactsPage, Seat};
use crate::web::sent::Sent;

impl Clerk {
    fn seat(&self) -> Seat<'static> {
        let path = "/authority/contacts";
        Seat { authority: self.authority, is_operations: false, path }
    }
}

/// `GET /authority/contacts`
pub(super) async fn show(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    clerk.visit.answer(ContactsPage::read(&desk, &clerk.visit, clerk.seat()).await)
}

/// `POST /authority/contacts`
pub(super) async fn change(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    contacts::change(&desk, &sent.visit, (sent.by.seat(), &sent.fields)).await
}

//! `/authority/master`: what the authority accepts and how it is reached, changed by its own staff.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::Clerk;
use crate::operate::master::Whom;
use crate::web::Desk;
use crate::web::master::{self, Seat};
use crate::web::sent::Sent;

impl Clerk {
    fn master(&self) -> Seat {
        let path = "/authority/master".to_owned();
        Seat { authority: self.authority, whom: Whom::Authority(self.authority), path }
    }
}

/// `GET /authority/master`
pub(super) async fn show(State(desk): State<Arc<Desk>>, clerk: Clerk) -> Response {
    master::show(&desk, &clerk.visit, &clerk.master()).await
}

/// `POST /authority/master`
pub(super) async fn change(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    master::change(&desk, &sent.visit, (&sent.by.master(), &sent.fields)).await
}

/// `POST /authority/master/channels`
pub(super) async fn propose(State(desk): State<Arc<Desk>>, sent: Sent<Clerk>) -> Response {
    master::propose(&desk, &sent.visit, (&sent.by.master(), &sent.fields)).await
}

/// `POST /authority/master/channels/{id}/{ruling}`
pub(super) async fn rule(
    State(desk): State<Arc<Desk>>,
    Path((id, ruling)): Path<(String, String)>,
    sent: Sent<Clerk>,
) -> Response {
    let what = (&sent.by.master(), (id.as_str(), ruling.as_str()), &sent.fields);
    master::rule(&desk, &sent.visit, what).await
}

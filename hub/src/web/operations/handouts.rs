//! `/authorities/{code}/statements`: whether an authority is handed its statements.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use schemas::AuthorityId;

use super::authorities::{self, Problems};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::handouts::{self, Seat};
use crate::web::roles::Keeper;
use crate::web::sent::Sent;
use crate::web::visit::see_other;

/// `POST /authorities/{code}/statements`
pub(super) async fn choose(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    let Ok(authority) = code.parse::<AuthorityId>() else {
        return visit.fault(&Fault::NoAuthority);
    };
    let seat = Seat { authority, is_operations: true, may: true };
    let (status, problem) = match handouts::choose(&desk, visit, (seat, &form.fields)).await {
        Ok(None) => return see_other(&format!("/authorities/{authority}?done=handout#handouts")),
        Ok(Some(told)) => told,
        Err(fault) => return visit.fault(&fault),
    };
    let problems = Problems { handout: Some(problem), ..Problems::default() };
    match authorities::read(&desk, authority.as_str(), (visit, problems)).await {
        Ok(page) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

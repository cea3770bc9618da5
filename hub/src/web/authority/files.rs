//! What an authority downloads.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::DeliveryId;

use super::Clerk;
use crate::delivery::Delivery;
use crate::web::Desk;
use crate::web::api::packages;
use crate::web::fault::Fault;
use crate::web::roles::Who;

/// `GET /authority/deliveries/{id}/package`: the sealed package. Fetching it proves the pick-up.
pub(super) async fn package(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    clerk: Clerk,
) -> Response {
    let delivery = match own(&desk, &clerk, &id).await {
        Ok(delivery) => delivery,
        Err(fault) => return clerk.visit.fault(&fault),
    };
    match packages::serve(&desk, &delivery).await {
        Ok(response) => response,
        Err(problem) if problem.status == StatusCode::GONE.as_u16() => {
            clerk.visit.fault(&Fault::Cancelled)
        }
        Err(problem) => clerk.visit.fault(&Fault::Away(problem.detail)),
    }
}

/// A delivery to the clerk's authority. Another's is answered as one that is not there, so that
/// nobody learns from the answer whether it is.
pub(super) async fn own(desk: &Desk, clerk: &Clerk, id: &str) -> Result<Delivery, Fault> {
    let Ok(id) = id.parse::<DeliveryId>() else { return Err(Fault::NoDelivery) };
    let delivery = desk.ctx.store.delivery(id).await?;
    let delivery = delivery.filter(|delivery| delivery.authority == clerk.authority);
    delivery.ok_or(Fault::NotYours(Who::Authority))
}

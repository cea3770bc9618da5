//! What an authority downloads: packages, and single files to look at.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::{Attachment, DeliveryId, Submission};

use super::Clerk;
use crate::delivery::{Delivery, FILE_INFECTED, SCAN_PENDING, State as Transport};
use crate::erasure::{ERASED, mark_of};
use crate::web::Desk;
use crate::web::api::packages;
use crate::web::download;
use crate::web::fault::Fault;
use crate::web::roles::Who;
use crate::web::whose;

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
        Err(problem) if &*problem.code == ERASED => clerk.visit.fault(&Fault::Erased),
        Err(problem) if problem.status == StatusCode::GONE.as_u16() => {
            clerk.visit.fault(&Fault::Cancelled)
        }
        Err(problem) if &*problem.code == FILE_INFECTED => clerk.visit.fault(&Fault::FileInfected),
        Err(problem) if &*problem.code == SCAN_PENDING => clerk.visit.fault(&Fault::FileWaits),
        Err(problem) => clerk.visit.fault(&Fault::Away(problem.detail)),
    }
}

/// `GET /authority/deliveries/{id}/files/{place}`: one file of the filing, by its place from 0;
/// with `?view=1` to be shown where browsers can.
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    Path((id, place)): Path<(String, String)>,
    clerk: Clerk,
) -> Response {
    match read(&desk, &clerk, (&id, &place)).await {
        Ok(response) => response,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

async fn read(desk: &Desk, clerk: &Clerk, (id, place): (&str, &str)) -> Result<Response, Fault> {
    let delivery = own(desk, clerk, id).await?;
    if matches!(delivery.state, Transport::Cancelled) {
        return Err(Fault::Cancelled);
    }
    let parcel = desk.ctx.store.parcel(delivery.id).await?.ok_or(Fault::NoDelivery)?;
    let filing: Submission = serde_json::from_str(&parcel.document)
        .map_err(|error| Fault::Away(format!("the stored document: {error}")))?;
    if mark_of(&filing).is_some() {
        return Err(Fault::Erased);
    }
    let place: usize = place.parse().map_err(|_| Fault::NoPage)?;
    let file = filing.attachments.get(place).ok_or(Fault::NoPage)?;
    download::serve(&desk.ctx, file, clerk.visit.get("view").is_some()).await
}

/// `GET /authority/deliveries/{id}/answer/{place}`: one file of the authority's own answer.
pub(super) async fn of_answer(
    State(desk): State<Arc<Desk>>,
    Path((id, place)): Path<(String, String)>,
    clerk: Clerk,
) -> Response {
    match read_answer(&desk, &clerk, (&id, &place)).await {
        Ok(response) => response,
        Err(fault) => clerk.visit.fault(&fault),
    }
}

async fn read_answer(
    desk: &Desk,
    clerk: &Clerk,
    (id, place): (&str, &str),
) -> Result<Response, Fault> {
    let delivery = own(desk, clerk, id).await?;
    let decision = desk.ctx.store.decision(delivery.id).await?.ok_or(Fault::NoPage)?;
    let files: Vec<Attachment> = serde_json::from_str(&decision.files).unwrap_or_default();
    let place: usize = place.parse().map_err(|_| Fault::NoPage)?;
    let file = files.get(place).ok_or(Fault::NoPage)?;
    download::serve(&desk.ctx, file, clerk.visit.get("view").is_some()).await
}

/// A delivery to the clerk's authority. Who follows a link about another's is told whose it is; one
/// that is not there is answered as if it were another's.
pub(super) async fn own(desk: &Desk, clerk: &Clerk, id: &str) -> Result<Delivery, Fault> {
    let Ok(id) = id.parse::<DeliveryId>() else { return Err(Fault::NoDelivery) };
    match desk.ctx.store.delivery(id).await? {
        Some(delivery) if delivery.authority == clerk.authority => Ok(delivery),
        Some(delivery) => Err(whose::of_authority(desk, delivery.authority)),
        None => Err(Fault::NotYours(Who::Authority)),
    }
}

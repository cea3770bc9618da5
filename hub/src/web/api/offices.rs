//! The operator's offices, as far as the hub knows.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use schemas::{AuthorityId, OfficeNumber, OfficeService};
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::Desk;
use crate::web::offices::{KnownOffice, Standing, known};
use crate::web::problem::Problem;

/// An office that the operator's filings name, as `offices` of a submission takes it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfficeView {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    office_number: Option<OfficeNumber>,
    municipality: AuthorityId,
    services: Vec<ServiceView>,
}

/// One of its services, and how surely it offers it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceView {
    #[serde(flatten)]
    service: OfficeService,
    /// `accepted`: an authority has accepted a filing about it; `filed`: none has yet; `closed`:
    /// its closure was accepted.
    standing: Standing,
}

impl From<KnownOffice> for OfficeView {
    fn from(known: KnownOffice) -> Self {
        let KnownOffice { office, standings, .. } = known;
        let services = office.services.into_iter().zip(standings);
        Self {
            name: office.name,
            office_number: office.office_number,
            municipality: office.municipality,
            services: services
                .map(|(service, standing)| ServiceView { service, standing })
                .collect(),
        }
    }
}

/// The operator's offices, by name: what a one-stop change begins with.
///
/// Confirm the list, leave out `standing`, and file it with `"one_stop": true`.
#[utoipa::path(
    get,
    path = "/v1/offices",
    responses((status = 200, body = Vec<OfficeView>), (status = "4XX", body = Problem)),
    security(("key" = []))
)]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Vec<OfficeView>>, Problem> {
    let number = desk.access.operator(&desk.ctx, &headers).await?;
    let all = known(&desk, number).await?;
    Ok(Json(all.into_iter().map(OfficeView::from).collect()))
}

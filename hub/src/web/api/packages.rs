//! Packages over HTTP: for the inbox, and by a link that expires.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemas::{Channel, DeliveryId, Owner, Why};
use serde::Deserialize;

use super::read::{Path, Query};
use crate::context::Context;
use crate::courier::held_package;
use crate::delivery::{Delivery, FILE_INFECTED, SCAN_PENDING, State as Transport};
use crate::erasure::ERASED;
use crate::review::ReviewProblem;
use crate::web::Desk;
use crate::web::problem::Problem;

/// What a link carries beside the delivery.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    until: i64,
    token: String,
}

/// The package behind a link of a delivery mail.
pub(super) async fn by_link(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<DeliveryId>,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let path = format!("/packages/{id}?until={}", link.until);
    if !desk.ctx.signer.token_fits(&path, &link.token) {
        return Err(Problem::not_found("package"));
    }
    if link.until < desk.ctx.clock.now_ms() {
        let detail = "this link has expired; ask operations to send it again";
        return Err(Problem::new(StatusCode::GONE, "link_expired", Owner::Hub, detail));
    }
    let delivery = desk.ctx.store.delivery(id).await?;
    let delivery = delivery.ok_or_else(|| Problem::not_found("package"))?;
    serve(&desk, &delivery).await
}

/// Streams a delivery's package, and records the pick-up once it has been built.
pub(in crate::web) async fn serve(desk: &Desk, delivery: &Delivery) -> Result<Response, Problem> {
    let ctx = &desk.ctx;
    if matches!(delivery.state, Transport::Cancelled) {
        return Err(withdrawn());
    }
    let row = ctx.store.parcel(delivery.id).await?;
    let row = row.ok_or_else(|| Problem::not_found("package"))?;
    let busy = |what: String| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "package_not_built", Owner::Hub, what)
    };
    let package = held_package(ctx, delivery, &row).await.map_err(|why| match &*why.code {
        ERASED => Problem::new(StatusCode::GONE, ERASED, why.owner, why.sentence),
        FILE_INFECTED => conflict(&why),
        SCAN_PENDING => Problem { code: SCAN_PENDING.into(), ..busy(why.sentence) },
        _ => busy(why.sentence),
    })?;
    let stream = package.stream().await.map_err(|e| busy(e.to_string()))?;
    // Before the first byte: what nobody is told to have it must not be there.
    match desk.reviewer.picked_up(delivery.id, delivery.authority).await {
        Err(ReviewProblem::State(_)) => return Err(withdrawn()),
        recorded => recorded?,
    }
    let digest = STANDARD.encode(hex::decode(&package.sha256).unwrap_or_default());
    let name = adapters::adapter::file_name(delivery.id);
    // The same mark that a pushed package carries: an earlier channel may have brought it.
    let is_second_copy = delivery.second_copy
        && (delivery.ladder_step > 0 || was_elsewhere(ctx, delivery.id).await?);
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, package.size.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::HeaderName::from_static("content-digest"), format!("sha-256=:{digest}:")),
        (header::HeaderName::from_static("todoke-second-copy"), is_second_copy.to_string()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// Whether it was tried over a channel that sends, and came to the inbox by hand.
async fn was_elsewhere(ctx: &Context, id: DeliveryId) -> Result<bool, Problem> {
    let tries = ctx.store.attempts(id).await?;
    Ok(tries.iter().any(|it| it.channel != Channel::Pull))
}

fn withdrawn() -> Problem {
    let detail =
        "the operator withdrew this filing before it went out, or it went to another authority";
    Problem::new(StatusCode::GONE, "withdrawn", Owner::Operator, detail)
}

fn conflict(why: &Why) -> Problem {
    Problem::new(StatusCode::CONFLICT, FILE_INFECTED, why.owner, why.sentence.clone())
}

//! Send: has the package built and makes one try. Writes nothing.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use adapters::{Action, Parcel};
use futures::FutureExt;
use schemas::{AuthorityId, Channel, Outcome, Owner, Why};
use tokio::sync::mpsc;

use super::claim::Job;
use super::package::held_package;
use super::policy::{AWAITING_PICKUP, Times};
use super::record::{Attempted, Tried};
use crate::context::Context;
use crate::delivery::Delivery;
use crate::judgement;
use crate::store::ParcelRow;
use crate::trace::{Begun, Span, Trace};

/// One try, whose result always reaches the recorder: a panic in between is our own fault.
pub(super) async fn send(ctx: Arc<Context>, job: Job, results: mpsc::UnboundedSender<Attempted>) {
    let Job { delivery, parcel, begun, lane_was_clean, slot } = job;
    let started_at = ctx.clock.now_ms();
    let trying = AssertUnwindSafe(try_once(&ctx, &delivery, (&parcel, begun.trace))).catch_unwind();
    let tried = match ctx.break_off.run_until_cancelled(trying).await {
        Some(Ok(tried)) => tried,
        Some(Err(_)) => {
            let sentence = "the courier met a fault of its own";
            Tried::OwnFault(Why::new("courier_panic", Owner::Hub, sentence))
        }
        None => Tried::BrokenOff,
    };
    drop(slot);
    let finished_at = ctx.clock.now_ms();
    tell(&ctx, &delivery, (begun, &tried), (started_at, finished_at));
    let Delivery { id, channel, authority, .. } = delivery;
    let due_at = due_at(&ctx, &tried, &parcel, (authority, finished_at));
    drop(results.send(Attempted {
        id,
        trace: begun.trace,
        channel,
        tried,
        lane_was_clean,
        due_at,
        started_at,
        finished_at,
    }));
}

/// Tells of a try that was made.
fn tell(
    ctx: &Context,
    delivery: &Delivery,
    (begun, tried): (Begun, &Tried),
    (started_at, ended_at): (i64, i64),
) {
    let Tried::Outcome { outcome, .. } = tried else { return };
    let channel = delivery.channel.map_or("none", Channel::as_str);
    ctx.spans.tell(Span {
        stage: "courier",
        begun: Begun { at: started_at, ..begun },
        ended_at,
        about: vec![
            ("delivery.id", delivery.id.to_string()),
            ("authority.code", delivery.authority.to_string()),
            ("channel", channel.to_owned()),
            ("attempt.number", (delivery.attempts + 1).to_string()),
            ("outcome", outcome.as_str().to_owned()),
        ],
        fault: fault(outcome),
    });
}

fn fault(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Delivered { .. } => None,
        Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
            Some(why.code.clone())
        }
    }
}

/// The end of the filing's next last day, when it is to be tried again; that it is near is told.
fn due_at(
    ctx: &Context,
    tried: &Tried,
    parcel: &ParcelRow,
    (authority, now): (AuthorityId, i64),
) -> Option<i64> {
    let Tried::Outcome { outcome, .. } = tried else { return None };
    let (Outcome::Deferred { why, .. } | Outcome::Unknown { why }) = outcome else { return None };
    let due_at = judgement::next_deadline(ctx, parcel, authority, now)?;
    let times = Times { now, due_at: Some(due_at) };
    if times.is_near(&ctx.config.retry) && why.code != AWAITING_PICKUP {
        let number = &parcel.receipt_number;
        let hours = (due_at - now) / 3_600_000;
        tracing::error!(
            receipt_number = number, authority.code = %authority, hours, error = why.sentence,
            "a deadline is near, and the authority cannot be reached"
        );
    }
    Some(due_at)
}

async fn try_once(ctx: &Context, delivery: &Delivery, (row, trace): (&ParcelRow, Trace)) -> Tried {
    if ctx.stop.is_cancelled() {
        return Tried::NotBegun;
    }
    let directory = ctx.directory.load_full();
    let endpoint = delivery.channel.and_then(|c| directory.endpoint(delivery.authority, c));
    let Some(endpoint) = endpoint else {
        let sentence = "the authority no longer has this channel; the next one takes over";
        let why = Why::new("channel_removed", Owner::Hub, sentence);
        return Tried::Outcome { outcome: Outcome::Refused { why }, package_sha256: None };
    };
    let parcel = match parcel_of(ctx, delivery, row).await {
        Ok(parcel) => Parcel { trace: Some(trace.to_string()), ..parcel },
        Err(why) => return Tried::OwnFault(why),
    };
    let sha256 = parcel.package.sha256.clone();
    if delivery.package_sha256.as_ref().is_some_and(|sealed| *sealed != sha256) {
        let sentence =
            "the package came out different from the one sealed before; nothing was sent";
        return Tried::OwnFault(Why::new("package_differs", Owner::Hub, sentence));
    }
    if ctx.stop.is_cancelled() {
        return Tried::NotBegun;
    }
    let outcome = ctx.adapters.get(endpoint.channel()).deliver(endpoint, &parcel).await;
    Tried::Outcome { outcome, package_sha256: Some(sha256) }
}

/// The parcel of a delivery: the same bytes for the same revision and authority, on every try.
pub async fn parcel_of(ctx: &Context, delivery: &Delivery, row: &ParcelRow) -> Result<Parcel, Why> {
    let now = ctx.clock.now();
    let authority_name = ctx.master().name(delivery.authority);
    let package = held_package(ctx, delivery, row).await?;
    let expires = now.as_millisecond() + ctx.config.package.link_hours * 3_600_000;
    let path = format!("/packages/{}?until={expires}", delivery.id);
    let link = ctx.link(&format!("{path}&token={}", ctx.signer.token(&path)));
    Ok(Parcel {
        delivery: delivery.id,
        filing: delivery.filing_id,
        receipt_number: row.receipt_number.clone(),
        revision: u32::try_from(delivery.revision).unwrap_or(1),
        authority: delivery.authority,
        authority_name,
        kind: row.kind,
        attempt: u32::try_from(delivery.attempts + 1).unwrap_or(1),
        package,
        second_copy: delivery.second_copy,
        is_test: delivery.is_test(),
        action: Action::of_word(&row.action),
        link: Some(link),
        trace: None,
        now,
    })
}

//! Send: builds the package and makes one try. Touches no store.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use adapters::package::{LedgerFacts, ledger_csv};
use adapters::{Action, AttachmentSource, Contents, Parcel, Sealed, seal};
use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt;
use futures::stream::BoxStream;
use jiff::Timestamp;
use schemas::{Outcome, Owner, Submission, Why};
use serde_json::json;
use tokio::sync::mpsc;

use super::claim::Job;
use super::record::{Attempted, Tried};
use crate::context::Context;
use crate::delivery::Delivery;
use crate::objects::Objects;
use crate::store::ParcelRow;

/// One try, whose result always reaches the recorder: a panic in between is our own fault.
pub(super) async fn send(ctx: Arc<Context>, job: Job, results: mpsc::UnboundedSender<Attempted>) {
    let Job { delivery, parcel, lane_was_clean, slot } = job;
    let started_at = ctx.clock.now_ms();
    let trying = AssertUnwindSafe(try_once(&ctx, &delivery, &parcel)).catch_unwind();
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
    let Delivery { id, channel, .. } = delivery;
    drop(results.send(Attempted { id, channel, tried, lane_was_clean, started_at, finished_at }));
}

async fn try_once(ctx: &Context, delivery: &Delivery, row: &ParcelRow) -> Tried {
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
        Ok(parcel) => parcel,
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
    let authority_name = ctx.master.name(delivery.authority);
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
        action: action_of(&row.action),
        link: Some(link),
        trace: None,
        now,
    })
}

fn action_of(word: &str) -> Action {
    match word {
        "correct" => Action::Correct,
        "withdraw" => Action::Withdraw,
        _ => Action::Submit,
    }
}

/// Builds (or builds again) the sealed package of a delivery.
pub async fn held_package(
    ctx: &Context,
    delivery: &Delivery,
    row: &ParcelRow,
) -> Result<Sealed, Why> {
    let ours = |code: &str, what: String| Why::new(code, Owner::Hub, what);
    let submission: Submission = serde_json::from_str(&row.document)
        .map_err(|e| ours("document_unreadable", format!("the stored document: {e}")))?;
    let contents = contents_of(ctx, delivery, row, &submission);
    let source = FromObjects(ctx.objects.clone());
    let spool = ctx.spool_folder();
    let memory = ctx.config.package.memory_bytes_max;
    seal(&contents, &source, &spool, memory)
        .await
        .map_err(|e| ours("package_not_built", format!("{e}; the attempt waits until it can be")))
}

fn contents_of(
    ctx: &Context,
    delivery: &Delivery,
    row: &ParcelRow,
    submission: &Submission,
) -> Contents {
    let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let received_at = time(row.received_at);
    let document: serde_json::Value = serde_json::from_str(&row.document).unwrap_or_default();
    let filing = json!({
        "delivery": delivery.id, "filing": delivery.filing_id, "revision": delivery.revision,
        "action": row.action, "receipt_number": row.receipt_number,
        "authority": delivery.authority, "received_at": received_at.to_string(),
        "first_received_at": time(row.first_received_at).to_string(),
        "document_sha256": row.document_sha256, "document": document,
    });
    let receipt = ctx.signer.sign(json!({
        "type": "todoke.package.v1", "delivery": delivery.id, "filing": delivery.filing_id,
        "revision": delivery.revision, "receipt_number": row.receipt_number,
        "authority": delivery.authority, "received_at": received_at.to_string(),
        "document_sha256": row.document_sha256,
    }));
    let facts = LedgerFacts {
        receipt_number: &row.receipt_number,
        revision: u32::try_from(delivery.revision).unwrap_or(1),
        action: action_of(&row.action),
        delivery: delivery.id,
        authority: delivery.authority,
        received_at,
    };
    Contents {
        delivery: delivery.id,
        receipt_number: row.receipt_number.clone(),
        received_at,
        filing_json: Bytes::from(filing.to_string()),
        filing_csv: ledger_csv(submission, &facts),
        receipt_json: Bytes::from(serde_json::to_vec(&receipt).unwrap_or_default()),
        attachments: submission.attachments.clone(),
    }
}

/// Reads attachments from the object store while a package is sealed.
struct FromObjects(Objects);

#[async_trait]
impl AttachmentSource for FromObjects {
    async fn open(&self, sha256: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        self.0.get(sha256).await.map_err(io::Error::other)
    }
}

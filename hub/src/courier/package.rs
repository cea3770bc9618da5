//! Package: what an authority gets of a delivery, built (or built again) as it was planned.

use std::io;
use std::sync::Arc;

use adapters::package::{Layout, LedgerFacts, Second, filing_xml, ledger, ledger_csv};
use adapters::print::Print;
use adapters::{Action, AttachmentSource, Contents, Sealed, seal};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;
use schemas::ledger::Profile;
use schemas::{AuthorityId, DeliveryId, FilingId, Owner, Submission, Why};
use serde_json::{Value, json};

use crate::context::Context;
use crate::delivery::Delivery;
use crate::erasure;
use crate::objects::Objects;
use crate::prints::print_of;
use crate::recipe::Recipe;
use crate::scans::Scans;
use crate::store::ParcelRow;

/// Builds (or builds again) the sealed package of a delivery: the same bytes whenever it is asked
/// for.
pub async fn held_package(
    ctx: &Context,
    delivery: &Delivery,
    row: &ParcelRow,
) -> Result<Sealed, Why> {
    let ours = |code: &str, what: String| Why::new(code, Owner::Hub, what);
    let submission: Submission = serde_json::from_str(&row.document)
        .map_err(|e| ours("document_unreadable", format!("the stored document: {e}")))?;
    if let Some(erased) = erasure::mark_of(&submission) {
        return Err(erasure::why(&erased));
    }
    // Whoever asks, and whatever was decided before: this is where bytes leave the hub.
    let scans = Scans::read(ctx, &submission.attachments).await;
    let scans = scans.map_err(|e| ours("package_not_built", e.to_string()))?;
    if let Some(why) = scans.stop(&submission.attachments) {
        return Err(why);
    }
    let contents = contents_of(ctx, delivery, row, &submission).await?;
    let source = FromObjects::new(ctx);
    let spool = ctx.spool_folder();
    let memory = ctx.config.package.memory_bytes_max;
    seal(&contents, &source, &spool, memory)
        .await
        .map_err(|e| ours("package_not_built", format!("{e}; the attempt waits until it can be")))
}

async fn contents_of(
    ctx: &Context,
    delivery: &Delivery,
    row: &ParcelRow,
    submission: &Submission,
) -> Result<Contents, Why> {
    let made = match Recipe::read(row.recipe.as_deref())? {
        None => None,
        Some(recipe) => {
            let profile = recipe.profile(ctx).await?;
            let key = (delivery.filing_id, delivery.revision);
            let print = if recipe.print {
                Some(print_of(ctx, key, row.into(), submission).await?)
            } else {
                None
            };
            Some((profile, print))
        }
    };
    let receipt = ctx.signer.sign(json!({
        "type": "todoke.package.v1", "delivery": delivery.id, "filing": delivery.filing_id,
        "revision": delivery.revision, "receipt_number": row.receipt_number,
        "authority": delivery.authority, "received_at": time(row.received_at).to_string(),
        "document_sha256": row.document_sha256,
    }));
    let receipt = Bytes::from(serde_json::to_vec(&receipt).unwrap_or_default());
    Ok(contents(&Address::of(delivery), (row, submission), made, receipt))
}

/// Whose package it is.
#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The filing.
    pub filing: FilingId,
    /// Its revision, from 1.
    pub revision: i32,
    /// The authority.
    pub authority: AuthorityId,
}

impl Address {
    fn of(delivery: &Delivery) -> Self {
        Self {
            delivery: delivery.id,
            filing: delivery.filing_id,
            revision: delivery.revision,
            authority: delivery.authority,
        }
    }
}

/// What stands in a package: with a profile and perhaps a print in today's layout, else in the
/// first. Nothing is read or kept.
pub fn contents(
    to: &Address,
    (row, submission): (&ParcelRow, &Submission),
    made: Option<(Arc<Profile>, Option<Print>)>,
    receipt_json: Bytes,
) -> Contents {
    let mut filing = filing_of(to, row);
    if submission.corporate_number.is_test() {
        filing["test"] = true.into();
    }
    let facts = LedgerFacts {
        receipt_number: &row.receipt_number,
        revision: u32::try_from(to.revision).unwrap_or(1),
        action: Action::of_word(&row.action),
        delivery: to.delivery,
        authority: to.authority,
        received_at: time(row.received_at),
        first_received_at: time(row.first_received_at),
    };
    let layout = match made {
        None => Layout::First(ledger_csv(submission, &facts)),
        Some((profile, print)) => {
            let ledger = ledger(submission, &facts, &profile);
            Layout::Second(Box::new(Second { ledger, xml: filing_xml(&filing), print }))
        }
    };
    Contents {
        delivery: to.delivery,
        receipt_number: row.receipt_number.clone(),
        received_at: time(row.received_at),
        filing_json: Bytes::from(filing.to_string()),
        receipt_json,
        is_test: submission.corporate_number.is_test(),
        layout,
        attachments: submission.attachments.clone(),
    }
}

/// The filing and what the hub knows of it.
fn filing_of(to: &Address, row: &ParcelRow) -> Value {
    let document: Value = serde_json::from_str(&row.document).unwrap_or_default();
    json!({
        "delivery": to.delivery, "filing": to.filing, "revision": to.revision,
        "action": row.action, "receipt_number": row.receipt_number,
        "authority": to.authority, "received_at": time(row.received_at).to_string(),
        "first_received_at": time(row.first_received_at).to_string(),
        "document_sha256": row.document_sha256, "document": document,
    })
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Reads attachments from the object store while a package is sealed.
#[derive(Debug)]
pub struct FromObjects(Objects);

impl FromObjects {
    /// The object store of the hub.
    pub fn new(ctx: &Context) -> Self {
        Self(ctx.objects.clone())
    }
}

#[async_trait]
impl AttachmentSource for FromObjects {
    async fn open(&self, sha256: &str) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        self.0.get(sha256).await.map_err(io::Error::other)
    }
}

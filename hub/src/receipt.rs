//! 到達確認: the signed receipt of a filing, and its check without the hub.

use std::collections::HashMap;

use schemas::DeliveryId;
use serde_json::{Value, json};

use crate::context::Context;
use crate::filing::Status;
use crate::signer::{SignatureProblem, Signed};
use crate::store::{Chain, ChainBreak, EventRow, FilingRow, StoreError, verify_chain};

/// The word that marks a receipt of this form.
const TYPE: &str = "todoke.receipt.v1";

/// States what was filed, what has happened and what is proved, and signs it.
pub async fn make(ctx: &Context, filing: &FilingRow) -> Result<Signed, StoreError> {
    let revisions = ctx.store.revisions(filing.id).await?;
    let deliveries = ctx.store.deliveries_of(filing.id).await?;
    let events = ctx.store.events(filing.id).await?;
    if ctx.store.chain(filing, &events).await? == Chain::Retired {
        return Err(StoreError::Retired);
    }
    let revisions: Vec<_> = revisions
        .iter()
        .map(|r| {
            json!({"revision": r.revision, "action": r.action, "received_at": r.received_at,
                   "document_sha256": r.document_sha256})
        })
        .collect();
    let status = Status::of(&deliveries, filing.withdrawn_at.is_some());
    let deliveries: Vec<_> = deliveries
        .iter()
        .map(|d| {
            json!({"delivery": d.id, "revision": d.revision, "authority": d.authority,
                   "authority_name": ctx.master().name(d.authority), "state": d.state.as_str(),
                   "review": d.review, "proof": d.proof, "package_sha256": d.package_sha256})
        })
        .collect();
    Ok(ctx.signer.sign(json!({
        "type": TYPE, "issuer": ctx.config.http.public_url, "issued_at": ctx.clock.now_ms(),
        "filing": filing.id, "receipt_number": filing.receipt_number,
        "corporate_number": filing.corporate_number, "kind": filing.kind,
        "received_at": filing.received_at, "status": status, "revisions": revisions,
        "deliveries": deliveries, "events": events,
    })))
}

/// In which way a receipt is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptProblem {
    /// It is not JSON of the right shape.
    #[error("this is no Todoke receipt: {0}")]
    Shape(String),
    /// Its signature does not stand.
    #[error("{0}")]
    Signature(#[from] SignatureProblem),
    /// Another key than the one that is trusted signed it.
    #[error("it was signed with the key {found}, not with the trusted key {trusted}")]
    OtherKey {
        /// Fingerprint of the key in the receipt.
        found: String,
        /// Fingerprint that was asked for.
        trusted: String,
    },
    /// The events do not chain.
    #[error("the chain of events is broken: {0}")]
    Chain(#[from] ChainBreak),
    /// An event of another filing.
    #[error("event {0} belongs to another filing")]
    OtherFiling(i32),
    /// The summary says more than the events show.
    #[error("the receipt says {0}, but no event shows it")]
    Unproved(String),
}

/// What a receipt that stands says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// 受付番号.
    pub receipt_number: String,
    /// Milliseconds.
    pub received_at: i64,
    /// Events in the chain.
    pub events: usize,
    /// Fingerprint of the key that signed it.
    pub fingerprint: String,
    /// When the contents were erased, in milliseconds.
    pub erased_at: Option<i64>,
}

/// Checks a receipt's text: shape, signature, key, chain, and that each delivery and revision that
/// it names is shown by an event.
pub fn verify(text: &str, trusted: Option<&str>) -> Result<Verified, ReceiptProblem> {
    let shape = |what: String| ReceiptProblem::Shape(what);
    let signed: Signed = serde_json::from_str(text).map_err(|e| shape(e.to_string()))?;
    let statement = &signed.statement;
    if statement["type"] != TYPE {
        return Err(shape(format!("its type is {}, not {TYPE:?}", statement["type"])));
    }
    signed.verify()?;
    let fingerprint = signed.fingerprint();
    if let Some(trusted) = trusted
        && trusted != fingerprint
    {
        return Err(ReceiptProblem::OtherKey { found: fingerprint, trusted: trusted.to_owned() });
    }
    let events: Vec<EventRow> = serde_json::from_value(statement["events"].clone())
        .map_err(|e| shape(format!("its events do not read: {e}")))?;
    if events.is_empty() {
        return Err(ReceiptProblem::Unproved("that the filing was received".into()));
    }
    if let Some(event) = events.iter().find(|e| json!(e.filing_id) != statement["filing"]) {
        return Err(ReceiptProblem::OtherFiling(event.seq));
    }
    verify_chain(&events)?;
    check_receipt(statement, &events[0])?;
    check_revisions(statement, &events)?;
    check_deliveries(statement, &events)?;
    Ok(Verified {
        receipt_number: statement["receipt_number"].as_str().unwrap_or_default().to_owned(),
        received_at: statement["received_at"].as_i64().unwrap_or_default(),
        events: events.len(),
        fingerprint,
        erased_at: events.iter().find(|it| it.kind == "filing.erased").map(|it| it.at),
    })
}

fn bodies<'a>(events: &'a [EventRow], kind: &'a str) -> impl Iterator<Item = Value> + 'a {
    events
        .iter()
        .filter(move |event| event.kind == kind)
        .filter_map(|event| serde_json::from_str(&event.body).ok())
}

/// The time that is evidence is that of the first event.
fn check_receipt(statement: &Value, first: &EventRow) -> Result<(), ReceiptProblem> {
    if first.kind == "filing.received" && statement["received_at"] == first.at {
        return Ok(());
    }
    Err(ReceiptProblem::Unproved("that it was received at that time".into()))
}

/// Each revision's digest stands in the event of its receipt.
fn check_revisions(statement: &Value, events: &[EventRow]) -> Result<(), ReceiptProblem> {
    let recorded: HashMap<String, Value> =
        ["filing.received", "filing.corrected", "filing.withdrawn"]
            .into_iter()
            .flat_map(|kind| bodies(events, kind))
            .map(|body| (body["revision"].to_string(), body["document_sha256"].clone()))
            .collect();
    for revision in statement["revisions"].as_array().into_iter().flatten() {
        let number = revision["revision"].to_string();
        if recorded.get(&number) != Some(&revision["document_sha256"]) {
            let what = format!("that revision {number} has that digest");
            return Err(ReceiptProblem::Unproved(what));
        }
    }
    Ok(())
}

/// Each delivery that is called delivered has an event that shows it.
fn check_deliveries(statement: &Value, events: &[EventRow]) -> Result<(), ReceiptProblem> {
    let kinds = [
        "delivery.delivered",
        "proof.picked_up",
        "proof.opened",
        "proof.acknowledged",
        "decision.made",
    ];
    let shown: Vec<Value> = kinds
        .into_iter()
        .flat_map(|kind| bodies(events, kind))
        .map(|body| body["delivery"].clone())
        .collect();
    for delivery in statement["deliveries"].as_array().into_iter().flatten() {
        let id = &delivery["delivery"];
        if id.as_str().and_then(|id| id.parse::<DeliveryId>().ok()).is_none() {
            return Err(ReceiptProblem::Shape(format!("{id} is no delivery")));
        }
        if delivery["state"] == "delivered" && !shown.contains(id) {
            let what = format!("that {} was delivered", id.as_str().unwrap_or_default());
            return Err(ReceiptProblem::Unproved(what));
        }
    }
    Ok(())
}

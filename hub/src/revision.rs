//! A revision as it is handed in, and the rows that record it: for intake and for what follows.

use std::collections::HashSet;

use schemas::{CorporateNumber, FilingId, Finding, Submission};
use serde_json::json;

use crate::store::RevisionRow;
use crate::trace::{Begun, Span, Trace};

/// A request to take a filing in.
#[derive(Debug)]
pub struct Request {
    /// What is filed, read.
    pub submission: Submission,
    /// The same as it came.
    pub document: String,
    /// The operator's key for this request.
    pub idempotency_key: String,
}

/// The answer to a request: the filing is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipted {
    /// The filing.
    pub id: FilingId,
    /// Its revision.
    pub revision: i32,
    /// Milliseconds; evidence under 施行規則 165条の7.
    pub received_at: i64,
    /// The same request had been made before: this is its receipt.
    pub replayed: bool,
    /// What is worth a look and was in nobody's way.
    pub warnings: Vec<Finding>,
}

/// The particulars of the event that records a revision's receipt.
pub fn received_body(
    corporate_number: CorporateNumber,
    revision: i32,
    sha256: &str,
) -> serde_json::Value {
    json!({"revision": revision, "corporate_number": corporate_number, "document_sha256": sha256})
}

/// What is told of a revision's receipt; it ends with the commit.
pub fn received(begun: Begun, (filing, revision): (FilingId, i32)) -> Span {
    let about = vec![
        ("filing.id", filing.to_string()),
        ("receipt_number", filing.receipt_number()),
        ("revision", revision.to_string()),
    ];
    Span { stage: "intake", begun, ended_at: begun.at, about, fault: None }
}

/// The row of a revision as it was handed in.
pub fn new_revision(
    (request, sha256): (&Request, &str),
    filing_id: FilingId,
    (revision, action): (i32, &str),
    (received_at, trace): (i64, Trace),
) -> RevisionRow {
    RevisionRow {
        filing_id,
        revision,
        action: action.to_owned(),
        received_at,
        corporate_number: request.submission.corporate_number,
        idempotency_key: request.idempotency_key.clone(),
        document: request.document.clone(),
        document_sha256: sha256.to_owned(),
        only_authorities: None,
        routed_at: None,
        plan: None,
        problem: None,
        trace: Some(trace),
    }
}

/// `;`-separated codes, in order and each once.
pub fn join_authorities(all: impl Iterator<Item = schemas::AuthorityId>) -> String {
    let all: HashSet<_> = all.collect();
    let mut all: Vec<_> = all.into_iter().map(|a| a.to_string()).collect();
    all.sort();
    all.join(";")
}

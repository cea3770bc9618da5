//! What a package says of itself, to whoever gets it.

use std::collections::BTreeSet;
use std::io::Cursor;

use aws_lc_rs::digest::{SHA256, digest};
use schemas::{AuthorityId, DeliveryId, FilingId, Submission};
use serde::Deserialize;
use serde_json::Value;

use crate::package::{OpenError, Opened, read_package};

/// `data/filing.json` of a package.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The filing.
    pub filing: FilingId,
    /// Its revision, from 1.
    pub revision: i32,
    /// `submit`, `correct` or `withdraw`.
    pub action: String,
    /// 受付番号.
    pub receipt_number: String,
    /// Who must get it.
    pub authority: AuthorityId,
    /// Lower-case hex SHA-256 of the document's text as it was handed in.
    pub document_sha256: String,
    /// The document.
    pub document: Value,
}

impl Facts {
    /// Whether a package holds this submission, as it was handed in in this text, with all of its
    /// files; else what it holds another of.
    pub fn check(
        &self,
        opened: &Opened,
        submission: &Submission,
        text: &str,
    ) -> Result<(), &'static str> {
        let named = submission.attachments.iter().map(|it| (&it.name, it.size, &it.sha256));
        let found = opened.attachments.iter().map(|it| (&it.name, it.size, &it.sha256));
        if serde_json::to_value(submission).ok().as_ref() != Some(&self.document) {
            return Err("another document");
        }
        if hex::encode(digest(&SHA256, text.as_bytes())) != self.document_sha256 {
            return Err("another document digest");
        }
        if named.collect::<BTreeSet<_>>() != found.collect() {
            return Err("other attachments");
        }
        Ok(())
    }
}

/// Opens a package, believing nothing of it that its manifests do not bear out.
pub fn open_package(bytes: Vec<u8>) -> Result<(Facts, Opened), OpenError> {
    let opened = read_package(Cursor::new(bytes))?;
    let facts = serde_json::from_slice(&opened.filing_json)
        .map_err(|error| OpenError::Tag { file: "data/filing.json", problem: error.to_string() })?;
    Ok((facts, opened))
}

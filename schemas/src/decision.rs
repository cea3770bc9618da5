//! 受付完了 / 差戻し: an authority's answer, and the file form of it for SFTP result folders.

use serde::{Deserialize, Serialize};

use crate::outcome::words;
use crate::{Attachment, DeliveryId};

words! {
    /// The answer.
    Verdict {
        /// 受付完了.
        Accepted = "accepted",
        /// 差戻し.
        Returned = "returned",
    }
}

/// An authority's decision on a delivery: the body of `POST /v1/inbox/{delivery}/decision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// 受付完了 or 差戻し.
    pub verdict: Verdict,
    /// 受付結果のコメント; required when returned.
    #[serde(default)]
    pub comment: String,
    /// Files for the operator, uploaded before.
    #[serde(default)]
    pub files: Vec<Attachment>,
    /// Places in the filing that have to be corrected, as JSON Pointers into its document:
    /// `/form/forms/0/fields/contact/name`, `/attachments/1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
}

/// The decision file that an authority drops into its result folder, named
/// `<anything>.decision.json`, UTF-8; files that it names lie beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionFile {
    /// The delivery that is answered (from the package's `data/receipt.json`).
    pub delivery: DeliveryId,
    /// 受付完了 or 差戻し.
    pub verdict: Verdict,
    /// 受付結果のコメント; required when returned.
    #[serde(default)]
    pub comment: String,
    /// Names of files in the same folder.
    #[serde(default)]
    pub files: Vec<String>,
}

/// Whether a return lacks the comment that tells the operator what to correct.
pub fn is_wordless(verdict: Verdict, comment: &str) -> bool {
    verdict == Verdict::Returned && comment.trim().is_empty()
}

/// Whether a comment has more characters than allowed.
pub fn is_too_long(comment: &str, chars_max: usize) -> bool {
    comment.chars().count() > chars_max
}

/// What the author of a wordless return is told.
pub const WORDLESS: &str = "a return needs a comment that tells the operator what to correct";

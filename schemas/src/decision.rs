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

/// Characters of a comment at most.
pub const COMMENT_CHARS_MAX: usize = 5_000;

/// What is wrong with a decision, as a sentence; `None` when nothing is.
pub fn comment_problem(verdict: Verdict, comment: &str) -> Option<String> {
    if verdict == Verdict::Returned && comment.trim().is_empty() {
        return Some("a return needs a comment that tells the operator what to correct".into());
    }
    if comment.chars().count() > COMMENT_CHARS_MAX {
        return Some(format!("a comment has at most {COMMENT_CHARS_MAX} characters"));
    }
    None
}

//! What an authority has decided, and what it may still decide.

use schemas::{Attachment, Verdict};

use super::case::Case;
use super::decide::decided;
use crate::delivery::Review;
use crate::web::labels;
use crate::web::parts::{Badge, Stamp};
use crate::web::visit::Visit;

/// What the authority has decided.
pub(super) struct Answer {
    pub(super) verdict: Badge,
    pub(super) at: Stamp,
    /// Who did, or by which channel it came.
    pub(super) by: String,
    pub(super) comment: String,
    pub(super) files: Vec<String>,
}

impl Case {
    /// The decision, when there is one.
    pub(super) fn answer(&self, visit: &Visit) -> Option<Answer> {
        let decision = self.decision.as_ref()?;
        let by = match (decided(&self.acts), decision.source.as_str()) {
            (Some(act), _) => act.name.clone(),
            (None, "sftp") => "SFTP".to_owned(),
            (None, _) => "API".to_owned(),
        };
        let review = match decision.verdict {
            Verdict::Accepted => Review::Accepted,
            Verdict::Returned => Review::Returned,
        };
        let files: Vec<Attachment> = serde_json::from_str(&decision.files).unwrap_or_default();
        Some(Answer {
            verdict: labels::review(review, visit.lang),
            at: Stamp::new(decision.decided_at, visit.now, visit.lang),
            by,
            comment: decision.comment.clone(),
            files: files.into_iter().map(|file| file.name).collect(),
        })
    }

    /// The places that the decision marks.
    pub(super) fn marks(&self) -> Vec<String> {
        let marks = self.decision.as_ref().map(|it| it.marks.as_str()).unwrap_or_default();
        serde_json::from_str(marks).unwrap_or_default()
    }

    /// Whether nobody has decided yet.
    pub(super) fn may_accept(&self) -> bool {
        matches!(self.delivery.review, Review::Unopened | Review::Opened)
    }

    /// Whether there is something that its operator could correct: not in a withdrawal.
    pub(super) fn may_return(&self) -> bool {
        self.may_accept() && self.revision().is_some_and(|it| it.action != "withdraw")
    }
}

//! What an authority's staff look through: what waits for them, and what they have answered.

use schemas::{AuthorityId, FilingId, FilingKind, ServiceCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{InboxRow, RevisionRow, Store};
use crate::delivery::Review;

/// What an inbox is asked for; what is not set does not narrow it.
#[derive(Debug, Clone, Serialize)]
pub struct InboxFilter {
    /// Whose.
    pub authority: AuthorityId,
    /// In one state of review, or in several, separated by spaces.
    pub review: Option<String>,
    /// Of one kind.
    pub kind: Option<FilingKind>,
    /// For one service.
    pub service: Option<ServiceCode>,
    /// Whose operator's or office's name holds this.
    pub text: Option<String>,
    /// In whose hands.
    pub assignee: Option<String>,
    /// `created_at` of the last row seen, in milliseconds.
    pub at: Option<i64>,
    /// Its id.
    pub id: Option<Uuid>,
    /// Rows at most.
    pub limit: usize,
}

/// How much waits for an authority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboxCounts {
    /// Nobody has looked at.
    pub unopened: i64,
    /// Opened, not decided.
    pub opened: i64,
}

#[derive(Deserialize)]
struct Count {
    review: Review,
    count: i64,
}

impl Store {
    /// What an authority has not decided on, in the filter's one state of review, the oldest first.
    pub async fn inbox_undecided(&self, filter: &InboxFilter) -> Result<Vec<InboxRow>, StoreError> {
        self.read(sql!("inbox_undecided", planned_anew), filter).await
    }

    /// What came for an authority, the newest first.
    pub async fn inbox_newest(&self, filter: &InboxFilter) -> Result<Vec<InboxRow>, StoreError> {
        self.read(sql!("inbox_newest", planned_anew), filter).await
    }

    /// How much waits for an authority.
    pub async fn inbox_counts(&self, authority: AuthorityId) -> Result<InboxCounts, StoreError> {
        let rows: Vec<Count> = self.read(sql!("inbox_counts"), &authority).await?;
        let of = |review| rows.iter().find(|row| row.review == review).map_or(0, |row| row.count);
        Ok(InboxCounts { unopened: of(Review::Unopened), opened: of(Review::Opened) })
    }

    /// The revisions of many filings, by filing and in order.
    pub async fn revisions_of_all(&self, ids: &[FilingId]) -> Result<Vec<RevisionRow>, StoreError> {
        if ids.is_empty() {
            Ok(Vec::new())
        } else {
            self.read(sql!("revisions_of_filings"), ids).await
        }
    }
}

//! Work that is open, and since when: what people are alerted to.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Store;
use super::engine::{StoreError, sql};
use super::months::ms_of;

/// Work that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backlog {
    /// Filings that could not be planned: a person has to act.
    pub unplanned: i64,
    /// Revisions that are not planned yet.
    pub unrouted: i64,
    /// Messages not yet with the broker.
    pub outbox: i64,
    /// Messages that could not be worked on, and that nobody has settled.
    pub dead_letters: i64,
    /// Notices not yet sent.
    pub open_notices: i64,
    /// The first message that is not yet with the broker; its id tells since when.
    pub outbox_first: Option<Uuid>,
    /// Milliseconds at which the first revision was received that is not planned yet.
    pub unrouted_since: Option<i64>,
    /// Milliseconds since when the first delivery is in line to be sent.
    pub due_since: Option<i64>,
    /// Milliseconds of the earliest next try; past, when it is late.
    pub next_try: Option<i64>,
    /// Milliseconds at which the first notice was written that is not sent yet.
    pub notices_since: Option<i64>,
}

impl Backlog {
    /// Milliseconds for which the oldest of each sort has waited, by its name in the metrics; 0
    /// when none waits.
    pub fn ages(&self, now: i64) -> [(&'static str, i64); 5] {
        [
            ("outbox", self.outbox_first.map(ms_of)),
            ("unrouted", self.unrouted_since),
            ("due", self.due_since),
            ("late_try", self.next_try),
            ("notices", self.notices_since),
        ]
        .map(|(what, since)| (what, since.map_or(0, |since| (now - since).max(0))))
    }
}

impl Store {
    /// Work that is open now.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let missing = StoreError::Count { statement: "count_backlog", touched: 0, expected: 1 };
        self.one(sql!("count_backlog"), "").await?.ok_or(missing)
    }
}

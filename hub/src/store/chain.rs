//! The hash chain of a filing's events: who alters, drops or reorders one breaks all that follow.

use std::collections::HashMap;

use schemas::FilingId;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::engine::{StoreError, sql};
use super::months::ms_of;
use super::{EventRow, FilingRow, HeadRow, Kept, Store, Tx};
use crate::delivery::Delivery;

/// An event to append.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Whose chain.
    pub filing_id: FilingId,
    /// What happened, for example `delivery.delivered`.
    pub kind: &'static str,
    /// Particulars.
    pub body: serde_json::Value,
}

impl NewEvent {
    /// An event of a filing.
    pub fn new(filing_id: FilingId, kind: &'static str, body: serde_json::Value) -> Self {
        Self { filing_id, kind, body }
    }

    /// An event of a delivery that tells nothing beyond that it happened.
    pub fn about(delivery: &Delivery, kind: &'static str) -> Self {
        let body = json!({"delivery": delivery.id, "authority": delivery.authority});
        Self::new(delivery.filing_id, kind, body)
    }
}

/// The hash of an event: SHA-256 over the previous hash (empty for the first) and the event's own
/// parts, each ended by a line feed, which none of them holds.
pub fn event_hash(previous: &str, event: &EventRow) -> String {
    let mut hash = Sha256::new();
    for part in [
        previous,
        &event.filing_id.to_string(),
        &event.seq.to_string(),
        &event.at.to_string(),
        &event.kind,
        &event.body,
    ] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hex::encode(hash.finalize())
}

/// Where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainBreak {
    /// An event is missing or out of order.
    #[error("event {expected} is missing or out of place (found number {found})")]
    Order {
        /// The number that should stand here.
        expected: i32,
        /// The number that does.
        found: i32,
    },
    /// An event was altered.
    #[error("event {seq} does not fit its hash: it, or one before it, was altered")]
    Hash {
        /// The first event that does not fit.
        seq: i32,
    },
}

/// Checks a whole chain and gives the hash of its last event.
pub fn verify_chain(events: &[EventRow]) -> Result<String, ChainBreak> {
    verify_from(String::new(), 1, events)
}

/// Checks a chain from where its former events end.
fn verify_from(mut head: String, first: i32, events: &[EventRow]) -> Result<String, ChainBreak> {
    for (event, expected) in events.iter().zip(first..) {
        if event.seq != expected {
            return Err(ChainBreak::Order { expected, found: event.seq });
        }
        head = event_hash(&head, event);
        if head != event.hash {
            return Err(ChainBreak::Hash { seq: event.seq });
        }
    }
    Ok(head)
}

/// What a filing's events prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// All are there as they were written, and the last is the filing's.
    Whole {
        /// Its hash.
        head: String,
    },
    /// The first had their time and were deleted; those that came later are as they were written.
    Retired,
    /// They are not what was written: why.
    Broken(String),
}

impl Store {
    /// Checks a filing's events against what the filing says of the last.
    pub async fn chain(
        &self,
        filing: &FilingRow,
        events: &[EventRow],
    ) -> Result<Chain, StoreError> {
        let retired = match events.first() {
            Some(first) if first.seq == 1 => None,
            Some(_) | None => self.retired_before(Kept::Events).await?,
        };
        let is_retired = retired.is_some_and(|before| ms_of(filing.id.0) < before);
        let (head, is_cut) = match events.split_first() {
            Some((first, later)) if is_retired => {
                (verify_from(first.hash.clone(), first.seq + 1, later), true)
            }
            None if is_retired => return Ok(Chain::Retired),
            Some(_) | None => (verify_chain(events), false),
        };
        Ok(match head {
            Err(broken) => Chain::Broken(broken.to_string()),
            Ok(head) if head != filing.event_head => {
                Chain::Broken(format!("the last event is not number {}", filing.event_seq))
            }
            Ok(_) if is_cut => Chain::Retired,
            Ok(head) => Chain::Whole { head },
        })
    }
}

/// Chains events on to a head, which is moved.
pub(super) fn chain(head: &mut HeadRow, event: &NewEvent, at: i64) -> EventRow {
    let mut row = EventRow {
        filing_id: event.filing_id,
        seq: head.event_seq + 1,
        at,
        kind: event.kind.to_owned(),
        body: event.body.to_string(),
        hash: String::new(),
    };
    row.hash = event_hash(&head.event_head, &row);
    head.event_seq = row.seq;
    head.event_head.clone_from(&row.hash);
    row
}

impl Tx {
    /// Appends events to their filings' chains, whose heads are locked until the commit.
    pub async fn append(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let at = self.clock.now_ms();
        let mut ids: Vec<FilingId> = events.iter().map(|e| e.filing_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let heads: Vec<HeadRow> = self.read(sql!("lock_heads"), &ids).await?;
        let mut heads: HashMap<FilingId, HeadRow> = heads.into_iter().map(|h| (h.id, h)).collect();
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            let Some(head) = heads.get_mut(&event.filing_id) else {
                let expected = ids.len() as u64;
                let touched = heads.len() as u64;
                return Err(StoreError::Count { statement: "lock_heads", touched, expected });
            };
            rows.push(chain(head, event, at));
        }
        self.run_all(sql!("insert_events"), &rows).await?;
        self.run_all(sql!("save_heads"), &heads.into_values().collect::<Vec<_>>()).await
    }

    /// Writes rows of any kind by an inserting statement.
    pub(super) async fn insert<T: Serialize>(
        &mut self,
        sql: &super::Sql,
        rows: &[T],
    ) -> Result<u64, StoreError> {
        if rows.is_empty() { Ok(0) } else { self.run(sql, rows).await }
    }
}

//! What a unit of work can write, by the stage that does it.

use schemas::{AuthorityId, DeliveryId, FilingId, NoticeId};
use serde_json::json;
use uuid::Uuid;

use super::chain::chain;
use super::engine::{StoreError, sql};
use super::rows::{DeliveryRow, NewDeliveryRow};
use super::{
    ApiKeyRow, AttachmentRow, AttemptRow, DeadLetterRow, DecisionRow, EndpointRow, FilingRow,
    HeadRow, IdempotentRow, LaneLoad, NewEvent, NoticeRow, OperatorRow, OutboxRow, ParcelRow,
    RevisionRow, Tx,
};
use crate::delivery::Delivery;
use crate::lane::Lane;

impl Tx {
    /// Intake: new filings with their first revision and event. Sets each filing's chain head.
    pub async fn insert_filings(
        &mut self,
        filings: &mut [FilingRow],
        revisions: &[RevisionRow],
        events: &[NewEvent],
    ) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(events.len());
        for (filing, event) in filings.iter_mut().zip(events) {
            let mut head = HeadRow { id: filing.id, event_seq: 0, event_head: String::new() };
            rows.push(chain(&mut head, event, filing.received_at));
            (filing.event_seq, filing.event_head) = (head.event_seq, head.event_head);
        }
        self.run_all(sql!("insert_filings"), filings).await?;
        self.run_all(sql!("insert_revisions"), revisions).await?;
        self.run_all(sql!("insert_events"), &rows).await
    }

    /// Intake: which of these (corporate number, key) pairs were used before, and for what.
    pub async fn find_idempotent(
        &mut self,
        keys: &[(String, String)],
    ) -> Result<Vec<IdempotentRow>, StoreError> {
        let args: Vec<_> = keys
            .iter()
            .map(|(number, key)| json!({"corporate_number": number, "idempotency_key": key}))
            .collect();
        self.read(sql!("find_idempotent"), &args).await
    }

    /// Adds a revision to an existing filing.
    pub async fn insert_revision(&mut self, revision: &RevisionRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_revisions"), std::slice::from_ref(revision)).await
    }

    /// A filing, locked until the commit.
    pub async fn lock_filing(&mut self, id: FilingId) -> Result<Option<FilingRow>, StoreError> {
        Ok(self.read(sql!("lock_filing"), &id).await?.pop())
    }

    /// Saves a filing's newest revision and withdrawal.
    pub async fn save_filing(&mut self, filing: &FilingRow) -> Result<(), StoreError> {
        self.run_all(sql!("save_filings"), std::slice::from_ref(filing)).await
    }

    /// Router: those of the revisions that are not planned yet, locked until the commit.
    pub async fn unrouted(
        &mut self,
        wanted: &[(FilingId, i32)],
    ) -> Result<Vec<RevisionRow>, StoreError> {
        let args: Vec<_> =
            wanted.iter().map(|(id, n)| json!({"filing_id": id, "revision": n})).collect();
        self.read(sql!("unrouted"), &args).await
    }

    /// Router: those of the revisions that there are, planned or not.
    pub async fn known_revisions(
        &mut self,
        wanted: &[(FilingId, i32)],
    ) -> Result<Vec<(FilingId, i32)>, StoreError> {
        let args: Vec<_> =
            wanted.iter().map(|(id, n)| json!({"filing_id": id, "revision": n})).collect();
        self.read(sql!("known_revisions"), &args).await
    }

    /// Router: marks revisions as planned, with the plan or the problem.
    pub async fn save_routed(&mut self, revisions: &[RevisionRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_routed"), revisions).await
    }

    /// Router: new deliveries, each with how its package is built.
    pub async fn insert_deliveries(
        &mut self,
        all: &[Delivery],
        recipe: impl Fn(&Delivery) -> Option<String>,
    ) -> Result<(), StoreError> {
        let row = |it| NewDeliveryRow { row: DeliveryRow::from(it), recipe: recipe(it) };
        let rows: Vec<NewDeliveryRow> = all.iter().map(row).collect();
        self.run_all(sql!("insert_deliveries"), &rows).await
    }

    /// Deliveries, locked until the commit.
    pub async fn lock_deliveries(
        &mut self,
        ids: &[DeliveryId],
    ) -> Result<Vec<Delivery>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.read(sql!("lock_deliveries"), ids).await?;
        super::reads::deliveries(rows)
    }

    /// All deliveries of a filing.
    pub async fn deliveries_of_filing(
        &mut self,
        id: FilingId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = self.read(sql!("deliveries_of_filing"), &id).await?;
        super::reads::deliveries(rows)
    }

    /// All deliveries of some filings.
    pub async fn deliveries_of_filings(
        &mut self,
        ids: &[FilingId],
    ) -> Result<Vec<Delivery>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.read(sql!("deliveries_of_filings"), ids).await?;
        super::reads::deliveries(rows)
    }

    /// Saves deliveries that were locked in this unit of work.
    pub async fn save_deliveries(&mut self, all: &[Delivery]) -> Result<(), StoreError> {
        let rows: Vec<DeliveryRow> = all.iter().map(DeliveryRow::from).collect();
        self.run_all(sql!("save_deliveries"), &rows).await
    }

    /// Courier: one process at a time decides on lanes, or two would both take the last place.
    pub async fn lock_lanes(&mut self) -> Result<(), StoreError> {
        self.read::<i64>(sql!("lock_lanes"), "").await.map(drop)
    }

    /// Courier: lanes with what is under way on them.
    pub async fn lane_loads(
        &mut self,
        lanes: &[serde_json::Value],
    ) -> Result<Vec<LaneLoad>, StoreError> {
        self.read(sql!("lane_loads"), lanes).await
    }

    /// Saves lanes, new ones too.
    pub async fn save_lanes(&mut self, lanes: &[Lane]) -> Result<(), StoreError> {
        self.insert(sql!("upsert_lanes"), lanes).await.map(drop)
    }

    /// Courier: what the packages are built from.
    pub async fn parcels(&mut self, ids: &[DeliveryId]) -> Result<Vec<ParcelRow>, StoreError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.read(sql!("parcels"), ids).await }
    }

    /// Courier: attempts, never changed afterwards.
    pub async fn insert_attempts(&mut self, rows: &[AttemptRow]) -> Result<(), StoreError> {
        self.insert(sql!("insert_attempts"), rows).await.map(drop)
    }

    /// Review: a decision; false when there is one already.
    pub async fn insert_decision(&mut self, row: &DecisionRow) -> Result<bool, StoreError> {
        Ok(self.insert(sql!("insert_decisions"), std::slice::from_ref(row)).await? == 1)
    }

    /// New notices.
    pub async fn insert_notices(&mut self, rows: &[NoticeRow]) -> Result<(), StoreError> {
        self.run_all(sql!("insert_notices"), rows).await
    }

    /// Notices, locked until the commit.
    pub async fn lock_notices(&mut self, ids: &[NoticeId]) -> Result<Vec<NoticeRow>, StoreError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.read(sql!("lock_notices"), ids).await }
    }

    /// Saves notices that were locked in this unit of work.
    pub async fn save_notices(&mut self, rows: &[NoticeRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_notices"), rows).await
    }

    /// Relay: messages whose claim is over, claimed until a time.
    pub async fn claim_outbox(
        &mut self,
        until: i64,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let args = json!({"now": self.clock.now_ms(), "until": until, "limit": limit});
        self.read(sql!("claim_outbox"), &args).await
    }

    /// Relay: messages that the broker has.
    pub async fn delete_outbox(&mut self, ids: &[Uuid]) -> Result<(), StoreError> {
        self.run(sql!("delete_outbox"), ids).await.map(drop)
    }

    /// Relay, embedded engines, at the start: nobody else can hold a claim.
    pub async fn release_outbox(&mut self) -> Result<(), StoreError> {
        self.run(sql!("release_outbox"), &0).await.map(drop)
    }

    /// Gives up the claims on these messages.
    pub async fn unclaim_outbox(&mut self, ids: &[Uuid]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.run(sql!("unclaim_outbox"), ids).await.map(drop)
    }

    /// Messages that could not be worked on.
    pub async fn insert_dead_letters(&mut self, rows: &[DeadLetterRow]) -> Result<(), StoreError> {
        self.insert(sql!("insert_dead_letters"), rows).await.map(drop)
    }

    /// Operators, new or changed.
    pub async fn save_operators(&mut self, rows: &[OperatorRow]) -> Result<(), StoreError> {
        self.insert(sql!("upsert_operators"), rows).await.map(drop)
    }

    /// An authority's whole ladder, in place of the former one.
    pub async fn save_endpoints(
        &mut self,
        authority: AuthorityId,
        rows: &[EndpointRow],
    ) -> Result<(), StoreError> {
        self.run(sql!("delete_endpoints"), &authority).await?;
        self.insert(sql!("insert_endpoints"), rows).await.map(drop)
    }

    /// The ladders of many authorities that had none.
    pub async fn insert_endpoints(&mut self, rows: &[EndpointRow]) -> Result<(), StoreError> {
        self.insert(sql!("insert_endpoints"), rows).await.map(drop)
    }

    /// An uploaded file.
    pub async fn save_attachment(&mut self, row: &AttachmentRow) -> Result<(), StoreError> {
        self.insert(sql!("upsert_attachments"), std::slice::from_ref(row)).await.map(drop)
    }

    /// New keys.
    pub async fn insert_api_keys(&mut self, rows: &[ApiKeyRow]) -> Result<(), StoreError> {
        self.run_all(sql!("insert_api_keys"), rows).await
    }

    /// Ends a key; false when there is no such key in force.
    pub async fn revoke_api_key(&mut self, id: &str) -> Result<bool, StoreError> {
        let args = json!({"id": id, "at": self.clock.now_ms()});
        Ok(self.run(sql!("revoke_api_key"), &args).await? == 1)
    }
}

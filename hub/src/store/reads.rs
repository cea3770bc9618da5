//! What can be read, inside a unit of work (upkeep's batches, locked) and outside (pages, API).

use schemas::{
    AuthorityId, Channel, CorporateNumber, DeliveryId, FilingId, FilingKind, NoticeId, Owner,
    ServiceCode,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{Sql, StoreError, sql};
use super::rows::DeliveryRow;
use super::troubles::NO_TROUBLE;
use super::{
    ApiKeyRow, AttachmentRow, AttemptRow, DeadLetterRow, DecisionRow, EndpointRow, EventRow,
    FilingRow, InboxRow, NoticeRow, OperatorRow, ParcelRow, RevisionRow, Store, Tx,
};
use crate::delivery::Delivery;
use crate::lane::Lane;

/// A revision that was made with an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdempotentRow {
    /// Whose key.
    pub corporate_number: String,
    /// The key.
    pub idempotency_key: String,
    /// The filing.
    pub filing_id: FilingId,
    /// Its revision.
    pub revision: i32,
    /// Milliseconds.
    pub received_at: i64,
    /// Digest of the body that it was used with.
    pub document_sha256: String,
}

/// A lane with what is under way on it.
#[derive(Debug, Clone, Deserialize)]
pub struct LaneLoad {
    /// Whose.
    pub authority: AuthorityId,
    /// Over which channel.
    pub channel: Channel,
    /// Deliveries under way.
    pub sending: i64,
    /// The row, when there is one.
    pub lane: Option<Lane>,
}

/// How many deliveries are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryCount {
    /// The state's word.
    pub state: String,
    /// The channel, when there is one.
    pub channel: Option<Channel>,
    /// How many.
    pub count: i64,
    /// Milliseconds of the oldest due time or change.
    pub oldest: Option<i64>,
}

/// Totals of the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Filings.
    pub filings: i64,
    /// Filings that could not be planned: a person has to act.
    pub unplanned: i64,
    /// Revisions that are not planned yet.
    pub unrouted: i64,
    /// Messages not yet with the broker.
    pub outbox: i64,
    /// Messages that could not be worked on.
    pub dead_letters: i64,
    /// Milliseconds of the oldest due time among the waiting.
    pub oldest_due: Option<i64>,
    /// Notices not yet sent.
    pub open_notices: i64,
}

/// What a list is asked for; what is not set does not narrow it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Filter {
    /// Of one operator.
    pub corporate_number: Option<CorporateNumber>,
    /// Of one kind.
    pub kind: Option<FilingKind>,
    /// About one service: of an inbox.
    pub service: Option<ServiceCode>,
    /// Only filings that could not be planned.
    pub unplanned: bool,
    /// To one authority.
    pub authority: Option<AuthorityId>,
    /// In one state of the delivery.
    pub state: Option<String>,
    /// In one state of review.
    pub review: Option<String>,
    /// Over one channel.
    pub channel: Option<Channel>,
    /// Not delivered for one cause, by its code.
    pub cause: Option<String>,
    /// Not delivered, and whose turn it is.
    pub owner: Option<Owner>,
    /// Older than this time of the last row seen, in milliseconds.
    pub before: Option<i64>,
    /// The id of the last row seen: rows of the same millisecond with a lower id follow.
    pub before_id: Option<Uuid>,
    /// Rows at most.
    pub limit: usize,
}

impl Filter {
    /// Whether nothing is asked for but what an index of the few in trouble has.
    fn is_about_trouble(&self) -> bool {
        match &self.cause {
            Some(cause) => !NO_TROUBLE.contains(&cause.as_str()),
            None => self.owner.is_some(),
        }
    }
}

pub(super) fn deliveries(rows: Vec<DeliveryRow>) -> Result<Vec<Delivery>, StoreError> {
    rows.into_iter()
        .map(Delivery::try_from)
        .collect::<Result<_, _>>()
        .map_err(|source| StoreError::Row { statement: "deliveries", source })
}

impl Store {
    pub(super) async fn one<T: DeserializeOwned>(
        &self,
        sql: &Sql,
        args: &(impl Serialize + ?Sized),
    ) -> Result<Option<T>, StoreError> {
        Ok(self.read(sql, args).await?.pop())
    }

    /// A filing.
    pub async fn filing(&self, id: FilingId) -> Result<Option<FilingRow>, StoreError> {
        self.one(sql!("filing"), &id).await
    }

    /// The filing with this 受付番号.
    pub async fn filing_by_receipt_number(
        &self,
        number: &str,
    ) -> Result<Option<FilingRow>, StoreError> {
        self.one(sql!("filing_by_receipt_number"), number).await
    }

    /// Filings, the newest first.
    pub async fn list_filings(&self, filter: &Filter) -> Result<Vec<FilingRow>, StoreError> {
        self.read(sql!("list_filings", planned_anew), filter).await
    }

    /// A filing's revisions, the oldest first.
    pub async fn revisions(&self, id: FilingId) -> Result<Vec<RevisionRow>, StoreError> {
        self.read(sql!("revisions_of_filing"), &id).await
    }

    /// A filing's events, in order.
    pub async fn events(&self, id: FilingId) -> Result<Vec<EventRow>, StoreError> {
        self.read(sql!("events_of_filing"), &id).await
    }

    /// A filing's deliveries, by revision.
    pub async fn deliveries_of(&self, id: FilingId) -> Result<Vec<Delivery>, StoreError> {
        deliveries(self.read(sql!("deliveries_of_filing"), &id).await?)
    }

    /// The deliveries of many filings, by filing.
    pub async fn deliveries_of_all(&self, ids: &[FilingId]) -> Result<Vec<Delivery>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        deliveries(self.read(sql!("deliveries_of_filings"), ids).await?)
    }

    /// The attempts of all deliveries of a filing, in order of time.
    pub async fn attempts_of_filing(&self, id: FilingId) -> Result<Vec<AttemptRow>, StoreError> {
        self.read(sql!("attempts_of_filing"), &id).await
    }

    /// A filing's notices.
    pub async fn notices_of(&self, id: FilingId) -> Result<Vec<NoticeRow>, StoreError> {
        self.read(sql!("notices_of_filing"), &id).await
    }

    /// A delivery.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        Ok(deliveries(self.read(sql!("delivery"), &id).await?)?.pop())
    }

    /// What a delivery's package is built from.
    pub async fn parcel(&self, id: DeliveryId) -> Result<Option<ParcelRow>, StoreError> {
        self.one(sql!("parcels"), &[id]).await
    }

    /// What the packages of some deliveries are built from.
    pub async fn parcels(&self, ids: &[DeliveryId]) -> Result<Vec<ParcelRow>, StoreError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.read(sql!("parcels"), ids).await }
    }

    /// Deliveries, the newest first.
    pub async fn list_deliveries(&self, filter: &Filter) -> Result<Vec<Delivery>, StoreError> {
        let statement = if filter.is_about_trouble() {
            sql!("list_troubled", planned_anew)
        } else {
            sql!("list_deliveries", planned_anew)
        };
        deliveries(self.read(statement, filter).await?)
    }

    /// A delivery's attempts, in order.
    pub async fn attempts(&self, id: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
        self.read(sql!("attempts_of_delivery"), &id).await
    }

    /// A delivery's decision.
    pub async fn decision(&self, id: DeliveryId) -> Result<Option<DecisionRow>, StoreError> {
        self.one(sql!("decision"), &id).await
    }

    /// An authority's inbox.
    pub async fn inbox(&self, filter: &Filter) -> Result<Vec<InboxRow>, StoreError> {
        self.read(sql!("inbox", planned_anew), filter).await
    }

    /// A notice.
    pub async fn notice(&self, id: NoticeId) -> Result<Option<NoticeRow>, StoreError> {
        self.one(sql!("notice"), &id).await
    }

    /// An operator.
    pub async fn operator(
        &self,
        number: CorporateNumber,
    ) -> Result<Option<OperatorRow>, StoreError> {
        self.one(sql!("operator"), &number).await
    }

    /// A key by its public part.
    pub async fn api_key(&self, id: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        self.one(sql!("api_key"), id).await
    }

    /// All keys.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        self.read(sql!("list_api_keys"), "").await
    }

    /// Those of the owner's uploads that are among the digests.
    pub async fn find_attachments(
        &self,
        owner: &str,
        digests: impl Iterator<Item = &str>,
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        let args: Vec<_> = digests.map(|d| json!({"sha256": d, "owner": owner})).collect();
        if args.is_empty() {
            return Ok(Vec::new());
        }
        self.read(sql!("find_attachments"), &args).await
    }

    /// All endpoints, each authority's in the order of its ladder.
    pub async fn endpoints(&self) -> Result<Vec<EndpointRow>, StoreError> {
        self.read(sql!("all_endpoints"), "").await
    }

    /// All lanes that anything is known about.
    pub async fn lanes(&self) -> Result<Vec<Lane>, StoreError> {
        self.read(sql!("all_lanes"), "").await
    }

    /// The newest messages that could not be worked on.
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetterRow>, StoreError> {
        self.read(sql!("all_dead_letters"), &limit).await
    }

    /// Authorities that have held deliveries with this reason.
    pub async fn held_authorities(&self, code: &str) -> Result<Vec<AuthorityId>, StoreError> {
        self.read(sql!("held_authorities"), code).await
    }

    /// Authorities that have undecided deliveries on a channel.
    pub async fn awaiting_decision(
        &self,
        channel: Channel,
    ) -> Result<Vec<AuthorityId>, StoreError> {
        self.read(sql!("awaiting_decision"), &channel).await
    }

    /// Deliveries by state and channel.
    pub async fn count_deliveries(&self) -> Result<Vec<DeliveryCount>, StoreError> {
        self.read(sql!("count_deliveries"), "").await
    }

    /// Filings by rolled-up status, as `{status, count}`.
    pub async fn count_filings(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        self.read(sql!("count_filings"), "").await
    }

    /// Deliveries to some authorities, as `{authority, state, count}`.
    pub async fn count_by_authority(
        &self,
        authorities: &[AuthorityId],
    ) -> Result<Vec<serde_json::Value>, StoreError> {
        self.read(sql!("count_by_authority"), authorities).await
    }

    /// Deliveries by prefecture and state, as `{prefecture, state, count}`.
    pub async fn count_prefectures(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        self.read(sql!("count_prefectures"), "").await
    }

    /// Deliveries by state of review, as `{review, count}`.
    pub async fn count_reviews(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        self.read(sql!("count_reviews"), "").await
    }

    /// Notices by state and kind, as `{state, kind, count}`.
    pub async fn count_notices(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        self.read(sql!("count_notices"), "").await
    }

    /// Totals of the tables.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        let missing = StoreError::Count { statement: "count_totals", touched: 0, expected: 1 };
        self.one(sql!("count_totals"), "").await?.ok_or(missing)
    }
}

impl Tx {
    /// Upkeep: deliveries whose time has come, locked.
    pub async fn waiting_deliveries(&mut self, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let args = json!({"now": self.clock.now_ms(), "limit": limit});
        deliveries(self.read(sql!("waiting_deliveries"), &args).await?)
    }

    /// Upkeep: deliveries whose courier vanished, locked.
    pub async fn expired_deliveries(&mut self, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let args = json!({"now": self.clock.now_ms(), "limit": limit});
        deliveries(self.read(sql!("expired_deliveries"), &args).await?)
    }

    /// Upkeep: notices whose time has come, or whose lease ended, locked.
    pub async fn open_notices(&mut self, limit: usize) -> Result<Vec<NoticeRow>, StoreError> {
        let args = json!({"now": self.clock.now_ms(), "limit": limit});
        self.read(sql!("open_notices"), &args).await
    }

    /// The held deliveries of an authority, or of one of its lanes, with a reason, of some kinds or
    /// of all, the oldest first, locked.
    pub async fn held_deliveries(
        &mut self,
        (authority, channel): (AuthorityId, Option<Channel>),
        (code, kinds): (&str, Option<&[FilingKind]>),
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let args = json!({"authority": authority, "channel": channel, "code": code,
                          "kinds": kinds, "limit": limit});
        deliveries(self.read(sql!("held_deliveries"), &args).await?)
    }

    /// Deliveries to an authority that wait for a predecessor whose try is over, the oldest first,
    /// locked. Those that another unit of work has locked are left out.
    pub async fn behind_predecessors(
        &mut self,
        authority: AuthorityId,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let args = json!({"authority": authority, "limit": limit});
        deliveries(self.read(sql!("behind_predecessors"), &args).await?)
    }
}

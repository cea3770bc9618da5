//! Rows as they stand in the tables; the names are the columns'.

use adapters::Endpoint;
use schemas::{
    AuthorityId, Channel, CorporateNumber, DeliveryId, FilingId, FilingKind, NoticeId, Owner,
    ProofLevel, Verdict, Why,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::delivery::{Delivery, Review, State, TEST_RULE};
use crate::trace::Trace;

/// Declares row types with the derives and field documentation that they all share.
macro_rules! rows {
    ($( $(#[$doc:meta])* $name:ident { $( $field:ident: $ty:ty = $what:literal, )* } )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct $name { $( #[doc = $what] pub $field: $ty, )* }
    )* };
}

rows! {
    /// 事業者.
    OperatorRow {
        corporate_number: CorporateNumber = "法人番号",
        name: String = "Its name",
        mail: Option<String> = "Where notices go",
        created_at: i64 = "Milliseconds",
    }
    /// A key for the HTTP interface; only the digest of its secret is kept.
    ApiKeyRow {
        id: String = "The public part",
        secret_sha256: String = "Hex digest of the secret part",
        scope: String = "`operator`, `authority` or `operations`",
        subject: Option<String> = "Corporate number or authority",
        label: String = "Who asked for it and what for",
        created_at: i64 = "Milliseconds",
        revoked_at: Option<i64> = "Milliseconds",
    }
    /// Someone who is logged in at the pages.
    SessionRow {
        id: String = "Hex digest of the secret in the cookie",
        scope: String = "`operator`, `authority` or `operations`",
        subject: Option<String> = "Corporate number or authority",
        person: String = "Who it is, for the record: `key:…`, `demo:…`, or issuer and subject",
        name: String = "Who it is, for people",
        key_id: Option<String> = "The API key that opened it",
        created_at: i64 = "Milliseconds",
        seen_at: i64 = "Milliseconds of the last visit, to the minute",
        authenticated_at: i64 = "Milliseconds at which they proved who they are; 0: not known",
    }
    /// An uploaded file's owner and size; the bytes are in the object store.
    AttachmentRow {
        sha256: String = "Hex digest",
        owner: String = "Corporate number or authority",
        size: i64 = "Bytes",
        media_type: String = "Media type",
        created_at: i64 = "Milliseconds",
    }
    /// 申請・届出.
    FilingRow {
        id: FilingId = "Its id",
        receipt_number: String = "受付番号",
        corporate_number: CorporateNumber = "Whose",
        operator_name: String = "The operator's name",
        kind: FilingKind = "手続の種類",
        office_name: String = "The first office's name",
        received_at: i64 = "Milliseconds; evidence under 施行規則 165条の7",
        revision: i32 = "The newest revision",
        withdrawn_at: Option<i64> = "Milliseconds",
        event_seq: i32 = "Number of the last event",
        event_head: String = "Hash of the last event",
    }
    /// One revision: exactly what was handed in.
    RevisionRow {
        filing_id: FilingId = "The filing",
        revision: i32 = "From 1",
        action: String = "`submit`, `correct` or `withdraw`",
        received_at: i64 = "Milliseconds",
        corporate_number: CorporateNumber = "Whose",
        idempotency_key: String = "The operator's key for this request",
        document: String = "The body as it came",
        document_sha256: String = "Hex digest of `document`",
        only_authorities: Option<String> = "`;`-separated; where this revision goes",
        routed_at: Option<i64> = "Milliseconds",
        plan: Option<String> = "JSON of the plan",
        problem: Option<String> = "Why it could not be planned",
        trace: Option<Trace> = "Under which it was handed in",
    }
    /// One event of a filing's chain.
    EventRow {
        filing_id: FilingId = "The filing",
        seq: i32 = "From 1",
        at: i64 = "Milliseconds",
        kind: String = "What happened",
        body: String = "JSON",
        hash: String = "Hex; covers all of this and the hash before",
    }
    /// One try; never changed.
    AttemptRow {
        delivery_id: DeliveryId = "The delivery",
        number: i32 = "From 1",
        channel: Channel = "Over which channel",
        started_at: i64 = "Milliseconds",
        finished_at: i64 = "Milliseconds",
        outcome: String = "`delivered`, `deferred`, `refused` or `unknown`",
        detail: String = "JSON of the outcome",
        trace: Option<Trace> = "The try's own; the far side was told it",
    }
    /// 受付完了 / 差戻し.
    DecisionRow {
        delivery_id: DeliveryId = "The delivery",
        verdict: Verdict = "The answer",
        comment: String = "For the operator",
        files: String = "JSON array of attachments",
        marks: String = "JSON array of places to be corrected",
        source: String = "`api`, `sftp` or `page`",
        decided_at: i64 = "Milliseconds",
    }
    /// A message to an operator.
    NoticeRow {
        id: NoticeId = "Its id; the Message-ID derives from it",
        filing_id: FilingId = "About which filing",
        delivery_id: Option<DeliveryId> = "About which delivery",
        kind: String = "A `NoticeKind`'s word",
        recipient: String = "The address",
        state: String = "`due`, `sending`, `waiting`, `sent` or `failed`",
        turn: i32 = "How often it has become due",
        tries: i32 = "Tries made",
        next_attempt_at: Option<i64> = "Milliseconds",
        lease_until: Option<i64> = "Milliseconds",
        why: Option<String> = "JSON of the last failure",
        created_at: i64 = "Milliseconds",
        sent_at: Option<i64> = "Milliseconds",
        updated_at: i64 = "Milliseconds",
        trace: Option<Trace> = "Of what it tells",
    }
    /// How an authority is reached over one channel.
    EndpointRow {
        authority: AuthorityId = "Whose",
        channel: Channel = "Over which channel",
        position: i32 = "Place in the ladder, from 0",
        config: String = "JSON of the adapter's endpoint",
        updated_at: i64 = "Milliseconds",
    }
    /// A message on its way to the broker.
    OutboxRow {
        id: Uuid = "Sorts by time",
        exchange: String = "Where to",
        routing_key: String = "Which way",
        body: String = "Hex",
        claimed_until: i64 = "Milliseconds; until then one relay has it",
        trace: Option<String> = "The header `traceparent`",
    }
    /// A message that could not be worked on.
    DeadLetterRow {
        id: Uuid = "Its id",
        queue: String = "Where it was",
        reason: String = "Why it could not",
        body: String = "Hex",
        at: i64 = "Milliseconds",
    }
    /// What a courier needs to build a package.
    ParcelRow {
        id: DeliveryId = "The delivery",
        document: String = "The revision's body",
        document_sha256: String = "Hex digest of it",
        action: String = "`submit`, `correct` or `withdraw`",
        received_at: i64 = "Milliseconds, of the revision",
        first_received_at: i64 = "Milliseconds, of the filing",
        receipt_number: String = "受付番号",
        kind: FilingKind = "手続の種類",
        recipe: Option<String> = "How its package is built, JSON; none before there were recipes",
    }
    /// The print of a revision.
    PrintRow {
        filing_id: FilingId = "The filing",
        revision: i32 = "From 1",
        sha256: String = "Hex digest of its bytes",
        volume: Option<String> = "Digest of the object that they lie in; none if that is their own",
        first_byte: i64 = "Where in the volume they begin",
        bytes: i64 = "How many; 0 without a volume",
        pages: i32 = "How many",
        replaced: String = "Characters that the face has not, JSON",
        printed_at: i64 = "Milliseconds",
    }
    /// A ledger profile that deliveries were planned with.
    ProfileRow {
        sha256: String = "Hex digest of it",
        id: String = "Its name",
        text: String = "Its file's text",
    }
    /// One line of an authority's inbox.
    InboxRow {
        delivery: DeliveryId = "The delivery",
        filing: FilingId = "The filing",
        receipt_number: String = "受付番号",
        revision: i32 = "From 1",
        action: String = "`submit`, `correct` or `withdraw`",
        kind: FilingKind = "手続の種類",
        operator_name: String = "The operator",
        office_name: String = "The first office",
        received_at: i64 = "Milliseconds",
        created_at: i64 = "Milliseconds, of the delivery",
        state: String = "The delivery's state",
        channel: Option<Channel> = "The delivery's channel",
        review: Review = "What was done with it",
        proof: Option<ProofLevel> = "What is proved",
        withdrawn_at: Option<i64> = "Milliseconds",
        rule: String = "The rule that named the authority",
    }
    /// What one of an authority's staff did with a delivery, or tells colleagues about it.
    ActRow {
        id: Uuid = "Sorts by time",
        delivery_id: DeliveryId = "The delivery",
        kind: String = "`opened`, `decided`, `assigned` or `remark`",
        person: String = "Who it was, for the record",
        name: String = "Who it was, for people",
        text: String = "The remark; the verdict",
        assignee: Option<String> = "Who has it in hand from then on; nobody, where it was put back",
        assignee_name: Option<String> = "Their name",
        at: i64 = "Milliseconds",
    }
    /// A head of a filing's event chain.
    HeadRow {
        id: FilingId = "The filing",
        event_seq: i32 = "Number of the last event",
        event_head: String = "Hash of the last event",
    }
}

impl InboxRow {
    /// Whether it is a test and no filing.
    pub fn is_test(&self) -> bool {
        self.rule == TEST_RULE
    }
}

impl EndpointRow {
    /// The rows of an authority's ladder, the preferred endpoint first.
    pub fn of_ladder(
        ladder: &[Endpoint],
        authority: AuthorityId,
        updated_at: i64,
    ) -> Result<Vec<Self>, serde_json::Error> {
        let row = |(position, endpoint): (i32, &Endpoint)| {
            let (channel, config) = (endpoint.channel(), serde_json::to_string(endpoint)?);
            Ok(Self { authority, channel, position, config, updated_at })
        };
        (0..).zip(ladder).map(row).collect()
    }
}

/// One row of `deliveries`; [`Delivery`] is the same with its states as enums.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct DeliveryRow {
    id: DeliveryId,
    filing_id: FilingId,
    revision: i32,
    authority: AuthorityId,
    channel: Option<Channel>,
    ladder_step: i32,
    state: String,
    turn: i32,
    tries: i32,
    attempts: i32,
    postponed: i32,
    faults: i32,
    next_attempt_at: Option<i64>,
    lease_until: Option<i64>,
    lease_owner: Option<String>,
    why: Option<String>,
    owner: Option<Owner>,
    proof: Option<ProofLevel>,
    review: Review,
    second_copy: i32,
    package_sha256: Option<String>,
    rule: String,
    article: String,
    created_at: i64,
    channel_since: i64,
    delivered_at: Option<i64>,
    decided_at: Option<i64>,
    updated_at: i64,
    trace: Option<Trace>,
}

/// A delivery as it is written first.
#[derive(Debug, Serialize)]
pub(super) struct NewDeliveryRow {
    #[serde(flatten)]
    pub(super) row: DeliveryRow,
    pub(super) recipe: Option<String>,
}

impl From<&Delivery> for DeliveryRow {
    fn from(d: &Delivery) -> Self {
        let mut row = Self {
            id: d.id,
            filing_id: d.filing_id,
            revision: d.revision,
            authority: d.authority,
            channel: d.channel,
            ladder_step: d.ladder_step,
            state: d.state.as_str().to_owned(),
            turn: d.turn,
            tries: d.tries,
            attempts: d.attempts,
            postponed: d.postponed,
            faults: d.faults,
            next_attempt_at: None,
            lease_until: None,
            lease_owner: None,
            why: d.state.why().and_then(|why| serde_json::to_string(why).ok()),
            owner: d.state.owner(),
            proof: d.proof,
            review: d.review,
            second_copy: i32::from(d.second_copy),
            package_sha256: d.package_sha256.clone(),
            rule: d.rule.clone(),
            article: d.article.clone(),
            created_at: d.created_at,
            channel_since: d.channel_since,
            delivered_at: None,
            decided_at: d.decided_at,
            updated_at: d.updated_at,
            trace: d.trace,
        };
        match &d.state {
            State::Sending { lease_until, lease_owner } => {
                row.lease_until = Some(*lease_until);
                row.lease_owner = Some(lease_owner.clone());
            }
            State::Waiting { next_attempt_at, .. } => row.next_attempt_at = Some(*next_attempt_at),
            State::Delivered { at } => row.delivered_at = Some(*at),
            State::Due | State::Held { .. } | State::Failed { .. } | State::Cancelled => {}
        }
        row
    }
}

/// What does not fit in a row of `deliveries`.
fn contradiction(what: &str) -> serde_json::Error {
    serde::de::Error::custom(format!("a delivery without {what}"))
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = serde_json::Error;

    fn try_from(row: DeliveryRow) -> Result<Self, serde_json::Error> {
        let why = || -> Result<Why, serde_json::Error> {
            serde_json::from_str(row.why.as_deref().ok_or_else(|| contradiction("a reason"))?)
        };
        let state = match row.state.as_str() {
            "due" => State::Due,
            "sending" => State::Sending {
                lease_until: row.lease_until.ok_or_else(|| contradiction("the lease's end"))?,
                lease_owner: row.lease_owner.unwrap_or_default(),
            },
            "waiting" => State::Waiting {
                next_attempt_at: row.next_attempt_at.ok_or_else(|| contradiction("a time"))?,
                why: why()?,
            },
            "delivered" => State::Delivered {
                at: row.delivered_at.ok_or_else(|| contradiction("the time of delivery"))?,
            },
            "held" => State::Held { why: why()? },
            "failed" => State::Failed { why: why()? },
            "cancelled" => State::Cancelled,
            _ => return Err(contradiction("a known state")),
        };
        Ok(Self {
            id: row.id,
            filing_id: row.filing_id,
            revision: row.revision,
            authority: row.authority,
            channel: row.channel,
            ladder_step: row.ladder_step,
            state,
            review: row.review,
            turn: row.turn,
            tries: row.tries,
            attempts: row.attempts,
            postponed: row.postponed,
            faults: row.faults,
            proof: row.proof,
            second_copy: row.second_copy != 0,
            package_sha256: row.package_sha256,
            rule: row.rule,
            article: row.article,
            created_at: row.created_at,
            channel_since: row.channel_since,
            decided_at: row.decided_at,
            updated_at: row.updated_at,
            trace: row.trace,
        })
    }
}

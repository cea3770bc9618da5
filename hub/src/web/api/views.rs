//! What the interface shows of filings and deliveries.

use jiff::Timestamp;
use schemas::deadline::Judged;
use schemas::{AuthorityId, Channel, CorporateNumber, DeliveryId, FilingId, FilingKind, Finding};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::delivery::{Delivery, Review, State};
use crate::erasure;
use crate::filing::Status;
use crate::revision::Receipted;
use crate::store::{Erased, FilingRow};

/// RFC 3339 text of milliseconds.
pub(super) fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// The answer to a submission: it is recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReceiptedView {
    id: FilingId,
    receipt_number: String,
    revision: i32,
    /// RFC 3339; the time at which the filing counts as made (施行規則 165条の7).
    received_at: String,
    /// The same request had been made before.
    replayed: bool,
    /// What is worth a look in the forms, and was in nobody's way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    warnings: Vec<Finding>,
}

impl From<Receipted> for ReceiptedView {
    fn from(receipted: Receipted) -> Self {
        Self {
            id: receipted.id,
            receipt_number: receipted.id.receipt_number(),
            revision: receipted.revision,
            received_at: time(receipted.received_at),
            replayed: receipted.replayed,
            warnings: receipted.warnings,
        }
    }
}

/// One line of a list of filings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FilingLine {
    id: FilingId,
    receipt_number: String,
    kind: FilingKind,
    office_name: String,
    received_at: String,
    revision: i32,
    withdrawn: bool,
}

impl From<FilingRow> for FilingLine {
    fn from(row: FilingRow) -> Self {
        Self {
            id: row.id,
            receipt_number: row.receipt_number,
            kind: row.kind,
            office_name: row.office_name,
            received_at: time(row.received_at),
            revision: row.revision,
            withdrawn: row.withdrawn_at.is_some(),
        }
    }
}

/// One filing with its deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FilingView {
    id: FilingId,
    receipt_number: String,
    corporate_number: CorporateNumber,
    operator_name: String,
    kind: FilingKind,
    received_at: String,
    revision: i32,
    /// `receiving`, `delivering`, `delivered`, `partly_failed`, `failed`, `in_review`,
    /// `accepted`, `partly_returned`, `returned` or `withdrawn`.
    #[schema(value_type = String)]
    status: Status,
    status_ja: String,
    /// In time or late, by each rule that holds; empty where no form of the catalogue says when.
    deadlines: Vec<DeadlineView>,
    deliveries: Vec<DeliveryView>,
    /// When its contents were erased, and by which erasure; left out where they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    erased: Option<serde_json::Value>,
}

/// In time or late, by one rule: the first submission, each revision and the acceptance apart.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeadlineView {
    /// A sentence.
    sentence: String,
    /// The same in Japanese.
    sentence_ja: String,
    /// Rule, due day, moments, source.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    judged: Judged,
}

/// One delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryView {
    id: DeliveryId,
    filing: FilingId,
    revision: i32,
    authority: AuthorityId,
    authority_name: String,
    rule: String,
    article: String,
    channel: Option<Channel>,
    /// due, sending, waiting, delivered, held, failed or cancelled.
    state: String,
    #[schema(value_type = String)]
    review: Review,
    /// What is proved, if anything.
    proof: Option<String>,
    attempts: i32,
    second_copy: bool,
    /// The W3C trace that its tries stand under; none of what older builds planned.
    trace_id: Option<String>,
    /// Why it is not delivered.
    #[schema(value_type = Option<Object>)]
    why: Option<schemas::Why>,
    next_attempt_at: Option<String>,
    delivered_at: Option<String>,
    decided_at: Option<String>,
    /// The authority's decision, where one was made.
    #[schema(value_type = Option<Object>)]
    decision: Option<serde_json::Value>,
}

impl DeliveryView {
    pub(super) fn new(ctx: &Context, delivery: &Delivery) -> Self {
        let (mut next_attempt_at, mut delivered_at) = (None, None);
        if let State::Waiting { next_attempt_at: at, .. } = &delivery.state {
            next_attempt_at = Some(time(*at));
        }
        if let State::Delivered { at } = &delivery.state {
            delivered_at = Some(time(*at));
        }
        Self {
            id: delivery.id,
            filing: delivery.filing_id,
            revision: delivery.revision,
            authority: delivery.authority,
            authority_name: ctx.master().name(delivery.authority),
            rule: delivery.rule.clone(),
            article: delivery.article.clone(),
            channel: delivery.channel,
            state: delivery.state.as_str().to_owned(),
            review: delivery.review,
            proof: delivery.proof.map(|level| level.as_str().to_owned()),
            attempts: delivery.attempts,
            second_copy: delivery.second_copy,
            trace_id: delivery.trace.map(|trace| trace.id()),
            why: delivery.state.why().cloned(),
            next_attempt_at,
            delivered_at,
            decided_at: delivery.decided_at.map(time),
            decision: None,
        }
    }

    pub(super) fn with_decision(mut self, decision: Option<serde_json::Value>) -> Self {
        self.decision = decision;
        self
    }
}

impl FilingView {
    pub(super) fn new(
        filing: FilingRow,
        deliveries: &[Delivery],
        views: Vec<DeliveryView>,
    ) -> Self {
        let status = Status::of(deliveries, filing.withdrawn_at.is_some());
        Self {
            id: filing.id,
            receipt_number: filing.receipt_number,
            corporate_number: filing.corporate_number,
            operator_name: filing.operator_name,
            kind: filing.kind,
            received_at: time(filing.received_at),
            revision: filing.revision,
            status,
            status_ja: status.label_ja().to_owned(),
            deadlines: Vec::new(),
            deliveries: views,
            erased: None,
        }
    }

    pub(super) fn with_erased(self, erased: Option<&Erased>) -> Self {
        Self { erased: erased.map(erasure::view), ..self }
    }

    pub(super) fn with_deadlines(self, judged: Vec<Judged>) -> Self {
        let view = |judged: Judged| DeadlineView {
            sentence: judged.sentence_en(),
            sentence_ja: judged.sentence_ja(),
            judged,
        };
        Self { deadlines: judged.into_iter().map(view).collect(), ..self }
    }
}

/// How a list is narrowed and continued.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct Paging {
    /// `received_at` or `created_at` of the last row seen, in milliseconds.
    pub(super) before: Option<i64>,
    /// Rows at most, 1 to 500.
    pub(super) limit: Option<usize>,
}

impl Paging {
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(100).clamp(1, 500)
    }
}

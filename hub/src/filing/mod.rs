//! A filing's state, rolled up from its deliveries and never stored apart from them.

use std::collections::HashMap;

use schemas::AuthorityId;
use serde::{Deserialize, Serialize};

use crate::delivery::{Delivery, Review, State};

/// The authorities that a correction goes to.
pub fn to_correct(deliveries: &[Delivery]) -> Vec<AuthorityId> {
    deliveries.iter().filter(|d| is_to_correct(d, deliveries)).map(|d| d.authority).collect()
}

/// Whether this of a filing's deliveries waits to be corrected: its authority's newest, that was
/// returned, or stopped because one of its files holds malware.
pub fn is_to_correct(delivery: &Delivery, of_filing: &[Delivery]) -> bool {
    let same = of_filing.iter().filter(|it| it.authority == delivery.authority);
    (delivery.review == Review::Returned || delivery.is_infected())
        && same.map(|it| it.revision).max() == Some(delivery.revision)
}

/// The state of a filing as the operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Receipted, not yet planned.
    Receiving,
    /// On its way to at least one authority.
    Delivering,
    /// Every authority has it; nobody has opened it.
    Delivered,
    /// Some authorities cannot be reached without a person's help.
    PartlyFailed,
    /// None can.
    Failed,
    /// Every authority has it and some are at work on it.
    InReview,
    /// All accepted.
    Accepted,
    /// Some returned it.
    PartlyReturned,
    /// All returned it.
    Returned,
    /// The operator withdrew it.
    Withdrawn,
}

impl Status {
    /// 受付状況 in Japanese.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Receiving => "受付処理中",
            Self::Delivering => "送達中",
            Self::Delivered => "送達済",
            Self::PartlyFailed => "一部送達不能",
            Self::Failed => "送達不能",
            Self::InReview => "確認中",
            Self::Accepted => "受付完了",
            Self::PartlyReturned => "一部差戻し",
            Self::Returned => "差戻し",
            Self::Withdrawn => "取下げ",
        }
    }

    /// The English words.
    pub fn label_en(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Delivering => "delivering",
            Self::Delivered => "delivered",
            Self::PartlyFailed => "partly failed",
            Self::Failed => "failed",
            Self::InReview => "in review",
            Self::Accepted => "accepted",
            Self::PartlyReturned => "partly returned",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Rolls up the deliveries of all revisions: for each authority only its newest counts, and
    /// where staff took that away, none: what it returned before is another's to correct.
    pub fn of(deliveries: &[Delivery], withdrawn: bool) -> Self {
        if withdrawn {
            return Self::Withdrawn;
        }
        let mut newest: HashMap<AuthorityId, &Delivery> = HashMap::new();
        for delivery in deliveries {
            let kept = newest.entry(delivery.authority).or_insert(delivery);
            if kept.revision < delivery.revision {
                *kept = delivery;
            }
        }
        newest.retain(|_, delivery| delivery.state != State::Cancelled);
        let count = |test: fn(&Delivery) -> bool| newest.values().filter(|d| test(d)).count();
        let all = newest.len();
        let failed = count(|d| matches!(d.state, State::Failed { .. }));
        let returned = count(|d| d.review == Review::Returned);
        let accepted = count(|d| d.review == Review::Accepted);
        let arrived = count(|d| matches!(d.state, State::Delivered { .. }));
        match () {
            () if all == 0 => Self::Receiving,
            () if returned == all => Self::Returned,
            () if returned > 0 => Self::PartlyReturned,
            () if failed == all => Self::Failed,
            () if failed > 0 => Self::PartlyFailed,
            () if accepted == all => Self::Accepted,
            () if arrived < all => Self::Delivering,
            () if accepted > 0 || count(|d| d.review == Review::Opened) > 0 => Self::InReview,
            () => Self::Delivered,
        }
    }
}

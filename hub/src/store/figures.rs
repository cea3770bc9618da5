//! Figures of months: what upkeep counts of deliveries, batch by batch, so that nobody who asks for
//! a month reads deliveries for it; and what arrived after it had failed.

use schemas::{AuthorityId, Channel, DeliveryId, FilingId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::months::first_id;
use super::{Store, Tx};
use crate::delivery::Review;

/// How far a month is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCountRow {
    /// `2026-07`.
    pub month: String,
    /// The round that is under way, or was last.
    pub round: i32,
    /// Since when it is under way, in milliseconds; none: it came to its end.
    pub began_at: Option<i64>,
    /// The last delivery that it has counted.
    pub after_id: Uuid,
    /// The last round that came to its end.
    pub shown: Option<i32>,
    /// When that one began, in milliseconds: what came later is not in it.
    pub counted_at: Option<i64>,
    /// Deliveries in it that may still change.
    pub unfinished: i64,
}

/// What a round has counted at one authority over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureRow {
    /// The month.
    pub month: String,
    /// The round.
    pub round: i32,
    /// The authority.
    pub authority: AuthorityId,
    /// The channel's word; empty: none.
    pub channel: String,
    /// The figures, as JSON.
    pub figures: String,
}

/// What is counted of a delivery; times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CountedDelivery {
    /// Which.
    pub id: DeliveryId,
    /// Of which filing.
    pub filing_id: FilingId,
    /// Of which revision, from 1.
    pub revision: i32,
    /// To whom.
    pub authority: AuthorityId,
    /// Over which channel it went, or is to go.
    pub channel: Option<Channel>,
    /// The word of its state.
    pub state: String,
    /// Its review.
    pub review: Review,
    /// Since when it is on that channel.
    pub channel_since: i64,
    /// When it arrived.
    pub delivered_at: Option<i64>,
    /// When the authority decided.
    pub decided_at: Option<i64>,
    /// The revision's action, as the store has it.
    pub action: String,
    /// When the revision was received.
    pub received_at: i64,
    /// When somebody at the authority opened, acknowledged or decided it first.
    pub opened_at: Option<i64>,
    /// Places that a decision marks, as a JSON array.
    pub marks: Option<String>,
}

/// Tries of a delivery over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CountedTries {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Over which channel.
    pub channel: Channel,
    /// Those that arrived, or that the endpoint or the way to it let down.
    pub tries: i64,
    /// Of these, those that did not arrive.
    pub failed: i64,
}

/// A delivery that arrived after tries in vain; times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FixedRow {
    /// 受付番号.
    pub receipt_number: String,
    /// The revision, from 1.
    pub revision: i32,
    /// To whom.
    pub authority: AuthorityId,
    /// When it arrived.
    pub delivered_at: i64,
    /// The end of the first try in vain.
    pub failed_at: i64,
    /// The code of the last cause.
    pub cause: String,
}

/// The id before the first of a span of time (milliseconds), and the first behind it.
pub fn ids_between(from: i64, to: i64) -> (Uuid, Uuid) {
    (Uuid::from_u128(first_id(from).as_u128().saturating_sub(1)), first_id(to))
}

impl Store {
    /// How far months are counted, the newest first.
    pub async fn month_counts(&self, limit: usize) -> Result<Vec<MonthCountRow>, StoreError> {
        self.read(sql!("month_counts"), &limit).await
    }

    /// What a round has counted of a month, of all authorities or one, by authority and channel.
    pub async fn month_figures(
        &self,
        (month, round): (&str, i32),
        authority: Option<AuthorityId>,
    ) -> Result<Vec<FigureRow>, StoreError> {
        let args = json!({"month": month, "round": round, "authority": authority});
        self.read(sql!("month_figures", planned_anew), &args).await
    }

    /// Deliveries between two ids, by id.
    pub async fn counted_deliveries(
        &self,
        (after, end): (Uuid, Uuid),
        limit: usize,
    ) -> Result<Vec<CountedDelivery>, StoreError> {
        let args = json!({"after": after, "end": end, "limit": limit});
        self.read(sql!("counted_deliveries"), &args).await
    }

    /// The tries of some deliveries, by channel.
    pub async fn counted_tries(&self, ids: &[DeliveryId]) -> Result<Vec<CountedTries>, StoreError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.read(sql!("counted_tries"), ids).await }
    }

    /// When the last mail about what had failed was made before a moment, in milliseconds.
    pub async fn last_fixed(&self, before: i64) -> Result<Option<i64>, StoreError> {
        self.one(sql!("last_fixed"), &before).await
    }

    /// What arrived after the first of two moments and until the second, and had failed for so long
    /// (all in milliseconds); in the order in which it arrived.
    pub async fn fixed_deliveries(
        &self,
        (since, until): (i64, i64),
        lasted: i64,
        limit: usize,
    ) -> Result<Vec<FixedRow>, StoreError> {
        let args = json!({"since": since, "until": until, "lasted": lasted, "limit": limit});
        self.read(sql!("fixed_deliveries"), &args).await
    }
}

impl Tx {
    /// A month is counted for the first time. False when somebody else has begun.
    pub async fn begin_month_count(&mut self, row: &MonthCountRow) -> Result<bool, StoreError> {
        Ok(self.run(sql!("begin_month_counts"), std::slice::from_ref(row)).await? == 1)
    }

    /// How far a month is counted, locked until the commit.
    pub async fn lock_month_count(
        &mut self,
        month: &str,
    ) -> Result<Option<MonthCountRow>, StoreError> {
        Ok(self.read(sql!("lock_month_count"), month).await?.pop())
    }

    /// Saves how far a month is counted that was locked in this unit of work.
    pub async fn save_month_count(&mut self, row: &MonthCountRow) -> Result<(), StoreError> {
        self.run_all(sql!("save_month_counts"), std::slice::from_ref(row)).await
    }

    /// What was counted so far under the keys of some rows.
    pub async fn figures_of(&mut self, keys: &[FigureRow]) -> Result<Vec<FigureRow>, StoreError> {
        if keys.is_empty() { Ok(Vec::new()) } else { self.read(sql!("figures_of"), keys).await }
    }

    /// Saves what was counted, in the place of what was there.
    pub async fn save_figures(&mut self, rows: &[FigureRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_figures"), rows).await
    }

    /// How much may still change in what a round has counted of a month.
    pub async fn unfinished_figures(
        &mut self,
        (month, round): (&str, i32),
    ) -> Result<i64, StoreError> {
        let args = json!({"month": month, "round": round});
        let sum: Option<i64> = self.read(sql!("unfinished_figures"), &args).await?.pop();
        Ok(sum.unwrap_or_default())
    }

    /// Deletes what other rounds have counted of a month.
    pub async fn delete_figures(&mut self, month: &str, round: i32) -> Result<(), StoreError> {
        let args = json!({"month": month, "round": round});
        self.run(sql!("delete_figures"), &args).await.map(drop)
    }
}

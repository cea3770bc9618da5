//! What is not delivered and has a cause: in groups, and as a redrive chooses it.
//!
//! Both go by an index of just these, and say what is in it in the index's own words: neither
//! engine goes by an index of some rows where the question is not surely about these alone.

use schemas::{AuthorityId, Channel, DeliveryId, Owner};
use serde::{Deserialize, Serialize};

use super::Store;
use super::engine::{StoreError, sql};

/// Causes that are nobody's trouble: what waits for its turn, or to be fetched.
pub(super) const NO_TROUBLE: [&str; 5] =
    ["awaiting_pickup", "lane_full", "lane_paced", "courier_busy", "courier_stopping"];

/// Which groups are asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TroubleFilter {
    /// Of one cause.
    pub cause: Option<String>,
    /// Of one owner.
    pub owner: Option<Owner>,
    /// To the authorities in one prefecture: its two digits.
    pub prefecture: Option<String>,
    /// Of each group so many of the oldest deliveries.
    pub looked: usize,
    /// Groups that come before.
    pub offset: usize,
    /// Groups at most.
    pub limit: usize,
}

/// Deliveries to one authority that are not delivered for the same cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The code of why.
    pub cause: String,
    /// To whom.
    pub authority: AuthorityId,
    /// Who has to act.
    pub owner: Option<Owner>,
    /// How many.
    pub count: i64,
    /// When the oldest was planned, in milliseconds.
    pub first_at: i64,
    /// When one of them last came to be as it is, in milliseconds.
    pub last_at: i64,
    /// The oldest, in order.
    pub oldest: Vec<DeliveryId>,
}

/// What a redrive is made of; what is not set does not narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Not delivered for one cause, by its code; without one, what is held is not in it.
    #[serde(default)]
    pub cause: Option<String>,
    /// Whose turn it is.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// To one authority.
    #[serde(default)]
    pub authority: Option<AuthorityId>,
    /// Over one channel.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// As they are since this moment or later, in milliseconds.
    #[serde(default)]
    pub from_at: Option<i64>,
    /// As they are since before this moment, in milliseconds.
    #[serde(default)]
    pub until_at: Option<i64>,
}

#[derive(Serialize)]
struct Asked<'a> {
    #[serde(flatten)]
    choice: &'a Choice,
    limit: usize,
}

/// A delivery that a redrive would hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Chosen {
    /// Which.
    pub id: DeliveryId,
    /// To whom.
    pub authority: AuthorityId,
    /// The code of why it is not delivered.
    pub cause: String,
    /// 1: it may have arrived already.
    pub doubtful: i32,
}

impl Store {
    /// What is not delivered and has a cause, in groups, the largest first.
    pub async fn troubles(&self, filter: &TroubleFilter) -> Result<Vec<Trouble>, StoreError> {
        self.read(sql!("troubles", planned_anew), filter).await
    }

    /// The deliveries that a choice names, the oldest first; so many.
    pub async fn choose_troubled(
        &self,
        choice: &Choice,
        limit: usize,
    ) -> Result<Vec<Chosen>, StoreError> {
        self.read(sql!("choose_troubled", planned_anew), &Asked { choice, limit }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_TROUBLE: &str = "state IN ('waiting', 'held', 'failed')";

    #[test]
    fn index_and_statements_are_of_the_same_words() {
        let codes = NO_TROUBLE.map(|code| format!("'{code}'")).join(", ");
        for text in [
            include_str!("postgres/migrations/0039_troubles.sql"),
            include_str!("sqlite/migrations/0039_troubles.sql"),
            sql!("troubles").postgres,
            sql!("troubles").sqlite,
            sql!("list_troubled").postgres,
            sql!("list_troubled").sqlite,
            sql!("choose_troubled").postgres,
            sql!("choose_troubled").sqlite,
        ] {
            assert!(text.contains(&format!("({codes})")) && text.contains(IN_TROUBLE), "{text}");
        }
    }
}

//! What an authority's newest tries came to.

use schemas::{AuthorityId, Channel, DeliveryId};
use serde::Deserialize;
use serde_json::json;

use super::Store;
use super::engine::{StoreError, sql};

/// A try, without what was answered. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RecentTry {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Over which channel.
    pub channel: Channel,
    /// When it began.
    pub started_at: i64,
    /// When it was over.
    pub finished_at: i64,
    /// `delivered`, `deferred`, `refused` or `unknown`.
    pub outcome: String,
}

impl Store {
    /// The tries of so many of an authority's newest deliveries, the newest first, so many at most.
    pub async fn recent_tries(
        &self,
        authority: AuthorityId,
        (deliveries, limit): (usize, usize),
    ) -> Result<Vec<RecentTry>, StoreError> {
        let args = json!({"authority": authority, "deliveries": deliveries, "limit": limit});
        self.read(sql!("recent_attempts", planned_anew), &args).await
    }
}

//! Sessions of people at the pages. What stands in a browser's cookie is not here, only its digest.

use serde_json::json;

use super::engine::{StoreError, sql};
use super::{SessionRow, Store, Tx};

impl Store {
    /// A session by the digest of its secret, as long as the key that opened it is in force.
    pub async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        Ok(self.read(sql!("session"), id).await?.pop())
    }
}

impl Tx {
    /// Someone logs in.
    pub async fn insert_session(&mut self, row: &SessionRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_sessions"), std::slice::from_ref(row)).await
    }

    /// Its person was there at a time.
    pub async fn touch_session(&mut self, id: &str, at: i64) -> Result<(), StoreError> {
        self.run(sql!("touch_session"), &json!({"id": id, "at": at})).await.map(drop)
    }

    /// Someone logs out; false when there is no such session.
    pub async fn delete_session(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(self.run(sql!("delete_session"), id).await? == 1)
    }

    /// Upkeep: sessions last seen before one time or begun before another. Tells how many.
    pub async fn delete_old_sessions(
        &mut self,
        (seen_before, begun_before): (i64, i64),
        limit: usize,
    ) -> Result<usize, StoreError> {
        let args = json!({"seen_before": seen_before, "begun_before": begun_before,
                          "limit": limit});
        let deleted = self.run(sql!("delete_old_sessions"), &args).await?;
        Ok(usize::try_from(deleted).unwrap_or(usize::MAX))
    }
}

//! Where an operator's notices are posted besides, and who set that.

use schemas::CorporateNumber;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// What was done about an operator's webhook; never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookActRow {
    /// Sorts by time.
    pub id: Uuid,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// `set`, `removed` or `tried`.
    pub kind: String,
    /// Where to; none where it was removed.
    pub url: Option<String>,
    /// What came of a trial: a status line, or a code.
    pub said: Option<String>,
    /// Who it was, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// Milliseconds.
    pub at: i64,
}

impl Store {
    /// Everywhere that an operator's notices go: a mail address, and the word `webhook`.
    pub async fn recipients(&self, operator: CorporateNumber) -> Result<Vec<String>, StoreError> {
        self.read(sql!("recipients"), &operator).await
    }

    /// The newest act that is no trial.
    pub async fn webhook(
        &self,
        operator: CorporateNumber,
    ) -> Result<Option<WebhookActRow>, StoreError> {
        Ok(self.read(sql!("webhook"), &operator).await?.pop())
    }

    /// What was done about an operator's webhook, the newest first, of one kind or all; so many.
    pub async fn webhook_acts(
        &self,
        operator: CorporateNumber,
        kind: Option<&str>,
        limit: usize,
    ) -> Result<Vec<WebhookActRow>, StoreError> {
        let args = json!({"corporate_number": operator, "kind": kind, "limit": limit});
        self.read(sql!("webhook_acts"), &args).await
    }
}

impl Tx {
    /// Somebody did something about a webhook; never changed afterwards.
    pub async fn insert_webhook_act(&mut self, row: &WebhookActRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_webhook_acts"), std::slice::from_ref(row)).await
    }
}

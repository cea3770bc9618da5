//! Where an operator's notices are posted besides, and who set that.

use schemas::CorporateNumber;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// What was done about an operator's webhook; never changed, but for what came of a trial.
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
    /// What came of a trial: a status line, or a code; `under_way` until that is known.
    pub said: Option<String>,
    /// Who it was, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// Milliseconds.
    pub at: i64,
}

/// A notice that an operator's system did not take, yet or for good.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FailedPostRow {
    /// Of which filing.
    pub receipt_number: String,
    /// What it tells.
    pub kind: String,
    /// `waiting` for its next try, or `failed`.
    pub state: String,
    /// Tries so far.
    pub tries: i32,
    /// When it is tried next, in milliseconds.
    pub next_attempt_at: Option<i64>,
    /// A [`schemas::Why`].
    pub why: Option<String>,
    /// Milliseconds.
    pub updated_at: i64,
}

impl Store {
    /// What of an operator's newest filings, so many, did not arrive at its system; what was tried
    /// last first, so many.
    pub async fn failed_posts(
        &self,
        operator: CorporateNumber,
        (looked, limit): (usize, usize),
    ) -> Result<Vec<FailedPostRow>, StoreError> {
        let args = json!({"corporate_number": operator, "looked": looked, "limit": limit});
        self.read(sql!("failed_posts"), &args).await
    }

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
    /// Nobody else begins a trial of an operator's webhook until the commit.
    pub async fn lock_trials(&mut self, operator: CorporateNumber) -> Result<(), StoreError> {
        self.read::<i64>(sql!("lock_trials"), &operator).await.map(drop)
    }

    /// Acts of one kind about an operator's webhook, the newest first; so many.
    pub async fn webhook_acts(
        &mut self,
        operator: CorporateNumber,
        kind: &str,
        limit: usize,
    ) -> Result<Vec<WebhookActRow>, StoreError> {
        let args = json!({"corporate_number": operator, "kind": kind, "limit": limit});
        self.read(sql!("webhook_acts"), &args).await
    }

    /// What came of a trial.
    pub async fn end_trial(&mut self, id: Uuid, said: &str) -> Result<(), StoreError> {
        self.run(sql!("end_trial"), &json!({"id": id, "said": said})).await.map(drop)
    }

    /// Somebody did something about a webhook; never changed afterwards.
    pub async fn insert_webhook_act(&mut self, row: &WebhookActRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_webhook_acts"), std::slice::from_ref(row)).await
    }
}

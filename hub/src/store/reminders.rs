//! Mails about what lies unread, and which deliveries each was about.

use jiff::civil::Date;
use schemas::{AuthorityId, DeliveryId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// Who is told, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderStep {
    /// The authority itself.
    Authority,
    /// The prefecture of a municipality or union.
    Prefecture,
    /// Operations.
    Operations,
}

/// How far a reminder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderState {
    /// It is sent when its time has come.
    Waiting,
    /// Someone is sending it, or has vanished while doing so.
    Sending,
    /// The relay took it.
    Sent,
    /// It could not be sent.
    Failed,
    /// There was no address.
    Unaddressed,
    /// All of it was opened before it was sent.
    Over,
}

/// One mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderRow {
    /// A function of day, step and addressee.
    pub id: String,
    /// The day in Japan on which it was made.
    pub day: Date,
    /// Who is told.
    pub step: ReminderStep,
    /// The authority or prefecture that is, or `operations`.
    pub addressee: String,
    /// The address on that day.
    pub mail: Option<String>,
    /// Deliveries that it was made about.
    pub deliveries: i32,
    /// How far it is.
    pub state: ReminderState,
    /// Tries so far.
    pub tries: i32,
    /// When it is tried next, in milliseconds.
    pub next_attempt_at: Option<i64>,
    /// Until when someone has it, in milliseconds.
    pub lease_until: Option<i64>,
    /// Why the last try failed, as JSON.
    pub why: Option<String>,
    /// When it was made, in milliseconds.
    pub made_at: i64,
    /// When it was sent, in milliseconds.
    pub sent_at: Option<i64>,
}

/// What a reminder is to be about: what some authorities have not opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Whose.
    pub authorities: Vec<AuthorityId>,
    /// Lying there since before this moment, in milliseconds.
    pub before: i64,
    /// What this step told of already …
    pub after: Option<ReminderStep>,
    /// … until this day, or in vain.
    pub told_until: Option<Date>,
}

/// How much of a reminder nobody has opened since, at one authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct StillUnread {
    /// Whose.
    pub authority: AuthorityId,
    /// How many.
    pub count: i64,
    /// Since when the first of them lies there, in milliseconds.
    pub oldest: i64,
}

/// That was told of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RemindedRow {
    /// Which.
    pub delivery: DeliveryId,
    /// Who was told.
    pub step: ReminderStep,
    /// On which day.
    pub day: Date,
    /// How far that mail is.
    pub state: ReminderState,
}

impl Store {
    /// How much of what a reminder is about is still unread, by authority, the most first.
    pub async fn reminded_still(&self, id: &str) -> Result<Vec<StillUnread>, StoreError> {
        self.read(sql!("reminded_still"), id).await
    }

    /// Who was told of some deliveries, by delivery and in order.
    pub async fn reminded_of(&self, ids: &[DeliveryId]) -> Result<Vec<RemindedRow>, StoreError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.read(sql!("reminded_of"), ids).await }
    }

    /// What was told about an authority, the newest first; each counts that authority's deliveries.
    pub async fn reminders_about(
        &self,
        authority: AuthorityId,
        limit: usize,
    ) -> Result<Vec<ReminderRow>, StoreError> {
        self.read(sql!("reminders_about"), &json!({"authority": authority, "limit": limit})).await
    }

    /// All reminders, the newest first.
    pub async fn newest_reminders(&self, limit: usize) -> Result<Vec<ReminderRow>, StoreError> {
        self.read(sql!("newest_reminders"), &limit).await
    }
}

impl Tx {
    /// Writes down of what a reminder tells. Tells how much that is: what its step told of already
    /// is left out, whoever did.
    pub async fn insert_reminded(
        &mut self,
        (id, step): (&str, ReminderStep),
        what: &Unread,
    ) -> Result<i32, StoreError> {
        let args = json!({
            "reminder": id, "step": step, "authorities": what.authorities, "before": what.before,
            "after": what.after, "told_until": what.told_until,
        });
        let count = self.run(sql!("insert_reminded"), &args).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// A new reminder. False, and nothing is to be committed, when its addressee has one of this
    /// day and step already.
    pub async fn insert_reminder(&mut self, row: &ReminderRow) -> Result<bool, StoreError> {
        Ok(self.run(sql!("insert_reminders"), std::slice::from_ref(row)).await? == 1)
    }

    /// Reminders whose time has come, or whose sender vanished; the caller has them until then.
    pub async fn claim_reminders(
        &mut self,
        (now, until): (i64, i64),
        limit: usize,
    ) -> Result<Vec<ReminderRow>, StoreError> {
        let args = json!({"now": now, "until": until, "limit": limit});
        self.read(sql!("claim_reminders"), &args).await
    }

    /// What became of reminders that were claimed.
    pub async fn save_reminders(&mut self, rows: &[ReminderRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_reminders"), rows).await
    }
}

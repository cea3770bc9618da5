//! Statements that are handed out to the authorities that asked for it.

use jiff::civil::Date;
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// By which way a statement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoutWay {
    /// A file in the folder that takes the authority's packages.
    Sftp,
    /// A mail to the authority's contact.
    Email,
}

/// How far a handout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoutState {
    /// It goes out when its time has come.
    Due,
    /// It lies there, or the relay took it.
    Sent,
    /// It could not be handed out.
    Failed,
}

/// A statement that is handed out. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoutRow {
    /// To whom.
    pub authority: AuthorityId,
    /// The statement's day in Japan.
    pub day: Date,
    /// By which way.
    pub way: HandoutWay,
    /// How far it is.
    pub state: HandoutState,
    /// Tries so far.
    pub tries: i32,
    /// When it is tried next; also until when someone has it.
    pub next_try_at: Option<i64>,
    /// Why the last try failed, as JSON.
    pub why: Option<String>,
    /// When it was made.
    pub made_at: i64,
    /// When it was handed out.
    pub sent_at: Option<i64>,
}

impl Store {
    /// Authorities that got a statement over SFTP of this day or a later one.
    pub async fn handed_out_to(&self, since: Date) -> Result<Vec<AuthorityId>, StoreError> {
        self.read(sql!("handed_out_to"), &since).await
    }
}

impl Tx {
    /// New handouts; of an authority and a day that has one already, none.
    pub async fn insert_handouts(&mut self, rows: &[HandoutRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        // Fewer rows than were given are no fault: those days had theirs.
        self.run(sql!("insert_handouts"), rows).await.map(drop)
    }

    /// Handouts whose time has come, this process's own until a time.
    pub async fn claim_handouts(
        &mut self,
        (now, until): (i64, i64),
        limit: usize,
    ) -> Result<Vec<HandoutRow>, StoreError> {
        let args = json!({"now": now, "until": until, "limit": limit});
        self.read(sql!("claim_handouts"), &args).await
    }

    /// What became of handouts that were claimed.
    pub async fn save_handouts(&mut self, rows: &[HandoutRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_handouts"), rows).await
    }
}

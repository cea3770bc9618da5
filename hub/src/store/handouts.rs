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
    /// When it could not be; stays while it is sent again.
    pub failed_at: Option<i64>,
}

/// That statements could not be handed out to an authority.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FailedHandout {
    /// To whom.
    pub authority: AuthorityId,
    /// The newest of these days.
    pub day: Date,
    /// Why that day's last try failed, as JSON.
    pub why: Option<String>,
    /// Since when the first of them could not be, in milliseconds.
    pub since: i64,
}

impl Store {
    /// Authorities that got a statement over SFTP of this day or a later one.
    pub async fn handed_out_to(&self, since: Date) -> Result<Vec<AuthorityId>, StoreError> {
        self.read(sql!("handed_out_to"), &since).await
    }

    /// Authorities to which statements of this day or later ones could not be handed out, and that
    /// have not answered them either; one row for each.
    pub async fn failed_handouts(&self, since: Date) -> Result<Vec<FailedHandout>, StoreError> {
        self.read(sql!("failed_handouts"), &since).await
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
        if rows.is_empty() {
            return Ok(());
        }
        // Those of authorities that want none any more are gone meanwhile.
        self.run(sql!("save_handouts"), rows).await.map(drop)
    }

    /// How a statement is handed out, kept from all others until the commit.
    pub async fn lock_handout(
        &mut self,
        authority: AuthorityId,
        day: Date,
    ) -> Result<Option<HandoutRow>, StoreError> {
        let args = json!({"authority": authority, "day": day});
        Ok(self.read(sql!("lock_handout"), &args).await?.pop())
    }

    /// One that failed, and was locked in this unit of work, is due by a way at a time, with a
    /// fresh count of tries.
    pub async fn send_handout_again(
        &mut self,
        (authority, day): (AuthorityId, Date),
        way: HandoutWay,
        at: i64,
    ) -> Result<(), StoreError> {
        let args = json!({"authority": authority, "day": day, "way": way, "at": at});
        let (statement, expected) = (sql!("send_handout_again"), 1);
        match self.run(statement, &args).await? {
            1 => Ok(()),
            touched => Err(StoreError::Count { statement: statement.name, touched, expected }),
        }
    }

    /// What has not gone out to an authority goes by another way; or not at all, when it wants none
    /// any more.
    pub async fn turn_handouts(
        &mut self,
        authority: AuthorityId,
        way: Option<HandoutWay>,
    ) -> Result<(), StoreError> {
        let touched = match way {
            Some(way) => {
                let args = json!({"authority": authority, "way": way});
                self.run(sql!("turn_handouts"), &args).await?
            }
            None => self.run(sql!("drop_handouts"), &authority).await?,
        };
        tracing::debug!(authority.code = %authority, touched, "statements go another way");
        Ok(())
    }
}

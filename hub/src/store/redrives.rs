//! Deliveries that staff start anew together: which, how far, and by whom.

use schemas::{AuthorityId, Channel, DeliveryId, Owner};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Filter, Store, Tx};

/// How far a redrive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedriveState {
    /// Which deliveries it holds is frozen; nobody has started it.
    Previewed,
    /// Somebody has started it, and somebody else has to approve it.
    Proposed,
    /// Its deliveries are started, at its pace.
    Running,
    /// None is left.
    Finished,
    /// Somebody ended it; what was left stays as it was.
    Cancelled,
}

impl RedriveState {
    /// The word used in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Previewed => "previewed",
            Self::Proposed => "proposed",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing of it moves any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled)
    }
}

/// A redrive as it stands in the table. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedriveRow {
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    pub state: RedriveState,
    /// Chosen by cause.
    pub cause: Option<String>,
    /// Chosen by owner.
    pub owner: Option<Owner>,
    /// Chosen by authority.
    pub authority: Option<AuthorityId>,
    /// Chosen by channel.
    pub channel: Option<Channel>,
    /// Chosen by time: from.
    pub from_at: Option<i64>,
    /// Chosen by time: before.
    pub until_at: Option<i64>,
    /// Deliveries that it holds.
    pub items: i32,
    /// Those of them that may have arrived already.
    pub doubtful: i32,
    /// Those with a deadline that had passed.
    pub overdue: i32,
    /// Those with a deadline that was near.
    pub near: i32,
    /// The next deadline of them all.
    pub next_due: Option<i64>,
    /// Those that were started anew.
    pub done: i32,
    /// Those that were passed over, being no more as they were.
    pub skipped: i32,
    /// Why, in the words of who started it.
    pub why: String,
    /// When it was made.
    pub made_at: i64,
    /// Who made it, for the record.
    pub made_by: String,
    /// Who made it, for people.
    pub made_name: String,
    /// When it was started.
    pub started_at: Option<i64>,
    /// Who started it, for the record.
    pub started_by: Option<String>,
    /// Who started it, for people.
    pub started_name: Option<String>,
    /// When it was approved.
    pub approved_at: Option<i64>,
    /// Who approved it, for the record.
    pub approved_by: Option<String>,
    /// Who approved it, for people.
    pub approved_name: Option<String>,
    /// When the next of its deliveries may go.
    pub next_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
}

impl RedriveRow {
    /// Those that are neither started nor passed over.
    pub fn left(&self) -> i32 {
        self.items - self.done - self.skipped
    }
}

/// What became of one delivery of a redrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Nothing yet.
    Left,
    /// It was started anew.
    Done,
    /// It was passed over.
    Skipped,
}

/// One delivery of a redrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedriveItemRow {
    /// Of which redrive.
    pub redrive_id: Uuid,
    /// Its place, from 1.
    pub place: i32,
    /// Which delivery.
    pub delivery_id: DeliveryId,
    /// The code of why it was not delivered.
    pub cause: String,
    /// 1: it may have arrived already.
    pub doubtful: i32,
    /// The end of its filing's next last day, else of the last that has passed, in milliseconds.
    pub due_at: Option<i64>,
    /// What became of it.
    pub state: ItemState,
    /// What it was found as when it was passed over: a state, or another cause.
    pub found: Option<String>,
}

impl Store {
    /// A redrive.
    pub async fn redrive(&self, id: Uuid) -> Result<Option<RedriveRow>, StoreError> {
        self.one(sql!("redrive"), &id).await
    }

    /// Redrives, the newest first.
    pub async fn list_redrives(&self, filter: &Filter) -> Result<Vec<RedriveRow>, StoreError> {
        self.read(sql!("list_redrives"), filter).await
    }

    /// The redrive whose turn it is.
    pub async fn running_redrive(&self) -> Result<Option<RedriveRow>, StoreError> {
        self.one(sql!("running_redrive"), "").await
    }

    /// What is in a redrive, behind a place.
    pub async fn redrive_items(
        &self,
        id: Uuid,
        after: i32,
        limit: usize,
    ) -> Result<Vec<RedriveItemRow>, StoreError> {
        let args = json!({"redrive_id": id, "after": after, "state": null, "limit": limit});
        self.read(sql!("redrive_items"), &args).await
    }
}

impl Tx {
    /// A new redrive with all that is in it.
    pub async fn insert_redrive(
        &mut self,
        row: &RedriveRow,
        items: &[RedriveItemRow],
    ) -> Result<(), StoreError> {
        self.run_all(sql!("insert_redrives"), std::slice::from_ref(row)).await?;
        self.run_all(sql!("insert_redrive_items"), items).await
    }

    /// A redrive, locked until the commit.
    pub async fn lock_redrive(&mut self, id: Uuid) -> Result<Option<RedriveRow>, StoreError> {
        Ok(self.read(sql!("lock_redrive"), &id).await?.pop())
    }

    /// Saves a redrive that was locked in this unit of work.
    pub async fn save_redrive(&mut self, row: &RedriveRow) -> Result<(), StoreError> {
        self.run_all(sql!("save_redrives"), std::slice::from_ref(row)).await
    }

    /// What is left in a redrive that was locked in this unit of work, in order.
    pub async fn left_in_redrive(
        &mut self,
        id: Uuid,
        limit: usize,
    ) -> Result<Vec<RedriveItemRow>, StoreError> {
        let args = json!({"redrive_id": id, "after": 0, "state": ItemState::Left, "limit": limit});
        self.read(sql!("redrive_items"), &args).await
    }

    /// What became of deliveries of a redrive that was locked in this unit of work.
    pub async fn save_redrive_items(&mut self, rows: &[RedriveItemRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_redrive_items"), rows).await
    }

    /// Upkeep: previews from before a time that nobody started, and what ended before a time.
    /// Tells how many.
    pub async fn delete_old_redrives(
        &mut self,
        (made_before, ended_before): (i64, i64),
        limit: usize,
    ) -> Result<usize, StoreError> {
        let args = json!({"made_before": made_before, "ended_before": ended_before,
                          "limit": limit});
        let ids: Vec<Uuid> = self.read(sql!("delete_old_redrives"), &args).await?;
        for id in &ids {
            self.run(sql!("delete_redrive_items"), id).await?;
        }
        Ok(ids.len())
    }
}

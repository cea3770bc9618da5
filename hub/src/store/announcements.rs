//! What operations announce: as it stands, and every act by which it came to stand so.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Audience, Store, Tx};

/// An announcement as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementRow {
    /// Its id.
    pub id: Uuid,
    /// How many acts it has seen.
    pub version: i32,
    /// Its title.
    pub title_ja: String,
    /// Its title in English; empty without one.
    pub title_en: String,
    /// Plain text, in lines.
    pub text_ja: String,
    /// The same in English; empty without one.
    pub text_en: String,
    /// For whom it is.
    pub audience: Audience,
    /// From when it counts, in milliseconds.
    pub from_at: i64,
    /// Until when, in milliseconds; none: until someone ends it.
    pub until_at: Option<i64>,
}

/// What was done about an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementAct {
    /// It was written.
    Made,
    /// Something else was written.
    Changed,
    /// It was ended before its time.
    Ended,
}

/// One act about an announcement; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementActRow {
    /// Which.
    pub announcement_id: Uuid,
    /// The version that the act made.
    pub version: i32,
    /// What was done.
    pub kind: AnnouncementAct,
    /// The announcement from then on: an [`AnnouncementRow`] as JSON.
    pub said: String,
    /// Who, for the record.
    pub person: String,
    /// Who, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// What a list of announcements is asked for; what is not set does not narrow it.
#[derive(Debug, Clone, Serialize)]
pub struct AnnouncementFilter {
    /// Those for these readers.
    pub reader: Option<Audience>,
    /// Those that count at this moment, in milliseconds.
    pub now: Option<i64>,
    /// `from_at` of the last row seen, in milliseconds.
    pub before: Option<i64>,
    /// Its id.
    pub before_id: Option<Uuid>,
    /// Rows at most.
    pub limit: usize,
}

impl Store {
    /// Announcements, the newest first.
    pub async fn list_announcements(
        &self,
        filter: &AnnouncementFilter,
    ) -> Result<Vec<AnnouncementRow>, StoreError> {
        self.read(sql!("list_announcements", planned_anew), filter).await
    }

    /// An announcement.
    pub async fn announcement(&self, id: Uuid) -> Result<Option<AnnouncementRow>, StoreError> {
        Ok(self.read(sql!("announcement"), &id).await?.pop())
    }

    /// What was done about an announcement, the newest first.
    pub async fn announcement_acts(&self, id: Uuid) -> Result<Vec<AnnouncementActRow>, StoreError> {
        self.read(sql!("announcement_acts"), &id).await
    }
}

impl Tx {
    /// Writes an announcement, and who did so: a new one as version 1, else on top of the version
    /// before. False, and nothing is to be committed, when someone else was quicker.
    pub async fn save_announcement(
        &mut self,
        row: &AnnouncementRow,
        act: &AnnouncementActRow,
    ) -> Result<bool, StoreError> {
        if row.version == 1 {
            self.run_all(sql!("insert_announcements"), std::slice::from_ref(row)).await?;
        } else if self.run(sql!("save_announcement"), &json!(row)).await? != 1 {
            return Ok(false);
        }
        self.run_all(sql!("insert_announcement_acts"), std::slice::from_ref(act)).await?;
        Ok(true)
    }
}

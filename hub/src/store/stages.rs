//! What was said of the stages in which authorities begin, and what mails told of them.

use jiff::civil::Date;
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// What was said of one stage of one authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRow {
    /// Whose.
    pub authority: AuthorityId,
    /// Which, by its word.
    pub stage: String,
    /// The day to which it was moved; none: it is due as the table of days says.
    pub due_on: Option<Date>,
    /// When it was said to be done, in milliseconds; none: it was not.
    pub done_at: Option<i64>,
    /// Who said so last, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// Why, in their words.
    pub why: String,
    /// When, in milliseconds.
    pub updated_at: i64,
}

/// That a mail told of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageToldRow {
    /// Whose.
    pub authority: AuthorityId,
    /// Which, by its word.
    pub stage: String,
    /// The day that it was due then.
    pub due_on: Date,
    /// Which mail of a row of them, by its word.
    pub step: String,
    /// The day in Japan on which it was made.
    pub day: Date,
    /// The mail.
    pub reminder_id: String,
}

impl Store {
    /// What was said of stages, of one authority or of all.
    pub async fn stages(
        &self,
        authority: Option<AuthorityId>,
    ) -> Result<Vec<StageRow>, StoreError> {
        self.read(sql!("all_stages"), &authority).await
    }

    /// What was told of stages.
    pub async fn stages_told(&self) -> Result<Vec<StageToldRow>, StoreError> {
        self.read(sql!("stages_told"), "").await
    }

    /// What a mail tells of.
    pub async fn stages_told_by(&self, reminder: &str) -> Result<Vec<StageToldRow>, StoreError> {
        self.read(sql!("stages_told_by"), reminder).await
    }
}

impl Tx {
    /// What was said of an authority's stages; nobody else says anything until the commit.
    pub async fn lock_stages(
        &mut self,
        authority: AuthorityId,
    ) -> Result<Vec<StageRow>, StoreError> {
        self.read::<i64>(sql!("lock_stages"), "").await?;
        self.read(sql!("all_stages"), &Some(authority)).await
    }

    /// What is said of stages from now on.
    pub async fn save_stages(&mut self, rows: &[StageRow]) -> Result<(), StoreError> {
        self.run_all(sql!("upsert_stages"), rows).await
    }

    /// Writes down what a mail tells of. Gives how much of it no mail of that step told before.
    pub async fn insert_stages_told(&mut self, rows: &[StageToldRow]) -> Result<u64, StoreError> {
        self.run(sql!("insert_stages_told"), rows).await
    }
}

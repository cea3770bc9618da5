//! Checks of the way to an authority, each by a test that goes there like a filing; and how those
//! tests go again, with all that hangs on them, and nothing else.

use schemas::{AuthorityId, Channel, DeliveryId, FilingId, Owner, ProofLevel};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx};
use crate::delivery::State;

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// The test is on its way, or lies there to be fetched.
    Open,
    /// The authority has it.
    Proved,
    /// It has not, and nothing more is tried.
    Failed,
}

impl CheckState {
    /// The word used in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Proved => "proved",
            Self::Failed => "failed",
        }
    }
}

/// One check. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRow {
    /// What was sent, as a filing.
    pub filing_id: FilingId,
    /// Its delivery.
    pub delivery_id: DeliveryId,
    /// To whom.
    pub authority: AuthorityId,
    /// Over which channel.
    pub channel: Channel,
    /// 受付番号.
    pub receipt_number: String,
    /// Who asked for it, for the record.
    pub person: String,
    /// Who it was, for people.
    pub name: String,
    /// When it was asked for.
    pub sent_at: i64,
    /// How far it is.
    pub state: CheckState,
    /// What is proved.
    pub proof: Option<ProofLevel>,
    /// Why it did not arrive, or has not yet.
    pub code: Option<String>,
    /// Who has to act.
    pub owner: Option<Owner>,
    /// The same for a person.
    pub sentence: Option<String>,
    /// When it was proved, or given up.
    pub ended_at: Option<i64>,
    /// When the test was purged.
    pub purged_at: Option<i64>,
}

impl CheckRow {
    /// Whether the test is over and still there.
    pub fn can_be_purged(&self) -> bool {
        self.state != CheckState::Open && self.purged_at.is_none()
    }
}

/// Which tests are to be purged.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Purge {
    /// Of one authority, or of all.
    pub authority: Option<AuthorityId>,
    /// One delivery's, or all.
    pub delivery: Option<DeliveryId>,
    /// Those that were asked for before this time, in milliseconds.
    pub before: i64,
    /// So many at most.
    pub limit: usize,
}

impl Store {
    /// An authority's checks, the newest first.
    pub async fn checks_of(
        &self,
        authority: AuthorityId,
        limit: usize,
    ) -> Result<Vec<CheckRow>, StoreError> {
        let args = json!({"authority": authority, "limit": limit});
        self.read(sql!("checks_of_authority"), &args).await
    }

    /// The newest check of each authority and channel.
    pub async fn newest_checks(&self) -> Result<Vec<CheckRow>, StoreError> {
        self.read(sql!("newest_checks"), "").await
    }

    /// A check.
    pub async fn check_of(&self, filing: FilingId) -> Result<Option<CheckRow>, StoreError> {
        Ok(self.read(sql!("check"), &filing).await?.pop())
    }
}

impl Tx {
    /// A new check, in place of the one before as the newest. False, and nothing is to be
    /// committed, where one of this authority and channel is still open.
    pub async fn insert_check(&mut self, row: &CheckRow) -> Result<bool, StoreError> {
        self.run(sql!("retire_newest_check"), row).await?;
        Ok(self.run(sql!("insert_checks"), std::slice::from_ref(row)).await? == 1)
    }

    /// Checks that are not over, of one authority or of all, the oldest first; those that another
    /// process looks at are left out.
    pub async fn open_checks(
        &mut self,
        authority: Option<AuthorityId>,
        (late, limit): (i64, usize),
    ) -> Result<Vec<CheckRow>, StoreError> {
        let args = json!({"authority": authority, "late": late, "limit": limit});
        self.read(sql!("open_checks"), &args).await
    }

    /// What became of checks that were open.
    pub async fn save_checks(&mut self, rows: &[CheckRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_checks"), rows).await
    }

    /// Deletes tests that are over, each with its deliveries, tries, events and all else: a chain
    /// goes whole. Files with which an authority answered stay, as uploads do that were named.
    /// Gives the checks whose tests went; that nothing else goes is asked by every statement.
    pub async fn purge_tests(&mut self, which: Purge) -> Result<Vec<CheckRow>, StoreError> {
        let mut rows: Vec<CheckRow> = self.read(sql!("purgeable_checks"), &which).await?;
        let all: Vec<DeliveryId> = rows.iter().map(|row| row.delivery_id).collect();
        // Whoever decides on one of them waits, and then finds nothing.
        let locked = self.lock_deliveries(&all).await?;
        let is_over = |state: &State| match state {
            State::Delivered { .. } | State::Failed { .. } | State::Cancelled => true,
            State::Due | State::Sending { .. } | State::Waiting { .. } | State::Held { .. } => {
                false
            }
        };
        rows.retain(|row| {
            locked.iter().any(|d| d.id == row.delivery_id && d.is_test() && is_over(&d.state))
        });
        if rows.is_empty() {
            return Ok(rows);
        }
        let filings: Vec<FilingId> = rows.iter().map(|row| row.filing_id).collect();
        let deliveries: Vec<DeliveryId> = rows.iter().map(|row| row.delivery_id).collect();
        for statement in [
            sql!("delete_attempts"),
            sql!("delete_acts"),
            sql!("delete_decisions"),
            sql!("delete_scan_waits"),
        ] {
            self.run(statement, &deliveries).await?;
        }
        for statement in [sql!("delete_notices"), sql!("delete_test_prints"), sql!("delete_events")]
        {
            self.run(statement, &filings).await?;
        }
        self.run_all(sql!("delete_test_deliveries"), &deliveries).await?;
        self.run_all(sql!("delete_test_revisions"), &filings).await?;
        self.run_all(sql!("delete_test_filings"), &filings).await?;
        let args = json!({"ids": filings, "at": self.clock.now_ms()});
        self.run(sql!("save_purged"), &args).await?;
        Ok(rows)
    }

    /// Forgets what came of checks before a time, but of the newest of each way.
    pub async fn delete_old_checks(&mut self, before: i64, limit: usize) -> Result<(), StoreError> {
        let args = json!({"before": before, "limit": limit});
        self.run(sql!("delete_old_checks"), &args).await.map(drop)
    }
}

//! What is known of files that are looked through for malware, and which deliveries wait for it.
//!
//! A delivery that waits writes that down under the lock of the file's row, and a verdict is
//! committed before anyone is released; so whoever waits is either seen by the release, or has seen
//! the verdict.

use schemas::{DeliveryId, Why};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// What is known of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// It is going to be looked through.
    Pending,
    /// Nothing was found in it.
    Clean,
    /// It holds malware.
    Infected,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRow {
    /// Hex digest of its bytes.
    pub sha256: String,
    /// What is known.
    pub state: ScanState,
    /// The signature that it fits, when it is infected.
    pub signature: Option<String>,
    /// Why the last look came to nothing, as JSON.
    pub why: Option<String>,
    /// Looks that came to nothing.
    pub tries: i32,
    /// When it is looked at next, or at the latest when someone is looking now; milliseconds.
    pub next_try_at: Option<i64>,
    /// When that became known, in milliseconds.
    pub scanned_at: Option<i64>,
    /// The scanner's version, and its signatures'.
    pub scanned_by: Option<String>,
    /// Since when it is asked for, in milliseconds.
    pub asked_at: i64,
}

impl ScanRow {
    /// Why the last look came to nothing.
    pub fn why(&self) -> Option<Why> {
        serde_json::from_str(self.why.as_deref()?).ok()
    }
}

/// A file with whose it is, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanLine {
    /// The file.
    pub scan: ScanRow,
    /// The corporate number or authority that uploaded it.
    pub owner: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
}

/// How many files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanCounts {
    /// That are going to be looked through.
    pub pending: i64,
    /// Since when the first of them is asked for, in milliseconds.
    pub oldest: Option<i64>,
    /// That hold malware.
    pub infected: i64,
}

impl Store {
    /// What is known of files; those that nobody asked for are left out.
    pub async fn scans_of(&self, digests: &[String]) -> Result<Vec<ScanRow>, StoreError> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        self.read(sql!("scans_of"), digests).await
    }

    /// Files in a state, pending or infected, in the order in which they were asked for.
    pub async fn list_scans(
        &self,
        state: ScanState,
        limit: usize,
    ) -> Result<Vec<ScanLine>, StoreError> {
        self.read(sql!("list_scans"), &json!({"state": state, "limit": limit})).await
    }

    /// Upkeep, pages: how many are pending or infected.
    pub async fn count_scans(&self) -> Result<ScanCounts, StoreError> {
        Ok(self.read(sql!("count_scans"), "").await?.pop().unwrap_or_default())
    }

    /// Scanner: deliveries that wait for a file and for no other that is pending; all of those that
    /// wait for it when it is infected.
    pub async fn waits_of_scan(
        &self,
        row: &ScanRow,
        limit: usize,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let is_infected = row.state == ScanState::Infected;
        let args = json!({"sha256": row.sha256, "is_infected": is_infected, "limit": limit});
        self.read(sql!("waits_of_scan"), &args).await
    }

    /// Scanner: deliveries that wait for a file which is not pending any more; or all that wait.
    pub async fn waits_left(&self, all: bool, limit: usize) -> Result<Vec<DeliveryId>, StoreError> {
        self.read(sql!("waits_left"), &json!({"all": all, "limit": limit})).await
    }
}

impl Tx {
    /// Asks for files: new ones, and those that passed before a time. Whatever is known of others
    /// stays.
    pub async fn queue_scans(&mut self, digests: &[String], before: i64) -> Result<(), StoreError> {
        if digests.is_empty() {
            return Ok(());
        }
        let at = self.clock.now_ms();
        let row = |sha256: &String| json!({"sha256": sha256, "at": at, "before": before});
        let rows: Vec<_> = digests.iter().map(row).collect();
        self.run(sql!("queue_scans"), &rows).await.map(drop)
    }

    /// Courier: what is known of files, locked until the commit.
    pub async fn lock_scans(&mut self, digests: &[String]) -> Result<Vec<ScanRow>, StoreError> {
        self.read(sql!("lock_scans"), digests).await
    }

    /// Scanner: pending files whose time has come, kept from others until a time.
    pub async fn claim_scans(
        &mut self,
        until: i64,
        limit: usize,
    ) -> Result<Vec<ScanRow>, StoreError> {
        let args = json!({"now": self.clock.now_ms(), "until": until, "limit": limit});
        self.read(sql!("claim_scans"), &args).await
    }

    /// Scanner: what has become known. A row that is gone is not made anew.
    pub async fn save_scans(&mut self, rows: &[ScanRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.run(sql!("save_scans"), rows).await.map(drop)
    }

    /// Forgets files that are no more.
    pub async fn delete_scans(&mut self, digests: &[String]) -> Result<(), StoreError> {
        if digests.is_empty() {
            return Ok(());
        }
        self.run(sql!("delete_scans"), digests).await.map(drop)
    }

    /// Operations: has a file looked through again, whatever was found. False when nobody has asked
    /// for it.
    pub async fn rescan(&mut self, sha256: &str) -> Result<bool, StoreError> {
        let args = json!({"sha256": sha256, "at": self.clock.now_ms()});
        Ok(self.run(sql!("rescan"), &args).await? == 1)
    }

    /// Courier: deliveries that wait for files.
    pub async fn insert_scan_waits(
        &mut self,
        waits: &[(String, DeliveryId)],
    ) -> Result<(), StoreError> {
        if waits.is_empty() {
            return Ok(());
        }
        let row =
            |(sha256, id): &(String, DeliveryId)| json!({"sha256": sha256, "delivery_id": id});
        let rows: Vec<_> = waits.iter().map(row).collect();
        self.run(sql!("insert_scan_waits"), &rows).await.map(drop)
    }

    /// Scanner: these deliveries wait for no file any more.
    pub async fn delete_scan_waits(&mut self, ids: &[DeliveryId]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.run(sql!("delete_scan_waits"), ids).await.map(drop)
    }
}

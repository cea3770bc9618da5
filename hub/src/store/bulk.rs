//! Uploads of many filings (一括申請), row by row, and what became of each row.

use schemas::{CorporateNumber, FilingId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// The operator's key for it: the same upload again is the same.
    pub idempotency_key: String,
    /// Of the bytes that were uploaded.
    pub sha256: String,
    /// What the file was called.
    pub file_name: String,
    /// The headings, as a JSON array of texts; empty for an array of a program.
    pub head: String,
    /// Who uploaded it, for people.
    pub saved_by: String,
    /// Milliseconds.
    pub created_at: i64,
    /// When its rows were begun to be filed; milliseconds.
    pub chosen_at: Option<i64>,
}

/// An upload with how many of its rows are in which state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkCounts {
    /// The upload.
    #[serde(flatten)]
    pub bulk: BulkRow,
    /// Rows in which nothing was found.
    pub good: i64,
    /// Rows in which something is worth a look.
    pub warned: i64,
    /// Rows that have to be mended.
    pub bad: i64,
    /// Rows that became filings.
    pub filed: i64,
    /// Rows that became drafts.
    pub drafted: i64,
}

/// One row of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkLine {
    /// The upload.
    pub bulk_id: Uuid,
    /// As a spreadsheet counts, or the place in the array from 1.
    pub number: i32,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// `good`, `warned`, `bad`, `filed` or `drafted`.
    pub state: String,
    /// The office that it is about, as far as it reads.
    pub office_name: String,
    /// The submission, none when too little of the row reads.
    pub body: Option<String>,
    /// The cells as they came, as a JSON array of texts.
    pub cells: String,
    /// What was found, as JSON.
    pub findings: String,
    /// The filing that it became.
    pub filing_id: Option<FilingId>,
    /// The draft that it became.
    pub draft_id: Option<Uuid>,
}

/// Which rows of an upload are asked for, in their order.
#[derive(Debug, Clone, Serialize)]
pub struct LineFilter<'a> {
    /// The upload.
    pub bulk_id: Uuid,
    /// Only in these states; empty: in any.
    pub states: &'a [&'a str],
    /// Only behind this number.
    pub after: i32,
    /// So many at most.
    pub limit: usize,
}

impl Store {
    /// An upload.
    pub async fn bulk(&self, id: Uuid) -> Result<Option<BulkCounts>, StoreError> {
        Ok(self.read(sql!("bulk"), &id).await?.pop())
    }

    /// An operator's upload under a key.
    pub async fn bulk_by_key(
        &self,
        operator: CorporateNumber,
        key: &str,
    ) -> Result<Option<BulkRow>, StoreError> {
        let args = json!({"corporate_number": operator, "idempotency_key": key});
        Ok(self.read(sql!("bulk_by_key"), &args).await?.pop())
    }

    /// An operator's uploads, the newest first.
    pub async fn own_bulks(
        &self,
        operator: CorporateNumber,
        limit: usize,
    ) -> Result<Vec<BulkCounts>, StoreError> {
        let args = json!({"corporate_number": operator, "limit": limit});
        self.read(sql!("own_bulks"), &args).await
    }

    /// Rows of an upload.
    pub async fn bulk_lines(&self, filter: &LineFilter<'_>) -> Result<Vec<BulkLine>, StoreError> {
        self.read(sql!("bulk_lines"), filter).await
    }
}

impl Tx {
    /// A new upload with its rows. False, and nothing is written, when there is one under its key.
    pub async fn insert_bulk(
        &mut self,
        row: &BulkRow,
        lines: &[BulkLine],
    ) -> Result<bool, StoreError> {
        if self.run(sql!("insert_bulks"), std::slice::from_ref(row)).await? == 0 {
            return Ok(false);
        }
        self.run_all(sql!("insert_bulk_lines"), lines).await?;
        Ok(true)
    }

    /// Its rows are begun to be filed, or gone on with.
    pub async fn choose_bulk(&mut self, id: Uuid, at: i64) -> Result<(), StoreError> {
        self.run(sql!("choose_bulk"), &json!({"id": id, "at": at})).await.map(drop)
    }

    /// When the filing of its rows went on last; none: it is done.
    pub async fn save_bulk_filing(&mut self, id: Uuid, at: Option<i64>) -> Result<(), StoreError> {
        self.run(sql!("save_bulk_filing"), &json!({"id": id, "at": at})).await.map(drop)
    }

    /// Uploads whose filing has stood since `before`, as if it went on now: nobody else claims them
    /// until it has stood as long again.
    pub async fn claim_bulks(
        &mut self,
        now: i64,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Uuid>, StoreError> {
        let args = json!({"now": now, "before": before, "limit": limit});
        self.read(sql!("claim_bulks"), &args).await
    }

    /// What became of rows. One that is filed stays so.
    pub async fn save_bulk_lines(&mut self, lines: &[BulkLine]) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        self.run(sql!("save_bulk_lines"), lines).await.map(drop)
    }

    /// Upkeep: uploads from before a time, with their rows. Tells how many.
    pub async fn delete_old_bulks(
        &mut self,
        before: i64,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let args = json!({"before": before, "limit": limit});
        let ids: Vec<Uuid> = self.read(sql!("delete_old_bulks"), &args).await?;
        for id in &ids {
            self.run(sql!("delete_bulk_lines"), id).await?;
        }
        Ok(ids.len())
    }

    /// Throws an upload away, unless its rows were begun to be filed. Tells whether it did.
    pub async fn delete_bulk(&mut self, id: Uuid) -> Result<bool, StoreError> {
        let deleted = self.run(sql!("delete_bulk"), &id).await? == 1;
        if deleted {
            self.run(sql!("delete_bulk_lines"), &id).await?;
        }
        Ok(deleted)
    }
}

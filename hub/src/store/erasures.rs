//! Contents that are erased: on request, filing by filing, and when their time is over. What is
//! erased of which rows stands in `erasure.rs`; here is how it is written, and how far
//! requests are.

use schemas::{CorporateNumber, FilingId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::retention::Erasable;
use super::{AttemptRow, Filter, OwnFilter, PrintRow, Store, Tx, WordRow};

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// Somebody asked for it; somebody else has to approve it.
    Proposed,
    /// It goes on, filing by filing.
    Running,
    /// What could be erased is.
    Finished,
    /// Somebody ended it before it was approved.
    Cancelled,
}

/// An erasure as it stands in the table. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRow {
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    pub state: ErasureState,
    /// The filing that it is of; none: all of the operator's.
    pub filing_id: Option<FilingId>,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// Filings that there were when it was asked for.
    pub filings: i32,
    /// Those that were erased by it.
    pub done: i32,
    /// Those that stayed, being unfinished.
    pub kept: i32,
    /// When the last filing that it looked at was received; it goes on with older ones.
    pub reached_at: Option<i64>,
    /// That filing.
    pub reached_id: Option<FilingId>,
    /// Why, in the words of who asked for it.
    pub why: String,
    /// When it was asked for; filings that came later are not in it.
    pub made_at: i64,
    /// Who asked, for the record.
    pub made_by: String,
    /// Who asked, for people.
    pub made_name: String,
    /// When it was approved.
    pub approved_at: Option<i64>,
    /// Who approved it, for the record.
    pub approved_by: Option<String>,
    /// Who approved it, for people.
    pub approved_name: Option<String>,
    /// When it ended.
    pub ended_at: Option<i64>,
}

/// That something of a filing was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasedRow {
    /// Of which filing.
    pub filing_id: FilingId,
    /// What.
    pub what: Erasable,
    /// On whose request; none: its time was over.
    pub erasure_id: Option<Uuid>,
    /// When, in milliseconds.
    pub at: i64,
}

/// When a filing's contents were erased, and by which request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Milliseconds.
    pub at: i64,
    /// None: their time was over (`retention.content_years`).
    pub erasure_id: Option<Uuid>,
}

/// What is left of a revision's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StubRow {
    /// Of which filing.
    pub filing_id: FilingId,
    /// From 1.
    pub revision: i32,
    /// In its place.
    pub document: String,
}

impl Store {
    /// An erasure.
    pub async fn erasure(&self, id: Uuid) -> Result<Option<ErasureRow>, StoreError> {
        self.one(sql!("erasure"), &id).await
    }

    /// Erasures, the newest first.
    pub async fn list_erasures(&self, filter: &Filter) -> Result<Vec<ErasureRow>, StoreError> {
        self.read(sql!("list_erasures"), filter).await
    }

    /// The erasure whose turn it is.
    pub async fn running_erasure(&self) -> Result<Option<ErasureRow>, StoreError> {
        self.one(sql!("running_erasure"), "").await
    }

    /// Whether an operator has filed since an erasure was asked for, up to a moment (milliseconds).
    /// Then what is kept of the operator itself stays: the new filing needs it.
    pub async fn has_filed_since(&self, row: &ErasureRow, until: i64) -> Result<bool, StoreError> {
        let filter = OwnFilter {
            corporate_number: row.corporate_number,
            kind: None,
            state: None,
            text: None,
            before: Some(until.saturating_add(1)),
            before_id: Some(Uuid::nil()),
            limit: 1,
        };
        let newest = self.own_filings(&filter).await?;
        Ok(newest.first().is_some_and(|filing| filing.received_at > row.made_at))
    }

    /// When a filing's contents were erased, if they were.
    pub async fn erased(&self, id: FilingId) -> Result<Option<Erased>, StoreError> {
        self.one(sql!("erased"), &id).await
    }

    /// Upkeep: objects that an erased filing named, to be looked at.
    pub async fn erased_objects(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.read(sql!("erased_objects"), &limit).await
    }

    /// What is printed in an object.
    pub async fn prints_in(&self, sha256: &str) -> Result<Vec<PrintRow>, StoreError> {
        self.read(sql!("prints_in"), sha256).await
    }
}

impl Tx {
    /// Whether the contents of a filing were erased; asked once it is locked.
    pub async fn is_erased(&mut self, id: FilingId) -> Result<bool, StoreError> {
        Ok(!self.read::<Erased>(sql!("erased"), &id).await?.is_empty())
    }

    /// A new erasure.
    pub async fn insert_erasure(&mut self, row: &ErasureRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_erasures"), std::slice::from_ref(row)).await
    }

    /// An erasure, locked until the commit.
    pub async fn lock_erasure(&mut self, id: Uuid) -> Result<Option<ErasureRow>, StoreError> {
        Ok(self.read(sql!("lock_erasure"), &id).await?.pop())
    }

    /// Saves an erasure that was locked in this unit of work.
    pub async fn save_erasure(&mut self, row: &ErasureRow) -> Result<(), StoreError> {
        self.run_all(sql!("save_erasures"), std::slice::from_ref(row)).await
    }

    /// Those of the filings that are finished, whose heads are locked: `undecided` as in
    /// [`super::Term`].
    pub async fn finished(
        &mut self,
        ids: &[FilingId],
        undecided: i64,
    ) -> Result<Vec<FilingId>, StoreError> {
        self.read::<super::HeadRow>(sql!("lock_heads"), ids).await?;
        let args = json!({"ids": ids, "quiet": null, "undecided": undecided});
        self.read(sql!("finished_filings"), &args).await
    }

    /// Erases what a filing's own rows say beside its documents: names, comments, remarks, where
    /// its notices went. Tells how many rows.
    pub async fn erase_rows(&mut self, id: FilingId) -> Result<u64, StoreError> {
        let mut rows = self.run(sql!("erase_filing"), &id).await?;
        rows += self.run(sql!("erase_decisions"), &id).await?;
        rows += self.run(sql!("erase_acts"), &id).await?;
        rows += self.run(sql!("erase_addresses"), &[id]).await?;
        Ok(rows)
    }

    /// Puts something else in the place of revisions' bodies; what digests say of them stays.
    pub async fn erase_documents(&mut self, stubs: &[StubRow]) -> Result<(), StoreError> {
        self.run_all(sql!("erase_revisions"), stubs).await
    }

    /// What far sides answered to its tries, which may repeat it. Tells how many rows.
    pub async fn erase_answers(&mut self, tries: &[AttemptRow]) -> Result<usize, StoreError> {
        let rows = super::retention::without_answers(tries);
        if !rows.is_empty() {
            self.run_all(sql!("save_answers"), &rows).await?;
        }
        Ok(rows.len())
    }

    /// Its drafts, and its rows of uploads of many. Tells how many rows.
    pub async fn erase_written(
        &mut self,
        operator: CorporateNumber,
        id: FilingId,
    ) -> Result<u64, StoreError> {
        let args = json!({"corporate_number": operator, "filing": id});
        // Some rows are known by their drafts alone, so these go last.
        let lines = self.run(sql!("erase_bulk_lines"), &args).await?;
        Ok(lines + self.run(sql!("erase_drafts"), &args).await?)
    }

    /// Words by which it was found. Tells how many rows.
    pub async fn delete_filing_words(&mut self, rows: &[WordRow]) -> Result<u64, StoreError> {
        self.insert(sql!("delete_filing_words"), rows).await
    }

    /// Its prints; the objects that they lie in, once for each.
    pub async fn delete_prints(&mut self, id: FilingId) -> Result<Vec<String>, StoreError> {
        self.read(sql!("delete_prints"), &id).await
    }

    /// Says what was erased; what was said before stays.
    pub async fn insert_erased(&mut self, rows: &[ErasedRow]) -> Result<(), StoreError> {
        self.insert(sql!("insert_erased"), rows).await.map(drop)
    }

    /// Objects that it named: upkeep looks whether anything else does, at those first that have
    /// waited longest. One that could not be looked at is put behind the others by the same.
    pub async fn insert_erased_objects(&mut self, digests: &[String]) -> Result<(), StoreError> {
        let at = self.clock.now_ms();
        let rows: Vec<_> = digests.iter().map(|it| json!({"sha256": it, "at": at})).collect();
        self.insert(sql!("insert_erased_objects"), &rows).await.map(drop)
    }

    /// Upkeep: lets those of such objects go that nothing else names, and looks at none of them any
    /// more. The sweep deletes them. Tells how many go.
    pub async fn let_erased_go(&mut self, digests: &[String]) -> Result<usize, StoreError> {
        let gone: Vec<String> = self.read(sql!("unname_erased"), digests).await?;
        self.run(sql!("delete_erased_objects"), digests).await?;
        Ok(gone.len())
    }

    /// Prints that lie in another volume from now on; none may have been erased meanwhile, or that
    /// volume would have its bytes.
    pub async fn move_prints(&mut self, rows: &[PrintRow]) -> Result<(), StoreError> {
        self.run_all(sql!("move_prints"), rows).await
    }

    /// Where notices of filings went. Tells how many rows.
    pub async fn erase_addresses(&mut self, ids: &[FilingId]) -> Result<u64, StoreError> {
        self.run(sql!("erase_addresses"), ids).await
    }

    /// What is kept of an operator itself: where its notices go and went, and what it has not
    /// filed. Tells how many rows.
    pub async fn erase_operator(&mut self, number: CorporateNumber) -> Result<u64, StoreError> {
        let mut rows = self.run(sql!("erase_operator"), &number).await?;
        rows += self.run(sql!("erase_address_acts"), &number).await?;
        rows += self.run(sql!("erase_letters"), &number).await?;
        rows += self.run(sql!("erase_drafts_of"), &number).await?;
        rows += self.run(sql!("erase_bulk_lines_of"), &number).await?;
        rows += self.run(sql!("erase_bulks_of"), &number).await?;
        Ok(rows)
    }
}

//! What an authority's staff take out for their ledger, and who fetched it when.

use schemas::{AuthorityId, DeliveryId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// One export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub authority: AuthorityId,
    /// The digest of the ledger profile by which it is written, each time it is fetched.
    pub profile: String,
    /// Deliveries in it.
    pub deliveries: i32,
    /// When the last of them was decided, in milliseconds.
    pub decided_until: i64,
    /// Who made it, for the record.
    pub person: String,
    /// Who made it, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// One time that an export was fetched; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchRow {
    /// Its id.
    pub id: Uuid,
    /// Which export.
    pub export_id: Uuid,
    /// `csv` or `zip`.
    pub format: String,
    /// Who, for the record.
    pub person: String,
    /// Who, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// An accepted delivery that is in no export yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DueExport {
    /// The delivery.
    pub delivery: DeliveryId,
    /// When it was accepted, in milliseconds.
    pub decided_at: i64,
}

/// A delivery in an export, with what its rows in the ledger are written from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExportedRow {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The revision, from 1.
    pub revision: i32,
    /// The revision's action, as the store has it.
    pub action: String,
    /// When the revision was recorded, in milliseconds.
    pub received_at: i64,
    /// When the first revision was, in milliseconds.
    pub first_received_at: i64,
    /// 受付番号.
    pub receipt_number: String,
    /// The submission, as JSON.
    pub document: String,
}

impl Store {
    /// What an authority has accepted since a moment (milliseconds) and not taken out, in the order
    /// of its decisions.
    pub async fn exports_due(
        &self,
        authority: AuthorityId,
        (from, limit): (i64, usize),
    ) -> Result<Vec<DueExport>, StoreError> {
        let args = json!({"authority": authority, "from": from, "limit": limit});
        self.read(sql!("exports_due"), &args).await
    }

    /// An authority's exports, made before a moment (milliseconds), the newest first.
    pub async fn exports_of(
        &self,
        authority: AuthorityId,
        (before, limit): (Option<i64>, usize),
    ) -> Result<Vec<ExportRow>, StoreError> {
        let args = json!({"authority": authority, "before": before, "limit": limit});
        self.read(sql!("exports_of_authority"), &args).await
    }

    /// An export.
    pub async fn export(&self, id: Uuid) -> Result<Option<ExportRow>, StoreError> {
        Ok(self.read(sql!("export"), &id).await?.pop())
    }

    /// What stands in an export, in its order.
    pub async fn exported(&self, id: Uuid) -> Result<Vec<ExportedRow>, StoreError> {
        self.read(sql!("exported_filings"), &id).await
    }

    /// Who fetched some exports, the newest first.
    pub async fn fetches_of(&self, exports: &[Uuid]) -> Result<Vec<FetchRow>, StoreError> {
        if exports.is_empty() {
            return Ok(Vec::new());
        }
        self.read(sql!("fetches_of_exports"), exports).await
    }
}

impl Tx {
    /// A new export of these deliveries. False, and nothing is to be committed, when someone else
    /// has taken one of them out.
    pub async fn insert_export(
        &mut self,
        row: &ExportRow,
        deliveries: &[DeliveryId],
    ) -> Result<bool, StoreError> {
        let rows: Vec<_> = deliveries
            .iter()
            .enumerate()
            .map(|(place, id)| json!({"delivery_id": id, "export_id": row.id, "place": place}))
            .collect();
        let taken = self.run(sql!("insert_exported"), &rows).await?;
        if taken != rows.len() as u64 {
            return Ok(false);
        }
        self.run_all(sql!("insert_exports"), std::slice::from_ref(row)).await?;
        Ok(true)
    }

    /// Someone fetches an export.
    pub async fn insert_fetch(&mut self, row: &FetchRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_export_fetches"), std::slice::from_ref(row)).await
    }
}

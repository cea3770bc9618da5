//! Files that come piece by piece for a draft. Each piece is an object; where the next one begins
//! is said by the store alone, so that any process can take it, and what comes twice counts once.

use schemas::CorporateNumber;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRow {
    /// Its id.
    pub id: Uuid,
    /// The draft that it is for.
    pub draft_id: Uuid,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// Its name, as it was sent.
    pub file_name: String,
    /// The type that it is told to be of.
    pub media_type: String,
    /// Bytes of the whole.
    pub size: i64,
    /// When it was changed last, as the browser says (milliseconds): with name and size it tells
    /// the same file when it is chosen again.
    pub modified_at: i64,
    /// Bytes that have come.
    pub received: i64,
    /// The name under which the draft has it; none until then.
    pub added_as: Option<String>,
    /// When it went on last, in milliseconds.
    pub touched_at: i64,
}

/// A piece of such a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceRow {
    /// The upload.
    pub upload_id: Uuid,
    /// Where it begins in the file.
    pub begins_at: i64,
    /// Its bytes.
    pub size: i64,
    /// The object that it is.
    pub sha256: String,
}

impl Store {
    /// An upload.
    pub async fn upload(&self, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
        Ok(self.read(sql!("upload"), &id).await?.pop())
    }

    /// What a draft waits for.
    pub async fn uploads_of_draft(&self, draft: Uuid) -> Result<Vec<UploadRow>, StoreError> {
        self.read(sql!("uploads_of_draft"), &draft).await
    }

    /// The pieces that have come, in order.
    pub async fn pieces_of_upload(&self, id: Uuid) -> Result<Vec<PieceRow>, StoreError> {
        self.read(sql!("pieces_of_upload"), &id).await
    }
}

impl Tx {
    /// Begins an upload, or goes on with the one of the same file. None when its draft waits for as
    /// many others as may be.
    pub async fn begin_upload(
        &mut self,
        row: &UploadRow,
        max: usize,
    ) -> Result<Option<UploadRow>, StoreError> {
        let args = json!({
            "id": row.id, "draft_id": row.draft_id, "corporate_number": row.corporate_number,
            "file_name": row.file_name, "media_type": row.media_type, "size": row.size,
            "modified_at": row.modified_at, "touched_at": row.touched_at, "max": max,
        });
        Ok(self.read(sql!("begin_upload"), &args).await?.pop())
    }

    /// A piece has come, and is an object. False when the next piece begins elsewhere, or nobody
    /// waits for it any more.
    pub async fn take_piece(&mut self, piece: &PieceRow) -> Result<bool, StoreError> {
        let args = json!({"upload_id": piece.upload_id, "begins_at": piece.begins_at,
                          "size": piece.size, "at": self.clock.now_ms()});
        if self.run(sql!("grow_upload"), &args).await? == 0 {
            return Ok(false);
        }
        self.run(sql!("insert_upload_piece"), piece).await?;
        Ok(true)
    }

    /// An upload that came whole is in its draft, under a name. False when it is there already, or
    /// nobody waits for it any more.
    pub async fn add_upload(&mut self, id: Uuid, name: &str) -> Result<bool, StoreError> {
        let args = json!({"id": id, "name": name, "at": self.clock.now_ms()});
        let is_added = self.run(sql!("add_upload"), &args).await? == 1;
        if is_added {
            self.run(sql!("delete_upload_pieces"), &id).await?;
        }
        Ok(is_added)
    }

    /// Forgets an upload that is not in its draft; its pieces are orphans from then on.
    pub async fn delete_upload(&mut self, id: Uuid) -> Result<(), StoreError> {
        if self.run(sql!("delete_upload"), &id).await? == 1 {
            self.run(sql!("delete_upload_pieces"), &id).await?;
        }
        Ok(())
    }

    /// Upkeep: uploads that have not gone on since a time, with their pieces. Tells how many.
    pub async fn delete_old_uploads(
        &mut self,
        before: i64,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let args = json!({"before": before, "limit": limit});
        let ids: Vec<Uuid> = self.read(sql!("delete_old_uploads"), &args).await?;
        for id in &ids {
            self.run(sql!("delete_upload_pieces"), id).await?;
        }
        Ok(ids.len())
    }
}

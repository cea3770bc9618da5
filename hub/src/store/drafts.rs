//! What operators are writing and have not filed yet, and what they can start from.

use schemas::{Attachment, CorporateNumber, FilingId, FilingKind, Office};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub corporate_number: CorporateNumber,
    /// How often it was saved: whoever saves names the version that they read.
    pub version: i32,
    /// What it will be.
    pub kind: FilingKind,
    /// The office that it is about.
    pub office_name: String,
    /// The submission as far as it has come.
    pub body: String,
    /// Who saved it last, for people.
    pub saved_by: String,
    /// The filing that it will correct.
    pub corrects: Option<FilingId>,
    /// The filing that it has become, or has corrected.
    pub filed_as: Option<FilingId>,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub saved_at: i64,
}

/// The offices that one filing names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedOffices {
    /// The filing.
    pub id: FilingId,
    /// Its receipt number.
    pub receipt_number: String,
    /// Milliseconds.
    pub received_at: i64,
    /// As the filing names them.
    pub offices: Vec<Office>,
    /// What was filed.
    pub kind: FilingKind,
    /// `form` of a renewal, which tells when a designation ends; null of every other kind.
    pub form: Value,
    /// Whether an authority has accepted it.
    pub accepted: bool,
}

/// What one filing holds, as it was filed last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FiledPapers {
    /// The filing.
    pub id: FilingId,
    /// Its receipt number.
    pub receipt_number: String,
    /// What was filed.
    pub kind: FilingKind,
    /// The office that it is about.
    pub office_name: String,
    /// Milliseconds.
    pub received_at: i64,
    /// `form.forms`, as it stands in the filing; null in a free document.
    pub forms: Value,
    /// Its files; null where it was filed without a word of them.
    pub attachments: Option<Vec<Attachment>>,
}

impl Store {
    /// A draft.
    pub async fn draft(&self, id: Uuid) -> Result<Option<DraftRow>, StoreError> {
        Ok(self.read(sql!("draft"), &id).await?.pop())
    }

    /// What an operator has not filed yet, saved last first.
    pub async fn own_drafts(
        &self,
        operator: CorporateNumber,
        limit: usize,
    ) -> Result<Vec<DraftRow>, StoreError> {
        let args = json!({"corporate_number": operator, "limit": limit});
        self.read(sql!("own_drafts"), &args).await
    }

    /// The offices that an operator's newest filings name, withdrawn ones left out, the newest
    /// filing first; so many filings. A text narrows to filings whose office's name holds it.
    pub async fn named_offices(
        &self,
        operator: CorporateNumber,
        text: Option<&str>,
        limit: usize,
    ) -> Result<Vec<NamedOffices>, StoreError> {
        let args = json!({"corporate_number": operator, "text": text, "limit": limit});
        self.read(sql!("named_offices"), &args).await
    }

    /// The forms and files of an operator's newest filings, the newest first; so many filings.
    pub async fn filed_papers(
        &self,
        operator: CorporateNumber,
        limit: usize,
    ) -> Result<Vec<FiledPapers>, StoreError> {
        let args = json!({"corporate_number": operator, "limit": limit});
        self.read(sql!("filed_papers"), &args).await
    }

    /// The newest filing about an office of this name that an authority has accepted.
    pub async fn last_accepted(
        &self,
        operator: CorporateNumber,
        office_name: &str,
    ) -> Result<Option<FilingId>, StoreError> {
        let args = json!({"corporate_number": operator, "office_name": office_name});
        Ok(self.read(sql!("last_accepted"), &args).await?.pop())
    }
}

impl Tx {
    /// A new draft.
    pub async fn insert_draft(&mut self, row: &DraftRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_drafts"), std::slice::from_ref(row)).await
    }

    /// Saves a draft over the version that the row names. False when another was saved meanwhile,
    /// or it was filed or thrown away.
    pub async fn save_draft(&mut self, row: &DraftRow) -> Result<bool, StoreError> {
        Ok(self.run(sql!("save_draft"), row).await? == 1)
    }

    /// A draft has become a filing.
    pub async fn file_draft(&mut self, id: Uuid, filing: FilingId) -> Result<(), StoreError> {
        self.run(sql!("file_draft"), &json!({"id": id, "filing": filing})).await.map(drop)
    }

    /// Throws a draft away, in the version that was seen. False when it is another by now.
    pub async fn delete_draft(&mut self, id: Uuid, version: i32) -> Result<bool, StoreError> {
        let args = json!({"id": id, "version": version});
        Ok(self.run(sql!("delete_draft"), &args).await? == 1)
    }

    /// Upkeep: drafts that nobody has saved since a time. Tells how many.
    pub async fn delete_old_drafts(
        &mut self,
        before: i64,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let args = json!({"before": before, "limit": limit});
        let deleted = self.run(sql!("delete_old_drafts"), &args).await?;
        Ok(usize::try_from(deleted).unwrap_or(usize::MAX))
    }
}

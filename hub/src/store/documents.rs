//! Documents that operations give out: each version of each, who uploaded it and who ended it.
//!
//! A version's object is named like a filing's, so that no sweep of any build takes it. What ended
//! long ago is let go: its row stays, and its object becomes an upload that nobody names.

use schemas::Attachment;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 手引き.
    Manual,
    /// リーフレット.
    Leaflet,
    /// 事業者向けのお知らせ.
    Notice,
}

/// For whom something of operations is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The staff of authorities alone.
    Authorities,
    /// Operators alone.
    Operators,
    /// Both.
    All,
}

impl Audience {
    /// Whether it is for these readers too.
    pub fn has(self, readers: Self) -> bool {
        self == Self::All || self == readers
    }
}

/// How a version of a document ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentEnd {
    /// The next version took its place.
    Replaced,
    /// It was withdrawn, and the document with it.
    Withdrawn,
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// The version's.
    pub id: Uuid,
    /// The document's: the id of its first version.
    pub document_id: Uuid,
    /// From 1.
    pub version: i32,
    /// Its title.
    pub title_ja: String,
    /// Its title in English; empty without one.
    pub title_en: String,
    /// What it is.
    pub kind: DocumentKind,
    /// For whom it is: never for operators alone.
    pub audience: Audience,
    /// The file's name.
    pub file_name: String,
    /// The file's digest in hex, its key in the object store.
    pub sha256: String,
    /// The file's bytes.
    pub size: i64,
    /// The file's type, by its bytes.
    pub media_type: String,
    /// Who uploaded it, for the record.
    pub person: String,
    /// Who did, for people.
    pub name: String,
    /// When, in milliseconds.
    pub at: i64,
    /// When it ended, in milliseconds.
    pub ended_at: Option<i64>,
    /// How.
    pub ended_how: Option<DocumentEnd>,
    /// By whom, for the record.
    pub ended_by: Option<String>,
    /// By whom, for people.
    pub ended_by_name: Option<String>,
    /// When its file was let go, in milliseconds.
    pub gone_at: Option<i64>,
}

impl DocumentRow {
    /// The file.
    pub fn file(&self) -> Attachment {
        Attachment {
            name: self.file_name.clone(),
            sha256: self.sha256.clone(),
            size: self.size.unsigned_abs(),
            media_type: self.media_type.clone(),
        }
    }
}

/// What a list of documents is asked for; what is not set does not narrow it.
#[derive(Debug, Clone)]
pub struct DocumentFilter {
    /// Those for these readers.
    pub reader: Option<Audience>,
    /// Of one kind.
    pub kind: Option<DocumentKind>,
    /// Whose title or file name holds this.
    pub text: Option<String>,
    /// Those that were withdrawn, in place of those that are given out.
    pub is_withdrawn: bool,
    /// `at` of the last row seen, in milliseconds.
    pub before: Option<i64>,
    /// Its id.
    pub before_id: Option<Uuid>,
    /// Rows at most.
    pub limit: usize,
}

impl Store {
    /// Documents, the newest first.
    pub async fn list_documents(
        &self,
        filter: &DocumentFilter,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let args = json!({
            "standing": if filter.is_withdrawn { "withdrawn" } else { "given out" },
            "reader": filter.reader, "kind": filter.kind, "text": filter.text,
            "before": filter.before, "before_id": filter.before_id, "limit": filter.limit,
        });
        self.read(sql!("list_documents", planned_anew), &args).await
    }

    /// The versions of one document, the newest first; none when there is no such document.
    pub async fn versions_of_document(&self, id: Uuid) -> Result<Vec<DocumentRow>, StoreError> {
        self.read(sql!("versions_of_document"), &id).await
    }
}

impl Tx {
    /// A version that is given out from now on.
    pub async fn insert_document(&mut self, row: &DocumentRow) -> Result<(), StoreError> {
        self.run_all(sql!("insert_documents"), std::slice::from_ref(row)).await
    }

    /// Ends a version, for good: when (milliseconds), and by whom, for the record and for people.
    /// False when it had ended already.
    pub async fn end_document(
        &mut self,
        (id, how): (Uuid, DocumentEnd),
        (person, name): (&str, &str),
        at: i64,
    ) -> Result<bool, StoreError> {
        let args = json!({"id": id, "how": how, "person": person, "name": name, "at": at});
        Ok(self.run(sql!("end_document"), &args).await? == 1)
    }

    /// Upkeep: lets the files of versions go that ended by a time, milliseconds; so many at most.
    /// Objects that were uploaded by this owner alone, and that no other version has, are named by
    /// nothing from then on. Gives how many versions it were.
    pub async fn let_documents_go(
        &mut self,
        owner: &str,
        (before, limit): (i64, usize),
    ) -> Result<usize, StoreError> {
        let at = self.clock.now_ms();
        let args = json!({"before": before, "limit": limit, "at": at});
        let digests: Vec<String> = self.read(sql!("let_documents_go"), &args).await?;
        if !digests.is_empty() {
            let args = json!({"digests": digests, "owner": owner, "at": at});
            self.run(sql!("unname_objects"), &args).await?;
        }
        Ok(digests.len())
    }
}

//! A file on its way into a draft, whichever way it comes: what can be wrong with it before its
//! bytes have come, and after.

use schemas::Attachment;
use schemas::filing::{check_file_name, safe_file_name};

use super::narrow::Narrow;
use crate::content;
use crate::objects::Upload;
use crate::uploads::{self, UploadProblem};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::operator::words::Words;

/// A file, as its sender says what it is.
pub(super) struct Coming<'a> {
    /// The name that it will have.
    name: String,
    /// The one that it has.
    pub(super) sent_as: String,
    pub(super) told: String,
    /// The paper that it is said to be; empty: something else.
    pub(super) item: &'a str,
}

impl<'a> Coming<'a> {
    pub(super) fn new(sent_as: &str, declared: &str, item: &'a str) -> Self {
        let told = content::told(declared, sent_as);
        Self { name: safe_file_name(sent_as), sent_as: sent_as.to_owned(), told, item }
    }

    /// Why it is not taken, by what is said of it: also of its size, where that is known.
    pub(super) fn refusal(
        &self,
        desk: &Desk,
        narrow: &Narrow<'_>,
        size: Option<u64>,
    ) -> Option<String> {
        let (w, limits) = (Words::of(narrow.visit.lang), &desk.ctx.config.limits);
        if narrow.draft.submission.attachments.len() >= limits.attachments_max {
            return Some(w.file_too_many.to_owned());
        }
        if self.name.is_empty() {
            return Some(w.file_missing.to_owned());
        }
        if check_file_name(&self.name, limits.name_chars_max).is_err() {
            return Some(w.file_name.to_owned());
        }
        if !limits.media_types.contains(&self.told) {
            return Some(w.file_type.to_owned());
        }
        let files_limit = Some("attachments_files_limit");
        let count = narrow.refusal(&self.file(0, &self.told), self.item, files_limit);
        let is_large = size.is_some_and(|size| size > narrow.bytes_max(self.item));
        count.or_else(|| is_large.then(|| self.too_large(narrow)))
    }

    /// What is said of one with more bytes than may be.
    pub(super) fn too_large(&self, narrow: &Narrow<'_>) -> String {
        let file = self.file(narrow.bytes_max(self.item) + 1, &self.told);
        let why = narrow.refusal(&file, self.item, None);
        why.unwrap_or_else(|| Words::of(narrow.visit.lang).file_too_large.to_owned())
    }

    /// Keeps it when it has come; the inner error is for whoever sent it.
    pub(super) async fn keep(
        &self,
        desk: &Desk,
        narrow: &Narrow<'_>,
        upload: Upload,
    ) -> Result<Result<Attachment, String>, Fault> {
        let w = Words::of(narrow.visit.lang);
        let size = upload.stored.size;
        let found = content::media_type(&upload.head, &self.told);
        let found = found.unwrap_or_else(|_| self.told.clone());
        if let Some(why) = narrow.refusal(&self.file(size, &found), self.item, None) {
            let discarded = desk.ctx.objects.discard(upload).await;
            discarded.map_err(|error| Fault::Away(error.to_string()))?;
            return Ok(Err(why));
        }
        let owner = narrow.draft.row.corporate_number.to_string();
        let row = match uploads::keep(&desk.ctx, upload, owner, self.told.clone()).await {
            Ok(row) => row,
            Err(UploadProblem::Type { .. }) => return Ok(Err(w.file_type.to_owned())),
            Err(UploadProblem::Clearing) => return Ok(Err(w.file_clearing.to_owned())),
            Err(problem @ (UploadProblem::Object(_) | UploadProblem::Store(_))) => {
                return Err(Fault::Away(problem.to_string()));
            }
        };
        Ok(Ok(Attachment { sha256: row.sha256, ..self.file(size, &row.media_type) }))
    }

    fn file(&self, size: u64, media_type: &str) -> Attachment {
        let media_type = media_type.to_owned();
        Attachment { name: self.name.clone(), sha256: String::new(), size, media_type }
    }
}

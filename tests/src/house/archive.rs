//! The house's operations, who give documents out.

use anyhow::Result;
use futures::stream;
use hub::actor::Actor;
use hub::archive::{self, DocumentDraft, OWNER};
use hub::store::{Audience, DocumentKind};
use schemas::Attachment;
use uuid::Uuid;

use super::{House, attachment};

/// A manual for all.
pub fn manual() -> DocumentDraft {
    DocumentDraft {
        title_ja: "手引き".into(),
        title_en: String::new(),
        kind: DocumentKind::Manual,
        audience: Audience::All,
    }
}

/// Someone of operations.
pub fn staff() -> Actor {
    Actor { person: "key:one".into(), name: "運用".into() }
}

impl House {
    /// Uploads a file as operations do; nothing names it yet.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Result<Attachment> {
        let file = attachment(name, bytes);
        let body = stream::iter([Ok::<_, std::io::Error>(bytes.to_vec().into())]);
        let upload = self.ctx.objects.receive(body, name, 1 << 20).await?;
        let (owner, media_type) = (OWNER.to_owned(), file.media_type.clone());
        hub::uploads::keep(&self.ctx, upload, owner, media_type).await?;
        Ok(file)
    }

    /// Gives a new document out.
    pub async fn give_out(&self, file: &Attachment) -> Result<Uuid> {
        Ok(archive::add(&self.ctx, &manual(), Some(file), &staff()).await?)
    }
}

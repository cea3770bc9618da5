//! What operations give out: documents here, announcements in a module of their own.
//!
//! Who may is the pages' affair; here it is looked at what was written, and put on record in one
//! commit with who did it.

mod announcements;

use schemas::Attachment;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::config::Archive;
use crate::context::Context;
use crate::store::{Audience, DocumentEnd, DocumentKind, DocumentRow, StaffAct, StoreError, Tx};
use crate::uploads;

pub use announcements::{AnnouncementDraft, announce, change, end};

/// Whose the uploads of operations are.
pub const OWNER: &str = "operations";

/// A document, or a version of one, that is to be.
#[derive(Debug, Clone)]
pub struct DocumentDraft {
    /// Its title.
    pub title_ja: String,
    /// Its title in English; may be empty.
    pub title_en: String,
    /// What it is.
    pub kind: DocumentKind,
    /// For whom it is.
    pub audience: Audience,
}

/// What is wrong with what someone wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It has no Japanese title.
    #[error("it has no title in Japanese")]
    NoTitle,
    /// A title is too long: its characters, and how many there may be.
    #[error("a title has {0} characters; at most {1} are taken")]
    LongTitle(usize, usize),
    /// It has no Japanese text.
    #[error("it has no text in Japanese")]
    NoText,
    /// A text is too long: its characters, and how many there may be.
    #[error("a text has {0} characters; at most {1} are taken")]
    LongText(usize, usize),
    /// That is no day.
    #[error("that is no day; write it as 2026-04-01")]
    Day,
    /// It would end before it begins.
    #[error("it would end before it begins")]
    Backwards,
    /// It would be over already.
    #[error("it would be over already; end it, or write a later day")]
    Over,
    /// There is no file.
    #[error("it has no file")]
    NoFile,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveProblem {
    /// What was written does not do.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// Someone else did something about it first.
    #[error("someone else changed it meanwhile")]
    Late,
    /// The file's upload is not there any more; it may be sent again.
    #[error("the file was cleared away; send it again")]
    Cleared,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a new document out; its id.
pub async fn add(
    ctx: &Context,
    draft: &DocumentDraft,
    file: Option<&Attachment>,
    by: &Actor,
) -> Result<Uuid, ArchiveProblem> {
    check_title(&ctx.config.archive, &draft.title_ja, &draft.title_en)?;
    let file = file.ok_or(Wrong::NoFile)?;
    let id = ctx.clock.id();
    let row = version(ctx, (id, id, 1), (draft, file), by);
    let mut tx = ctx.store.begin().await?;
    put(&mut tx, &row).await?;
    tx.record(act(("document.add", id), by, json!({"version": row.version}))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Puts a version in the place of the one that its writer saw; without a file, with the same file.
pub async fn replace(
    ctx: &Context,
    former: &DocumentRow,
    (draft, file): (&DocumentDraft, Option<&Attachment>),
    by: &Actor,
) -> Result<(), ArchiveProblem> {
    check_title(&ctx.config.archive, &draft.title_ja, &draft.title_en)?;
    let same = former.file();
    let place = (ctx.clock.id(), former.document_id, former.version + 1);
    let row = version(ctx, place, (draft, file.unwrap_or(&same)), by);
    let mut tx = ctx.store.begin().await?;
    finish(&mut tx, (former.id, DocumentEnd::Replaced), by, row.at).await?;
    put(&mut tx, &row).await?;
    let what = ("document.replace", former.document_id);
    tx.record(act(what, by, json!({"version": row.version}))).await?;
    Ok(tx.commit().await?)
}

/// Gives a document out no more.
pub async fn withdraw(ctx: &Context, last: &DocumentRow, by: &Actor) -> Result<(), ArchiveProblem> {
    let mut tx = ctx.store.begin().await?;
    finish(&mut tx, (last.id, DocumentEnd::Withdrawn), by, ctx.clock.now_ms()).await?;
    tx.record(act(("document.withdraw", last.document_id), by, Value::Null)).await?;
    Ok(tx.commit().await?)
}

fn act<'a>((what, id): (&'static str, Uuid), by: &'a Actor, became: Value) -> StaffAct<'a> {
    let subject = format!("document:{id}");
    StaffAct::plain((what, subject), (&by.person, &by.name), (Value::Null, became))
}

fn version(
    ctx: &Context,
    (id, document_id, version): (Uuid, Uuid, i32),
    (draft, file): (&DocumentDraft, &Attachment),
    by: &Actor,
) -> DocumentRow {
    DocumentRow {
        id,
        document_id,
        version,
        title_ja: draft.title_ja.clone(),
        title_en: draft.title_en.clone(),
        kind: draft.kind,
        audience: draft.audience,
        file_name: file.name.clone(),
        sha256: file.sha256.clone(),
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
        media_type: file.media_type.clone(),
        person: by.person.clone(),
        name: by.name.clone(),
        at: ctx.clock.now_ms(),
        ended_at: None,
        ended_how: None,
        ended_by: None,
        ended_by_name: None,
        gone_at: None,
    }
}

/// Records a version, and names its file in the same commit.
async fn put(tx: &mut Tx, row: &DocumentRow) -> Result<(), ArchiveProblem> {
    if uploads::name(tx, OWNER, &[row.file()]).await?.is_some() {
        return Err(ArchiveProblem::Cleared);
    }
    Ok(tx.insert_document(row).await?)
}

async fn finish(
    tx: &mut Tx,
    ended: (Uuid, DocumentEnd),
    by: &Actor,
    at: i64,
) -> Result<(), ArchiveProblem> {
    let is_first = tx.end_document(ended, (&by.person, &by.name), at).await?;
    if is_first { Ok(()) } else { Err(ArchiveProblem::Late) }
}

fn check_title(settings: &Archive, ja: &str, en: &str) -> Result<(), Wrong> {
    if ja.is_empty() {
        return Err(Wrong::NoTitle);
    }
    let (chars, most) = (longest(ja, en), settings.title_chars_max);
    if chars > most { Err(Wrong::LongTitle(chars, most)) } else { Ok(()) }
}

fn longest(ja: &str, en: &str) -> usize {
    ja.chars().count().max(en.chars().count())
}

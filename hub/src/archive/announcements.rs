//! Announcements: what may stand in one, and the acts by which it changes.

use jiff::civil::Date;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ArchiveProblem, Wrong, check_title, longest};
use crate::actor::Actor;
use crate::config::Archive;
use crate::context::{Context, day_in_japan, end_in_japan};
use crate::store::{AnnouncementAct, AnnouncementActRow, AnnouncementRow, Audience, StaffAct};
use crate::written::half_width;

/// An announcement as someone wrote it.
#[derive(Debug, Clone)]
pub struct AnnouncementDraft {
    /// Its title.
    pub title_ja: String,
    /// Its title in English; may be empty.
    pub title_en: String,
    /// Plain text, in lines.
    pub text_ja: String,
    /// The same in English; may be empty.
    pub text_en: String,
    /// For whom it is.
    pub audience: Audience,
    /// The first day in Japan on which it counts; empty: today.
    pub from_day: String,
    /// The last one; empty: until someone ends it.
    pub until_day: String,
}

/// Announces something new; its id.
pub async fn announce(
    ctx: &Context,
    draft: &AnnouncementDraft,
    by: &Actor,
) -> Result<Uuid, ArchiveProblem> {
    let id = ctx.clock.id();
    let row = row(ctx, draft, (id, 1))?;
    save(ctx, &row, AnnouncementAct::Made, by).await?;
    Ok(id)
}

/// Changes the announcement that its writer saw, unless it is over.
pub async fn change(
    ctx: &Context,
    seen: &AnnouncementRow,
    draft: &AnnouncementDraft,
    by: &Actor,
) -> Result<(), ArchiveProblem> {
    if is_over(ctx, seen) {
        return Err(ArchiveProblem::Late);
    }
    let row = row(ctx, draft, (seen.id, seen.version + 1))?;
    save(ctx, &row, AnnouncementAct::Changed, by).await
}

/// Ends the announcement that its ender saw, at once; one that is over stays as it is.
pub async fn end(ctx: &Context, seen: &AnnouncementRow, by: &Actor) -> Result<(), ArchiveProblem> {
    if is_over(ctx, seen) {
        return Ok(());
    }
    let until_at = Some(ctx.clock.now_ms());
    let row = AnnouncementRow { version: seen.version + 1, until_at, ..seen.clone() };
    save(ctx, &row, AnnouncementAct::Ended, by).await
}

fn is_over(ctx: &Context, row: &AnnouncementRow) -> bool {
    row.until_at.is_some_and(|until| until <= ctx.clock.now_ms())
}

async fn save(
    ctx: &Context,
    row: &AnnouncementRow,
    kind: AnnouncementAct,
    by: &Actor,
) -> Result<(), ArchiveProblem> {
    let act = AnnouncementActRow {
        announcement_id: row.id,
        version: row.version,
        kind,
        said: json!(row).to_string(),
        person: by.person.clone(),
        name: by.name.clone(),
        at: ctx.clock.now_ms(),
    };
    let mut tx = ctx.store.begin().await?;
    if !tx.save_announcement(row, &act).await? {
        return Err(ArchiveProblem::Late);
    }
    let what = match kind {
        AnnouncementAct::Made => "announcement.make",
        AnnouncementAct::Changed => "announcement.change",
        AnnouncementAct::Ended => "announcement.end",
    };
    let states = (Value::Null, json!({"version": row.version}));
    let by = (by.person.as_str(), by.name.as_str());
    tx.record(StaffAct::plain((what, format!("announcement:{}", row.id)), by, states)).await?;
    Ok(tx.commit().await?)
}

fn row(
    ctx: &Context,
    draft: &AnnouncementDraft,
    (id, version): (Uuid, i32),
) -> Result<AnnouncementRow, Wrong> {
    let settings = &ctx.config.archive;
    check_title(settings, &draft.title_ja, &draft.title_en)?;
    check_text(settings, &draft.text_ja, &draft.text_en)?;
    let now = ctx.clock.now_ms();
    let from_day = day_of(&draft.from_day)?.unwrap_or(day_in_japan(now));
    let until_day = day_of(&draft.until_day)?;
    let from_at = from_day.yesterday().ok().and_then(end_in_japan).ok_or(Wrong::Day)?;
    let until_at = match until_day {
        None => None,
        Some(day) if day < from_day => return Err(Wrong::Backwards),
        Some(day) => Some(end_in_japan(day).ok_or(Wrong::Day)?),
    };
    if until_at.is_some_and(|until| until <= now) {
        return Err(Wrong::Over);
    }
    Ok(AnnouncementRow {
        id,
        version,
        title_ja: draft.title_ja.clone(),
        title_en: draft.title_en.clone(),
        text_ja: draft.text_ja.clone(),
        text_en: draft.text_en.clone(),
        audience: draft.audience,
        from_at,
        until_at,
    })
}

fn check_text(settings: &Archive, ja: &str, en: &str) -> Result<(), Wrong> {
    if ja.is_empty() {
        return Err(Wrong::NoText);
    }
    let (chars, most) = (longest(ja, en), settings.text_chars_max);
    if chars > most { Err(Wrong::LongText(chars, most)) } else { Ok(()) }
}

/// The day that someone wrote; none where nothing was.
fn day_of(text: &str) -> Result<Option<Date>, Wrong> {
    let text = half_width(text.trim());
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Wrong::Day)
}

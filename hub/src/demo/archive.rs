//! What the demo's operations have given out before anyone files: documents, one of them in its
//! second version, and announcements.

use anyhow::Context as _;
use bytes::Bytes;
use futures::stream;

use super::papers::Paper;
use crate::actor::Actor;
use crate::archive::{AnnouncementDraft, DocumentDraft, OWNER, add, announce, replace};
use crate::context::Context;
use crate::store::{AnnouncementFilter, Audience, DocumentFilter, DocumentKind};
use crate::uploads;

/// Bytes of each file.
const BYTES: usize = 24 * 1024;

/// Lays it out, where nothing was before.
pub(super) async fn lay_out(ctx: &Context, seed: u64) -> anyhow::Result<()> {
    let by = Actor { person: "demo".to_owned(), name: "運用担当".to_owned() };
    let of_all =
        AnnouncementFilter { reader: None, now: None, before: None, before_id: None, limit: 1 };
    if ctx.store.list_announcements(&of_all).await?.is_empty() {
        announce_all(ctx, &by).await?;
    }
    let of_all = DocumentFilter {
        reader: None,
        kind: None,
        text: None,
        is_withdrawn: false,
        before: None,
        before_id: None,
        limit: 1,
    };
    if ctx.store.list_documents(&of_all).await?.is_empty() {
        give_out(ctx, seed, &by).await?;
    }
    Ok(())
}

async fn give_out(ctx: &Context, seed: u64, by: &Actor) -> anyhow::Result<()> {
    let leaflet = DocumentDraft {
        title_ja: "電子申請・届出のご案内".to_owned(),
        title_en: "Filing electronically: a guide".to_owned(),
        kind: DocumentKind::Leaflet,
        audience: Audience::All,
    };
    let paper = Paper::new(seed, "leaflet".to_owned(), "ご案内.pdf", BYTES);
    add(ctx, &leaflet, Some(&keep(ctx, paper).await?), by).await?;
    let manual = DocumentDraft {
        title_ja: "受信箱と回答の手引き(指定権者向け)".to_owned(),
        title_en: "Inbox and answers: a manual for authorities".to_owned(),
        kind: DocumentKind::Manual,
        audience: Audience::Authorities,
    };
    let paper = Paper::new(seed, "manual 1".to_owned(), "手引き 第1版.pdf", BYTES);
    let id = add(ctx, &manual, Some(&keep(ctx, paper).await?), by).await?;
    let paper = Paper::new(seed, "manual 2".to_owned(), "手引き 第2版.pdf", BYTES);
    let file = keep(ctx, paper).await?;
    let first = ctx.store.versions_of_document(id).await?.pop().context("its first version")?;
    Ok(replace(ctx, &first, (&manual, Some(&file)), by).await?)
}

async fn announce_all(ctx: &Context, by: &Actor) -> anyhow::Result<()> {
    for (audience, title_ja, title_en, text_ja, text_en) in [
        (
            Audience::All,
            "電子申請・届出の案内を載せました",
            "A guide to filing electronically",
            "電子申請・届出の流れをまとめた案内を「資料」に載せました。\n\
             事業者の方と指定権者の方のどちらもご覧になれます。",
            "A guide to the whole way of a filing is in “Documents” now,\n\
             for operators and for authorities.",
        ),
        (
            Audience::Authorities,
            "届いた届出は3営業日以内に開いてください",
            "Please open what arrives within three business days",
            "3営業日開かれない届出は、登録された連絡先にメールでお知らせします。\n\
             連絡先が未登録の場合は「連絡先」から登録してください。",
            "Whatever lies unopened for three business days is told to your contact by mail.\n\
             If there is none yet, please enter one at “Contact”.",
        ),
    ] {
        let draft = AnnouncementDraft {
            title_ja: title_ja.to_owned(),
            title_en: title_en.to_owned(),
            text_ja: text_ja.to_owned(),
            text_en: text_en.to_owned(),
            audience,
            from_day: String::new(),
            until_day: String::new(),
        };
        announce(ctx, &draft, by).await?;
    }
    Ok(())
}

/// Keeps a paper as operations' uploads are kept.
async fn keep(ctx: &Context, paper: Paper) -> anyhow::Result<schemas::Attachment> {
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(paper.bytes()))]);
    let id = ctx.clock.id().to_string();
    let bytes_max = ctx.config.limits.attachment_bytes_max;
    let upload = ctx.objects.receive(body, &id, bytes_max).await?;
    let file = paper.attachment;
    uploads::keep(ctx, upload, OWNER.to_owned(), file.media_type.clone()).await?;
    Ok(file)
}

//! Handing statements out: when they are due, and the mail.

use adapters::email::{Mail, MailAttachment};
use askama::Template;
use bytes::Bytes;
use jiff::civil::Date;
use schemas::AuthorityId;

use super::Statement;
use super::wish::Wishes;
use crate::context::Context;
use crate::store::{HandoutRow, HandoutState};

#[derive(Template)]
#[template(path = "mail/statement.txt")]
struct TextBody<'a> {
    name: &'a str,
    day: Date,
    count: usize,
    digest: &'a str,
    link: &'a str,
    is_attached: bool,
}

/// The new handout of a day's statement; none where it is not wanted, or not of that day yet.
pub fn due(
    ctx: &Context,
    wishes: &Wishes,
    (authority, day): (AuthorityId, Date),
) -> Option<HandoutRow> {
    let now = ctx.clock.now_ms();
    let wanted = wishes.of(ctx, authority).filter(|wanted| day >= wanted.since)?;
    Some(HandoutRow {
        authority,
        day,
        way: wanted.way,
        state: HandoutState::Due,
        tries: 0,
        next_try_at: Some(now),
        why: None,
        made_at: now,
        sent_at: None,
        failed_at: None,
    })
}

/// The mail of a statement, which is attached unless it is too large: ids, receipt numbers and
/// digests, nothing of what was filed and by whom.
pub fn letter(
    ctx: &Context,
    (statement, file): (&Statement, Bytes),
    to: &str,
) -> askama::Result<Mail> {
    let Statement { authority, day, packages } = statement;
    let name = ctx.master().name(*authority);
    let link = ctx.link(&format!("/authority/statements/{day}"));
    let is_attached = file.len() <= ctx.config.reconciliation.attach_bytes_max;
    let attachment = is_attached.then(|| MailAttachment {
        file_name: statement.file_name("json"),
        media_type: "application/json".to_owned(),
        bytes: file,
    });
    let (digest, count) = (statement.digest(), packages.len());
    let body =
        TextBody { name: &name, day: *day, count, digest: &digest, link: &link, is_attached };
    Ok(Mail {
        id: format!("statement-{authority}-{day}"),
        to: to.to_owned(),
        subject: format!("【届出】到達の一覧 {day}({count}件)"),
        text: body.render()?,
        html: None,
        attachment,
        date: ctx.clock.now(),
    })
}

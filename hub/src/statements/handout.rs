//! Handing statements out: to whom and by which way, and the mail.

use adapters::email::{Mail, MailAttachment};
use askama::Template;
use bytes::Bytes;
use jiff::civil::Date;
use schemas::{AuthorityId, Channel};

use super::Statement;
use crate::context::Context;
use crate::store::{HandoutRow, HandoutState, HandoutWay};

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

/// The new handout of a day's statement; none where nobody asked for one, and for an authority that
/// asks for it over its own API channel.
pub fn due(ctx: &Context, authority: AuthorityId, day: Date) -> Option<HandoutRow> {
    let now = ctx.clock.now_ms();
    Some(HandoutRow {
        authority,
        day,
        way: way(ctx, authority)?,
        state: HandoutState::Due,
        tries: 0,
        next_try_at: Some(now),
        why: None,
        made_at: now,
        sent_at: None,
    })
}

fn way(ctx: &Context, authority: AuthorityId) -> Option<HandoutWay> {
    let asked = &ctx.config.reconciliation.hand_out_to;
    if !asked.iter().any(|it| it.is(authority)) {
        return None;
    }
    let directory = ctx.directory.load();
    let has = |channel| directory.endpoint(authority, channel).is_some();
    if has(Channel::Sftp) {
        Some(HandoutWay::Sftp)
    } else if has(Channel::Api) {
        None
    } else {
        Some(HandoutWay::Email)
    }
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

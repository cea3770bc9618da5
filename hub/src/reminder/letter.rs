//! The mails about what lies unread: numbers and names of authorities, nothing of any filing.

use adapters::email::Mail;
use askama::Template;

use crate::context::{Context, day_in_japan};
use crate::store::{ReminderRow, ReminderStep, StillUnread};

struct Words {
    subject: &'static str,
    lead: &'static str,
    todo: &'static str,
    english: &'static str,
}

#[derive(Template)]
#[template(path = "mail/reminder.txt")]
struct TextBody<'a> {
    words: &'a Words,
    total: i64,
    lines: &'a [Line],
    more: usize,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/reminder.html")]
struct HtmlBody<'a> {
    words: &'a Words,
    total: i64,
    lines: &'a [Line],
    more: usize,
    link: &'a str,
}

struct Line {
    name: String,
    count: i64,
    oldest: String,
}

fn words(step: ReminderStep) -> Words {
    match step {
        ReminderStep::Authority => Words {
            subject: "未開封の申請・届出があります",
            lead: "届いてから日がたち、まだ開かれていない申請・届出があります。",
            todo: "下記の受信箱で確認してください。",
            english: "Filings that arrived for you have not been opened. See the inbox above.",
        },
        ReminderStep::Prefecture => Words {
            subject: "管内に未開封の申請・届出があります",
            lead: "管内の指定権者に、お知らせの後もまだ開かれていない申請・届出があります。",
            todo: "下記の「管内の状況」で確認し、指定権者に声をかけてください。",
            english: "Authorities of your prefecture have not opened filings. See the page above.",
        },
        ReminderStep::Operations => Words {
            subject: "お知らせの後も未開封の申請・届出があります",
            lead: "指定権者と都道府県へのお知らせの後も、まだ開かれていない申請・届出があります。",
            todo: "下記のページで、だれにいつ知らせたかを確認してください。",
            english: "Filings lie unopened in spite of reminders. See the page above.",
        },
    }
}

/// The mail of a reminder about what is still unread.
pub(super) fn letter(
    ctx: &Context,
    (reminder, to): (&ReminderRow, &str),
    still: &[StillUnread],
) -> askama::Result<Mail> {
    let words = words(reminder.step);
    let row = |it: &StillUnread| Line {
        name: ctx.master().name(it.authority),
        count: it.count,
        oldest: day_in_japan(it.oldest).to_string(),
    };
    let lines: Vec<Line> = still.iter().take(ctx.config.reminders.names_max).map(row).collect();
    let total = still.iter().map(|it| it.count).sum();
    let more = still.len() - lines.len();
    let link = ctx.link(match reminder.step {
        ReminderStep::Authority => "/authority?view=unread",
        ReminderStep::Prefecture => "/authority/followed",
        ReminderStep::Operations => "/reminders",
    });
    let (words, lines, link) = (&words, lines.as_slice(), link.as_str());
    Ok(Mail {
        id: format!("reminder-{}", reminder.id),
        to: to.to_owned(),
        subject: format!("【届出】{}({total}件)", words.subject),
        text: TextBody { words, total, lines, more, link }.render()?,
        html: Some(HtmlBody { words, total, lines, more, link }.render()?),
        attachment: None,
        date: ctx.clock.now(),
    })
}

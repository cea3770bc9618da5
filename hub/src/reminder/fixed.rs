//! What had failed and arrived since, told to operations: one mail a day, and none where there is
//! nothing to tell.
//!
//! It is a reminder like the others: its id is the day's, so that of many processes one makes it,
//! and it goes out by the same lease and ladder. What it is about follows from its row: what
//! arrived since the one before was made. One that never went out is passed over there, so that
//! the next tells of it too.

use std::collections::BTreeMap;

use adapters::email::Mail;
use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use schemas::AuthorityId;

use super::due::day_from_hour;
use crate::context::Context;
use crate::store::{FixedRow, ReminderRow, ReminderState, ReminderStep, StoreError};

/// To whom it goes, in the place of an authority: operations, about this.
pub(crate) const FIXED: &str = "fixed";

/// What arrives is committed a little later: who looks leaves out this much, for the next time.
const SETTLED_MS: i64 = 60_000;

const DAY_MS: i64 = 86_400_000;

/// Today, when it is late enough and there is somebody to tell.
pub(super) fn is_time(ctx: &Context, now: i64) -> Option<Date> {
    let settings = &ctx.config.reminders;
    let is_wanted = settings.fixed_hour >= 0 && !settings.operations_mail.is_empty();
    is_wanted.then(|| day_from_hour(now, settings.fixed_hour)).flatten()
}

/// Makes today's mail, if there is anything to tell.
pub(super) async fn make(ctx: &Context, day: Date) -> Result<(), StoreError> {
    let now = ctx.clock.now_ms();
    let fixed = fixed(ctx, now).await?;
    let Ok(deliveries @ 1..) = i32::try_from(fixed.len()) else { return Ok(()) };
    let row = ReminderRow {
        id: format!("{day}-4-{FIXED}"),
        day,
        step: ReminderStep::Operations,
        addressee: FIXED.to_owned(),
        mail: Some(ctx.config.reminders.operations_mail.clone()),
        deliveries,
        state: ReminderState::Waiting,
        tries: 0,
        next_attempt_at: Some(now),
        lease_until: None,
        why: None,
        made_at: now,
        sent_at: None,
    };
    let mut tx = ctx.store.begin().await?;
    if tx.insert_reminder(&row).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// What a mail that was made at a moment is about.
pub(super) async fn fixed(ctx: &Context, made_at: i64) -> Result<Vec<FixedRow>, StoreError> {
    let settings = &ctx.config.reminders;
    let earliest = made_at - settings.fixed_days.max(1) * DAY_MS;
    let since = ctx.store.last_fixed(made_at).await?.map_or(earliest, |at| at.max(earliest));
    let span = (since - SETTLED_MS, made_at - SETTLED_MS);
    let lasted = settings.fixed_minutes * 60_000;
    ctx.store.fixed_deliveries(span, lasted, settings.fixed_looked).await
}

#[derive(Template)]
#[template(path = "mail/fixed.txt")]
struct TextBody<'a> {
    told: &'a Told,
}

#[derive(Template)]
#[template(path = "mail/fixed.html")]
struct HtmlBody<'a> {
    told: &'a Told,
}

struct Told {
    total: usize,
    /// Whether there may be more than were counted.
    is_cut: bool,
    groups: Vec<Group>,
    more_groups: usize,
    lines: Vec<Line>,
    more_lines: usize,
    link: String,
}

/// An authority and a cause.
struct Group {
    name: String,
    cause: String,
    count: usize,
}

struct Line {
    receipt_number: String,
    name: String,
    failed: String,
    arrived: String,
}

/// The mail.
pub(super) fn letter(
    ctx: &Context,
    (reminder, to): (&ReminderRow, &str),
    fixed: &[FixedRow],
) -> askama::Result<Mail> {
    let settings = &ctx.config.reminders;
    let mut counts: BTreeMap<(AuthorityId, &str), usize> = BTreeMap::new();
    for it in fixed {
        *counts.entry((it.authority, &it.cause)).or_default() += 1;
    }
    let mut groups: Vec<_> = counts.into_iter().collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let group = |((authority, cause), count): &((AuthorityId, &str), usize)| Group {
        name: ctx.master().name(*authority),
        cause: (*cause).to_owned(),
        count: *count,
    };
    let line = |it: &FixedRow| Line {
        receipt_number: it.receipt_number.clone(),
        name: ctx.master().name(it.authority),
        failed: minute(it.failed_at),
        arrived: minute(it.delivered_at),
    };
    let told = Told {
        total: fixed.len(),
        is_cut: fixed.len() >= settings.fixed_looked,
        groups: groups.iter().take(settings.names_max).map(group).collect(),
        more_groups: groups.len().saturating_sub(settings.names_max),
        lines: fixed.iter().take(settings.fixed_rows).map(line).collect(),
        more_lines: fixed.len().saturating_sub(settings.fixed_rows),
        link: ctx.link("/troubles"),
    };
    Ok(Mail {
        id: format!("reminder-{}", reminder.id),
        to: to.to_owned(),
        subject: format!("【届出】失敗の後に送達できたもの({}件)", told.total),
        text: TextBody { told: &told }.render()?,
        html: Some(HtmlBody { told: &told }.render()?),
        attachment: None,
        date: ctx.clock.now(),
    })
}

/// A moment in Japan, to the minute.
fn minute(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::fixed(offset(9))).strftime("%m-%d %H:%M").to_string()
}

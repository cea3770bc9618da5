//! The mails about stages in which authorities begin: what is due soon, and what is overdue, to
//! whose turn it is; then to the prefecture, and to operations.
//!
//! Reads `stages`, `contacts`; writes `stages_told` and `reminders`. On each business day one mail
//! to each, of all that is to be told; a stage is told once of each step for one day that it is
//! due, so that one whose day is moved begins anew. What is done meanwhile is left out when a mail
//! goes out. A reminder of the build before ends such a mail unsent, as it knows nothing of what it
//! is about.

use std::collections::{BTreeMap, HashMap};

use adapters::email::Mail;
use askama::Template;
use jiff::civil::Date;
use routing::Class;
use schemas::AuthorityId;

use super::due::{OPERATIONS, day_from_hour};
use crate::context::{Context, day_in_japan, open_day_before};
use crate::onboarding::{Beginner, Keeper, Standing, all, days_between};
use crate::store::{ReminderRow, ReminderState, ReminderStep, StageToldRow, StoreError};

/// What stands in the id of such a mail, between its day and its addressee.
const MARK: &str = "-stages-";

/// Whether a mail is about stages.
pub(crate) fn is_about(reminder: &str) -> bool {
    reminder.contains(MARK)
}

/// Today, when mails about stages may be made.
pub(super) fn is_time(ctx: &Context, now: i64) -> Option<Date> {
    let today = day_from_hour(now, ctx.config.reminders.hour)?;
    let is_open = ctx.forms.deadlines().calendar().is_open(today);
    (ctx.config.onboarding.past_days > 0 && is_open).then_some(today)
}

/// What was told of one stage, by the step's word: on which day.
type Told<'a> = HashMap<&'a str, Date>;

/// What mails of one day go by.
struct Sorter<'a> {
    ctx: &'a Context,
    today: Date,
    addresses: BTreeMap<String, String>,
    /// Prefectures, by the first two digits of codes in them.
    prefectures: HashMap<String, AuthorityId>,
}

/// Makes the mails of a day. Tells how many.
pub(super) async fn make(ctx: &Context, today: Date) -> Result<usize, StoreError> {
    let told = ctx.store.stages_told().await?;
    let mut by_stage: HashMap<(AuthorityId, &str, Date), Told<'_>> = HashMap::new();
    for row in &told {
        let key = (row.authority, row.stage.as_str(), row.due_on);
        by_stage.entry(key).or_default().insert(&row.step, row.day);
    }
    let sorter = Sorter::new(ctx, today).await?;
    let mut mails: BTreeMap<String, Vec<StageToldRow>> = BTreeMap::new();
    let master = ctx.master();
    for beginner in all(&master, ctx.store.stages(None).await?, today) {
        let code = beginner.body.id;
        for standing in beginner.stages.iter().filter(|it| it.done.is_none()) {
            let Some(due_on) = standing.due_on else { continue };
            let stage = standing.stage.as_str();
            let none = Told::new();
            let told = by_stage.get(&(code, stage, due_on)).unwrap_or(&none);
            let Some((step, to)) = sorter.step(&beginner, (standing, due_on), told) else {
                continue;
            };
            let reminder_id = format!("{today}{MARK}{to}");
            mails.entry(to).or_default().push(StageToldRow {
                authority: code,
                stage: stage.to_owned(),
                due_on,
                step: step.to_owned(),
                day: today,
                reminder_id,
            });
        }
    }
    let mut made = 0;
    for (to, rows) in &mails {
        made += usize::from(sorter.write(to, rows).await?);
    }
    Ok(made)
}

impl<'a> Sorter<'a> {
    async fn new(ctx: &'a Context, today: Date) -> Result<Self, StoreError> {
        let contacts = ctx.store.contacts_on(today, None).await?.into_iter();
        let mut addresses: BTreeMap<String, String> =
            contacts.filter_map(|row| Some((row.authority.to_string(), row.mail?))).collect();
        let operations = &ctx.config.reminders.operations_mail;
        if !operations.is_empty() {
            addresses.insert(OPERATIONS.to_owned(), operations.clone());
        }
        let master = ctx.master();
        let rows = master.authorities_on(today);
        let prefectures = rows.filter(|row| row.class == Class::Prefecture);
        let prefectures = prefectures.map(|row| (row.code.prefecture().to_owned(), row.code));
        Ok(Self { ctx, today, addresses, prefectures: prefectures.collect() })
    }

    /// The mail that is to tell of a stage today, by its word, and to whom it goes.
    fn step(
        &self,
        beginner: &Beginner<'_>,
        (standing, due_on): (&Standing, Date),
        told: &Told<'_>,
    ) -> Option<(&'static str, String)> {
        let settings = &self.ctx.config.onboarding;
        let days = days_between(self.today, due_on);
        if days < -settings.past_days || days > settings.soon_days {
            return None;
        }
        let line = self.line(beginner.body.id, standing.keeper);
        if days >= 0 {
            let (_, first, _) = line.into_iter().next()?;
            let is_new = settings.soon_days > 0 && !told.contains_key("soon");
            return (is_new && self.addresses.contains_key(&first)).then_some(("soon", first));
        }
        let calendar = self.ctx.forms.deadlines().calendar();
        let mut since = None;
        for (step, to, wait) in line {
            if let Some(day) = told.get(step) {
                since = Some(*day);
                continue;
            }
            if let Some(day) = since
                && open_day_before(calendar, self.today, wait) < day
            {
                return None;
            }
            // Who has no address is passed over at once.
            if self.addresses.contains_key(&to) {
                return Some((step, to));
            }
        }
        None
    }

    /// Who is told when a stage is overdue, in order, each with the business days since the one
    /// before.
    fn line(&self, code: AuthorityId, keeper: Keeper) -> Vec<(&'static str, String, usize)> {
        let settings = &self.ctx.config.onboarding;
        let days = |count: i64| usize::try_from(count).unwrap_or_default();
        let prefecture = self.prefectures.get(code.prefecture()).copied();
        let above = prefecture.filter(|it| *it != code && settings.prefecture_days > 0);
        let operations = ("operations", OPERATIONS.to_owned(), days(settings.operations_days));
        let operations = (settings.operations_days > 0).then_some(operations);
        let first = match keeper {
            Keeper::Authority => code.to_string(),
            Keeper::Prefecture => prefecture.unwrap_or(code).to_string(),
            Keeper::Hub => OPERATIONS.to_owned(),
        };
        let mut line = vec![("overdue", first, 0)];
        match keeper {
            Keeper::Authority => {
                let wait = days(settings.prefecture_days);
                line.extend(above.map(|it| ("prefecture", it.to_string(), wait)));
                line.extend(operations);
            }
            Keeper::Prefecture => line.extend(operations),
            Keeper::Hub => {}
        }
        line
    }

    /// Writes one mail down. False when there is nothing new in it, or its addressee has one of
    /// today.
    async fn write(&self, to: &str, rows: &[StageToldRow]) -> Result<bool, StoreError> {
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        let stages = tx.insert_stages_told(rows).await?;
        if stages == 0 {
            return Ok(false);
        }
        let is_prefecture = self.prefectures.values().any(|code| code.as_str() == to);
        let row = ReminderRow {
            id: format!("{}{MARK}{to}", self.today),
            day: self.today,
            step: match to {
                OPERATIONS => ReminderStep::Operations,
                _ if is_prefecture => ReminderStep::Prefecture,
                _ => ReminderStep::Authority,
            },
            addressee: to.to_owned(),
            mail: self.addresses.get(to).cloned(),
            deliveries: i32::try_from(stages).unwrap_or(i32::MAX),
            state: ReminderState::Waiting,
            tries: 0,
            next_attempt_at: Some(now),
            lease_until: None,
            why: None,
            made_at: now,
            sent_at: None,
        };
        if !tx.insert_reminder(&row).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// One stage of one authority, in a mail.
pub(super) struct Line {
    name: String,
    stage: &'static str,
    due_on: Date,
    is_overdue: bool,
}

/// What a mail is about that is still so.
pub(super) async fn still(ctx: &Context, reminder: &str) -> Result<Vec<Line>, StoreError> {
    let told = ctx.store.stages_told_by(reminder).await?;
    let today = day_in_japan(ctx.clock.now_ms());
    let master = ctx.master();
    let beginners = all(&master, ctx.store.stages(None).await?, today);
    let by_code: HashMap<AuthorityId, &Beginner<'_>> =
        beginners.iter().map(|it| (it.body.id, it)).collect();
    let line = |row: &StageToldRow| {
        let beginner = by_code.get(&row.authority)?;
        let standing = beginner.stages.iter().find(|it| it.stage.as_str() == row.stage)?;
        let is_so = standing.done.is_none() && standing.due_on == Some(row.due_on);
        is_so.then(|| Line {
            name: beginner.body.name.to_owned(),
            stage: standing.stage.label_ja(),
            due_on: row.due_on,
            is_overdue: row.due_on < today,
        })
    };
    Ok(told.iter().filter_map(line).collect())
}

#[derive(Template)]
#[template(path = "mail/stages.txt")]
struct TextBody<'a> {
    lines: &'a [Line],
    more: usize,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/stages.html")]
struct HtmlBody<'a> {
    lines: &'a [Line],
    more: usize,
    link: &'a str,
}

/// The mail.
pub(super) fn letter(
    ctx: &Context,
    (reminder, to): (&ReminderRow, &str),
    about: &[Line],
) -> askama::Result<Mail> {
    let lines = about.get(..ctx.config.reminders.names_max).unwrap_or(about);
    let more = about.len() - lines.len();
    let overdue = about.iter().filter(|line| line.is_overdue).count();
    let link = ctx.link(match reminder.step {
        ReminderStep::Authority | ReminderStep::Prefecture => "/authority/onboarding",
        ReminderStep::Operations => "/onboarding",
    });
    let link = link.as_str();
    let total = about.len();
    Ok(Mail {
        id: format!("reminder-{}", reminder.id),
        to: to.to_owned(),
        subject: format!("【届出】利用準備の期日のお知らせ({total}件、うち超過{overdue}件)"),
        text: TextBody { lines, more, link }.render()?,
        html: Some(HtmlBody { lines, more, link }.render()?),
        attachment: None,
        date: ctx.clock.now(),
    })
}

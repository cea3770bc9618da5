//! Who is to be told of what lies unread, today: authorities, then prefectures, then operations.

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;
use routing::Class;
use schemas::AuthorityId;

use crate::context::{Context, day_in_japan, end_in_japan, open_day_before};
use crate::store::{ReminderRow, ReminderState, ReminderStep, StoreError, Unread};

/// To whom it goes that is no authority.
pub(super) const OPERATIONS: &str = "operations";

/// One mail that may have to be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    step: ReminderStep,
    addressee: String,
    parts: Vec<Unread>,
}

/// The mails of one day, one after the other; in this order, so that what an authority cannot be
/// told goes on to the next at once.
pub(super) struct Pass {
    pub(super) day: Date,
    groups: VecDeque<Group>,
    addresses: BTreeMap<String, String>,
}

impl Pass {
    /// What there may be to tell today.
    pub(super) async fn new(ctx: &Context, today: Date) -> Result<Self, StoreError> {
        let settings = &ctx.config.reminders;
        let first = open_day_before(ctx.forms.deadlines().calendar(), today, settings.unread_days);
        let before = first.yesterday().ok().and_then(end_in_japan).unwrap_or_default();
        let all = bodies(ctx, today);
        let codes: Vec<AuthorityId> = all.iter().map(|(code, _)| *code).collect();
        let mut unread = ctx.store.count_undecided(&codes).await?;
        unread.retain(|it| it.unopened > 0 && it.oldest.is_some_and(|at| at < before));
        let unread: Vec<AuthorityId> = unread.iter().map(|it| it.authority).collect();
        let contacts = ctx.store.contacts_on(today, None).await?.into_iter();
        let mut addresses: BTreeMap<String, String> =
            contacts.filter_map(|row| Some((row.authority.to_string(), row.mail?))).collect();
        if !settings.operations_mail.is_empty() {
            addresses.insert(OPERATIONS.to_owned(), settings.operations_mail.clone());
        }
        let groups = groups(ctx, (&all, &unread), (today, before));
        Ok(Self { day: today, groups, addresses })
    }

    /// Makes the next mail, if anything is due for it. False when there are no more.
    pub(super) async fn step(&mut self, ctx: &Context) -> Result<bool, StoreError> {
        let Some(group) = self.groups.front() else { return Ok(false) };
        self.make(ctx, group).await?;
        self.groups.pop_front();
        Ok(true)
    }

    async fn make(&self, ctx: &Context, group: &Group) -> Result<(), StoreError> {
        let Group { step, addressee, parts } = group;
        let place = match step {
            ReminderStep::Authority => 1,
            ReminderStep::Prefecture => 2,
            ReminderStep::Operations => 3,
        };
        let id = format!("{}-{place}-{addressee}", self.day);
        let now = ctx.clock.now_ms();
        let mut tx = ctx.store.begin().await?;
        let mut deliveries = 0;
        for part in parts {
            deliveries += tx.insert_reminded((&id, *step), part).await?;
        }
        if deliveries == 0 {
            return Ok(());
        }
        let mail = self.addresses.get(addressee).cloned();
        let row = ReminderRow {
            id,
            day: self.day,
            step: *step,
            addressee: addressee.clone(),
            deliveries,
            state: if mail.is_some() { ReminderState::Waiting } else { ReminderState::Unaddressed },
            tries: 0,
            next_attempt_at: mail.is_some().then_some(now),
            mail,
            lease_until: None,
            why: None,
            made_at: now,
            sent_at: None,
        };
        // One a day to each: what comes up later is for tomorrow.
        if !tx.insert_reminder(&row).await? {
            return Ok(());
        }
        tx.commit().await?;
        if row.mail.is_none() {
            tracing::warn!(
                reminder.id = row.id,
                deliveries,
                "unread, and no address to tell it to"
            );
        }
        Ok(())
    }
}

/// Authorities and unions, each with whether it is a prefecture.
fn bodies(ctx: &Context, today: Date) -> Vec<(AuthorityId, bool)> {
    let master = ctx.master();
    let rows = master.authorities_on(today);
    let rows = rows.map(|row| (row.code, row.class == Class::Prefecture));
    rows.chain(master.unions_on(today).map(|row| (row.id, false))).collect()
}

fn groups(
    ctx: &Context,
    (all, unread): (&[(AuthorityId, bool)], &[AuthorityId]),
    (today, before): (Date, i64),
) -> VecDeque<Group> {
    let settings = &ctx.config.reminders;
    let told = |days: usize| open_day_before(ctx.forms.deadlines().calendar(), today, days);
    let part = |authorities: Vec<AuthorityId>, after: Option<ReminderStep>, days: usize| Unread {
        authorities,
        before,
        after,
        told_until: after.map(|_| told(days)),
    };
    let (step, wait) = (Some(ReminderStep::Authority), settings.prefecture_days);
    let mut groups: VecDeque<Group> = unread
        .iter()
        .map(|code| Group {
            step: ReminderStep::Authority,
            addressee: code.to_string(),
            parts: vec![part(vec![*code], None, 0)],
        })
        .collect();
    let is_prefecture = |code: &AuthorityId| all.iter().any(|it| it == &(*code, true));
    let (prefectures, towns): (Vec<_>, Vec<_>) = unread.iter().copied().partition(is_prefecture);
    for (prefecture, _) in all.iter().filter(|(_, is_prefecture)| *is_prefecture) {
        let is_inside = |code: &&AuthorityId| code.prefecture() == prefecture.prefecture();
        let inside: Vec<_> = towns.iter().filter(is_inside).copied().collect();
        if !inside.is_empty() {
            groups.push_back(Group {
                step: ReminderStep::Prefecture,
                addressee: prefecture.to_string(),
                parts: vec![part(inside, step, wait)],
            });
        }
    }
    let last = settings.operations_days;
    let parts = vec![
        part(towns, Some(ReminderStep::Prefecture), last),
        // Nobody stands between a prefecture and operations.
        part(prefectures, step, wait + last),
    ];
    let addressee = OPERATIONS.to_owned();
    groups.push_back(Group { step: ReminderStep::Operations, addressee, parts });
    groups
}

/// Today, when it is a business day and late enough.
pub(super) fn is_time(ctx: &Context, now: i64) -> Option<Date> {
    let settings = &ctx.config.reminders;
    let today = day_from_hour(now, settings.hour)?;
    let is_open = ctx.forms.deadlines().calendar().is_open(today);
    (settings.unread_days > 0 && is_open).then_some(today)
}

/// Today, from an hour in Japan on.
pub(super) fn day_from_hour(now: i64, hour: i8) -> Option<Date> {
    let today = day_in_japan(now);
    let midnight = today.yesterday().ok().and_then(end_in_japan)?;
    (now >= midnight + i64::from(hour) * 3_600_000).then_some(today)
}

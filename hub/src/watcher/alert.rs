//! Alerts: one mail about all that began and ended within a short time, with counts, who has to
//! act and the first names; nothing of any filing.
//!
//! They have a table of their own beside the reminders' and the letters', since processes of the
//! build before claim from those whatever is due there, and would send it as something else.

use std::collections::{BTreeMap, BTreeSet};

use adapters::email::Mail;
use askama::Template;
use schemas::{Outcome, Owner, Why};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::notices::{Tried, tried};
use crate::store::{AlertRow, AlertState, StoreError, Tx};
use crate::watch::{Kind, Watch};

/// Who gets them that is no authority.
pub(super) const OPERATIONS: &str = "operations";

/// Mails claimed in one commit at most.
const BATCH_MAX: usize = 32;

/// What an alert tells of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which.
    pub kind: Kind,
    /// Who has to act.
    pub owners: Vec<Owner>,
    /// How many began.
    pub begun: usize,
    /// With what, the first few; how often, where more than once.
    pub begun_names: Vec<String>,
    /// How many ended.
    pub ended: usize,
    /// With what, the first few.
    pub ended_names: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/alert.txt")]
struct TextBody<'a> {
    lines: &'a [Line],
    link: &'a str,
    is_operations: bool,
}

#[derive(Template)]
#[template(path = "mail/alert.html")]
struct HtmlBody<'a> {
    subject: &'a str,
    lines: &'a [Line],
    link: &'a str,
    is_operations: bool,
}

struct Line {
    ja: &'static str,
    en: &'static str,
    owners: String,
    begun: usize,
    begun_names: String,
    ended: usize,
    ended_names: String,
}

/// Makes the alerts of what nobody has been told of, once something of it has waited for long
/// enough.
pub(super) async fn gather(
    ctx: &Context,
    (tx, addresses): (&mut Tx, &BTreeMap<String, String>),
    now: i64,
) -> Result<(), StoreError> {
    let mut untold = tx.untold_watches().await?;
    let window = 0..ctx.config.watches.group_ms;
    let mut times = untold.iter().filter_map(Watch::untold_since);
    // A moment that has not come yet is another clock's: nothing to wait for.
    if times.all(|at| window.contains(&(now - at))) {
        return Ok(());
    }
    let all: Vec<&Watch> = untold.iter().collect();
    let mut alerts = vec![alert(ctx, (OPERATIONS, addresses), &all, now)];
    let mut theirs: BTreeMap<String, Vec<&Watch>> = BTreeMap::new();
    for watch in untold.iter().filter(|it| it.owner == Owner::Authority) {
        let code = watch.authority.map(|it| it.to_string());
        if let Some(code) = code.filter(|code| addresses.contains_key(code)) {
            theirs.entry(code).or_default().push(watch);
        }
    }
    alerts.extend(theirs.iter().map(|(code, all)| alert(ctx, (code, addresses), all, now)));
    let first = alerts[0].id;
    let (begun, ended) = (alerts[0].begun, alerts[0].ended);
    tracing::warn!(alert.id = %first, begun, ended, "people have to know what began and ended");
    for watch in &mut untold {
        watch.begin_alert.get_or_insert(first);
        if watch.ended_at.is_some() {
            watch.end_alert = Some(first);
        }
    }
    tx.insert_alerts(&alerts).await?;
    tx.save_watches(&untold).await
}

fn alert(
    ctx: &Context,
    (whom, addresses): (&str, &BTreeMap<String, String>),
    all: &[&Watch],
    now: i64,
) -> AlertRow {
    let told = told(ctx, all);
    let count = |of: fn(&Told) -> usize| {
        i32::try_from(told.iter().map(of).sum::<usize>()).unwrap_or(i32::MAX)
    };
    let mail = addresses.get(whom).cloned();
    AlertRow {
        id: ctx.clock.id(),
        addressee: whom.to_owned(),
        body: serde_json::to_string(&told).unwrap_or_default(),
        begun: count(|it| it.begun),
        ended: count(|it| it.ended),
        state: if mail.is_some() { AlertState::Due } else { AlertState::Unaddressed },
        tries: 0,
        next_try_at: mail.is_some().then_some(ctx.clock.now_ms()),
        mail,
        why: None,
        made_at: now,
        sent_at: None,
    }
}

/// By kind, the most urgent first.
fn told(ctx: &Context, all: &[&Watch]) -> Vec<Told> {
    let max = ctx.config.watches.names_max;
    let of_kind = |kind: Kind| {
        let these = || all.iter().filter(move |it| it.kind == kind);
        let begun: Vec<&Watch> = these().filter(|it| it.begin_alert.is_none()).copied().collect();
        let ended: Vec<&Watch> = these().filter(|it| it.ended_at.is_some()).copied().collect();
        let owners: BTreeSet<Owner> = these().map(|it| it.owner).collect();
        Told {
            kind,
            owners: owners.into_iter().collect(),
            begun: begun.len(),
            begun_names: names(ctx, &begun, max),
            ended: ended.len(),
            ended_names: names(ctx, &ended, max),
        }
    };
    Kind::ALL.into_iter().map(of_kind).filter(|it| it.begun + it.ended > 0).collect()
}

/// The first so many different names, in order; and how many more there are.
fn names(ctx: &Context, all: &[&Watch], max: usize) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for watch in all {
        let name = match (watch.authority, watch.channel) {
            (Some(code), Some(channel)) => {
                let name = format!("{} {code} {channel}", ctx.master().name(code));
                if watch.kind.has_cause() { format!("{name} {}", watch.detail) } else { name }
            }
            (Some(code), None) => format!("{} {code}", ctx.master().name(code)),
            (None, _) => watch.detail.clone(),
        };
        *counts.entry(name).or_default() += 1;
    }
    let more = counts.len().saturating_sub(max);
    let named = counts.into_iter().take(max);
    let named = named.map(|(name, n)| if n > 1 { format!("{name} ({n})") } else { name });
    named.chain((more > 0).then(|| format!("ほか{more}"))).collect()
}

/// Sends the mails that are due, up to one batch. Tells how many it tried.
pub(super) async fn send(ctx: &Context) -> Result<usize, StoreError> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut alerts = tx.claim_alerts((now, now + ctx.config.notices.lease_ms), BATCH_MAX).await?;
    if alerts.is_empty() {
        return Ok(0);
    }
    tx.commit().await?;
    for alert in &mut alerts {
        let outcome = match serde_json::from_str::<Vec<Told>>(&alert.body) {
            Ok(told) => match letter(ctx, alert, &told) {
                Ok(mail) => ctx.mailer.send(&mail).await,
                Err(error) => {
                    let why = Why::new("mail_not_rendered", Owner::Hub, error.to_string());
                    Outcome::Refused { why }
                }
            },
            // A newer build made it, and sends it.
            Err(error) => {
                let why = Why::new("alert_unreadable", Owner::Hub, error.to_string());
                Outcome::Deferred { why, not_before: None }
            }
        };
        settle(ctx, alert, outcome);
        // One by one: what was sent is not sent again when the store goes away.
        let mut tx = ctx.store.begin().await?;
        tx.save_alerts(std::slice::from_ref(alert)).await?;
        tx.commit().await?;
    }
    Ok(alerts.len())
}

fn settle(ctx: &Context, alert: &mut AlertRow, outcome: Outcome) {
    alert.tries += 1;
    let why = match tried(ctx, alert.tries, outcome) {
        Tried::Sent => {
            (alert.state, alert.sent_at) = (AlertState::Sent, Some(ctx.clock.now_ms()));
            (alert.next_try_at, alert.why) = (None, None);
            return;
        }
        Tried::Again(at, why) => {
            alert.next_try_at = Some(at);
            why
        }
        Tried::Failed(why) => {
            (alert.state, alert.next_try_at) = (AlertState::Failed, None);
            why
        }
    };
    let again = alert.next_try_at.is_some();
    tracing::warn!(alert.id = %alert.id, code = why.code, again, "an alert was not sent");
    alert.why = serde_json::to_string(&why).ok();
}

fn letter(ctx: &Context, alert: &AlertRow, told: &[Told]) -> askama::Result<Mail> {
    let lines: Vec<Line> = told.iter().map(Line::new).collect();
    let is_operations = alert.addressee == OPERATIONS;
    let link = ctx.link(if is_operations { "/watches" } else { "/authority" });
    let subject = format!("【届出】運用のお知らせ(発生{}件・解消{}件)", alert.begun, alert.ended);
    let (lines, link) = (lines.as_slice(), link.as_str());
    Ok(Mail {
        id: format!("alert-{}", alert.id),
        to: alert.mail.clone().unwrap_or_default(),
        text: TextBody { lines, link, is_operations }.render()?,
        html: Some(HtmlBody { subject: &subject, lines, link, is_operations }.render()?),
        subject,
        attachment: None,
        date: ctx.clock.now(),
    })
}

impl Line {
    fn new(told: &Told) -> Self {
        let (ja, en) = told.kind.labels();
        let owners: Vec<_> = told.owners.iter().map(|it| owner(*it)).collect();
        Self {
            ja,
            en,
            owners: owners.join("・"),
            begun: told.begun,
            begun_names: told.begun_names.join("、"),
            ended: told.ended,
            ended_names: told.ended_names.join("、"),
        }
    }
}

fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Operator => "事業者",
        Owner::Authority => "指定権者",
        Owner::Hub => "ハブ運用",
        Owner::Network => "通信経路",
    }
}

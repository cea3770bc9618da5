//! Notifier: sends notices to operators by mail.
//!
//! Reads `notices`, `filings`, `deliveries`, `decisions`; writes `notices` and events. The same
//! lease, ladder and outcome rules as for deliveries, over one mail relay.

use std::collections::HashMap;
use std::sync::Arc;

use adapters::email::Mail;
use askama::Template;
use futures::StreamExt;
use schemas::message::{Message, NoticeDue};
use schemas::{NoticeId, Outcome, Owner, Why};
use serde_json::json;

use crate::broker::topology::NOTIFIER;
use crate::broker::{Consumer, Incoming};
use crate::context::Context;
use crate::delivery::{Delivery, State};
use crate::notices::NoticeKind;
use crate::retry::wait_ms;
use crate::store::{FilingRow, NewEvent, NoticeRow, StoreError};
use crate::work::dead_letter;

/// Notices claimed in one commit at most.
const BATCH_MAX: usize = 128;

/// Sends notices.
pub struct Notifier {
    ctx: Arc<Context>,
    consumer: Box<dyn Consumer>,
}

/// A notice with the texts of its mail.
#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct TextBody<'a> {
    words: &'a Words,
    filing: &'a FilingRow,
    authorities: Vec<String>,
    link: String,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "mail/notice.html")]
struct HtmlBody<'a> {
    words: &'a Words,
    filing: &'a FilingRow,
    authorities: Vec<String>,
    link: String,
}

/// What a kind of notice says. No personal data: the particulars are behind the link.
struct Words {
    subject: &'static str,
    lead: &'static str,
    todo: &'static str,
}

fn words(kind: &str) -> Words {
    let (subject, lead, todo) = match kind {
        "received" => (
            "届出を受け付けました(到達確認)",
            "届出がハブに記録されました。介護保険法施行規則第165条の7により、この時点で提出があったものとして扱われます。",
            "各指定権者への送達状況は、下記のページで確認できます。",
        ),
        "accepted" => (
            "受付完了のお知らせ",
            "指定権者が届出の受付を完了しました。",
            "コメントや添付ファイルがある場合は、下記のページで確認してください。",
        ),
        "returned" => (
            "差戻しのお知らせ",
            "指定権者から届出が差し戻されました。",
            "下記のページでコメントを確認し、補正して再提出してください。",
        ),
        "withdrawn" => (
            "取下げを受け付けました",
            "届出の取下げを記録しました。",
            "取下げの状況は、下記のページで確認できます。",
        ),
        "not_ready" => (
            "このシステムで受け付けていない指定権者があります",
            "次の指定権者は、現在このシステムで届出を受け付けていません。届出はハブに保管されており、受付が始まりしだい送達されます。",
            "期限のある届出は、指定権者ごとに示した方法で提出してください。",
        ),
        _ => (
            "届出を送達できない指定権者があります",
            "登録されているどの方法でも、指定権者に届出を届けられませんでした。届出は失われていません。",
            "運用担当が対応します。お急ぎの場合は指定権者に直接お問い合わせください。",
        ),
    };
    Words { subject, lead, todo }
}

impl Notifier {
    /// A notifier that takes its work from the broker.
    pub async fn new(ctx: Arc<Context>) -> Self {
        let prefetch = ctx.config.broker.prefetch;
        let consumer = ctx.broker.consume(&[NOTIFIER.to_owned()], prefetch).await;
        Self { ctx, consumer }
    }

    /// Until the stop: one batch after the other.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return,
                batch = self.consumer.next(BATCH_MAX) => batch,
            };
            self.work(batch).await;
        }
    }

    /// What is there now, up to one batch. Tells how many messages.
    pub async fn step(&mut self) -> usize {
        let batch = self.consumer.try_next(BATCH_MAX);
        let count = batch.len();
        if count > 0 {
            self.work(batch).await;
        }
        count
    }

    async fn work(&mut self, batch: Vec<Incoming>) {
        let tags: Vec<u64> = batch.iter().map(|m| m.tag).collect();
        let done = match claim(&self.ctx, &batch).await {
            Ok(claimed) => send_all(&self.ctx, claimed).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => self.consumer.ack(&tags).await,
            Err(error) => {
                tracing::error!(%error, "a batch of notices was not sent; trying again");
                self.consumer.give_back(&tags).await;
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        }
    }
}

async fn claim(ctx: &Context, batch: &[Incoming]) -> anyhow::Result<Vec<NoticeRow>> {
    let (mut turns, mut dead) = (HashMap::new(), Vec::new());
    for message in batch {
        match NoticeDue::decode(&message.body) {
            // A stale one may come behind the one that counts.
            Ok(due) => {
                let turn = turns.entry(due.notice_id).or_insert(due.turn);
                *turn = due.turn.max(*turn);
            }
            Err(error) => dead.push(dead_letter(ctx, message, &error.to_string())),
        }
    }
    let ids: Vec<NoticeId> = turns.keys().copied().collect();
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    tx.insert_dead_letters(&dead).await?;
    let mut notices = tx.lock_notices(&ids).await?;
    notices.retain(|n| n.state == "due" && turns.get(&n.id) == Some(&n.turn));
    for notice in &mut notices {
        "sending".clone_into(&mut notice.state);
        notice.lease_until = Some(now + ctx.config.notices.lease_ms);
        notice.updated_at = now;
    }
    tx.save_notices(&notices).await?;
    tx.commit().await?;
    Ok(notices)
}

async fn send_all(ctx: &Context, claimed: Vec<NoticeRow>) -> anyhow::Result<()> {
    if claimed.is_empty() {
        return Ok(());
    }
    let parallel = ctx.config.mail.connections_max.max(1);
    let sends = claimed.into_iter().map(|notice| async move {
        let outcome = send(ctx, &notice).await?;
        Ok::<_, StoreError>((notice, outcome))
    });
    let sent: Vec<_> = futures::stream::iter(sends).buffer_unordered(parallel).collect().await;
    let mut tx = ctx.store.begin().await?;
    let (mut rows, mut events) = (Vec::new(), Vec::new());
    for result in sent {
        let (mut notice, outcome) = result?;
        settle(ctx, &mut notice, outcome);
        if notice.next_attempt_at.is_none() {
            let body = json!({"notice": notice.id, "kind": notice.kind, "state": notice.state});
            let kind = if notice.state == "sent" { "notice.sent" } else { "notice.failed" };
            events.push(NewEvent::new(notice.filing_id, kind, body));
        }
        ctx.metrics.notice(&notice.state);
        rows.push(notice);
    }
    tx.save_notices(&rows).await?;
    tx.append(&events).await?;
    tx.commit().await?;
    Ok(())
}

fn settle(ctx: &Context, notice: &mut NoticeRow, outcome: Outcome) {
    let now = ctx.clock.now_ms();
    let settings = &ctx.config.notices;
    notice.tries += 1;
    notice.lease_until = None;
    notice.updated_at = now;
    let why = match outcome {
        Outcome::Delivered { .. } => {
            "sent".clone_into(&mut notice.state);
            notice.sent_at = Some(now);
            notice.why = None;
            return;
        }
        Outcome::Refused { why } => (why, false),
        Outcome::Deferred { why, .. } | Outcome::Unknown { why } => {
            (why, notice.tries < settings.tries_max)
        }
    };
    let (why, again) = why;
    tracing::warn!(notice.id = %notice.id, code = why.code, again, "a notice was not sent");
    notice.why = serde_json::to_string(&why).ok();
    if again {
        let wait = wait_ms(&settings.ladder_seconds, notice.tries, ctx.config.retry.jitter);
        "waiting".clone_into(&mut notice.state);
        notice.next_attempt_at = Some(now + wait);
    } else {
        "failed".clone_into(&mut notice.state);
    }
}

async fn send(ctx: &Context, notice: &NoticeRow) -> Result<Outcome, StoreError> {
    let refused =
        |code, sentence: &str| Outcome::Refused { why: Why::new(code, Owner::Hub, sentence) };
    let Some(filing) = ctx.store.filing(notice.filing_id).await? else {
        return Ok(refused("filing_missing", "the notice's filing is not in the store"));
    };
    let deliveries = match notice.delivery_id {
        Some(id) => ctx.store.delivery(id).await?.into_iter().collect(),
        None if notice.kind == NoticeKind::NotReady.as_str() => {
            let mut all = ctx.store.deliveries_of(filing.id).await?;
            all.retain(|d| matches!(d.state, State::Held { .. }));
            all
        }
        None => Vec::new(),
    };
    match mail(ctx, notice, &filing, named(ctx, &deliveries)) {
        Ok(mail) => Ok(ctx.mailer.send(&mail).await),
        Err(error) => Ok(refused("mail_not_rendered", &error.to_string())),
    }
}

/// Authorities that a mail names at most.
const NAMED_MAX: usize = 20;

/// The authorities that a mail is about; with the other way to file where they are not ready.
fn named(ctx: &Context, deliveries: &[Delivery]) -> Vec<String> {
    let mut all: Vec<String> = deliveries
        .iter()
        .take(NAMED_MAX)
        .map(|delivery| match &delivery.state {
            State::Held { why } => {
                format!("{}: {}", ctx.master.name(delivery.authority), why.sentence)
            }
            State::Due
            | State::Sending { .. }
            | State::Waiting { .. }
            | State::Delivered { .. }
            | State::Failed { .. }
            | State::Cancelled => ctx.master.name(delivery.authority),
        })
        .collect();
    if deliveries.len() > NAMED_MAX {
        all.push(format!("ほか{}団体", deliveries.len() - NAMED_MAX));
    }
    all
}

fn mail(
    ctx: &Context,
    notice: &NoticeRow,
    filing: &FilingRow,
    authorities: Vec<String>,
) -> askama::Result<Mail> {
    let words = words(&notice.kind);
    let link = ctx.link(&format!("/filings/{}", filing.receipt_number));
    let (names, there) = (authorities.clone(), link.clone());
    let html = HtmlBody { words: &words, filing, authorities: names, link: there };
    let text = TextBody { words: &words, filing, authorities, link };
    Ok(Mail {
        id: format!("notice-{}", notice.id),
        to: notice.recipient.clone(),
        subject: format!("【届出】{} 受付番号 {}", words.subject, filing.receipt_number),
        text: text.render()?,
        html: Some(html.render()?),
        attachment: None,
        date: ctx.clock.now(),
    })
}

//! Notifier: sends notices to operators by mail, and posts them to their webhooks.
//!
//! Reads `notices`, `filings`, `deliveries`, `decisions`; writes `notices` and events. The same
//! lease, ladder and outcome rules as for deliveries, over one mail relay, or to the address that
//! an operator set (`posts`).

mod letters;
mod posts;

use std::sync::Arc;
use std::time::Duration;

use adapters::email::Mail;
use askama::Template;
use futures::StreamExt;
use schemas::message::NoticeDue;
use schemas::{Outcome, Owner, Why};
use serde_json::json;
use tracing::Instrument;

use crate::broker::Incoming;
use crate::broker::topology::NOTIFIER;
use crate::context::Context;
use crate::delivery::{Delivery, State};
use crate::notices::{NoticeKind, Tried, WEBHOOK, tried};
use crate::retry::Reconnect;
use crate::store::{FilingRow, NewEvent, NoticeRow, StoreError};
use crate::trace::Span;
use crate::work::{Asked, Batch, Tray, tell_of_dead};

pub use letters::Postman;
use posts::Posts;

/// Notices claimed in one commit at most.
const BATCH_MAX: usize = 128;

/// Sends notices.
pub struct Notifier {
    ctx: Arc<Context>,
    tray: Tray,
    posts: Posts,
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
        "unplanned" => (
            "届出の宛先が見つかりません",
            "到達した届出の市区町村、サービス種類または手続では、宛先となる指定権者が見つかりません。届出は失われていませんが、このままではどこにも送達されません。",
            "下記のページで理由を確認し、届出を取り下げて、正しい内容で改めて届け出てください。",
        ),
        "infected" => (
            "添付ファイルからウイルスが検出されました",
            "届出の添付ファイルからウイルスなどの不正なプログラムが検出されたため、指定権者への送達を止めました。届出の受付の記録は残っています。",
            "下記のページで該当するファイルを確認し、問題のないファイルに差し替えて補正してください。お使いの端末の検査もおすすめします。",
        ),
        "rerouted" => (
            "届出の宛先が変わりました",
            "届出の宛先を、運用担当が次の指定権者に改めました。届出をやり直す必要はありません。到達の日時は変わりません。",
            "送達の状況は、下記のページで確認できます。以後の補正や取下げも、この指定権者に送られます。",
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
        let posts = Posts::new(&ctx.config.webhook);
        Self { ctx, tray: Tray::new(consumer), posts }
    }

    /// Until the stop: one batch after the other.
    pub async fn run(mut self) {
        let stop = self.ctx.stop.clone();
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => break,
                batch = self.tray.next(BATCH_MAX) => batch,
            };
            self.work(batch).await;
        }
        self.tray.close().await;
        self.posts.end().await;
    }

    /// What is there now, up to one batch. Tells how many messages.
    pub async fn step(&mut self) -> usize {
        let Some(batch) = self.tray.try_next(BATCH_MAX) else { return 0 };
        let count = batch.messages.len();
        self.work(batch).await;
        self.posts.end().await;
        count
    }

    async fn work(&mut self, batch: Batch) {
        match claim(&self.ctx, &batch.messages).await {
            Ok(claimed) => {
                // The lease in the store has taken over from the message.
                self.tray.done(batch).await;
                let (posts, mails) = claimed.into_iter().partition(|it| it.recipient == WEBHOOK);
                let mut settled = self.posts.begin(&self.ctx, posts).await;
                settled.extend(send_all(&self.ctx, mails).await);
                record_until_done(&self.ctx, &settled).await;
            }
            Err(error) => self.tray.failed(&self.ctx, batch, &error).await,
        }
    }
}

async fn claim(ctx: &Context, batch: &[Incoming]) -> anyhow::Result<Vec<NoticeRow>> {
    let mut asked = Asked::read(ctx, batch, |m: &NoticeDue| (m.notice_id, m.turn));
    let now = ctx.clock.now_ms();
    let mut tx = ctx.store.begin().await?;
    let mut notices = tx.lock_notices(&asked.ids()).await?;
    asked.park_unknown(ctx, notices.iter().map(|notice| notice.id));
    tx.insert_dead_letters(&asked.dead).await?;
    notices.retain(|n| n.state == "due" && asked.is_about(n.id, n.turn));
    for notice in &mut notices {
        "sending".clone_into(&mut notice.state);
        notice.lease_until = Some(now + ctx.config.notices.lease_ms);
        notice.updated_at = now;
    }
    tx.save_notices(&notices).await?;
    tx.commit().await?;
    tell_of_dead(ctx, &asked.dead);
    Ok(notices)
}

/// Sends, and settles each notice by what came of it.
async fn send_all(ctx: &Context, claimed: Vec<NoticeRow>) -> Vec<NoticeRow> {
    let parallel = ctx.config.mail.connections_max.max(1);
    let sends = claimed.into_iter().map(|mut notice| async move {
        let outcome = if ctx.stop.is_cancelled() {
            None
        } else {
            let sending = told(ctx, &notice, Box::pin(send(ctx, &notice)));
            ctx.break_off.run_until_cancelled(sending).await
        };
        match outcome {
            Some(Ok(outcome)) => settle(ctx, &mut notice, outcome),
            Some(Err(error)) => give_back_for(ctx, &mut notice, &error),
            None => give_back(ctx, &mut notice),
        }
        notice
    });
    futures::stream::iter(sends).buffer_unordered(parallel).collect().await
}

/// Sends one, and tells of it.
async fn told(
    ctx: &Context,
    notice: &NoticeRow,
    sending: impl Future<Output = Result<Outcome, StoreError>>,
) -> Result<Outcome, StoreError> {
    let begun = ctx.spans.after(notice.trace, &ctx.clock);
    let outcome = sending.instrument(begun.trace.span()).await?;
    let way = if notice.recipient == WEBHOOK { "webhook" } else { "mail" };
    ctx.spans.tell(Span {
        stage: "notifier",
        begun,
        ended_at: ctx.clock.now_ms(),
        about: vec![
            ("notice.id", notice.id.to_string()),
            ("kind", notice.kind.clone()),
            ("way", way.to_owned()),
            ("outcome", outcome.as_str().to_owned()),
        ],
        fault: None,
    });
    Ok(outcome)
}

/// Not tried, or broken off by a stop: whoever comes next sends it at once.
fn give_back(ctx: &Context, notice: &mut NoticeRow) {
    let now = ctx.clock.now_ms();
    "waiting".clone_into(&mut notice.state);
    (notice.next_attempt_at, notice.lease_until) = (Some(now), None);
    notice.updated_at = now;
}

fn give_back_for(ctx: &Context, notice: &mut NoticeRow, error: &StoreError) {
    let trace_id = notice.trace.map(|trace| trace.id());
    tracing::warn!(trace_id, notice.id = %notice.id, %error, "a notice waits for the store");
    give_back(ctx, notice);
}

/// A store that is away for a while must not cost a second mail: the leases are long.
async fn record_until_done(ctx: &Context, sent: &[NoticeRow]) {
    let mut reconnect = Reconnect::default();
    while let Err(error) = record(ctx, sent).await {
        tracing::error!(%error, "what became of notices is not recorded yet; trying again");
        if reconnect.is_long() && ctx.stop.is_cancelled() {
            tracing::error!("stopping with unrecorded notices; their leases will run out");
            return;
        }
        tokio::time::sleep(reconnect.next_wait().min(Duration::from_secs(2))).await;
    }
}

async fn record(ctx: &Context, sent: &[NoticeRow]) -> Result<(), StoreError> {
    let ended = sent.iter().filter(|notice| notice.next_attempt_at.is_none());
    let events: Vec<_> = ended
        .map(|notice| {
            let body = json!({"notice": notice.id, "kind": notice.kind, "state": notice.state});
            let kind = if notice.state == "sent" { "notice.sent" } else { "notice.failed" };
            NewEvent::new(notice.filing_id, kind, body)
        })
        .collect();
    let mut tx = ctx.store.begin().await?;
    tx.save_notices(sent).await?;
    tx.append(&events).await?;
    tx.commit().await?;
    for notice in sent {
        ctx.metrics.notice(&notice.state);
    }
    Ok(())
}

fn settle(ctx: &Context, notice: &mut NoticeRow, outcome: Outcome) {
    let now = ctx.clock.now_ms();
    notice.tries += 1;
    notice.lease_until = None;
    notice.updated_at = now;
    let (why, state) = match tried(ctx, notice.tries, outcome) {
        Tried::Sent => {
            "sent".clone_into(&mut notice.state);
            notice.sent_at = Some(now);
            notice.why = None;
            return;
        }
        Tried::Again(at, why) => {
            notice.next_attempt_at = Some(at);
            (why, "waiting")
        }
        Tried::Failed(why) => (why, "failed"),
    };
    let again = state == "waiting";
    let trace_id = notice.trace.map(|trace| trace.id());
    let code = &why.code;
    tracing::warn!(trace_id, notice.id = %notice.id, code, again, "a notice was not sent");
    notice.why = serde_json::to_string(&why).ok();
    state.clone_into(&mut notice.state);
}

/// Why a notice about an unknown filing is not sent.
const MISSING: &str = "the notice's filing is not in the store";

/// What a notice is about.
struct About {
    filing: FilingRow,
    deliveries: Vec<Delivery>,
}

/// Reads that; nothing if the filing is not in the store.
async fn about(ctx: &Context, notice: &NoticeRow) -> Result<Option<About>, StoreError> {
    let Some(filing) = ctx.store.filing(notice.filing_id).await? else { return Ok(None) };
    let deliveries = match notice.delivery_id {
        Some(id) => ctx.store.delivery(id).await?.into_iter().collect(),
        None if notice.kind == NoticeKind::NotReady.as_str() => {
            let mut all = ctx.store.deliveries_of(notice.filing_id).await?;
            all.retain(is_not_ready);
            all
        }
        None => Vec::new(),
    };
    Ok(Some(About { filing, deliveries }))
}

async fn send(ctx: &Context, notice: &NoticeRow) -> Result<Outcome, StoreError> {
    let Some(About { filing, deliveries }) = about(ctx, notice).await? else {
        return Ok(refused("filing_missing", MISSING));
    };
    match mail(ctx, notice, &filing, named(ctx, &deliveries)) {
        Ok(mail) => Ok(ctx.mailer.send(&mail).await),
        Err(error) => Ok(refused("mail_not_rendered", &error.to_string())),
    }
}

fn refused(code: &str, sentence: &str) -> Outcome {
    Outcome::Refused { why: Why::new(code, Owner::Hub, sentence) }
}

fn is_not_ready(delivery: &Delivery) -> bool {
    matches!(&delivery.state, State::Held { why } if why.code.starts_with("authority_"))
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
                format!("{}: {}", ctx.master().name(delivery.authority), why.sentence)
            }
            State::Due
            | State::Sending { .. }
            | State::Waiting { .. }
            | State::Delivered { .. }
            | State::Failed { .. }
            | State::Cancelled => ctx.master().name(delivery.authority),
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
    let link = ctx.link(&format!("/operator/filings/{}", filing.receipt_number));
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

//! Postman: sends the mails about notices' addresses: the link to a new one, a word to the former.
//!
//! Reads and writes `letters`, which no message tells of: they are seldom, so the table is asked.
//! The ladder is that of notices.

use std::sync::Arc;
use std::time::Duration;

use adapters::email::Mail;
use askama::Template;
use schemas::{Outcome, Owner, Why};

use crate::addresses;
use crate::context::Context;
use crate::notices::{Tried, tried};
use crate::retry::jittered_ms;
use crate::store::{LetterRow, StoreError};

/// Mails claimed in one commit at most.
const BATCH_MAX: usize = 32;

/// How long the table is left alone when nothing is due.
const REST: Duration = Duration::from_secs(1);

/// Sends letters.
pub struct Postman {
    ctx: Arc<Context>,
}

/// A letter's text, and the same as HTML.
#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextBody<'a> {
    words: &'a Words,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlBody<'a> {
    words: &'a Words,
    link: &'a str,
}

/// What a letter says. It names nobody and no address: strangers may read it.
struct Words {
    subject: &'static str,
    lead: &'static str,
    todo: String,
    en: &'static str,
}

impl Postman {
    /// A postman.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx }
    }

    /// Until the stop: what is due, then a rest.
    pub async fn run(self) {
        let stop = self.ctx.stop.clone();
        loop {
            let wait = u64::try_from(jittered_ms(REST, 0.2)).unwrap_or(1_000);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            }
            if let Err(error) = self.step().await {
                tracing::warn!(%error, "letters wait for the store");
            }
        }
    }

    /// Sends what is due, up to one batch. Tells how many letters it tried.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let ctx = &self.ctx;
        let until = ctx.clock.now_ms() + ctx.config.notices.lease_ms;
        let mut tx = ctx.store.begin().await?;
        let mut letters = tx.claim_letters(until, BATCH_MAX).await?;
        tx.commit().await?;
        for letter in &mut letters {
            let outcome = self.send(letter).await;
            self.settle(letter, outcome);
            // One by one: what was sent is not sent again when the store goes away.
            let mut tx = ctx.store.begin().await?;
            tx.save_letters(std::slice::from_ref(letter)).await?;
            tx.commit().await?;
        }
        Ok(letters.len())
    }

    async fn send(&self, letter: &LetterRow) -> Outcome {
        let ctx = &self.ctx;
        let is_link = letter.kind == "asked";
        let hours = ctx.config.address.link_hours;
        if is_link && ctx.clock.now_ms() >= letter.created_at + hours * 3_600_000 {
            let sentence = "the link's time was over before the mail could be sent";
            return Outcome::Refused { why: Why::new("link_expired", Owner::Hub, sentence) };
        }
        let (words, link) = if is_link {
            (asked(hours), addresses::link(ctx, letter.id))
        } else {
            (confirmed(), ctx.link("/operator/address"))
        };
        let (text, html) =
            (TextBody { words: &words, link: &link }, HtmlBody { words: &words, link: &link });
        let (Ok(text), Ok(html)) = (text.render(), html.render()) else {
            let sentence = "the mail could not be written";
            return Outcome::Refused { why: Why::new("mail_not_rendered", Owner::Hub, sentence) };
        };
        let mail = Mail {
            id: format!("letter-{}", letter.id),
            to: letter.recipient.clone(),
            subject: format!("【届出】{}", words.subject),
            text,
            html: Some(html),
            attachment: None,
            date: ctx.clock.now(),
        };
        ctx.mailer.send(&mail).await
    }

    fn settle(&self, letter: &mut LetterRow, outcome: Outcome) {
        letter.tries += 1;
        let why = match tried(&self.ctx, letter.tries, outcome) {
            Tried::Sent => {
                "sent".clone_into(&mut letter.state);
                letter.sent_at = Some(self.ctx.clock.now_ms());
                (letter.next_try_at, letter.why) = (None, None);
                return;
            }
            Tried::Again(at, why) => {
                letter.next_try_at = Some(at);
                why
            }
            Tried::Failed(why) => {
                "failed".clone_into(&mut letter.state);
                letter.next_try_at = None;
                why
            }
        };
        let again = letter.next_try_at.is_some();
        tracing::warn!(letter.id = %letter.id, code = why.code, again, "a letter was not sent");
        letter.why = serde_json::to_string(&why).ok();
    }
}

fn asked(hours: i64) -> Words {
    Words {
        subject: "通知先メールアドレスの確認",
        lead: "届出の通知先をこのメールアドレスにする申出がありました。",
        todo: format!(
            "{hours}時間以内に下記のページを開き、申し出た事業者としてログインして確認してください。\
             確認するまで通知先は変わりません。心当たりがないときは、何もしないでください。"
        ),
        en: "Someone asked that notices about filings go to this address. Open the page above and \
             confirm; until then nothing changes. If it was not you, do nothing.",
    }
}

fn confirmed() -> Words {
    Words {
        subject: "通知先メールアドレスが変わりました",
        lead: "届出の通知先が、このメールアドレスから別のアドレスに変わりました。\
               今後の通知はこのアドレスには送られません。",
        todo:
            "心当たりがないときは、下記のページで変更の記録を確かめ、運用担当に連絡してください。"
                .to_owned(),
        en: "Notices about filings go to another address from now on. If you do not know why, look \
             at the record on the page above and tell operations.",
    }
}

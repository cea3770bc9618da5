//! The sender of mails, for deliveries and for the hub's own notices.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use lettre::message::Mailbox;
use schemas::{Outcome, Owner, Why};

use super::message::{self, Letter};
use super::outcome::{Answer, classify};
use super::smtp::Relay;
use super::spool::Spool;

/// What the hub's configuration says about mails, in `[mail]`.
#[derive(Clone)]
pub struct MailSettings {
    /// `spool:PATH`, or `smtp://`, `smtps://` or `smtp+starttls://` with
    /// `[user:password@]host[:port]`, user and password percent-encoded.
    pub url: String,
    /// The sender: an address, or a name and an address in angle brackets.
    pub from: String,
    /// The right-hand side of Message-IDs, and the name given in `EHLO`.
    pub domain: String,
    /// Connections to the relay at once at most.
    pub connections_max: usize,
}

/// One mail to one recipient.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Left of the `@` in the Message-ID: letters, digits, `.`, `_` and `-`. The same on every
    /// try, so that a repeat can be recognised.
    pub id: String,
    /// The one recipient.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The body as text.
    pub text: String,
    /// The same body as HTML, if it has one.
    pub html: Option<String>,
    /// One file.
    pub attachment: Option<MailAttachment>,
    /// The `Date`.
    pub date: Timestamp,
}

/// A file in a mail.
#[derive(Debug, Clone)]
pub struct MailAttachment {
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Sends mails one try at a time; clones share their connections.
#[derive(Clone)]
pub struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    from: Mailbox,
    domain: String,
    way: Way,
}

enum Way {
    Spool(Spool),
    Relay(Box<Relay>),
}

impl Mailer {
    /// Reads the settings; makes the spool folder, but connects to no relay yet. The error names
    /// the setting and says what to write there; it never repeats a password.
    pub fn open(settings: &MailSettings) -> Result<Self, String> {
        let from = message::mailbox(&settings.from).map_err(|()| {
            "mail.from is not a mail address; write one, for example \
             \"Todoke <no-reply@todoke.example>\""
        })?;
        if !message::is_domain(&settings.domain) {
            return Err("mail.domain is not a domain name; write one, for example \
                        todoke.example"
                .to_owned());
        }
        let way = match settings.url.strip_prefix("spool:") {
            Some(folder) => Way::Spool(Spool::open(folder)?),
            None => Way::Relay(Box::new(Relay::open(settings)?)),
        };
        let inner = Inner { from, domain: settings.domain.clone(), way };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// One try.
    pub async fn send(&self, mail: &Mail) -> Outcome {
        classify(&self.post(mail, &[]).await)
    }

    /// One try with more headers, whose values are ours and plain ASCII.
    pub(super) async fn post(&self, mail: &Mail, headers: &[(&'static str, String)]) -> Answer {
        match message::write(&self.inner.from, &self.inner.domain, mail, headers) {
            Ok(letter) => self.carry(letter).await,
            Err(loss) => Answer::Lost(loss),
        }
    }

    async fn carry(&self, letter: Letter) -> Answer {
        match &self.inner.way {
            Way::Spool(spool) => spool.put(letter).await,
            Way::Relay(relay) => relay.send(&letter).await,
        }
    }

    /// Whether a mail could be sent now; says where it would go and what was seen there.
    pub async fn probe(&self) -> Result<String, Why> {
        let seen = match &self.inner.way {
            Way::Spool(spool) => spool.look().await,
            Way::Relay(relay) => relay.look().await,
        };
        seen.map_err(|answer| match classify(&answer) {
            Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
                why
            }
            // Not met: a look sends nothing, so nothing is delivered by it.
            Outcome::Delivered { .. } => Why::new("probe", Owner::Hub, "the look sent a mail"),
        })
    }
}

//! What each answer to a mail means; every reply of a relay and every way to get none stands here.

use schemas::{Outcome, Owner, Proof, ProofLevel, Response, Why};

/// The step of the conversation (RFC 5321) that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The greeting and `EHLO`.
    Greeting,
    /// `STARTTLS`.
    StartTls,
    /// `AUTH`.
    Login,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, before the first byte of the mail.
    Data,
    /// The dot after the last byte of the mail.
    FinalDot,
}

impl Step {
    fn is_ours(self) -> bool {
        match self {
            Self::Greeting | Self::StartTls | Self::Login | Self::Sender => true,
            Self::Recipient | Self::Data | Self::FinalDot => false,
        }
    }
}

/// What came of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The relay's last reply.
    Reply {
        /// The step that it answers.
        step: Step,
        /// The reply code.
        code: u16,
        /// The text after it, the enhanced status code (RFC 3463) first.
        text: String,
    },
    /// The mail lies in the spool folder.
    Spooled {
        /// The name of its file there.
        file: String,
    },
    /// There was none.
    Lost(Loss),
}

/// How an answer was lost, from first to last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// This header's text has a line break or another control character.
    HeaderInjection(&'static str),
    /// The mail cannot be written.
    Malformed(String),
    /// The package is too large to attach, and there is no link.
    TooLarge(u64),
    /// The package could not be read here.
    Package(String),
    /// The spool folder does not take the mail.
    Spool(String),
    /// The relay's name has no address.
    Dns(String),
    /// No connection.
    Connect(String),
    /// No connection in time.
    ConnectTimeout,
    /// The relay's certificate is not trusted.
    Certificate(String),
    /// The TLS handshake broke for another reason, or did not end.
    Handshake(String),
    /// The relay does not offer `STARTTLS`.
    NoStartTls,
    /// The relay does not offer a way to log in.
    NoLogin,
    /// The connection ended before the dot.
    CutShort(String),
    /// The relay stood still before the dot.
    Stalled,
    /// The dot was sent, then the connection ended without a reply (RFC 1047).
    NoAnswer(String),
    /// The dot was sent, and no reply came in time.
    AnswerTimeout,
}

/// The one classification of this channel.
pub fn classify(answer: &Answer) -> Outcome {
    match answer {
        Answer::Reply { step, code, text } => by_reply(*step, *code, text),
        Answer::Spooled { file } => delivered(serde_json::json!({ "spool": file })),
        Answer::Lost(loss) => by_loss(loss),
    }
}

/// A relay's 250 proves that the relay took it, not that the mailbox has it.
fn delivered(evidence: serde_json::Value) -> Outcome {
    Outcome::Delivered { proof: Proof { level: ProofLevel::AcceptedByTransport, evidence } }
}

fn by_reply(step: Step, code: u16, text: &str) -> Outcome {
    let body = text[..text.floor_char_boundary(Response::BODY_BYTES_MAX)].to_owned();
    let why = |owner, sentence: &str| Why {
        response: Some(Response { status: format!("SMTP {code}"), body: body.clone() }),
        ..Why::new(format!("smtp_{code}"), owner, sentence)
    };
    match (code, step) {
        (200..=299, Step::FinalDot) => {
            delivered(serde_json::json!({ "reply": format!("{code} {body}") }))
        }
        (400..=499, _) if step.is_ours() || code == 421 => {
            let sentence = "our mail relay is busy or in trouble; wait";
            Outcome::Deferred { why: why(Owner::Hub, sentence), not_before: None }
        }
        (400..=499, _) => {
            let sentence = "the mailbox does not take the mail now (greylisting, full, busy); wait";
            Outcome::Deferred { why: why(Owner::Authority, sentence), not_before: None }
        }
        (500..=599, _) => {
            let (owner, sentence) = refusal(step, code, text);
            Outcome::Refused { why: why(owner, sentence) }
        }
        (_, Step::FinalDot) => {
            let sentence = "the mail was sent, and the relay's reply is neither yes nor no";
            Outcome::Unknown { why: why(Owner::Hub, sentence) }
        }
        _ => {
            let sentence = "the relay's reply does not fit SMTP; look at what mail.url leads to";
            Outcome::Deferred { why: why(Owner::Hub, sentence), not_before: None }
        }
    }
}

/// Who has to act on a 5xx: up to the sender it is between us and our relay.
fn refusal(step: Step, code: u16, text: &str) -> (Owner, &'static str) {
    let enhanced = text.split_whitespace().next().unwrap_or_default();
    match (step, code, enhanced) {
        (Step::Login, ..) | (_, 530 | 534 | 535 | 538, _) => (
            Owner::Hub,
            "the relay does not accept our login; correct the user and password in mail.url",
        ),
        (Step::Greeting | Step::StartTls, ..) => {
            (Owner::Hub, "the relay turns us away; ask whoever runs it to let this hub in")
        }
        (Step::Sender, ..) => {
            (Owner::Hub, "the relay does not accept our sender; correct mail.from")
        }
        (_, _, "5.2.2") => (Owner::Authority, "the mailbox is full; the authority must empty it"),
        (_, 552, _) | (_, _, "5.2.3" | "5.3.4") => {
            (Owner::Hub, "the mail is too large; lower attach_bytes_max of the endpoint")
        }
        (_, 500..=504 | 555, _) => {
            (Owner::Hub, "the relay does not know a command of ours; show it to whoever runs it")
        }
        (_, _, policy) if policy.starts_with("5.7.") => {
            (Owner::Authority, "the authority's policy refuses the mail; ask it to let ours in")
        }
        _ => (Owner::Authority, "the mailbox does not exist or refuses; ask the authority"),
    }
}

fn by_loss(loss: &Loss) -> Outcome {
    use Owner::{Hub, Network};
    match loss {
        Loss::HeaderInjection(field) => refused(
            "header_injection",
            &format!("the {field} has a line break or control character; correct it"),
        ),
        Loss::Malformed(what) => refused("mail_malformed", what),
        Loss::TooLarge(size) => refused(
            "package_too_large",
            &format!(
                "the package has {size} bytes, more than attach_bytes_max, and no link was made; \
                 raise attach_bytes_max or choose another channel"
            ),
        ),
        Loss::NoLogin => {
            refused("login_not_offered", "the relay offers no login that we know; correct mail.url")
        }
        Loss::Package(what) => {
            deferred("package_unreadable", Hub, &format!("the package cannot be read: {what}"))
        }
        Loss::Spool(what) => {
            deferred("spool_failed", Hub, &format!("the folder in mail.url fails: {what}"))
        }
        Loss::Dns(what) => deferred("dns_failed", Network, what),
        Loss::Connect(what) => {
            deferred("connect_failed", Network, &format!("no connection to the relay: {what}"))
        }
        Loss::ConnectTimeout => {
            deferred("connect_timeout", Network, "no connection to the relay in time")
        }
        Loss::Certificate(what) => deferred(
            "tls_certificate",
            Hub,
            &format!("the relay's certificate is not trusted ({what}); renew it or trust its root"),
        ),
        Loss::Handshake(what) => {
            deferred("tls_handshake", Network, &format!("the TLS handshake broke: {what}"))
        }
        Loss::NoStartTls => deferred(
            "starttls_not_offered",
            Hub,
            "the relay offers no STARTTLS; nothing was sent; correct mail.url or the relay",
        ),
        Loss::CutShort(what) => deferred(
            "connection_lost",
            Network,
            &format!("the connection ended before the mail was sent: {what}"),
        ),
        Loss::Stalled => {
            deferred("smtp_timeout", Network, "the relay stood still before the mail was sent")
        }
        Loss::NoAnswer(what) => {
            unknown("answer_lost", &format!("the mail was sent, then the connection ended: {what}"))
        }
        Loss::AnswerTimeout => {
            unknown("answer_timeout", "the mail was sent, and no reply came in time")
        }
    }
}

fn refused(code: &str, sentence: &str) -> Outcome {
    Outcome::Refused { why: Why::new(code, Owner::Hub, sentence) }
}

fn deferred(code: &str, owner: Owner, sentence: &str) -> Outcome {
    Outcome::Deferred { why: Why::new(code, owner, sentence), not_before: None }
}

fn unknown(code: &str, sentence: &str) -> Outcome {
    Outcome::Unknown { why: Why::new(code, Owner::Network, sentence) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(answer: &Answer) -> (&'static str, Option<Owner>, String) {
        let outcome = classify(answer);
        let word = outcome.as_str();
        match outcome {
            Outcome::Delivered { .. } => (word, None, String::new()),
            Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
                (word, Some(why.owner), why.code)
            }
        }
    }

    #[test]
    fn every_reply_has_its_outcome() {
        use Owner::{Authority, Hub};
        use Step::{Data, FinalDot, Greeting, Login, Recipient, Sender, StartTls};
        let table = [
            (FinalDot, 250, "2.0.0 queued as 7A1", "delivered", None),
            (FinalDot, 354, "go on", "unknown", Some(Hub)),
            (Data, 250, "what", "deferred", Some(Hub)),
            (Greeting, 421, "4.3.2 shutting down", "deferred", Some(Hub)),
            (StartTls, 454, "4.7.0 TLS not available", "deferred", Some(Hub)),
            (Login, 454, "4.7.0 try later", "deferred", Some(Hub)),
            (Sender, 451, "4.3.0 local error", "deferred", Some(Hub)),
            (Recipient, 421, "4.4.2 too many", "deferred", Some(Hub)),
            (Recipient, 450, "4.2.0 greylisted", "deferred", Some(Authority)),
            (Recipient, 452, "4.2.2 mailbox full", "deferred", Some(Authority)),
            (FinalDot, 451, "4.7.1 later", "deferred", Some(Authority)),
            (Greeting, 554, "5.7.1 no service", "refused", Some(Hub)),
            (Login, 535, "5.7.8 bad credentials", "refused", Some(Hub)),
            (Sender, 530, "5.7.0 authentication required", "refused", Some(Hub)),
            (Sender, 550, "5.7.1 not your address", "refused", Some(Hub)),
            (Recipient, 530, "5.7.0 authentication required", "refused", Some(Hub)),
            (Recipient, 550, "5.1.1 no such user", "refused", Some(Authority)),
            (Recipient, 553, "not allowed", "refused", Some(Authority)),
            (Recipient, 554, "5.7.1 relay access denied", "refused", Some(Authority)),
            (Recipient, 501, "5.5.2 syntax", "refused", Some(Hub)),
            (FinalDot, 552, "5.3.4 too big", "refused", Some(Hub)),
            (FinalDot, 552, "5.2.2 over quota", "refused", Some(Authority)),
            (FinalDot, 554, "5.7.1 spam", "refused", Some(Authority)),
        ];
        for (step, code, text, word, owner) in table {
            let answer = Answer::Reply { step, code, text: text.into() };
            let name = if owner.is_some() { format!("smtp_{code}") } else { String::new() };
            assert_eq!(seen(&answer), (word, owner, name), "{step:?} {code} {text}");
        }
    }

    #[test]
    fn every_loss_has_its_outcome() {
        use Owner::{Hub, Network};
        let text = || "x".to_owned();
        let table = [
            (Loss::HeaderInjection("subject"), "refused", Hub, "header_injection"),
            (Loss::Malformed(text()), "refused", Hub, "mail_malformed"),
            (Loss::TooLarge(1), "refused", Hub, "package_too_large"),
            (Loss::NoLogin, "refused", Hub, "login_not_offered"),
            (Loss::Package(text()), "deferred", Hub, "package_unreadable"),
            (Loss::Spool(text()), "deferred", Hub, "spool_failed"),
            (Loss::Dns(text()), "deferred", Network, "dns_failed"),
            (Loss::Connect(text()), "deferred", Network, "connect_failed"),
            (Loss::ConnectTimeout, "deferred", Network, "connect_timeout"),
            (Loss::Certificate(text()), "deferred", Hub, "tls_certificate"),
            (Loss::Handshake(text()), "deferred", Network, "tls_handshake"),
            (Loss::NoStartTls, "deferred", Hub, "starttls_not_offered"),
            (Loss::CutShort(text()), "deferred", Network, "connection_lost"),
            (Loss::Stalled, "deferred", Network, "smtp_timeout"),
            (Loss::NoAnswer(text()), "unknown", Network, "answer_lost"),
            (Loss::AnswerTimeout, "unknown", Network, "answer_timeout"),
        ];
        for (loss, word, owner, code) in table {
            assert_eq!(seen(&Answer::Lost(loss)), (word, Some(owner), code.to_owned()));
        }
    }

    #[test]
    fn the_spool_and_long_replies() {
        let spooled = classify(&Answer::Spooled { file: "a.eml".into() });
        let Outcome::Delivered { proof } = spooled else { panic!("{spooled:?}") };
        assert_eq!(proof.level, ProofLevel::AcceptedByTransport);
        let text = "あ".repeat(Response::BODY_BYTES_MAX);
        let long = classify(&Answer::Reply { step: Step::Recipient, code: 550, text });
        let Outcome::Refused { why } = long else { panic!("{long:?}") };
        let response = why.response.expect("the reply");
        assert_eq!(response.status, "SMTP 550");
        assert!(response.body.len() <= Response::BODY_BYTES_MAX);
    }
}

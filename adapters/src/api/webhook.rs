//! Webhooks of operators: a short JSON message about a notice, posted to an address of their own
//! and signed by Standard Webhooks, as packages are.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use schemas::{Outcome, Owner, Proof, ProofLevel, Response, Why};

use super::client::{BuildError, Client, Settings};
use super::outcome::{Answer, Loss};
use super::sign::Signer;
use crate::Secret;

/// Bytes of an answer that are kept: it is for the operator's eyes, and there may be many.
const KEPT_BYTES_MAX: usize = 1024;

/// Posts messages to operators' own addresses; one connection pool for all of them.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    limit: Duration,
}

/// What is posted.
#[derive(Debug, Clone)]
pub struct Message {
    /// The same at each try, so that a repeat is known.
    pub id: String,
    /// When it is sent.
    pub at: Timestamp,
    /// JSON.
    pub body: String,
}

impl Webhook {
    /// `limit`: how long a message may take from the connection to the answer.
    pub fn new(settings: Settings, limit: Duration) -> Result<Self, BuildError> {
        Ok(Self { client: Client::new(settings)?, limit })
    }

    /// Whether an address may be posted to at all, as far as can be seen without asking it.
    pub fn check(&self, url: &str) -> Result<(), Why> {
        self.client.check_url(url).map(drop).map_err(|loss| of_loss(&loss).1)
    }

    /// Posts once.
    pub async fn post(&self, url: &str, secret: &Secret, message: &Message) -> Outcome {
        let headers = headers(secret, message);
        let posted = self.client.post_text(url, headers, message.body.clone());
        let answer = match tokio::time::timeout(self.limit, posted).await {
            Ok(answer) => answer.unwrap_or_else(Answer::Lost),
            Err(_) => Answer::Lost(Loss::AnswerTimeout),
        };
        classify(&answer)
    }
}

fn headers(secret: &Secret, message: &Message) -> HeaderMap {
    let timestamp = message.at.as_second();
    let mut signer = Signer::new(secret, &message.id, timestamp);
    signer.update(message.body.as_bytes());
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", message.id.clone()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signer.finish()),
    ] {
        // Ids of the hub, digits and base64 can all stand in a header.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
}

/// What each answer means; only an address that cannot be right, or says that it is gone, is not
/// tried again.
fn classify(answer: &Answer) -> Outcome {
    match answer {
        Answer::Status { status, body, .. } => {
            let body = body[..body.floor_char_boundary(KEPT_BYTES_MAX)].to_owned();
            by_status(*status, &Response { status: format!("HTTP {status}"), body })
        }
        Answer::Lost(loss) => match of_loss(loss) {
            (true, why) => Outcome::Deferred { why, not_before: None },
            (false, why) => Outcome::Refused { why },
        },
    }
}

fn by_status(status: u16, response: &Response) -> Outcome {
    let why = |sentence: &str| Why {
        response: Some(response.clone()),
        ..Why::new(format!("http_{status}"), Owner::Operator, sentence)
    };
    match status {
        200..=299 => {
            let evidence = serde_json::json!({ "status": response.status, "body": response.body });
            Outcome::Delivered { proof: Proof { level: ProofLevel::Stored, evidence } }
        }
        410 => Outcome::Refused { why: why("the webhook says that it is gone (410)") },
        300..=399 => Outcome::Deferred {
            why: why("the webhook redirects, which is not followed; enter where it leads to"),
            not_before: None,
        },
        _ => Outcome::Deferred { why: why("the webhook did not take it"), not_before: None },
    }
}

/// Whether it may be otherwise the next time, and what is wrong.
fn of_loss(loss: &Loss) -> (bool, Why) {
    let (again, code, sentence) = match loss {
        Loss::Malformed(what) => (false, "webhook_malformed", format!("no address: {what}")),
        Loss::NotHttps => (false, "https_required", "the webhook's address is not https".into()),
        Loss::AddressNotAllowed(what) => (false, "address_not_allowed", what.clone()),
        Loss::Dns(what) => (true, "dns_failed", what.clone()),
        Loss::Connect(what) => (true, "connect_failed", format!("no connection: {what}")),
        Loss::ConnectTimeout => (true, "connect_timeout", "no connection in time".into()),
        Loss::Certificate(what) => {
            (true, "tls_certificate", format!("the certificate is not trusted: {what}"))
        }
        Loss::Handshake(what) => {
            (true, "tls_handshake", format!("the TLS handshake broke: {what}"))
        }
        Loss::Package(what) | Loss::CutShort(what) | Loss::NoAnswer(what) => {
            (true, "answer_lost", format!("the connection ended without an answer: {what}"))
        }
        Loss::Stalled | Loss::AnswerTimeout => {
            (true, "answer_timeout", "no answer came in time".into())
        }
    };
    (again, Why::new(code, Owner::Operator, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Guard;

    #[test]
    fn an_address_is_looked_at_before_it_is_kept() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let webhook = |allow_private| {
            let settings = Settings { guard: Guard { allow_private }, ..Settings::default() };
            Webhook::new(settings, Duration::from_secs(1)).expect("a client")
        };
        let [closed, open] = [false, true].map(webhook);
        for (url, code) in [
            ("http://hooks.example/x", "https_required"),
            ("https://127.0.0.1/x", "address_not_allowed"),
            ("https://[::1]/x", "address_not_allowed"),
            ("https://169.254.169.254/latest", "address_not_allowed"),
        ] {
            assert_eq!(closed.check(url).expect_err(url).code, code);
            assert!(open.check(url).is_ok(), "{url}");
        }
        for url in ["", "hooks.example", "ftp://hooks.example/x", "mailto:a@b.example"] {
            assert_eq!(open.check(url).expect_err(url).code, "webhook_malformed", "{url}");
        }
        assert!(closed.check("https://hooks.example/x?of=1").is_ok());
    }

    #[test]
    fn every_status_has_its_outcome() {
        for (word, codes) in [
            ("delivered", &[200, 202, 204, 299][..]),
            ("refused", &[410]),
            ("deferred", &[301, 307, 400, 401, 403, 404, 409, 422, 429, 500, 503]),
        ] {
            for status in codes {
                let answer =
                    Answer::Status { status: *status, retry_after: None, body: "なぜ".into() };
                assert_eq!(classify(&answer).as_str(), word, "{status}");
            }
        }
    }

    #[test]
    fn every_loss_is_the_operators_and_tried_again_unless_the_address_is_wrong() {
        let x = || "x".to_owned();
        for (loss, again) in [
            (Loss::Malformed(x()), false),
            (Loss::NotHttps, false),
            (Loss::AddressNotAllowed(x()), false),
            (Loss::Dns(x()), true),
            (Loss::Connect(x()), true),
            (Loss::ConnectTimeout, true),
            (Loss::Certificate(x()), true),
            (Loss::Handshake(x()), true),
            (Loss::Package(x()), true),
            (Loss::CutShort(x()), true),
            (Loss::Stalled, true),
            (Loss::NoAnswer(x()), true),
            (Loss::AnswerTimeout, true),
        ] {
            let outcome = classify(&Answer::Lost(loss.clone()));
            let (Outcome::Deferred { why, .. } | Outcome::Refused { why }) = &outcome else {
                panic!("{loss:?}: {outcome:?}");
            };
            assert_eq!(why.owner, Owner::Operator);
            assert_eq!(outcome.as_str(), if again { "deferred" } else { "refused" }, "{loss:?}");
        }
    }
}

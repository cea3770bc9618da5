//! What each answer over HTTPS means; every status and every way to get none stands here.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use schemas::{Outcome, Owner, Proof, ProofLevel, Response, Why};

/// What came of posting a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The far side answered.
    Status {
        /// The status code.
        status: u16,
        /// The `Retry-After` header as it was sent.
        retry_after: Option<String>,
        /// The first part of the body.
        body: String,
    },
    /// It did not.
    Lost(Loss),
}

/// How an answer was lost, from first to last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// The URL or a header value cannot be sent.
    Malformed(String),
    /// Plain HTTP where it is not allowed.
    NotHttps,
    /// The address is private.
    AddressNotAllowed(String),
    /// The name has no address.
    Dns(String),
    /// No connection.
    Connect(String),
    /// No connection in time.
    ConnectTimeout,
    /// The certificate is not trusted.
    Certificate(String),
    /// The TLS handshake broke for another reason.
    Handshake(String),
    /// The package could not be read here.
    Package(String),
    /// The connection ended before the whole package was sent.
    CutShort(String),
    /// The upload stood still before the whole package was sent.
    Stalled,
    /// All was sent, then the connection ended without an answer.
    NoAnswer(String),
    /// All was sent, and no answer came in time.
    AnswerTimeout,
}

/// The one classification of this channel. `now` is the time of the try.
pub fn classify(answer: &Answer, now: Timestamp) -> Outcome {
    match answer {
        Answer::Status { status, retry_after, body } => {
            let response = Response { status: format!("HTTP {status}"), body: body.clone() };
            let not_before = retry_after.as_deref().and_then(|text| not_before(text, now));
            by_status(*status, not_before, &response)
        }
        Answer::Lost(loss) => by_loss(loss),
    }
}

fn by_status(status: u16, not_before: Option<Timestamp>, response: &Response) -> Outcome {
    let why = |owner, sentence: &str| Why {
        response: Some(response.clone()),
        ..Why::new(format!("http_{status}"), owner, sentence)
    };
    match status {
        200..=299 | 409 => {
            let evidence = serde_json::json!({ "status": response.status, "body": response.body,
                "duplicate": status == 409 });
            Outcome::Delivered { proof: Proof { level: ProofLevel::Stored, evidence } }
        }
        300..=399 => Outcome::Refused {
            why: why(
                Owner::Authority,
                "the intake redirects, which is not followed; ask the authority for the right URL",
            ),
        },
        408 | 425 | 429 | 500..=599 => Outcome::Deferred {
            why: why(Owner::Authority, "the authority's intake is busy or in trouble; wait"),
            not_before,
        },
        401 => Outcome::Refused {
            why: why(
                Owner::Hub,
                "the intake does not accept our token or signature; renew it with the authority",
            ),
        },
        403 => Outcome::Refused {
            why: why(
                Owner::Authority,
                "the intake refuses us, whatever we send; ask the authority whether its firewall \
                 or its list of those let in keeps us out",
            ),
        },
        410 => Outcome::Refused {
            why: why(Owner::Authority, "the intake is gone; ask the authority for the new URL"),
        },
        _ => Outcome::Refused {
            why: why(
                Owner::Authority,
                "the intake refuses the package; show the authority its own answer",
            ),
        },
    }
}

fn by_loss(loss: &Loss) -> Outcome {
    let deferred = |code: &str, owner, sentence: String| Outcome::Deferred {
        why: Why::new(code, owner, sentence),
        not_before: None,
    };
    let refused = |code: &str, owner, sentence: String| Outcome::Refused {
        why: Why::new(code, owner, sentence),
    };
    let unknown = |code: &str, sentence: String| Outcome::Unknown {
        why: Why::new(code, Owner::Network, sentence),
    };
    match loss {
        Loss::Malformed(what) => {
            refused("endpoint_malformed", Owner::Hub, format!("correct the endpoint: {what}"))
        }
        Loss::NotHttps => refused(
            "https_required",
            Owner::Hub,
            "the endpoint is not https; ask the authority for an https URL".into(),
        ),
        Loss::AddressNotAllowed(what) => refused(
            "address_not_allowed",
            Owner::Hub,
            format!("{what}; correct the endpoint, or allow private addresses in the settings"),
        ),
        Loss::Dns(what) => deferred("dns_failed", Owner::Network, what.clone()),
        Loss::Connect(what) => {
            deferred("connect_failed", Owner::Network, format!("no connection: {what}"))
        }
        Loss::ConnectTimeout => {
            deferred("connect_timeout", Owner::Network, "no connection in time".into())
        }
        Loss::Certificate(what) => refused(
            "tls_certificate",
            Owner::Authority,
            format!(
                "the intake's certificate is not trusted ({what}); the authority must renew it"
            ),
        ),
        Loss::Handshake(what) => {
            deferred("tls_handshake", Owner::Network, format!("the TLS handshake broke: {what}"))
        }
        Loss::Package(what) => deferred(
            "package_unreadable",
            Owner::Hub,
            format!("the sealed package cannot be read: {what}"),
        ),
        Loss::CutShort(what) => deferred(
            "connection_lost",
            Owner::Network,
            format!("the connection ended before the whole package was sent: {what}"),
        ),
        Loss::Stalled => {
            deferred("upload_stalled", Owner::Network, "the upload stood still".into())
        }
        Loss::NoAnswer(what) => unknown(
            "answer_lost",
            format!("the package was sent, then the connection ended: {what}"),
        ),
        Loss::AnswerTimeout => {
            unknown("answer_timeout", "the package was sent, and no answer came in time".into())
        }
    }
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
fn not_before(retry_after: &str, now: Timestamp) -> Option<Timestamp> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return now.checked_add(SignedDuration::from_secs(seconds.into())).ok();
    }
    rfc2822::parse(text).ok().map(|date| date.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<&str>) -> Outcome {
        let retry_after = retry_after.map(str::to_owned);
        let answer = Answer::Status { status, retry_after, body: "なぜ".into() };
        classify(&answer, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn every_status_has_its_outcome() {
        let table: &[(&str, &[u16])] = &[
            ("delivered", &[200, 201, 202, 204, 299, 409]),
            ("refused", &[300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 413, 415, 422]),
            ("refused", &[451, 100, 600, 999]),
            ("deferred", &[408, 425, 429, 500, 502, 503, 504, 599]),
        ];
        for (outcome, codes) in table {
            for code in *codes {
                assert_eq!(status(*code, None).as_str(), *outcome, "{code}");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_ours_and_a_closed_door_the_authority_s() {
        for (code, owner) in [(401, Owner::Hub), (403, Owner::Authority), (400, Owner::Authority)] {
            let Outcome::Refused { why } = status(code, None) else { panic!("{code}") };
            assert_eq!(why.owner, owner, "{code}");
        }
    }

    #[test]
    fn every_loss_has_its_outcome() {
        let text = || "x".to_owned();
        let table = [
            (Loss::Malformed(text()), "refused", Owner::Hub, "endpoint_malformed"),
            (Loss::NotHttps, "refused", Owner::Hub, "https_required"),
            (Loss::AddressNotAllowed(text()), "refused", Owner::Hub, "address_not_allowed"),
            (Loss::Dns(text()), "deferred", Owner::Network, "dns_failed"),
            (Loss::Connect(text()), "deferred", Owner::Network, "connect_failed"),
            (Loss::ConnectTimeout, "deferred", Owner::Network, "connect_timeout"),
            (Loss::Certificate(text()), "refused", Owner::Authority, "tls_certificate"),
            (Loss::Handshake(text()), "deferred", Owner::Network, "tls_handshake"),
            (Loss::Package(text()), "deferred", Owner::Hub, "package_unreadable"),
            (Loss::CutShort(text()), "deferred", Owner::Network, "connection_lost"),
            (Loss::Stalled, "deferred", Owner::Network, "upload_stalled"),
            (Loss::NoAnswer(text()), "unknown", Owner::Network, "answer_lost"),
            (Loss::AnswerTimeout, "unknown", Owner::Network, "answer_timeout"),
        ];
        for (loss, word, owner, code) in table {
            let outcome = classify(&Answer::Lost(loss), Timestamp::UNIX_EPOCH);
            assert_eq!(outcome.as_str(), word, "{code}");
            let (Outcome::Deferred { why, .. }
            | Outcome::Refused { why }
            | Outcome::Unknown { why }) = outcome
            else {
                panic!("{code} cannot be delivered");
            };
            assert_eq!((why.owner, why.code.as_str()), (owner, code));
        }
    }

    #[test]
    fn retry_after_is_honoured_in_both_forms() {
        let not_before = |text| {
            let outcome = status(503, Some(text));
            let Outcome::Deferred { not_before, .. } = outcome else { panic!("{outcome:?}") };
            not_before.map(Timestamp::as_second)
        };
        assert_eq!(not_before("120"), Some(120));
        assert_eq!(not_before("Wed, 21 Oct 2015 07:28:00 GMT"), Some(1_445_412_480));
        assert_eq!(not_before("soon"), None);
        assert_eq!(not_before("-5"), None);
    }

    #[test]
    fn the_answer_is_kept_for_people() {
        let Outcome::Refused { why } = status(422, None) else { panic!("refused") };
        let response = why.response.expect("an answer");
        assert_eq!((response.status.as_str(), response.body.as_str()), ("HTTP 422", "なぜ"));
    }
}

//! What comes back: the head and a part of the body, or the step at which it was lost.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::tls::TlsInfo;
use schemas::Response;

use super::outcome::{Answer, Loss};
use super::request::Progress;
use crate::guard::LookupError;

/// How long the rest of an answer's body may take once its head is there.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// The answer's head and at most [`Response::BODY_BYTES_MAX`] of its body; a body that breaks off
/// changes nothing about the head.
pub(super) async fn read(mut response: reqwest::Response) -> Answer {
    let status = response.status().as_u16();
    let header = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let retry_after = header(RETRY_AFTER);
    let mut body = header(LOCATION).map(|to| format!("Location: {to}\n")).unwrap_or_default();
    let mut bytes = Vec::new();
    let take = async {
        while let Ok(Some(piece)) = response.chunk().await {
            let room = Response::BODY_BYTES_MAX - bytes.len();
            bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            if bytes.len() == Response::BODY_BYTES_MAX {
                break;
            }
        }
    };
    // Running out of time is as good as the end.
    let _ = tokio::time::timeout(BODY_TIMEOUT, take).await;
    body.push_str(&String::from_utf8_lossy(&bytes));
    Answer::Status { status, retry_after, body: cut(body) }
}

/// Lossy decoding can lengthen a text; cut it to what is kept.
fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(Response::BODY_BYTES_MAX));
    text
}

/// Which step an error of the client belongs to.
pub(super) fn loss(error: &reqwest::Error, progress: &Progress) -> Loss {
    let text = innermost(error);
    if error.is_builder() {
        return Loss::Malformed(text);
    }
    if let Some(lookup) = find::<LookupError>(error) {
        return match lookup {
            LookupError::NotAllowed(why) => Loss::AddressNotAllowed(why.to_string()),
            LookupError::Lookup { .. } => Loss::Dns(lookup.to_string()),
        };
    }
    if error.is_connect() {
        return match find::<rustls::Error>(error) {
            Some(rustls::Error::InvalidCertificate(why)) => Loss::Certificate(format!("{why:?}")),
            Some(other) => Loss::Handshake(other.to_string()),
            None if error.is_timeout() => Loss::ConnectTimeout,
            None => Loss::Connect(text),
        };
    }
    match (progress.is_whole(), error.is_body()) {
        (true, _) => Loss::NoAnswer(text),
        (false, true) => Loss::Package(text),
        (false, false) => Loss::CutShort(text),
    }
}

/// The first error of this type in the chain of causes, also inside I/O errors, whose `source`
/// skips what they wrap.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// What the last cause says: the outer ones repeat the URL.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// When the certificate behind an answer ends; nothing without TLS.
pub(super) fn expiry(response: &reqwest::Response) -> Option<Timestamp> {
    let info = response.extensions().get::<TlsInfo>()?;
    not_after(info.peer_certificate()?)
}

fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_tells_when_it_ends() {
        let certificate = include_bytes!("certificate.der");
        let expected = "2036-01-01T00:00:00Z".parse().expect("a time");
        assert_eq!(not_after(certificate), Some(expected));
        assert_eq!(not_after(b"no certificate"), None);
    }
}

//! The HTTP client: guarded addresses, no redirects, no proxies, a streamed body.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use jiff::Timestamp;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER,
};
use reqwest::header::{HeaderValue, LOCATION};
use reqwest::{Body, Url};
use schemas::{Outcome, Response};
use tokio::sync::Notify;

use super::Config;
use super::outcome::{Answer, Loss, classify};
use super::sign::sign;
use crate::adapter::{Parcel, Probe};
use crate::guard::{Guard, LookupError};

/// What the hub's configuration says about this channel.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Which addresses may be reached; a guard that allows private ones allows plain HTTP too.
    pub guard: Guard,
    /// How long a connection and its TLS handshake may take.
    pub connect_timeout: Duration,
    /// Idle connections kept per authority.
    pub idle_per_host_max: usize,
}

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the HTTPS client cannot be built: {0}")]
pub struct BuildError(#[from] reqwest::Error);

#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    guard: Guard,
}

/// How long the rest of an answer's body may take once its head is there.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

impl Client {
    pub(super) fn new(settings: Settings) -> Result<Self, BuildError> {
        let guard = settings.guard;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.idle_per_host_max)
            .dns_resolver(Resolver(guard))
            .user_agent("todoke")
            .build()?;
        Ok(Self { http, guard })
    }

    /// One `POST` of the package.
    pub(super) async fn post(&self, config: &Config, parcel: &Parcel) -> Result<Answer, Loss> {
        let url = self.check_url(&config.url)?;
        let headers = headers(config, parcel).await?;
        let progress = Progress::of(parcel.package.size);
        let body = body(parcel, &progress).await?;
        let request = self.http.post(url).headers(headers).body(body).send();
        match watch(request, config, &progress).await? {
            Ok(response) => Ok(read(response).await),
            Err(error) => Err(loss(&error, &progress)),
        }
    }

    /// Whether the intake answers, found out without a package.
    pub(super) async fn head(&self, config: &Config) -> Probe {
        let answer = self.ask(config).await.unwrap_or_else(Answer::Lost);
        let status = match &answer {
            Answer::Status { status, .. } => Some(*status),
            Answer::Lost(_) => None,
        };
        let observed = status.map(|status| format!("HTTP {status}"));
        match classify(&answer, Timestamp::UNIX_EPOCH) {
            Outcome::Delivered { .. } => Probe::good("the intake answers", observed),
            Outcome::Refused { .. } if matches!(status, Some(400 | 405 | 406 | 415 | 422)) => {
                Probe::good("the intake answers", observed)
            }
            Outcome::Deferred { why, .. } | Outcome::Refused { why } | Outcome::Unknown { why } => {
                Probe::bad(why, observed)
            }
        }
    }

    async fn ask(&self, config: &Config) -> Result<Answer, Loss> {
        let url = self.check_url(&config.url)?;
        let mut request = self.http.head(url);
        if let Some(token) = &config.bearer {
            request = request.header(AUTHORIZATION, bearer(token.expose())?);
        }
        let progress = Progress::of(0);
        match watch(request.send(), config, &progress).await? {
            Ok(response) => Ok(read(response).await),
            Err(error) => Err(loss(&error, &progress)),
        }
    }

    fn check_url(&self, text: &str) -> Result<Url, Loss> {
        let url = Url::parse(text).map_err(|e| Loss::Malformed(format!("{text}: {e}")))?;
        match url.scheme() {
            "https" => {}
            "http" if self.guard.allow_private => {}
            "http" => return Err(Loss::NotHttps),
            other => return Err(Loss::Malformed(format!("{other} is not https"))),
        }
        // The resolver is not asked about a literal address, so it is checked here.
        let host = url.host_str().unwrap_or_default();
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            self.guard.check(address).map_err(|e| Loss::AddressNotAllowed(e.to_string()))?;
        }
        Ok(url)
    }
}

/// Asks the guard instead of the system alone.
struct Resolver(Guard);

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.0;
        Box::pin(async move {
            let addresses = guard.resolve(name.as_str(), 0).await?;
            let addresses: reqwest::dns::Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

async fn headers(config: &Config, parcel: &Parcel) -> Result<HeaderMap, Loss> {
    let id = parcel.delivery.to_string();
    let timestamp = parcel.now.as_second();
    let signature = sign(&config.signing_secret, &id, timestamp, &parcel.package)
        .await
        .map_err(|e| Loss::Package(e.to_string()))?;
    let digest = hex::decode(&parcel.package.sha256).unwrap_or_default();
    let mut headers = HeaderMap::with_capacity(16);
    let mut add = |name: &'static str, value: &str| match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(HeaderName::from_static(name), value);
            Ok(())
        }
        Err(_) => Err(Loss::Malformed(format!("the value of {name} cannot stand in a header"))),
    };
    add("webhook-id", &id)?;
    add("webhook-timestamp", &timestamp.to_string())?;
    add("webhook-signature", &signature)?;
    add("idempotency-key", &id)?;
    add("content-digest", &format!("sha-256=:{}:", STANDARD.encode(digest)))?;
    add("todoke-receipt-number", &parcel.receipt_number)?;
    add("todoke-revision", &parcel.revision.to_string())?;
    add("todoke-action", parcel.action.as_str())?;
    if parcel.second_copy {
        add("todoke-second-copy", "true")?;
    }
    if let Some(trace) = &parcel.trace {
        add("traceparent", trace)?;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(parcel.package.size));
    if let Some(token) = &config.bearer {
        headers.insert(AUTHORIZATION, bearer(token.expose())?);
    }
    Ok(headers)
}

fn bearer(token: &str) -> Result<HeaderValue, Loss> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| Loss::Malformed("the token cannot stand in a header".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// How much of the package the connection has taken.
struct Progress {
    size: u64,
    sent: AtomicU64,
    whole: Notify,
}

impl Progress {
    fn of(size: u64) -> Arc<Self> {
        let progress = Self { size, sent: AtomicU64::new(0), whole: Notify::new() };
        progress.add(0);
        Arc::new(progress)
    }

    fn add(&self, bytes: usize) {
        let before = self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
        if before + bytes as u64 >= self.size {
            self.whole.notify_one();
        }
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn is_whole(&self) -> bool {
        self.sent() >= self.size
    }
}

/// The package as a body that counts what was taken from it: nothing is, before a connection
/// stands, and so a try that never got that far is known.
async fn body(parcel: &Parcel, progress: &Arc<Progress>) -> Result<Body, Loss> {
    let pieces = parcel.package.stream().await.map_err(|e| Loss::Package(e.to_string()))?;
    let progress = Arc::clone(progress);
    Ok(Body::wrap_stream(pieces.inspect_ok(move |piece| progress.add(piece.len()))))
}

/// Waits for the answer: as long as the body moves, and then for the answer's time.
async fn watch<T>(
    request: impl Future<Output = T>,
    config: &Config,
    progress: &Progress,
) -> Result<T, Loss> {
    let mut request = std::pin::pin!(request);
    loop {
        let before = progress.sent();
        tokio::select! {
            done = &mut request => return Ok(done),
            () = progress.whole.notified() => break,
            () = tokio::time::sleep(Duration::from_millis(config.idle_timeout_ms)) => {
                if progress.sent() == before {
                    return Err(Loss::Stalled);
                }
            }
        }
    }
    tokio::time::timeout(Duration::from_millis(config.answer_timeout_ms), request)
        .await
        .map_err(|_| Loss::AnswerTimeout)
}

/// The answer's head and at most [`Response::BODY_BYTES_MAX`] of its body; a body that breaks off
/// changes nothing about the head.
async fn read(mut response: reqwest::Response) -> Answer {
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
fn loss(error: &reqwest::Error, progress: &Progress) -> Loss {
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

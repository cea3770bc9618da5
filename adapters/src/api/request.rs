//! What goes out: headers, a body that is counted, and how long the answer is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use reqwest::Body;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use tokio::sync::Notify;

use super::Config;
use super::outcome::Loss;
use super::sign::sign;
use crate::adapter::Parcel;

/// Everything that is said on the outside.
pub(super) async fn headers(config: &Config, parcel: &Parcel) -> Result<HeaderMap, Loss> {
    let id = parcel.delivery.to_string();
    let timestamp = parcel.now.as_second();
    let signature = sign(&config.secrets(), &id, timestamp, &parcel.package)
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
    if parcel.is_test {
        add("todoke-test", "true")?;
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

/// The token as a header that no log shows.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, Loss> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| Loss::Malformed("the token cannot stand in a header".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// How much of the package the connection has taken.
pub(super) struct Progress {
    size: u64,
    sent: AtomicU64,
    whole: Notify,
}

impl Progress {
    pub(super) fn of(size: u64) -> Arc<Self> {
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

    /// Whether the connection has taken all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.sent() >= self.size
    }
}

/// The package as a body that counts what was taken from it: nothing is, before a connection
/// stands, and so a try that never got that far is known.
pub(super) async fn body(parcel: &Parcel, progress: &Arc<Progress>) -> Result<Body, Loss> {
    let pieces = parcel.package.stream().await.map_err(|e| Loss::Package(e.to_string()))?;
    let progress = Arc::clone(progress);
    Ok(Body::wrap_stream(pieces.inspect_ok(move |piece| progress.add(piece.len()))))
}

/// Waits for the answer: as long as the body moves, and then for the answer's time.
pub(super) async fn watch<T>(
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

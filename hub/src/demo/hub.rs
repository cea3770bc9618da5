//! The hub as the demo's people see it: its public HTTP interface, asked again while it is away.

use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::retry::Reconnect;

/// Asks at most; together about two minutes.
const ASKS_MAX: u32 = 20;

/// The hub's interface.
#[derive(Debug, Clone)]
pub(super) struct Hub {
    base: String,
    client: Client,
}

/// What the hub answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: StatusCode,
    /// `todoke-second-copy`, on packages.
    pub(super) is_second_copy: bool,
    /// The body.
    pub(super) body: Bytes,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The problem's stable word.
    pub(super) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// One request, so that it can be made again.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) key: &'a str,
    pub(super) idempotency_key: Option<&'a str>,
    pub(super) media_type: &'a str,
    pub(super) body: Bytes,
}

impl<'a> Ask<'a> {
    /// A GET.
    pub(super) fn get(key: &'a str, path: impl Into<String>) -> Self {
        Self::with(Method::GET, key, path, Bytes::new())
    }

    /// A POST of JSON.
    pub(super) fn post(key: &'a str, path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::with(Method::POST, key, path, body.into())
    }

    fn with(method: Method, key: &'a str, path: impl Into<String>, body: Bytes) -> Self {
        let media_type = "application/json";
        Self { method, path: path.into(), key, idempotency_key: None, media_type, body }
    }
}

impl Hub {
    /// The hub at this address.
    pub(super) fn new(base: String) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(Duration::from_mins(1)).no_proxy().build()?;
        Ok(Self { base, client })
    }

    /// Asks; again while there is no answer or the hub says that it is away.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> anyhow::Result<Answer> {
        let mut reconnect = Reconnect::default();
        let mut last = anyhow::anyhow!("it was not asked");
        for _ in 0..ASKS_MAX {
            match self.ask_once(ask).await {
                Ok(answer) if answer.status != StatusCode::SERVICE_UNAVAILABLE => {
                    return Ok(answer);
                }
                Ok(_) => last = anyhow::anyhow!("the hub says that it is away"),
                Err(error) => last = error.into(),
            }
            tokio::time::sleep(reconnect.next_wait()).await;
        }
        Err(last).with_context(|| format!("{} {}", ask.method, ask.path))
    }

    /// Asks for JSON that must be there.
    pub(super) async fn json(&self, key: &str, path: &str) -> anyhow::Result<Value> {
        let answer = self.ask(&Ask::get(key, path)).await?;
        if !answer.status.is_success() {
            bail!("GET {path}: {} {}", answer.status, answer.code());
        }
        Ok(answer.json())
    }

    /// Uploads a file.
    pub(super) async fn upload(
        &self,
        key: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> anyhow::Result<()> {
        let ask = Ask { media_type, ..Ask::post(key, "/v1/attachments", bytes) };
        let answer = self.ask(&ask).await?;
        if answer.status != StatusCode::CREATED {
            bail!("an upload was refused: {} {}", answer.status, answer.code());
        }
        Ok(())
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> reqwest::Result<Answer> {
        let url = format!("{}{}", self.base, ask.path);
        let mut request = self
            .client
            .request(ask.method.clone(), url)
            .header(AUTHORIZATION, format!("Bearer {}", ask.key));
        if ask.method == Method::POST {
            let digest = STANDARD.encode(Sha256::digest(&ask.body));
            request = request
                .header(CONTENT_TYPE, ask.media_type)
                .header("content-digest", format!("sha-256=:{digest}:"))
                .body(ask.body.clone());
        }
        if let Some(key) = ask.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await?;
        let status = response.status();
        let mark = response.headers().get("todoke-second-copy");
        let is_second_copy = mark.is_some_and(|value| value == "true");
        Ok(Answer { status, is_second_copy, body: response.bytes().await? })
    }
}

//! The house's HTTP side on a loopback port, with keys for whoever comes.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use hub::clock::Clock;
use hub::web::access::{Access, Scope, new_key};
use hub::web::operations::Counts;
use hub::web::{Desk, Issuers, routes};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::House;

/// A running front; it stops when it is dropped.
pub struct Front {
    /// `http://127.0.0.1:…`
    pub url: String,
    /// The counts of the national view.
    pub counts: Arc<Counts>,
    client: Client,
    server: JoinHandle<()>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its `Content-Type`.
    pub media_type: String,
    /// Its body as JSON; null when it is none.
    pub json: Value,
    /// Its body as it came.
    pub bytes: Vec<u8>,
}

impl House {
    /// Serves all routes of this process; a restarted house needs another front.
    pub async fn front(&self) -> Result<Front> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let counts = Arc::<Counts>::default();
        let desk = Arc::new(Desk {
            ctx: Arc::clone(&self.ctx),
            intake: self.stages.intake.clone(),
            reviewer: self.reviewer(),
            access: Access::default(),
            counts: Arc::clone(&counts),
            issuers: Issuers::default(),
            door: None,
        });
        let server = tokio::spawn(async move {
            axum::serve(listener, routes(desk)).await.expect("it serves until it is dropped");
        });
        Ok(Front { url, counts, client: Client::new(), server })
    }

    /// A new key.
    pub async fn key(&self, scope: Scope) -> Result<String> {
        let (key, row) = new_key(&Clock::system(), scope, "test");
        let mut tx = self.ctx.store.begin().await?;
        tx.insert_api_keys(&[row]).await?;
        tx.commit().await?;
        Ok(key)
    }
}

impl Answer {
    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Front {
    /// A request, to be altered and given to [`Front::ask`].
    pub fn request(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(key)
    }

    /// Reads.
    pub async fn get(&self, path: &str, key: &str) -> Result<Answer> {
        ask(self.request(Method::GET, path, key)).await
    }

    /// Posts JSON under an idempotency key.
    pub async fn post(
        &self,
        path: &str,
        key: &str,
        (id, body): (&str, &impl serde::Serialize),
    ) -> Result<Answer> {
        let request = self.request(Method::POST, path, key).header("idempotency-key", id);
        ask(request.header("content-type", "application/json").body(serde_json::to_vec(body)?))
            .await
    }

    /// Uploads a PDF.
    pub async fn upload(&self, key: &str, bytes: impl Into<reqwest::Body>) -> Result<Answer> {
        let request = self.request(Method::POST, "/v1/attachments", key);
        ask(request.header("content-type", "application/pdf").body(bytes)).await
    }

    /// A request without any key, to be altered and given to [`Front::ask`].
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// Logs in at the pages; gives the cookies by which [`Front::page`] is let in.
    pub async fn log_in(&self, key: &str) -> Result<String> {
        log_in(&self.url, key).await
    }

    /// Reads a page as someone who has logged in.
    pub async fn page(&self, path: &str, cookies: &str) -> Result<Answer> {
        ask(self.bare(Method::GET, path).header("cookie", cookies)).await
    }

    /// Sends a request and reads the answer.
    pub async fn ask(&self, request: RequestBuilder) -> Result<Answer> {
        ask(request).await
    }
}

/// Logs in at the pages of a hub; gives the cookies by which they are let in.
pub async fn log_in(hub: &str, key: &str) -> Result<String> {
    let browser = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let shown = browser.get(format!("{hub}/login")).send().await?;
    let mut cookies = cookies(&shown);
    let page = shown.text().await?;
    let token = page.split("name=\"token\" value=\"").nth(1).context("a form")?;
    let token = token.split('"').next().context("an end")?;
    let form = browser.post(format!("{hub}/login")).header("cookie", cookies.join("; "));
    let sent = form.form(&[("token", token), ("key", key)]).send().await?;
    ensure!(sent.status() == StatusCode::SEE_OTHER, "not logged in: {sent:?}");
    cookies.extend(self::cookies(&sent));
    Ok(cookies.join("; "))
}

fn cookies(answer: &Response) -> Vec<String> {
    let given = answer.headers().get_all("set-cookie").iter();
    let pair = |text: &str| text.split(';').next().unwrap_or_default().to_owned();
    given.filter_map(|value| value.to_str().ok()).map(pair).collect()
}

impl Drop for Front {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn ask(request: RequestBuilder) -> Result<Answer> {
    let response: Response = request.send().await?;
    let status = response.status();
    let media_type = response.headers().get("content-type");
    let media_type = media_type.and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = response.bytes().await?.to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(Answer { status, media_type, json, bytes })
}

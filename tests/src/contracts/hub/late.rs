//! A far side that answers when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapters::{Endpoint, api};
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// An HTTP intake; it ends when it is dropped.
pub struct Late {
    /// How the hub reaches it.
    pub endpoint: Endpoint,
    desk: Arc<Desk>,
    server: JoinHandle<()>,
}

struct Desk {
    answer: StatusCode,
    /// The deliveries that came, in order.
    asked: watch::Sender<Vec<String>>,
    under_way: AtomicUsize,
    at_once: AtomicUsize,
    go: Semaphore,
}

impl Late {
    /// One that gives everybody this status in the end.
    pub async fn open(status: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/filings", listener.local_addr()?);
        let desk = Arc::new(Desk {
            answer: StatusCode::from_u16(status)?,
            asked: watch::Sender::default(),
            under_way: AtomicUsize::new(0),
            at_once: AtomicUsize::new(0),
            go: Semaphore::new(0),
        });
        let routes = Router::new().fallback(take).with_state(Arc::clone(&desk));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves until it is dropped");
        });
        let endpoint = Endpoint::Api(api::Config::new(url, "secret"));
        Ok(Self { endpoint, desk, server })
    }

    /// Ends when so many deliveries have come.
    pub async fn is_asked(&self, times: usize) -> Result<()> {
        let mut asked = self.desk.asked.subscribe();
        asked.wait_for(|asked| asked.len() >= times).await.context("it lives")?;
        Ok(())
    }

    /// Answers whoever waits, and all that come.
    pub fn answer(&self) {
        self.desk.go.add_permits(1_000);
    }

    /// The deliveries that came, in order.
    pub fn asked(&self) -> Vec<String> {
        self.desk.asked.borrow().clone()
    }

    /// How many were under way at once at most.
    pub fn at_once(&self) -> usize {
        self.desk.at_once.load(Ordering::SeqCst)
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads a request whole, and keeps who sent it waiting.
async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, _package: Bytes) -> StatusCode {
    let id = headers.get("idempotency-key").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let under_way = desk.under_way.fetch_add(1, Ordering::SeqCst) + 1;
    desk.at_once.fetch_max(under_way, Ordering::SeqCst);
    desk.asked.send_modify(|asked| asked.push(id.to_owned()));
    if let Ok(permit) = desk.go.acquire().await {
        permit.forget();
    }
    desk.under_way.fetch_sub(1, Ordering::SeqCst);
    desk.answer
}

//! A collector of traces (OTLP over HTTP), and an authority's intake that notes the trace it is
//! told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use adapters::{Endpoint, api};
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Both; they end when it is dropped.
#[derive(Debug)]
pub struct Collector {
    address: String,
    seen: Arc<Mutex<Seen>>,
    server: JoinHandle<()>,
}

/// What came.
#[derive(Debug, Default)]
struct Seen {
    services: Vec<String>,
    spans: Vec<Span>,
    /// `traceparent` of what came to the authority.
    told: Vec<String>,
}

impl Collector {
    /// On a port of its own.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let seen = Arc::<Mutex<Seen>>::default();
        let routes = Router::new()
            .route("/v1/traces", post(collect))
            .route("/filings", post(take))
            .with_state(Arc::clone(&seen));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves until it is dropped");
        });
        Ok(Self { address, seen, server })
    }

    /// `trace.endpoint`
    pub fn url(&self) -> String {
        format!("{}/v1/traces", self.address)
    }

    /// The authority.
    pub fn authority(&self) -> Endpoint {
        Endpoint::Api(api::Config::new(format!("{}/filings", self.address), "secret"))
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<Span> {
        self.lock().spans.clone()
    }

    /// The one span of a stage.
    pub fn span(&self, stage: &str) -> Result<Span> {
        let mut spans = self.spans();
        spans.retain(|span| span.name == stage);
        anyhow::ensure!(spans.len() == 1, "not one span of {stage}: {:?}", self.spans());
        spans.pop().context("one")
    }

    /// What whoever sent spans is called, once for each time.
    pub fn services(&self) -> Vec<String> {
        self.lock().services.clone()
    }

    /// The traces that the authority was told.
    pub fn told(&self) -> Vec<String> {
        self.lock().told.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A span as its trace, its own id and its parent's, in hexadecimal digits.
pub fn place(span: &Span) -> (String, String, String) {
    (hex::encode(&span.trace_id), hex::encode(&span.span_id), hex::encode(&span.parent_span_id))
}

async fn collect(State(seen): State<Arc<Mutex<Seen>>>, body: Bytes) -> StatusCode {
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return StatusCode::BAD_REQUEST;
    };
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    for sent in request.resource_spans {
        let about = sent.resource.map(|resource| resource.attributes).unwrap_or_default();
        let name = about.into_iter().find(|pair| pair.key == "service.name");
        if let Some(Value::StringValue(name)) = name.and_then(|it| it.value).and_then(|it| it.value)
        {
            seen.services.push(name);
        }
        seen.spans.extend(sent.scope_spans.into_iter().flat_map(|scope| scope.spans));
    }
    StatusCode::OK
}

async fn take(
    State(seen): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    _package: Bytes,
) -> StatusCode {
    let told = headers.get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or("none");
    seen.lock().unwrap_or_else(PoisonError::into_inner).told.push(told.to_owned());
    StatusCode::CREATED
}

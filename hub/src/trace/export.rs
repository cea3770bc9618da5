//! Export: OTLP over HTTP (protobuf), by the process's one HTTP and TLS stack.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::spans::{MissetTrace, Settings};
use crate::metrics::Metrics;

/// The way to the collector.
#[derive(Debug)]
pub(super) struct Exporter {
    told: mpsc::Receiver<SpanData>,
    collector: opentelemetry_otlp::SpanExporter,
    metrics: Metrics,
    batch_max: usize,
    wait: Duration,
    answer: Duration,
    is_away: bool,
}

impl Exporter {
    /// Sends nothing yet.
    pub(super) fn open(
        settings: &Settings,
        told: mpsc::Receiver<SpanData>,
        metrics: Metrics,
    ) -> Result<Self, MissetTrace> {
        let misset = |error: &dyn std::error::Error| MissetTrace {
            setting: "endpoint",
            why: format!(
                "{:?}: {error}; write it as http://localhost:4318/v1/traces",
                settings.endpoint
            ),
        };
        let url: url::Url = settings.endpoint.parse().map_err(|error| misset(&error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(misset(&std::io::Error::other("neither http nor https")));
        }
        let answer = Duration::from_millis(settings.answer_ms);
        let client = reqwest::Client::builder()
            .timeout(answer)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| misset(&error))?;
        let mut collector = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(url)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(answer)
            .build()
            .map_err(|error| misset(&error))?;
        let service = [
            KeyValue::new("service.name", settings.service_name.clone()),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ];
        collector.set_resource(&Resource::builder_empty().with_attributes(service).build());
        let (batch_max, wait) = (settings.batch_max, Duration::from_millis(settings.wait_ms));
        Ok(Self { told, collector, metrics, batch_max, wait, answer, is_away: false })
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::new();
        while stop.run_until_cancelled(self.fill(&mut batch)).await.is_some() && !batch.is_empty() {
            self.send(std::mem::take(&mut batch)).await;
        }
        self.told.close();
        // What the stages told last; a collector that is away holds up no stop for longer.
        let answer = self.answer;
        let rest = timeout(answer, async {
            while !batch.is_empty() || self.told.recv_many(&mut batch, self.batch_max).await > 0 {
                self.send(std::mem::take(&mut batch)).await;
            }
        });
        if rest.await.is_err() {
            self.metrics.spans("failed", self.told.len());
        }
    }

    /// Waits for something to send, then a moment for more of it.
    async fn fill(&mut self, batch: &mut Vec<SpanData>) {
        self.told.recv_many(batch, self.batch_max).await;
        let more = async {
            while batch.len() < self.batch_max {
                let room = self.batch_max - batch.len();
                if self.told.recv_many(batch, room).await == 0 {
                    return;
                }
            }
        };
        drop(timeout(self.wait, more).await);
    }

    /// Sends one batch once: what the collector does not take is counted, and gone.
    async fn send(&mut self, batch: Vec<SpanData>) {
        let count = batch.len();
        let sent = timeout(self.answer, self.collector.export(batch)).await;
        let sent = sent.map_or_else(
            |_| Err("no answer in time".to_owned()),
            |answer| answer.map_err(|error| error.to_string()),
        );
        match sent {
            Ok(()) => {
                self.metrics.spans("exported", count);
                if std::mem::take(&mut self.is_away) {
                    tracing::info!("the collector of traces takes them again");
                }
            }
            Err(error) => {
                self.metrics.spans("failed", count);
                if !std::mem::replace(&mut self.is_away, true) {
                    tracing::warn!(%error, "the collector of traces takes none; they are dropped");
                }
            }
        }
    }
}

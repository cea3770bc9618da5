//! Spans: what is told to a collector of each piece of work. A collector that is slow or away costs
//! no filing: what does not fit into the queue is dropped and counted.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::export::Exporter;
use super::{Begun, Trace};
use crate::clock::Clock;
use crate::metrics::Metrics;

/// `[trace]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each setting is documented once, in default.toml")]
pub struct Settings {
    pub endpoint: String,
    pub sample_ratio: f64,
    pub service_name: String,
    pub answer_ms: u64,
    pub queue_max: usize,
    pub batch_max: usize,
    pub wait_ms: u64,
}

/// Which setting cannot be.
#[derive(Debug, thiserror::Error)]
#[error("trace.{setting}: {why}")]
pub struct MissetTrace {
    pub(super) setting: &'static str,
    pub(super) why: String,
}

/// One piece of work that is done.
#[derive(Debug)]
pub struct Span {
    /// The stage that did it.
    pub stage: &'static str,
    /// Its trace, what it follows, since when.
    pub begun: Begun,
    /// Until when, in milliseconds.
    pub ended_at: i64,
    /// Ids, codes and numbers: never names, addresses or bodies.
    pub about: Vec<(&'static str, String)>,
    /// The code of why it did not come off.
    pub fault: Option<String>,
}

/// Where spans are told.
#[derive(Debug)]
pub struct Spans {
    queue: Option<mpsc::Sender<SpanData>>,
    exporter: Mutex<Option<Exporter>>,
    sample_ratio: f64,
    metrics: Metrics,
}

impl Spans {
    /// As the settings say; without an endpoint nothing is told.
    pub fn open(settings: &Settings, metrics: &Metrics) -> Result<Self, MissetTrace> {
        settings.check()?;
        let (mut queue, mut exporter) = (None, None);
        if !settings.endpoint.is_empty() {
            let (sender, receiver) = mpsc::channel(settings.queue_max);
            queue = Some(sender);
            exporter = Some(Exporter::open(settings, receiver, metrics.clone())?);
        }
        let (exporter, metrics) = (Mutex::new(exporter), metrics.clone());
        Ok(Self { queue, exporter, sample_ratio: settings.sample_ratio, metrics })
    }

    /// Until the stop: sends what is told to the collector; then what is left, for as long as one
    /// answer may take.
    pub async fn run(&self, stop: CancellationToken) {
        let exporter = self.exporter.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(exporter) = exporter {
            exporter.run(stop).await;
        }
    }

    /// Begins work that the request under way asks for; outside of one, under a new trace.
    pub fn in_request(&self, clock: &Clock) -> Begun {
        self.marked(Begun::in_request(clock))
    }

    /// Begins work that follows from a row's; rows of builds before say none.
    pub fn after(&self, parent: Option<Trace>, clock: &Clock) -> Begun {
        self.marked(Begun::after(parent, clock))
    }

    /// Far sides are told whether the trace is.
    fn marked(&self, begun: Begun) -> Begun {
        let is_told = self.queue.is_some() && begun.trace.is_within(self.sample_ratio);
        Begun { trace: begun.trace.marked(is_told), ..begun }
    }

    /// Tells of a piece of work; waits for nothing.
    pub fn tell(&self, span: Span) {
        let Some(queue) = &self.queue else { return };
        if span.begun.trace.is_within(self.sample_ratio) && queue.try_send(span.into()).is_err() {
            self.metrics.spans("dropped", 1);
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), MissetTrace> {
        let misset = |setting, why: &str| Err(MissetTrace { setting, why: why.to_owned() });
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            return misset("sample_ratio", "it is a share of all traces, from 0 to 1");
        }
        for (setting, value) in [("queue_max", self.queue_max), ("batch_max", self.batch_max)] {
            if value == 0 {
                return misset(
                    setting,
                    "with 0 nothing could be sent; leave endpoint empty instead",
                );
            }
        }
        Ok(())
    }
}

impl From<Span> for SpanData {
    fn from(span: Span) -> Self {
        let Span { stage, begun, ended_at, about, fault } = span;
        let context = |trace: Trace| {
            let (id, span) = (TraceId::from_bytes(trace.id), SpanId::from_bytes(trace.span));
            SpanContext::new(id, span, TraceFlags::SAMPLED, false, TraceState::default())
        };
        Self {
            span_context: context(begun.trace),
            parent_span_id: begun.parent.map_or(SpanId::INVALID, |it| SpanId::from_bytes(it.span)),
            parent_span_is_remote: begun.parent.is_some(),
            span_kind: kind(stage),
            name: stage.into(),
            start_time: time(begun.at),
            end_time: time(ended_at),
            attributes: about.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: fault.map_or(Status::Unset, Status::error),
            instrumentation_scope: InstrumentationScope::builder("todoke")
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
        }
    }
}

/// Who waits for whom, as OpenTelemetry tells it apart.
fn kind(stage: &str) -> SpanKind {
    match stage {
        "intake" | "review" => SpanKind::Server,
        "courier" | "notifier" => SpanKind::Client,
        _ => SpanKind::Consumer,
    }
}

fn time(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

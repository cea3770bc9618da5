//! Metrics (prometheus). Names: `todoke_…_total`, `todoke_…_seconds`. Labels are bounded: never an
//! authority.

use prometheus::process_collector::ProcessCollector;
use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
};
use schemas::{Channel, Verdict};

/// Seconds within which a try ends.
const TRY_BUCKETS: [f64; 12] =
    [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 3_600.0];
/// Seconds to the proof of a delivery, up to the days for which it is tried.
const DELIVERY_BUCKETS: [f64; 14] = [
    0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0, 172_800.0,
    432_000.0, 864_000.0,
];

/// What labels can be, so that a series is there, at 0, before anything happens: a rate over a
/// series that begins with 1 does not see the first.
const FILINGS: [&str; 3] = ["receipted", "replayed_or_refused", "planned"];
const DELIVERIES: [&str; 8] =
    ["planned", "due", "sending", "waiting", "delivered", "held", "failed", "cancelled"];
const OUTCOMES: [&str; 4] = ["delivered", "deferred", "refused", "unknown"];
const NOTICES: [&str; 3] = ["sent", "waiting", "failed"];
const SCANS: [&str; 3] = ["clean", "infected", "unknown"];
const BROKER: [&str; 3] = ["up", "blocked", "down"];
const REDRIVEN: [&str; 2] = ["started", "skipped"];
const SPANS: [&str; 3] = ["exported", "failed", "dropped"];
const REQUEUED: [&str; 3] = ["delivery", "filing", "notice"];

/// Counters and histograms of one process.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    filings: IntCounterVec,
    deliveries: IntCounterVec,
    attempts: IntCounterVec,
    attempt_seconds: HistogramVec,
    delivered_seconds: HistogramVec,
    notices: IntCounterVec,
    decisions: IntCounterVec,
    scans: IntCounterVec,
    redriven: IntCounterVec,
    requeued: IntCounterVec,
    spans: IntCounterVec,
    dead_letters: IntCounterVec,
    backlog: IntGaugeVec,
    oldest: GaugeVec,
    broker: IntGaugeVec,
    lanes: IntGaugeVec,
    watches: IntGaugeVec,
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            register(&registry, IntCounterVec::new(Opts::new(name, help), labels))
        };
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            let opts = HistogramOpts::new(name, help).buckets(buckets.to_vec());
            register(&registry, HistogramVec::new(opts, &["channel"]))
        };
        let gauge = |name: &str, help: &str, label: &str| {
            register(&registry, IntGaugeVec::new(Opts::new(name, help), &[label]))
        };
        let age = |name: &str, help: &str, label: &str| {
            register(&registry, GaugeVec::new(Opts::new(name, help), &[label]))
        };
        gauge("todoke_build_info", "1; the version of the program", "version")
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        let all = Self {
            filings: counter("todoke_filings_total", "Filings by what became of them", &["result"]),
            deliveries: counter("todoke_deliveries_total", "Deliveries by new state", &["state"]),
            attempts: counter(
                "todoke_attempts_total",
                "Attempts by channel and outcome",
                &["channel", "outcome"],
            ),
            attempt_seconds: histogram(
                "todoke_attempt_seconds",
                "Length of one attempt",
                &TRY_BUCKETS,
            ),
            delivered_seconds: histogram(
                "todoke_delivered_seconds",
                "Time from planning to delivered",
                &DELIVERY_BUCKETS,
            ),
            notices: counter("todoke_notices_total", "Notices by new state", &["state"]),
            decisions: counter("todoke_decisions_total", "Decisions by verdict", &["verdict"]),
            scans: counter(
                "todoke_scans_total",
                "Looks at files for malware, by what came of them",
                &["verdict"],
            ),
            dead_letters: counter(
                "todoke_dead_letters_total",
                "Messages that nobody could work on, by the code of why",
                &["code"],
            ),
            redriven: counter(
                "todoke_redriven_total",
                "Deliveries that staff start anew together, by what became of them",
                &["result"],
            ),
            requeued: counter(
                "todoke_requeued_total",
                "Messages written again because the broker seems to have lost them",
                &["what"],
            ),
            spans: counter("todoke_spans_total", "Spans by what became of them", &["result"]),
            backlog: gauge("todoke_backlog", "Rows that wait, by what they are", "what"),
            oldest: age("todoke_oldest_seconds", "Age of the oldest that waits; 0: none", "what"),
            broker: gauge("todoke_broker", "1 at what the broker is, 0 at the others", "state"),
            lanes: gauge("todoke_lanes", "Lanes in trouble, by what it is", "state"),
            watches: gauge("todoke_watches_firing", "Watches that go on, by kind", "kind"),
            registry,
        };
        register_process(&all.registry);
        all.begin();
        all
    }
}

/// Memory, processor and open files of this process.
#[expect(clippy::expect_used, reason = "its names are used by nobody else")]
fn register_process(registry: &Registry) {
    registry.register(Box::new(ProcessCollector::for_self())).expect("a name used once");
}

/// Registers a collector; the names above are constants, so a refusal is a fault that tests meet.
#[expect(clippy::expect_used, reason = "the names are constants that a test registers")]
fn register<C: prometheus::core::Collector + Clone + 'static>(
    registry: &Registry,
    collector: prometheus::Result<C>,
) -> C {
    let collector = collector.expect("a well-formed metric");
    registry.register(Box::new(collector.clone())).expect("a name used once");
    collector
}

impl Metrics {
    /// Every series that may come, at 0.
    fn begin(&self) {
        for (counters, words) in [
            (&self.filings, FILINGS.as_slice()),
            (&self.deliveries, &DELIVERIES),
            (&self.notices, &NOTICES),
            (&self.scans, &SCANS),
            (&self.redriven, &REDRIVEN),
            (&self.requeued, &REQUEUED),
            (&self.spans, &SPANS),
        ] {
            for word in words {
                counters.with_label_values(&[*word]);
            }
        }
        for verdict in Verdict::ALL {
            self.decisions.with_label_values(&[verdict.as_str()]);
        }
        for channel in Channel::ALL {
            let channel = channel.as_str();
            for outcome in OUTCOMES {
                self.attempts.with_label_values(&[channel, outcome]);
            }
            self.attempt_seconds.with_label_values(&[channel]);
            self.delivered_seconds.with_label_values(&[channel]);
        }
    }

    /// A filing was receipted, replayed or refused.
    pub fn filing(&self, result: &str, count: usize) {
        self.filings.with_label_values(&[result]).inc_by(count as u64);
    }

    /// Filings were planned.
    pub fn routed(&self, deliveries: usize, filings: usize) {
        self.filings.with_label_values(&["planned"]).inc_by(filings as u64);
        self.deliveries.with_label_values(&["planned"]).inc_by(deliveries as u64);
    }

    /// An attempt ended.
    pub fn attempt(&self, channel: Channel, outcome: &str, ms: i64) {
        self.attempts.with_label_values(&[channel.as_str(), outcome]).inc();
        self.attempt_seconds.with_label_values(&[channel.as_str()]).observe(seconds(ms));
    }

    /// A delivery moved on.
    pub fn delivery(&self, state: &str) {
        self.deliveries.with_label_values(&[state]).inc();
    }

    /// A delivery arrived.
    pub fn delivered(&self, channel: Channel, ms: i64) {
        self.delivered_seconds.with_label_values(&[channel.as_str()]).observe(seconds(ms));
    }

    /// A notice moved on.
    pub fn notice(&self, state: &str) {
        self.notices.with_label_values(&[state]).inc();
    }

    /// An authority decided.
    pub fn decision(&self, verdict: &str) {
        self.decisions.with_label_values(&[verdict]).inc();
    }

    /// A file was looked at for malware.
    pub fn scan(&self, verdict: &str) {
        self.scans.with_label_values(&[verdict]).inc();
    }

    /// A message went to the dead letters.
    pub fn dead_letter(&self, code: &str) {
        self.dead_letters.with_label_values(&[code]).inc();
    }

    /// Deliveries of a redrive were started anew, or passed over.
    pub fn redriven(&self, result: &str, count: usize) {
        self.redriven.with_label_values(&[result]).inc_by(count as u64);
    }

    /// Messages were lost, by all appearances, and written again.
    pub fn requeued(&self, what: &str, count: usize) {
        self.requeued.with_label_values(&[what]).inc_by(count as u64);
    }

    /// Spans went to the collector of traces, or did not.
    pub fn spans(&self, result: &str, count: usize) {
        self.spans.with_label_values(&[result]).inc_by(count as u64);
    }

    /// How the broker is: one of these states.
    pub fn set_broker(&self, state: &str) {
        for known in BROKER {
            self.broker.with_label_values(&[known]).set(i64::from(known == state));
        }
    }

    /// Milliseconds for which the oldest of what waits has waited.
    pub fn set_oldest(&self, what: &str, ms: i64) {
        self.oldest.with_label_values(&[what]).set(seconds(ms));
    }

    /// How many rows wait.
    pub fn set_backlog(&self, what: &str, count: i64) {
        self.backlog.with_label_values(&[what]).set(count);
    }

    /// How many lanes are in this trouble.
    pub fn set_lanes(&self, state: &str, count: usize) {
        self.lanes.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// How much of this kind people have to know of.
    pub fn set_watches(&self, kind: &str, count: i64) {
        self.watches.with_label_values(&[kind]).set(count);
    }

    /// The text that Prometheus scrapes.
    pub fn render(&self) -> String {
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

fn seconds(ms: i64) -> f64 {
    std::time::Duration::from_millis(u64::try_from(ms).unwrap_or(0)).as_secs_f64()
}

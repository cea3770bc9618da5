//! Traces: one id for all that is done about a request, from the caller through all stages to the
//! authority's own logs, in the form of W3C Trace Context (`traceparent`, version 00).
//!
//! A stage takes the trace of the row that it works on, does its work under a span of its own, and
//! writes that to the rows and messages that follow. Spans are told to a collector where
//! `trace.endpoint` names one (`spans`).

mod export;
mod spans;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tracing::Instrument;

use crate::clock::Clock;

pub use spans::{MissetTrace, Settings, Span, Spans};

/// The header, in HTTP and AMQP.
pub const HEADER: &str = "traceparent";

/// A place in a trace: which one, and the piece of work that is under way there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    is_sampled: bool,
}

/// Not a `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent as in 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
pub struct NoTrace;

impl Trace {
    /// The first place of a new trace.
    fn fresh(clock: &Clock) -> Self {
        Self { id: not_zero(clock.bytes()), span: not_zero(clock.bytes()), is_sampled: true }
    }

    /// A piece of work that follows from this one.
    fn child(self, clock: &Clock) -> Self {
        Self { span: not_zero(clock.bytes()), ..self }
    }

    /// The trace, as 32 hexadecimal digits.
    pub fn id(&self) -> String {
        hex::encode(self.id)
    }

    /// Around work, so that each of its log lines carries `trace_id`, whatever the filter lets by.
    pub fn span(&self) -> tracing::Span {
        tracing::error_span!("trace", trace_id = self.id())
    }

    /// Whether it belongs to this share of all traces, from 0 to 1. Goes by the id, so that all
    /// processes say the same.
    fn is_within(&self, share: f64) -> bool {
        let mut low = [0; 8];
        low.copy_from_slice(&self.id[8..]);
        // 53 bits: what a float holds.
        #[expect(clippy::cast_precision_loss, reason = "both numbers fit into 53 bits")]
        let place = (u64::from_be_bytes(low) >> 11) as f64 / (1_u64 << 53) as f64;
        place < share
    }

    fn marked(self, is_sampled: bool) -> Self {
        Self { is_sampled, ..self }
    }
}

/// Ids of zeros alone are no ids.
fn not_zero<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    if bytes.iter().all(|byte| *byte == 0) {
        bytes[N - 1] = 1;
    }
    bytes
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = u8::from(self.is_sampled);
        write!(f, "00-{}-{}-{flags:02x}", hex::encode(self.id), hex::encode(self.span))
    }
}

impl FromStr for Trace {
    type Err = NoTrace;

    /// As W3C Trace Context §3.2.2 and §3.2.4 ask: small letters only, no ids of zeros; of a later
    /// version what version 00 has, if a dash parts it from the rest.
    fn from_str(text: &str) -> Result<Self, NoTrace> {
        let (head, rest) = text.split_at_checked(55).ok_or(NoTrace)?;
        let mut parts = head.split('-');
        let mut part = || parts.next().ok_or(NoTrace);
        let version: [u8; 1] = digits(part()?)?;
        let (id, span): ([u8; 16], [u8; 8]) = (digits(part()?)?, digits(part()?)?);
        let [flags] = digits(part()?)?;
        let fits = match version[0] {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        let is_null = id == [0; 16] || span == [0; 8];
        if fits && !is_null {
            Ok(Self { id, span, is_sampled: flags & 1 == 1 })
        } else {
            Err(NoTrace)
        }
    }
}

fn digits<const N: usize>(text: &str) -> Result<[u8; N], NoTrace> {
    let is_small = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| NoTrace)?;
    is_small.then_some(bytes).ok_or(NoTrace)
}

impl TryFrom<String> for Trace {
    type Error = NoTrace;

    fn try_from(text: String) -> Result<Self, NoTrace> {
        text.parse()
    }
}

impl From<Trace> for String {
    fn from(trace: Trace) -> Self {
        trace.to_string()
    }
}

/// How a request came in.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// The caller's, or where the request begins a trace, one that nothing else stands under.
    came: Trace,
    is_remote: bool,
    /// Milliseconds.
    at: i64,
}

/// A piece of work that is about to be done, or was: its trace, what it follows, since when.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    /// Its own.
    pub trace: Trace,
    /// What it follows.
    pub parent: Option<Trace>,
    /// Milliseconds.
    pub at: i64,
}

tokio::task_local! {
    static ARRIVAL: Arrival;
}

impl Arrival {
    /// A request with this header, if it has one. What does not read begins a trace of its own: no
    /// filing is refused for that.
    pub fn new(header: Option<&str>, clock: &Clock) -> Self {
        let caller = header.and_then(|text| text.parse().ok());
        let came = caller.unwrap_or_else(|| Trace::fresh(clock));
        Self { came, is_remote: caller.is_some(), at: clock.now_ms() }
    }

    /// Does the work of the request; its log lines carry the trace.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        ARRIVAL.scope(self, work.instrument(self.came.span())).await
    }
}

impl Begun {
    fn in_request(clock: &Clock) -> Self {
        match ARRIVAL.try_with(|arrival| *arrival) {
            Ok(Arrival { came, is_remote, at }) => {
                Self { trace: came.child(clock), parent: is_remote.then_some(came), at }
            }
            Err(_) => Self::after(None, clock),
        }
    }

    fn after(parent: Option<Trace>, clock: &Clock) -> Self {
        let trace = parent.map_or_else(|| Trace::fresh(clock), |parent| parent.child(clock));
        Self { trace, parent, at: clock.now_ms() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn clock() -> Clock {
        Clock::manual(Timestamp::UNIX_EPOCH, 7)
    }

    #[test]
    fn reads_what_it_writes() {
        let trace: Trace = TEXT.parse().expect("the example of the specification");
        assert_eq!(trace.to_string(), TEXT);
        assert_eq!(trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let fresh = Trace::fresh(&clock());
        assert_eq!(fresh.to_string().parse(), Ok(fresh));
        assert!(!TEXT.replace("-01", "-00").parse::<Trace>().expect("not sampled").is_sampled);
    }

    #[test]
    fn a_later_version_may_go_on_after_a_dash() {
        let later = TEXT.replacen("00", "cc", 1);
        for (text, fits) in [
            (later.clone(), true),
            (format!("{later}-what-the-future-will-be-like"), true),
            (format!("{later}.what"), false),
            (format!("{TEXT}-more"), false),
            (TEXT.replacen("00", "ff", 1), false),
        ] {
            assert_eq!(text.parse::<Trace>().is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn what_is_malformed_is_none() {
        let zeros = |of: &str| TEXT.replace(of, &"0".repeat(of.len()));
        for text in [
            String::new(),
            TEXT[..54].to_owned(),
            TEXT.to_uppercase(),
            TEXT.replace("01", "0g"),
            TEXT.replace('-', "_"),
            TEXT.replace("b7-01", "日-01"),
            zeros("4bf92f3577b34da6a3ce929d0e0e4736"),
            zeros("00f067aa0ba902b7"),
        ] {
            assert_eq!(text.parse::<Trace>(), Err(NoTrace), "{text}");
        }
    }

    #[test]
    fn a_share_of_all_traces_goes_by_the_id() {
        let clock = clock();
        let traces: Vec<_> = (0..1_000).map(|_| Trace::fresh(&clock)).collect();
        let within = |share| traces.iter().filter(|trace| trace.is_within(share)).count();
        assert_eq!((within(0.0), within(1.0)), (0, 1_000));
        assert!((150..=250).contains(&within(0.2)), "{}", within(0.2));
        let all = traces.iter();
        let agree = all.filter(|it| it.is_within(0.5) == it.child(&clock).is_within(0.5)).count();
        assert_eq!(agree, 1_000, "a child is in the share when its parent is");
    }

    #[tokio::test]
    async fn work_of_a_request_stands_under_what_its_caller_said() {
        let clock = clock();
        let begun = |header| {
            let arrival = Arrival::new(header, &clock);
            let clock = &clock;
            arrival.during(async move { Begun::in_request(clock) })
        };
        let told = begun(Some(TEXT)).await;
        assert_eq!(told.parent.map(|parent| parent.to_string()).as_deref(), Some(TEXT));
        assert_eq!(told.trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        for header in [None, Some("00-not-a-trace")] {
            let own = begun(header).await;
            assert_eq!(own.parent, None);
            assert_ne!(own.trace.id(), told.trace.id());
        }
    }
}

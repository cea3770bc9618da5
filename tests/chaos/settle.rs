//! Progress, and the wait until nothing is on its way any more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result};
use hub::clock::Clock;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::operators::Operators;
use crate::say;

/// Says every ten seconds how far it is.
pub(crate) async fn show(operators: Arc<Operators>, stop: CancellationToken) {
    while stop.run_until_cancelled(sleep(Duration::from_secs(10))).await.is_some() {
        let (receipts, arrivals) =
            (operators.receipts().len(), *operators.cast.sandbox.count().borrow());
        let repeats = operators.repeats.load(Ordering::Relaxed);
        say(format_args!("{receipts} receipts, {arrivals} arrivals, {repeats} requests repeated"));
    }
}

/// Until nothing is left, twice in a row; gives the time, and what the hub says at the end.
pub(crate) async fn settle(operators: &Operators, seconds: u64, clock: &Clock) -> Result<i64> {
    let limit = Duration::from_secs(seconds);
    let mut left = Value::Null;
    let mut rounds: u32 = 0;
    let settling = async {
        let mut since = None;
        loop {
            left = what_is_left(&operators.see("/v1/operations/summary").await?);
            let is_done = left.as_object().is_some_and(|parts| parts.values().all(|n| *n == 0));
            since = if is_done { since.or(Some(clock.now_ms())) } else { None };
            if let Some(at) = since.filter(|at| clock.now_ms() - at > 1_500) {
                return Ok(at);
            }
            if rounds.is_multiple_of(10) {
                say(format_args!("left to do: {left}"));
            }
            rounds += 1;
            sleep(Duration::from_millis(500)).await;
        }
    };
    let settled = timeout(limit, settling).await;
    settled.with_context(|| format!("not settled within {seconds} s; left to do: {left}"))?
}

/// The hub's counts of what is on its way.
fn what_is_left(summary: &Value) -> Value {
    let total = |name: &str| summary["totals"][name].as_u64().unwrap_or(0);
    let in_state = |word: &str| -> u64 {
        let rows = summary["deliveries"].as_array().into_iter().flatten();
        rows.filter(|row| row["state"] == word).filter_map(|row| row["count"].as_u64()).sum()
    };
    serde_json::json!({
        "filings to plan": total("unrouted"), "messages in the outbox": total("outbox"),
        "deliveries due": in_state("due"), "sending": in_state("sending"),
        "waiting": in_state("waiting"), "notices to send": total("open_notices"),
    })
}

//! Clocks, counters and the table.

use std::io::Write;
use std::time::Duration;

use hub::context::Context;
use serde_json::{Value, json};
use sqlx::Row;

use crate::far_side::Cast;

/// A span of time with the process's CPU in it.
pub(crate) struct Watch {
    start: tokio::time::Instant,
    cpu: f64,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "a length of time is measured")]
    pub(crate) fn start() -> Self {
        Self { start: tokio::time::Instant::now(), cpu: cpu_seconds().unwrap_or_default() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// CPU seconds of this process in the span, and its peak memory in MiB.
    pub(crate) fn usage(&self) -> anyhow::Result<Value> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak: u64 =
            peak.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0);
        Ok(json!({"cpu_seconds": cpu_seconds()? - self.cpu, "peak_memory_mib": peak / 1024}))
    }
}

/// User and system time of this process (`/proc/self/stat`, 100 ticks a second).
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.get(11).unwrap_or(&"0").parse::<f64>()?
        + fields.get(12).unwrap_or(&"0").parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// Waits until so many deliveries are recorded as delivered.
pub(crate) async fn wait_for_delivered(
    ctx: &Context,
    expected: usize,
    patience: Duration,
) -> anyhow::Result<()> {
    let reached = async {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        while delivered(ctx) < expected {
            tick.tick().await;
        }
    };
    tokio::time::timeout(patience, reached).await.map_err(|_| {
        anyhow::anyhow!("only {} of {expected} were delivered in time", delivered(ctx))
    })
}

/// The hub's own counter; the far side's is compared by the demo and the tests.
fn delivered(ctx: &Context) -> usize {
    let text = ctx.metrics.render();
    let line =
        text.lines().find_map(|l| l.strip_prefix("todoke_deliveries_total{state=\"delivered\"} "));
    line.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Quantiles of the time from receipt to delivered, at healthy authorities, in milliseconds.
pub(crate) async fn latencies(store_url: &str, cast: &Cast) -> anyhow::Result<Value> {
    let sql = "SELECT d.authority, d.delivered_at - f.received_at FROM deliveries AS d \
               JOIN filings AS f ON f.id = d.filing_id WHERE d.state = 'delivered'";
    let rows: Vec<(String, i64)> = if let Some(path) = store_url.strip_prefix("sqlite:") {
        let pool = sqlx::SqlitePool::connect(&format!("sqlite:{path}?mode=ro")).await?;
        let rows = sqlx::query(sql).fetch_all(&pool).await?;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    } else {
        let pool = sqlx::PgPool::connect(store_url).await?;
        let rows = sqlx::query(sql).fetch_all(&pool).await?;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let mut times: Vec<i64> = rows
        .into_iter()
        .filter(|(code, _)| !code.parse().is_ok_and(|code| cast.faulty.contains(&code)))
        .map(|(_, ms)| ms)
        .collect();
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 1000).min(times.len() - 1)).copied();
    if times.is_empty() {
        return Ok(json!(null));
    }
    Ok(json!({"p50": at(500), "p95": at(950), "p99": at(990), "max": times.last()}))
}

/// Prints the result as JSON or as a table.
pub(crate) fn print(result: &Value, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{result:#}")?;
        return Ok(());
    }
    for (name, value) in result.as_object().into_iter().flatten() {
        match value {
            Value::Object(parts) => {
                for (part, value) in parts {
                    writeln!(out, "{:<32} {value}", format!("{name}.{part}"))?;
                }
            }
            single @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)) => writeln!(out, "{name:<32} {single}")?,
        }
    }
    Ok(())
}

//! Clocks, counters and the table.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::far_side::Cast;

/// A span of time with a process's CPU in it.
pub(crate) struct Watch {
    start: tokio::time::Instant,
    process: u32,
    cpu: f64,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "a length of time is measured")]
    pub(crate) fn start(process: u32) -> Self {
        let cpu = cpu_seconds(process).unwrap_or_default();
        Self { start: tokio::time::Instant::now(), process, cpu }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// CPU seconds of the process in the span, and its peak memory in MiB.
    pub(crate) fn usage(&self) -> anyhow::Result<Value> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak: u64 =
            peak.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0);
        let cpu = cpu_seconds(self.process)? - self.cpu;
        Ok(json!({"cpu_seconds": cpu, "peak_memory_mib": peak / 1024}))
    }
}

/// User and system time of a process (`/proc/…/stat`, 100 ticks a second).
fn cpu_seconds(process: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.get(11).unwrap_or(&"0").parse::<f64>()?
        + fields.get(12).unwrap_or(&"0").parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// What the store tells of the filings received since a time, in milliseconds.
pub(crate) struct Told {
    /// Quantiles of the time from receipt to delivered, at healthy authorities, in milliseconds.
    pub(crate) latency: Value,
    pub(crate) dead_letters: i64,
}

/// Asks the store.
pub(crate) async fn ask_store(url: &str, since: i64, cast: &Cast) -> anyhow::Result<Told> {
    let sql = "SELECT d.authority, d.delivered_at - f.received_at FROM filings AS f \
               JOIN deliveries AS d ON d.filing_id = f.id \
               WHERE d.state = 'delivered' AND f.received_at >= $1";
    let letters = "SELECT count(*) FROM dead_letters";
    let (rows, dead_letters): (Vec<(String, i64)>, i64) =
        if let Some(path) = url.strip_prefix("sqlite:") {
            let pool = sqlx::SqlitePool::connect(&format!("sqlite:{path}?mode=ro")).await?;
            let rows = sqlx::query_as(sql).bind(since).fetch_all(&pool).await?;
            (rows, sqlx::query_scalar(letters).fetch_one(&pool).await?)
        } else {
            let pool = sqlx::PgPool::connect(url).await?;
            let rows = sqlx::query_as(sql).bind(since).fetch_all(&pool).await?;
            (rows, sqlx::query_scalar(letters).fetch_one(&pool).await?)
        };
    Ok(Told { latency: quantiles(rows, cast), dead_letters })
}

fn quantiles(rows: Vec<(String, i64)>, cast: &Cast) -> Value {
    let mut times: Vec<i64> = rows
        .into_iter()
        .filter(|(code, _)| !code.parse().is_ok_and(|code| cast.faulty.contains(&code)))
        .map(|(_, ms)| ms)
        .collect();
    times.sort_unstable();
    let Some(max) = times.last() else { return json!(null) };
    let at = |share: usize| times.get((times.len() * share / 1000).min(times.len() - 1)).copied();
    json!({"p50": at(500), "p95": at(950), "p99": at(990), "max": max})
}

/// Prints the result as JSON or as a table.
pub(crate) fn print(result: &Value, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{result:#}")?;
        return Ok(());
    }
    rows("", result, &mut out)
}

fn rows(name: &str, value: &Value, out: &mut impl Write) -> anyhow::Result<()> {
    let Value::Object(parts) = value else { return Ok(writeln!(out, "{name:<44} {value}")?) };
    let dot = if name.is_empty() { "" } else { "." };
    parts.iter().try_for_each(|(part, value)| rows(&format!("{name}{dot}{part}"), value, out))
}

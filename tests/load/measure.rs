//! Clocks, counters and the table.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use hub::config::Config;
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

/// Bytes that a hub's engines take up.
pub(crate) struct Room {
    store: u64,
    objects: u64,
}

impl Room {
    /// Of the store as it stands, dead rows and indexes included, and of all files of the objects.
    pub(crate) async fn of(config: &Config) -> anyhow::Result<Self> {
        let store = if let Some(path) = config.store.url.strip_prefix("sqlite:") {
            let size = |path: String| std::fs::metadata(path).map_or(0, |it| it.len());
            size(path.to_owned()) + size(format!("{path}-wal"))
        } else {
            let pool = sqlx::PgPool::connect(&config.store.url).await?;
            let size = "SELECT pg_database_size(current_database())";
            let size: i64 = sqlx::query_scalar(size).fetch_one(&pool).await?;
            size.unsigned_abs()
        };
        Ok(Self { store, objects: folder_bytes(&config.data.folder.join("objects"))? })
    }

    /// What came to it since, for each of so many filings.
    pub(crate) fn per_filing(&self, before: &Self, filings: usize) -> Value {
        let filings = filings.max(1) as u64;
        json!({"store": self.store.saturating_sub(before.store) / filings,
               "objects": self.objects.saturating_sub(before.objects) / filings})
    }
}

fn folder_bytes(folder: &Path) -> anyhow::Result<u64> {
    if !folder.is_dir() {
        return Ok(0);
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        bytes += if is_folder { folder_bytes(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// Milliseconds that `/metrics` takes: the one in the middle of 21, and the longest.
pub(crate) async fn scrape(url: &str) -> anyhow::Result<Value> {
    let client = reqwest::Client::new();
    let mut times = Vec::new();
    for _ in 0..21 {
        let watch = Watch::start(std::process::id());
        let answer = client.get(format!("{url}/metrics")).send().await?.error_for_status()?;
        answer.bytes().await?;
        times.push(watch.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(json!({"p50": times[10], "max": times[20]}))
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

//! A short run of the chaos tool, so that it cannot rot; `tests/run chaos` runs longer ones.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

/// Twenty seconds of faults, then settling and comparing.
const ARGUMENTS: [&str; 11] = [
    "--json",
    "--minutes",
    "0.35",
    "--rate",
    "8",
    "--authorities",
    "8",
    "--processes",
    "3",
    "--settle",
    "180",
];

#[tokio::test]
async fn fault_a_short_chaos_run_loses_and_doubles_nothing() -> Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chaos"));
    command.args(ARGUMENTS).stdin(Stdio::null()).kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = timeout(Duration::from_mins(7), command.output()).await??;
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).with_context(|| said.to_string())?;
    ensure!(output.status.success() && report["well"] == true, "{said}\n{report:#}");
    let run = &report["run"];
    for wrong in ["lost", "doubled", "mismatched", "refused"] {
        ensure!(run[wrong] == 0, "{wrong}: {report:#}");
    }
    ensure!(run["filings receipted"].as_u64() > Some(50), "{report:#}");
    let injected = report["faults"].as_array().context("no faults")?;
    ensure!(injected.iter().all(|kind| kind["injected"].as_u64() > Some(0)), "{report:#}");
    Ok(())
}

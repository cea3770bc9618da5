//! Soft stop on the first signal, hard stop on the second or after a limit.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// How long a soft stop may take.
const SOFT_STOP_MAX: Duration = Duration::from_secs(45);

/// Waits for SIGINT or SIGTERM.
pub async fn wait_for_signal() -> anyhow::Result<()> {
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
    }
    Ok(())
}

/// Runs a soft stop; a second signal or the limit ends the waiting, and the process.
pub async fn stop_softly(stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    tracing::info!("stopping: what is in hand ends first; a second signal stops at once");
    tokio::select! {
        () = stop => {
            tracing::info!("stopped");
            Ok(())
        }
        signal = wait_for_signal() => {
            signal?;
            anyhow::bail!("stopped at once by a second signal; leases run out by themselves")
        }
        () = tokio::time::sleep(SOFT_STOP_MAX) => {
            anyhow::bail!("stopped after {} s of waiting", SOFT_STOP_MAX.as_secs())
        }
    }
}

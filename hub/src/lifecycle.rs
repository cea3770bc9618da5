//! Soft stop on the first signal, broken off by the second or a limit, hard at the third.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The signals that end a process, SIGINT and SIGTERM; none is missed from the first look on.
#[derive(Debug)]
pub struct Signals {
    int: Signal,
    term: Signal,
}

/// How long the two parts of a stop may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopLimits {
    /// Until what is in hand is broken off.
    pub soft: Duration,
    /// From then until the process ends whatever happens.
    pub hard: Duration,
}

/// A stop that was not soft to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// In time, but some tries were broken off.
    #[error("after {0}, what was in hand was broken off and given back")]
    BrokenOff(String),
    /// Not even giving back was done.
    #[error("stopped at once after {0}; what was in hand is tried again when its leases are over")]
    AtOnce(String),
}

impl Signals {
    /// Listens from now on, instead of ending the process at once.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { int: signal(SignalKind::interrupt())?, term: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }

    /// Waits for a stop that has begun with a first signal; cancels `break_off` when it takes too
    /// long.
    pub async fn stop_softly(
        mut self,
        stop: impl Future<Output = ()>,
        break_off: &CancellationToken,
        limits: StopLimits,
    ) -> Result<(), Interrupted> {
        tracing::info!("stopping: what is in hand ends first; a second signal breaks it off");
        let mut stop = pin!(stop);
        let why = tokio::select! {
            () = &mut stop => {
                tracing::info!("stopped");
                return Ok(());
            }
            () = self.next() => "a second signal".to_owned(),
            () = sleep(limits.soft) => {
                format!("{} s of waiting (stop.soft_seconds)", limits.soft.as_secs())
            }
        };
        tracing::warn!(after = why, "breaking off what is in hand and giving it back");
        break_off.cancel();
        tokio::select! {
            () = &mut stop => Err(Interrupted::BrokenOff(why)),
            () = self.next() => Err(Interrupted::AtOnce("a third signal".to_owned())),
            () = sleep(limits.hard) => {
                let seconds = limits.hard.as_secs();
                Err(Interrupted::AtOnce(format!("{why} and {seconds} s more (stop.hard_seconds)")))
            }
        }
    }
}

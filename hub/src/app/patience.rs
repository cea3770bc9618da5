//! Waiting at start for what is not there yet.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{sleep, timeout};

use crate::broker::BrokerError;
use crate::objects::ObjectError;
use crate::retry::Reconnect;
use crate::store::StoreError;
use crate::web::ready::Waiting;

/// How long a start waits for each part, and where it tells what it waits for.
#[derive(Debug, Default)]
pub struct Patience {
    /// For each part; zero: not at all.
    pub limit: Duration,
    /// Shown by `/readyz`.
    pub waiting: Arc<Waiting>,
}

impl Patience {
    /// Asks until it works, while the reason is one that may pass.
    pub(super) async fn until_there<T>(
        &self,
        part: &'static str,
        mut ask: impl AsyncFnMut() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let mut last = match ask().await {
            Err(error) if is_away(&error) && !self.limit.is_zero() => error,
            done => return done,
        };
        let asking = async {
            let mut waits = Reconnect::default();
            tracing::warn!(part, error = %last, "waiting for what does not answer yet");
            loop {
                self.waiting.set(part, format!("{last:#}"));
                sleep(waits.next_wait()).await;
                match ask().await {
                    Err(error) if is_away(&error) => last = error,
                    done => return done,
                }
            }
        };
        let Ok(done) = timeout(self.limit, asking).await else {
            let seconds = self.limit.as_secs();
            return Err(last).context(format!("waited {seconds} s (start.wait_seconds) in vain"));
        };
        self.waiting.clear(part);
        done
    }
}

/// Whether the same may work in a moment.
fn is_away(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(StoreError::is_away)
        || error.downcast_ref().is_some_and(BrokerError::is_away)
        || error.downcast_ref().is_some_and(ObjectError::is_away)
}

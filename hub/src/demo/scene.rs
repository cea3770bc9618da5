//! What everyone in the demo works with.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use adapters::sandbox::Sandbox;
use routing::Master;
use schemas::{AuthorityId, Channel, FilingId};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::filings::Planned;
use super::hub::Hub;
use super::journal::Journal;
use super::place::Marker;
use crate::clock::Clock;

/// Everyone's keys.
pub(super) struct Keys {
    pub(super) operators: Vec<String>,
    pub(super) authorities: HashMap<AuthorityId, String>,
    pub(super) operations: String,
}

/// Counts of what people did.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) submitted: AtomicUsize,
    pub(super) uploads: AtomicUsize,
    pub(super) corrections: AtomicUsize,
    pub(super) withdrawals: AtomicUsize,
    pub(super) accepted: AtomicUsize,
    pub(super) returned: AtomicUsize,
    pub(super) by_file: AtomicUsize,
    pub(super) broken_files: AtomicUsize,
    pub(super) began_at: AtomicI64,
    pub(super) submitted_at: AtomicI64,
}

/// The demo's world.
pub(super) struct Scene {
    pub(super) marker: Marker,
    pub(super) hub: Hub,
    pub(super) keys: Keys,
    pub(super) filings: Vec<Planned>,
    pub(super) master: Arc<Master>,
    pub(super) sandbox: Sandbox,
    pub(super) root: PathBuf,
    pub(super) journal: Journal,
    pub(super) clock: Arc<Clock>,
    /// By authority: its channels, the preferred one first.
    pub(super) ladders: HashMap<AuthorityId, Vec<Channel>>,
    /// Authorities that read their mail alone, whatever lies with their other channel.
    pub(super) mail_readers: HashSet<AuthorityId>,
    /// Authorities that a visitor may play: they leave half of what comes to the visitor.
    pub(super) unhurried: HashSet<AuthorityId>,
    pub(super) tally: Tally,
    /// Things that people are in the middle of.
    pub(super) underway: TaskTracker,
    /// How many authorities read at once.
    pub(super) readers: Semaphore,
    /// Filings that an authority returned.
    pub(super) returned: mpsc::UnboundedSender<usize>,
    pub(super) stop: CancellationToken,
    /// By filing: its place among the planned.
    pub(super) places: Mutex<HashMap<FilingId, usize>>,
    /// Authorities with an inbox for which something was planned.
    pub(super) awaited: Mutex<HashSet<AuthorityId>>,
    /// What went otherwise than it should; ends in the report.
    pub(super) troubles: Mutex<Vec<String>>,
}

impl Scene {
    /// The planned filing behind a filing's id, once its operator has the receipt.
    pub(super) fn planned(&self, id: FilingId) -> Option<&Planned> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        self.filings.get(*places.get(&id)?)
    }

    /// The `Idempotency-Key` of a filing's request.
    pub(super) fn key_of(&self, index: usize, suffix: &str) -> String {
        format!("demo-{}-{index}{suffix}", self.marker.seed)
    }

    /// Whether the authority has an inbox on its ladder.
    pub(super) fn has_inbox(&self, authority: AuthorityId) -> bool {
        self.ladders.get(&authority).is_some_and(|ladder| ladder.contains(&Channel::Pull))
    }

    /// Notes what should not have happened.
    pub(super) fn trouble(&self, what: String) {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}

/// One more.
pub(super) fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

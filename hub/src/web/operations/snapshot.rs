//! The counts behind the national view, read at most every two seconds for all visitors together.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::lane::Lane;
use crate::store::{DeliveryCount, ScanCounts, Store, StoreError, Totals};

/// Milliseconds that counts are kept at least.
const KEPT_MS: i64 = 2_000;

/// Counts that took long are kept this many times as long: counting must not load the store.
const KEPT_TIMES: i64 = 20;

/// All counts at one moment.
pub(super) struct Snapshot {
    pub(super) totals: Totals,
    pub(super) deliveries: Vec<DeliveryCount>,
    pub(super) filings: HashMap<String, i64>,
    pub(super) reviews: HashMap<String, i64>,
    /// Notices that could not be sent at all.
    pub(super) notices_failed: i64,
    pub(super) prefectures: HashMap<String, Health>,
    /// Files that wait for the malware scanner, or hold some.
    pub(super) scans: ScanCounts,
    /// Lanes in trouble.
    pub(super) lanes: Vec<Lane>,
}

/// Deliveries of one place by what has come of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Health {
    pub(super) moving: i64,
    pub(super) waiting: i64,
    pub(super) held: i64,
    pub(super) failed: i64,
    pub(super) delivered: i64,
    pub(super) cancelled: i64,
}

/// How well deliveries of a place go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grade {
    /// There are none.
    Idle,
    /// Under 1 % wait, are held or failed.
    Good,
    /// Under 10 %.
    Fair,
    /// Under 30 %.
    Poor,
    /// 30 % or more.
    Bad,
}

impl Health {
    /// Adds deliveries in a state.
    pub(super) fn add(&mut self, state: &str, count: i64) {
        let part = match state {
            "due" | "sending" => &mut self.moving,
            "waiting" => &mut self.waiting,
            "held" => &mut self.held,
            "failed" => &mut self.failed,
            "delivered" => &mut self.delivered,
            _ => &mut self.cancelled,
        };
        *part += count;
    }

    /// These and others.
    pub(super) fn with(self, other: &Self) -> Self {
        Self {
            moving: self.moving + other.moving,
            waiting: self.waiting + other.waiting,
            held: self.held + other.held,
            failed: self.failed + other.failed,
            delivered: self.delivered + other.delivered,
            cancelled: self.cancelled + other.cancelled,
        }
    }

    /// Those that are not delivered though their turn has come.
    pub(super) fn troubled(&self) -> i64 {
        self.waiting + self.held + self.failed
    }

    /// Those that are or will be with the authority, or are in trouble.
    pub(super) fn all(&self) -> i64 {
        self.moving + self.troubled() + self.delivered
    }

    /// Those of which one can say whether they went well: all but those still under way.
    pub(super) fn settled(&self) -> i64 {
        self.troubled() + self.delivered
    }

    /// How well it goes.
    pub(super) fn grade(&self) -> Grade {
        let (troubled, settled) = (self.troubled() * 100, self.settled());
        match () {
            () if self.all() == 0 => Grade::Idle,
            () if troubled < settled || settled == 0 => Grade::Good,
            () if troubled < settled * 10 => Grade::Fair,
            () if troubled < settled * 30 => Grade::Poor,
            () => Grade::Bad,
        }
    }
}

impl Grade {
    /// Every grade, from the best.
    pub(super) const ALL: [Self; 5] = [Self::Good, Self::Fair, Self::Poor, Self::Bad, Self::Idle];

    /// The class in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Idle => "g-idle",
            Self::Good => "g-good",
            Self::Fair => "g-fair",
            Self::Poor => "g-poor",
            Self::Bad => "g-bad",
        }
    }

    /// A sign, so that a grade is not told by colour alone.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Idle => "·",
            Self::Good => "○",
            Self::Fair => "△",
            Self::Poor => "▲",
            Self::Bad => "✕",
        }
    }
}

/// The newest snapshot.
#[derive(Default)]
pub(super) struct Cache {
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    until: i64,
    snapshot: Arc<Snapshot>,
}

impl Cache {
    /// A snapshot that is fresh enough; visitors who come while it is read wait for the same one.
    pub(super) async fn get(
        &self,
        store: &Store,
        clock: &Clock,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let mut kept = self.kept.lock().await;
        let start = clock.now_ms();
        if let Some(kept) = kept.as_ref()
            && start < kept.until
        {
            return Ok(Arc::clone(&kept.snapshot));
        }
        let snapshot = Arc::new(Snapshot::read(store).await?);
        let end = clock.now_ms();
        let until = end + KEPT_MS.max((end - start) * KEPT_TIMES);
        *kept = Some(Kept { until, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }
}

impl Snapshot {
    async fn read(store: &Store) -> Result<Self, StoreError> {
        let mut prefectures: HashMap<String, Health> = HashMap::new();
        for row in store.count_prefectures().await? {
            let health = prefectures.entry(word(&row, "prefecture").to_owned()).or_default();
            health.add(word(&row, "state"), count(&row));
        }
        let notices = store.count_notices().await?;
        let failed = notices.iter().filter(|row| word(row, "state") == "failed");
        let mut lanes = store.lanes().await?;
        lanes.retain(Lane::is_in_trouble);
        // The longest failing first, then what else is in trouble.
        lanes.sort_by_key(|lane| (lane.alerted_at.is_none(), lane.failing_since));
        Ok(Self {
            totals: store.totals().await?,
            deliveries: store.count_deliveries().await?,
            filings: counts(&store.count_filings().await?, "status"),
            reviews: counts(&store.count_reviews().await?, "review"),
            notices_failed: failed.map(count).sum(),
            prefectures,
            scans: store.count_scans().await?,
            lanes,
        })
    }

    /// The deliveries of the nation.
    pub(super) fn nation(&self) -> Health {
        let mut all = Health::default();
        for row in &self.deliveries {
            all.add(&row.state, row.count);
        }
        all
    }
}

fn counts(rows: &[Value], name: &str) -> HashMap<String, i64> {
    rows.iter().map(|row| (word(row, name).to_owned(), count(row))).collect()
}

/// A text of a counted row.
pub(super) fn word<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

/// The number of a counted row.
pub(super) fn count(row: &Value) -> i64 {
    row["count"].as_i64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_graded_by_the_share_that_is_not_delivered() {
        let grade = |delivered, waiting, failed| {
            Health { waiting, failed, delivered, ..Health::default() }.grade()
        };
        assert_eq!(grade(0, 0, 0), Grade::Idle);
        assert_eq!(grade(100, 0, 0), Grade::Good);
        assert_eq!(grade(99, 1, 0), Grade::Fair);
        assert_eq!(grade(90, 5, 5), Grade::Poor);
        assert_eq!(grade(70, 0, 30), Grade::Bad);
        let moving = Health { moving: 3, ..Health::default() };
        assert_eq!(moving.grade(), Grade::Good, "what is under way is no trouble yet");
    }
}

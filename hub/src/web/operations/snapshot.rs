//! The counts behind the national view, read at most every two seconds for all visitors together.
//! Where counting takes long nobody waits for it: the counts of before are shown with their time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;

use super::day::HOURS;
use super::live::Places;
use crate::context::Context;
use crate::lane::Lane;
use crate::store::hours::{HOUR_MS, HourCount, hour_of};
use crate::store::{Backlog, DeliveryCount, ProcessRow, ScanCounts, Store, StoreError, Totals};
use crate::watch::Kind;

/// Milliseconds that counts are kept at least.
const KEPT_MS: i64 = 2_000;

/// Counts that took long are kept this many times as long: counting must not load the store.
const KEPT_TIMES: i64 = 20;

/// Milliseconds of counting that a visitor does not wait for.
const LONG_MS: i64 = 50;

/// Milliseconds after which they are counted anew though nobody has asked.
const IDLE_MS: i64 = 60_000;

/// The same, as many times what counting took: at most one hundredth of one connection's time.
const IDLE_TIMES: i64 = 100;

/// All counts at one moment.
pub(super) struct Snapshot {
    /// Milliseconds.
    pub(super) at: i64,
    pub(super) totals: Totals,
    pub(super) deliveries: Vec<DeliveryCount>,
    pub(super) filings: HashMap<String, i64>,
    pub(super) reviews: HashMap<String, i64>,
    /// Notices that could not be sent at all.
    pub(super) notices_failed: i64,
    pub(super) prefectures: HashMap<String, Health>,
    /// Files that wait for the malware scanner, or hold some.
    pub(super) scans: ScanCounts,
    /// What people have to know of and is not over.
    pub(super) watches: HashMap<Kind, i64>,
    /// Lanes in trouble.
    pub(super) lanes: Vec<Lane>,
    /// How many lanes there are in each state.
    pub(super) lane_states: BTreeMap<&'static str, i64>,
    /// What waits within the hub, and since when.
    pub(super) backlog: Backlog,
    /// Processes that are not forgotten.
    pub(super) processes: Vec<ProcessRow>,
    /// What came and arrived in the last hours.
    pub(super) hours: Vec<HourCount>,
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

/// The newest counts.
#[derive(Default)]
pub struct Counts {
    kept: RwLock<Option<Kept>>,
    reading: Mutex<()>,
    /// Of the pages that are sent them anew.
    pub(super) places: Arc<Places>,
}

#[derive(Clone)]
struct Kept {
    /// Milliseconds that counting took.
    took: i64,
    snapshot: Arc<Snapshot>,
}

/// What is to be done with counts that are there.
#[derive(Debug, PartialEq, Eq)]
enum Stand {
    /// They are shown.
    Fresh,
    /// They are shown, while new ones are read.
    Meanwhile,
    /// New ones are waited for.
    Old,
}

impl Stand {
    /// Of counts of this age that took so long, in milliseconds.
    fn of(age: i64, took: i64) -> Self {
        match () {
            () if age < KEPT_MS.max(took * KEPT_TIMES) => Self::Fresh,
            () if took >= LONG_MS && age < 2 * idle(took) => Self::Meanwhile,
            () => Self::Old,
        }
    }
}

/// Milliseconds after which counts that took so long are read anew though nobody has asked.
fn idle(took: i64) -> i64 {
    IDLE_MS.max(took * IDLE_TIMES)
}

impl Kept {
    fn stand(&self, ctx: &Context) -> Stand {
        Stand::of(ctx.clock.now_ms() - self.snapshot.at, self.took)
    }
}

impl Counts {
    /// Counts anew from time to time, so that whoever comes finds some, until the process stops.
    pub async fn keep(self: Arc<Self>, ctx: Arc<Context>) {
        loop {
            let idle = match self.read(&ctx).await {
                Ok(kept) => idle(kept.took),
                Err(error) => {
                    tracing::warn!(%error, "the national view's counts cannot be read");
                    IDLE_MS
                }
            };
            let wait = Duration::from_millis(idle.unsigned_abs());
            if ctx.stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                return;
            }
        }
    }

    /// Counts that are fresh, or those of before where counting takes long.
    pub(super) async fn get(
        self: &Arc<Self>,
        ctx: &Arc<Context>,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let kept = self.kept().map(|kept| (kept.stand(ctx), kept));
        let kept = match kept {
            Some((Stand::Fresh, kept)) => kept,
            Some((Stand::Meanwhile, kept)) => {
                let (counts, ctx) = (Arc::clone(self), Arc::clone(ctx));
                tokio::spawn(async move {
                    if let Err(error) = counts.read(&ctx).await {
                        tracing::warn!(%error, "the national view's counts cannot be read");
                    }
                });
                kept
            }
            Some((Stand::Old, _)) | None => self.read(ctx).await?,
        };
        Ok(kept.snapshot)
    }

    /// Pages of this process that refresh by themselves.
    pub fn streams(&self) -> usize {
        self.places.taken()
    }

    fn kept(&self) -> Option<Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whoever comes while they are read waits for the same ones.
    async fn read(&self, ctx: &Context) -> Result<Kept, StoreError> {
        let _alone = self.reading.lock().await;
        if let Some(kept) = self.kept()
            && kept.stand(ctx) == Stand::Fresh
        {
            return Ok(kept);
        }
        let at = ctx.clock.now_ms();
        let snapshot = Arc::new(Snapshot::read(&ctx.store, at).await?);
        let kept = Kept { took: ctx.clock.now_ms() - at, snapshot };
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(kept.clone());
        Ok(kept)
    }
}

impl Snapshot {
    async fn read(store: &Store, at: i64) -> Result<Self, StoreError> {
        let mut prefectures: HashMap<String, Health> = HashMap::new();
        for row in store.count_prefectures().await? {
            let health = prefectures.entry(word(&row, "prefecture").to_owned()).or_default();
            health.add(word(&row, "state"), count(&row));
        }
        let notices = store.count_notices().await?;
        let failed = notices.iter().filter(|row| word(row, "state") == "failed");
        let lanes = store.lanes().await?;
        let mut lane_states: BTreeMap<&'static str, i64> = BTreeMap::new();
        for lane in &lanes {
            *lane_states.entry(lane.state()).or_default() += 1;
        }
        Ok(Self {
            at,
            totals: store.totals().await?,
            deliveries: store.count_deliveries().await?,
            filings: counts(&store.count_filings().await?, "status"),
            reviews: counts(&store.count_reviews().await?, "review"),
            notices_failed: failed.map(count).sum(),
            prefectures,
            scans: store.count_scans().await?,
            watches: store.count_watches().await?.into_iter().collect(),
            lanes: in_trouble(lanes),
            lane_states,
            backlog: store.backlog().await?,
            processes: store.processes().await?,
            hours: store.hour_counts(hour_of(at) - (HOURS - 1) * HOUR_MS).await?,
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

/// The longest failing first, then what else is in trouble.
pub(super) async fn lanes_in_trouble(store: &Store) -> Result<Vec<Lane>, StoreError> {
    Ok(in_trouble(store.lanes().await?))
}

fn in_trouble(mut lanes: Vec<Lane>) -> Vec<Lane> {
    lanes.retain(Lane::is_in_trouble);
    lanes.sort_by_key(|lane| (lane.alerted_at.is_none(), lane.failing_since));
    lanes
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
    fn nobody_waits_for_counts_that_take_long_unless_those_of_before_are_very_old() {
        for (age, took, stand) in [
            (KEPT_MS - 1, 0, Stand::Fresh),
            (KEPT_MS, 0, Stand::Old),
            (KEPT_MS, LONG_MS - 1, Stand::Old),
            (KEPT_MS, LONG_MS, Stand::Meanwhile),
            (800 * KEPT_TIMES - 1, 800, Stand::Fresh),
            (800 * KEPT_TIMES, 800, Stand::Meanwhile),
            (2 * 800 * IDLE_TIMES - 1, 800, Stand::Meanwhile),
            (2 * 800 * IDLE_TIMES, 800, Stand::Old),
            (2 * IDLE_MS, LONG_MS, Stand::Old),
        ] {
            assert_eq!(Stand::of(age, took), stand, "{age} {took}");
        }
    }

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

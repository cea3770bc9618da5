//! What is watched: what goes on and went on, who was told of it, and what looks at endpoints
//! found.

use schemas::{AuthorityId, Channel, DeliveryId, FilingId, Owner};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::engine::{StoreError, sql};
use super::{Store, Tx};
use crate::watch::{Kind, Watch};

/// Which look was the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Its number, from 1; 0 before the first.
    pub number: i64,
    /// When it was, by its own time, in milliseconds.
    pub looked_at: i64,
}

/// Which watches are asked for; what is not set does not narrow it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WatchFilter {
    /// Only what goes on, or only what is over.
    pub firing: Option<bool>,
    /// Of one kind.
    pub kind: Option<Kind>,
    /// With one authority.
    pub authority: Option<AuthorityId>,
    /// Older than this beginning of the last row seen, in milliseconds.
    pub before: Option<i64>,
    /// The id of the last row seen.
    pub before_id: Option<Uuid>,
    /// Rows at most.
    pub limit: usize,
}

/// How far an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It is sent when its time has come.
    Due,
    /// The relay took it.
    Sent,
    /// It could not be sent.
    Failed,
    /// There was no address: pages and log alone tell of it.
    Unaddressed,
}

/// A mail about what began and ended. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRow {
    /// Sorts by time.
    pub id: Uuid,
    /// `operations`, or an authority.
    pub addressee: String,
    /// The address at that time.
    pub mail: Option<String>,
    /// JSON of what it tells, by kind.
    pub body: String,
    /// How many began.
    pub begun: i32,
    /// How many ended.
    pub ended: i32,
    /// How far it is.
    pub state: AlertState,
    /// Tries made.
    pub tries: i32,
    /// When it is tried next, or until when someone has it.
    pub next_try_at: Option<i64>,
    /// JSON of the last failure.
    pub why: Option<String>,
    /// When it was made.
    pub made_at: i64,
    /// When it was sent.
    pub sent_at: Option<i64>,
}

/// What the last look at an endpoint found. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRow {
    /// Whose.
    pub authority: AuthorityId,
    /// Over which channel.
    pub channel: Channel,
    /// When the next look is due.
    pub next_at: i64,
    /// When the last was; none before the first.
    pub looked_at: Option<i64>,
    /// The code of why it did not answer, if so.
    pub code: Option<String>,
    /// Since when it does not.
    pub failing_since: Option<i64>,
    /// When a certificate there ends.
    pub expires_at: Option<i64>,
}

/// A delivery that is not delivered and has a cause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WatchedDelivery {
    /// Which.
    pub id: DeliveryId,
    /// Of which filing.
    pub filing_id: FilingId,
    /// To whom.
    pub authority: AuthorityId,
    /// Who has to act.
    pub owner: Option<Owner>,
    /// The code of why.
    pub cause: String,
    /// When it was planned, in milliseconds.
    pub created_at: i64,
}

/// A lane over which nothing was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct UnansweredLane {
    /// Whose.
    pub authority: AuthorityId,
    /// Over which channel.
    pub channel: Channel,
    /// When the oldest that waits was delivered, in milliseconds.
    pub since: i64,
}

/// A watch, unless a newer build beside this one has kinds that this one does not know: who looks
/// by this build neither shows nor ends those.
struct OfBuild(Option<Watch>);

impl<'de> Deserialize<'de> for OfBuild {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let row = Value::deserialize(from)?;
        let is_known = row["kind"].as_str().is_some_and(|kind| kind.parse::<Kind>().is_ok());
        let watch = is_known.then(|| serde_json::from_value(row)).transpose();
        watch.map(Self).map_err(D::Error::custom)
    }
}

fn of_build(rows: Vec<OfBuild>) -> Vec<Watch> {
    rows.into_iter().filter_map(|row| row.0).collect()
}

impl Store {
    /// The last look.
    pub async fn watch_look(&self) -> Result<Look, StoreError> {
        let none = StoreError::Count { statement: "watch_look", touched: 0, expected: 1 };
        self.one(sql!("watch_look"), "").await?.ok_or(none)
    }

    /// Watches, the newest first.
    pub async fn list_watches(&self, filter: &WatchFilter) -> Result<Vec<Watch>, StoreError> {
        self.read(sql!("list_watches", planned_anew), filter).await.map(of_build)
    }

    /// How many go on, by kind; kinds of which none does are left out.
    pub async fn count_watches(&self) -> Result<Vec<(Kind, i64)>, StoreError> {
        let counts: Vec<(String, i64)> = self.read(sql!("count_watches"), "").await?;
        Ok(counts
            .into_iter()
            .filter_map(|(kind, count)| Some((kind.parse().ok()?, count)))
            .collect())
    }

    /// The newest alerts.
    pub async fn newest_alerts(&self, limit: usize) -> Result<Vec<AlertRow>, StoreError> {
        self.read(sql!("newest_alerts"), &limit).await
    }

    /// What the last looks at endpoints found.
    pub async fn probes(&self) -> Result<Vec<ProbeRow>, StoreError> {
        self.read(sql!("all_probes"), "").await
    }

    /// What is not delivered and has a cause, the newest first. What waits for its turn or to be
    /// fetched is left out.
    pub async fn watched_deliveries(
        &self,
        limit: usize,
    ) -> Result<Vec<WatchedDelivery>, StoreError> {
        self.read(sql!("watched_deliveries"), &limit).await
    }

    /// Of some lanes those with deliveries from before a moment that nobody has decided on, while
    /// their authority has accepted nothing since that moment.
    pub async fn unanswered_lanes(
        &self,
        lanes: &[(AuthorityId, Channel)],
        before: i64,
    ) -> Result<Vec<UnansweredLane>, StoreError> {
        if lanes.is_empty() {
            return Ok(Vec::new());
        }
        let lanes: Vec<_> =
            lanes.iter().map(|(a, c)| json!({"authority": a, "channel": c})).collect();
        self.read(sql!("unanswered_lanes"), &json!({"lanes": lanes, "before": before})).await
    }
}

impl Tx {
    /// The last look, kept from all others who look until the commit.
    pub async fn lock_watch_look(&mut self) -> Result<Look, StoreError> {
        let none = StoreError::Count { statement: "lock_watch_look", touched: 0, expected: 1 };
        self.read(sql!("lock_watch_look"), "").await?.pop().ok_or(none)
    }

    /// This look is the last; its row was locked in this unit of work.
    pub async fn save_watch_look(&mut self, look: Look) -> Result<(), StoreError> {
        self.run(sql!("save_watch_look"), &look).await.map(drop)
    }

    /// What goes on.
    pub async fn open_watches(&mut self) -> Result<Vec<Watch>, StoreError> {
        self.read(sql!("open_watches"), "").await.map(of_build)
    }

    /// What began or ended and nobody was told of, in order.
    pub async fn untold_watches(&mut self) -> Result<Vec<Watch>, StoreError> {
        self.read(sql!("untold_watches"), "").await.map(of_build)
    }

    /// What has begun.
    pub async fn insert_watches(&mut self, rows: &[Watch]) -> Result<(), StoreError> {
        self.run_all(sql!("insert_watches"), rows).await
    }

    /// What has changed of watches.
    pub async fn save_watches(&mut self, rows: &[Watch]) -> Result<(), StoreError> {
        self.run_all(sql!("save_watches"), rows).await
    }

    /// New alerts.
    pub async fn insert_alerts(&mut self, rows: &[AlertRow]) -> Result<(), StoreError> {
        self.run_all(sql!("insert_alerts"), rows).await
    }

    /// Alerts whose time has come, this process's own until a time.
    pub async fn claim_alerts(
        &mut self,
        (now, until): (i64, i64),
        limit: usize,
    ) -> Result<Vec<AlertRow>, StoreError> {
        let args = json!({"now": now, "until": until, "limit": limit});
        self.read(sql!("claim_alerts"), &args).await
    }

    /// What became of alerts that were claimed.
    pub async fn save_alerts(&mut self, rows: &[AlertRow]) -> Result<(), StoreError> {
        self.run_all(sql!("save_alerts"), rows).await
    }

    /// Watches that ended, and alerts that were made, before a time are forgotten, so many at most.
    pub async fn delete_old_watches(
        &mut self,
        before: i64,
        limit: usize,
    ) -> Result<(), StoreError> {
        let args = json!({"before": before, "limit": limit});
        self.run(sql!("delete_old_watches"), &args).await?;
        self.run(sql!("delete_old_alerts"), &args).await.map(drop)
    }

    /// What looks at endpoints found, or that they are being looked at.
    pub async fn save_probes(&mut self, rows: &[ProbeRow]) -> Result<(), StoreError> {
        self.run_all(sql!("upsert_probes"), rows).await
    }

    /// Endpoints that are no more.
    pub async fn delete_probes(&mut self, rows: &[ProbeRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.run(sql!("delete_probes"), rows).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::troubles::NO_TROUBLE;
    use super::*;

    #[test]
    fn what_is_watched_is_what_the_index_has() {
        let codes = NO_TROUBLE.map(|code| format!("'{code}'")).join(", ");
        let statement = sql!("watched_deliveries");
        for text in [statement.postgres, statement.sqlite] {
            assert!(text.contains(&format!("({codes})")), "{text}");
            assert!(text.contains("state IN ('waiting', 'held', 'failed')"), "{text}");
        }
    }
}

//! Scanner: has files looked through for malware by a ClamAV `clamd`, where one is configured.
//!
//! Reads and writes `scans`; reads and deletes `scan_waits`, and releases the deliveries that
//! couriers hold for them. A file is kept by its time of next try while it is being looked at, so a
//! process that vanishes leaves it to another. A `clamd` that does not answer passes nothing: files
//! stay pending, with the reason, and are tried again by a ladder of their own, whose last step is
//! repeated.

use std::sync::Arc;
use std::time::Duration;

use adapters::{Clamd, Verdict};
use schemas::{DeliveryId, Owner, Why};
use tokio::time::timeout;

use crate::context::Context;
use crate::delivery::{Event, SCAN_PENDING, State};
use crate::objects::ObjectError;
use crate::retry::wait_ms;
use crate::store::{NewEvent, ScanRow, ScanState};

/// Looks at those who are left over from a release that was cut short, once in so many rests.
const LEFT_EVERY: u64 = 60;

/// Looks files through.
pub struct Scanner {
    ctx: Arc<Context>,
}

impl Scanner {
    /// A scanner.
    pub fn new(ctx: Arc<Context>) -> Self {
        Self { ctx }
    }

    /// Until the stop: as many files at once as the setting says, and a rest when there is none.
    pub async fn run(self) {
        let at_once = self.ctx.config.scan.at_once.max(1);
        let one = |place: usize| {
            let scanner = &self;
            async move { scanner.work(place == 0).await }
        };
        futures::future::join_all((0..at_once).map(one)).await;
    }

    async fn work(&self, is_first: bool) {
        let stop = self.ctx.stop.clone();
        let rest = Duration::from_millis(self.ctx.config.scan.poll_ms);
        let mut rests = 0;
        while !stop.is_cancelled() {
            if is_first && rests % LEFT_EVERY == 0 {
                self.told(self.release_left().await);
            }
            if self.told(self.step().await) > 0 {
                continue;
            }
            rests += 1;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
                () = self.ctx.scan_asked.notified() => {}
            }
        }
    }

    fn told(&self, done: anyhow::Result<usize>) -> usize {
        done.unwrap_or_else(|error| {
            if !self.ctx.stop.is_cancelled() {
                tracing::error!(%error, "files were not looked through; trying again");
            }
            0
        })
    }

    /// One file whose time has come: looked at, recorded, and who waited for it released. Tells how
    /// many files.
    pub async fn step(&self) -> anyhow::Result<usize> {
        let Some(clamd) = &self.ctx.clamd else { return Ok(0) };
        let settings = &self.ctx.config.scan;
        let mut tx = self.ctx.store.begin().await?;
        let mut claimed = tx.claim_scans(self.ctx.clock.now_ms() + settings.lease_ms, 1).await?;
        let Some(row) = claimed.pop() else { return Ok(0) };
        tx.commit().await?;
        // Shorter than the lease, so that no other begins while this one is at it.
        let limit = Duration::from_millis(u64::try_from(settings.lease_ms / 10 * 9).unwrap_or(0));
        let looked = timeout(limit, self.look(clamd, &row)).await;
        let looked = looked.unwrap_or_else(|_| (Verdict::Unknown { why: endless() }, None));
        self.record(row, looked).await?;
        Ok(1)
    }

    /// What the scanner says of a file, and which scanner.
    async fn look(&self, clamd: &Clamd, row: &ScanRow) -> Looked {
        let version = match clamd.version().await {
            Ok(version) => version,
            Err(why) => return (Verdict::Unknown { why }, None),
        };
        let opened = async {
            let size = self.ctx.objects.size(&row.sha256).await?;
            // A disk may have changed the bytes; then they are not those that would be sent.
            Ok::<_, ObjectError>((size, self.ctx.objects.get_sound(&row.sha256).await?))
        };
        let verdict = match opened.await {
            Ok((size, bytes)) => clamd.scan(size, bytes).await,
            Err(error) => {
                let sentence = format!("the stored file cannot be read: {error}");
                Verdict::Unknown { why: Why::new("scan_file_unreadable", Owner::Hub, sentence) }
            }
        };
        (verdict, Some(version))
    }

    async fn record(&self, mut row: ScanRow, (verdict, by): Looked) -> anyhow::Result<()> {
        let (settings, now) = (&self.ctx.config.scan, self.ctx.clock.now_ms());
        self.ctx.metrics.scan(verdict.as_str());
        (row.scanned_at, row.next_try_at, row.why) = (Some(now), None, None);
        row.scanned_by = by;
        match verdict {
            Verdict::Clean => row.state = ScanState::Clean,
            Verdict::Infected { signature } => {
                tracing::error!(sha256 = row.sha256, signature, "a file holds malware");
                row.state = ScanState::Infected;
                row.signature = Some(signature);
            }
            Verdict::Unknown { why } => {
                row.tries += 1;
                let wait =
                    wait_ms(&settings.ladder_seconds, row.tries, self.ctx.config.retry.jitter);
                tracing::warn!(
                    sha256 = row.sha256,
                    code = why.code,
                    why = why.sentence,
                    tries = row.tries,
                    "a file is not looked through yet"
                );
                (row.scanned_at, row.scanned_by) = (None, None);
                (row.next_try_at, row.why) = (Some(now + wait), serde_json::to_string(&why).ok());
            }
        }
        let mut tx = self.ctx.store.begin().await?;
        tx.save_scans(std::slice::from_ref(&row)).await?;
        tx.commit().await?;
        if row.state != ScanState::Pending {
            let limit = self.ctx.config.upkeep.batch_max;
            while self.release(&self.ctx.store.waits_of_scan(&row, limit).await?).await? == limit {}
        }
        Ok(())
    }

    /// Those whose release was cut short; without a scanner, all who wait. Tells how many.
    pub async fn release_left(&self) -> anyhow::Result<usize> {
        let (all, limit) = (self.ctx.clamd.is_none(), self.ctx.config.upkeep.batch_max);
        let mut count = 0;
        loop {
            let released = self.release(&self.ctx.store.waits_left(all, limit).await?).await?;
            count += released;
            if released < limit {
                return Ok(count);
            }
        }
    }

    /// Lets deliveries go on, to be looked at once more by a courier. Tells how many waited.
    async fn release(&self, ids: &[DeliveryId]) -> anyhow::Result<usize> {
        if ids.is_empty() {
            return Ok(0);
        }
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.store.begin().await?;
        let mut waiting = tx.lock_deliveries(ids).await?;
        waiting.retain(|it| matches!(&it.state, State::Held { why } if why.code == SCAN_PENDING));
        let mut events = Vec::new();
        for delivery in &mut waiting {
            delivery.apply(Event::Release { at: now }, now)?;
            events.push(NewEvent::about(delivery, "delivery.released"));
        }
        tx.save_deliveries(&waiting).await?;
        tx.append(&events).await?;
        tx.delete_scan_waits(ids).await?;
        tx.commit().await?;
        self.ctx.hurry.notify_one();
        Ok(ids.len())
    }
}

/// A verdict, and the version of who gave it.
type Looked = (Verdict, Option<String>);

fn endless() -> Why {
    let sentence = "the malware scanner did not come to an end (scan.lease_ms); check the load of \
                    its machine";
    Why::new("scanner_slow", Owner::Hub, sentence)
}

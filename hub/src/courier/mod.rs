//! Courier: takes due deliveries, tries each once over its channel, records what came of it.
//!
//! Reads `deliveries`, `lanes`, `revisions`; writes `deliveries`, `attempts`, `lanes`, events,
//! notices. A delivery passes through here in four steps, a file each: `claim` (lane admission
//! and lease, one commit for a batch; the work message is acknowledged then, since the lease has
//! taken over; `files` stops what may hold malware), `send` (package, as it was planned, and
//! adapter), `policy` (what the outcome means; pure) and `record` (one commit for all that came in
//! meanwhile).

mod claim;
mod files;
mod package;
mod policy;
mod record;
mod send;

use std::sync::Arc;

use schemas::Channel;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::broker::topology;
use crate::context::Context;
use crate::work::{Batch, Tray};

pub use package::{Address, FromObjects, contents, held_package};
pub use policy::{LaneEffect, Settlement, settle};
use record::{Attempted, Recorder};
pub use send::parcel_of;

/// Deliveries that one commit records at most.
const RECORD_MAX: usize = 512;

/// Tries deliveries.
pub struct Courier {
    ctx: Arc<Context>,
    tray: Tray,
    /// The name under which this courier holds leases.
    name: String,
    first: Arc<Semaphore>,
    retry: Arc<Semaphore>,
    results: mpsc::UnboundedSender<Attempted>,
    recorder: Recorder,
    underway: TaskTracker,
}

impl Courier {
    /// A courier for all channels.
    pub async fn new(ctx: Arc<Context>) -> Self {
        let queues: Vec<_> =
            Channel::ALL.iter().flat_map(|c| topology::courier_queues(*c)).collect();
        let consumer = ctx.broker.consume(&queues, ctx.config.broker.prefetch).await;
        let (results, incoming) = mpsc::unbounded_channel();
        let settings = &ctx.config.courier;
        let name = format!("courier-{}", ctx.clock.id());
        Self {
            tray: Tray::new(consumer),
            first: Arc::new(Semaphore::new(settings.first_slots)),
            retry: Arc::new(Semaphore::new(settings.retry_slots)),
            recorder: Recorder::new(Arc::clone(&ctx), name.clone(), incoming),
            name,
            results,
            underway: TaskTracker::new(),
            ctx,
        }
    }

    /// Until the stop: claims and sends, while another task records.
    pub async fn run(self) {
        let Self { ctx, mut tray, name, first, retry, results, recorder, underway } = self;
        let recording = tokio::spawn(recorder.run());
        let stop = ctx.stop.clone();
        let desk = Desk { ctx, name, first, retry, results, underway };
        loop {
            // A slot before any message: what we cannot send stays with the broker.
            let free = tokio::select! {
                () = stop.cancelled() => break,
                free = desk.free_slots() => free,
            };
            let batch = tokio::select! {
                () = stop.cancelled() => break,
                batch = tray.next(free) => batch,
            };
            desk.take(&mut tray, batch).await;
        }
        // Others can have at once what was not begun here; what is under way ends, or is broken
        // off, and both are recorded.
        tray.close().await;
        desk.underway.close();
        desk.underway.wait().await;
        drop(desk);
        if let Err(error) = recording.await {
            tracing::error!(%error, "the recorder stopped early");
        }
    }

    /// One batch, and what an earlier one left under way: sent and recorded before this returns.
    /// Tells how many messages.
    pub async fn step(&mut self) -> usize {
        let batch_max = self.ctx.config.courier.batch_max;
        let mut count = 0;
        self.underway.close();
        let mut batch = self.tray.try_next(batch_max);
        if batch.is_none() {
            // What comes while an earlier one is under way does not wait for that.
            batch = tokio::select! {
                biased;
                () = self.underway.wait() => None,
                batch = self.tray.next(batch_max) => Some(batch),
            };
        }
        if let Some(batch) = batch {
            count = self.take(batch).await;
        }
        self.underway.wait().await;
        self.underway.reopen();
        self.record().await;
        count
    }

    /// Claims one batch and begins its tries, which go on by themselves. Tells how many messages.
    pub async fn begin(&mut self) -> usize {
        // What cannot be sent stays with the broker.
        let free = self.first.available_permits().min(self.ctx.config.courier.batch_max);
        let batch = if free == 0 { None } else { self.tray.try_next(free) };
        if let Some(batch) = batch { self.take(batch).await } else { 0 }
    }

    async fn take(&mut self, batch: Batch) -> usize {
        let count = batch.messages.len();
        let desk = Desk {
            ctx: Arc::clone(&self.ctx),
            name: self.name.clone(),
            first: Arc::clone(&self.first),
            retry: Arc::clone(&self.retry),
            results: self.results.clone(),
            underway: self.underway.clone(),
        };
        desk.take(&mut self.tray, batch).await;
        count
    }

    /// Tries that have begun and not ended.
    pub fn underway(&self) -> usize {
        self.underway.len()
    }

    /// Records the tries that have ended. Tells how many.
    pub async fn record(&mut self) -> usize {
        self.recorder.drain().await
    }
}

/// What a courier needs at hand to claim and send.
struct Desk {
    ctx: Arc<Context>,
    name: String,
    first: Arc<Semaphore>,
    retry: Arc<Semaphore>,
    results: mpsc::UnboundedSender<Attempted>,
    underway: TaskTracker,
}

impl Desk {
    /// Waits until something can be sent; how much can.
    async fn free_slots(&self) -> usize {
        // The permit is given back at once: only this task takes first-try slots.
        drop(self.first.acquire().await);
        self.first.available_permits().min(self.ctx.config.courier.batch_max).max(1)
    }

    async fn take(&self, tray: &mut Tray, batch: Batch) {
        match claim::claim(self, &batch.messages).await {
            Ok(jobs) => {
                tray.done(batch).await;
                for job in jobs {
                    let ctx = Arc::clone(&self.ctx);
                    let results = self.results.clone();
                    let span = job.begun.trace.span();
                    self.underway.spawn(send::send(ctx, job, results).instrument(span));
                }
            }
            Err(error) => tray.failed(&self.ctx, batch, &error).await,
        }
    }
}

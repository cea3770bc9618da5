//! Courier: takes due deliveries, tries each once over its channel, records what came of it.
//!
//! Reads `deliveries`, `lanes`, `revisions`; writes `deliveries`, `attempts`, `lanes`, events,
//! notices. A delivery passes through here in four steps, a file each: `claim` (lane admission
//! and lease, one commit for a batch; the work message is acknowledged then, since the lease has
//! taken over), `send` (package and adapter, no store), `policy` (what the outcome means;
//! pure) and `record` (one commit for all that came in meanwhile).

mod claim;
mod policy;
mod record;
mod send;

use std::sync::Arc;

use schemas::Channel;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;

use crate::broker::{Consumer, topology};
use crate::context::Context;

pub use policy::{LaneEffect, Settlement, settle};
use record::{Attempted, Recorder};
pub use send::{held_package, parcel_of};

/// Deliveries that one commit records at most.
const RECORD_MAX: usize = 512;

/// Tries deliveries.
pub struct Courier {
    ctx: Arc<Context>,
    consumer: Box<dyn Consumer>,
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
            consumer,
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
        let Self { ctx, mut consumer, name, first, retry, results, recorder, underway } = self;
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
                batch = consumer.next(free) => batch,
            };
            desk.take(consumer.as_mut(), batch).await;
        }
        // Soft stop: what is under way ends and is recorded; leases of the rest run out.
        desk.underway.close();
        desk.underway.wait().await;
        drop(desk);
        if let Err(error) = recording.await {
            tracing::error!(%error, "the recorder stopped early");
        }
    }

    /// One batch, sent and recorded before this returns. Tells how many messages.
    pub async fn step(&mut self) -> usize {
        let batch = self.consumer.try_next(self.ctx.config.courier.batch_max);
        let count = batch.len();
        if count == 0 {
            return 0;
        }
        let desk = Desk {
            ctx: Arc::clone(&self.ctx),
            name: self.name.clone(),
            first: Arc::clone(&self.first),
            retry: Arc::clone(&self.retry),
            results: self.results.clone(),
            underway: self.underway.clone(),
        };
        desk.take(self.consumer.as_mut(), batch).await;
        self.underway.close();
        self.underway.wait().await;
        self.underway.reopen();
        self.recorder.drain().await;
        count
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

    async fn take(&self, consumer: &mut dyn Consumer, batch: Vec<crate::broker::Incoming>) {
        let tags: Vec<u64> = batch.iter().map(|m| m.tag).collect();
        match claim::claim(self, &batch).await {
            Ok(jobs) => {
                consumer.ack(&tags).await;
                for job in jobs {
                    let ctx = Arc::clone(&self.ctx);
                    let results = self.results.clone();
                    self.underway.spawn(send::send(ctx, job, results));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a batch of deliveries was not claimed; trying again");
                consumer.give_back(&tags).await;
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        }
    }
}

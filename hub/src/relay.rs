//! Relay: publishes what units of work enqueued, and forgets it when the broker answers for it.
//!
//! Reads and deletes `outbox`. A commit hands its messages over in memory, already claimed; what a
//! process left behind (crash) is found by `step` when its claim is over, what the broker refused
//! when it takes messages again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::broker::{Confirmation, Outgoing, PublishError};
use crate::context::Context;
use crate::store::{DeadLetterRow, OutboxRow, StoreError};
use crate::work::{letter_id, tell_of_dead};

/// Messages in hand at most; more stay in the store until their claim is over.
const IN_HAND_MAX: usize = 200_000;

/// Messages that one sweep claims at most.
const SWEEP_MAX: usize = 1_000;

/// Confirmations that one commit deletes at most.
const DELETE_MAX: usize = 2_000;

/// Publishes messages.
pub struct Relay {
    ctx: Arc<Context>,
    handed_over: mpsc::UnboundedReceiver<Vec<OutboxRow>>,
    confirm: mpsc::UnboundedSender<Confirmation>,
    confirmed: mpsc::UnboundedReceiver<Confirmation>,
    in_hand: Mutex<HashMap<Uuid, Outgoing>>,
    /// The broker has refused something since the last sweep.
    is_refused: AtomicBool,
}

impl Relay {
    /// A relay that gets its messages from the given hand-over.
    pub fn new(ctx: Arc<Context>, handed_over: mpsc::UnboundedReceiver<Vec<OutboxRow>>) -> Self {
        let (confirm, confirmed) = mpsc::unbounded_channel();
        Self {
            ctx,
            handed_over,
            confirm,
            confirmed,
            in_hand: Mutex::default(),
            is_refused: AtomicBool::default(),
        }
    }

    /// Until the stop: publishes what is handed over, sweeps, deletes what is confirmed.
    ///
    /// Its stop is its own: it ends after the stages, to publish their last messages.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut sweep = tokio::time::interval(Duration::from_secs(2));
        let mut batches = Vec::new();
        let mut confirmations = Vec::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                count = self.handed_over.recv_many(&mut batches, 256) => {
                    if count == 0 { break }
                    let rows = batches.drain(..).flatten().collect();
                    self.publish(rows).await;
                }
                _ = self.confirmed.recv_many(&mut confirmations, DELETE_MAX) => {
                    let done = std::mem::take(&mut confirmations);
                    if let Err(error) = self.settle(done).await {
                        tracing::warn!(%error, "confirmed messages stay in the outbox for now");
                    }
                }
                _ = sweep.tick() => {
                    let is_refused = self.is_refused.swap(false, Ordering::Relaxed);
                    match self.step().await {
                        // A full sweep: there is more.
                        Ok(count) if count >= SWEEP_MAX && !is_refused => sweep.reset_immediately(),
                        Ok(_) => {}
                        Err(error) => {
                            tracing::warn!(%error, "the outbox cannot be read; trying again");
                        }
                    }
                }
            }
        }
        self.finish().await;
    }

    /// One sweep: publishes messages whose claim is over, or was given up. Tells how many.
    pub async fn step(&mut self) -> Result<usize, StoreError> {
        if !self.ctx.broker.takes_messages() {
            return Ok(0);
        }
        let until = self.ctx.clock.now_ms() + self.ctx.config.relay.claim_ms;
        let mut tx = self.ctx.store.begin().await?;
        let rows = tx.claim_outbox(until, SWEEP_MAX).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        tx.commit().await?;
        let count = rows.len();
        self.publish(rows).await;
        Ok(count)
    }

    /// Publishes all that was handed over so far, and deletes all that was confirmed so far.
    pub async fn drain(&mut self) -> Result<usize, StoreError> {
        let mut count = 0;
        while let Ok(rows) = self.handed_over.try_recv() {
            count += rows.len();
            self.publish(rows).await;
        }
        let mut done = Vec::new();
        while let Ok(confirmation) = self.confirmed.try_recv() {
            done.push(confirmation);
        }
        self.settle(done).await?;
        Ok(count)
    }

    async fn publish(&self, rows: Vec<OutboxRow>) {
        let batch: Vec<Outgoing> = {
            let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
            let room = IN_HAND_MAX.saturating_sub(in_hand.len());
            rows.into_iter()
                .filter(|row| !in_hand.contains_key(&row.id))
                .take(room)
                .filter_map(|row| {
                    let body = hex::decode(row.body).ok()?;
                    let (exchange, routing_key) = (row.exchange, row.routing_key);
                    Some(Outgoing { id: row.id, exchange, routing_key, body, trace: row.trace })
                })
                .collect::<Vec<_>>()
                .into_iter()
                .inspect(|out| drop(in_hand.insert(out.id, out.clone())))
                .collect()
        };
        self.ctx.broker.publish(batch, &self.confirm).await;
    }

    async fn settle(&self, confirmations: Vec<Confirmation>) -> Result<(), StoreError> {
        let mut done = Vec::with_capacity(confirmations.len());
        let (mut dead, mut refused) = (Vec::new(), Vec::new());
        {
            let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
            for Confirmation { id, result } in confirmations {
                let message = in_hand.remove(&id);
                match (result, message) {
                    (Ok(()), _) => done.push(id),
                    (Err(error @ PublishError::Unroutable { .. }), Some(message)) => {
                        done.push(id);
                        dead.push(self.dead_letter(&message, &error.to_string()));
                    }
                    // Refused or unreachable: the row stays, and the next sweep finds it.
                    (Err(error), _) => {
                        tracing::debug!(message.id = %id, %error, "not published");
                        refused.push(id);
                    }
                }
            }
        }
        if done.is_empty() && refused.is_empty() {
            return Ok(());
        }
        if !refused.is_empty() {
            self.is_refused.store(true, Ordering::Relaxed);
        }
        let mut tx = self.ctx.store.begin().await?;
        tx.insert_dead_letters(&dead).await?;
        tx.delete_outbox(&done).await?;
        tx.unclaim_outbox(&refused).await?;
        tx.commit().await?;
        tell_of_dead(&self.ctx, &dead);
        Ok(())
    }

    fn dead_letter(&self, message: &Outgoing, reason: &str) -> DeadLetterRow {
        DeadLetterRow {
            id: letter_id(&message.exchange, &message.body),
            queue: message.exchange.clone(),
            reason: format!("unroutable: {reason}"),
            body: hex::encode(&message.body),
            at: self.ctx.clock.now_ms(),
        }
    }

    /// Publishes what was handed over last, waits until the broker has answered for all that it
    /// will answer for, and gives up the claims on the rest: whoever comes next need not wait.
    async fn finish(&mut self) {
        if let Err(error) = self.close().await {
            tracing::warn!(%error, "some messages are published again when their claims are over");
        }
    }

    async fn close(&mut self) -> Result<(), StoreError> {
        self.drain().await?;
        let ctx = Arc::clone(&self.ctx);
        ctx.break_off.run_until_cancelled(ctx.broker.close()).await;
        self.drain().await?;
        let rest: Vec<Uuid> = {
            let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
            in_hand.drain().map(|(id, _)| id).collect()
        };
        let mut tx = ctx.store.begin().await?;
        tx.unclaim_outbox(&rest).await?;
        tx.commit().await
    }
}

//! The broker in process: queues in memory, the same topology.
//!
//! Durable because of the outbox: a message is confirmed when its consumer acknowledges it, so its
//! row lives until then, and a new process publishes it again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Notify, mpsc};

use super::topology::{self, DEAD, DEAD_LETTERS, EVENTS};
use super::{Broker, Confirmation, Consumer, Health, Incoming, Outgoing, PublishError};

type Confirm = mpsc::UnboundedSender<Confirmation>;

struct Queued {
    message: Outgoing,
    confirm: Option<Confirm>,
    reason: Option<String>,
}

#[derive(Default)]
struct Queues {
    by_name: HashMap<String, VecDeque<Queued>>,
}

/// The broker in process.
#[derive(Clone)]
pub struct Embedded {
    queues: Arc<Mutex<Queues>>,
    /// exchange → routing key → queue.
    routes: Arc<HashMap<&'static str, HashMap<String, String>>>,
    arrived: Arc<Notify>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Embedded")
    }
}

impl Default for Embedded {
    fn default() -> Self {
        let mut routes: HashMap<_, HashMap<_, _>> = HashMap::new();
        for queue in topology::queues() {
            routes.entry(queue.exchange).or_default().insert(queue.routing_key, queue.name);
        }
        Self { queues: Arc::default(), routes: Arc::new(routes), arrived: Arc::new(Notify::new()) }
    }
}

impl Embedded {
    fn push(&self, queue: &str, item: Queued, front: bool) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if !queues.by_name.contains_key(queue) {
            queues.by_name.insert(queue.to_owned(), VecDeque::new());
        }
        if let Some(list) = queues.by_name.get_mut(queue) {
            if front { list.push_front(item) } else { list.push_back(item) }
        }
    }

    fn pop(&self, names: &[String], max: usize) -> Vec<(String, Queued)> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        for name in names {
            let Some(list) = queues.by_name.get_mut(name) else { continue };
            let count = list.len().min(max - taken.len());
            taken.extend(list.drain(..count).map(|queued| (name.clone(), queued)));
        }
        taken
    }
}

#[async_trait]
impl Broker for Embedded {
    async fn publish(&self, batch: Vec<Outgoing>, confirm: &Confirm) {
        for message in batch {
            let route = self
                .routes
                .get(message.exchange.as_str())
                .and_then(|keys| keys.get(&message.routing_key))
                .cloned();
            match route {
                Some(queue) => {
                    let confirm = Some(confirm.clone());
                    self.push(&queue, Queued { message, confirm, reason: None }, false);
                }
                // Nobody outside the process can subscribe: an event has arrived at once.
                None if message.exchange == EVENTS => {
                    drop(confirm.send(Confirmation { id: message.id, result: Ok(()) }));
                }
                None => {
                    let (exchange, routing_key) = (message.exchange, message.routing_key);
                    let result = Err(PublishError::Unroutable { exchange, routing_key });
                    drop(confirm.send(Confirmation { id: message.id, result }));
                }
            }
        }
        self.arrived.notify_waiters();
    }

    async fn consume(&self, queues: &[String], prefetch: u16) -> Box<dyn Consumer> {
        Box::new(EmbeddedConsumer {
            broker: self.clone(),
            queues: queues.to_vec(),
            prefetch: usize::from(prefetch),
            next_tag: 0,
            open: HashMap::new(),
        })
    }

    fn health(&self) -> Health {
        Health::Up
    }

    fn takes_messages(&self) -> bool {
        true
    }

    async fn close(&self) {}
}

struct EmbeddedConsumer {
    broker: Embedded,
    queues: Vec<String>,
    prefetch: usize,
    next_tag: u64,
    open: HashMap<u64, (String, Queued)>,
}

#[async_trait]
impl Consumer for EmbeddedConsumer {
    async fn next(&mut self, max: usize) -> Vec<Incoming> {
        let broker = self.broker.clone();
        loop {
            // Registered before the look, so that nothing can arrive between the two.
            let mut arrived = std::pin::pin!(broker.arrived.notified());
            arrived.as_mut().enable();
            let taken = self.try_next(max);
            if !taken.is_empty() {
                return taken;
            }
            arrived.await;
        }
    }

    fn try_next(&mut self, max: usize) -> Vec<Incoming> {
        let room = self.prefetch.saturating_sub(self.open.len()).min(max);
        let taken = self.broker.pop(&self.queues, room);
        let mut incoming = Vec::with_capacity(taken.len());
        for (queue, queued) in taken {
            self.next_tag += 1;
            incoming.push(Incoming {
                tag: self.next_tag,
                queue: queue.clone(),
                body: queued.message.body.clone(),
                reason: queued.reason.clone(),
            });
            self.open.insert(self.next_tag, (queue, queued));
        }
        incoming
    }

    async fn ack(&mut self, tags: &[u64]) {
        for tag in tags {
            if let Some((_, Queued { message, confirm: Some(confirm), .. })) = self.open.remove(tag)
            {
                drop(confirm.send(Confirmation { id: message.id, result: Ok(()) }));
            }
        }
    }

    async fn reject(&mut self, tag: u64, reason: &str) {
        if let Some((_, mut queued)) = self.open.remove(&tag) {
            queued.reason = Some(reason.to_owned());
            DEAD.clone_into(&mut queued.message.exchange);
            self.broker.push(DEAD_LETTERS, queued, false);
            self.broker.arrived.notify_waiters();
        }
    }

    async fn give_back(&mut self, tags: &[u64]) {
        for tag in tags.iter().rev() {
            if let Some((queue, queued)) = self.open.remove(tag) {
                self.broker.push(&queue, queued, true);
            }
        }
        self.broker.arrived.notify_waiters();
    }
}

impl Drop for EmbeddedConsumer {
    fn drop(&mut self) {
        for (queue, queued) in self.open.drain().map(|(_, open)| open) {
            self.broker.push(&queue, queued, true);
        }
        self.broker.arrived.notify_waiters();
    }
}

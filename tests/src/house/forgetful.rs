//! A broker that answers for what it takes, as a server does, and then loses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures::FutureExt;
use hub::broker::{
    Broker, Confirmation, Consumer, Embedded, Health, Incoming, Outgoing, PublishError,
};
use tokio::sync::{mpsc, watch};

/// Bits of a tag below the number of the life that it belongs to.
const TAG_BITS: u32 = 48;

/// Carries messages in this process, and confirms each as soon as it has it.
#[derive(Debug, Default)]
pub struct Forgetful {
    /// The present life: its number, and what it carries.
    life: watch::Sender<(u64, Embedded)>,
    is_blocked: AtomicBool,
}

impl Forgetful {
    /// Loses all that it carries, what consumers have not acknowledged too.
    pub fn forget(&self) {
        self.life.send_modify(|life| *life = (life.0 + 1, Embedded::default()));
    }

    /// Takes no messages from now on, as after a memory alarm; or takes them again.
    pub fn block(&self, is_blocked: bool) {
        self.is_blocked.store(is_blocked, Ordering::Relaxed);
    }
}

#[async_trait]
impl Broker for Forgetful {
    async fn publish(&self, batch: Vec<Outgoing>, confirm: &mpsc::UnboundedSender<Confirmation>) {
        for message in batch {
            let id = message.id;
            let result = if self.is_blocked.load(Ordering::Relaxed) {
                Err(PublishError::Refused("it is blocked".into()))
            } else {
                let (own, mut answers) = mpsc::unbounded_channel();
                let life = self.life.borrow().1.clone();
                life.publish(vec![message], &own).await;
                // An answer at once tells of a message that has no queue.
                answers.try_recv().map_or(Ok(()), |answer| answer.result)
            };
            drop(confirm.send(Confirmation { id, result }));
        }
    }

    async fn consume(&self, queues: &[String], prefetch: u16) -> Box<dyn Consumer> {
        let mut life = self.life.subscribe();
        let (number, broker) = life.borrow_and_update().clone();
        let inner = broker.consume(queues, prefetch).await;
        let queues = queues.to_vec();
        Box::new(Subscription { life, number, inner, queues, prefetch })
    }

    fn health(&self) -> Health {
        if self.takes_messages() { Health::Up } else { Health::Blocked("by a test".into()) }
    }

    fn takes_messages(&self) -> bool {
        !self.is_blocked.load(Ordering::Relaxed)
    }

    async fn close(&self) {}
}

/// A consumer that subscribes again in each life.
struct Subscription {
    life: watch::Receiver<(u64, Embedded)>,
    number: u64,
    inner: Box<dyn Consumer>,
    queues: Vec<String>,
    prefetch: u16,
}

impl Subscription {
    fn renew(&mut self) {
        let (number, broker) = self.life.borrow_and_update().clone();
        if number != self.number {
            let consume = broker.consume(&self.queues, self.prefetch);
            self.inner = consume.now_or_never().expect("the embedded broker subscribes at once");
            self.number = number;
        }
    }

    fn tagged(&self, mut messages: Vec<Incoming>) -> Vec<Incoming> {
        for message in &mut messages {
            message.tag |= self.number << TAG_BITS;
        }
        messages
    }

    /// The tags of this life, as its broker gave them.
    fn living(&mut self, tags: &[u64]) -> Vec<u64> {
        self.renew();
        let own = tags.iter().filter(|tag| **tag >> TAG_BITS == self.number);
        own.map(|tag| tag & ((1 << TAG_BITS) - 1)).collect()
    }
}

#[async_trait]
impl Consumer for Subscription {
    async fn next(&mut self, max: usize) -> Vec<Incoming> {
        loop {
            self.renew();
            tokio::select! {
                messages = self.inner.next(max) => return self.tagged(messages),
                changed = self.life.changed() => changed.expect("it outlives its consumers"),
            }
        }
    }

    fn try_next(&mut self, max: usize) -> Vec<Incoming> {
        self.renew();
        let messages = self.inner.try_next(max);
        self.tagged(messages)
    }

    async fn ack(&mut self, tags: &[u64]) {
        let tags = self.living(tags);
        self.inner.ack(&tags).await;
    }

    async fn reject(&mut self, tag: u64, reason: &str) {
        for tag in self.living(&[tag]) {
            self.inner.reject(tag, reason).await;
        }
    }

    async fn give_back(&mut self, tags: &[u64]) {
        let tags = self.living(tags);
        self.inner.give_back(&tags).await;
    }
}

impl super::Builder {
    /// A broker that can forget.
    #[must_use]
    pub fn forgetful(mut self, broker: &Arc<Forgetful>) -> Self {
        self.set_given(Arc::clone(broker) as Arc<dyn Broker>);
        self
    }
}

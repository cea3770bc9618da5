//! RabbitMQ: quorum queues, publisher confirms, and tasks that never give up a connection.
//!
//! lapin's own recovery stays off: it knows connections only, not a cancelled subscription nor an
//! acknowledgement that came too late. Publishing and each consumer have a connection of their own,
//! so that a blocked publisher cannot hold up acknowledgements.

mod consumer;
mod desk;
mod link;
mod nodes;
mod publisher;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use link::BrokerError;

use super::{Broker, Confirmation, Consumer, Health, Outgoing, PublishError};
use consumer::Subscriber;
use nodes::Nodes;
use publisher::{CONFIRMS_MAX, Job, Publisher};

/// The broker on RabbitMQ.
#[derive(Debug)]
pub struct RabbitMq {
    house: House,
    jobs: mpsc::Sender<Job>,
    tasks: TaskTracker,
}

/// What all its tasks share.
#[derive(Debug, Clone)]
struct House {
    nodes: Arc<Nodes>,
    /// Health by part: 0 is the publisher, the others are consumers.
    parts: Arc<Mutex<BTreeMap<u64, Health>>>,
    next_part: Arc<AtomicU64>,
    closing: CancellationToken,
}

impl House {
    fn report(&self, part: u64, health: Health) {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).insert(part, health);
    }

    fn leave(&self, part: u64) {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).remove(&part);
    }

    /// The worst of the parts.
    fn health(&self) -> Health {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let down = parts.values().find(|health| matches!(health, Health::Down(_)));
        let troubled = down.or_else(|| parts.values().find(|health| **health != Health::Up));
        troubled.cloned().unwrap_or(Health::Up)
    }
}

impl RabbitMq {
    /// Whether the URL is one; asks nobody.
    pub fn check_url(url: &str) -> Result<(), BrokerError> {
        Nodes::parse(url).map(drop)
    }

    /// Connects to what the URL names (`amqp://USER:PASSWORD@HOST:PORT/VHOST`, or `amqps:`; several
    /// nodes of one cluster separated by commas) and declares the topology. Later losses are mended
    /// in the background, for ever.
    pub async fn open(url: &str) -> Result<Self, BrokerError> {
        let house = House {
            nodes: Arc::new(Nodes::parse(url)?),
            parts: Arc::default(),
            next_part: Arc::new(AtomicU64::new(1)),
            closing: CancellationToken::new(),
        };
        let link = publisher::open(&house.nodes).await?;
        let (jobs, inbox) = mpsc::channel(CONFIRMS_MAX);
        let tasks = TaskTracker::new();
        tasks.spawn(Publisher::new(house.clone(), inbox).run(link));
        Ok(Self { house, jobs, tasks })
    }
}

#[async_trait]
impl Broker for RabbitMq {
    async fn publish(&self, batch: Vec<Outgoing>, confirm: &mpsc::UnboundedSender<Confirmation>) {
        for message in batch {
            let id = message.id;
            if self.jobs.send(Job { message, confirm: confirm.clone() }).await.is_err() {
                let result = Err(PublishError::Unreachable("its connection was closed".into()));
                drop(confirm.send(Confirmation { id, result }));
            }
        }
    }

    async fn consume(&self, queues: &[String], prefetch: u16) -> Box<dyn Consumer> {
        let part = self.house.next_part.fetch_add(1, Ordering::Relaxed);
        let (subscriber, handle) =
            Subscriber::new(self.house.clone(), part, queues.to_vec(), prefetch);
        self.tasks.spawn(subscriber.run());
        Box::new(handle)
    }

    fn health(&self) -> Health {
        self.house.health()
    }

    fn takes_messages(&self) -> bool {
        let parts = self.house.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.get(&publisher::PART) == Some(&Health::Up)
    }

    async fn close(&self) {
        self.house.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

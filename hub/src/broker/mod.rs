//! The broker: carries work messages between stages. In process by default, RabbitMQ in production.
//!
//! What waits, waits in the store; a broker carries only work that is ready. Delivery is at least
//! once: a stage acknowledges after its commit, and drops what is stale by the row's turn.

mod embedded;
mod rabbitmq;
pub mod topology;

use async_trait::async_trait;
use tokio::sync::mpsc;
use uuid::Uuid;

pub use embedded::Embedded;
pub use rabbitmq::{BrokerError, RabbitMq};

/// A message to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The outbox row's id; comes back with the confirmation and is the AMQP message-id.
    pub id: Uuid,
    /// One of the topology's exchanges.
    pub exchange: String,
    /// The routing key.
    pub routing_key: String,
    /// Avro, single-object encoding.
    pub body: Vec<u8>,
    /// The header `traceparent`.
    pub trace: Option<String>,
}

/// The broker's answer for one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The message.
    pub id: Uuid,
    /// Whether the broker answers for it from now on.
    pub result: Result<(), PublishError>,
}

/// Why a message is not with the broker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// No queue takes this routing key: a fault of ours, or of the declared topology.
    #[error("no queue takes {routing_key} on {exchange}; compare with `todoke topology print`")]
    Unroutable {
        /// Where to.
        exchange: String,
        /// Which way.
        routing_key: String,
    },
    /// The broker said no (queue full, or it is in trouble); try again.
    #[error("the broker refused the message: {0}")]
    Refused(String),
    /// No connection, or no answer in time; try again, it may be a repeat.
    #[error("the broker cannot be reached: {0}")]
    Unreachable(String),
}

/// A message to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Names it to `ack` and `reject`.
    pub tag: u64,
    /// The queue that it was on.
    pub queue: String,
    /// Avro, single-object encoding.
    pub body: Vec<u8>,
    /// Why it was dead-lettered, on the dead-letter queue.
    pub reason: Option<String>,
}

/// How the broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Up,
    /// It takes no messages at the moment (memory or disk alarm).
    Blocked(String),
    /// It cannot be reached.
    Down(String),
}

impl Health {
    /// The word in metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Blocked(_) => "blocked",
            Self::Down(_) => "down",
        }
    }
}

/// Carries messages.
#[async_trait]
pub trait Broker: Send + Sync + std::fmt::Debug {
    /// Publishes messages. For each one, a confirmation is sent when the broker answers for it (the
    /// embedded broker: when it was acknowledged), or cannot.
    async fn publish(&self, batch: Vec<Outgoing>, confirm: &mpsc::UnboundedSender<Confirmation>);

    /// A consumer of several queues; at most `prefetch` messages are with it unacknowledged.
    async fn consume(&self, queues: &[String], prefetch: u16) -> Box<dyn Consumer>;

    /// How it is now: the worst of what publishes and what consumes.
    fn health(&self) -> Health;

    /// Whether publishing is worth while now.
    fn takes_messages(&self) -> bool;

    /// Waits for the confirmations that are under way, then ends all connections.
    async fn close(&self);
}

/// Takes messages off queues. Survives the loss of its connection: what was not acknowledged comes
/// again, and acknowledging what belongs to a lost connection does nothing.
#[async_trait]
pub trait Consumer: Send + Sync {
    /// Waits for at least one message, then takes what is there, up to `max`.
    async fn next(&mut self, max: usize) -> Vec<Incoming>;

    /// What is there now, up to `max`; perhaps nothing.
    fn try_next(&mut self, max: usize) -> Vec<Incoming>;

    /// The work is done and committed.
    async fn ack(&mut self, tags: &[u64]);

    /// Nobody can ever work on it: to the dead-letter queue.
    async fn reject(&mut self, tag: u64, reason: &str);

    /// Not done (the store was away, or we stop): back to the queue.
    async fn give_back(&mut self, tags: &[u64]);
}

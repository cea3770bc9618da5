//! Subscribes to queues, and subscribes again whatever happens.
//!
//! The handle that a stage holds talks with the task that holds the connection: deliveries one way,
//! orders (acknowledge, reject, give back) the other. A tag carries the number of the subscription
//! that it belongs to, so an order for a lost one does nothing.

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures::future::ready;
use futures::stream::{self, BoxStream, SelectAll, StreamExt, select_all};
use lapin::Event;
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use tokio::sync::mpsc;

use super::super::topology;
use super::super::{Consumer, Health, Incoming};
use super::House;
use super::desk::{Desk, Order, subscription_of};
use super::link::{BrokerError, Link, lost, short};
use crate::retry::Reconnect;

/// The stage's end.
pub(super) struct Handle {
    incoming: mpsc::UnboundedReceiver<Incoming>,
    orders: mpsc::UnboundedSender<Order>,
    subscription: Arc<AtomicU64>,
}

impl Handle {
    fn is_live(&self, message: &Incoming) -> bool {
        subscription_of(message.tag) == self.subscription.load(Ordering::SeqCst)
    }

    fn order(&self, order: Order) {
        // The task is gone only when the broker was closed; then all unacknowledged comes again.
        drop(self.orders.send(order));
    }
}

#[async_trait]
impl Consumer for Handle {
    async fn next(&mut self, max: usize) -> Vec<Incoming> {
        let mut messages = Vec::new();
        while messages.is_empty() {
            if self.incoming.recv_many(&mut messages, max.max(1)).await == 0 {
                return std::future::pending().await;
            }
            messages.retain(|message| self.is_live(message));
        }
        messages
    }

    fn try_next(&mut self, max: usize) -> Vec<Incoming> {
        let mut messages = Vec::new();
        while messages.len() < max
            && let Ok(message) = self.incoming.try_recv()
        {
            if self.is_live(&message) {
                messages.push(message);
            }
        }
        messages
    }

    async fn ack(&mut self, tags: &[u64]) {
        self.order(Order::Ack(tags.to_vec()));
    }

    async fn reject(&mut self, tag: u64, _reason: &str) {
        self.order(Order::Reject(tag));
    }

    async fn give_back(&mut self, tags: &[u64]) {
        self.order(Order::GiveBack(tags.to_vec()));
    }
}

/// The connection's end: the task that subscribes.
pub(super) struct Subscriber {
    house: House,
    part: u64,
    queues: Vec<String>,
    prefetch: u16,
    incoming: mpsc::UnboundedSender<Incoming>,
    orders: mpsc::UnboundedReceiver<Order>,
    subscription: Arc<AtomicU64>,
}

impl Subscriber {
    pub(super) fn new(
        house: House,
        part: u64,
        queues: Vec<String>,
        prefetch: u16,
    ) -> (Self, Handle) {
        let (to_stage, incoming) = mpsc::unbounded_channel();
        let (to_task, orders) = mpsc::unbounded_channel();
        let subscription = Arc::new(AtomicU64::new(0));
        let handle = Handle { incoming, orders: to_task, subscription: Arc::clone(&subscription) };
        let task = Self { house, part, queues, prefetch, incoming: to_stage, orders, subscription };
        (task, handle)
    }

    /// Subscribes until the house closes or the stage drops its handle.
    pub(super) async fn run(mut self) {
        let mut waits = Reconnect::default();
        loop {
            let why = match self.subscribe().await {
                Ok((link, deliveries)) => {
                    waits.reset();
                    self.house.report(self.part, Health::Up);
                    let Some(why) = self.serve(link, deliveries).await else { break };
                    tracing::warn!(queue = self.first(), error = %why, "a subscription was lost");
                    why
                }
                Err(error) => error.to_string(),
            };
            self.house.report(self.part, Health::Down(why));
            let pause = tokio::time::sleep(waits.next_wait());
            if self.drop_orders_until(pause).await.is_break() {
                break;
            }
        }
        self.house.leave(self.part);
    }

    fn first(&self) -> &str {
        self.queues.first().map_or("", String::as_str)
    }

    /// A new connection with its queues declared and subscribed to.
    async fn subscribe(&self) -> Result<(Link, Deliveries), BrokerError> {
        let name = format!("todoke consumer {}", self.first());
        let link = self.house.nodes.connect(&name).await?;
        let ours = topology::queues().into_iter().filter(|queue| self.queues.contains(&queue.name));
        link.declare(&ours.collect::<Vec<_>>()).await?;
        // Quorum queues count the prefetch for each consumer, not for the channel.
        let queues = u16::try_from(self.queues.len()).unwrap_or(u16::MAX).max(1);
        let share = (self.prefetch / queues).max(1);
        link.channel.basic_qos(share, BasicQosOptions::default()).await.map_err(lost)?;
        let mut deliveries = Vec::with_capacity(self.queues.len());
        for queue in &self.queues {
            let consumer = link
                .channel
                .basic_consume(
                    short(queue).map_err(lost)?,
                    "".into(),
                    BasicConsumeOptions::default(),
                    FieldTable::default(),
                )
                .await
                .map_err(lost)?;
            deliveries.push(from_queue(queue, consumer));
        }
        self.subscription.fetch_add(1, Ordering::SeqCst);
        Ok((link, select_all(deliveries)))
    }

    /// Passes messages and orders on. Tells why the subscription was lost; nothing when it ends.
    async fn serve(&mut self, link: Link, mut deliveries: Deliveries) -> Option<String> {
        let mut events = pin!(link.connection.events_listener());
        let subscription = self.subscription.load(Ordering::SeqCst);
        let mut desk = Desk::new(link, subscription);
        loop {
            tokio::select! {
                // Orders first, so that what was committed is acknowledged before we close.
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => {
                        if let Err(error) = desk.carry_out(order).await {
                            return Some(error.to_string());
                        }
                    }
                    None => break,
                },
                () = self.house.closing.cancelled() => break,
                Some(event) = events.next() => {
                    if let Event::Error(error) = event {
                        return Some(error.to_string());
                    }
                }
                arrival = deliveries.next() => match arrival {
                    Some(Arrival::Message(queue, delivery)) => {
                        drop(self.incoming.send(desk.register(&queue, *delivery)));
                    }
                    Some(Arrival::End(why)) => return Some(why),
                    None => return Some("no queue to consume".into()),
                },
            }
        }
        desk.close().await;
        None
    }

    /// Orders that come between two subscriptions are for the lost one.
    async fn drop_orders_until(&mut self, pause: impl Future<Output = ()>) -> ControlFlow<()> {
        let drop_orders = async { while self.orders.recv().await.is_some() {} };
        tokio::select! {
            () = pause => ControlFlow::Continue(()),
            () = drop_orders => ControlFlow::Break(()),
            () = self.house.closing.cancelled() => ControlFlow::Break(()),
        }
    }
}

type Deliveries = SelectAll<BoxStream<'static, Arrival>>;

/// What a subscription brings.
enum Arrival {
    Message(Arc<str>, Box<Delivery>),
    End(String),
}

/// A consumer's deliveries, and then its end, which a merged stream would hide.
fn from_queue(queue: &str, consumer: lapin::Consumer) -> BoxStream<'static, Arrival> {
    let name: Arc<str> = queue.into();
    let end = Arrival::End(format!("RabbitMQ cancelled the subscription to {queue}"));
    let messages = consumer.map(move |delivery| match delivery {
        Ok(delivery) => Arrival::Message(Arc::clone(&name), Box::new(delivery)),
        Err(error) => Arrival::End(error.to_string()),
    });
    messages.chain(stream::once(ready(end))).boxed()
}

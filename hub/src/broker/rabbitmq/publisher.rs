//! Publishes with confirms, many in flight.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Event};
use tokio::sync::mpsc;
use tokio::time::{error::Elapsed, timeout};
use uuid::Uuid;

use super::super::topology::{self, EXCHANGES, WORK};
use super::super::{Confirmation, Health, Outgoing, PublishError};
use super::House;
use super::link::{BrokerError, Link, lost, short};
use super::nodes::Nodes;
use crate::retry::Reconnect;
use crate::trace;

/// Messages in flight without a confirmation.
pub(super) const CONFIRMS_MAX: usize = 1_000;
/// Time for one confirmation.
const CONFIRM_LIMIT: Duration = Duration::from_secs(30);
/// The publisher's place in the house's health.
pub(super) const PART: u64 = 0;

/// A message and who waits for its confirmation.
#[derive(Debug)]
pub(super) struct Job {
    pub message: Outgoing,
    pub confirm: mpsc::UnboundedSender<Confirmation>,
}

impl Job {
    fn answer(self, result: Result<(), PublishError>) {
        drop(self.confirm.send(Confirmation { id: self.message.id, result }));
    }
}

type Answer = Result<lapin::Result<lapin::Confirmation>, Elapsed>;

/// A link ready to publish on, with the whole topology behind it.
pub(super) async fn open(nodes: &Nodes) -> Result<Link, BrokerError> {
    let link = nodes.connect("todoke publisher").await?;
    link.declare(&topology::queues()).await?;
    link.channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(lost)?;
    Ok(link)
}

/// The task that publishes.
pub(super) struct Publisher {
    house: House,
    jobs: mpsc::Receiver<Job>,
}

impl Publisher {
    pub(super) fn new(house: House, jobs: mpsc::Receiver<Job>) -> Self {
        Self { house, jobs }
    }

    /// Publishes until the house closes, over one link after the other.
    pub(super) async fn run(mut self, first: Link) {
        let mut waits = Reconnect::default();
        let mut next = Ok(first);
        loop {
            let why = match next {
                Ok(link) => {
                    waits.reset();
                    self.house.report(PART, Health::Up);
                    let Some(why) = self.serve(link).await else { return };
                    tracing::warn!(error = %why, "the publishing connection was lost");
                    why
                }
                Err(error) => BrokerError::to_string(&error),
            };
            self.house.report(PART, Health::Down(why.clone()));
            if self.refuse_for(waits.next_wait(), &why).await.is_none() {
                return;
            }
            next = open(&self.house.nodes).await;
        }
    }

    /// Publishes over one link. Tells why it was lost; nothing when the house closes.
    async fn serve(&mut self, link: Link) -> Option<String> {
        let mut events = pin!(link.connection.events_listener());
        let mut in_flight = FuturesUnordered::new();
        let mut flight = Flight::default();
        let mut blocked = None;
        let mut batch = Vec::new();
        let mut is_last = false;
        while !is_last || !in_flight.is_empty() {
            let room = CONFIRMS_MAX - in_flight.len();
            let lost = tokio::select! {
                answers = all_ready(&mut in_flight), if !in_flight.is_empty() => {
                    flight.settle(answers)
                }
                count = self.jobs.recv_many(&mut batch, room), if room > 0 && !is_last => {
                    is_last = count == 0;
                    for job in batch.drain(..) {
                        in_flight.extend(flight.take_off(&link.channel, job, blocked.as_deref()));
                    }
                    None
                }
                Some(event) = events.next() => self.heed(event, &mut blocked),
                () = self.house.closing.cancelled(), if !is_last => {
                    self.jobs.close();
                    None
                }
            };
            if let Some(why) = lost {
                flight.abandon(&why);
                return Some(why);
            }
        }
        link.close().await;
        None
    }

    fn heed(&self, event: Event, blocked: &mut Option<String>) -> Option<String> {
        match event {
            Event::ConnectionBlocked(reason) => {
                tracing::warn!(%reason, "RabbitMQ takes no messages at the moment");
                self.house.report(PART, Health::Blocked(reason.clone()));
                *blocked = Some(reason);
            }
            Event::ConnectionUnblocked => {
                tracing::info!("RabbitMQ takes messages again");
                self.house.report(PART, Health::Up);
                *blocked = None;
            }
            Event::Error(error) => return Some(error.to_string()),
            Event::Connected | Event::SendFlow(_) | _ => {}
        }
        None
    }

    /// Answers what comes during a pause; nothing when the house closes.
    async fn refuse_for(&mut self, pause: Duration, why: &str) -> Option<()> {
        let refuse = async {
            while let Some(job) = self.jobs.recv().await {
                job.answer(Err(PublishError::Unreachable(why.to_owned())));
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => Some(()),
            () = refuse => None,
            () = self.house.closing.cancelled() => None,
        }
    }
}

/// Everything that has ended by now, and at least one.
async fn all_ready<F: Future>(in_flight: &mut FuturesUnordered<F>) -> Vec<F::Output> {
    in_flight.ready_chunks(CONFIRMS_MAX).next().await.unwrap_or_default()
}

/// What is in flight on one link.
#[derive(Default)]
struct Flight {
    jobs: HashMap<Uuid, Job>,
    /// Came back as unroutable, but their own confirmation has not come yet.
    returned: HashSet<Uuid>,
}

impl Flight {
    /// Sends a message; the future ends with its confirmation. What cannot be sent is answered.
    fn take_off(
        &mut self,
        channel: &Channel,
        mut job: Job,
        blocked: Option<&str>,
    ) -> Option<impl Future<Output = (Uuid, Answer)> + use<>> {
        if let Some(why) = blocked {
            job.answer(Err(PublishError::Refused(format!("it is blocked: {why}"))));
            return None;
        }
        let message = &mut job.message;
        // An exchange that nobody declared would cost the channel, and all that is in flight on it.
        let is_known = EXCHANGES.iter().any(|exchange| exchange.name == message.exchange);
        let (Ok(exchange), Ok(routing_key), true) =
            (short(&message.exchange), short(&message.routing_key), is_known)
        else {
            let result = unroutable(message);
            job.answer(result);
            return None;
        };
        let (id, channel) = (message.id, channel.clone());
        let trace = message.trace.take();
        let (body, options) = (std::mem::take(&mut message.body), options(message));
        self.jobs.insert(id, job);
        Some(async move {
            let send = async {
                let properties = properties(id, trace);
                channel
                    .basic_publish(exchange, routing_key, options, &body, properties)
                    .await?
                    .await
            };
            (id, timeout(CONFIRM_LIMIT, send).await)
        })
    }

    /// Passes on what the broker answered. Tells why the link is lost, when an answer shows that.
    ///
    /// lapin hangs a returned message on the next confirmation that it handles, which is another
    /// message's when the broker confirms several at once. So the message-id tells whose it is, and
    /// all that has come is looked through before anything is passed on.
    fn settle(&mut self, answers: Vec<(Uuid, Answer)>) -> Option<String> {
        self.returned.extend(answers.iter().filter_map(|(_, answer)| returned(answer)));
        let mut lost = None;
        for (id, answer) in answers {
            let is_returned = self.returned.remove(&id);
            if let Ok(Err(error)) = &answer {
                lost = Some(error.to_string());
            }
            let Some(job) = self.jobs.remove(&id) else { continue };
            let Outgoing { exchange, routing_key, .. } = &job.message;
            let result = if !is_returned {
                verdict(&answer)
            } else if topology::has_route(exchange, routing_key) {
                // Somebody deleted what was declared: a new link declares all of it again.
                let why = format!("the queue for {routing_key} was gone; it is declared again");
                lost = Some(why.clone());
                Err(PublishError::Refused(why))
            } else {
                unroutable(&job.message)
            };
            job.answer(result);
        }
        lost
    }

    fn abandon(self, why: &str) {
        for job in self.jobs.into_values() {
            job.answer(Err(PublishError::Unreachable(why.to_owned())));
        }
    }
}

fn options(message: &Outgoing) -> BasicPublishOptions {
    // Work must have a queue; an event may have no subscriber.
    BasicPublishOptions { mandatory: message.exchange == WORK, ..BasicPublishOptions::default() }
}

fn properties(id: Uuid, trace: Option<String>) -> BasicProperties {
    let mut text = Uuid::encode_buffer();
    let mut headers = FieldTable::default();
    if let Some(trace) = trace {
        headers.insert(trace::HEADER.into(), AMQPValue::LongString(trace.into()));
    }
    BasicProperties::default()
        .with_headers(headers)
        .with_delivery_mode(2)
        .with_content_type("avro/binary".into())
        .with_message_id((&*id.hyphenated().encode_lower(&mut text)).into())
}

fn unroutable(message: &Outgoing) -> Result<(), PublishError> {
    Err(PublishError::Unroutable {
        exchange: message.exchange.clone(),
        routing_key: message.routing_key.clone(),
    })
}

/// The message that came back with an answer, whosever it was.
fn returned(answer: &Answer) -> Option<Uuid> {
    match answer {
        Ok(Ok(lapin::Confirmation::Ack(message) | lapin::Confirmation::Nack(message))) => {
            message.as_ref()?.properties.message_id().as_ref()?.as_str().parse().ok()
        }
        Ok(Ok(lapin::Confirmation::NotRequested) | Err(_)) | Err(_) => None,
    }
}

fn verdict(answer: &Answer) -> Result<(), PublishError> {
    match answer {
        Ok(Ok(lapin::Confirmation::Ack(None))) => Ok(()),
        // Its own return may still be on the way, behind this one: better twice than never.
        Ok(Ok(lapin::Confirmation::Ack(Some(_)))) => {
            Err(PublishError::Refused("another message's return came in between".into()))
        }
        Ok(Ok(lapin::Confirmation::Nack(_) | lapin::Confirmation::NotRequested)) => {
            Err(PublishError::Refused("its queue is full or has no majority of nodes".into()))
        }
        Ok(Err(error)) => Err(PublishError::Unreachable(error.to_string())),
        Err(_) => {
            let seconds = CONFIRM_LIMIT.as_secs();
            Err(PublishError::Unreachable(format!("no confirmation within {seconds} s")))
        }
    }
}

//! A false broker that all processes of a world share: it loses, doubles, shuffles and forgets, and
//! kills the process that talks to it when the world says so.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hub::broker::topology::{self, DEAD_LETTERS, EVENTS};
use hub::broker::{Broker, Confirmation, Consumer, Health, Incoming, Outgoing, PublishError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::{Notify, mpsc};

use super::record::Tally;

type Confirm = mpsc::UnboundedSender<Confirmation>;

/// How likely it is that something happens to a message, each from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults {
    /// It is refused or does not arrive, and the publisher knows.
    pub(super) refuse: f64,
    /// It is confirmed, and lost.
    pub(super) lose: f64,
    /// It arrives twice.
    pub(super) double: f64,
    /// It arrives, and the publisher does not know.
    pub(super) unsure: f64,
    /// It overtakes others.
    pub(super) shuffle: f64,
    /// Its confirmation comes later.
    pub(super) late: f64,
    /// Its acknowledgement is lost, so that it comes again.
    pub(super) unacknowledged: f64,
}

/// Where a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// Its work is committed, and the broker is not told.
    Acknowledge,
    /// Before a message is with the broker.
    Publish,
    /// A message is with the broker, and the process has not heard.
    Published,
}

struct Queued {
    message: Outgoing,
    /// To be confirmed when it is acknowledged, as the embedded broker does.
    confirm: Option<Confirm>,
    reason: Option<String>,
}

struct State {
    queues: BTreeMap<String, VecDeque<Queued>>,
    routes: BTreeMap<(&'static str, String), String>,
    faults: Faults,
    is_blocked: bool,
    doomed: Option<(usize, Point)>,
    late: Vec<(Confirm, Confirmation)>,
    rng: StdRng,
    tally: Tally,
}

/// All queues, and who is to die.
pub(super) struct Network {
    state: Mutex<State>,
    arrived: Notify,
    /// Rung when the doomed process has died.
    pub(super) died: Notify,
    /// It lives in the process, and confirms when its consumer acknowledges.
    is_embedded: bool,
}

impl Network {
    pub(super) fn new(seed: u64, faults: Faults, is_embedded: bool) -> Arc<Self> {
        let route = |queue: topology::Queue| ((queue.exchange, queue.routing_key), queue.name);
        let state = State {
            queues: BTreeMap::new(),
            routes: topology::queues().into_iter().map(route).collect(),
            faults,
            is_blocked: false,
            doomed: None,
            late: Vec::new(),
            rng: StdRng::seed_from_u64(seed),
            tally: Tally::default(),
        };
        let (arrived, died) = (Notify::new(), Notify::new());
        Arc::new(Self { state: Mutex::new(state), arrived, died, is_embedded })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No faults from now on.
    pub(super) fn calm(&self) {
        let mut state = self.lock();
        (state.faults, state.doomed, state.is_blocked) = (Faults::default(), None, false);
    }

    /// It takes messages or not. Tells whether it does not from now on.
    pub(super) fn turn_block(&self) -> bool {
        let mut state = self.lock();
        state.is_blocked = !state.is_blocked;
        state.is_blocked
    }

    /// A process is to die when it comes to a point; nobody, with `None`.
    pub(super) fn doom(&self, whom: Option<(usize, Point)>) {
        self.lock().doomed = whom;
    }

    /// All messages vanish. Tells how many.
    pub(super) fn forget(&self) -> usize {
        let mut state = self.lock();
        let count = state.queues.values().map(VecDeque::len).sum();
        state.queues.clear();
        state.tally.add("messages forgotten", count);
        count
    }

    /// Confirmations that were late come. Tells how many.
    pub(super) fn confirm_late(&self) -> usize {
        let late = std::mem::take(&mut self.lock().late);
        let count = late.len();
        for (confirm, confirmation) in late {
            drop(confirm.send(confirmation));
        }
        count
    }

    /// What has happened to messages.
    pub(super) fn tally(&self) -> Tally {
        self.lock().tally.clone()
    }

    /// Returns when this is not where the process dies.
    async fn pass(&self, process: usize, point: Point) {
        let dies = {
            let mut state = self.lock();
            let dies = state.doomed == Some((process, point));
            if dies {
                state.doomed = None;
            }
            dies
        };
        if dies {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn take_in(&self, message: Outgoing, confirm: &Confirm) {
        let mut state = self.lock();
        state.tally.add("messages", 1);
        let id = message.id;
        let way = (message.exchange.as_str(), message.routing_key.as_str());
        let queue =
            state.routes.iter().find(|((exchange, key), _)| (*exchange, key.as_str()) == way);
        let Some(queue) = queue.map(|(_, queue)| queue.clone()) else {
            let (exchange, routing_key) = (message.exchange, message.routing_key);
            let is_event = exchange == EVENTS;
            let result = Err(PublishError::Unroutable { exchange, routing_key });
            let result = if is_event { Ok(()) } else { result };
            drop(confirm.send(Confirmation { id, result }));
            return;
        };
        let Faults { refuse, lose, double, unsure, shuffle, late, .. } = state.faults;
        if state.is_blocked || state.happens(refuse, "messages refused") {
            let result = Err(PublishError::Refused("no room".to_owned()));
            drop(confirm.send(Confirmation { id, result }));
            return;
        }
        let copies = if state.happens(lose, "messages lost") {
            0
        } else {
            1 + usize::from(state.happens(double, "messages doubled"))
        };
        let keep = (self.is_embedded && copies == 1).then(|| confirm.clone());
        for _ in 0..copies {
            let shuffled = state.happens(shuffle, "messages shuffled");
            let length = state.queues.get(&queue).map_or(0, VecDeque::len);
            let at = if shuffled { state.rng.random_range(0..=length) } else { length };
            let item = Queued { message: message.clone(), confirm: keep.clone(), reason: None };
            state.queues.entry(queue.clone()).or_default().insert(at, item);
        }
        if keep.is_some() {
            return;
        }
        let is_unsure = state.happens(unsure, "confirmations lost");
        let result = if is_unsure {
            Err(PublishError::Unreachable("no answer in time".to_owned()))
        } else {
            Ok(())
        };
        let confirmation = Confirmation { id, result };
        if state.happens(late, "confirmations late") {
            state.late.push((confirm.clone(), confirmation));
        } else {
            drop(confirm.send(confirmation));
        }
    }
}

impl State {
    fn happens(&mut self, likely: f64, what: &'static str) -> bool {
        let happens = likely > 0.0 && self.rng.random_bool(likely);
        self.tally.add(what, usize::from(happens));
        happens
    }
}

/// One process's way to the network.
pub(super) struct FalseBroker {
    pub(super) process: usize,
    pub(super) network: Arc<Network>,
}

impl std::fmt::Debug for FalseBroker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FalseBroker")
    }
}

#[async_trait]
impl Broker for FalseBroker {
    async fn publish(&self, batch: Vec<Outgoing>, confirm: &Confirm) {
        for message in batch {
            self.network.pass(self.process, Point::Publish).await;
            self.network.take_in(message, confirm);
            self.network.pass(self.process, Point::Published).await;
        }
        self.network.arrived.notify_waiters();
    }

    async fn consume(&self, queues: &[String], prefetch: u16) -> Box<dyn Consumer> {
        Box::new(FalseConsumer {
            process: self.process,
            network: Arc::clone(&self.network),
            queues: queues.to_vec(),
            prefetch: usize::from(prefetch),
            last_tag: 0,
            open: BTreeMap::new(),
        })
    }

    fn health(&self) -> Health {
        if self.takes_messages() { Health::Up } else { Health::Blocked("no room".to_owned()) }
    }

    fn takes_messages(&self) -> bool {
        !self.network.lock().is_blocked
    }

    async fn close(&self) {}
}

struct FalseConsumer {
    process: usize,
    network: Arc<Network>,
    queues: Vec<String>,
    prefetch: usize,
    last_tag: u64,
    open: BTreeMap<u64, (String, Queued)>,
}

impl FalseConsumer {
    fn put_back(&mut self, tags: impl DoubleEndedIterator<Item = u64>) {
        let mut state = self.network.lock();
        for tag in tags.rev() {
            if let Some((queue, item)) = self.open.remove(&tag) {
                state.queues.entry(queue).or_default().push_front(item);
            }
        }
    }
}

#[async_trait]
impl Consumer for FalseConsumer {
    async fn next(&mut self, max: usize) -> Vec<Incoming> {
        let network = Arc::clone(&self.network);
        loop {
            let mut arrived = std::pin::pin!(network.arrived.notified());
            arrived.as_mut().enable();
            let taken = self.try_next(max);
            if !taken.is_empty() {
                return taken;
            }
            arrived.await;
        }
    }

    fn try_next(&mut self, max: usize) -> Vec<Incoming> {
        let mut state = self.network.lock();
        let mut taken = Vec::new();
        for queue in &self.queues {
            let Some(items) = state.queues.get_mut(queue) else { continue };
            let room = self.prefetch.saturating_sub(self.open.len()).min(max - taken.len());
            for item in items.drain(..room.min(items.len())) {
                self.last_tag += 1;
                taken.push(Incoming {
                    tag: self.last_tag,
                    queue: queue.clone(),
                    body: item.message.body.clone(),
                    reason: item.reason.clone(),
                });
                self.open.insert(self.last_tag, (queue.clone(), item));
            }
        }
        taken
    }

    async fn ack(&mut self, tags: &[u64]) {
        for tag in tags {
            self.network.pass(self.process, Point::Acknowledge).await;
            let Some((queue, item)) = self.open.remove(tag) else { continue };
            let mut state = self.network.lock();
            let likely = state.faults.unacknowledged;
            if state.happens(likely, "acknowledgements lost") {
                state.queues.entry(queue).or_default().push_front(item);
            } else if let Some(confirm) = item.confirm {
                drop(confirm.send(Confirmation { id: item.message.id, result: Ok(()) }));
            }
        }
    }

    async fn reject(&mut self, tag: u64, reason: &str) {
        if let Some((_, mut item)) = self.open.remove(&tag) {
            item.reason = Some(reason.to_owned());
            let mut state = self.network.lock();
            state.queues.entry(DEAD_LETTERS.to_owned()).or_default().push_back(item);
        }
    }

    async fn give_back(&mut self, tags: &[u64]) {
        self.put_back(tags.iter().copied());
        self.network.arrived.notify_waiters();
    }
}

impl Drop for FalseConsumer {
    fn drop(&mut self) {
        let open: Vec<u64> = self.open.keys().copied().collect();
        self.put_back(open.into_iter());
    }
}

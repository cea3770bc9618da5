//! False far sides of all authorities behind the adapter trait, which remember what they hold and
//! complain about what no authority should see.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapters::{Adapter, Endpoint, Parcel, Probe};
use async_trait::async_trait;
use hub::clock::Clock;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use schemas::{AuthorityId, Channel, DeliveryId, FilingId, Outcome, Owner, Proof, ProofLevel, Why};
use serde_json::json;
use tokio::sync::oneshot;

use super::record::Tally;

/// How a far side treats what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Takes it at once.
    Well,
    /// Takes it after seconds or minutes.
    Slow,
    /// Refuses it for good.
    Refuses,
    /// Asks to come again later.
    Busy,
    /// Cannot be reached; sometimes nobody knows whether it was.
    Away,
    /// Takes it, and its answer is lost.
    Deaf,
    /// Any of the others, for each try anew.
    Flaps,
    /// Takes it after so long that the lease is over.
    Stalls,
}

const MANNERS: [Manner; 8] = [
    Manner::Well,
    Manner::Slow,
    Manner::Refuses,
    Manner::Busy,
    Manner::Away,
    Manner::Deaf,
    Manner::Flaps,
    Manner::Stalls,
];

/// Any manner.
pub(super) fn any_manner(rng: &mut StdRng) -> Manner {
    MANNERS[rng.random_range(0..MANNERS.len())]
}

/// A package that lies at a far side.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) authority: AuthorityId,
    pub(super) filing: FilingId,
    pub(super) revision: u32,
    pub(super) sha256: String,
}

/// A try that has begun and not ended.
struct Try {
    number: u64,
    process: usize,
    filing: FilingId,
    authority: AuthorityId,
    began: i64,
}

#[derive(Default)]
struct State {
    manners: BTreeMap<(AuthorityId, Channel), Manner>,
    held: BTreeMap<DeliveryId, Held>,
    shown: BTreeMap<DeliveryId, String>,
    underway: Vec<Try>,
    /// Those that wait for a time, in milliseconds, with their process.
    gates: BTreeMap<(i64, DeliveryId, u64), (usize, oneshot::Sender<()>)>,
    tries: u64,
    notes: Vec<(DeliveryId, String)>,
    violations: Vec<String>,
    tally: Tally,
}

/// All far sides.
pub(super) struct FarSides {
    state: Mutex<State>,
    /// The true time, whatever processes take it to be.
    clock: Arc<Clock>,
    seed: u64,
    /// A try that has lasted less has its delivery to itself.
    lease_ms: i64,
    /// Repeats come with other bytes: what the simulation must find.
    pub(super) is_spoilt: bool,
}

/// What becomes of one try.
struct Fate {
    manner: Manner,
    delay_ms: i64,
    is_taken: bool,
    is_taken_late: bool,
    not_before: Option<i64>,
}

impl FarSides {
    pub(super) fn new(clock: &Arc<Clock>, seed: u64, lease_ms: i64, is_spoilt: bool) -> Arc<Self> {
        let (state, clock) = (Mutex::default(), Arc::clone(clock));
        Arc::new(Self { state, clock, seed, lease_ms, is_spoilt })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how one far side treats what comes.
    pub(super) fn set(&self, authority: AuthorityId, channel: Channel, manner: Manner) {
        let mut state = self.lock();
        state.tally.add("far-side faults", usize::from(manner != Manner::Well));
        state.manners.insert((authority, channel), manner);
    }

    /// All treat it well from now on.
    pub(super) fn calm(&self) {
        let mut state = self.lock();
        state.manners.clear();
        let tries = state.tries;
        state.tally.0.insert("tries in the storm", tries);
    }

    /// Answers whose time has come.
    pub(super) fn answer(&self) {
        let now = self.clock.now_ms();
        let mut state = self.lock();
        while let Some(gate) = state.gates.first_entry().filter(|gate| gate.key().0 <= now) {
            // Nobody listens when the process died.
            _ = gate.remove().1.send(());
        }
    }

    /// Tries of a process that wait for an answer. One that has its answer waits no more, though
    /// it may not have woken yet.
    pub(super) fn waiting(&self, process: usize) -> usize {
        let waits =
            |(by, gate): &&(usize, oneshot::Sender<()>)| *by == process && !gate.is_closed();
        self.lock().gates.values().filter(waits).count()
    }

    /// Whether a try of a process has come here and not left.
    pub(super) fn is_tried_by(&self, process: usize) -> bool {
        self.lock().underway.iter().any(|one| one.process == process)
    }

    /// When the next answer comes, in milliseconds.
    pub(super) fn next_answer(&self) -> Option<i64> {
        self.lock().gates.first_key_value().map(|((at, _, _), _)| *at)
    }

    /// What lies there under an id.
    pub(super) fn held(&self, id: DeliveryId) -> Option<Held> {
        self.lock().held.get(&id).cloned()
    }

    /// All that lies there, by id.
    pub(super) fn all(&self) -> Vec<(DeliveryId, Held)> {
        self.lock().held.iter().map(|(id, held)| (*id, held.clone())).collect()
    }

    /// What happened since the last look: about which delivery, and what; in order of deliveries,
    /// since tries that begin together build their packages in any order.
    pub(super) fn take_notes(&self) -> Vec<(DeliveryId, String)> {
        let mut notes = std::mem::take(&mut self.lock().notes);
        notes.sort();
        notes
    }

    /// What no authority should have seen since the last look.
    pub(super) fn take_violations(&self) -> Vec<String> {
        let mut violations = std::mem::take(&mut self.lock().violations);
        violations.sort();
        violations
    }

    pub(super) fn tally(&self) -> Tally {
        self.lock().tally.clone()
    }

    /// Puts a package where it belongs, as tries do, and as an authority does that fetches it.
    pub(super) fn keep(&self, parcel: &Parcel) {
        let mut state = self.lock();
        state.show(parcel, &parcel.package.sha256);
        state.keep(parcel);
    }

    fn begin(&self, process: usize, channel: Channel, parcel: &Parcel) -> (u64, Fate) {
        let now = self.clock.now_ms();
        let mut state = self.lock();
        state.tries += 1;
        state.tally.add("tries", 1);
        let manner = state.manners.get(&(parcel.authority, channel)).copied();
        let fate = self.fate(manner.unwrap_or(Manner::Well), parcel);
        let other = state.underway.iter().find(|other| {
            let same = other.filing == parcel.filing && other.authority == parcel.authority;
            same && now - other.began < self.lease_ms
        });
        if let Some(other) = other {
            let text = format!(
                "two tries at once: {} to {} over {channel} by process {process}, begun while one \
                 of process {} was {} ms under way",
                parcel.delivery,
                parcel.authority,
                other.process,
                now - other.began
            );
            state.violations.push(text);
        }
        let sha256 = &parcel.package.sha256;
        let spoilt = self.is_spoilt && state.shown.contains_key(&parcel.delivery);
        let sha256 = if spoilt { format!("not {sha256}") } else { sha256.clone() };
        state.show(parcel, &sha256);
        if fate.is_taken && !fate.is_taken_late {
            state.keep(parcel);
        }
        let number = state.tries;
        let (filing, authority) = (parcel.filing, parcel.authority);
        state.underway.push(Try { number, process, filing, authority, began: now });
        let taken = if fate.is_taken { "takes" } else { "does not take" };
        let Fate { manner, delay_ms, .. } = fate;
        let note = format!(
            "{channel} of {authority} {taken} try {} of revision {} ({manner:?}, {delay_ms} ms)",
            parcel.attempt, parcel.revision
        );
        state.notes.push((parcel.delivery, note));
        (number, fate)
    }

    /// The same for the same try, whatever happens to others.
    fn fate(&self, manner: Manner, parcel: &Parcel) -> Fate {
        let (high, low) = parcel.delivery.0.as_u64_pair();
        let time = parcel.now.as_millisecond().unsigned_abs();
        let mut rng = StdRng::seed_from_u64(self.seed ^ high ^ low.rotate_left(21) ^ time << 7);
        let manner = if manner == Manner::Flaps { any_manner(&mut rng) } else { manner };
        let quick = if rng.random_bool(0.5) { 0 } else { rng.random_range(1..400) };
        let delay_ms = match manner {
            Manner::Slow => rng.random_range(1_000..600_000),
            Manner::Away | Manner::Deaf => rng.random_range(0..60_000),
            Manner::Stalls => rng.random_range(self.lease_ms..3 * self.lease_ms),
            Manner::Well | Manner::Refuses | Manner::Busy | Manner::Flaps => quick,
        };
        let is_taken = match manner {
            Manner::Well | Manner::Slow | Manner::Deaf | Manner::Stalls | Manner::Flaps => true,
            Manner::Refuses | Manner::Busy | Manner::Away => false,
        };
        let later = rng.random_range(1_000..3_600_000);
        let not_before = rng.random_bool(0.5).then(|| parcel.now.as_millisecond() + later);
        Fate { manner, delay_ms, is_taken, is_taken_late: rng.random(), not_before }
    }

    fn end(&self, channel: Channel, parcel: &Parcel, fate: &Fate) -> Outcome {
        if fate.is_taken && fate.is_taken_late {
            self.lock().keep(parcel);
        }
        let why = |code: &str, owner| Why::new(code, owner, "the far side is as the seed says");
        match fate.manner {
            Manner::Well | Manner::Slow | Manner::Stalls | Manner::Flaps => {
                let level = match channel {
                    Channel::Email => ProofLevel::AcceptedByTransport,
                    Channel::Api | Channel::Sftp | Channel::Pull => ProofLevel::Stored,
                };
                Outcome::Delivered { proof: Proof { level, evidence: json!({"simulated": true}) } }
            }
            Manner::Refuses => Outcome::Refused { why: why("refused", Owner::Authority) },
            Manner::Busy => Outcome::Deferred {
                why: why("busy", Owner::Authority),
                not_before: fate.not_before.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            },
            Manner::Away if fate.not_before.is_some() => {
                Outcome::Deferred { why: why("away", Owner::Network), not_before: None }
            }
            Manner::Away | Manner::Deaf => {
                Outcome::Unknown { why: why("answer_lost", Owner::Network) }
            }
        }
    }
}

impl State {
    /// One id is one package for ever.
    fn show(&mut self, parcel: &Parcel, sha256: &str) {
        let id = parcel.delivery;
        let first = self.shown.entry(id).or_insert_with(|| sha256.to_owned());
        if first != sha256 {
            let text = format!("two packages under one id: {id} was {first} and is {sha256}");
            self.violations.push(text);
        }
    }

    fn keep(&mut self, parcel: &Parcel) {
        let held = Held {
            authority: parcel.authority,
            filing: parcel.filing,
            revision: parcel.revision,
            sha256: parcel.package.sha256.clone(),
        };
        let before = self.held.insert(parcel.delivery, held);
        self.tally.add("repeats", usize::from(before.is_some()));
        if before.is_some_and(|before| before.authority != parcel.authority) {
            self.violations.push(format!("{} lies at two authorities", parcel.delivery));
        }
    }
}

/// One channel of one process to all far sides.
pub(super) struct FalseAdapter {
    pub(super) channel: Channel,
    pub(super) process: usize,
    pub(super) far: Arc<FarSides>,
}

/// Ends a try however it ends: answered, or with its process.
struct Underway<'a> {
    far: &'a FarSides,
    number: u64,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.far.lock().underway.retain(|one| one.number != self.number);
    }
}

#[async_trait]
impl Adapter for FalseAdapter {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn deliver(&self, _endpoint: &Endpoint, parcel: &Parcel) -> Outcome {
        let (number, fate) = self.far.begin(self.process, self.channel, parcel);
        let underway = Underway { far: &self.far, number };
        if fate.delay_ms > 0 {
            let at = self.far.clock.now_ms() + fate.delay_ms;
            let (gate, opened) = oneshot::channel();
            let key = (at, parcel.delivery, number);
            self.far.lock().gates.insert(key, (self.process, gate));
            drop(opened.await);
        }
        drop(underway);
        self.far.end(self.channel, parcel, &fate)
    }

    async fn probe(&self, endpoint: &Endpoint) -> Probe {
        let manners = &self.far.lock().manners;
        // Every endpoint's address begins with its authority's code.
        let manner = manners.iter().find(|((authority, channel), _)| {
            *channel == self.channel && endpoint.address().contains(authority.as_str())
        });
        let ok = manner.is_none_or(|(_, manner)| *manner != Manner::Away);
        Probe {
            ok,
            sentence: if ok { "it answers" } else { "it does not answer" }.to_owned(),
            latency: Duration::ZERO,
            why: None,
            expires: None,
            observed: None,
        }
    }
}

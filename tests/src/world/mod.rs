//! The whole hub as a seed plays it: the real stages of several processes over one real store, a
//! false clock, a false broker and false far sides.
//!
//! A seed decides who moves next and what goes wrong: processes die between a commit and its
//! acknowledgement, messages are lost, doubled and shuffled, far sides are slow, refuse or lose
//! their answers, clocks differ and jump. `check` says what must hold after every step, and when
//! the faults have ended and all has settled. Nothing here waits for the machine's clock, so a seed
//! plays the same every time; `cargo run --release -p tests --bin simulate -- --help`.

mod check;
mod far_sides;
mod network;
mod people;
mod process;
mod record;
mod scenery;
mod spoil;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use hub::clock::Clock;
use rand::Rng;
use rand::rngs::StdRng;
use schemas::{AuthorityId, Channel, DeliveryId};
use tempfile::TempDir;

use check::Checker;
use far_sides::{Manner, any_manner};
use network::Point;
use people::People;
use process::{Process, Shared, Stage};
use record::Trace;
pub use record::{COUNTED, Report, Tally};
pub use scenery::Scenery;

/// A fault that no hub should have, for a test that the simulation finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// A repeat brings other bytes.
    OtherBytes,
    /// Leases end long before the tries that they are for.
    ShortLeases,
    /// Upkeep does not queue again what the broker lost.
    NoRequeue,
    /// A filing vanishes after its receipt.
    LostFiling,
    /// An event is not what it was.
    OtherEvent,
    /// A delivery waits, and its time never comes.
    NoDueTime,
    /// Upkeep looks after nothing.
    NoUpkeep,
}

/// Stages as often as they move, of so many moves.
const OFTEN: [Stage; 16] = {
    use Stage::{Courier, Notifier, Prober, Recorder, Relay, Router, Sweep, Upkeep};
    [
        Relay, Relay, Relay, Sweep, Router, Router, Courier, Courier, Courier, Recorder, Recorder,
        Recorder, Notifier, Upkeep, Upkeep, Prober,
    ]
};
/// Rounds in which all has settled, at most.
const ROUNDS_MAX: usize = 2_000;
/// False time in which all has settled, at most: the ladder of tries, and what comes behind it.
const SETTLE_MS_MAX: i64 = 30 * 86_400_000;
/// Clocks of processes differ by this at most.
const SKEW_MS_MAX: u64 = 4_000;

/// A hub's processes, their surroundings, and the seed's dice.
struct World {
    seed: u64,
    rng: StdRng,
    /// The true time.
    clock: Arc<Clock>,
    start: i64,
    shared: Shared,
    processes: Vec<Process>,
    processes_max: usize,
    is_embedded: bool,
    /// Faults have not ended yet.
    is_stormy: bool,
    sabotage: Option<Sabotage>,
    lanes: Vec<(AuthorityId, Channel)>,
    started: usize,
    names: BTreeMap<DeliveryId, usize>,
    people: People,
    checker: Checker,
    trace: Trace,
    tally: Tally,
    _folder: TempDir,
}

/// Plays one seed. An error is the simulation's own; the hub's are in the report.
pub async fn play(scenery: &Scenery, seed: u64, sabotage: Option<Sabotage>) -> Result<Report> {
    let mut world = scenery.world(seed, sabotage).await?;
    world.start_processes().await?;
    let moves = world.rng.random_range(200..800);
    for _ in 0..moves {
        world.pass_time().await?;
        world.one_move().await?;
        world.spoil().await?;
        if !world.checker.violations.is_empty() {
            break;
        }
    }
    if world.checker.violations.is_empty() {
        world.settle().await?;
    }
    world.finish().await
}

impl World {
    fn note(&mut self, who: &str, what: &str) {
        self.trace.write(self.clock.now_ms() - self.start, who, what);
    }

    fn complain(&mut self, what: String) {
        self.checker.violations.push(what);
    }

    async fn start_processes(&mut self) -> Result<()> {
        while self.processes.len() < self.processes_max {
            self.started += 1;
            let skew = self.rng.random_range(0..=SKEW_MS_MAX);
            let now = self.clock.now() + Duration::from_millis(skew);
            let clock = Clock::manual(now, self.seed ^ (self.started as u64) << 32);
            if self.is_embedded {
                let mut tx = self.shared.store.begin().await?;
                tx.release_outbox().await?;
                tx.commit().await?;
            }
            self.processes.push(Process::start(&self.shared, self.started, clock).await?);
            self.note(&format!("p{}", self.started), &format!("starts, {skew} ms ahead"));
        }
        Ok(())
    }

    /// Mostly moments, sometimes hours or days.
    async fn pass_time(&mut self) -> Result<()> {
        let ms = match self.rng.random_range(0..1_000) {
            0..600 => self.rng.random_range(0..200),
            600..900 => self.rng.random_range(0..3_000),
            900..985 => self.rng.random_range(0..120_000),
            985..998 => self.rng.random_range(0..6 * 3_600_000),
            _ => self.rng.random_range(0..3 * 86_400_000),
        };
        self.advance(ms).await
    }

    async fn advance(&mut self, ms: u64) -> Result<()> {
        let by = Duration::from_millis(ms);
        self.clock.advance(by);
        for process in &self.processes {
            process.ctx.clock.advance(by);
        }
        if ms > 600_000 {
            self.note("time", &format!("jumps by {} minutes", ms / 60_000));
        }
        self.shared.far.answer();
        for process in &self.processes {
            process.come_to_rest(&self.shared.far).await;
        }
        Ok(())
    }

    async fn one_move(&mut self) -> Result<()> {
        self.tally.add("steps", 1);
        match self.rng.random_range(0..100) {
            0..70 if !self.processes.is_empty() => {
                let at = self.rng.random_range(0..self.processes.len());
                let stage = OFTEN[self.rng.random_range(0..OFTEN.len())];
                self.step(at, stage).await.map(drop)
            }
            70..88 if !self.processes.is_empty() => self.people_move().await,
            _ => self.fault().await,
        }
    }

    /// Tells how much moved.
    async fn step(&mut self, at: usize, stage: Stage) -> Result<usize> {
        let process = &mut self.processes[at];
        let (far, network) = (&self.shared.far, &self.shared.network);
        let who = format!("p{} {stage:?}", process.number).to_lowercase();
        let mut is_alive = true;
        let is_skipped = self.sabotage == Some(Sabotage::NoUpkeep) && stage == Stage::Upkeep;
        let moved = tokio::select! {
            biased;
            moved = process.step(stage), if !is_skipped => Some(moved),
            () = std::future::ready(()), if is_skipped => Some(Ok(0)),
            () = network.died.notified() => None,
        };
        let moved = match moved {
            Some(Ok(moved)) => {
                process.come_to_rest(far).await;
                moved
            }
            Some(Err(error)) => {
                self.complain(format!("{who}: {error:#}"));
                return Ok(0);
            }
            None => {
                self.kill(at, &format!("dies in the middle of {stage:?}")).await;
                is_alive = false;
                1
            }
        };
        if moved > 0 {
            self.note(&who, &format!("moves {moved}"));
            self.look().await?;
        }
        // One that found less than it takes at once has left nobody behind.
        if stage == Stage::Upkeep && is_alive && moved < self.shared.config.upkeep.batch_max {
            self.checker.check_overdue(self.clock.now_ms());
        }
        Ok(moved)
    }

    /// Writes down what is new, and whether all holds.
    async fn look(&mut self) -> Result<()> {
        for (id, what) in self.shared.far.take_notes() {
            let name = self.name(id);
            self.note("far side", &format!("{name}: {what}"));
        }
        let before = std::mem::take(&mut self.checker.deliveries);
        let before: BTreeMap<_, _> = before.into_iter().map(|d| (d.id, d.state)).collect();
        let (store, far) = (&self.shared.store, &self.shared.far);
        let (cap, now) = (self.shared.config.lane.cap, self.clock.now_ms());
        self.checker.look(store, far, cap, now).await?;
        let mut changes = Vec::new();
        for delivery in &self.checker.deliveries {
            let was = before.get(&delivery.id);
            if was != Some(&delivery.state) {
                let why = delivery.state.why().map(|why| format!(" ({})", why.code));
                let was = was.map_or("new", |state| state.as_str());
                let is = delivery.state.as_str();
                changes.push((delivery.id, format!("{was} -> {is}{}", why.unwrap_or_default())));
            }
        }
        for (id, what) in changes {
            let name = self.name(id);
            self.note("", &format!("  {name}: {what}"));
        }
        Ok(())
    }

    /// A short name of a delivery, by order of appearance.
    fn name(&mut self, id: DeliveryId) -> String {
        let next = self.names.len() + 1;
        format!("D{}", self.names.entry(id).or_insert(next))
    }

    async fn kill(&mut self, at: usize, how: &str) {
        let process = self.processes.remove(at);
        self.tally.add("crashes", 1);
        self.note(&format!("p{}", process.number), how);
        process.kill(&self.shared.far).await;
        if self.is_embedded {
            self.shared.network.forget();
        }
    }

    async fn fault(&mut self) -> Result<()> {
        let kind = self.rng.random_range(0..100);
        let any = self.rng.random_range(0..self.processes.len().max(1));
        match kind {
            0..35 => {
                let lane = self.rng.random_range(0..self.lanes.len());
                let (authority, channel) = self.lanes[lane];
                let well = self.rng.random_bool(0.4);
                let manner = if well { Manner::Well } else { any_manner(&mut self.rng) };
                self.shared.far.set(authority, channel, manner);
                self.note("far side", &format!("{channel} of {authority} is {manner:?} now"));
            }
            35..60 => self.start_processes().await?,
            60..70 if any < self.processes.len() => self.kill(any, "is killed").await,
            70..85 if any < self.processes.len() => {
                let points = [Point::Acknowledge, Point::Publish, Point::Published];
                let point = points[self.rng.random_range(0..points.len())];
                self.shared.network.doom(Some((self.processes[any].number, point)));
            }
            85..90 => {
                let late = self.shared.network.confirm_late();
                self.note("broker", &format!("confirms {late} late"));
            }
            90..93 if !self.is_embedded => {
                let blocked = self.shared.network.turn_block();
                self.note("broker", if blocked { "takes nothing" } else { "takes messages" });
            }
            93..96 if !self.is_embedded => {
                let count = self.shared.network.forget();
                self.note("broker", &format!("forgets all {count} messages"));
            }
            _ if any < self.processes.len() => {
                let clock = &self.processes[any].ctx.clock;
                let ahead = clock.now_ms() - self.clock.now_ms();
                if ahead.unsigned_abs() < SKEW_MS_MAX {
                    clock.advance(Duration::from_millis(SKEW_MS_MAX - ahead.unsigned_abs()));
                    self.note(&format!("p{}", self.processes[any].number), "has its clock jump");
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// All faults end; all that is on its way arrives, within a bounded time.
    async fn settle(&mut self) -> Result<()> {
        self.note("", "all faults end");
        self.shared.network.calm();
        self.shared.far.calm();
        self.start_processes().await?;
        self.people_put_right().await?;
        let calm_since = self.clock.now_ms();
        for _ in 0..ROUNDS_MAX {
            let moved = self.round().await?;
            if !self.checker.violations.is_empty() {
                return Ok(());
            }
            let left = self.checker.unsettled(&self.shared.store).await?;
            if left.is_empty() && moved == 0 {
                return self.checker.end(&self.processes[0].ctx, &self.shared.far).await;
            }
            let passed = self.clock.now_ms() - calm_since;
            if passed > SETTLE_MS_MAX {
                break;
            }
            let wait = self.wait(moved).await?;
            self.advance(wait).await?;
        }
        let days = (self.clock.now_ms() - calm_since) / 86_400_000;
        let left = self.checker.unsettled(&self.shared.store).await?.join("; ");
        self.complain(format!("after {days} days without faults: {left}"));
        Ok(())
    }

    /// Every stage of every process, and everybody who waits for one. Tells how much moved.
    async fn round(&mut self) -> Result<usize> {
        let mut moved = self.shared.network.confirm_late();
        for at in 0..self.processes.len() {
            for stage in Stage::ALL {
                moved += self.step(at, stage).await?;
            }
        }
        Ok(moved + self.people_tidy_up().await?)
    }

    /// Milliseconds until something may move by itself.
    async fn wait(&mut self, moved: usize) -> Result<u64> {
        if moved > 0 {
            return Ok(200);
        }
        let now = self.clock.now_ms();
        let due = self.shared.store.totals().await?.oldest_due;
        let next = due.into_iter().chain(self.shared.far.next_answer()).min();
        // What nobody has a date for moves by rounds of upkeep: leases, lost messages, holds.
        let wait = next.map_or(60_000, |next| (next - now).clamp(1_000, 60_000));
        Ok(wait.unsigned_abs())
    }

    async fn finish(mut self) -> Result<Report> {
        self.tally.add("filings", self.checker.filings.len());
        self.tally.add("deliveries", self.checker.deliveries.len());
        self.tally.add("violations", self.checker.violations.len());
        for violation in self.checker.violations.clone() {
            self.note("VIOLATION", &violation);
        }
        self.tally.merge(&self.shared.network.tally());
        self.tally.merge(&self.shared.far.tally());
        for process in std::mem::take(&mut self.processes) {
            process.kill(&self.shared.far).await;
        }
        self.shared.store.close().await;
        Ok(Report {
            seed: self.seed,
            tally: self.tally,
            violations: self.checker.violations,
            trace: self.trace.into_lines(),
        })
    }
}

//! One process of the hub with all roles, of which the world moves one stage at a time.

use std::path::Path;
use std::sync::Arc;

use adapters::guard::Guard;
use adapters::pull::Pull;
use adapters::registry::Adapters;
use adapters::sftp::{PoolLimits, Sftp};
use anyhow::Result;
use hub::app::mailer;
use hub::clock::Clock;
use hub::config::Config;
use hub::context::{Context, Parts};
use hub::courier::Courier;
use hub::intake::{Intake, intake};
use hub::metrics::Metrics;
use hub::notifier::Notifier;
use hub::objects::Objects;
use hub::prober::Prober;
use hub::relay::Relay;
use hub::review::Reviewer;
use hub::router::Router;
use hub::signer::Signer;
use hub::store::Store;
use hub::trace::Spans;
use hub::upkeep::Upkeep;
use routing::Master;
use schemas::{Catalogue, Channel};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::far_sides::{FalseAdapter, FarSides};
use super::network::{FalseBroker, Network};

/// The stages that a world can move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Relay,
    Sweep,
    Router,
    Courier,
    Recorder,
    Notifier,
    Upkeep,
    Prober,
}

impl Stage {
    /// In the order in which work goes through them.
    pub(super) const ALL: [Self; 8] = [
        Self::Relay,
        Self::Sweep,
        Self::Router,
        Self::Courier,
        Self::Recorder,
        Self::Notifier,
        Self::Upkeep,
        Self::Prober,
    ];
}

/// What all processes of a world share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) network: Arc<Network>,
    pub(super) far: Arc<FarSides>,
    pub(super) master: Arc<Master>,
    pub(super) forms: Arc<Catalogue>,
}

/// A running process.
pub(super) struct Process {
    /// Never used again for another.
    pub(super) number: usize,
    pub(super) ctx: Arc<Context>,
    pub(super) intake: Intake,
    pub(super) reviewer: Reviewer,
    desk: JoinHandle<()>,
    relay: Relay,
    router: Router,
    courier: Courier,
    notifier: Notifier,
    upkeep: Upkeep,
    prober: Prober,
}

impl Process {
    pub(super) async fn start(shared: &Shared, number: usize, clock: Clock) -> Result<Self> {
        let (hand_over, handed_over) = mpsc::unbounded_channel();
        let clock = Arc::new(clock);
        let config = shared.config.clone();
        let store = shared.store.beside(Arc::clone(&clock));
        let store = store.with_relay(hand_over, config.relay.claim_ms);
        let adapter = |channel| -> Arc<dyn adapters::Adapter> {
            Arc::new(FalseAdapter { channel, process: number, far: Arc::clone(&shared.far) })
        };
        let pushed = [Channel::Api, Channel::Sftp, Channel::Email].map(adapter);
        let guard = Guard { allow_private: false };
        let metrics = Metrics::default();
        let parts = Parts {
            spans: Spans::open(&config.trace, &metrics)?,
            metrics,
            adapters: Adapters::new(pushed.into_iter().chain([Arc::new(Pull) as _]).collect()),
            sftp: Arc::new(Sftp::new(guard, PoolLimits::default())),
            master: Arc::clone(&shared.master),
            ledgers: hub::ledgers::open("", &shared.forms)?,
            forms: Arc::clone(&shared.forms),
            objects: Objects::open("", &config.data.folder.join("objects"))?,
            clamd: hub::app::clamd(&config)?,
            signer: Signer::open(&config.data.folder)?,
            webhook: hub::app::webhook(&config)?,
            mailer: mailer(&config)?,
            broker: Arc::new(FalseBroker { process: number, network: Arc::clone(&shared.network) }),
            config,
            clock,
            store,
            stop: CancellationToken::new(),
        };
        let ctx = Context::new(parts).await?;
        let (intake, desk) = intake(&ctx);
        Ok(Self {
            number,
            intake,
            reviewer: Reviewer::new(Arc::clone(&ctx)),
            desk: tokio::spawn(desk.run()),
            relay: Relay::new(Arc::clone(&ctx), handed_over),
            router: Router::new(Arc::clone(&ctx)).await,
            courier: Courier::new(Arc::clone(&ctx)).await,
            notifier: Notifier::new(Arc::clone(&ctx)).await,
            upkeep: Upkeep::new(Arc::clone(&ctx)).await,
            prober: Prober::new(Arc::clone(&ctx)),
            ctx,
        })
    }

    /// One bounded batch of a stage's work. Tells how much moved.
    pub(super) async fn step(&mut self, stage: Stage) -> Result<usize> {
        Ok(match stage {
            Stage::Relay => self.relay.drain().await?,
            Stage::Sweep => self.relay.step().await?,
            Stage::Router => self.router.step().await,
            Stage::Courier => self.courier.begin().await,
            Stage::Recorder => self.courier.record().await,
            Stage::Notifier => self.notifier.step().await,
            Stage::Upkeep => self.upkeep.step().await?,
            Stage::Prober => self.prober.step().await?,
        })
    }

    /// Returns when each of its tries waits for a far side or has ended.
    pub(super) async fn come_to_rest(&self, far: &FarSides) {
        while self.courier.underway() > far.waiting(self.number) {
            tokio::task::yield_now().await;
        }
    }

    /// Ends it at once, with all that it holds in memory.
    pub(super) async fn kill(self, far: &FarSides) {
        let number = self.number;
        self.ctx.break_off.cancel();
        self.desk.abort();
        drop(self);
        while far.is_tried_by(number) {
            tokio::task::yield_now().await;
        }
    }
}

/// The settings of a world's processes; each waits less than in earnest, and takes less at once.
pub(super) fn config(folder: &Path) -> Result<Config> {
    let mut config = Config::defaults()?;
    folder.clone_into(&mut config.data.folder);
    "https://todoke.example".clone_into(&mut config.http.public_url);
    // One after the other, so that a seed replays.
    config.mail.connections_max = 1;
    config.retry.jitter = 0.0;
    config.fill_in();
    std::fs::create_dir_all(folder.join("spool"))?;
    Ok(config)
}

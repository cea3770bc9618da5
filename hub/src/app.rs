//! One process of the hub: opens the engines, starts the roles, serves HTTP, stops softly.

mod patience;
mod ways;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::Clamd;
use adapters::api::Webhook;
use adapters::email::Mailer;
use adapters::sftp::{PoolLimits, Sftp};
use anyhow::{Context as _, bail};
use routing::Master;
use schemas::{Catalogue, Ledgers};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::broker::{Broker, Embedded, RabbitMq};
use crate::clock::Clock;
use crate::collector::Collector;
use crate::config::Config;
use crate::context::{Context, Parts, try_folder};
use crate::courier::Courier;
use crate::feeder::Feeder;
use crate::heart::Heart;
use crate::intake::intake;
use crate::metrics::Metrics;
use crate::notifier::{Notifier, Postman};
use crate::objects::Objects;
use crate::prober::Prober;
use crate::relay::Relay;
use crate::reminder::Reminder;
use crate::review::Reviewer;
use crate::router::Router;
use crate::scanner::Scanner;
use crate::signer::Signer;
use crate::store::{OutboxRow, Store};
use crate::teller::Teller;
use crate::trace::Spans;
use crate::upkeep::Upkeep;
use crate::watcher::{Surveyor, Watcher};
use crate::web::{self, demo::Door, ready::Meanwhile};

pub use crate::role::Role;
pub use patience::Patience;
use ways::{adapters, guard};
pub use ways::{clamd, mailer, webhook};

/// The messages that commits hand to the relay.
pub type HandedOver = mpsc::UnboundedReceiver<Vec<OutboxRow>>;

/// Opens everything that the configuration names.
pub async fn open(
    config: Config,
    clock: Arc<Clock>,
    stop: CancellationToken,
    patience: &Patience,
) -> anyhow::Result<(Arc<Context>, HandedOver)> {
    let (hand_over, handed_over) = mpsc::unbounded_channel();
    let local = open_local(&config)?;
    let store = open_store(&config, &clock, patience).await?;
    let store = store.with_relay(hand_over, config.relay.claim_ms);
    if store.is_embedded() {
        // Nobody else can be publishing: what a former process had claimed is free.
        let mut tx = store.begin().await?;
        tx.release_outbox().await?;
        tx.commit().await?;
    }
    let url = config.broker.url.clone();
    let broker: Arc<dyn Broker> = match url.as_str() {
        "embedded:" => Arc::new(Embedded::default()),
        url => {
            Arc::new(patience.until_there("broker", async || Ok(RabbitMq::open(url).await?)).await?)
        }
    };
    patience.until_there("objects", async || Ok(local.objects.probe().await?)).await?;
    Ok((assemble(config, clock, (store, broker, local), stop).await?, handed_over))
}

/// The same for a short visit from the command line beside a running hub: no relay, so that
/// messages stay in the outbox until the running hub sweeps it, and no claim of others is touched.
pub async fn open_quietly(config: Config) -> anyhow::Result<Arc<Context>> {
    let clock = Arc::new(Clock::system());
    let local = open_local(&config)?;
    let store = open_store(&config, &clock, &Patience::default()).await?;
    let broker = Arc::new(Embedded::default());
    assemble(config, clock, (store, broker, local), CancellationToken::new()).await
}

/// The store, with its tables as this build needs them.
pub async fn open_store(
    config: &Config,
    clock: &Arc<Clock>,
    patience: &Patience,
) -> anyhow::Result<Store> {
    let settings = &config.store;
    let open = async || {
        let store = Store::open(&settings.url, settings.limits(), Arc::clone(clock)).await?;
        let store = store.with_limits(settings.migrate_limits());
        if settings.migrate_at_start {
            store.migrate().await?;
        } else {
            store.check_tables().await?;
        }
        Ok(store)
    };
    patience.until_there("store", open).await
}

/// What needs no server: a mistake here is told before anything is written elsewhere.
struct Local {
    forms: Arc<Catalogue>,
    ledgers: Arc<Ledgers>,
    objects: Objects,
    clamd: Option<Clamd>,
    mailer: Mailer,
    webhook: Webhook,
    signer: Signer,
    metrics: Metrics,
    spans: Spans,
}

fn open_local(config: &Config) -> anyhow::Result<Local> {
    install_crypto();
    if config.broker.url != "embedded:" {
        RabbitMq::check_url(&config.broker.url)?;
    }
    let folder = &config.data.folder;
    let spool = folder.join("spool");
    make_folder(&spool)?;
    let forms = crate::forms::open(&config.forms.folder)?;
    let metrics = Metrics::default();
    Ok(Local {
        spans: Spans::open(&config.trace, &metrics)?,
        metrics,
        mailer: mailer(config)?,
        webhook: webhook(config)?,
        objects: Objects::open(&config.objects.url, &folder.join("objects"))?,
        ledgers: crate::ledgers::open(&config.package.ledgers, &forms)?,
        forms,
        clamd: clamd(config)?,
        signer: Signer::open(folder)?.with_former(folder, &config.data.former_keys)?,
    })
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = std::fs::create_dir_all(folder).and_then(|()| try_folder(folder));
    made.with_context(|| {
        format!(
            "data.folder: cannot write in {}; name a folder of a disk with room that this user can \
             write in",
            folder.display()
        )
    })
}

async fn assemble(
    config: Config,
    clock: Arc<Clock>,
    (store, broker, local): (Store, Arc<dyn Broker>, Local),
    stop: CancellationToken,
) -> anyhow::Result<Arc<Context>> {
    let Local { forms, ledgers, objects, clamd, mailer, webhook, signer, metrics, spans } = local;
    let sftp = Arc::new(Sftp::new(guard(&config), PoolLimits::default()));
    let parts = Parts {
        adapters: adapters(&config, &mailer, &sftp)?,
        sftp,
        master: Arc::new(Master::embedded()?),
        forms,
        ledgers,
        signer,
        metrics,
        spans,
        config,
        clock,
        store,
        broker,
        objects,
        clamd,
        mailer,
        webhook,
        stop,
    };
    Ok(Context::new(parts).await?)
}

/// The one TLS stack; a second call changes nothing.
pub fn install_crypto() {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}

/// A running process.
pub struct App {
    /// What its stages share.
    pub ctx: Arc<Context>,
    /// Where it listens.
    pub address: SocketAddr,
    /// The same once more, for while it stops.
    after: TcpListener,
    stages: TaskTracker,
    relay_stop: CancellationToken,
    relay: tokio::task::JoinHandle<()>,
    spans_stop: CancellationToken,
    spans: tokio::task::JoinHandle<()>,
}

impl App {
    /// Starts the roles and listens.
    pub async fn start(config: Config, roles: &[Role]) -> anyhow::Result<Self> {
        Self::start_behind(None, config, roles).await
    }

    /// The same for the demo environment, whose pages people enter as someone of its cast.
    pub async fn start_demo(config: Config, door: Door) -> anyhow::Result<Self> {
        Self::start_behind(Some(door), config, &Role::ALL).await
    }

    async fn start_behind(
        door: Option<Door>,
        mut config: Config,
        roles: &[Role],
    ) -> anyhow::Result<Self> {
        let some = roles.len() < Role::ALL.len();
        if some && (config.broker.url == "embedded:" || config.store.url.starts_with("sqlite:")) {
            bail!(
                "some roles only: set store.url to PostgreSQL and broker.url to RabbitMQ; the \
                 embedded engines belong to one process with all roles"
            );
        }
        let issuers = web::Issuers::open(&config).map_err(anyhow::Error::msg)?;
        let listener = TcpListener::bind(&config.http.listen).await.with_context(|| {
            format!("http.listen: cannot listen on {}; is it taken?", config.http.listen)
        })?;
        let address = listener.local_addr()?;
        if config.http.public_url.ends_with(":0") {
            config.http.public_url = format!("http://{address}");
        }
        let patience = Patience {
            limit: Duration::from_secs(config.start.wait_seconds),
            waiting: Arc::default(),
        };
        let [listener, before, after] = share(listener)?;
        let (told, waiting) = (config.maintenance.clone(), Arc::clone(&patience.waiting));
        let starting = Meanwhile::serve(before, waiting, told, "it is starting");
        let clock = Arc::new(Clock::system());
        let (ctx, handed_over) = open(config, clock, CancellationToken::new(), &patience).await?;
        starting.end().await;
        let relay_stop = CancellationToken::new();
        let relay = Relay::new(Arc::clone(&ctx), handed_over);
        let relay = tokio::spawn(relay.run(relay_stop.clone()));
        let spans_stop = CancellationToken::new();
        let spans = tokio::spawn(tell_spans(Arc::clone(&ctx), spans_stop.clone()));
        let stages = TaskTracker::new();
        spawn_roles(&ctx, roles, &stages).await;
        spawn_web(&ctx, (listener, issuers, door), roles, &stages);
        spawn(&ctx, &stages, Arc::clone(&ctx).keep_up());
        spawn(&ctx, &stages, Heart::new(Arc::clone(&ctx), roles, address).run());
        stages.close();
        Ok(Self { ctx, address, after, stages, relay_stop, relay, spans_stop, spans })
    }

    /// Breaks off what is in hand, once a soft stop takes too long.
    pub fn break_off(&self) -> CancellationToken {
        self.ctx.break_off.clone()
    }

    /// Soft stop: what is in hand ends and is recorded, then the relay closes the broker, then the
    /// store is closed.
    pub async fn stop(self) {
        self.ctx.stop.cancel();
        let told = self.ctx.config.maintenance.clone();
        let _stopping = Meanwhile::serve(self.after, Arc::default(), told, "it is stopping");
        self.stages.wait().await;
        self.relay_stop.cancel();
        if let Err(error) = self.relay.await {
            tracing::error!(%error, "the relay stopped early");
        }
        self.spans_stop.cancel();
        drop(self.spans.await);
        self.ctx.store.close().await;
    }
}

/// Ends after the stages, to tell what they did last.
async fn tell_spans(ctx: Arc<Context>, stop: CancellationToken) {
    ctx.spans.run(stop).await;
}

/// The same listener for each part of a life: while the process starts, works and stops.
fn share(listener: TcpListener) -> anyhow::Result<[TcpListener; 3]> {
    let one = listener.into_std()?;
    let (before, after) = (one.try_clone()?, one.try_clone()?);
    Ok([TcpListener::from_std(one)?, TcpListener::from_std(before)?, TcpListener::from_std(after)?])
}

async fn spawn_roles(ctx: &Arc<Context>, roles: &[Role], stages: &TaskTracker) {
    for role in roles {
        let stage = Arc::clone(ctx);
        match role {
            Role::Intake => {}
            // Couriers and notifiers have leases to give back; the others' work leaves no trace
            // when it is dropped before its commit.
            Role::Courier => drop(stages.spawn(Courier::new(stage).await.run())),
            Role::Notifier => {
                spawn(ctx, stages, Postman::new(Arc::clone(ctx)).run());
                stages.spawn(Notifier::new(stage).await.run());
            }
            Role::Router => spawn(ctx, stages, Router::new(stage).await.run()),
            Role::Review => spawn(ctx, stages, Collector::new(stage).run()),
            Role::Upkeep => {
                spawn(ctx, stages, Prober::new(Arc::clone(ctx)).run());
                spawn(ctx, stages, Reminder::new(Arc::clone(ctx)).run());
                spawn(ctx, stages, Scanner::new(Arc::clone(ctx)).run());
                spawn(ctx, stages, Surveyor::new(Arc::clone(ctx)).run());
                spawn(ctx, stages, Teller::new(Arc::clone(ctx)).run());
                spawn(ctx, stages, Watcher::new(Arc::clone(ctx)).run());
                spawn(ctx, stages, Upkeep::new(stage).await.run());
            }
        }
    }
}

fn spawn(ctx: &Context, stages: &TaskTracker, work: impl Future<Output = ()> + Send + 'static) {
    let break_off = ctx.break_off.clone();
    stages.spawn(async move { break_off.run_until_cancelled_owned(work).await });
}

fn spawn_web(
    ctx: &Arc<Context>,
    (listener, issuers, door): (TcpListener, web::Issuers, Option<Door>),
    roles: &[Role],
    stages: &TaskTracker,
) {
    let (intake, taker) = intake(ctx);
    let desk = Arc::new(web::Desk {
        ctx: Arc::clone(ctx),
        intake,
        reviewer: Reviewer::new(Arc::clone(ctx)),
        access: web::access::Access::default(),
        counts: Arc::default(),
        issuers,
        door,
    });
    let routes = if roles.contains(&Role::Intake) {
        stages.spawn(taker.run());
        spawn(ctx, stages, Feeder::new(Arc::clone(ctx), desk.intake.clone()).run());
        spawn(ctx, stages, Arc::clone(&desk.counts).keep(Arc::clone(ctx)));
        web::routes(desk)
    } else {
        web::health_routes(desk)
    };
    let stop = ctx.stop.clone();
    spawn(ctx, stages, async move {
        let listener = axum::serve::ListenerExt::tap_io(listener, |tcp| {
            if let Err(error) = tcp.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY cannot be set");
            }
        });
        let served = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "the HTTP server stopped");
        }
    });
}

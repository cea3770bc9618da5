//! The stages of one process, each moved by hand; only intake's desk works by itself, because a
//! caller waits for its answer.

use std::sync::Arc;

use anyhow::Result;
use hub::app::HandedOver;
use hub::collector::Collector;
use hub::context::Context;
use hub::courier::Courier;
use hub::intake::{Intake, intake};
use hub::notifier::Notifier;
use hub::prober::Prober;
use hub::relay::Relay;
use hub::reminder::Reminder;
use hub::router::Router;
use hub::scanner::Scanner;
use hub::teller::Teller;
use hub::upkeep::Upkeep;
use hub::watcher::Watcher;
use tokio::task::JoinHandle;

/// One of each.
pub struct Stages {
    /// The way in.
    pub intake: Intake,
    /// Outbox to broker.
    pub relay: Relay,
    /// Filings to deliveries.
    pub router: Router,
    /// Deliveries to authorities.
    pub courier: Courier,
    /// Mails to operators.
    pub notifier: Notifier,
    /// What time moves.
    pub upkeep: Upkeep,
    /// Files looked through for malware, where that is configured.
    pub scanner: Scanner,
    /// Decisions from SFTP result folders; a test steps it when it wants one looked for.
    pub collector: Collector,
    /// Looks at suspended lanes; a test steps it when it wants one.
    pub prober: Prober,
    /// Mails about what lies unread; a test steps it when it wants them.
    pub reminder: Reminder,
    /// Statements to those who asked for them; a test steps it when it wants them handed out.
    pub teller: Teller,
    /// What people have to know of; a test steps it when it wants a look.
    pub watcher: Watcher,
    ctx: Arc<Context>,
    desk: Option<JoinHandle<()>>,
}

impl Stages {
    pub(super) async fn new(ctx: &Arc<Context>, handed_over: HandedOver) -> Self {
        let (intake, desk) = intake(ctx);
        Self {
            intake,
            relay: Relay::new(Arc::clone(ctx), handed_over),
            router: Router::new(Arc::clone(ctx)).await,
            courier: Courier::new(Arc::clone(ctx)).await,
            notifier: Notifier::new(Arc::clone(ctx)).await,
            upkeep: Upkeep::new(Arc::clone(ctx)).await,
            prober: Prober::new(Arc::clone(ctx)),
            scanner: Scanner::new(Arc::clone(ctx)),
            collector: Collector::new(Arc::clone(ctx)),
            reminder: Reminder::new(Arc::clone(ctx)),
            teller: Teller::new(Arc::clone(ctx)),
            watcher: Watcher::new(Arc::clone(ctx)),
            ctx: Arc::clone(ctx),
            desk: Some(tokio::spawn(desk.run())),
        }
    }

    /// Everybody once. Tells how much moved.
    pub async fn round(&mut self) -> Result<usize> {
        let mut moved = self.relay.drain().await? + self.relay.step().await?;
        moved += self.router.step().await;
        moved += self.relay.drain().await?;
        moved += self.courier.step().await;
        moved += self.scanner.step().await?;
        moved += self.notifier.step().await;
        moved += self.upkeep.step().await?;
        Ok(moved + self.relay.drain().await?)
    }

    /// Outbox and router alone: the deliveries are planned, nobody has tried them.
    pub async fn route(&mut self) -> Result<()> {
        self.relay.drain().await?;
        while self.router.step().await > 0 {}
        Ok(self.relay.drain().await.map(drop)?)
    }

    /// The courier is gone in the middle of what it does; another takes its place.
    pub async fn replace_courier(&mut self) {
        self.courier = Courier::new(Arc::clone(&self.ctx)).await;
    }

    pub(super) async fn end(&mut self) {
        self.ctx.stop.cancel();
        if let Some(desk) = self.desk.take() {
            desk.await.expect("the desk ends in good order");
        }
    }
}

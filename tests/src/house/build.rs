//! How a house is furnished.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::Endpoint;
use adapters::api::{self, Api};
use adapters::email::Email;
use adapters::guard::Guard;
use adapters::pull::Pull;
use adapters::registry::Adapters;
use adapters::sandbox::{Behaviour, Keep, Sandbox, Settings};
use adapters::sftp::{PoolLimits, Sftp};
use anyhow::Result;
use hub::app::{HandedOver, install_crypto, mailer};
use hub::broker::{Broker, Embedded, RabbitMq};
use hub::clock::Clock;
use hub::config::Config;
use hub::context::{Context, Parts};
use hub::metrics::Metrics;
use hub::objects::Objects;
use hub::signer::Signer;
use hub::store::{EndpointRow, OperatorRow, Store};
use hub::trace::Spans;
use routing::Master;
use schemas::{AuthorityId, Channel};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::House;
use super::papers::{OPERATOR_MAIL, OPERATOR_NAME, code, operator};
use super::stages::Stages;
use crate::servers::S3;

/// 2026-04-01 09:00 in Japan: a Wednesday, and the first day of a fiscal year.
const START: &str = "2026-04-01T00:00:00Z";

type Alter = Box<dyn Fn(&mut Config) + Send + Sync>;

/// What a house is built from.
pub struct Builder {
    behaviours: HashMap<AuthorityId, Behaviour>,
    ladders: Vec<(AuthorityId, Vec<Channel>)>,
    endpoints: Vec<(AuthorityId, Vec<Endpoint>)>,
    keep: Keep,
    alter: Vec<Alter>,
    master: Option<Arc<Master>>,
    store: Option<String>,
    broker: Option<String>,
    given: Option<Arc<dyn Broker>>,
    objects: Option<(String, Vec<(String, String)>)>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            behaviours: HashMap::new(),
            ladders: Vec::new(),
            endpoints: Vec::new(),
            keep: Keep::Bytes,
            alter: Vec::new(),
            master: None,
            store: None,
            broker: None,
            given: None,
            objects: None,
        }
    }
}

impl Builder {
    /// An authority that is not healthy.
    #[must_use]
    pub fn behaviour(mut self, authority: &str, behaviour: Behaviour) -> Self {
        self.behaviours.insert(code(authority), behaviour);
        self
    }

    /// An authority's channels, at its far side in the sandbox; without it, it fetches.
    #[must_use]
    pub fn ladder(mut self, authority: &str, channels: &[Channel]) -> Self {
        self.ladders.push((code(authority), channels.to_vec()));
        self
    }

    /// An authority's endpoints that lead elsewhere.
    #[must_use]
    pub fn endpoints(mut self, authority: &str, endpoints: Vec<Endpoint>) -> Self {
        self.endpoints.push((code(authority), endpoints));
        self
    }

    /// What the far sides keep.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Alters a setting.
    #[must_use]
    pub fn with(mut self, alter: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        self.alter.push(Box::new(alter));
        self
    }

    /// The same for a house that is restarted.
    pub fn set_config(&mut self, alter: impl Fn(&mut Config) + Send + Sync + 'static) {
        self.alter.push(Box::new(alter));
    }

    /// Another master than the embedded one.
    #[must_use]
    pub fn master(mut self, master: Master) -> Self {
        self.set_master(master);
        self
    }

    /// The same for a house that is restarted.
    pub fn set_master(&mut self, master: Master) {
        self.master = Some(Arc::new(master));
    }

    /// Another store than a fresh SQLite file: `postgres://…`.
    #[must_use]
    pub fn store(mut self, url: impl Into<String>) -> Self {
        self.store = Some(url.into());
        self
    }

    /// The same for a house that is restarted.
    pub fn set_store(&mut self, url: String) {
        self.store = Some(url);
    }

    /// Another `data.folder`, for a house that is restarted.
    pub fn set_folder(&mut self, folder: PathBuf) {
        self.alter.push(Box::new(move |config| config.data.folder.clone_from(&folder)));
    }

    /// Another broker than the embedded one: `amqp://…`.
    #[must_use]
    pub fn broker(mut self, url: impl Into<String>) -> Self {
        self.broker = Some(url.into());
        self
    }

    /// An S3 bucket for the attachments in place of a folder.
    #[must_use]
    pub fn objects(mut self, server: &S3) -> Self {
        self.objects = Some((server.url(), server.variables()));
        self
    }

    pub(super) fn set_given(&mut self, broker: Arc<dyn Broker>) {
        self.given = Some(broker);
    }

    pub(super) fn is_embedded(&self) -> bool {
        self.broker.is_none()
    }

    /// Starts the sandbox, opens the hub, writes the ladders and the operator.
    pub async fn start(self) -> Result<House> {
        install_crypto();
        let folder = tempfile::Builder::new().prefix("todoke-house-").tempdir_in(roomy())?;
        let clock = Arc::new(Clock::manual(START.parse()?, 7));
        let sandbox = Arc::new(self.open_sandbox(&folder.path().join("far"), &clock).await?);
        let config = self.config(folder.path(), &sandbox)?;
        let (ctx, handed_over) = self.open(config, Arc::clone(&clock)).await?;
        self.write_tables(&ctx, &sandbox).await?;
        let stages = Stages::new(&ctx, handed_over).await;
        Ok(House {
            ctx,
            clock,
            sandbox,
            stages,
            builder: self,
            folder,
            keys: 0,
            dead_letters_taken: 0,
            is_finished: false,
        })
    }

    async fn open_sandbox(&self, root: &Path, clock: &Arc<Clock>) -> Result<Sandbox> {
        let clock = Arc::clone(clock);
        let mut settings = Settings::new(root, Arc::new(move || clock.now()));
        settings.keep = self.keep;
        settings.behaviours.clone_from(&self.behaviours);
        Ok(Sandbox::start(settings).await?)
    }

    pub(super) fn config(&self, folder: &Path, sandbox: &Sandbox) -> Result<Config> {
        let mut config = Config::defaults()?;
        config.data.folder = folder.join("hub");
        config.store.url = self.store.clone().unwrap_or_default();
        config.broker.url = self.broker.clone().unwrap_or_else(|| "embedded:".to_owned());
        config.mail.url = sandbox.mail_url();
        config.http.public_url = "https://todoke.example".into();
        config.retry.jitter = 0.0;
        // In April of this year hundreds of stages are overdue: tests that are about them say so.
        config.onboarding.past_days = 0;
        config.endpoints.allow_private_addresses = true;
        for alter in &self.alter {
            alter(&mut config);
        }
        std::fs::create_dir_all(&config.data.folder)?;
        config.fill_in();
        Ok(config)
    }

    /// One process on what the configuration names, as `hub::app` opens it, with our own clock.
    pub(super) async fn open(
        &self,
        config: Config,
        clock: Arc<Clock>,
    ) -> Result<(Arc<Context>, HandedOver)> {
        let (hand_over, handed_over) = mpsc::unbounded_channel();
        let store = Store::open(&config.store.url, 8, Arc::clone(&clock)).await?;
        let store = store.with_relay(hand_over, config.relay.claim_ms);
        store.migrate().await?;
        if store.is_embedded() {
            let mut tx = store.begin().await?;
            tx.release_outbox().await?;
            tx.commit().await?;
        }
        let broker: Arc<dyn Broker> = match (&self.given, &self.broker) {
            (Some(given), _) => Arc::clone(given),
            (None, None) => Arc::new(Embedded::default()),
            (None, Some(url)) => Arc::new(RabbitMq::open(url).await?),
        };
        std::fs::create_dir_all(config.data.folder.join("spool"))?;
        let guard = Guard { allow_private: config.endpoints.allow_private_addresses };
        let sftp = Arc::new(Sftp::new(guard, PoolLimits::default()));
        let mailer = mailer(&config)?;
        let forms = hub::forms::open(&config.forms.folder)?;
        let metrics = Metrics::default();
        let parts = Parts {
            spans: Spans::open(&config.trace, &metrics)?,
            metrics,
            adapters: Adapters::new(vec![
                Arc::new(Api::new(api::Settings { guard, ..api::Settings::default() })?),
                Arc::clone(&sftp) as _,
                Arc::new(Email::new(mailer.clone())),
                Arc::new(Pull),
            ]),
            sftp,
            master: match &self.master {
                Some(master) => Arc::clone(master),
                None => Arc::new(Master::embedded()?),
            },
            ledgers: hub::ledgers::open(&config.package.ledgers, &forms)?,
            forms,
            objects: match &self.objects {
                Some((url, variables)) => {
                    Objects::open_with(url, "unused".as_ref(), variables.iter().cloned())?
                }
                None => Objects::open("", &config.data.folder.join("objects"))?,
            },
            clamd: hub::app::clamd(&config)?,
            signer: Signer::open(&config.data.folder)?,
            webhook: hub::app::webhook(&config)?,
            config,
            clock,
            store,
            broker,
            mailer,
            stop: CancellationToken::new(),
        };
        Ok((Context::new(parts).await?, handed_over))
    }

    async fn write_tables(&self, ctx: &Context, sandbox: &Sandbox) -> Result<()> {
        let operator = OperatorRow {
            corporate_number: operator(),
            name: OPERATOR_NAME.to_owned(),
            mail: Some(OPERATOR_MAIL.to_owned()),
            created_at: 0,
        };
        let in_sandbox = self.ladders.iter().map(|(authority, channels)| {
            let endpoint = |channel: &Channel| sandboxed(sandbox, *authority, *channel);
            (*authority, channels.iter().map(endpoint).collect::<Vec<_>>())
        });
        let mut tx = ctx.store.begin().await?;
        tx.save_operators(&[operator]).await?;
        for (authority, endpoints) in in_sandbox.chain(self.endpoints.iter().cloned()) {
            tx.save_endpoints(authority, &rows(authority, &endpoints)?).await?;
        }
        tx.commit().await?;
        Ok(ctx.reload_directory().await?)
    }
}

impl House {
    /// Gives an authority another ladder.
    pub async fn set_endpoints(&self, authority: AuthorityId, all: &[Endpoint]) -> Result<()> {
        let mut tx = self.ctx.store.begin().await?;
        tx.save_endpoints(authority, &rows(authority, all)?).await?;
        tx.commit().await?;
        Ok(self.ctx.reload_directory().await?)
    }
}

/// How the hub reaches an authority's far side in the sandbox.
fn sandboxed(sandbox: &Sandbox, authority: AuthorityId, channel: Channel) -> Endpoint {
    match channel {
        Channel::Api => Endpoint::Api(sandbox.api_endpoint(authority)),
        Channel::Sftp => Endpoint::Sftp(sandbox.sftp_endpoint(authority)),
        Channel::Email => Endpoint::Email(sandbox.email_endpoint(authority)),
        Channel::Pull => Endpoint::Pull(adapters::pull::Config::default()),
    }
}

fn rows(authority: AuthorityId, endpoints: &[Endpoint]) -> Result<Vec<EndpointRow>> {
    let row = |(position, endpoint): (i32, &Endpoint)| {
        Ok(EndpointRow {
            authority,
            channel: endpoint.channel(),
            position,
            config: serde_json::to_string(endpoint)?,
            updated_at: 0,
        })
    };
    (0..).zip(endpoints).map(row).collect()
}

/// A folder in memory where the machine has one: a test's store need not survive the machine.
fn roomy() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

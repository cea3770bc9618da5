//! A town: hub processes on real engines in real time, and authorities with real far sides.
//!
//! `Town::start` opens the far sides, writes the tables and gives out a key; `open` starts a
//! process with some roles; `file` hands in over HTTP, as stubbornly as an operator's system
//! should; `agree` compares what the far sides hold with what was receipted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapters::Endpoint;
use adapters::sandbox::{Sandbox, Settings, arrivals, far_side};
use anyhow::{Context, Result, bail, ensure};
use hub::app::{App, Role, install_crypto};
use hub::clock::Clock;
use hub::config::Config;
use hub::delivery::State;
use hub::receipt;
use hub::store::{EndpointRow, OperatorRow, Store, verify_chain};
use hub::web::access::{Scope, new_key};
use reqwest::{Client, StatusCode};
use routing::Master;
use schemas::{AuthorityId, FilingId};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::authorities::that_designate;
use crate::house::{OPERATOR_MAIL, OPERATOR_NAME, change, operator};

/// Authorities that take part; each filing goes to two of them.
const AUTHORITIES: usize = 6;
/// Longest time for one request to be answered at last, and for everything to arrive.
const PATIENCE: Duration = Duration::from_mins(3);

/// Far sides, and what a hub needs to reach them.
pub struct Town {
    /// The settings of its hub.
    pub config: Config,
    sandbox: Sandbox,
    folder: TempDir,
    authorities: Vec<AuthorityId>,
    key: String,
    client: Client,
    filed: AtomicUsize,
}

impl Town {
    /// Opens the far sides and writes the tables of the store that `alter` names.
    pub async fn start(alter: impl FnOnce(&mut Config)) -> Result<Self> {
        install_crypto();
        let folder = tempfile::Builder::new().prefix("todoke-town-").tempdir()?;
        let clock = Arc::new(Clock::system());
        let time = Arc::clone(&clock);
        let settings = Settings::new(folder.path().join("far"), Arc::new(move || time.now()));
        let sandbox = Sandbox::start(settings).await?;
        let master = Master::embedded()?;
        let today = hub::context::day_in_japan(clock.now_ms());
        let authorities: Vec<_> = that_designate(&master, today).take(AUTHORITIES).collect();
        ensure!(authorities.len() == AUTHORITIES, "only {} authorities", authorities.len());
        let mut config = quick(&sandbox)?;
        config.data.folder = folder.path().join("hub");
        alter(&mut config);
        config.fill_in();
        let client = Client::builder().timeout(Duration::from_secs(20)).no_proxy().build()?;
        let key = String::new();
        let filed = AtomicUsize::default();
        let mut town = Self { config, sandbox, folder, authorities, key, client, filed };
        town.key = town.write_tables(&clock).await?;
        Ok(town)
    }

    /// Endpoints over each channel in turn, the operator, its key.
    async fn write_tables(&self, clock: &Arc<Clock>) -> Result<String> {
        let store = self.store(clock).await?;
        store.migrate().await?;
        let (key, row) = new_key(clock, Scope::Operator(operator()), "town");
        let own = OperatorRow {
            corporate_number: operator(),
            name: OPERATOR_NAME.to_owned(),
            mail: Some(OPERATOR_MAIL.to_owned()),
            created_at: 0,
        };
        let mut tx = store.begin().await?;
        for (at, authority) in self.authorities.iter().enumerate() {
            let endpoint = match at % 3 {
                0 => Endpoint::Api(self.sandbox.api_endpoint(*authority)),
                1 => Endpoint::Sftp(self.sandbox.sftp_endpoint(*authority)),
                _ => Endpoint::Email(self.sandbox.email_endpoint(*authority)),
            };
            tx.insert_endpoints(&EndpointRow::of_ladder(&[endpoint], *authority, 0)?).await?;
        }
        tx.save_operators(&[own]).await?;
        tx.insert_api_keys(&[row]).await?;
        tx.commit().await?;
        store.close().await;
        Ok(key)
    }

    async fn store(&self, clock: &Arc<Clock>) -> Result<Store> {
        let settings = &self.config.store;
        Ok(Store::open(&settings.url, 2, Arc::clone(clock)).await?)
    }

    /// A process of the hub with these roles.
    pub async fn open(&self, roles: &[Role]) -> Result<App> {
        App::start(self.config.clone(), roles).await
    }

    /// Hands in so many filings, each until it has a receipt. Gives them by id.
    pub async fn file(&self, app: &App, count: usize) -> Result<Vec<FilingId>> {
        let url = format!("http://{}/v1/filings", app.address);
        let mut receipted = Vec::with_capacity(count);
        for _ in 0..count {
            let number = self.filed.fetch_add(1, Ordering::Relaxed);
            let filing = timeout(PATIENCE, self.hand_in(&url, number)).await;
            receipted.push(filing.with_context(|| format!("no receipt for filing {number}"))??);
        }
        Ok(receipted)
    }

    async fn hand_in(&self, url: &str, number: usize) -> Result<FilingId> {
        let place = |step: usize| self.authorities[(number + step) % AUTHORITIES];
        let mut submission = change(place(0).as_str(), &[place(1).as_str()]);
        submission.form["変更内容"] = format!("第{number}号の変更").into();
        let body = serde_json::to_vec(&submission)?;
        loop {
            let request = self.client.post(url).bearer_auth(&self.key).body(body.clone());
            let request = request.header("idempotency-key", format!("town-{number}"));
            let Ok(answer) = request.header("content-type", "application/json").send().await else {
                sleep(Duration::from_millis(200)).await;
                continue;
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else { continue };
            match status {
                StatusCode::CREATED | StatusCode::OK => {
                    let receipt: serde_json::Value = serde_json::from_str(&text)?;
                    return Ok(serde_json::from_value(receipt["id"].clone())?);
                }
                StatusCode::SERVICE_UNAVAILABLE => sleep(Duration::from_millis(200)).await,
                status => bail!("filing {number} was answered {status}: {text}"),
            }
        }
    }

    /// Waits until everything has arrived, then looks whether each filing lies where it must, once,
    /// with its chain and receipt whole, and whether the operator was told once of each.
    pub async fn agree(&self, app: &App, filings: &[FilingId]) -> Result<()> {
        let store = &app.ctx.store;
        let arrived = async {
            loop {
                let mails = self.mails();
                let totals = store.totals().await;
                let is_done = totals.is_ok_and(|totals| totals.open_notices == 0)
                    && self.held()?.len() >= 2 * filings.len()
                    && mails >= filings.len();
                if is_done {
                    return anyhow::Ok(());
                }
                sleep(Duration::from_millis(200)).await;
            }
        };
        match timeout(PATIENCE, arrived).await {
            Ok(done) => done?,
            Err(_) => bail!(
                "{} of {} packages and {} of {} mails came: {:?}",
                self.held()?.len(),
                2 * filings.len(),
                self.mails(),
                filings.len(),
                store.count_deliveries().await?
            ),
        }
        let held = self.held()?;
        for id in filings {
            let filing = store.filing(*id).await?.context("a receipted filing is not there")?;
            let last = verify_chain(&store.events(*id).await?)?;
            ensure!(last == filing.event_head, "the head of {id} is another");
            let signed = serde_json::to_string(&receipt::make(&app.ctx, &filing).await?)?;
            receipt::verify(&signed, None)?;
            let deliveries = store.deliveries_of(*id).await?;
            ensure!(deliveries.len() == 2, "{deliveries:?}");
            for delivery in deliveries {
                ensure!(matches!(delivery.state, State::Delivered { .. }), "{delivery:?}");
                let copies = held.get(&delivery.id.to_string()).map_or(0, Vec::len);
                ensure!(copies == 1, "{copies} copies of {delivery:?}");
            }
        }
        ensure!(held.len() == 2 * filings.len(), "{} deliveries at the far sides", held.len());
        ensure!(self.mails() == filings.len(), "{} mails for {}", self.mails(), filings.len());
        Ok(())
    }

    /// Arrivals that the far sides had seen before.
    pub fn repeats(&self) -> Result<usize> {
        Ok(arrivals(&self.root())?.iter().filter(|arrival| arrival.repeat).count())
    }

    /// The authorities that hold each delivery.
    fn held(&self) -> Result<BTreeMap<String, Vec<AuthorityId>>> {
        let mut held: BTreeMap<String, Vec<AuthorityId>> = BTreeMap::new();
        for package in far_side(&self.root())? {
            let package = package?;
            held.entry(package.delivery).or_default().push(package.authority);
        }
        Ok(held)
    }

    fn mails(&self) -> usize {
        let folder = self.root().join("mail").join(OPERATOR_MAIL);
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("far")
    }
}

/// Times short enough to recover within a test, with enough tries for every fault.
fn quick(sandbox: &Sandbox) -> Result<Config> {
    let mut config = Config::defaults()?;
    config.http.listen = "127.0.0.1:0".into();
    config.http.public_url = "http://127.0.0.1:0".into();
    config.mail.url = sandbox.mail_url();
    config.endpoints.allow_private_addresses = true;
    config.courier.lease_ms = 20_000;
    config.notices.lease_ms = 20_000;
    config.relay.claim_ms = 10_000;
    config.lane.open_ms = 500;
    config.retry.ladder_seconds = vec![1, 1, 2, 3];
    config.notices.ladder_seconds = vec![1, 2, 3];
    config.upkeep.interval_ms = 200;
    config.upkeep.stale_ms = 4_000;
    config.upkeep.stale_ms_max = 8_000;
    config.start.wait_seconds = 60;
    Ok(config)
}

//! What all worlds have in common, made once, and how a seed furnishes one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::sftp::Login;
use adapters::{Endpoint, Secret, api, email, pull, sftp};
use anyhow::{Context as _, Result};
use hub::clock::Clock;
use hub::config::Config;
use hub::store::{EndpointRow, OperatorRow, Store, Tx};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use routing::{Master, Status};
use schemas::{AuthorityId, Catalogue, Channel};
use tempfile::TempDir;

use super::check::Checker;
use super::far_sides::FarSides;
use super::network::{Faults, Network};
use super::people::People;
use super::process::{Shared, config};
use super::record::{Tally, Trace};
use super::{Sabotage, World};
use crate::authorities::that_designate;
use crate::house::{OPERATOR_MAIL, OPERATOR_NAME, operator};

/// 2026-04-01 09:00 in Japan.
const START: &str = "2026-04-01T00:00:00Z";
/// Authorities that take part in a world.
const PLACES: usize = 5;

/// Tables, and a store with nothing in it to copy.
pub struct Scenery {
    master: Arc<Master>,
    forms: Arc<Catalogue>,
    /// Those that take filings.
    places: Vec<AuthorityId>,
    empty: PathBuf,
    folder: TempDir,
}

impl Scenery {
    /// Reads the tables and makes the empty store.
    pub async fn new() -> Result<Self> {
        hub::app::install_crypto();
        let folder = tempfile::Builder::new().prefix("todoke-worlds-").tempdir_in(roomy())?;
        let clock = Arc::new(Clock::manual(START.parse()?, 0));
        let empty = folder.path().join("empty.db");
        let store = Store::open(&format!("sqlite:{}", empty.display()), 1, clock).await?;
        store.migrate().await?;
        store.close().await;
        let master = Arc::new(Master::embedded()?);
        let day = "2026-04-01".parse()?;
        let places = that_designate(&master, day).take(PLACES - 1);
        let unready = master.authorities_on(day).find(|row| {
            let open = row.reception.status == Status::Open;
            !row.reception.prepared && open && row.code.as_str()[2..5] != *"000"
        });
        let places = places.chain(unready.map(|row| row.code)).collect();
        Ok(Self { master, forms: hub::forms::open("")?, places, empty, folder })
    }

    /// The world of a seed, before anybody moves.
    pub(super) async fn world(&self, seed: u64, sabotage: Option<Sabotage>) -> Result<World> {
        let mut rng = StdRng::seed_from_u64(seed);
        let folder = tempfile::tempdir_in(self.folder.path())?;
        std::fs::copy(&self.empty, folder.path().join("todoke.db"))?;
        let clock = Arc::new(Clock::manual(START.parse()?, seed));
        let mut config = config(folder.path())?;
        alter(&mut config, &mut rng);
        let lease_ms = config.courier.lease_ms;
        match sabotage {
            Some(Sabotage::ShortLeases) => config.courier.lease_ms = 1_000,
            Some(Sabotage::NoRequeue) => config.upkeep.stale_ms = i64::MAX / 4,
            Some(
                Sabotage::OtherBytes
                | Sabotage::LostFiling
                | Sabotage::OtherEvent
                | Sabotage::NoDueTime
                | Sabotage::NoUpkeep,
            )
            | None => {}
        }
        let is_embedded = rng.random_bool(0.2);
        let is_spoilt = sabotage == Some(Sabotage::OtherBytes);
        // Clocks that differ may end a lease a little early.
        let far = FarSides::new(&clock, seed, lease_ms - 2 * 5_000, is_spoilt);
        let shared = Shared {
            store: Store::open(&config.store.url, 1, Arc::clone(&clock)).await?,
            network: Network::new(seed, faults(&mut rng, is_embedded), is_embedded),
            far,
            master: Arc::clone(&self.master),
            forms: Arc::clone(&self.forms),
            config,
        };
        let mut tx = shared.store.begin().await?;
        let lanes = self.write_tables(&mut tx, &mut rng).await?;
        tx.commit().await?;
        Ok(World {
            seed,
            start: clock.now_ms(),
            clock,
            shared,
            processes: Vec::new(),
            processes_max: if is_embedded { 1 } else { rng.random_range(2..=3) },
            is_embedded,
            is_stormy: true,
            sabotage,
            lanes,
            started: 0,
            names: BTreeMap::new(),
            people: People::new(self.places.clone()),
            checker: Checker::default(),
            trace: Trace::default(),
            tally: Tally::default(),
            rng,
            _folder: folder,
        })
    }

    /// The operator, and a ladder for each authority. Gives the lanes.
    async fn write_tables(
        &self,
        tx: &mut Tx,
        rng: &mut StdRng,
    ) -> Result<Vec<(AuthorityId, Channel)>> {
        let mail = rng.random_bool(0.5).then(|| OPERATOR_MAIL.to_owned());
        let (corporate_number, name) = (operator(), OPERATOR_NAME.to_owned());
        tx.save_operators(&[OperatorRow { corporate_number, name, mail, created_at: 0 }]).await?;
        let mut lanes = Vec::new();
        for authority in &self.places {
            let mut channels = Channel::ALL.to_vec();
            channels.shuffle(rng);
            channels.truncate(rng.random_range(1..=3));
            let rows =
                (0..).zip(&channels).map(|(position, channel)| row(*authority, position, *channel));
            tx.save_endpoints(*authority, &rows.collect::<Result<Vec<_>>>()?).await?;
            lanes.extend(channels.into_iter().map(|channel| (*authority, channel)));
        }
        Ok(lanes)
    }
}

fn row(authority: AuthorityId, position: i32, channel: Channel) -> Result<EndpointRow> {
    let host = format!("{authority}.example");
    let endpoint = match channel {
        Channel::Api => Endpoint::Api(api::Config::new(format!("https://{host}/"), "secret")),
        Channel::Sftp => {
            let login = Login::Password(Secret::new("secret"));
            Endpoint::Sftp(sftp::Config::new(host, "hub", login))
        }
        Channel::Email => Endpoint::Email(email::Config::new(format!("desk@{host}"))),
        Channel::Pull => Endpoint::Pull(pull::Config::default()),
    };
    let config = serde_json::to_string(&endpoint).context("an endpoint")?;
    Ok(EndpointRow { authority, channel, position, config, updated_at: 0 })
}

/// Small numbers, so that every limit is met.
fn alter(config: &mut Config, rng: &mut StdRng) {
    config.router.batch_max = rng.random_range(1..=4);
    config.courier.batch_max = rng.random_range(1..=6);
    config.courier.first_slots = rng.random_range(1..=6);
    config.courier.retry_slots = rng.random_range(1..=4);
    config.lane.cap = rng.random_range(1..=3);
    config.lane.failures_to_open = rng.random_range(2..=5);
    config.lane.per_minute = if rng.random_bool(0.2) { 30 } else { 0 };
    config.lane.burst = rng.random_range(1..=3);
    config.lane.suspend_days = rng.random_range(0..=2);
    config.retry.tries_max = rng.random_range(3..=13);
    config.retry.fallback_hours = rng.random_range(1..=24);
    config.retry.unfetched_hours = rng.random_range(1..=72);
    config.upkeep.batch_max = rng.random_range(2..=50);
}

/// What is in the process is lost with the process, and not otherwise.
fn faults(rng: &mut StdRng, is_embedded: bool) -> Faults {
    let mut some = |most: f64| if rng.random_bool(0.5) { rng.random_range(0.0..most) } else { 0.0 };
    if is_embedded {
        return Faults { shuffle: some(0.5), ..Faults::default() };
    }
    Faults {
        refuse: some(0.2),
        lose: some(0.2),
        double: some(0.2),
        unsure: some(0.2),
        shuffle: some(0.5),
        late: some(0.5),
        unacknowledged: some(0.2),
    }
}

/// In memory where the machine has room there: a world need not survive it.
fn roomy() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

//! The production set: PostgreSQL, RabbitMQ nodes, an object store that can fill, hub processes.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use hub::clock::Clock;
use hub::signer::Signer;
use hub::store::{OperatorRow, Store};
use hub::web::access::{Scope, new_key};
use tests::demo::program;
use tests::house::{OPERATOR_MAIL, OPERATOR_NAME, operator};
use tests::servers::{Cluster, HubProcess, Postgres, S3, SmallDisk};

use crate::cast::Cast;
use crate::{Args, say};

/// Bytes of attachments of one filing, about; its room on the disk is three times that.
const FILING_BYTES: u64 = 24 * 1024;
const ROOM_BYTES: u64 = 64 * 1024 * 1024;

/// Which processes the hub is, and how it is set.
pub(crate) struct Crew {
    /// The roles of each process; empty for all.
    pub(crate) roles: Vec<&'static str>,
    /// Settings without `TODOKE_`.
    pub(crate) settings: Vec<(&'static str, &'static str)>,
}

impl Crew {
    /// Intake, courier and the other roles in turn; times short enough to settle in a minute, with
    /// enough tries for every fault.
    pub(crate) fn of_chaos(processes: usize) -> Self {
        let role = |at: usize| match at % 3 {
            _ if processes < 3 => "",
            0 => "intake",
            1 => "courier",
            _ => "router,review,notifier,upkeep",
        };
        let settings = vec![
            ("COURIER__LEASE_MS", "20000"),
            ("RETRY__LADDER_SECONDS", "[1, 1, 2, 3]"),
            ("RETRY__TRIES_MAX", "1000"),
            ("RETRY__FAULT_LADDER_SECONDS", "[1, 2, 3]"),
            ("RETRY__RETRY_AFTER_SECONDS_MAX", "3"),
            ("NOTICES__LADDER_SECONDS", "[1, 2, 3]"),
            ("NOTICES__TRIES_MAX", "1000"),
            ("NOTICES__LEASE_MS", "20000"),
            ("RELAY__CLAIM_MS", "10000"),
            ("LANE__OPEN_MS", "500"),
            ("LANE__OPEN_MS_MAX", "2000"),
            ("LANE__FULL_MS", "100"),
            ("UPKEEP__INTERVAL_MS", "500"),
            ("UPKEEP__STALE_MS", "15000"),
            ("UPKEEP__COLLECT_MS", "5000"),
        ];
        Self { roles: (0..processes).map(role).collect(), settings }
    }
}

/// What the hub stands on.
pub(crate) struct Engines {
    pub(crate) postgres: Postgres,
    pub(crate) cluster: Cluster,
    /// None where nobody may mount one.
    pub(crate) disk: Option<SmallDisk>,
    /// On that disk.
    pub(crate) objects: S3,
}

/// The hub, as a client and its watcher see it.
pub(crate) struct Hub {
    pub(crate) processes: Vec<HubProcess>,
    /// Those that take filings.
    pub(crate) intakes: Vec<String>,
    pub(crate) operator_key: String,
    pub(crate) operations_key: String,
    /// What every process is told, for commands beside them.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) signing_key: Vec<u8>,
}

impl Engines {
    pub(crate) fn start(args: &Args, spare: &Path) -> Result<Self> {
        let filings = args.span().as_secs() * u64::from(args.rate);
        let room = ROOM_BYTES + filings * FILING_BYTES * 3;
        let (postgres, cluster) = thread::scope(|scope| {
            let postgres = scope.spawn(Postgres::start);
            let cluster = scope.spawn(|| Cluster::start(args.nodes));
            (postgres.join(), cluster.join())
        });
        let disk = SmallDisk::start(room);
        if let Err(error) = &disk {
            say(format_args!("the disk will not fill: {error:#}"));
        }
        let disk = disk.ok();
        let objects = disk.as_ref().map_or(spare, SmallDisk::path).join("objects");
        std::fs::create_dir(&objects)?;
        Ok(Self {
            objects: S3::over(&objects)?,
            postgres: postgres.map_err(|_| anyhow!("PostgreSQL panicked"))??,
            cluster: cluster.map_err(|_| anyhow!("RabbitMQ panicked"))??,
            disk,
        })
    }

    /// Writes the tables, and starts the processes of the hub.
    pub(crate) async fn open(&self, crew: &Crew, cast: &Cast, clock: &Arc<Clock>) -> Result<Hub> {
        let binary = program().await?;
        let store_url = self.postgres.fresh_database().await?;
        let (operator_key, operations_key) = write_tables(&store_url, cast, clock).await?;
        let mut variables = self.variables(&store_url, crew, cast)?;
        let folder = tempfile::tempdir()?;
        Signer::open(folder.path())?;
        let key = std::fs::read(folder.path().join("signing.key"))?;
        let mut processes = Vec::new();
        let mut intakes = Vec::new();
        for roles in &crew.roles {
            let process = HubProcess::start(&binary, roles, &variables, &key)?;
            if roles.is_empty() || *roles == "intake" {
                if intakes.is_empty() {
                    // What mails lead to.
                    variables.push(("TODOKE_HTTP__PUBLIC_URL".to_owned(), process.url()));
                }
                intakes.push(process.url());
            }
            processes.push(process);
        }
        tokio::task::block_in_place(|| processes.iter().try_for_each(HubProcess::wait))?;
        self.cluster.settle()?;
        Ok(Hub { processes, intakes, operator_key, operations_key, variables, signing_key: key })
    }

    fn variables(
        &self,
        store_url: &str,
        crew: &Crew,
        cast: &Cast,
    ) -> Result<Vec<(String, String)>> {
        let broker = self.cluster.fresh_vhost()?;
        let places = [
            ("STORE__URL", store_url),
            ("BROKER__URL", &broker),
            ("OBJECTS__URL", &self.objects.url()),
            ("MAIL__URL", &cast.mail_url),
            ("ENDPOINTS__ALLOW_PRIVATE_ADDRESSES", "true"),
        ];
        let named = |(name, value): (&str, &str)| (format!("TODOKE_{name}"), value.to_owned());
        let settings = places.into_iter().chain(crew.settings.iter().copied()).map(named);
        Ok(settings.chain(self.objects.variables()).collect())
    }
}

/// Endpoints, the operator, its key, and one for operations.
async fn write_tables(url: &str, cast: &Cast, clock: &Arc<Clock>) -> Result<(String, String)> {
    let store = Store::open(url, 2, Arc::clone(clock)).await?;
    store.migrate().await?;
    let (operator_key, operators_row) = new_key(clock, Scope::Operator(operator()), "chaos");
    let (operations_key, operations_row) = new_key(clock, Scope::Operations, "chaos");
    let row = OperatorRow {
        corporate_number: operator(),
        name: OPERATOR_NAME.to_owned(),
        mail: Some(OPERATOR_MAIL.to_owned()),
        created_at: 0,
    };
    let mut tx = store.begin().await?;
    tx.insert_endpoints(&cast.endpoints()?).await?;
    tx.save_operators(&[row]).await?;
    tx.insert_api_keys(&[operators_row, operations_row]).await?;
    tx.commit().await?;
    store.close().await;
    Ok((operator_key, operations_key))
}

//! A private PostgreSQL cluster, as durable as in production: `fsync` stays on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection};

use super::place;
use super::supervise::{Program, own};

/// PostgreSQL refuses to run as root; then its package's user does.
const USER: &str = "postgres";

/// A PostgreSQL on a free loopback port; every test takes a `fresh_database`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Postgres {
    port: u16,
    #[serde(skip)]
    program: Option<Program>,
}

impl Postgres {
    /// The one of this run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        super::shared(&SHARED, "postgres", Self::start)
    }

    /// One of your own, for tests that stop or kill it.
    pub fn start() -> Result<Self> {
        let binaries = binaries()?;
        let folder = place::folder("postgres")?;
        let data = folder.join("data");
        let sockets = folder.join("sockets");
        fs::create_dir(&sockets)?;
        fs::create_dir(&data)?;
        if place::is_root()? {
            place::run(Command::new("chown").arg(USER).args([&data, &sockets]))?;
        }
        let mut initdb = as_user(&binaries.join("initdb"))?;
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres"]);
        initdb.args(["--no-sync", "--no-instructions", "--pgdata"]).arg(&data);
        place::run(initdb.current_dir(&folder))?;

        let port = place::port()?;
        let mut postgres = as_user(&binaries.join("postgres"))?;
        postgres.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        postgres.arg("-k").arg(&sockets).args(["-c", "listen_addresses=127.0.0.1"]);
        postgres.args(["-c", "max_connections=300", "-c", "shared_buffers=256MB"]);
        let program = Program::start(&postgres, "INT", folder)?;
        let server = Self { port, program: Some(program) };
        server.wait()?;
        Ok(server)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of the maintenance database.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Makes an empty database that nobody else uses and gives its URL.
    pub async fn fresh_database(&self) -> Result<String> {
        let name = place::name();
        let mut connection = PgConnection::connect(&self.url()).await.context("postgres")?;
        let statement = format!("CREATE DATABASE {name}");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(self.url_of(&name))
    }

    /// A copy of a database as it is at this moment, by `pg_dump`; gives its URL.
    pub async fn copy(&self, url: &str) -> Result<String> {
        let (binaries, copy) = (binaries()?, self.fresh_database().await?);
        let file = tempfile::NamedTempFile::new()?;
        let mut dump = Command::new(binaries.join("pg_dump"));
        place::run(dump.args(["--format=custom", "--file"]).arg(file.path()).arg(url))?;
        let mut restore = Command::new(binaries.join("pg_restore"));
        place::run(restore.args(["--exit-on-error", "--dbname", &copy]).arg(file.path()))?;
        Ok(copy)
    }

    /// Stops it in good order, cutting its connections.
    pub fn stop(&mut self) -> Result<()> {
        own(&mut self.program)?.order("stop")
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        own(&mut self.program)?.order("kill")
    }

    /// Starts it again on the same port and data, and waits until it answers.
    pub fn restart(&mut self) -> Result<()> {
        own(&mut self.program)?.order("start")?;
        self.wait()
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn wait(&self) -> Result<()> {
        let is_ready = binaries()?.join("pg_isready");
        let port = self.port.to_string();
        self.program.as_ref().context("no program")?.wait(Duration::from_mins(1), || {
            let mut ask = Command::new(&is_ready);
            place::run(ask.args(["-h", "127.0.0.1", "-U", USER, "-p", &port])).map(drop)
        })
    }
}

/// The folder of the newest version's own programs; Debian's wrappers elsewhere act on clusters
/// of the system.
fn binaries() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter(|version| version.path().join("bin/initdb").is_file())
        .filter_map(|version| version.file_name().to_str()?.parse::<u32>().ok())
        .max()
        .context("PostgreSQL is missing: apt-get install postgresql, or run tests/run")?;
    Ok(format!("/usr/lib/postgresql/{newest}/bin").into())
}

fn as_user(program: &Path) -> Result<Command> {
    if !place::is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(program);
    Ok(command)
}

//! A private PostgreSQL cluster, as durable as in production: `fsync` stays on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection, Row};

use super::place;
use super::supervise::{Program, own};

/// PostgreSQL refuses to run as root; then its package's user does.
const USER: &str = "postgres";
/// Who must prove who they are: the members of this role.
const GUARDED: &str = "host all +guarded 127.0.0.1/32 scram-sha-256\n";

/// A PostgreSQL on a free loopback port; every test takes a `fresh_database`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Postgres {
    port: u16,
    #[serde(skip)]
    folder: PathBuf,
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
        let folder = place::folder("postgres")?;
        let data = make_data(&folder)?;
        let mut initdb = as_user(&binaries()?.join("initdb"))?;
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres"]);
        initdb.args(["--no-sync", "--no-instructions", "--pgdata"]).arg(&data);
        place::run(initdb.current_dir(&folder))?;
        let hba = data.join("pg_hba.conf");
        // The first line that fits counts.
        fs::write(&hba, GUARDED.to_owned() + &fs::read_to_string(&hba)?)?;
        Self::launch(folder)
    }

    /// A standby of your own that follows this one by streaming.
    pub fn standby(&self) -> Result<Self> {
        let folder = place::folder("standby")?;
        let data = make_data(&folder)?;
        let mut copy = as_user(&binaries()?.join("pg_basebackup"))?;
        copy.args(["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf"]);
        copy.args(["--no-sync", "--dbname"]);
        copy.arg(format!("host=127.0.0.1 port={} user={USER}", self.port));
        place::run(copy.arg("--pgdata").arg(&data).current_dir(&folder))?;
        Self::launch(folder)
    }

    fn launch(folder: PathBuf) -> Result<Self> {
        let port = place::port()?;
        let mut postgres = as_user(&binaries()?.join("postgres"))?;
        postgres.arg("-D").arg(folder.join("data")).arg("-p").arg(port.to_string());
        postgres.arg("-k").arg(folder.join("sockets"));
        postgres.args(["-c", "listen_addresses=127.0.0.1"]);
        postgres.args(["-c", "max_connections=300", "-c", "shared_buffers=256MB"]);
        let program = Program::start(&postgres, "INT", folder.clone())?;
        let server = Self { port, folder, program: Some(program) };
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

    /// Gives a database to the one user who needs a password; once per server.
    pub async fn guard(&self, url: &str, password: &str) -> Result<String> {
        let mut connection = PgConnection::connect(url).await?;
        let name = url.rsplit_once('/').context("a database")?.1;
        let statements = format!(
            "CREATE ROLE guarded LOGIN PASSWORD '{password}'; \
             ALTER DATABASE {name} OWNER TO guarded"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(url.replace("postgres@", &format!("guarded:{password}@")))
    }

    /// Runs a file of SQL by `psql`, with its variables; ends at its first error.
    pub fn script(url: &str, file: &Path, variables: &[(&str, &str)]) -> Result<String> {
        let mut psql = Command::new(binaries()?.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", url]);
        psql.args(variables.iter().map(|(name, value)| format!("--set={name}={value}")));
        place::run(psql.arg("--file").arg(file))
    }

    /// Whether a server would start with these lines in its configuration.
    pub fn takes(configuration: &str) -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let file = folder.path().join("postgresql.conf");
        fs::write(&file, configuration)?;
        let mut postgres = as_user(&binaries()?.join("postgres"))?;
        postgres.arg("-D").arg(folder.path()).args(["-C", "max_connections", "-c"]);
        postgres.arg(format!("config_file={}", place::text(&file)));
        place::run(postgres.current_dir(folder.path())).map(drop)
    }

    /// A copy of a database as it is at this moment, by `pg_dump`; gives its URL.
    pub async fn copy(&self, url: &str) -> Result<String> {
        let (binaries, copy) = (binaries()?, self.fresh_database().await?);
        let (from, to) = (url.to_owned(), copy.clone());
        // Elsewhere: the far sides and the broker's heartbeats live on this thread.
        let copying = tokio::task::spawn_blocking(move || {
            let file = tempfile::NamedTempFile::new()?;
            let mut dump = Command::new(binaries.join("pg_dump"));
            place::run(dump.args(["--format=custom", "--file"]).arg(file.path()).arg(from))?;
            let mut restore = Command::new(binaries.join("pg_restore"));
            place::run(restore.args(["--exit-on-error", "--dbname", &to]).arg(file.path()))
        });
        copying.await??;
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

    /// Makes a standby the primary, and waits until it is.
    pub fn promote(&self) -> Result<()> {
        let mut promote = as_user(&binaries()?.join("pg_ctl"))?;
        promote.args(["promote", "--wait", "--pgdata"]).arg(self.folder.join("data"));
        place::run(promote.current_dir(&self.folder)).map(drop)
    }

    /// Lets it fall silent, as a machine that lost its power: nothing is refused, nothing answered.
    pub fn freeze(&self) -> Result<Frozen> {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let first = file.lines().next().context("a process id")?.to_owned();
        let of_it = format!("/proc/{first}/task/{first}/children");
        let mut frozen = Frozen(vec![first]);
        // The first alone makes no more of them.
        frozen.signal("STOP")?;
        frozen.0.extend(fs::read_to_string(of_it)?.split_whitespace().map(str::to_owned));
        frozen.signal("STOP")?;
        Ok(frozen)
    }

    /// From its next start on it is a standby, whatever it was.
    pub fn demote(&self) -> Result<()> {
        Ok(fs::write(self.folder.join("data/standby.signal"), "")?)
    }

    /// From now on a commit is answered when the standby has it on disk, too.
    pub async fn commit_on_standby(&self) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url()).await?;
        for statement in
            ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"]
        {
            sqlx::raw_sql(statement).execute(&mut connection).await.context(statement)?;
        }
        // Asked anew each time: a backend reads the new setting between two statements only.
        let in_step = "SELECT count(*) > 0, pg_sleep(0.05)::text \
                       FROM pg_stat_replication WHERE sync_state = 'sync'";
        let wait = async {
            while !sqlx::query(in_step).fetch_one(&mut connection).await?.get::<bool, _>(0) {}
            anyhow::Ok(())
        };
        tokio::time::timeout(Duration::from_mins(1), wait)
            .await
            .context("no standby keeps in step")??;
        Ok(connection.close().await?)
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

/// A server that is silent until this is dropped.
#[derive(Debug)]
pub struct Frozen(Vec<String>);

impl Frozen {
    fn signal(&self, name: &str) -> Result<()> {
        place::run(Command::new("kill").args(["-s", name]).args(&self.0)).map(drop)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // One that is gone needs no thaw.
        drop(self.signal("CONT"));
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

/// Empty folders for the data and the sockets, which the server's user owns; gives the first.
fn make_data(folder: &Path) -> Result<PathBuf> {
    let (data, sockets) = (folder.join("data"), folder.join("sockets"));
    fs::create_dir(&sockets)?;
    fs::create_dir(&data)?;
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700))?;
    if place::is_root()? {
        place::run(Command::new("chown").arg(USER).args([&data, &sockets]))?;
    }
    Ok(data)
}

fn as_user(program: &Path) -> Result<Command> {
    if !place::is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(program);
    Ok(command)
}

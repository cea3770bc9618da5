//! A private RabbitMQ node with its own cookie and folders, and no plugins: alone with its epmd, or
//! one of a [`super::Cluster`].

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::place;
use super::supervise::{Program, answers, own};

/// The script of the package itself; the one in `sbin` changes the user and reads `/etc`.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

const CONFIGURATION: &str = "\
loopback_users.guest = true
disk_free_limit.absolute = 64MB
vm_memory_high_watermark.absolute = 2GB
log.file.level = info
log.console = true
log.console.level = warning
";

/// All features of RabbitMQ 3.10 that are not there from the start, without `quorum_queue` and what
/// needs it. A new node has just those that it is told, as one that was upgraded from 3.7 has.
const NO_QUORUM_QUEUES: &str =
    "implicit_default_bindings,maintenance_mode_status,user_limits,virtual_host_metadata";

/// A RabbitMQ on a free loopback port; tests take a `fresh_vhost`.
#[derive(Debug, Serialize, Deserialize)]
pub struct RabbitMq {
    port: u16,
    internal_port: u16,
    folder: PathBuf,
    /// The port of the cluster's epmd; a node alone has one of its own.
    epmd: Option<u16>,
    quorum_queues: bool,
    #[serde(skip)]
    program: Option<Program>,
}

impl RabbitMq {
    /// The one of this run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RabbitMq> = OnceLock::new();
        super::shared(&SHARED, "rabbitmq", Self::start)
    }

    /// One of your own, for tests that stop or kill it.
    pub fn start() -> Result<Self> {
        Self::start_with(None, &place::name(), "")
    }

    /// One of your own that knows no quorum queues.
    pub fn without_quorum_queues() -> Result<Self> {
        Self::prepare(None, &place::name(), "", false)?.begin()
    }

    /// A node with this cookie and more configuration; with the epmd at this port, or its own.
    pub(super) fn start_with(epmd: Option<u16>, cookie: &str, more: &str) -> Result<Self> {
        Self::prepare(epmd, cookie, more, true)?.begin()
    }

    fn prepare(epmd: Option<u16>, cookie: &str, more: &str, quorum_queues: bool) -> Result<Self> {
        if !Path::new(SERVER).is_file() {
            bail!("RabbitMQ is missing: apt-get install rabbitmq-server, or run tests/run");
        }
        let folder = place::folder("rabbitmq")?;
        let cookie_file = folder.join(".erlang.cookie");
        fs::write(&cookie_file, cookie)?;
        fs::set_permissions(&cookie_file, fs::Permissions::from_mode(0o400))?;
        fs::write(folder.join("enabled_plugins"), "[].\n")?;
        fs::write(folder.join("rabbitmq.conf"), format!("{CONFIGURATION}{more}"))?;
        fs::write(folder.join("rabbitmq-env.conf"), "")?;
        // It reserves files for the queues of each test, opens few, and waits for ever at the end.
        let advanced = "[{rabbit, [{file_handles_high_watermark, 200000}]}].\n";
        fs::write(folder.join("advanced.config"), advanced)?;
        let (port, internal_port) = (place::port()?, place::port()?);
        Ok(Self { port, internal_port, folder, epmd, quorum_queues, program: None })
    }

    fn begin(mut self) -> Result<Self> {
        let command = self.command()?;
        self.program = Some(Program::start(&command, "TERM", self.folder.clone())?);
        self.wait()?;
        Ok(self)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of the default virtual host, which all tests share.
    pub fn url(&self) -> String {
        self.url_of("%2f")
    }

    /// Makes a virtual host that nobody else uses and gives its URL.
    pub fn fresh_vhost(&self) -> Result<String> {
        let name = place::name();
        self.call(&format!("rabbit_vhost:add(<<\"{name}\">>, <<\"tests\">>)"))?;
        let all = "<<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"tests\">>";
        let grant = "rabbit_auth_backend_internal:set_permissions";
        self.call(&format!("{grant}(<<\"guest\">>, <<\"{name}\">>, {all})"))?;
        Ok(self.url_of(&name))
    }

    /// Evaluates an Erlang expression in the node and gives its value, in a few milliseconds
    /// where `rabbitmqctl` takes seconds. For looking inside: queues, memory, alarms.
    pub fn call(&self, expression: &str) -> Result<String> {
        let mut call = Command::new(place::program("erl_call", "erlang-base")?);
        let cookie = fs::read_to_string(self.folder.join(".erlang.cookie"))?;
        call.arg("-address").arg(format!("127.0.0.1:{}", self.internal_port));
        // A name of its own for the caller, since two tests may call at once; `-r` draws the same
        // one for both within a second.
        call.args(["-h", &place::name(), "-e", "-c", cookie.trim()]).env("HOME", &self.folder);
        let answer = call_with_input(&mut call, &format!("{expression}.\n"))?;
        if !answer.starts_with("{ok, ") || answer.contains("{error,") {
            bail!("{expression} answered {answer}");
        }
        Ok(answer)
    }

    /// Writes down what the node still holds in memory about its queues.
    ///
    /// It does so by itself some seconds after a declaration; a quorum queue of a node that is
    /// killed before does not come back, whatever was confirmed in it. Call this after declaring
    /// and before `kill`, unless that is what you test.
    pub fn settle(&self) -> Result<()> {
        self.call("lists:foreach(fun(Table) -> dets:sync(Table) end, dets:all())").map(drop)
    }

    /// Stops it in good order.
    pub fn stop(&mut self) -> Result<()> {
        own(&mut self.program)?.order("stop")
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        own(&mut self.program)?.order("kill")
    }

    /// Deletes all its data, as a new disk would have; it must have been stopped or killed.
    pub fn forget(&self) -> Result<()> {
        let data = self.folder.join("mnesia");
        fs::remove_dir_all(&data).with_context(|| data.display().to_string())
    }

    /// Starts it again on the same ports and data, and waits until it answers.
    pub fn restart(&mut self) -> Result<()> {
        own(&mut self.program)?.order("start")?;
        self.wait()
    }

    /// The name by which other nodes know it.
    pub(super) fn node_name(&self) -> String {
        format!("todoke{}@localhost", self.port)
    }

    pub(super) fn url_of(&self, vhost: &str) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/{vhost}", self.port)
    }

    fn wait(&self) -> Result<()> {
        self.program.as_ref().context("no program")?.wait(Duration::from_mins(2), || {
            answers(self.port)?;
            let said = self.call("rabbit:is_running()")?;
            ensure!(said.contains("true"), "is_running answered {said}");
            Ok(())
        })
    }

    /// The node and, where it is alone, in the same process group, the epmd that only it knows.
    fn command(&self) -> Result<Command> {
        let (epmd, epmd_port) = match self.epmd {
            Some(port) => (String::new(), port),
            None => (format!("{} -address 127.0.0.1 & ", place::text(&epmd()?)), place::port()?),
        };
        let start = format!("{epmd}exec {SERVER}");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &start]);
        let inherited = std::env::vars_os().map(|(name, _)| name);
        for name in inherited.filter(|name| name.to_string_lossy().starts_with("RABBITMQ_")) {
            command.env_remove(name);
        }
        let folder = |name: &str| self.folder.join(name);
        command.env("HOME", &self.folder);
        command.env("ERL_EPMD_PORT", epmd_port.to_string());
        command.env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_NODENAME", self.node_name());
        command.env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_NODE_PORT", self.port.to_string());
        command.env("RABBITMQ_DIST_PORT", self.internal_port.to_string());
        command.env("RABBITMQ_CONF_ENV_FILE", folder("rabbitmq-env.conf"));
        command.env("RABBITMQ_CONFIG_FILE", folder("rabbitmq.conf"));
        command.env("RABBITMQ_ADVANCED_CONFIG_FILE", folder("advanced.config"));
        command.env("RABBITMQ_ENABLED_PLUGINS_FILE", folder("enabled_plugins"));
        command.env("RABBITMQ_MNESIA_BASE", folder("mnesia"));
        command.env("RABBITMQ_LOG_BASE", folder("log"));
        command.env("RABBITMQ_PID_FILE", folder("rabbitmq.pid"));
        command.env("RABBITMQ_GENERATED_CONFIG_DIR", folder("generated"));
        if !self.quorum_queues {
            command.env("RABBITMQ_FEATURE_FLAGS", NO_QUORUM_QUEUES);
        }
        command.env(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            // Busy waiting would take the cores from the tests.
            "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
        );
        Ok(command)
    }
}

/// Erlang's register of nodes.
pub(super) fn epmd() -> Result<PathBuf> {
    place::program("epmd", "erlang-base")
}

fn call_with_input(command: &mut Command, input: &str) -> Result<String> {
    use std::io::Write;
    use std::process::Stdio;

    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("its input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{said} {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

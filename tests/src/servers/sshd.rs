//! A private OpenSSH server that offers SFTP, and nothing else, to whoever runs the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use adapters::Secret;
use adapters::sftp::{Config, Login};
use anyhow::{Context, Result};
use russh::keys::{HashAlg, PublicKey};
use serde::{Deserialize, Serialize};

use super::place;
use super::supervise::{Program, answers, own};

/// An `sshd` on a free loopback port. Sign-in is by key: passwords would need users of the machine.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sshd {
    port: u16,
    user: String,
    folder: PathBuf,
    #[serde(skip)]
    program: Option<Program>,
}

impl Sshd {
    /// The one of this run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Sshd> = OnceLock::new();
        super::shared(&SHARED, "sshd", Self::start)
    }

    /// One of your own, for tests that stop or kill it.
    pub fn start() -> Result<Self> {
        let sshd = place::program("sshd", "openssh-server")?;
        let folder = place::folder("sshd")?;
        let home = folder.join("home");
        fs::create_dir(&home)?;
        for key in ["host_key", "user_key"] {
            let mut keygen = Command::new(place::program("ssh-keygen", "openssh-client")?);
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"]).arg(folder.join(key));
            place::run(&mut keygen)?;
        }
        if place::is_root()? {
            // Where it locks up its unprivileged half; the system's service makes the same.
            fs::create_dir_all("/run/sshd")?;
        }
        let (port, user) = (place::port()?, place::user()?);
        let server = Self { port, user, folder, program: None };
        fs::write(server.folder.join("sshd_config"), server.configuration())?;
        let mut command = Command::new(sshd);
        command.args(["-D", "-e", "-f"]).arg(server.folder.join("sshd_config"));
        let program = Program::start(&command, "TERM", server.folder.clone())?;
        let server = Self { program: Some(program), ..server };
        server.wait()?;
        Ok(server)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name to sign in with.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The private key to sign in with, in OpenSSH's format, without a passphrase.
    pub fn user_key(&self) -> Result<String> {
        fs::read_to_string(self.folder.join("user_key")).context("user key")
    }

    /// The host key to pin, as a line of `known_hosts` without the name: `ssh-ed25519 AAAA… …`.
    pub fn host_key(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join("host_key.pub")).context("host key")?.trim().into())
    }

    /// The folder in which a session starts; relative paths of the client are below it.
    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Makes a folder below `home` that nobody else uses and gives its name.
    pub fn fresh_folder(&self) -> Result<String> {
        let name = place::name();
        fs::create_dir(self.home().join(&name))?;
        Ok(name)
    }

    /// An endpoint whose packages and answers lie in a fresh folder, and that folder.
    pub fn drop_box(&self) -> Result<(Config, PathBuf)> {
        let key = PublicKey::from_openssh(&self.host_key()?)?;
        let folder = self.fresh_folder()?;
        let login = Login::Key { private_key: Secret::new(self.user_key()?), passphrase: None };
        let config = Config {
            port: self.port,
            host_keys: vec![key.fingerprint(HashAlg::Sha256).to_string()],
            result_folder: Some(folder.clone()),
            folder: folder.clone(),
            ..Config::new("127.0.0.1", self.user(), login)
        };
        Ok((config, self.home().join(folder)))
    }

    /// OpenSSH's own client, which carries out a file of commands and ends.
    pub fn client(&self, commands: &Path) -> Result<Command> {
        let known = self.folder.join("known_hosts");
        fs::write(&known, format!("[127.0.0.1]:{} {}\n", self.port, self.host_key()?))?;
        let mut client = Command::new(place::program("sftp", "openssh-client")?);
        client.arg("-q").arg("-b").arg(commands).arg("-P").arg(self.port.to_string());
        client.arg("-i").arg(self.folder.join("user_key"));
        client.args(["-F", "none", "-o", "IdentitiesOnly=yes", "-o"]);
        client.arg(format!("UserKnownHostsFile={}", known.display()));
        client.arg(format!("{}@127.0.0.1", self.user));
        Ok(client)
    }

    /// Stops listening and cuts every session.
    pub fn kill(&mut self) -> Result<()> {
        own(&mut self.program)?.order("kill")
    }

    /// Starts it again with the same port and keys.
    pub fn restart(&mut self) -> Result<()> {
        own(&mut self.program)?.order("start")?;
        self.wait()
    }

    fn wait(&self) -> Result<()> {
        let program = self.program.as_ref().context("no program")?;
        program.wait(Duration::from_secs(30), || answers(self.port))
    }

    fn configuration(&self) -> String {
        let folder = place::text(&self.folder);
        format!(
            "ListenAddress 127.0.0.1:{port}\n\
             HostKey {folder}/host_key\n\
             AuthorizedKeysFile {folder}/user_key.pub\n\
             PidFile none\n\
             AllowUsers {user}\n\
             StrictModes no\n\
             UsePAM no\n\
             PermitRootLogin prohibit-password\n\
             PubkeyAuthentication yes\n\
             PasswordAuthentication no\n\
             KbdInteractiveAuthentication no\n\
             MaxStartups 1000\n\
             MaxSessions 1000\n\
             LogLevel VERBOSE\n\
             Subsystem sftp internal-sftp -d {folder}/home\n\
             ForceCommand internal-sftp -d {folder}/home\n\
             AllowTcpForwarding no\n",
            port = self.port,
            user = self.user,
        )
    }
}

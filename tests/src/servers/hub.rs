//! A process of the hub, to be killed and started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::place;
use super::supervise::{Program, answers};

/// `todoke run ROLES` on a free loopback port, with a data folder of its own.
#[derive(Debug)]
pub struct HubProcess {
    port: u16,
    roles: String,
    folder: PathBuf,
    program: Program,
}

impl HubProcess {
    /// Starts the binary with these roles (all of them when empty), these variables and this
    /// signing key; does not wait until it is ready.
    pub fn start(
        binary: &Path,
        roles: &str,
        variables: &[(String, String)],
        signing_key: &[u8],
    ) -> Result<Self> {
        let (folder, port) = (place::folder("hub")?, place::port()?);
        let data = folder.join("data");
        fs::create_dir(&data)?;
        fs::write(data.join("signing.key"), signing_key)?;
        let mut command = Command::new(binary);
        command.arg("run").args(Some(roles).filter(|roles| !roles.is_empty()));
        command.env("TODOKE_HTTP__LISTEN", format!("127.0.0.1:{port}"));
        command.env("TODOKE_DATA__FOLDER", &data);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let program = Program::start(&command, "TERM", folder.clone())?;
        Ok(Self { port, roles: roles.to_owned(), folder, program })
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.program.id
    }

    /// Its roles, with commas; empty for all.
    pub fn roles(&self) -> &str {
        &self.roles
    }

    /// Its roles and port, for people.
    pub fn name(&self) -> String {
        format!("{} :{}", if self.roles.is_empty() { "all roles" } else { &self.roles }, self.port)
    }

    /// What it has logged, over all its lives.
    pub fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.program.order("kill")
    }

    /// Starts it again; does not wait until it is ready.
    pub fn restart(&mut self) -> Result<()> {
        self.program.order("start")
    }

    /// Waits until `/livez` answers and nothing is waited for any more.
    pub fn wait(&self) -> Result<()> {
        self.program.wait(Duration::from_mins(2), || {
            answers(self.port)?;
            let said = ask(self.port, "/readyz")?;
            ensure!(said.starts_with("HTTP/1.1 200"), "/readyz says {said}");
            Ok(())
        })
    }
}

/// The answer to a GET, as text; a client library would need a runtime.
fn ask(port: u16, path: &str) -> Result<String> {
    use std::io::{Read, Write};

    let mut socket = std::net::TcpStream::connect(("127.0.0.1", port))?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(socket, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut said = Vec::new();
    socket.read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

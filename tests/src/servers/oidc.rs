//! A private OIDC provider: npm's `oidc-provider`, which is certified, on a free port.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::place;
use super::supervise::{Program, answers};

/// The provider of one hub; its keys are new each time it starts.
#[derive(Debug)]
pub struct Oidc {
    port: u16,
    program: Program,
}

impl Oidc {
    /// Starts one that sends people back to the hub at this address.
    pub fn start(hub: &str) -> Result<Self> {
        let node = place::program("node", "nodejs")?;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc");
        ensure!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "oidc-provider is missing: npm ci --prefix tests/oidc, or run tests/run"
        );
        let port = place::port()?;
        let mut command = Command::new(node);
        command.arg(folder.join("provider.mjs")).arg(port.to_string()).arg(hub);
        let program = Program::start(&command, "TERM", place::folder("oidc")?)?;
        let server = Self { port, program };
        server.wait()?;
        Ok(server)
    }

    /// Its name as an issuer, which is its address.
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The secret of the hub's account for a section of people, in characters that need care.
    pub fn secret(section: &str) -> String {
        format!("{section}: se/cr+et%=")
    }

    /// Ends it at once.
    pub fn kill(&mut self) -> Result<()> {
        self.program.order("kill")
    }

    /// Starts it again on the same port, with new keys; nobody is logged in there any more.
    pub fn restart(&mut self) -> Result<()> {
        self.program.order("start")?;
        self.wait()
    }

    fn wait(&self) -> Result<()> {
        self.program.wait(Duration::from_secs(30), || answers(self.port))
    }
}

/// A free loopback port for a hub whose address its issuer has to know first.
pub fn port() -> Result<u16> {
    place::port()
}

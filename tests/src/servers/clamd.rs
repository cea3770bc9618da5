//! A private ClamAV `clamd` whose one signature is that of the EICAR test file.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::place;
use super::supervise::{Program, own};

/// Bytes of a file that it takes at most.
pub const STREAM_BYTES_MAX: u64 = 8 << 20;

/// The name of its signature, as it tells it.
pub const SIGNATURE: &str = "Todoke.Test.EICAR.UNOFFICIAL";

/// What the EICAR test file consists of, in two parts: no scanner should stumble over this source.
const EICAR: [&str; 2] =
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// The text of the EICAR test file, which harms nothing and which every scanner finds.
pub fn eicar() -> String {
    EICAR.concat()
}

/// A `clamd` on a socket and a free loopback port.
#[derive(Debug, Serialize, Deserialize)]
pub struct Clamd {
    port: u16,
    folder: PathBuf,
    #[serde(skip)]
    program: Option<Program>,
}

impl Clamd {
    /// The one of this run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Clamd> = OnceLock::new();
        super::shared(&SHARED, "clamd", Self::start)
    }

    /// One of your own, for tests that stop or kill it.
    pub fn start() -> Result<Self> {
        let clamd = place::program("clamd", "clamav-daemon")?;
        let folder = place::folder("clamd")?;
        let signatures = folder.join("signatures");
        fs::create_dir(&signatures)?;
        let signature = format!("Todoke.Test.EICAR:0:*:{}\n", hex::encode(eicar()));
        fs::write(signatures.join("todoke.ndb"), signature)?;
        let server = Self { port: place::port()?, folder, program: None };
        fs::write(server.folder.join("clamd.conf"), server.configuration())?;
        let mut command = Command::new(clamd);
        command.arg("--config-file").arg(server.folder.join("clamd.conf"));
        let program = Program::start(&command, "TERM", server.folder.clone())?;
        let server = Self { program: Some(program), ..server };
        server.wait()?;
        Ok(server)
    }

    /// `scan.socket`, by its path.
    pub fn socket(&self) -> String {
        format!("unix:{}", place::text(&self.path()))
    }

    /// `scan.socket`, by its port.
    pub fn tcp_socket(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// Ends it at once.
    pub fn kill(&mut self) -> Result<()> {
        own(&mut self.program)?.order("kill")
    }

    /// Starts it again on the same socket and port.
    pub fn restart(&mut self) -> Result<()> {
        own(&mut self.program)?.order("start")?;
        self.wait()
    }

    fn path(&self) -> PathBuf {
        self.folder.join("clamd.ctl")
    }

    fn wait(&self) -> Result<()> {
        let program = self.program.as_ref().context("no program")?;
        let probe = || UnixStream::connect(self.path()).map(drop).context("its socket");
        program.wait(Duration::from_mins(1), probe)
    }

    fn configuration(&self) -> String {
        let folder = place::text(&self.folder);
        format!(
            "Foreground yes\n\
             LocalSocket {folder}/clamd.ctl\n\
             FixStaleSocket yes\n\
             TCPAddr 127.0.0.1\n\
             TCPSocket {port}\n\
             DatabaseDirectory {folder}/signatures\n\
             OfficialDatabaseOnly no\n\
             TemporaryDirectory {folder}\n\
             StreamMaxLength {STREAM_BYTES_MAX}\n\
             AlertExceedsMax yes\n\
             ExitOnOOM yes\n",
            port = self.port,
        )
    }
}

//! `todoke demo` as a process of its own: killed in the middle, started again, and lied to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::packages::Packages;
use crate::servers::FOLDER_VARIABLE;

const FILINGS: usize = 300;
/// Receipts after which the process is killed.
const RECEIPTS: usize = 100;

/// A demo on some engines, in a folder that outlives its processes.
pub struct Demo {
    folder: TempDir,
    program: PathBuf,
    engines: Vec<(&'static str, String)>,
}

impl Demo {
    /// A demo on the engines that these variables name; the embedded ones without any.
    pub async fn new(engines: Vec<(&'static str, String)>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("todoke-test-demo-").tempdir()?;
        Ok(Self { folder, program: program().await?, engines })
    }

    /// A demo that is killed in the middle and started again loses and doubles nothing.
    pub async fn survives_a_kill(&self) -> Result<()> {
        self.wait_for_receipts(self.start()?).await?.kill().await?;
        let done = self.finish(self.start()?).await?;
        let report = report(&done)?;
        ensure!(done.status.success(), "{}: {report:#}", done.status);
        ensure!(report["resumed"] == true && report["filings"] == FILINGS, "{report:#}");
        for wrong in ["lost", "doubled", "mismatched", "troubles"] {
            ensure!(report[wrong] == 0, "{wrong}: {report:#}");
        }
        Ok(())
    }

    /// What the far sides hold.
    pub fn packages(&self) -> Result<Packages> {
        Packages::at(&self.folder.path().join("far-side"))
    }

    /// What is taken from the far sides, spoilt or put there twice is found, whatever the hub says.
    pub async fn sees_what_is_wrong(&self) -> Result<()> {
        let mut packages = packages(&self.folder.path().join("far-side"))?.into_iter();
        let mut next = || packages.next().context("a package");
        fs::remove_file(next()?)?;
        let spoilt = next()?;
        let mut bytes = fs::read(&spoilt)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&spoilt, bytes)?;
        let twice = next()?;
        let name = twice.file_name().context("its name")?;
        let inbox = twice.ancestors().nth(2).context("the authority's folder")?.join("pull");
        fs::create_dir_all(&inbox)?;
        fs::copy(&twice, inbox.join(name))?;
        let done = self.finish(self.start()?).await?;
        let report = report(&done)?;
        // The one that was taken away, and the one that cannot be opened any more.
        ensure!(report["lost"] == 2, "{report:#}");
        ensure!(report["mismatched"] == 1 && report["doubled"] == 1, "{report:#}");
        ensure!(!done.status.success(), "it says that all is well");
        Ok(())
    }

    fn start(&self) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(["demo", "--exit", "--json", "--listen", "127.0.0.1:0"]);
        command.args(["--filings", &FILINGS.to_string()]).arg("--data").arg(self.folder.path());
        command.envs(self.engines.iter().map(|(name, value)| (name, value)));
        // Its settings are read from variables of this prefix, and this one is none.
        command.env_remove(FOLDER_VARIABLE).env("RUST_LOG", "error").kill_on_drop(true);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
        command.spawn().with_context(|| self.program.display().to_string())
    }

    async fn wait_for_receipts(&self, mut child: Child) -> Result<Child> {
        let file = self.folder.path().join("receipts.jsonl");
        let receipts = || fs::read_to_string(&file).map_or(0, |text| text.lines().count());
        let enough = async {
            while receipts() < RECEIPTS {
                if child.try_wait()?.is_some() {
                    let done = child.wait_with_output().await?;
                    bail!("{}: {}", done.status, String::from_utf8_lossy(&done.stderr));
                }
                sleep(Duration::from_millis(20)).await;
            }
            Ok(child)
        };
        timeout(Duration::from_mins(3), enough).await.context("no receipts came")?
    }

    async fn finish(&self, child: Child) -> Result<Output> {
        let output = timeout(Duration::from_mins(12), child.wait_with_output()).await;
        Ok(output.context("the demo did not end")??)
    }
}

fn report(done: &Output) -> Result<Value> {
    serde_json::from_slice(&done.stdout)
        .with_context(|| format!("{}: {}", done.status, String::from_utf8_lossy(&done.stderr)))
}

/// Packages that came over HTTP, in the order of their names.
fn packages(root: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for authority in fs::read_dir(root)? {
        let Ok(packages) = fs::read_dir(authority?.path().join("api")) else { continue };
        for package in packages {
            all.push(package?.path());
        }
    }
    all.sort();
    Ok(all)
}

/// Where this build lies, below the target folder.
pub(crate) fn profile_folder() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let is_profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    Ok(own.ancestors().find(is_profile).context("the target folder")?.to_owned())
}

/// The binary of this build, beside the test's own, brought up to date.
pub async fn program() -> Result<PathBuf> {
    let folder = profile_folder()?;
    // The cargo that started us, or else the one in the path: both know of the right toolchain.
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // `tests` beside it: so its crates have the features that they have had in building us.
    build.args(["build", "--quiet", "--locked", "-p", "hub", "-p", "tests", "--bin", "todoke"]);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let status = build.stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "cargo build: {status}");
    Ok(folder.join("todoke"))
}

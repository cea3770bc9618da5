//! A demo that stays up, and what npm's `playwright-core` does with its pages in real Chromium.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::backdrop;
use crate::demo::program;
use crate::servers::{FOLDER_VARIABLE, oidc};

/// Time for a small demo to settle, on a machine that has much else to do.
const SETTLED_LIMIT: Duration = Duration::from_mins(6);
/// Time for one script.
const SCRIPT_LIMIT: Duration = Duration::from_mins(5);

/// A demo whose filings have settled and whose pages are open.
pub struct Stage {
    folder: TempDir,
    address: String,
    demo: Child,
}

impl Stage {
    /// Plays this many filings, with these variables for the hub; waits until all has settled.
    pub async fn set(filings: usize, variables: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("todoke-test-stage-").tempdir()?;
        let listen = format!("127.0.0.1:{}", oidc::port()?);
        let mut command = Command::new(program().await?);
        command.args(["demo", "--json", "--listen", &listen, "--filings", &filings.to_string()]);
        command.arg("--data").arg(folder.path());
        // Its settings are read from variables of this prefix, and this one is none.
        command.env_remove(FOLDER_VARIABLE).env("RUST_LOG", "error").kill_on_drop(true);
        command.envs(variables.iter().copied());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null());
        let mut demo = command.spawn()?;
        let said = demo.stderr.take().context("its words")?;
        let settled = async {
            let mut lines = BufReader::new(said).lines();
            let mut all = String::new();
            while let Some(line) = lines.next_line().await? {
                if line.starts_with("The pages stay at") {
                    // Goes on reading, or it would wait for someone to.
                    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                    return Ok(());
                }
                all.push_str(&line);
                all.push('\n');
            }
            bail!("the demo ended: {all}")
        };
        timeout(SETTLED_LIMIT, settled).await.context("the demo did not settle")??;
        Ok(Self { folder, address: format!("http://{listen}"), demo })
    }

    /// Runs a script on the pages: see [`play`].
    pub async fn play(&self, script: &str, arguments: &[&str]) -> Result<String> {
        play(&self.address, script, arguments).await
    }

    /// An API key for an authority's staff (団体コード), by whose label colleagues know them.
    pub async fn staff_key(&self, authority: &str, label: &str) -> Result<String> {
        self.key(&["authority", authority], label).await
    }

    /// The same for staff of operations.
    pub async fn operations_key(&self, label: &str) -> Result<String> {
        self.key(&["operations"], label).await
    }

    async fn key(&self, scope: &[&str], label: &str) -> Result<String> {
        let mut command = Command::new(program().await?);
        command.args(["key", "add"]).args(scope).args(["--label", label]);
        command
            .env_remove(FOLDER_VARIABLE)
            .env("TODOKE_DATA__FOLDER", self.folder.path().join("hub"));
        let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().await?;
        ensure!(status.success(), "{status}: {}", String::from_utf8_lossy(&stderr));
        let said = String::from_utf8(stdout)?;
        Ok(said.lines().next().context("a key")?.to_owned())
    }

    /// Puts into its store what no demo comes to in minutes: see [`backdrop`].
    pub async fn hang_backdrop(&self) -> Result<()> {
        backdrop::hang(&self.folder.path().join("hub/todoke.db")).await
    }

    /// The mailboxes of all people, one folder each.
    pub fn mail(&self) -> PathBuf {
        self.folder.path().join("far-side/mail")
    }

    /// Ends the demo.
    pub async fn strike(mut self) -> Result<()> {
        self.demo.kill().await?;
        Ok(())
    }
}

/// Runs a script of `tests/browser` on the pages at an address: its arguments are that address and
/// these. What it prints is the reason when it ends with anything but success.
pub async fn play(address: &str, script: &str, arguments: &[&str]) -> Result<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    ensure!(
        place.join("node_modules/playwright-core").is_dir(),
        "playwright-core is missing: npm ci --prefix tests/browser, or run tests/run"
    );
    let mut command = Command::new("node");
    command.arg(place.join(script)).arg(address).args(arguments);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let ended = timeout(SCRIPT_LIMIT, command.output()).await;
    let Output { status, stdout, stderr } =
        ended.with_context(|| format!("{script} did not end"))??;
    let said = String::from_utf8_lossy(&stdout).into_owned();
    ensure!(status.success(), "{script}: {status}\n{said}{}", String::from_utf8_lossy(&stderr));
    Ok(said)
}

/// The routes of pages that are read, as they are written down in the hub's modules.
pub fn routes_of_pages() -> Result<Vec<String>> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hub/src/web");
    let mut found = Vec::new();
    for module in [
        "mod.rs",
        "demo.rs",
        "operations/mod.rs",
        "authority/mod.rs",
        "operator/mod.rs",
        "operator/draft/mod.rs",
        "operator/bulk/mod.rs",
    ] {
        let text = std::fs::read_to_string(web.join(module)).with_context(|| module.to_owned())?;
        for written in text.split(".route(").skip(1) {
            let route = written.split('"').nth(1).context("a route")?;
            // The last one of a function ends with it.
            let methods = written.split("\n}").next().unwrap_or_default();
            if methods.contains("get(") || methods.contains("uploading()") {
                found.push(route.to_owned());
            }
        }
    }
    found.sort();
    found.dedup();
    ensure!(found.len() > 20, "the modules of pages name too few: {found:?}");
    Ok(found)
}

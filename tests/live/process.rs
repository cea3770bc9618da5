//! `todoke` as a process of its own: what it says, and how it ends.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tests::demo::program;
use tests::servers::free_port;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

/// Longest time for one thing to happen; a start waits for as long where it waits.
const PATIENCE: Duration = Duration::from_secs(40);

/// Environment variables.
pub(crate) type Settings = Vec<(String, String)>;

/// Makes them of pairs.
pub(crate) fn settings<const N: usize>(pairs: [(&str, &str); N]) -> Settings {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// The binary with a data folder and a port, for one process after the other.
pub(crate) struct Seat {
    /// Words before the program's own, of what it runs under.
    before: Vec<String>,
    program: PathBuf,
    folder: TempDir,
    port: u16,
    client: reqwest::Client,
}

impl Seat {
    pub(crate) async fn new() -> Result<Self> {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy();
        // A connection of its own for each question: a kept one outlives its listener.
        let client = client.pool_max_idle_per_host(0).build()?;
        let (program, folder) = (program().await?, tempfile::tempdir()?);
        Ok(Self { before: Vec::new(), program, folder, port: free_port()?, client })
    }

    /// The same under another program, which gives it its own process.
    pub(crate) fn under(mut self, words: &[&str]) -> Self {
        self.before = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, words: &str, settings: &Settings) -> Command {
        let mut command = match self.before.split_first() {
            Some((first, more)) => {
                let mut command = Command::new(first);
                command.args(more).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.args(words.split(' ')).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("TODOKE_HTTP__LISTEN", format!("127.0.0.1:{}", self.port));
        command.env("TODOKE_DATA__FOLDER", self.data());
        command.envs(settings.iter().map(|(name, value)| (name, value))).kill_on_drop(true);
        command
    }

    /// Runs a command to its end; gives its exit code and all that it printed.
    pub(crate) async fn end(&self, words: &str, settings: &Settings) -> Result<(i32, String)> {
        let ended = timeout(PATIENCE, self.command(words, settings).output()).await;
        let output = ended.with_context(|| format!("{words} does not end"))??;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code().context("killed")?, String::from_utf8(said)?))
    }

    /// Begins to serve; does not wait until it listens.
    pub(crate) fn begin(&self, settings: &Settings) -> Result<Process> {
        self.begin_as("run", settings)
    }

    fn begin_as(&self, words: &str, settings: &Settings) -> Result<Process> {
        let mut command = self.command(words, settings);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let stderr = child.stderr.take().context("its standard error")?;
        Ok(Process { child, lines: BufReader::new(stderr).lines(), said: String::new() })
    }

    /// The same, and waits until all is well.
    pub(crate) async fn serve(&self, settings: &Settings) -> Result<Process> {
        self.serve_as("run", settings).await
    }

    /// The same by these words of the command line.
    pub(crate) async fn serve_as(&self, words: &str, settings: &Settings) -> Result<Process> {
        let mut process = self.begin_as(words, settings)?;
        process.says("listening").await?;
        self.readyz_until(|ready| ready["ready"] == true).await?;
        Ok(process)
    }

    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("http://127.0.0.1:{}{path}", self.port))
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("http://127.0.0.1:{}{path}", self.port))
    }

    /// Asks `/readyz` until it says so, and compares its status with what it says.
    pub(crate) async fn readyz_until(&self, is_so: impl Fn(&Value) -> bool) -> Result<Value> {
        let url = format!("http://127.0.0.1:{}/readyz", self.port);
        let mut last = Value::Null;
        let asking = async {
            loop {
                let answer = match self.client.get(&url).send().await {
                    Ok(answer) => answer,
                    // It may go from one part of its life to the next in this moment.
                    Err(error) => {
                        last = error.to_string().into();
                        continue;
                    }
                };
                let status = answer.status().as_u16();
                last = serde_json::from_str(&answer.text().await?)?;
                ensure!(status == if last["ready"] == true { 200 } else { 503 }, "{status} {last}");
                if is_so(&last) {
                    return anyhow::Ok(());
                }
            }
        };
        timeout(PATIENCE, asking).await.with_context(|| format!("it goes on to say {last}"))??;
        Ok(last)
    }
}

/// One that serves; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    said: String,
}

impl Process {
    /// Waits for a line of its log with these words.
    pub(crate) async fn says(&mut self, words: &str) -> Result<()> {
        let reading = async {
            while let Some(line) = self.lines.next_line().await? {
                self.said = self.said.clone() + &line + "\n";
                if line.contains(words) {
                    return anyhow::Ok(true);
                }
            }
            Ok(false)
        };
        let read = timeout(PATIENCE, reading).await;
        ensure!(matches!(read, Ok(Ok(true))), "it did not say {words:?}: {}", self.said);
        Ok(())
    }

    /// Asks it to stop.
    pub(crate) async fn terminate(&self) -> Result<()> {
        let id = self.child.id().context("it has ended")?;
        let status = Command::new("kill").args(["-s", "TERM", &id.to_string()]).status().await?;
        ensure!(status.success(), "kill: {status}");
        Ok(())
    }

    /// Waits for its end; gives the exit code and its log.
    pub(crate) async fn ended(mut self) -> Result<(i32, String)> {
        let ending = async {
            while let Some(line) = self.lines.next_line().await? {
                self.said = self.said.clone() + &line + "\n";
            }
            anyhow::Ok(self.child.wait().await?)
        };
        let status = timeout(PATIENCE, ending).await.context("it does not end")??;
        Ok((status.code().context("killed")?, self.said))
    }

    /// Asks it to stop, which it does in good order.
    pub(crate) async fn stop(self) -> Result<()> {
        self.terminate().await?;
        let (code, said) = self.ended().await?;
        ensure!(code == 0, "it ended with {code}: {said}");
        Ok(())
    }
}

//! Holds one server process through a small shell that outlives us just long enough to end it.
//!
//! A destructor is not enough: it does not run for statics, nor when the test process is killed.
//! The shell waits on a pipe of ours, and the kernel closes that however we die.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail};

const SCRIPT: &str = include_str!("supervise.sh");

/// A running server, its folder, and the pipe by which it lives.
#[derive(Debug)]
pub(super) struct Program {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    /// Of the server, while it runs.
    pub(super) id: u32,
}

impl Program {
    /// Starts `command`; `signal` (`INT`, `TERM`) asks it to stop in good order.
    pub(super) fn start(command: &Command, signal: &str, folder: PathBuf) -> Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, "supervise"]).arg(&folder).arg(signal);
        shell.arg(command.get_program()).args(command.get_args()).current_dir(&folder);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let mut shell = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C reaches us; the shell learns it from the pipe.
            .process_group(0)
            .spawn()
            .context("start the supervising shell")?;
        let orders = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().context("the shell's answers")?);
        let mut program = Self { shell, orders, answers, folder, id: 0 };
        program.order("start")?;
        Ok(program)
    }

    /// `start`, `stop` (in good order) or `kill`; returns when it is done.
    pub(super) fn order(&mut self, word: &str) -> Result<()> {
        let orders = self.orders.as_mut().context("the supervising shell is gone")?;
        writeln!(orders, "{word}").with_context(|| format!("order: {word}"))?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let id = answer.strip_prefix(word);
        let id = id.with_context(|| format!("ordered {word}, was answered {answer:?}"))?;
        self.id = id.trim().parse().unwrap_or(0);
        Ok(())
    }

    /// Waits until `probe` succeeds; after the limit, the error is the probe's last and the end
    /// of the log.
    #[expect(clippy::disallowed_methods, reason = "a real program starts in real time")]
    pub(super) fn wait(&self, limit: Duration, probe: impl Fn() -> Result<()>) -> Result<()> {
        let started = Instant::now();
        while let Err(e) = probe() {
            if started.elapsed() > limit {
                bail!("not ready after {limit:?}: {e:#}; its log ends:\n{}", self.log_end());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn log_end(&self) -> String {
        let log = fs::read(self.folder.join("server.log")).unwrap_or_default();
        let from = log.len().saturating_sub(2_000);
        String::from_utf8_lossy(&log[from..]).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.orders.take());
        // The shell stops the server, removes the folder and ends; nothing is left to report to.
        let _ = self.shell.wait();
    }
}

/// The program of a server that this process started; nobody orders about the shared one.
pub(super) fn own(program: &mut Option<Program>) -> Result<&mut Program> {
    program.as_mut().context("this server is shared: `start` one of your own to stop or kill it")
}

/// Checks that a loopback port takes connections.
pub(super) fn answers(port: u16) -> Result<()> {
    TcpStream::connect(("127.0.0.1", port)).map(drop).with_context(|| format!("port {port}"))
}

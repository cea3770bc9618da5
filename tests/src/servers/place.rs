//! Where a server lives: a folder, a port, a user, and programs of the machine.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// A new temporary folder that every user may pass through; its supervisor removes it.
pub(super) fn folder(name: &str) -> Result<PathBuf> {
    let prefix = format!("todoke-{name}-");
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir()?.keep();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// A free loopback port below the range from which the kernel gives ports to clients, so that
/// no connection of another test can sit on it when the server is started again.
pub fn port() -> Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_process = u16::try_from(std::process::id() * 31 % u32::from(COUNT))?;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (of_process + step) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port between {FIRST} and {}", FIRST + COUNT)
}

/// A name that no other test has had on this server.
#[expect(clippy::disallowed_methods, reason = "only has to differ, in every process of the run")]
pub(super) fn name() -> String {
    format!("t{}", uuid::Uuid::now_v7().simple())
}

/// Finds a program in the usual folders of the system, whatever `PATH` says.
pub(super) fn program(name: &str, package: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .with_context(|| format!("{name} is missing: apt-get install {package}, or run tests/run"))
}

/// Runs a short command to its end and gives what it printed; its errors are in the error.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("run {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} ended with {}: {complaint} {said}", output.status);
    }
    Ok(said)
}

pub(super) fn is_root() -> Result<bool> {
    Ok(run(Command::new("id").arg("-u"))?.trim() == "0")
}

pub(super) fn user() -> Result<String> {
    Ok(run(Command::new("id").arg("-un"))?.trim().to_owned())
}

/// The path as text; ours are made of ASCII.
pub(super) fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

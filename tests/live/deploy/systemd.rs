//! The units, as systemd reads them; and that a process asks the kernel for no more than they let.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::config::Config;
use tests::demo::program;

use super::{deploy, read, run};

const UNITS: [&str; 2] = ["todoke.service", "todoke@.service"];
/// How much of a service may lie open, of 100, as `systemd-analyze security` counts.
const OPEN_MAX: u32 = 15;

/// What a process is to run under so that [`keeps_to_its_unit`] can tell; it writes in its folder.
pub(super) const TRACED: [&str; 7] = ["strace", "-D", "-f", "-q", "-e", "signal=none", "-otrace"];

#[tokio::test]
async fn systemd_takes_the_units_and_finds_them_closed() -> Result<()> {
    let (program, folder) = (program().await?, tempfile::tempdir()?);
    let program = program.to_str().context("its path")?;
    let mut paths = Vec::new();
    for unit in UNITS {
        let text = read(&format!("systemd/{unit}"))?;
        let ours = text.replace("/usr/local/bin/todoke", program);
        ensure!(ours != text, "{unit} runs another program");
        let path = folder.path().join(unit);
        fs::write(&path, ours)?;
        paths.push(path);
    }
    let said = run(Command::new("systemd-analyze").arg("verify").args(&paths))?;
    ensure!(!said.contains("todoke"), "{said}");
    let threshold = format!("--threshold={OPEN_MAX}");
    let mut security = Command::new("systemd-analyze");
    run(security.args(["security", "--offline=true", &threshold]).args(&paths)).map(drop)
}

/// The settings of a unit's service, in order.
fn service(unit: &str) -> Result<Vec<(String, String)>> {
    let text = read(&format!("systemd/{unit}"))?;
    let part = text.split("[Service]\n").nth(1).and_then(|rest| rest.split("\n[").next());
    let lines = part.context("no [Service]")?.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

#[test]
fn both_units_are_alike_and_give_a_soft_stop_its_time() -> Result<()> {
    let [one, some] = [service(UNITS[0])?, service(UNITS[1])?];
    let is_roles = |(name, value): &(String, String)| {
        name == "ExecStart" || name == "Environment" || value.contains("%i")
    };
    let without = |all: &[(String, String)]| -> Vec<_> {
        all.iter().filter(|pair| !is_roles(pair)).cloned().collect()
    };
    ensure!(without(&one) == without(&some) && one.len() > 30, "{one:#?}\n{some:#?}");
    let limits = Config::defaults()?.stop.limits();
    let stop = one.iter().find(|(name, _)| name == "TimeoutStopSec").context("no limit")?;
    let limit = Duration::from_secs(stop.1.parse()?);
    ensure!(limit >= limits.soft + limits.hard + Duration::from_secs(5), "{stop:?} {limits:?}");
    Ok(())
}

#[test]
fn the_user_and_the_folders_are_made_for_it_alone() -> Result<()> {
    let root = tempfile::tempdir()?;
    let at = |path: &str| root.path().join(path);
    fs::create_dir(at("etc"))?;
    let files = deploy().join("systemd");
    let mut root_of = Command::new("systemd-sysusers");
    run(root_of.arg("--root").arg(root.path()).arg(files.join("sysusers.conf")))?;
    let users = fs::read_to_string(at("etc/passwd"))?;
    let is_ours = |line: &str| line.starts_with("todoke:") && line.ends_with("/nologin");
    ensure!(users.lines().any(is_ours), "{users}");
    let mut folders = Command::new("systemd-tmpfiles");
    folders.arg("--create").arg("--root").arg(root.path());
    run(folders.arg(files.join("tmpfiles.conf")))?;
    for (folder, mode) in [("etc/todoke", 0o755), ("var/lib/todoke", 0o700)] {
        let is = at(folder).metadata()?.permissions().mode() & 0o777;
        ensure!(is == mode, "{folder}: {is:o}");
    }
    Ok(())
}

/// The system calls of each of systemd's sets, sets within them written out.
fn sets() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let said = run(Command::new("systemd-analyze").arg("syscall-filter"))?;
    let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in said.lines() {
        let word = line.trim();
        if line.starts_with('@') {
            word.clone_into(&mut name);
        } else if !name.is_empty() && !word.is_empty() && !word.starts_with('#') {
            sets.entry(name.clone()).or_default().insert(word.to_owned());
        }
    }
    while sets.values().flatten().any(|word| word.starts_with('@')) {
        let known = sets.clone();
        for set in sets.values_mut() {
            let (inner, own): (BTreeSet<String>, BTreeSet<String>) =
                set.iter().cloned().partition(|word| word.starts_with('@'));
            *set = own;
            set.extend(inner.iter().filter_map(|name| known.get(name)).flatten().cloned());
        }
    }
    Ok(sets)
}

/// What the filters of a unit let through: the first names what may be, `~` takes away again.
fn allowed(unit: &str) -> Result<BTreeSet<String>> {
    let sets = sets()?;
    // systemd itself always adds these.
    let mut allowed = sets.get("@default").context("no sets")?.clone();
    for (_, value) in service(unit)?.iter().filter(|(name, _)| name == "SystemCallFilter") {
        let words = value.trim_start_matches('~').split(' ');
        let named: BTreeSet<String> = words
            .map(|word| sets.get(word).context(word.to_owned()))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        if value.starts_with('~') {
            allowed.retain(|call| !named.contains(call));
        } else {
            allowed.extend(named);
        }
    }
    Ok(allowed)
}

/// Looks through what strace wrote of a process that has ended.
pub(super) async fn keeps_to_its_unit(folder: &Path) -> Result<()> {
    let allowed = allowed(UNITS[1])?;
    let mut trace = String::new();
    // The tracer ends after the process.
    for _ in 0..200 {
        trace = fs::read_to_string(folder.join("trace"))?;
        if trace.lines().last().is_some_and(|line| line.contains("+++ exited with")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut calls = BTreeSet::new();
    for line in trace.lines() {
        let line = line.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
        let line = line.strip_prefix("<... ").unwrap_or(line);
        let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(0);
        let call = &line[..end];
        if call.is_empty() {
            continue;
        }
        calls.insert(call.to_owned());
        let is_mapped = line.starts_with("mmap(") && line.contains("PROT_WRITE|PROT_EXEC");
        let is_turned = line.starts_with("mprotect(") && line.contains("PROT_EXEC");
        ensure!(!is_mapped && !is_turned, "MemoryDenyWriteExecute would end it: {line}");
        let family = line.strip_prefix("socket(").and_then(|rest| rest.split(',').next());
        let is_let = |family| ["AF_INET", "AF_INET6", "AF_UNIX"].contains(&family);
        ensure!(family.is_none_or(is_let), "RestrictAddressFamilies would refuse it: {line}");
    }
    ensure!(calls.contains("execve") && calls.len() > 40, "{calls:?}");
    let denied: Vec<_> = calls.difference(&allowed).collect();
    ensure!(denied.is_empty(), "the unit refuses {denied:?}");
    Ok(())
}

//! Whether the comparison would see what it looks for: it is made again over far sides that are
//! spoilt by hand, one way after the other.

use std::fs;
use std::path::Path;

use adapters::sandbox::{Held, far_side};
use anyhow::{Context, Result};
use schemas::Channel;

use crate::compare::{Findings, look};
use crate::operators::Operators;

/// A way to spoil a far side, and what must be found then.
struct Spoil {
    name: &'static str,
    /// Does it to a package that came over HTTP.
    act: fn(&Path) -> Result<()>,
    mend: fn(&Path) -> Result<()>,
    found: fn(&Findings) -> usize,
}

const SPOILS: [Spoil; 3] = [
    Spoil { name: "lost", act: take_away, mend: bring_back, found: |it| it.lost.len() },
    Spoil { name: "doubled", act: lay_twice, mend: take_second, found: |it| it.doubled.len() },
    Spoil { name: "mismatched", act: change, mend: change, found: |it| it.mismatched.len() },
];

/// The names of what was done and not found: none, if the comparison can be believed. The far sides
/// are afterwards as they were.
pub(crate) fn unnoticed(
    operators: &Operators,
    root: &Path,
    honest: &Findings,
) -> Result<Vec<&'static str>> {
    let mut unnoticed = Vec::new();
    let by_api = |held: &Held| held.channel == Channel::Api;
    let mut all = far_side(root)?.filter_map(Result::ok);
    let victim = all.find(by_api).context("no package came over HTTP")?.path;
    for spoil in SPOILS {
        (spoil.act)(&victim)?;
        let found = look(operators, root)?;
        (spoil.mend)(&victim)?;
        if (spoil.found)(&found) != (spoil.found)(honest) + 1 {
            unnoticed.push(spoil.name);
        }
    }
    Ok(unnoticed)
}

fn take_away(package: &Path) -> Result<()> {
    Ok(fs::rename(package, package.with_extension("gone"))?)
}

fn bring_back(package: &Path) -> Result<()> {
    Ok(fs::rename(package.with_extension("gone"), package)?)
}

/// As if a fallback had brought it by another channel, too.
fn lay_twice(package: &Path) -> Result<()> {
    let second = by_sftp(package)?;
    fs::create_dir_all(second.parent().context("a folder")?)?;
    fs::copy(package, &second)?;
    Ok(fs::write(second.with_extension("zip.done"), "{}")?)
}

fn take_second(package: &Path) -> Result<()> {
    let second = by_sftp(package)?;
    fs::remove_file(second.with_extension("zip.done"))?;
    Ok(fs::remove_file(second)?)
}

fn by_sftp(package: &Path) -> Result<std::path::PathBuf> {
    let name = package.file_name().context("a file")?;
    let authority = package.parent().and_then(Path::parent).context("an authority's folder")?;
    Ok(authority.join("sftp/in").join(name))
}

/// Turns one bit in the middle; doing it again mends it.
fn change(package: &Path) -> Result<()> {
    let mut bytes = fs::read(package)?;
    let middle = bytes.len() / 2;
    *bytes.get_mut(middle).context("an empty package")? ^= 1;
    Ok(fs::write(package, bytes)?)
}

//! Foreign bytes: what is kept of earlier searches, and a small search of its own.

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tests::foreign::{ALL, Mutation, Parser};

/// Mutations of each parser; `tests/fuzz` tries millions.
const MUTATIONS: u64 = 2_000;

#[test]
fn parsers_stand_what_is_kept_and_what_is_like_it() -> Result<()> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("foreign");
    for parser in ALL {
        let kept = kept(&folder.join(parser.name))?;
        anyhow::ensure!(!kept.is_empty(), "{}: nothing is kept", parser.name);
        for (name, bytes) in &kept {
            stand(parser, name, bytes)?;
        }
        let mut mutation = Mutation::of(20_261_126);
        for (number, at) in (0..MUTATIONS).zip((0..kept.len()).cycle()) {
            let other = &kept[(at + 1) % kept.len()].1;
            let bytes = mutation.spoil(&kept[at].1, other);
            stand(parser, &format!("mutation {number}"), &bytes)?;
        }
    }
    Ok(())
}

/// Every folder is some parser's.
#[test]
fn nothing_is_kept_for_nobody() -> Result<()> {
    for entry in fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("foreign"))? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        anyhow::ensure!(tests::foreign::find(&name).is_some(), "{name} is no parser's folder");
    }
    Ok(())
}

fn kept(folder: &std::path::Path) -> Result<Vec<(String, Vec<u8>)>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut kept = Vec::new();
    for entry in entries {
        let path = entry?.path();
        kept.push((path.display().to_string(), fs::read(&path)?));
    }
    kept.sort();
    Ok(kept)
}

fn stand(parser: Parser, name: &str, bytes: &[u8]) -> Result<()> {
    let stood = catch_unwind(|| (parser.parse)(bytes)).is_ok();
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]);
    anyhow::ensure!(
        stood,
        "{} does not stand {name}: {shown:?}; hex: {}",
        parser.name,
        hex::encode(bytes)
    );
    Ok(())
}

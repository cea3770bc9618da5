//! Where a demo lives: the hub's folder, the far sides, the receipts. A folder that is given stays,
//! and a demo that was killed goes on in it; a temporary one goes with the process.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

/// What a folder's demo is, so that going on means the same filings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marker {
    /// From which everything random is made.
    pub(super) seed: u64,
    /// Filings.
    pub(super) filings: usize,
    /// The day in Japan on which it began; filings name days near it.
    pub(super) day: Date,
}

/// The folder of a demo.
pub(super) struct Place {
    folder: PathBuf,
    /// Whether a demo was here before.
    pub(super) is_resumed: bool,
    /// What is done here.
    pub(super) marker: Marker,
    _temporary: Option<TempDir>,
}

impl Place {
    /// Opens the given folder, or a fresh temporary one.
    pub(super) fn open(given: Option<&Path>, wanted: Marker) -> anyhow::Result<Self> {
        let (folder, temporary) = if let Some(folder) = given {
            (folder.to_owned(), None)
        } else {
            let temporary = tempfile::Builder::new().prefix("todoke-demo-").tempdir()?;
            (temporary.path().to_owned(), Some(temporary))
        };
        fs::create_dir_all(folder.join("hub"))
            .with_context(|| format!("--data: cannot make {}", folder.display()))?;
        let file = folder.join("demo.json");
        let before = match fs::read(&file) {
            Ok(text) => Some(serde_json::from_slice::<Marker>(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).context(file.display().to_string()),
        };
        if let Some(before) = &before {
            ensure!(
                (before.seed, before.filings) == (wanted.seed, wanted.filings),
                "{} holds a demo with --seed {} --filings {}; use the same, or another folder",
                folder.display(),
                before.seed,
                before.filings
            );
        }
        let is_resumed = before.is_some();
        let marker = before.unwrap_or(wanted);
        Ok(Self { folder, is_resumed, marker, _temporary: temporary })
    }

    /// From now on this folder holds a demo.
    pub(super) fn mark(&self) -> anyhow::Result<()> {
        Ok(fs::write(self.folder.join("demo.json"), serde_json::to_vec(&self.marker)?)?)
    }

    /// Lays out a folder of ledger profiles in which authorities have these.
    pub(super) fn lay_out_ledgers(&self, authorities: &Value) -> anyhow::Result<String> {
        let folder = self.folder.join("ledgers");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("authorities.json"), authorities.to_string())?;
        Ok(folder.to_string_lossy().into_owned())
    }

    /// What the hub keeps.
    pub(super) fn hub(&self) -> PathBuf {
        self.folder.join("hub")
    }

    /// What the authorities and the operators' mailboxes hold.
    pub(super) fn far_side(&self) -> PathBuf {
        self.folder.join("far-side")
    }

    /// The operators' own record of what was receipted.
    pub(super) fn receipts(&self) -> PathBuf {
        self.folder.join("receipts.jsonl")
    }

    /// Corrections that operators have begun.
    pub(super) fn corrections(&self) -> PathBuf {
        self.folder.join("corrections.jsonl")
    }
}

//! What the malware scanner knows of files, for all who hand files on or show them.
//!
//! Without `scan.socket` nothing is looked through, and nobody waits. With it, a file leaves the
//! hub only when it is known to be clean: one that was never looked at, that is being looked at, or
//! that passed longer ago than `scan.keep_days`, stays.

use std::collections::HashMap;

use schemas::{Attachment, Owner, Why};

use crate::context::Context;
use crate::delivery::{FILE_INFECTED, SCAN_PENDING};
use crate::store::{ScanRow, ScanState, StoreError, Tx};

/// What is known of some files.
#[derive(Debug, Default)]
pub struct Scans {
    /// None: nothing is looked through here.
    known: Option<HashMap<String, ScanRow>>,
    /// A file that passed before this moment has to pass again.
    before: i64,
}

/// How a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is looked through here.
    Off,
    /// It has to wait; with why the last look came to nothing.
    Pending(Option<Why>),
    /// It may go.
    Clean,
    /// It goes nowhere; it fits this signature.
    Infected(String),
}

impl Scans {
    /// Reads what is known of files.
    pub async fn read(
        ctx: &Context,
        files: impl IntoIterator<Item = &Attachment>,
    ) -> Result<Self, StoreError> {
        if ctx.clamd.is_none() {
            return Ok(Self::default());
        }
        let digests: Vec<_> = files.into_iter().map(|file| file.sha256.clone()).collect();
        Ok(Self::new(ctx, ctx.store.scans_of(&digests).await?))
    }

    /// The same as a unit of work sees it, that keeps it so until its commit; what is not known, or
    /// not any more, is asked for.
    pub async fn lock(ctx: &Context, tx: &mut Tx, digests: &[String]) -> Result<Self, StoreError> {
        if ctx.clamd.is_none() || digests.is_empty() {
            return Ok(Self::default());
        }
        let scans = Self::new(ctx, tx.lock_scans(digests).await?);
        let is_missing = |digest: &&String| scans.of(digest) == Standing::Pending(None);
        let missing: Vec<_> = digests.iter().filter(is_missing).cloned().collect();
        tx.queue_scans(&missing, scans.before).await?;
        Ok(scans)
    }

    fn new(ctx: &Context, rows: Vec<ScanRow>) -> Self {
        let known = rows.into_iter().map(|row| (row.sha256.clone(), row)).collect();
        Self { known: Some(known), before: passed_before(ctx) }
    }

    /// How a file stands.
    pub fn of(&self, sha256: &str) -> Standing {
        let Some(known) = &self.known else { return Standing::Off };
        let Some(row) = known.get(sha256) else { return Standing::Pending(None) };
        match row.state {
            ScanState::Infected => Standing::Infected(row.signature.clone().unwrap_or_default()),
            ScanState::Clean if row.scanned_at >= Some(self.before) => Standing::Clean,
            ScanState::Clean | ScanState::Pending => Standing::Pending(row.why()),
        }
    }

    /// Why some of these files keep a delivery from going; nothing when all may go.
    pub fn stop<'a>(&self, files: impl IntoIterator<Item = &'a Attachment>) -> Option<Why> {
        let (mut waiting, mut last) = (0, None);
        for file in files {
            match self.of(&file.sha256) {
                Standing::Off | Standing::Clean => {}
                Standing::Infected(signature) => return Some(infected(&file.name, &signature)),
                Standing::Pending(why) => {
                    waiting += 1;
                    last = last.or(why);
                }
            }
        }
        (waiting > 0).then(|| {
            let last = last.map(|why| format!(" ({})", why.sentence)).unwrap_or_default();
            let sentence =
                format!("{waiting} of its files are to be looked through for malware first{last}");
            Why::new(SCAN_PENDING, Owner::Hub, sentence)
        })
    }
}

/// A file that passed before this moment has to pass again; in milliseconds.
pub fn passed_before(ctx: &Context) -> i64 {
    ctx.clock.now_ms() - ctx.config.scan.keep_days * 86_400_000
}

fn infected(name: &str, signature: &str) -> Why {
    let sentence = format!(
        "the file {name:?} holds malware ({signature}); nothing was sent: correct the filing \
         without it"
    );
    Why::new(FILE_INFECTED, Owner::Operator, sentence)
}

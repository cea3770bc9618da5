//! The operators' own record: every receipt that they were given, written down at once. What stands
//! here and not at the far sides is lost, whatever the hub says.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use schemas::{AuthorityId, FilingId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::place::Place;

/// One receipt as the operator got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the interface")]
pub(super) struct Receipt {
    /// The `Idempotency-Key` of the request.
    pub(super) key: String,
    /// The filing.
    pub(super) id: FilingId,
    /// 受付番号.
    pub(super) receipt_number: String,
    /// The revision that the request made.
    pub(super) revision: i32,
    /// RFC 3339.
    pub(super) received_at: String,
}

/// A correction that an operator has begun: who had returned the filing when it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Correction {
    /// The filing's place among the planned.
    pub(super) index: usize,
    /// Who must get it.
    pub(super) authorities: Vec<AuthorityId>,
}

/// All receipts and corrections, on disk and in memory.
pub(super) struct Journal {
    receipts: Mutex<(File, HashMap<String, Receipt>)>,
    corrections: Mutex<(File, HashMap<usize, Correction>)>,
    changed: Mutex<Vec<String>>,
}

impl Journal {
    /// Reads what was written before, and goes on writing.
    pub(super) fn open(place: &Place) -> io::Result<Self> {
        let receipts: Vec<Receipt> = lines(&place.receipts())?;
        let corrections: Vec<Correction> = lines(&place.corrections())?;
        let receipts = receipts.into_iter().map(|it| (it.key.clone(), it)).collect();
        let corrections = corrections.into_iter().map(|it| (it.index, it)).collect();
        Ok(Self {
            receipts: Mutex::new((append(&place.receipts())?, receipts)),
            corrections: Mutex::new((append(&place.corrections())?, corrections)),
            changed: Mutex::default(),
        })
    }

    /// Writes a receipt down; one that differs from what was given before is noted.
    pub(super) fn note(&self, receipt: Receipt) -> io::Result<()> {
        let mut guard = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, known) = &mut *guard;
        if let Some(before) = known.get(&receipt.key) {
            if *before != receipt {
                let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
                changed.push(format!(
                    "{}: the receipt was {} of {}, now {} of {}",
                    receipt.key,
                    before.receipt_number,
                    before.received_at,
                    receipt.receipt_number,
                    receipt.received_at
                ));
            }
            return Ok(());
        }
        write(file, &receipt)?;
        known.insert(receipt.key.clone(), receipt);
        Ok(())
    }

    /// Writes down that a correction begins; answers the one that stands, which may be an earlier.
    pub(super) fn begin(&self, correction: Correction) -> io::Result<Correction> {
        let mut guard = self.corrections.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, known) = &mut *guard;
        if let Some(before) = known.get(&correction.index) {
            return Ok(before.clone());
        }
        write(file, &correction)?;
        known.insert(correction.index, correction.clone());
        Ok(correction)
    }

    /// The correction of a filing, if one has begun.
    pub(super) fn correction(&self, index: usize) -> Option<Correction> {
        let guard = self.corrections.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1.get(&index).cloned()
    }

    /// The receipt of a request.
    pub(super) fn receipt(&self, key: &str) -> Option<Receipt> {
        let guard = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1.get(key).cloned()
    }

    /// Receipts so far.
    pub(super) fn count(&self) -> usize {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).1.len()
    }

    /// Receipts that came out different when the request was made again.
    pub(super) fn changed(&self) -> Vec<String> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The lines that read; one that a kill cut off had not been answered for.
fn lines<T: DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn append(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(path)
}

/// One write: a line is whole or not there.
fn write(file: &mut File, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
}

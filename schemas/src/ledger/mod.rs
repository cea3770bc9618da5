//! Ledger profiles: which columns an authority's ledger takes in, under which names and in which
//! encoding. All of them are files in `schemas/ledgers/` (its README says how one is written).
//!
//! * **To add a profile, or to give one to an authority**: a file there, or a line in
//!   `authorities.json`; an installation lays its own over them.
//! * **To add a source of columns**: a line in `source`, its value where the table is written.

mod read;
mod source;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use read::LedgerError;
pub use source::{Fact, Source};

use crate::AuthorityId;

/// The files of `schemas/ledgers/`: name from there, and text.
pub const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/ledgers.rs"));

/// How a table's text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8 with a byte order mark, by which spreadsheets know it.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows code page 932, Microsoft's `Shift_JIS`: no characters outside JIS X 0208 but NEC's
    /// and IBM's.
    #[serde(rename = "cp932")]
    Cp932,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, in the first row.
    pub name: String,
    /// What stands in it.
    pub from: Source,
}

/// What one kind of ledger takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name of its file, without `.json`.
    pub id: String,
    /// What it is, in Japanese.
    pub title: String,
    /// How it is encoded.
    pub encoding: Encoding,
    /// What stands for a character that the encoding does not have.
    pub replacement: String,
    /// What stands for this one character instead.
    pub substitutes: BTreeMap<char, String>,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The file's text: what it was read from, and can be read from again.
    pub text: String,
    /// Lower-case hex SHA-256 of the id and the text: two profiles with one digest are the same.
    pub sha256: String,
}

/// All profiles, and who gets which.
#[derive(Debug)]
pub struct Ledgers {
    profiles: BTreeMap<String, Arc<Profile>>,
    default: Arc<Profile>,
    authorities: HashMap<AuthorityId, Arc<Profile>>,
}

impl Ledgers {
    /// Every profile, by id.
    pub fn profiles(&self) -> impl Iterator<Item = &Arc<Profile>> {
        self.profiles.values()
    }

    /// The profile of this id.
    pub fn profile(&self, id: &str) -> Option<&Arc<Profile>> {
        self.profiles.get(id)
    }

    /// The profile with this digest, if it is still one of these.
    pub fn by_digest(&self, sha256: &str) -> Option<&Arc<Profile>> {
        self.profiles.values().find(|profile| profile.sha256 == sha256)
    }

    /// What an authority's ledger takes in.
    pub fn of(&self, authority: AuthorityId) -> &Arc<Profile> {
        self.authorities.get(&authority).unwrap_or(&self.default)
    }
}

//! From files to profiles. What is wrong with a file is told with the file's name.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{Column, Encoding, Ledgers, Profile, Source};
use crate::{AuthorityId, Catalogue};

/// The table of who gets which profile.
const AUTHORITIES: &str = "authorities.json";

/// A file of the ledger profiles does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ledgers/{file}: {what}")]
pub struct LedgerError {
    /// The file's name.
    pub file: String,
    /// What is wrong.
    pub what: String,
}

impl LedgerError {
    /// What is wrong with a file.
    pub fn new(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    title: String,
    encoding: Encoding,
    #[serde(default = "geta")]
    replacement: String,
    #[serde(default)]
    substitutes: BTreeMap<char, String>,
    columns: Vec<ColumnFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    name: String,
    from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthoritiesFile {
    default: String,
    authorities: BTreeMap<String, String>,
}

/// The mark that printers set for a character that they did not have.
fn geta() -> String {
    "〓".to_owned()
}

impl Profile {
    /// Reads one profile; what is wrong is told without the file's name.
    pub fn parse(id: &str, text: &str) -> Result<Self, String> {
        let file: ProfileFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.columns.is_empty() {
            return Err("it has no columns".to_owned());
        }
        let mut columns = Vec::with_capacity(file.columns.len());
        let mut names = HashSet::new();
        for column in file.columns {
            let ColumnFile { name, from } = column;
            if name.trim().is_empty() || name.chars().any(char::is_control) {
                return Err(format!("column {name:?} needs a name of one line"));
            }
            if !names.insert(name.clone()) {
                return Err(format!("two columns have the name {name:?}"));
            }
            let from = from.parse().map_err(|why| format!("column {name:?}: {why}"))?;
            columns.push(Column { name, from });
        }
        let sha256 = hex::encode(Sha256::digest(format!("{id}\n{text}")));
        Ok(Self {
            id: id.to_owned(),
            title: file.title,
            encoding: file.encoding,
            replacement: file.replacement,
            substitutes: file.substitutes,
            columns,
            text: text.to_owned(),
            sha256,
        })
    }

    /// The first column from a form's field that no form of the catalogue has.
    fn unknown_field(&self, forms: &Catalogue) -> Option<&Column> {
        self.columns.iter().find(|column| match &column.from {
            Source::Fact(_) => false,
            Source::Form(path) => !forms.forms().iter().any(|form| form.field_at(path).is_some()),
        })
    }
}

impl Ledgers {
    /// Reads profiles for the forms of a catalogue; of two files with one name the later holds, so
    /// that an installation can lay its own over the embedded ones.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        forms: &Catalogue,
    ) -> Result<Self, LedgerError> {
        let files: BTreeMap<&str, &str> = files.into_iter().collect();
        let mut profiles = BTreeMap::new();
        for (name, text) in files.iter().filter(|(name, _)| **name != AUTHORITIES) {
            let id = name.strip_suffix(".json").unwrap_or(name);
            let profile = Profile::parse(id, text).map_err(|what| LedgerError::new(name, what))?;
            if let Some(Column { name: column, from }) = profile.unknown_field(forms) {
                let what = format!(
                    "column {column:?}: no form has the field of \"{from}\"; `todoke forms show \
                     FORM` lists them"
                );
                return Err(LedgerError::new(name, what));
            }
            profiles.insert(id.to_owned(), Arc::new(profile));
        }
        let of = |what| LedgerError::new(AUTHORITIES, what);
        let text = files.get(AUTHORITIES).ok_or_else(|| of("is missing".to_owned()))?;
        let table: AuthoritiesFile = read(text).map_err(of)?;
        let find = |id: &String| {
            let ids: Vec<_> = profiles.keys().map(String::as_str).collect();
            let found = profiles.get(id).cloned();
            found.ok_or_else(|| of(format!("no profile {id:?}; there are {}", ids.join(", "))))
        };
        let mut authorities = HashMap::new();
        for (code, id) in &table.authorities {
            let code: AuthorityId = code.parse().map_err(|why| of(format!("{why}")))?;
            authorities.insert(code, find(id)?);
        }
        Ok(Self { default: find(&table.default)?, authorities, profiles })
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

//! Reads one of the master's CSV texts into rows, and gathers everything that is wrong with it.
//!
//! A wrong cell never hides the next one: each is noted with file, line, column and a sentence.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use csv::StringRecord;

/// One thing that is wrong with the master's tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {column}: {message}")]
pub struct MasterFault {
    /// The table's file name.
    pub file: &'static str,
    /// The line in it, from 1.
    pub line: u64,
    /// The column's name; `(row)` when the whole row is meant.
    pub column: &'static str,
    /// A sentence that says what is wrong.
    pub message: String,
    /// The same in Japanese, where more can be said than which cell it is.
    pub ja: Option<String>,
    /// The line of the other row, where two do not go together.
    pub with: Option<u64>,
}

impl MasterFault {
    /// A fault of a row by itself, told in English.
    pub fn new(file: &'static str, line: u64, column: &'static str, message: String) -> Self {
        Self { file, line, column, message, ja: None, with: None }
    }
}

/// The column name of faults that concern the whole row.
pub(crate) const WHOLE_ROW: &str = "(row)";

/// A table being read: its name, its columns and the faults found so far.
pub(crate) struct Sheet<'a> {
    file: &'static str,
    columns: &'a [&'static str],
    faults: &'a mut Vec<MasterFault>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(
        file: &'static str,
        columns: &'a [&'static str],
        faults: &'a mut Vec<MasterFault>,
    ) -> Self {
        Self { file, columns, faults }
    }

    /// Every row that `parse` could make; the others have left a fault behind.
    pub(crate) fn rows<T>(
        mut self,
        text: &str,
        mut parse: impl FnMut(&mut Row<'_>) -> Result<T, Noted>,
    ) -> Vec<T> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let Some(places) = self.places(&header) else { return Vec::new() };
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(cells) => {
                    let line = cells.position().map_or(0, csv::Position::line);
                    let (file, faults) = (self.file, &mut *self.faults);
                    let mut row = Row { file, line, cells: &cells, places: &places, faults };
                    rows.extend(parse(&mut row));
                }
                Err(error) => self.note_unreadable(&error),
            }
        }
        rows
    }

    /// Where each column stands, or `None` when one is missing.
    fn places(&mut self, header: &StringRecord) -> Option<HashMap<&'static str, usize>> {
        let mut places = HashMap::new();
        for column in self.columns {
            if let Some(place) = header.iter().position(|cell| cell.trim() == *column) {
                places.insert(*column, place);
            } else {
                let message = format!("the column is missing; the head is {header:?}");
                self.faults.push(MasterFault::new(self.file, 1, column, message));
            }
        }
        (places.len() == self.columns.len()).then_some(places)
    }

    fn note_unreadable(&mut self, error: &csv::Error) {
        let line = error.position().map_or(0, csv::Position::line);
        let message = if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind()
        {
            format!("the row has {len} cells, the head has {expected_len}")
        } else {
            format!("the row cannot be read: {error}")
        };
        self.faults.push(MasterFault::new(self.file, line, WHOLE_ROW, message));
    }
}

/// The fault has been noted; the row that has it is left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noted;

/// One row being read.
pub(crate) struct Row<'a> {
    pub(crate) file: &'static str,
    pub(crate) line: u64,
    pub(crate) cells: &'a StringRecord,
    pub(crate) places: &'a HashMap<&'static str, usize>,
    pub(crate) faults: &'a mut Vec<MasterFault>,
}

impl Row<'_> {
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The cell's text, trimmed; empty for a column that the table does not have.
    pub(crate) fn text(&self, column: &str) -> &str {
        self.places.get(column).and_then(|place| self.cells.get(*place)).unwrap_or("").trim()
    }

    pub(crate) fn fault(&mut self, column: &'static str, message: impl Into<String>) -> Noted {
        self.faults.push(MasterFault::new(self.file, self.line, column, message.into()));
        Noted
    }

    /// The same, told in Japanese and English.
    pub(crate) fn fault_told(&mut self, column: &'static str, (ja, en): (String, String)) -> Noted {
        let fault = MasterFault::new(self.file, self.line, column, en);
        self.faults.push(MasterFault { ja: Some(ja), ..fault });
        Noted
    }

    /// The cell as a value; notes the fault when it is none.
    pub(crate) fn cell<T: FromStr<Err: Display>>(
        &mut self,
        column: &'static str,
    ) -> Result<T, Noted> {
        self.text(column).parse().map_err(|error: T::Err| self.fault(column, error.to_string()))
    }

    /// The cell as a value, `None` when it is empty.
    pub(crate) fn maybe<T: FromStr<Err: Display>>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, Noted> {
        if self.text(column).is_empty() { Ok(None) } else { self.cell(column).map(Some) }
    }

    /// The cell as a list with `;` between its values; empty when the cell is.
    pub(crate) fn list<T: FromStr<Err: Display>>(
        &mut self,
        column: &'static str,
    ) -> Result<Vec<T>, Noted> {
        let parsed: Result<Vec<T>, T::Err> = self
            .text(column)
            .split(';')
            .map(str::trim)
            .filter(|s| !s.is_empty())
            .map(str::parse)
            .collect();
        parsed.map_err(|error| self.fault(column, error.to_string()))
    }

    /// The cell's text, which must not be empty.
    pub(crate) fn name(&mut self, column: &'static str) -> Result<String, Noted> {
        let text = self.text(column).to_owned();
        if text.is_empty() {
            return Err(self.fault(column, "the cell is empty"));
        }
        Ok(text)
    }
}

/// Defines an enum whose variants are words of a table, with the parser that names them all.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal {
        $( $(#[$vdoc:meta])* $variant:ident = $text:literal, $ja:literal; )*
    }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name { $( $(#[$vdoc])* #[serde(rename = $text)] $variant, )* }

        impl $name {
            /// Every value, in the order of the tables.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];
            /// The stable word, as in the tables, in JSON and in metrics.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
            /// The name in Japanese.
            pub fn label_ja(self) -> &'static str {
                match self { $( Self::$variant => $ja, )* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    format!("{text:?} is no {}; use one of: {}", $what, known.join(", "))
                })
            }
        }
    };
}
pub(crate) use words;

//! Text in an encoding that does not have every character: what stands for what, and where.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::SHIFT_JIS;
use schemas::ledger::{Encoding, LedgerError, Profile};
use serde::Serialize;
use unicode_normalization::char::compose;

/// A character that was not written as it was filed, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// As it was filed.
    pub character: String,
    /// The same by number: `U+20BB7`.
    pub code_point: String,
    /// What stands for it.
    pub written: String,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cell {
    /// The row below the names, from 1.
    pub row: usize,
    /// The column's name.
    pub column: String,
}

/// JIS has each of these once; Unicode twice. What was typed on other systems is the first, and
/// Microsoft's CP932 has the second.
const SAME: [(char, char); 7] = [
    ('\u{301c}', '\u{ff5e}'),
    ('\u{2016}', '\u{2225}'),
    ('\u{2212}', '\u{ff0d}'),
    ('\u{2014}', '\u{2015}'),
    ('\u{a2}', '\u{ffe0}'),
    ('\u{a3}', '\u{ffe1}'),
    ('\u{ac}', '\u{ffe2}'),
];

/// Writes texts so that the profile's encoding has all of their characters.
pub(super) struct Scribe<'a> {
    profile: &'a Profile,
    replaced: BTreeMap<(char, String), Vec<Cell>>,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(profile: &'a Profile) -> Self {
        Self { profile, replaced: BTreeMap::new() }
    }

    /// A text as it can be written; what differs is kept for [`Scribe::replaced`].
    pub(super) fn text<'t>(&mut self, text: &'t str, cell: &Cell) -> Cow<'t, str> {
        if has_all(self.profile.encoding, text) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            let mut buffer = [0; 4];
            if has_all(self.profile.encoding, character.encode_utf8(&mut buffer)) {
                out.push(character);
                continue;
            }
            let written = self.stand_in(character, &mut out);
            let cells = self.replaced.entry((character, written)).or_default();
            if cells.last() != Some(cell) {
                cells.push(cell.clone());
            }
        }
        Cow::Owned(out)
    }

    /// Writes what stands for a character; answers it.
    fn stand_in(&self, character: char, out: &mut String) -> String {
        // か and a mark of its own are one character here: が.
        if matches!(character, '\u{3099}' | '\u{309a}')
            && let Some(whole) = out.chars().last().and_then(|base| compose(base, character))
        {
            out.pop();
            out.push(whole);
            return whole.to_string();
        }
        let same = || SAME.iter().find(|(from, _)| *from == character).map(|it| it.1.to_string());
        let own = self.profile.substitutes.get(&character).cloned();
        let written = match own.or_else(same) {
            Some(written) => written,
            // It only chooses one of the shapes of the character before it.
            None if is_variation_selector(character) => String::new(),
            None => self.profile.replacement.clone(),
        };
        out.push_str(&written);
        written
    }

    /// Everything that was not written as it was filed.
    pub(super) fn replaced(self) -> Vec<Replaced> {
        let each = |((character, written), cells): ((char, String), _)| Replaced {
            character: character.to_string(),
            code_point: format!("U+{:04X}", u32::from(character)),
            written,
            cells,
        };
        self.replaced.into_iter().map(each).collect()
    }
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a text comes back from an encoding as it went in. (An encoder writes the yen sign as a
/// backslash, and calls that no loss.)
fn has_all(encoding: Encoding, text: &str) -> bool {
    match encoding {
        Encoding::Utf8 => true,
        Encoding::Cp932 if text.is_ascii() => true,
        Encoding::Cp932 => {
            let (bytes, _, lost) = SHIFT_JIS.encode(text);
            let back = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes);
            !lost && back.is_some_and(|back| back == text)
        }
    }
}

/// A table's text as bytes; UTF-8 with a byte order mark, by which spreadsheets know it.
pub(super) fn encode(encoding: Encoding, text: &str) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => ["\u{feff}", text].concat().into_bytes(),
        Encoding::Cp932 => SHIFT_JIS.encode(text).0.into_owned(),
    }
}

/// Whether a profile's own words can be written in its encoding: asked at start, since a package
/// cannot ask anybody.
pub fn check_profile(profile: &Profile) -> Result<(), LedgerError> {
    let Profile { id, encoding, replacement, .. } = profile;
    let refuse = |what| Err(LedgerError::new(&format!("{id}.json"), what));
    let substitutes = profile.substitutes.iter().map(|(from, to)| (format!("{from:?}"), to));
    let names = profile.columns.iter().map(|it| (format!("column {:?}", it.name), &it.name));
    let own = [("replacement".to_owned(), replacement)].into_iter().chain(substitutes).chain(names);
    for (what, text) in own {
        if !has_all(*encoding, text) {
            return refuse(format!("{what}: {text:?} has a character that the encoding has not"));
        }
    }
    Ok(())
}

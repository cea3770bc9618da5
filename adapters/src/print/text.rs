//! Text as it can be printed: every character in the face, broken into lines of a width.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use unicode_normalization::char::compose;

use super::face::{Face, Glyph};

/// What stands for a character that the face does not have.
const GETA: char = '〓';

/// A character that could not be printed, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unprinted {
    /// As it was filed.
    pub character: String,
    /// The same by number: `U+20BB7`.
    pub code_point: String,
    /// What stands for it.
    pub written: String,
    /// How often.
    pub count: usize,
}

/// Characters with their glyphs, and what was not printed as it was filed.
pub(super) struct Setter {
    pub(super) face: &'static Face,
    glyphs: HashMap<char, Option<Glyph>>,
    lost: BTreeMap<(char, String), usize>,
}

/// One line of text, ready to be drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) glyphs: Vec<Glyph>,
    /// In units of the font's size.
    pub(super) width: f32,
}

impl Line {
    fn push(&mut self, character: char, glyph: Glyph) {
        self.text.push(character);
        self.glyphs.push(glyph);
        self.width += glyph.advance;
    }
}

impl Setter {
    pub(super) fn new(face: &'static Face) -> Self {
        Self { face, glyphs: HashMap::new(), lost: BTreeMap::new() }
    }

    fn glyph(&mut self, character: char) -> Option<Glyph> {
        let face = self.face;
        *self.glyphs.entry(character).or_insert_with(|| face.glyph(character))
    }

    /// Everything that was not printed as it was filed.
    pub(super) fn lost(self) -> Vec<Unprinted> {
        let each = |((character, written), count): ((char, String), usize)| Unprinted {
            character: character.to_string(),
            code_point: format!("U+{:04X}", u32::from(character)),
            written,
            count,
        };
        self.lost.into_iter().map(each).collect()
    }

    /// A text in characters of the face; line breaks stay.
    fn printable(&mut self, text: &str) -> Vec<char> {
        let mut out: Vec<char> = Vec::with_capacity(text.len() / 3 + 1);
        let text = text.replace("\r\n", "\n");
        for character in text.chars() {
            match character {
                '\n' | '\r' => out.push('\n'),
                '\t' => out.push(' '),
                // One character here that was typed as two.
                '\u{3099}' | '\u{309a}' | '\u{300}'..='\u{36f}'
                    if self.composed(character, &mut out) => {}
                // No width: the first only choose a shape of the character before them.
                '\u{fe00}'..='\u{fe0f}'
                | '\u{e0100}'..='\u{e01ef}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2060}'
                | '\u{feff}' => self.lose(character, ""),
                _ if self.glyph(character).is_some() && !character.is_control() => {
                    out.push(character);
                }
                _ => {
                    self.lose(character, "〓");
                    out.push(GETA);
                }
            }
        }
        out
    }

    fn composed(&mut self, mark: char, out: &mut [char]) -> bool {
        let whole = out.last().and_then(|base| compose(*base, mark));
        let whole = whole.filter(|whole| self.glyph(*whole).is_some());
        if let (Some(whole), Some(last)) = (whole, out.last_mut()) {
            *last = whole;
        }
        whole.is_some()
    }

    fn lose(&mut self, character: char, written: &str) {
        *self.lost.entry((character, written.to_owned())).or_default() += 1;
    }

    /// The width of a text's longest line, in units of the font's size. Counts nothing as lost.
    pub(super) fn width(&mut self, text: &str) -> f32 {
        let line = |setter: &mut Self, line: &str| {
            line.chars().map(|it| setter.glyph(it).map_or(1.0, |glyph| glyph.advance)).sum()
        };
        text.lines().map(|it| line(self, it)).fold(0.0, f32::max)
    }

    /// A text broken into lines of at most `width` units of the font's size: between Japanese
    /// characters anywhere, elsewhere at spaces, unless a word is longer than a line. What closes
    /// does not begin a line, what opens does not end one.
    pub(super) fn lines(&mut self, text: &str, width: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        for paragraph in self.printable(text).split(|it| *it == '\n') {
            let mut rest = paragraph;
            loop {
                let end = self.end_of_line(rest, width);
                let mut line = Line::default();
                for character in &rest[..end] {
                    if let Some(glyph) = self.glyph(*character) {
                        line.push(*character, glyph);
                    }
                }
                lines.push(line);
                rest = &rest[end..];
                while let [' ', ..] = rest {
                    rest = &rest[1..];
                }
                if rest.is_empty() {
                    break;
                }
            }
        }
        lines
    }

    /// How many characters go on a line.
    fn end_of_line(&mut self, rest: &[char], width: f32) -> usize {
        let mut used = 0.0;
        for (place, character) in rest.iter().enumerate() {
            used += self.glyph(*character).map_or(0.0, |glyph| glyph.advance);
            if used > width + 0.001 {
                let good = (1..=place).rev().find(|place| may_break(rest, *place));
                // At least one, however narrow the line.
                return good.unwrap_or(place).max(1);
            }
        }
        rest.len()
    }
}

/// Whether a line may end before the character at `place`.
fn may_break(text: &[char], place: usize) -> bool {
    const CLOSING: &str = "、。・〕〉》」』】ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョヶ,.)]}:;?!%〟\
        \u{ff0c}\u{ff0e}\u{ff1a}\u{ff1b}\u{ff1f}\u{ff01}\u{ff09}\u{ff3d}\u{ff5d}\u{ff05}";
    const OPENING: &str = "([{〔〈《「『【〝\u{ff08}\u{ff3b}\u{ff5b}";
    let (before, after) = (text[place - 1], text[place]);
    let is_word = |it: char| it.is_ascii_graphic();
    let is_in_word = is_word(before) && is_word(after);
    (!is_in_word || matches!(before, '-' | '/' | '@' | ','))
        && !CLOSING.contains(after)
        && !OPENING.contains(before)
}

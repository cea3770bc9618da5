//! `data/filing.xml`: what `filing.json` says, for systems that read XML.
//!
//! Written here and not by a library, since the bytes may never change: a member becomes an element
//! of its name (or `<field name="…">` where that is no plain name), an item of a list `<item>`;
//! what is no text says so in `type`: `number`, `boolean`, `null`, `list`, `object`. So nothing is
//! lost.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

/// A control character that no XML 1.0 document can hold, and how often U+FFFD stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forbidden {
    /// The character by number: `U+0001`.
    pub code_point: String,
    /// How often.
    pub count: usize,
}

/// A document and what it could not hold.
#[derive(Debug, Clone)]
pub struct Xml {
    /// The document, in UTF-8.
    pub text: String,
    /// Characters that it could not hold.
    pub forbidden: Vec<Forbidden>,
}

/// Writes a JSON value as a document whose root is `filing`.
pub fn filing_xml(value: &Value) -> Xml {
    let mut writer = Writer { out: String::with_capacity(4096), forbidden: Vec::new() };
    writer.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    writer.element("filing", value, 0);
    Xml { text: writer.out, forbidden: writer.forbidden }
}

struct Writer {
    out: String,
    forbidden: Vec<Forbidden>,
}

impl Writer {
    fn element(&mut self, name: &str, value: &Value, depth: usize) {
        let indent = "  ".repeat(depth);
        self.out.push_str(&indent);
        let tag = if is_plain_name(name) { name } else { "field" };
        self.out.push('<');
        self.out.push_str(tag);
        if tag != name || name == "field" {
            self.out.push_str(" name=\"");
            self.text(name, true);
            self.out.push('"');
        }
        match value {
            Value::Null => self.out.push_str(" type=\"null\">"),
            // Writing into a String cannot fail.
            Value::Bool(yes) => _ = write!(self.out, " type=\"boolean\">{yes}"),
            Value::Number(number) => _ = write!(self.out, " type=\"number\">{number}"),
            Value::String(text) => {
                self.out.push('>');
                self.text(text, false);
            }
            Value::Array(items) => {
                self.out.push_str(" type=\"list\">\n");
                for item in items {
                    self.element("item", item, depth + 1);
                }
                self.out.push_str(&indent);
            }
            Value::Object(members) => {
                self.out.push_str(" type=\"object\">\n");
                for (name, inner) in members {
                    self.element(name, inner, depth + 1);
                }
                self.out.push_str(&indent);
            }
        }
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push_str(">\n");
    }

    fn text(&mut self, text: &str, is_attribute: bool) {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' if is_attribute => self.out.push_str("&quot;"),
                // A reader would turn these into line feeds, and in an attribute into spaces.
                '\r' => self.out.push_str("&#13;"),
                '\n' if is_attribute => self.out.push_str("&#10;"),
                '\t' if is_attribute => self.out.push_str("&#9;"),
                '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                    self.out.push(character);
                }
                _ => self.forbid(character),
            }
        }
    }

    fn forbid(&mut self, character: char) {
        self.out.push('\u{fffd}');
        let code_point = format!("U+{:04X}", u32::from(character));
        match self.forbidden.iter_mut().find(|it| it.code_point == code_point) {
            Some(known) => known.count += 1,
            None => self.forbidden.push(Forbidden { code_point, count: 1 }),
        }
    }
}

/// Whether a member's name can be an element's: those of our own documents are.
fn is_plain_name(name: &str) -> bool {
    let mut characters = name.chars();
    let is_start = characters.next().is_some_and(|first| first.is_ascii_alphabetic());
    let is_xml = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"));
    is_start
        && !is_xml
        && characters.all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'))
}

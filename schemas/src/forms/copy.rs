//! What one filled-in form tells, copied into another (付表コピー): the fields that both have. What
//! was taken, what was left and what had no place is told field by field, with the value that would
//! be lost else.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::carry::rename;
use super::form::Form;

/// One field of a copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopiedField {
    /// Where it is: in the form that was written into; where it was, if it had no place there.
    pub path: String,
    /// The labels down to it.
    pub label_ja: String,
    /// The same in English.
    pub label_en: String,
    /// The value that does not stand in the form now; none where it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What came of a copy, in the order of the form that was copied.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// Taken into a field in which nothing stood.
    pub taken: Vec<CopiedField>,
    /// Taken over other words, which are in `value`.
    pub replaced: Vec<CopiedField>,
    /// Not taken, since other words stand there; `value` is what would have been taken.
    pub kept: Vec<CopiedField>,
    /// The form that was written into has no such field, or none that takes this value.
    pub no_place: Vec<CopiedField>,
}

/// What a copy is made of.
#[derive(Debug, Clone, Copy)]
pub struct Copy<'a> {
    /// The form that is copied.
    pub from: &'a Form,
    /// The form that is written into.
    pub to: &'a Form,
    /// Paths, each with all below it, that are not copied: what a filing itself says.
    pub fixed: &'a [&'a str],
    /// Whether words that stand there already give way.
    pub replace: bool,
}

impl Copy<'_> {
    /// Copies fields; a list is taken as a whole. What is blank is not copied.
    pub fn make(&self, source: &Value, target: &mut Value) -> Copied {
        let mut copied = Copied::default();
        let mut source = source.clone();
        if self.from.id == self.to.id {
            rename(&mut source, self.to, &mut Vec::new());
        }
        let (from, to) = (&self.from.schema, &self.to.schema);
        let Some(fitting) = self.fit((from, to), &source, "", &mut copied) else { return copied };
        if !target.is_object() {
            *target = Value::Object(Map::new());
        }
        self.merge(fitting, target, "", &mut copied);
        copied
    }

    /// As much of a value as has a place; the rest is told.
    fn fit(
        &self,
        (from, to): (&Value, &Value),
        value: &Value,
        path: &str,
        copied: &mut Copied,
    ) -> Option<Value> {
        if is_blank(value) || self.fixed.contains(&path) {
            return None;
        }
        match value {
            Value::Object(fields) if to["type"] == "object" => {
                let mut fitting = Map::new();
                for (name, inner) in fields {
                    let schemas = (&from["properties"][name], &to["properties"][name]);
                    let path = format!("{path}/{name}");
                    if let Some(inner) = self.fit(schemas, inner, &path, copied) {
                        fitting.insert(name.clone(), inner);
                    }
                }
                (!fitting.is_empty()).then_some(Value::Object(fitting))
            }
            Value::Array(rows) if to["type"] == "array" => {
                let schemas = (&from["items"], &to["items"]);
                let mut fitting = Vec::new();
                for (place, row) in rows.iter().enumerate() {
                    fitting.extend(self.fit(schemas, row, &format!("{path}/{place}"), copied));
                }
                (!fitting.is_empty()).then_some(Value::Array(fitting))
            }
            Value::Object(_)
            | Value::Array(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {
                if takes((from, to), value) {
                    return Some(value.clone());
                }
                copied.no_place.push(field(self.from, path, Some(value.clone())));
                None
            }
        }
    }

    fn merge(&self, value: Value, target: &mut Value, path: &str, copied: &mut Copied) {
        match (value, target) {
            (Value::Object(fields), Value::Object(written)) => {
                for (name, inner) in fields {
                    let path = format!("{path}/{name}");
                    let empty =
                        if inner.is_object() { Value::Object(Map::new()) } else { Value::Null };
                    let place = written.entry(name).or_insert(empty);
                    self.merge(inner, place, &path, copied);
                }
            }
            (value, target) if is_blank(target) => {
                *target = value;
                copied.taken.push(field(self.to, path, None));
            }
            (value, target) if value == *target => {}
            (value, target) if self.replace => {
                let before = std::mem::replace(target, value);
                copied.replaced.push(field(self.to, path, Some(before)));
            }
            (value, _) => copied.kept.push(field(self.to, path, Some(value))),
        }
    }
}

fn field(form: &Form, path: &str, value: Option<Value>) -> CopiedField {
    let (label_ja, label_en) = form.label(path);
    CopiedField { path: path.to_owned(), label_ja, label_en, value }
}

/// Whether a field takes a value of the other form's field: it is of the same type, and a choice
/// has this word.
fn takes((from, to): (&Value, &Value), value: &Value) -> bool {
    let is_known = to.is_object() && from["type"] == to["type"];
    let words = to["enum"].as_array();
    let is_list = matches!(value, Value::Object(_) | Value::Array(_));
    is_known && !is_list && words.is_none_or(|words| words.contains(value))
}

/// Whether nothing is written there.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(rows) => rows.iter().all(is_blank),
        Value::Object(fields) => fields.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

//! A draft begun on one version of a form, carried over to the next: the new draft, and a list of
//! what changed. Nothing that was written is lost: what has no place any more is in the list.

use serde::Serialize;
use serde_json::{Map, Value};

use super::across::values;
use super::form::{Field, Form};
use super::parts::steps;
use super::sentence;

/// What became of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The new version has it, the old had not.
    Added,
    /// The new version asks for it, and the draft has nothing there.
    MustFill,
    /// The new version has it no more; what stood there is in `value`.
    Removed,
    /// It has another name; what stood there was carried.
    Renamed,
    /// It has another label.
    Relabelled,
    /// What stands there no longer fits; it was carried as it is.
    NoLongerFits,
}

/// One difference that matters to this draft.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormChange {
    /// What became of the field.
    pub sort: Sort,
    /// Where it is now (where it was, if it was removed).
    pub path: String,
    /// A sentence.
    pub message: String,
    /// The same in Japanese.
    pub message_ja: String,
    /// What stood there, if that has no place any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// The new draft, and what the writer should know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Carried {
    /// The version that it now follows.
    pub version: String,
    /// The draft.
    pub draft: Value,
    /// What changed, in the order of the form; what was removed first.
    pub changes: Vec<FormChange>,
}

/// Carries what is filled in from one version of a form to another.
pub fn carry_over(document: &Value, old: &Form, new: &Form) -> Carried {
    let mut draft = if document.is_object() { document.clone() } else { Value::Object(Map::new()) };
    let mut changes = Vec::new();
    rename(&mut draft, new, &mut changes);
    remove(&mut draft, old, new, &mut changes);
    compare(&draft, old, new, &mut changes);
    misfits(&draft, new, &mut changes);
    Carried { version: new.version.clone(), draft, changes }
}

impl FormChange {
    fn new(sort: Sort, path: &str, (ja, en): (String, String)) -> Self {
        Self { sort, path: path.to_owned(), message: en, message_ja: ja, value: None }
    }
}

pub(super) fn rename(draft: &mut Value, new: &Form, changes: &mut Vec<FormChange>) {
    let mut renamed: Vec<_> = new.renamed.iter().collect();
    renamed.sort();
    for (from, to) in renamed {
        if new.field_at(from).is_some() {
            continue;
        }
        let Some(value) = take(draft, from) else { continue };
        put(draft, to, value);
        let (ja, en) = new.label(to);
        let sentences = (
            format!("「{ja}」に名称が変わりました。記入済みの内容を移しました。"),
            format!("is now called {en}; what was written is there"),
        );
        changes.push(FormChange::new(Sort::Renamed, to, sentences));
    }
}

/// Takes out what the new version has no field for; the whole of it, not each part.
fn remove(draft: &mut Value, old: &Form, new: &Form, changes: &mut Vec<FormChange>) {
    let mut gone: Vec<&str> = Vec::new();
    for field in old.fields() {
        let inside = gone.iter().any(|outer| field.path.starts_with(&format!("{outer}/")));
        if inside || new.field_at(&field.path).is_some() {
            continue;
        }
        gone.push(&field.path);
        let mut places: Vec<String> =
            values(draft, &field.path).into_iter().map(|(path, _)| path).collect();
        // The last row first, so that the places of the others stay.
        places.reverse();
        for path in places {
            let Some(value) = take(draft, &path) else { continue };
            let (ja, en) = old.label(&path);
            let sentences = (
                format!(
                    "「{ja}」は新しい様式にありません。記入済みの内容はこの一覧に残しています。"
                ),
                format!("{en}: the new version has no such field; what was written is kept here"),
            );
            let change = FormChange::new(Sort::Removed, &path, sentences);
            changes.push(FormChange { value: Some(value), ..change });
        }
    }
}

/// Fields that are new, must be filled in, or are called otherwise.
fn compare(draft: &Value, old: &Form, new: &Form, changes: &mut Vec<FormChange>) {
    let was_renamed = |path: &str| new.renamed.values().any(|to| to == path);
    for field in new.fields().iter().filter(|field| !field.path.ends_with("/*")) {
        let (ja, en) = new.label(&field.path);
        match old.field_at(&field.path) {
            Some(before) if before.title != field.title => {
                let sentences = (
                    format!("「{}」の表記が「{}」に変わりました。", before.title, field.title),
                    format!("{} is now labelled {}", before.title_en, field.title_en),
                );
                changes.push(FormChange::new(Sort::Relabelled, &field.path, sentences));
            }
            None if !field.required && !was_renamed(&field.path) => {
                let sentences =
                    (format!("「{ja}」が加わりました(任意)。"), format!("{en} is new (optional)"));
                changes.push(FormChange::new(Sort::Added, &field.path, sentences));
            }
            _ => {}
        }
        if field.required && is_lacking(draft, field) {
            let sentences = (format!("「{ja}」を記入してください。"), format!("fill in {en}"));
            changes.push(FormChange::new(Sort::MustFill, &field.path, sentences));
        }
    }
}

/// Whether an object that is there lacks this field.
fn is_lacking(draft: &Value, field: &Field) -> bool {
    let Some((around, name)) = field.path.rsplit_once('/') else { return false };
    values(draft, around).iter().any(|(_, outer)| outer.is_object() && outer.get(name).is_none())
}

/// What stands in the draft and does not fit the new version.
fn misfits(draft: &Value, new: &Form, changes: &mut Vec<FormChange>) {
    let Ok(validator) = new.validator() else { return };
    for error in validator.iter_errors(draft) {
        for finding in sentence::findings(new, &error) {
            if finding.code == "field_missing" {
                continue;
            }
            let ja = finding.message_ja.unwrap_or_default();
            let sentences = (ja, finding.message);
            changes.push(FormChange::new(Sort::NoLongerFits, &finding.path, sentences));
        }
    }
}

fn take(draft: &mut Value, path: &str) -> Option<Value> {
    let (around, name) = path.rsplit_once('/')?;
    match draft.pointer_mut(around)? {
        Value::Object(fields) => fields.shift_remove(name),
        Value::Array(rows) => {
            let row = name.parse::<usize>().ok().filter(|row| *row < rows.len())?;
            Some(rows.remove(row))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn put(draft: &mut Value, path: &str, value: Value) {
    let mut place = draft;
    for step in steps(path) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(fields) = place else { return };
        place = fields.entry(step).or_insert(Value::Null);
    }
    *place = value;
}

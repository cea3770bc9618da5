//! Down through the fields of a form beside its schema, to labels and values.

use schemas::ServiceCode;
use serde_json::{Map, Value};

use super::paper::Block;

/// Columns of a table that fit beside each other on a page; rows of more are printed one by one.
const COLUMNS_MAX: usize = 9;

/// The blocks of a part, as they are found.
pub(super) struct Walk<'a> {
    service: &'a (dyn Fn(ServiceCode) -> String + Sync),
    outer: Vec<String>,
    pub(super) blocks: Vec<Block>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(service: &'a (dyn Fn(ServiceCode) -> String + Sync)) -> Self {
        Self { service, outer: Vec::new(), blocks: Vec::new() }
    }

    /// Every field of an object: those of the schema in its order, then whatever else there is.
    pub(super) fn object(&mut self, schema: &Value, value: &Value) {
        for (name, inner, value) in members(schema, value) {
            self.field(name, inner, value, "");
        }
    }

    /// One field, under a heading that need not be said again.
    pub(super) fn field(&mut self, name: &str, schema: &Value, value: &Value, heading: &str) {
        let label = label(name, schema);
        match value {
            Value::Null => {}
            Value::Object(_) => {
                let is_told = label == heading;
                if !is_told {
                    self.outer.push(label);
                }
                self.object(schema, value);
                if !is_told {
                    self.outer.pop();
                }
            }
            Value::Array(rows) if rows.iter().any(Value::is_object) => {
                self.table(&label, &schema["items"], rows);
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let text = self.words(name, schema, value);
                let label = self.full(&label);
                self.blocks.push(Block::Field(label, text));
            }
        }
    }

    fn full(&self, label: &str) -> String {
        let outer = self.outer.iter().map(String::as_str);
        outer.chain([label]).collect::<Vec<_>>().join(" ")
    }

    fn table(&mut self, label: &str, schema: &Value, rows: &[Value]) {
        let mut columns: Vec<&str> = Vec::new();
        let known = schema["properties"].as_object();
        let known = known.into_iter().flat_map(|all| all.keys());
        let others = rows.iter().filter_map(Value::as_object).flat_map(Map::keys);
        for name in known.chain(others) {
            let is_used = rows.iter().any(|row| row.get(name).is_some_and(|it| !it.is_null()));
            if is_used && !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        if columns.len() > COLUMNS_MAX || columns.is_empty() {
            for (place, row) in rows.iter().enumerate() {
                self.outer.push(format!("{label} {}行目", place + 1));
                self.object(schema, row);
                self.outer.pop();
            }
            return;
        }
        let inner = |name: &str| &schema["properties"][name];
        let titles = columns.iter().map(|name| self::label(name, inner(name))).collect();
        let cells = rows.iter().map(|row| {
            let cell = |name: &&str| match row.get(*name) {
                Some(value) => self.words(name, inner(name), value),
                None => String::new(),
            };
            columns.iter().map(cell).collect()
        });
        let rows = cells.collect();
        self.blocks.push(Block::Table { label: self.full(label), columns: titles, rows });
    }

    /// A value as people read it, however deep it is.
    fn words(&self, name: &str, schema: &Value, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) if matches!(name, "service" | "services") => {
                text.parse().map_or_else(|_| text.clone(), self.service)
            }
            Value::String(text) => text.clone(),
            Value::Bool(true) => "はい".to_owned(),
            Value::Bool(false) => "いいえ".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Array(all) => {
                let lines = all.iter().any(Value::is_object);
                let words: Vec<_> =
                    all.iter().map(|it| self.words(name, &schema["items"], it)).collect();
                words.join(if lines { "\n" } else { "、" })
            }
            Value::Object(_) => {
                let words: Vec<_> = members(schema, value)
                    .map(|(name, inner, value)| {
                        format!("{} {}", label(name, inner), self.words(name, inner, value))
                    })
                    .collect();
                words.join("、")
            }
        }
    }
}

/// The members of an object with their schemas, in the schema's order, then the others.
fn members<'v>(
    schema: &'v Value,
    value: &'v Value,
) -> impl Iterator<Item = (&'v String, &'v Value, &'v Value)> {
    static NONE: Value = Value::Null;
    let known = schema["properties"].as_object();
    let ordered = known.into_iter().flatten();
    let ordered = ordered.filter_map(|(name, inner)| Some((name, inner, value.get(name)?)));
    let all = value.as_object().into_iter().flatten();
    let others = all
        .filter(move |(name, _)| known.is_none_or(|known| !known.contains_key(*name)))
        .map(|(name, value)| (name, &NONE, value));
    ordered.chain(others)
}

fn label(name: &str, schema: &Value) -> String {
    match (schema["title"].as_str(), name) {
        (Some(title), _) => title.to_owned(),
        (None, "withdrawal_reason") => "取下げの理由".to_owned(),
        (None, name) => name.to_owned(),
    }
}

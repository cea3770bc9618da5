//! What a statement is given: one JSON text, or rows as one array per column (`unnest`).
//!
//! A statement that has array parameters says itself what they are: `$1::uuid[], $2::text[]` their
//! types, and the names behind `AS r (…)` the fields of the rows that go into them. Arrays reach
//! PostgreSQL in binary form, and cost it a fraction of reading the same rows from JSON.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// The parameters of one call.
pub(super) enum Parameters {
    /// One JSON text.
    Text(String),
    /// One array per column.
    Columns(Vec<Column>),
}

/// One column of all rows.
pub(super) enum Column {
    /// `uuid[]`
    Uuid(Vec<Option<Uuid>>),
    /// `text[]`
    Text(Vec<Option<String>>),
    /// `int[]`
    Int(Vec<Option<i32>>),
    /// `bigint[]`
    Bigint(Vec<Option<i64>>),
}

impl Parameters {
    /// Lays the arguments out as the statement asks for them.
    pub(super) fn of(
        sql: &str,
        args: &(impl Serialize + ?Sized),
    ) -> Result<Self, serde_json::Error> {
        let mut columns = columns_of(sql)?;
        if columns.is_empty() {
            return serde_json::to_string(args).map(Self::Text);
        }
        let names = names_of(sql);
        if !names.is_empty() && names.len() != columns.len() {
            return Err(wrong("as many names as arrays"));
        }
        let Value::Array(rows) = serde_json::to_value(args)? else {
            return Err(wrong("an array of rows"));
        };
        for mut row in rows {
            if names.is_empty() {
                columns[0].push(row)?;
                continue;
            }
            for (name, column) in names.iter().zip(&mut columns) {
                let field = row.get_mut(*name).ok_or_else(|| wrong(name))?;
                column.push(field.take())?;
            }
        }
        Ok(Self::Columns(columns))
    }
}

impl Column {
    fn of_type(name: &str) -> Option<Self> {
        match name {
            "uuid" => Some(Self::Uuid(Vec::new())),
            "text" => Some(Self::Text(Vec::new())),
            "int" => Some(Self::Int(Vec::new())),
            "bigint" => Some(Self::Bigint(Vec::new())),
            _ => None,
        }
    }

    fn push(&mut self, cell: Value) -> Result<(), serde_json::Error> {
        match self {
            Self::Uuid(cells) => cells.push(serde_json::from_value(cell)?),
            Self::Text(cells) => cells.push(match cell {
                Value::String(text) => Some(text),
                Value::Null => None,
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(wrong("text"));
                }
            }),
            Self::Int(cells) => cells.push(serde_json::from_value(cell)?),
            Self::Bigint(cells) => cells.push(serde_json::from_value(cell)?),
        }
        Ok(())
    }
}

fn wrong(what: &str) -> serde_json::Error {
    serde::ser::Error::custom(format!("the statement's parameters need {what}"))
}

/// An empty column for each `$N::TYPE[]`, in the order of N, which is that of the text.
fn columns_of(sql: &str) -> Result<Vec<Column>, serde_json::Error> {
    let casts = sql.split('$').skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("::")?;
        let (name, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_alphanumeric())?);
        after.starts_with("[]").then_some(name)
    });
    casts.map(|name| Column::of_type(name).ok_or_else(|| wrong("a known type"))).collect()
}

/// The names that follow `unnest(…)`: ` AS r (id, revision)`.
fn names_of(sql: &str) -> Vec<&str> {
    let names = || {
        let after = &sql[sql.find("unnest(")?..];
        let after = &after[after.find(')')? + 1..];
        let inside = &after[after.find('(')? + 1..];
        Some(inside[..inside.find(')')?].split(',').map(str::trim).collect())
    };
    names().unwrap_or_default()
}

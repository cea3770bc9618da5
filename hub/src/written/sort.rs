//! What sort of field a part of a form's schema is: for reading what was written, and for showing
//! it.

use serde_json::Value;

/// The sort of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Fields inside a field.
    Object,
    /// Rows of plain cells.
    Table,
    /// Rows in which fields stand inside fields.
    Blocks,
    /// Some of a few words.
    Ticks,
    /// Any texts, one a line.
    List,
    /// Yes, no, or not said.
    YesNo,
    /// One of a few words.
    Choice,
    /// A day.
    Date,
    /// A number.
    Number,
    /// A text that machines read.
    Code,
    /// A text in one line.
    Line,
    /// A text in lines.
    Lines,
}

/// The sort of what a schema describes.
pub(crate) fn sort(schema: &Value) -> Sort {
    let items = &schema["items"];
    match schema["type"].as_str() {
        Some("object") => Sort::Object,
        Some("array") if items.get("enum").is_some() => Sort::Ticks,
        Some("array") if items["type"] == "object" && is_flat(items) => Sort::Table,
        Some("array") if items["type"] == "object" => Sort::Blocks,
        Some("array") => Sort::List,
        Some("boolean") => Sort::YesNo,
        Some("integer" | "number") => Sort::Number,
        Some(_) | None if schema.get("enum").is_some() => Sort::Choice,
        Some(_) | None if schema["format"] == "date" => Sort::Date,
        Some(_) | None => match schema["x-text"].as_str() {
            Some("code") => Sort::Code,
            Some("lines") => Sort::Lines,
            Some(_) | None => Sort::Line,
        },
    }
}

/// Whether nothing stands inside anything else in the rows of a list.
fn is_flat(items: &Value) -> bool {
    let properties = items["properties"].as_object();
    let is_plain = |inner: &Value| !matches!(inner["type"].as_str(), Some("object" | "array"));
    properties.is_some_and(|all| all.values().all(is_plain))
}

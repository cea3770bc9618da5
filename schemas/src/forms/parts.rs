//! `$ref`s to shared parts, put in their place; and the fields that a schema so describes.

use serde_json::{Map, Value};

use super::form::Field;

/// Nested parts at most; more is a circle.
const DEPTH_MAX: usize = 32;

/// The steps of a JSON Pointer.
pub(super) fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

/// Whether a step is the place in a list.
pub(super) fn is_list(step: &str) -> bool {
    step == "*" || (!step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()))
}

/// The schema with each `$ref` replaced by the part that it names; what stands beside the `$ref`
/// goes over what the part says, and `null` takes it away.
pub(super) fn put_in(schema: &Value, parts: &Map<String, Value>) -> Result<Value, String> {
    resolve(schema, parts, 0)
}

fn resolve(value: &Value, parts: &Map<String, Value>, depth: usize) -> Result<Value, String> {
    if depth > DEPTH_MAX {
        return Err("parts name each other in a circle".to_owned());
    }
    match value {
        Value::Object(object) => {
            let mut all = match object.get("$ref") {
                None => Map::new(),
                Some(target) => part(target, parts, depth)?,
            };
            for (key, inner) in object.iter().filter(|(key, _)| *key != "$ref") {
                if inner.is_null() {
                    all.shift_remove(key);
                } else {
                    let inner = resolve(inner, parts, depth + 1)?;
                    all.insert(key.clone(), inner);
                }
            }
            Ok(Value::Object(all))
        }
        Value::Array(list) => {
            let list = list.iter().map(|inner| resolve(inner, parts, depth));
            Ok(Value::Array(list.collect::<Result<_, _>>()?))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(value.clone()),
    }
}

fn part(
    target: &Value,
    parts: &Map<String, Value>,
    depth: usize,
) -> Result<Map<String, Value>, String> {
    let text = target.as_str().unwrap_or_default();
    let name = text.rsplit_once("#/$defs/").map(|(_, name)| name);
    let found = name.and_then(|name| parts.get(name));
    let found = found.ok_or_else(|| format!("$ref {text:?} names no part of parts.json"))?;
    if let Value::Object(part) = resolve(found, parts, depth + 1)? {
        return Ok(part);
    }
    Err(format!("the part {text:?} is no object"))
}

/// Every field of a schema whose parts are in place, outer before inner.
pub(super) fn fields(schema: &Value) -> Vec<Field> {
    let mut all = Vec::new();
    descend(schema, "", &mut all);
    all
}

fn descend(schema: &Value, path: &str, all: &mut Vec<Field>) {
    let required: Vec<&str> = match schema.get("required") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if let Some(Value::Object(properties)) = schema.get("properties") {
        for (name, inner) in properties {
            let path = format!("{path}/{name}");
            all.push(field(inner, path.clone(), required.contains(&name.as_str())));
            descend(inner, &path, all);
        }
    }
    if let Some(items) = schema.get("items") {
        let path = format!("{path}/*");
        all.push(field(items, path.clone(), false));
        descend(items, &path, all);
    }
}

fn field(schema: &Value, path: String, required: bool) -> Field {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    let expect = schema.get("x-expect").and_then(|expect| {
        Some((expect.get("ja")?.as_str()?.to_owned(), expect.get("en")?.as_str()?.to_owned()))
    });
    Field {
        title: text("title").unwrap_or_default(),
        title_en: text("x-title-en").unwrap_or_default(),
        required,
        assumed: schema.get("x-assumed").is_some_and(|assumed| assumed == true),
        expect,
        text: text("x-text"),
        check: text("x-check"),
        path,
    }
}

//! What a browser sends of a form.

use hub::context::day_in_japan;
use serde_json::Value;

use crate::world::World;

/// As a browser sends what stands in a form.
fn sent(value: &Value, path: &str, all: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                sent(inner, &format!("{path}/{name}"), all);
            }
        }
        Value::Array(rows) if rows.iter().all(Value::is_string) => {
            for inner in rows {
                sent(inner, path, all);
            }
        }
        Value::Array(rows) => {
            for (row, inner) in rows.iter().enumerate() {
                sent(inner, &format!("{path}/{row}"), all);
            }
        }
        Value::String(text) => all.push((path.to_owned(), text.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            all.push((path.to_owned(), value.to_string()));
        }
    }
}

/// What a form says it was shown with.
pub(crate) fn base(page: &str) -> String {
    let base = page.split("name=\"base\" value=\"").nth(1).expect("a form");
    base.split('"').next().expect("an end").to_owned()
}

pub(crate) fn version(page: &str) -> String {
    let version = page.split("name=\"version\" value=\"").nth(1).expect("a form");
    version.split('"').next().expect("an end").to_owned()
}

/// A change notice, well filled in, with some fields written over.
pub(crate) fn change_notice(
    world: &World,
    base: &str,
    over: &[(&str, &str)],
) -> Vec<(String, String)> {
    let day = day_in_japan(world.ctx.clock.now_ms());
    let form = world.ctx.forms.form_on("s1-change", day).expect("a form");
    let mut fields = Vec::new();
    sent(&form.sample(day, &mut |_| 0), "", &mut fields);
    fields.retain(|(name, _)| over.iter().all(|(other, _)| name != other));
    fields.extend(over.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    fields.push(("base".to_owned(), base.to_owned()));
    fields
}

pub(crate) fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

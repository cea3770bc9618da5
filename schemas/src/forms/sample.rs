//! A filled-in form made from its schema alone: for demonstrations and tests, and as an example to
//! an operator. Any form of the catalogue can be made, one added yesterday too.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::form::Form;

/// Chooses a number below the one given; a seeded generator, or always 0.
pub type Choose<'a> = &'a mut dyn FnMut(usize) -> usize;

impl Form {
    /// A form that is filled in as its version asks, its days about `day`.
    pub fn sample(&self, day: Date, choose: Choose<'_>) -> Value {
        let mut sample = value(&self.schema, day, choose);
        mend(&self.schema, &mut sample, day, choose);
        sample
    }
}

fn value(schema: &Value, day: Date, choose: Choose<'_>) -> Value {
    if let Some(days) = schema.get("x-sample-days") {
        return json!(about(day, days, choose));
    }
    if let Some(months) = schema.get("x-sample-months") {
        let months = pick_between(months, choose);
        return json!(day.first_of_month().saturating_add(months.months()));
    }
    for list in ["examples", "enum"] {
        if let Some(Value::Array(options)) = schema.get(list)
            && !options.is_empty()
        {
            return options[choose(options.len())].clone();
        }
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => object(schema, day, choose),
        Some("array") => array(schema, day, choose),
        Some("boolean") => json!(choose(2) == 1),
        Some("integer" | "number") => {
            schema.get("minimum").cloned().unwrap_or_else(|| json!(choose(10)))
        }
        _ => json!(day.to_string()),
    }
}

/// The fields that must be there, and about half of the others.
fn object(schema: &Value, day: Date, choose: Choose<'_>) -> Value {
    let empty = Vec::new();
    let required = schema.get("required").and_then(Value::as_array).unwrap_or(&empty);
    let mut fields = Map::new();
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if required.contains(&json!(name)) || choose(2) == 1 {
            fields.insert(name.clone(), value(inner, day, choose));
        }
    }
    let mut whole = Value::Object(fields);
    set_right(schema, &mut whole);
    whole
}

fn array(schema: &Value, day: Date, choose: Choose<'_>) -> Value {
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
    let least = usize::try_from(bound("minItems").unwrap_or(0)).unwrap_or(0);
    let most = usize::try_from(bound("maxItems").unwrap_or(3)).unwrap_or(3).min(least + 2);
    let count = least + choose(most - least + 1);
    let Some(items) = schema.get("items") else { return json!([]) };
    let mut rows: Vec<Value> = Vec::new();
    for _ in 0..count {
        let row = value(items, day, choose);
        let is_new = rows.iter().all(|other| *other != row);
        if is_new {
            rows.push(row);
        }
    }
    Value::Array(rows)
}

/// What a conditional part asks for beyond that.
fn mend(schema: &Value, sample: &mut Value, day: Date, choose: Choose<'_>) {
    let required = schema.pointer("/then/required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let inner = schema.get("properties").and_then(|all| all.get(name));
        if let (Some(inner), true) = (inner, sample.get(name).is_none()) {
            sample[name] = value(inner, day, choose);
        }
    }
}

/// What the checks across fields ask for: sums, pairs, days on which it is open.
fn set_right(schema: &Value, whole: &mut Value) {
    match schema.get("x-check").and_then(Value::as_str) {
        Some("staffing") => add_up(whole),
        Some("manager") => {
            let pair = ["other_office", "other_duties"];
            let is_whole = pair.iter().all(|name| whole.get(name).is_some());
            if let (false, Some(fields)) = (is_whole, whole.as_object_mut()) {
                fields.retain(|name, _| !pair.contains(&name.as_str()));
            }
        }
        Some("hours") => {
            let first = whole.pointer("/days/0").cloned();
            if let (Some(day), Some(Value::Array(rows))) = (first, whole.get_mut("by_day")) {
                rows.truncate(1);
                for row in rows {
                    row["day"] = day.clone();
                }
            }
        }
        _ => {}
    }
}

/// The totals of a staffing table; its full-time equivalent is no more than they are.
fn add_up(table: &mut Value) {
    let rows = table["rows"].as_array().cloned().unwrap_or_default();
    let mut persons = 0;
    for (column, total) in table["total"].as_object_mut().into_iter().flatten() {
        let counts = rows.iter().filter_map(|row| row[column.as_str()].as_u64());
        let sum: u64 = counts.sum();
        persons += sum;
        *total = json!(sum);
    }
    if let Some(equivalent) = table.get_mut("full_time_equivalent") {
        *equivalent = json!(persons);
    }
}

fn about(day: Date, days: &Value, choose: Choose<'_>) -> Date {
    day.saturating_add(pick_between(days, choose).days())
}

/// A whole number from the first of a pair to the second.
fn pick_between(pair: &Value, choose: Choose<'_>) -> i64 {
    let end = |place: usize| pair.get(place).and_then(Value::as_i64).unwrap_or(0);
    let span = usize::try_from(end(1) - end(0)).unwrap_or(0);
    end(0) + i64::try_from(choose(span + 1)).unwrap_or(0)
}

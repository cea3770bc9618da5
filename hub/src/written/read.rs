//! A form as it was written, read by its schema: each field's name is its JSON Pointer.
//!
//! What cannot be read as what the field asks for is kept as it was written; the checks say what is
//! wrong with it. What is empty is left out, and so are rows in which nothing stands.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::Fields;
use super::numbers::half_width;
use super::sort::{Sort, sort};

/// What stands in the name of the box that takes a row away.
pub(crate) const DROP: &str = "-drop";

/// The fields of a form.
pub(crate) fn read(schema: &Value, sent: &Fields) -> Value {
    node(schema, "", sent).unwrap_or_else(|| Value::Object(Map::new()))
}

fn node(schema: &Value, path: &str, sent: &Fields) -> Option<Value> {
    match sort(schema) {
        Sort::Object => object(schema, path, sent),
        Sort::Table | Sort::Blocks => {
            let rows: Vec<_> = rows(schema, path, sent).into_iter().map(|(_, row)| row).collect();
            (!rows.is_empty()).then_some(Value::Array(rows))
        }
        Sort::Ticks => {
            let all = sent.0.iter().filter(|(name, text)| name == path && !text.is_empty());
            let all: Vec<_> = all.map(|(_, text)| Value::String(text.clone())).collect();
            (!all.is_empty()).then_some(Value::Array(all))
        }
        Sort::List => {
            let lines = sent.get(path)?.lines().map(str::trim).filter(|line| !line.is_empty());
            let all: Vec<_> = lines.map(|line| Value::String(half_width(line))).collect();
            (!all.is_empty()).then_some(Value::Array(all))
        }
        Sort::YesNo => match sent.get(path)? {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            other => Some(Value::String(other.to_owned())),
        },
        Sort::Number => number(sent.get(path)?),
        Sort::Code | Sort::Date => text(&half_width(sent.get(path)?)),
        Sort::Choice | Sort::Line => text(sent.get(path)?.trim()),
        // Browsers send line ends as Windows writes them.
        Sort::Lines => text(&sent.get(path)?.replace("\r\n", "\n")),
    }
}

fn text(text: &str) -> Option<Value> {
    (!text.trim().is_empty()).then(|| Value::String(text.to_owned()))
}

fn number(written: &str) -> Option<Value> {
    let narrow = half_width(written).replace(',', "");
    if let Ok(whole) = narrow.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let fraction = narrow.parse::<f64>().ok().and_then(Number::from_f64);
    fraction.map_or_else(|| text(written.trim()), |number| Some(Value::Number(number)))
}

fn object(schema: &Value, path: &str, sent: &Fields) -> Option<Value> {
    let mut fields = Map::new();
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = node(inner, &format!("{path}/{name}"), sent) {
            fields.insert(name.clone(), value);
        }
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// The rows that stand there, each with its place in what was written.
fn rows(schema: &Value, path: &str, sent: &Fields) -> Vec<(usize, Value)> {
    let inside = format!("{path}/");
    let place = |(name, _): &(String, String)| {
        name.strip_prefix(&inside)?.split('/').next()?.parse::<usize>().ok()
    };
    let places: BTreeSet<usize> = sent.0.iter().filter_map(place).collect();
    let is_kept = |row: &usize| sent.get(&format!("{path}/{row}/{DROP}")).is_none();
    let row = |row| Some((row, node(&schema["items"], &format!("{path}/{row}"), sent)?));
    places.into_iter().filter(is_kept).filter_map(row).collect()
}

/// Where something of a form stood when it was written: rows that were left out count there.
pub(crate) fn as_written(schema: &Value, path: &str, sent: &Fields) -> String {
    let (mut schema, mut at) = (schema, String::new());
    for name in path.split('/').skip(1) {
        let is_list = matches!(sort(schema), Sort::Table | Sort::Blocks);
        let row = name.parse().ok().filter(|_| is_list);
        let row = row.and_then(|row: usize| Some(rows(schema, &at, sent).get(row)?.0.to_string()));
        at = format!("{at}/{}", row.as_deref().unwrap_or(name));
        schema = if is_list { &schema["items"] } else { &schema["properties"][name] };
    }
    at
}

#[cfg(test)]
mod tests {
    use schemas::Catalogue;
    use serde_json::json;

    use super::*;

    fn sent(all: &[(&str, &str)]) -> Fields {
        Fields(all.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect())
    }

    #[test]
    fn what_was_written_is_read_by_the_schema_and_nothing_is_lost() {
        let catalogue = Catalogue::embedded().expect("the catalogue");
        let form = catalogue.form("annex-day-care", "2024-10-01").expect("a form");
        let all = sent(&[
            ("/capacity", "１９"),
            ("/training_room", "62.5"),
            ("/symbiotic", "false"),
            ("/remarks", "一行目\r\n二行目 "),
            ("/office/telephone", "０３-1234-5678"),
            ("/office/kana", ""),
            ("/manager/kana", "  "),
            ("/units/0/capacity", "十人"),
            ("/units/0/hours/days", "月"),
            ("/units/0/hours/days", "火"),
            ("/units/2/capacity", "5"),
            ("/units/1/capacity", "7"),
            ("/units/1/-drop", "yes"),
            ("/units/7/capacity", ""),
            ("/unknown", "x"),
            ("token", "y"),
        ]);
        let read = read(&form.schema, &all);
        let expected = json!({
            "capacity": 19, "training_room": 62.5, "symbiotic": false,
            "remarks": "一行目\n二行目 ", "office": {"telephone": "03-1234-5678"},
            "units": [{"capacity": "十人", "hours": {"days": ["月", "火"]}}, {"capacity": 5}],
        });
        assert_eq!(read, expected);
        // The second row that was kept stood in the third.
        for (path, written) in [
            ("/units/1/hours/days", "/units/2/hours/days"),
            ("/units/0/capacity", "/units/0/capacity"),
            ("/units/9", "/units/9"),
            ("/office/telephone", "/office/telephone"),
            ("", ""),
        ] {
            assert_eq!(as_written(&form.schema, path, &all), written, "{path}");
        }
    }

    #[test]
    fn every_sample_of_every_form_comes_back_as_it_was_shown() {
        let catalogue = Catalogue::embedded().expect("the catalogue");
        let day = jiff::civil::date(2026, 7, 15);
        for form in catalogue.in_force(day) {
            let sample = form.sample(day, &mut |_| 0);
            let mut all = Fields::default();
            write(&sample, "", &mut all);
            assert_eq!(read(&form.schema, &all), sample, "{}", form.id);
        }
    }

    /// As a browser would send it.
    fn write(value: &Value, path: &str, all: &mut Fields) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    write(inner, &format!("{path}/{name}"), all);
                }
            }
            Value::Array(rows) if rows.iter().all(Value::is_string) => {
                for inner in rows {
                    write(inner, path, all);
                }
            }
            Value::Array(rows) => {
                for (row, inner) in rows.iter().enumerate() {
                    write(inner, &format!("{path}/{row}"), all);
                }
            }
            Value::String(text) => all.0.push((path.to_owned(), text.clone())),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                all.0.push((path.to_owned(), value.to_string()));
            }
        }
    }
}

//! Cells as people write them, as what a form's field asks for.

use jiff::civil::Date;
use serde_json::Value;

use crate::written::{Sort, half_width, sort};

/// What stands between two words of one cell.
const BETWEEN: [char; 6] = ['、', ',', '，', ';', '；', '\n'];

/// The texts that a cell gives a field.
pub(super) fn texts(schema: &Value, cell: &str) -> Vec<String> {
    match sort(schema) {
        Sort::Ticks => ticks(&schema["items"]["enum"], cell),
        Sort::Date => vec![day(cell)],
        Sort::YesNo => {
            vec![yes_no(cell).map_or_else(|| cell.trim().to_owned(), |it| it.to_string())]
        }
        Sort::Code if is_time(schema) => vec![time(cell)],
        Sort::Object
        | Sort::Table
        | Sort::Blocks
        | Sort::List
        | Sort::Choice
        | Sort::Number
        | Sort::Code
        | Sort::Line
        | Sort::Lines => vec![cell.to_owned()],
    }
}

/// What stands in a field, as a cell has it.
pub(super) fn cell(value: Option<&Value>, between: &str) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => {
            let all: Vec<_> = all.iter().filter_map(Value::as_str).collect();
            all.join(between)
        }
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(yes)) => (if *yes { "はい" } else { "いいえ" }).to_owned(),
        Some(Value::Null | Value::Object(_)) | None => String::new(),
    }
}

/// What stands between the words of a field.
pub(super) fn between(schema: &Value) -> &'static str {
    if sort(schema) == Sort::Ticks { "、" } else { "\n" }
}

/// Words, one behind the other. A word may have in it what also stands between two.
fn ticks(words: &Value, cell: &str) -> Vec<String> {
    let mut words: Vec<&str> =
        words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let is_between = |c: char| BETWEEN.contains(&c) || c.is_whitespace();
    let mut rest = cell.trim_matches(is_between);
    let mut all = Vec::new();
    while !rest.is_empty() {
        let ends = |after: &str| after.is_empty() || after.starts_with(is_between);
        let known = words.iter().find(|word| rest.strip_prefix(**word).is_some_and(ends));
        let length = match known {
            Some(word) => word.len(),
            None => rest.find(BETWEEN).unwrap_or(rest.len()),
        };
        all.push(rest[..length].trim().to_owned());
        rest = rest[length..].trim_start_matches(is_between);
    }
    all
}

/// Words of one cell where none has in it what stands between two.
pub(super) fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty())
}

/// Yes or no, as people write it; none when it is neither.
pub(super) fn yes_no(cell: &str) -> Option<bool> {
    match half_width(cell).to_lowercase().as_str() {
        "はい" | "有" | "あり" | "該当" | "○" | "〇" | "yes" | "true" | "1" => Some(true),
        "いいえ" | "無" | "なし" | "非該当" | "×" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// A day as the forms write it; what is none stays as it is, and the checks tell.
fn day(cell: &str) -> String {
    let text = half_width(cell);
    let (era, rest) = match text.strip_prefix("令和").or_else(|| text.strip_prefix(['R', 'r'])) {
        Some(rest) => (2018, rest),
        None => match text.strip_prefix("平成").or_else(|| text.strip_prefix(['H', 'h'])) {
            Some(rest) => (1988, rest),
            None => match text.strip_prefix("昭和").or_else(|| text.strip_prefix(['S', 's'])) {
                Some(rest) => (1925, rest),
                None => (0, text.as_str()),
            },
        },
    };
    let rest = rest.trim_end_matches('日').replace('元', "1");
    let numbers: Vec<_> = rest.split(['年', '月', '/', '-', '.']).map(str::trim).collect();
    if let [year, month, day] = numbers[..]
        && let (Ok(year), Ok(month), Ok(day)) = (year.parse::<i16>(), month.parse(), day.parse())
        && (era > 0 || year >= 1868)
        && let Some(year) = year.checked_add(era)
        && let Ok(day) = Date::new(year, month, day)
    {
        return day.to_string();
    }
    text
}

fn is_time(schema: &Value) -> bool {
    schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("[0-5][0-9]"))
}

/// `8:30` and `8時30分` as `08:30`.
fn time(cell: &str) -> String {
    let text = half_width(cell);
    let plain = text.trim_end_matches('分').replace('時', ":");
    let numbers: Vec<_> = plain.split(':').map(str::parse::<u8>).collect();
    match numbers[..] {
        [Ok(hour), Ok(minute)] | [Ok(hour), Ok(minute), Ok(0)] => format!("{hour:02}:{minute:02}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_and_times_are_read_as_they_are_written() {
        for text in [
            "2026-07-05",
            "2026/7/5",
            "２０２６年７月５日",
            "令和8年7月5日",
            "R8.7.5",
            " 2026. 7. 5",
        ] {
            assert_eq!(day(text), "2026-07-05", "{text}");
        }
        assert_eq!(day("令和元年5月1日"), "2019-05-01");
        assert_eq!(day("昭和39年10月10日"), "1964-10-10");
        for text in ["7/5", "2026-02-30", "26/7/5", "あした"] {
            assert_eq!(day(text), text, "the checks tell");
        }
        for text in ["8:30", "08:30", "８時30分", "8:30:00"] {
            assert_eq!(time(text), "08:30", "{text}");
        }
        assert_eq!(time("朝"), "朝");
    }

    #[test]
    fn words_with_marks_in_them_are_kept_whole() {
        let schema = json!({"type": "array", "items": {"enum": ["氏名、住所", "住所", "定員"]}});
        let read = |cell: &str| texts(&schema, cell);
        assert_eq!(read("氏名、住所、定員"), ["氏名、住所", "定員"]);
        assert_eq!(read("住所；\n 定員 "), ["住所", "定員"]);
        assert_eq!(read("色、住所"), ["色", "住所"]);
        assert!(read(" 、").is_empty());
    }
}

//! A schema's errors as sentences for the person who fills in the form.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::characters::other_width;
use super::form::Form;
use crate::Finding;
use crate::codes::start_of;

/// Choices that a sentence lists at most.
const CHOICES_MAX: usize = 8;

/// The findings of one error: one, or one for each field that the form does not have.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's kinds grow; those that forms use are named, the rest read alike"
)]
pub(super) fn findings(form: &Form, error: &ValidationError<'_>) -> Vec<Finding> {
    let path = error.instance_path().as_str();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| unknown(form, path, name)).collect()
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![missing(form, &format!("{path}/{}", escape(name)))]
        }
        kind => {
            let (code, en, ja) = wrong(form, path, kind, error.instance());
            let (label_ja, label_en) = form.label(path);
            let finding = Finding::new(path, code, format!("{label_en}: {en}"));
            vec![finding.ja(format!("「{label_ja}」{ja}")).source(form.name())]
        }
    }
}

fn missing(form: &Form, path: &str) -> Finding {
    let (ja, en) = form.label(path);
    Finding::new(path, "field_missing", format!("{en}: fill it in"))
        .ja(format!("「{ja}」を記入してください。"))
        .source(form.name())
}

fn unknown(form: &Form, path: &str, name: &str) -> Finding {
    let path = format!("{path}/{}", escape(name));
    let shown = start_of(name);
    let en = format!("{} has no field {shown:?}; take it out", form.id);
    Finding::new(path, "field_unknown", en)
        .ja(format!("「{shown}」という項目は{}にありません。取り除いてください。", form.name()))
        .source(form.name())
}

/// Code and sentences of what is wrong with a value that is there.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's kinds grow; those that forms use are named, the rest read alike"
)]
fn wrong(form: &Form, path: &str, kind: &Kind, value: &Value) -> (&'static str, String, String) {
    let expect = form.field_at(path).and_then(|field| field.expect.clone());
    match kind {
        Kind::Type { kind } => {
            let (ja, en) = expect.unwrap_or_else(|| type_words(kind));
            ("field_type", format!("write {en}"), format!("は{ja}で記入してください。"))
        }
        Kind::Pattern { .. } | Kind::Format { .. } => malformed(expect, value),
        Kind::Enum { options } => choice(options),
        Kind::MaxLength { limit } => {
            let now = value.as_str().map_or(0, |text| text.chars().count());
            let en = format!("at most {limit} characters; it has {now}");
            ("too_long", en, format!("は{limit}文字以内で記入してください(今は{now}文字)。"))
        }
        Kind::MinLength { .. } => {
            ("field_missing", "fill it in".to_owned(), "を記入してください。".to_owned())
        }
        Kind::Minimum { limit } => out_of_range(expect, (limit, "or more", "以上")),
        Kind::Maximum { limit } => out_of_range(expect, (limit, "or less", "以下")),
        Kind::MinItems { limit } => (
            "too_few",
            format!("give {limit} or more"),
            format!("は{limit}件以上記入してください。"),
        ),
        Kind::MaxItems { limit } => {
            ("too_many", format!("at most {limit}"), format!("は{limit}件までです。"))
        }
        Kind::UniqueItems => (
            "repeated",
            "the same stands in it twice; take one out".to_owned(),
            "に同じものが2つあります。1つにしてください。".to_owned(),
        ),
        other => {
            let en = format!("does not fit the form ({})", other.keyword());
            ("field_invalid", en, "が様式に合いません。記入の仕方を確かめてください。".to_owned())
        }
    }
}

fn malformed(expect: Option<(String, String)>, value: &Value) -> (&'static str, String, String) {
    let (ja, en) = expect.unwrap_or_else(|| ("決められた形".to_owned(), "the set form".to_owned()));
    let (en, ja) = (format!("write {en}"), format!("は{ja}で記入してください"));
    match other_width(value.as_str().unwrap_or_default()) {
        Some("half_width_kana") => (
            "half_width_kana",
            format!("{en}; half-width katakana stand there now"),
            ja + "(今は半角カタカナです)。",
        ),
        Some(_) => (
            "full_width",
            format!("{en}; full-width characters stand there now"),
            ja + "(今は全角の文字があります)。",
        ),
        None => ("field_malformed", en, ja + "。"),
    }
}

fn choice(options: &Value) -> (&'static str, String, String) {
    let empty = Vec::new();
    let all = options.as_array().unwrap_or(&empty);
    let shown = all.iter().take(CHOICES_MAX).map(|option| match option.as_str() {
        Some(text) => text.to_owned(),
        None => option.to_string(),
    });
    let mut list = shown.collect::<Vec<_>>().join("、");
    if all.len() > CHOICES_MAX {
        list += " ほか";
    }
    (
        "choice_unknown",
        format!("choose one of: {list}"),
        format!("は次から選んでください: {list}。"),
    )
}

fn out_of_range(
    expect: Option<(String, String)>,
    (limit, en, ja): (&Value, &str, &str),
) -> (&'static str, String, String) {
    let (ja, en) = expect.unwrap_or_else(|| (format!("{limit}{ja}"), format!("{limit} {en}")));
    ("out_of_range", format!("write {en}"), format!("は{ja}で記入してください。"))
}

fn type_words(kind: &TypeKind) -> (String, String) {
    let name = match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(_) => String::new(),
    };
    let (ja, en) = match name.as_str() {
        "string" => ("文字", "a text"),
        "integer" => ("整数", "a whole number"),
        "number" => ("数", "a number"),
        "boolean" => ("はい(true)・いいえ(false)", "yes (true) or no (false)"),
        "array" => ("一覧", "a list"),
        _ => ("項目の組", "an object of fields"),
    };
    (ja.to_owned(), en.to_owned())
}

/// A name as a step of a JSON Pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

//! Every field of every form with a missing, wrong, too long, other-width and 外字 value.

use schemas::Finding;
use schemas::forms::{Circumstances, Form};
use serde_json::{Map, Value, json};

use super::support::{DAY, catalogue, chooser, full_width, is_code};

/// A sample with every field of the form in it.
fn whole(form: &Form) -> Value {
    let mut sample = form.sample(DAY, &mut chooser(1));
    for seed in 2..200 {
        merge(&mut sample, form.sample(DAY, &mut chooser(seed)));
    }
    // Samples of other seeds may have mixed sums and pairs: they are checked elsewhere.
    sample
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, inner) in from {
                match into.get_mut(&name) {
                    Some(known) => merge(known, inner),
                    None => drop(into.insert(name, inner)),
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => {
            match (into.first_mut(), from.into_iter().next()) {
                (Some(known), Some(inner)) if known.is_object() => merge(known, inner),
                (None, Some(inner)) => into.push(inner),
                _ => {}
            }
        }
        _ => {}
    }
}

fn check(form: &Form, fields: &Value) -> Vec<Finding> {
    catalogue().check_form(form, fields, &Circumstances::on(DAY))
}

/// The concrete path of a field's first row.
fn first(path: &str) -> String {
    path.replace('*', "0")
}

#[track_caller]
fn assert_told(form: &Form, fields: &Value, path: &str, codes: &[&str]) {
    let findings = check(form, fields);
    let found = findings.iter().find(|f| f.path == path && codes.contains(&f.code.as_str()));
    let Some(found) = found else {
        panic!("{} {path}: none of {codes:?} in {findings:#?}", form.name());
    };
    let named = path.strip_suffix("/0").unwrap_or(path);
    let label = form.field_at(named).map(|field| field.title.clone()).unwrap_or_default();
    let ja = found.message_ja.as_deref().unwrap_or_default();
    assert!(ja.contains(&label), "{ja:?} does not name {label:?}");
    assert!(
        ja.ends_with('。') && ja.contains("ください")
            || found.code == "out_of_range"
            || ja.ends_with('。'),
        "{ja:?}"
    );
    assert!(found.source.is_some(), "{found:?}");
}

#[test]
fn every_field_of_every_form_is_held_to_what_it_must_be() {
    for form in catalogue().forms() {
        let whole = whole(form);
        let errors: Vec<_> = check(form, &whole)
            .into_iter()
            .filter(|f| f.is_error() && !f.code.starts_with("staffing_total"))
            .collect();
        assert_eq!(errors, [], "{}: {whole:#}", form.name());
        let mut seen = 0;
        for field in form.fields() {
            let path = first(&field.path);
            let Some(value) = whole.pointer(&path) else {
                panic!("{}: the sample has no {path}", form.name())
            };
            seen += 1;
            missing(form, &whole, &path, field.required);
            wrong(form, &whole, &path);
            if value.is_string() {
                texts(form, &whole, &path);
            }
        }
        assert!(seen > 10, "{} has only {seen} fields", form.name());
        unknown(form, &whole);
    }
}

fn spoilt(whole: &Value, path: &str, value: Value) -> Value {
    let mut spoilt = whole.clone();
    *spoilt.pointer_mut(path).expect("it is there") = value;
    spoilt
}

fn missing(form: &Form, whole: &Value, path: &str, required: bool) {
    let mut spoilt = whole.clone();
    let (around, name) = path.rsplit_once('/').expect("a path");
    let Some(Value::Object(fields)) = spoilt.pointer_mut(around) else { return };
    fields.shift_remove(name);
    if required {
        assert_told(form, &spoilt, path, &["field_missing"]);
    } else {
        let told = check(form, &spoilt);
        let about =
            told.iter().find(|f| f.path == path && f.is_error() && f.code != "field_missing");
        assert_eq!(about, None, "{} {path} may be left out", form.name());
    }
}

fn wrong(form: &Form, whole: &Value, path: &str) {
    for value in [Value::Null, json!({"x": 1}), json!([[]]), json!(-7)] {
        let is_like = |it: &Value| {
            (it.is_object() && value.is_object()) || (it.is_array() && value.is_array())
        };
        if whole.pointer(path).is_some_and(is_like) {
            continue;
        }
        let codes = ["field_type", "choice_unknown", "out_of_range", "field_malformed"];
        assert_told(form, &spoilt(whole, path, value), path, &codes);
    }
}

fn texts(form: &Form, whole: &Value, path: &str) {
    let text = whole.pointer(path).and_then(Value::as_str).expect("a text").to_owned();
    let bad = ["too_long", "field_malformed", "choice_unknown", "full_width", "half_width_kana"];
    let long = spoilt(whole, path, json!("あ".repeat(4001)));
    assert_told(form, &long, path, &bad);
    let gaiji = spoilt(whole, path, json!(format!("{text}\u{E123}")));
    assert_told(form, &gaiji, path, &["private_character", "choice_unknown"]);
    let empty = spoilt(whole, path, json!(""));
    assert_told(form, &empty, path, &["field_missing", "field_malformed", "choice_unknown"]);
    let control = spoilt(whole, path, json!(format!("{text}\u{7}")));
    assert_told(form, &control, path, &["control_character", "choice_unknown"]);
    let full = full_width(&text);
    if full != text && is_code(form, path) {
        let codes = ["full_width"];
        assert_told(form, &spoilt(whole, path, json!(full)), path, &codes);
    }
    if !is_code(form, path) && form.field_at(path).is_some() {
        let kana = spoilt(whole, path, json!("ﾐﾄﾞﾘ"));
        let told = check(form, &kana);
        assert!(told.iter().any(|f| f.path == path), "{} {path}: {told:?}", form.name());
    }
}

fn unknown(form: &Form, whole: &Value) {
    let mut spoilt = whole.clone();
    let fields: &mut Map<String, Value> = spoilt.as_object_mut().expect("an object");
    fields.insert("知らない項目".into(), json!(1));
    let told = check(form, &spoilt);
    let found = told.iter().find(|f| f.code == "field_unknown").expect("it is told");
    assert_eq!(found.path, "/知らない項目");
}

#[test]
fn whoever_writes_in_another_width_is_told_which() {
    let form = catalogue().form_on("s1-change", DAY).expect("it is in force");
    let whole = whole(form);
    for (path, text, code, words) in [
        ("/applicant/corporate_number", "７００００１２０５０００２", "full_width", "半角数字13桁"),
        ("/applicant/corporate_number", "7000012050003", "field_malformed", "検査数字"),
        ("/office/office_number", "1371600304", "field_malformed", "検査数字"),
        ("/contact/telephone", "０３－５２５３－１１１１", "full_width", "半角数字"),
        ("/contact/telephone", "5253-1111", "field_malformed", "03-1234-5678"),
        ("/applicant/kana", "ﾐﾄﾞﾘｶｲ", "half_width_kana", "全角カタカナ"),
        ("/applicant/kana", "みどり会", "field_malformed", "全角カタカナ"),
        ("/office/postal_code", "1008916", "field_malformed", "100-8916"),
        ("/changed_on", "2026-02-30", "field_malformed", "実在する日付"),
        ("/changed_on", "令和8年4月1日", "field_malformed", "2024-10-01"),
        ("/contact/email", "jimu＠care.example", "full_width", "メールアドレス"),
        ("/items/0", "社名", "choice_unknown", "次から選んでください"),
    ] {
        let findings = check(form, &spoilt(&whole, path, json!(text)));
        let found = findings.iter().find(|f| f.path == path && f.code == code);
        let found = found.unwrap_or_else(|| panic!("{path} {text}: {findings:#?}"));
        let ja = found.message_ja.as_deref().unwrap_or_default();
        assert!(ja.contains(words), "{ja}");
        assert!(found.is_error());
    }
    let kana = check(form, &spoilt(&whole, "/applicant/name", json!("ﾐﾄﾞﾘ会")));
    assert_eq!(
        (kana.len(), kana[0].code.as_str(), kana[0].is_error()),
        (1, "half_width_kana", false)
    );
}

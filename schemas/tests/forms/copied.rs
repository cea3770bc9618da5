//! An annex copied into another: what both have, and a list of the rest.

use schemas::forms::{Copied, CopiedField, Copy, Form, Role};
use serde_json::{Value, json};

use super::support::{DAY, catalogue, chooser};

const FIXED: [&str; 2] = ["/office/name", "/office/office_number"];

fn form(id: &str) -> &'static Form {
    catalogue().form_on(id, DAY).expect("it is there")
}

fn copy<'a>(from: &'a Form, to: &'a Form) -> Copy<'a> {
    Copy { from, to, fixed: &FIXED, replace: false }
}

fn paths(fields: &[CopiedField]) -> Vec<&str> {
    fields.iter().map(|field| field.path.as_str()).collect()
}

#[test]
fn what_both_forms_have_is_taken_and_the_rest_is_told() {
    let (from, to) = (form("annex-day-care"), form("annex-general"));
    let source = json!({
        "office": {"name": "前の事業所", "address": "札幌市北1条"},
        "capacity": 18, "training_room": 62.5, "remarks": " ", "symbiotic": false,
    });
    let mut target = json!({"office": {"name": "この事業所"}});
    let copied = copy(from, to).make(&source, &mut target);
    let expected =
        json!({"office": {"name": "この事業所", "address": "札幌市北1条"}, "capacity": 18});
    assert_eq!(target, expected);
    assert_eq!(paths(&copied.taken), ["/office/address", "/capacity"]);
    assert_eq!(copied.taken[0].label_ja, "事業所・施設 所在地");
    assert_eq!(paths(&copied.no_place), ["/training_room", "/symbiotic"]);
    assert_eq!(copied.no_place[0].value, Some(json!(62.5)));
    assert!(copied.kept.is_empty() && copied.replaced.is_empty(), "{copied:?}");
}

#[test]
fn words_that_stand_there_stay_or_are_told_of() {
    let form = form("annex-day-care");
    let source = json!({"capacity": 18, "remarks": "前の備考", "training_room": 50});
    let written = json!({"capacity": 18, "remarks": "今の備考", "training_room": null});
    let mut target = written.clone();
    let kept = copy(form, form).make(&source, &mut target);
    assert_eq!(target, json!({"capacity": 18, "remarks": "今の備考", "training_room": 50}));
    assert_eq!((paths(&kept.kept), paths(&kept.taken)), (vec!["/remarks"], vec!["/training_room"]));
    assert_eq!(kept.kept[0].value, Some(json!("前の備考")));
    let mut target = written;
    let replaced = Copy { replace: true, ..copy(form, form) }.make(&source, &mut target);
    assert_eq!(target["remarks"], "前の備考");
    assert_eq!(paths(&replaced.replaced), ["/remarks"]);
    assert_eq!(replaced.replaced[0].value, Some(json!("今の備考")), "it is not lost");
}

#[test]
fn a_choice_that_the_other_form_does_not_have_has_no_place() {
    let (from, to) = (form("annex-comprehensive-visit"), form("annex-comprehensive-day"));
    for (word, is_taken) in [("従前相当", true), ("昔の類型", false)] {
        let mut target = json!({});
        let copied = copy(from, to).make(&json!({"sort": word}), &mut target);
        assert_eq!(target.get("sort").is_some(), is_taken, "{word}");
        assert_eq!(copied.no_place.is_empty(), is_taken, "{word}");
    }
    // A line under the same name is another field.
    let mut target = json!({});
    let copied = copy(form("annex-general"), to).make(&json!({"sort": "その他"}), &mut target);
    assert_eq!((target, paths(&copied.no_place)), (json!({}), vec!["/sort"]));
}

/// Without lists in which nothing stands.
fn written(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, inner)| **inner != json!([]));
            kept.map(|(name, inner)| (name.clone(), written(inner))).collect()
        }
        Value::Array(rows) => rows.iter().map(written).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Leaves and lists, as a copy counts them.
fn pieces(value: &Value, path: &str, all: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                pieces(inner, &format!("{path}/{name}"), all);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            all.push((path.to_owned(), value.clone()));
        }
    }
}

#[test]
fn of_every_annex_into_every_other_nothing_goes_unsaid() {
    let annexes: Vec<_> =
        catalogue().in_force(DAY).filter(|form| form.role == Role::Annex).collect();
    assert!(annexes.len() > 5);
    for from in &annexes {
        for to in &annexes {
            let source = written(&from.sample(DAY, &mut chooser(7)));
            let mut target = json!({});
            let Copied { taken, no_place, kept, replaced } =
                copy(from, to).make(&source, &mut target);
            assert!(kept.is_empty() && replaced.is_empty());
            let mut all = Vec::new();
            pieces(&source, "", &mut all);
            for (path, value) in all.iter().filter(|(path, _)| !FIXED.contains(&path.as_str())) {
                let is_taken = target.pointer(path) == Some(value);
                // The whole of it, what it is in, or a part of it.
                let is_in = |inner: &str, outer: &str| {
                    format!("{inner}/").starts_with(&format!("{outer}/"))
                };
                let is_told = |it: &CopiedField| is_in(path, &it.path) || is_in(&it.path, path);
                let is_told = no_place.iter().any(is_told);
                assert!(is_taken || is_told, "{} to {}: {path}", from.id, to.id);
            }
            assert!(from.id != to.id || no_place.is_empty(), "{}: {no_place:?}", from.id);
            assert!(taken.iter().all(|it| to.field_at(&it.path).is_some()));
        }
    }
}

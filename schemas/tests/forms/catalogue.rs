//! What the embedded files say, and that adding a form is adding a file.

use std::collections::BTreeSet;

use jiff::civil::date;
use schemas::forms::{EMBEDDED, Form, Need, Role, Standing};
use schemas::{Catalogue, FilingKind};
use serde_json::{Value, json};

use super::support::{DAY, cases, catalogue, chooser, service};

#[test]
fn every_kind_has_a_main_form_since_april_2024_and_none_before() {
    for kind in FilingKind::ALL {
        let mains = |day| {
            catalogue()
                .in_force(day)
                .filter(|form| form.role == Role::Main && form.is_for(*kind))
                .count()
        };
        assert_eq!(mains(date(2024, 3, 31)), 0, "{kind}");
        assert!(mains(date(2024, 4, 1)) > 0, "{kind}");
        assert!(mains(DAY) > 0, "{kind}");
    }
}

#[test]
fn the_forms_of_september_and_october_2024_differ_as_the_files_say() {
    let versions = |day| -> BTreeSet<_> {
        catalogue().in_force(day).map(|form| (form.id.as_str(), form.version.as_str())).collect()
    };
    let (before, after) = (versions(date(2024, 9, 30)), versions(date(2024, 10, 1)));
    let changed: Vec<_> = after.difference(&before).map(|(id, _)| *id).collect();
    let expected = [
        "annex-community-day-care",
        "annex-day-care",
        "annex-general",
        "s1-change",
        "s1-designation",
        "s2-change",
        "s2-designation",
        "s3-change",
        "s3-designation",
    ];
    assert_eq!(changed, expected);
    assert_eq!(before.len(), after.len(), "a version takes the place of the one before");
    for (id, version) in after.difference(&before) {
        let form = catalogue().form(id, version).expect("it is listed");
        assert!(form.assumed && form.note.is_some(), "{id} {version} says that it is assumed");
    }
}

#[test]
fn an_assumed_version_refuses_nothing_that_the_one_before_took() {
    let assumed = catalogue().forms().iter().filter(|form| form.assumed);
    for form in assumed {
        let is_before = |other: &&Form| {
            other.from.is_some() && form.from.is_none_or(|from| other.from < Some(from))
        };
        let before = catalogue().versions(&form.id).filter(is_before).last().expect("one before");
        for seed in 0..40 {
            let sample = before.sample(DAY, &mut chooser(seed));
            let at = schemas::forms::Circumstances::on(DAY);
            let findings = catalogue().check_form(form, &sample, &at);
            assert!(findings.iter().all(|f| !f.is_error()), "{} {findings:#?}", form.name());
        }
    }
}

#[test]
fn a_version_stands_until_its_grace_is_over() {
    let old = catalogue().form("s1-change", "2024-04-01").expect("it is there");
    let standing = |day, grace| catalogue().standing(old, day, grace);
    let until = date(2024, 9, 30);
    assert_eq!(standing(date(2024, 3, 31), 30), Standing::NotYet { from: Some(date(2024, 4, 1)) });
    assert_eq!(standing(until, 30), Standing::InForce);
    assert_eq!(standing(date(2024, 10, 1), 30), Standing::Superseded { last: date(2024, 10, 30) });
    assert_eq!(standing(date(2024, 10, 30), 30), Standing::Superseded { last: date(2024, 10, 30) });
    assert_eq!(standing(date(2024, 10, 31), 30), Standing::Gone { until });
    assert_eq!(standing(date(2024, 10, 1), 0), Standing::Gone { until });
    let next = catalogue().form("s1-change", "next").expect("it is there");
    assert_eq!(catalogue().standing(next, date(2030, 1, 1), 30), Standing::NotYet { from: None });
}

#[test]
fn each_case_has_one_main_form_and_at_most_one_annex() {
    for (kind, service) in cases() {
        let count = |role| {
            catalogue().used_for(kind, service, DAY).filter(|form| form.role == role).count()
        };
        assert_eq!(count(Role::Main), 1, "{kind} {service}");
        let wants_annex =
            matches!(kind, FilingKind::Designation | FilingKind::Renewal | FilingKind::Change);
        assert_eq!(count(Role::Annex), usize::from(wants_annex), "{kind} {service}");
    }
}

#[test]
fn a_checklist_tells_of_every_item_whether_it_is_asked_for() {
    let need = |kind, code, item: &str| {
        let list = catalogue().checklist(kind, service(code));
        list.into_iter().find(|(it, _)| it.id == item).map(|(_, need)| need)
    };
    assert_eq!(need(FilingKind::Designation, "11", "roster"), Some(Need::Required));
    assert_eq!(need(FilingKind::Designation, "11", "equipment"), Some(Need::Optional));
    assert_eq!(need(FilingKind::Designation, "11", "care_managers"), Some(Need::NotAsked));
    assert_eq!(need(FilingKind::Designation, "43", "care_managers"), Some(Need::Required));
    assert_eq!(need(FilingKind::Closure, "11", "roster"), Some(Need::NotAsked));
    assert_eq!(need(FilingKind::Addon, "15", "addon_table"), Some(Need::Required));
}

/// A form that no Rust file has heard of.
const STRANGER: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://todoke.example/forms/stranger/2025-01-01.json",
  "title": "夜間対応型訪問介護の付表", "type": "object", "additionalProperties": false,
  "x-form": {"title_en": "Stranger", "role": "annex", "kinds": ["designation"], "services": ["71"],
    "numbers": [], "from": "2025-01-01", "basis": "none", "sure": "?"},
  "x-groups": [{"title": "組", "title_en": "Group", "fields": ["staffing", "night_calls"]}],
  "required": ["staffing", "night_calls"],
  "properties": {
    "staffing": {"$ref": "../parts.json#/$defs/staffing"},
    "night_calls": {"$ref": "../parts.json#/$defs/count", "title": "夜間の通報件数",
      "x-title-en": "Night calls", "examples": [3]}
  }
}"#;

fn with(
    name: &'static str,
    text: &'static str,
) -> Result<Catalogue, schemas::forms::CatalogueError> {
    Catalogue::from_files(EMBEDDED.iter().copied().chain([(name, text)]))
}

#[test]
fn adding_a_form_is_adding_a_file() {
    let more = with("stranger/2025-01-01.json", STRANGER).expect("it reads");
    let day = date(2025, 1, 1);
    assert_eq!(more.forms().len(), catalogue().forms().len() + 1);
    let ids: Vec<_> =
        more.used_for(FilingKind::Designation, service("71"), day).map(|f| f.id.as_str()).collect();
    assert!(ids.contains(&"stranger"), "{ids:?}");
    let form = more.form_on("stranger", day).expect("it is in force");
    let at = schemas::forms::Circumstances::on(day);
    let mut sample = form.sample(day, &mut chooser(1));
    assert_eq!(more.check_form(form, &sample, &at), []);
    sample["staffing"]["total"]["full_time_only"] = json!(77);
    sample["night_calls"] = json!("三");
    let findings = more.check_form(form, &sample, &at);
    let codes: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.code.as_str())).collect();
    assert_eq!(
        codes,
        [("/night_calls", "field_type"), ("/staffing/total/full_time_only", "staffing_total")]
    );
}

#[test]
fn a_file_that_does_not_fit_is_named_with_what_is_wrong() {
    for (from, to, words) in [
        ("\"title\": \"夜間の通報件数\"", "\"title\": \"\"", "/night_calls has no title"),
        ("\"night_calls\"]}]", "\"calls\"]}]", "/night_calls stands in 0 groups"),
        ("$defs/count\"", "$defs/counts\"", "names no part"),
        ("\"71\"", "\"@night\"", "no group \"night\""),
        ("\"2025-01-01\", \"basis\"", "\"2025-01-02\", \"basis\"", "must be the day of its name"),
        ("\"examples\": [3]", "\"x-check\": \"moon\"", "no x-check \"moon\""),
        ("\"role\"", "\"part\"", "unknown field `part`"),
    ] {
        let text: &'static str = Box::leak(STRANGER.replace(from, to).into_boxed_str());
        assert_ne!(text, STRANGER, "{from} stands in it");
        let error = with("stranger/2025-01-01.json", text).expect_err(words);
        assert_eq!(error.file, "stranger/2025-01-01.json");
        assert!(error.what.contains(words), "{error}");
    }
    let twice = STRANGER.replace("\"2025-01-01\", \"basis\"", "\"2024-04-01\", \"basis\"");
    let text: &'static str = Box::leak(twice.into_boxed_str());
    let error = with("addon/again.json", text).expect_err("two from one day");
    assert!(error.what.contains("same day"), "{error}");
    let missing =
        Catalogue::from_files(EMBEDDED.iter().copied().filter(|(name, _)| *name != "checks.json"));
    assert_eq!(
        missing.expect_err("a table is missing").to_string(),
        "forms/checks.json: is missing"
    );
}

#[test]
fn every_file_is_a_schema_of_2020_12_that_compiles() {
    for (name, text) in EMBEDDED.iter().filter(|(name, _)| name.contains('/')) {
        let value: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(value["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert_eq!(value["$id"], format!("https://todoke.example/forms/{name}"), "{name}");
    }
    for form in catalogue().forms() {
        assert!(jsonschema::meta::is_valid(&form.schema), "{}", form.name());
        let at = schemas::forms::Circumstances::on(DAY);
        let findings = catalogue().check_form(form, &json!({}), &at);
        assert!(findings.iter().any(|f| f.code == "field_missing"), "{} {findings:?}", form.name());
        assert!(findings.iter().all(|f| f.code != "form_broken"), "{findings:?}");
    }
}

//! Drafts carried over to another version: nothing that was written is lost.

use schemas::Catalogue;
use schemas::forms::{Circumstances, EMBEDDED, Sort, carry_over};
use serde_json::json;

use super::support::{DAY, catalogue, chooser};

/// Two versions that differ in every way in which versions can.
const OLD: &str = r#"{
  "title": "試しの届", "type": "object", "additionalProperties": false,
  "x-form": {"title_en": "Trial", "role": "main", "kinds": ["change"], "services": ["11"],
    "numbers": [], "from": "2025-01-01", "basis": "none", "sure": "?"},
  "x-groups": [{"title": "組", "title_en": "Group",
    "fields": ["kept", "called", "gone", "rows", "sort"]}],
  "required": ["kept"],
  "properties": {
    "kept": {"$ref": "../parts.json#/$defs/line", "title": "残る", "x-title-en": "Kept"},
    "called": {"$ref": "../parts.json#/$defs/line", "title": "旧名", "x-title-en": "Old name"},
    "gone": {"$ref": "../parts.json#/$defs/contact", "title": "消える", "x-title-en": "Gone"},
    "rows": {"type": "array", "title": "行", "x-title-en": "Rows", "items": {"type": "object",
      "properties": {
      "a": {"type": "string", "title": "あ", "x-title-en": "A"},
      "b": {"type": "string", "title": "い", "x-title-en": "B"}}}},
    "sort": {"enum": ["一", "二"], "title": "種別", "x-title-en": "Sort"}
  }
}"#;

const NEW: &str = r#"{
  "title": "試しの届", "type": "object", "additionalProperties": false,
  "x-form": {"title_en": "Trial", "role": "main", "kinds": ["change"], "services": ["11"],
    "numbers": [], "from": "2025-10-01", "basis": "none", "sure": "?",
    "renamed": {"/called": "/named"}},
  "x-groups": [{"title": "組", "title_en": "Group",
    "fields": ["kept", "named", "rows", "sort", "must", "may"]}],
  "required": ["kept", "must"],
  "properties": {
    "kept": {"$ref": "../parts.json#/$defs/line", "title": "残った", "x-title-en": "Kept"},
    "named": {"$ref": "../parts.json#/$defs/line", "title": "新名", "x-title-en": "New name"},
    "rows": {"type": "array", "title": "行", "x-title-en": "Rows", "items": {"type": "object",
      "additionalProperties": false,
      "properties": {"a": {"type": "string", "title": "あ", "x-title-en": "A"}}}},
    "sort": {"enum": ["一", "三"], "title": "種別", "x-title-en": "Sort"},
    "must": {"$ref": "../parts.json#/$defs/line", "title": "必須", "x-title-en": "Must"},
    "may": {"$ref": "../parts.json#/$defs/line", "title": "任意", "x-title-en": "May"}
  }
}"#;

#[test]
fn a_draft_is_carried_over_with_a_list_of_what_changed() {
    let files = [("trial/2025-01-01.json", OLD), ("trial/2025-10-01.json", NEW)];
    let both = Catalogue::from_files(EMBEDDED.iter().copied().chain(files)).expect("they read");
    let version = |name| both.form("trial", name).expect("it is there");
    let gone = json!({"name": "山田", "telephone": "03-1111-1111"});
    let draft = json!({
        "kept": "そのまま", "called": "名", "gone": gone, "sort": "二",
        "rows": [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}],
    });
    let carried = carry_over(&draft, version("2025-01-01"), version("2025-10-01"));
    assert_eq!(carried.version, "2025-10-01");
    assert_eq!(
        carried.draft,
        json!({"kept": "そのまま", "named": "名", "sort": "二", "rows": [{"a": "1"}, {"a": "3"}]})
    );
    let told: Vec<_> =
        carried.changes.iter().map(|c| (c.sort, c.path.as_str(), c.value.clone())).collect();
    assert_eq!(
        told,
        [
            (Sort::Renamed, "/named", None),
            (Sort::Removed, "/gone", Some(gone)),
            (Sort::Removed, "/rows/1/b", Some(json!("4"))),
            (Sort::Removed, "/rows/0/b", Some(json!("2"))),
            (Sort::Relabelled, "/kept", None),
            (Sort::MustFill, "/must", None),
            (Sort::Added, "/may", None),
            (Sort::NoLongerFits, "/sort", None),
        ]
    );
    assert!(carried.changes.iter().all(|change| !change.message_ja.is_empty()));
}

#[test]
fn a_draft_of_april_2024_fits_october_after_it_was_carried() {
    for new in catalogue().forms().iter().filter(|form| form.version == "2024-10-01") {
        let old = catalogue().form(&new.id, "2024-04-01").expect("the version before");
        for seed in 0..20 {
            let draft = old.sample(DAY, &mut chooser(seed));
            let carried = carry_over(&draft, old, new);
            assert_eq!(carried.draft, draft, "nothing of it is lost");
            assert!(!carried.changes.is_empty(), "{} says what is new", new.name());
            assert!(carried.changes.iter().all(|change| change.sort == Sort::Added));
            let findings = catalogue().check_form(new, &carried.draft, &Circumstances::on(DAY));
            assert!(findings.iter().all(|finding| !finding.is_error()), "{findings:#?}");
        }
    }
}

#[test]
fn an_empty_draft_is_told_everything_that_it_lacks() {
    let form = catalogue().form("s1-closure", "2024-04-01").expect("it is there");
    let carried = carry_over(&json!(null), form, form);
    assert_eq!(carried.draft, json!({}));
    let must: Vec<_> = carried.changes.iter().filter(|c| c.sort == Sort::MustFill).collect();
    assert_eq!(must.len(), 8, "{must:#?}");
}

//! What is wrong about a filing as a whole is told.

use jiff::civil::date;
use schemas::forms::At;
use schemas::{FilingKind, Finding, Submission};
use serde_json::{Value, json};

use super::support::{DAY, at, cases, catalogue, good};

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn errors(submission: &Submission) -> Vec<Finding> {
    let findings = catalogue().check_filing(submission, &at());
    findings.into_iter().filter(Finding::is_error).collect()
}

#[track_caller]
fn assert_told(findings: &[Finding], (path, code): (&str, &str), words: &str) {
    let found = findings.iter().find(|finding| finding.path == path && finding.code == code);
    let found = found.unwrap_or_else(|| panic!("no {code} at {path}: {findings:#?}"));
    let ja = found.message_ja.as_deref().unwrap_or_default();
    assert!(ja.contains(words), "{ja:?} does not say {words:?}");
    assert!(found.message.len() > 8, "{found:?}");
}

#[test]
fn a_good_filing_of_every_kind_and_service_passes() {
    for (place, (kind, service)) in cases().into_iter().enumerate() {
        let submission = good(kind, service.as_str(), place as u64);
        assert_eq!(errors(&submission), [], "{kind} {service}: {:#}", submission.form);
    }
}

#[test]
fn a_free_document_is_none_of_the_catalogues_business() {
    let mut submission = good(FilingKind::Change, "11", 1);
    for form in [json!(null), json!({}), json!({"forms": "別紙"}), json!({"forms": [1, {"a": 2}]})]
    {
        submission.form = form;
        assert_eq!(catalogue().check_filing(&submission, &at()), []);
    }
}

#[test]
fn a_sheet_that_does_not_belong_is_told() {
    let good = good(FilingKind::Change, "11", 2);
    let spoilt = |pointer: &str, value: Value| {
        let mut submission = good.clone();
        *submission.form.pointer_mut(pointer).expect("a field") = value;
        errors(&submission)
    };
    let path = "/form/forms/0";
    let sheet = |field: &str| format!("{path}/{field}");
    let told = spoilt("/forms/0/form", json!("s9-change"));
    assert_told(&told, (&sheet("form"), "form_unknown"), "s9-change");
    assert_told(&told, ("/form/forms", "form_main_missing"), "サービス11");
    let told = spoilt("/forms/0/version", json!("2019-05-01"));
    assert_told(&told, (&sheet("version"), "form_version_unknown"), "2024-04-01, 2024-10-01, next");
    let told = spoilt("/forms/0/version", json!("next"));
    assert_told(&told, (&sheet("version"), "form_version_not_yet"), "日付未定");
    let told = spoilt("/forms/0/version", json!("2024-04-01"));
    assert_told(&told, (&sheet("version"), "form_version_gone"), "2024-09-30");
    let told = spoilt("/forms/0/form", json!("s1-renewal"));
    assert!(codes(&told).contains(&"form_version_unknown"), "{told:?}");
    let told = spoilt("/forms/0/form", json!("s2-change"));
    assert_told(&told, (&sheet("form"), "form_not_for_service"), "サービスには使いません");
    let told = spoilt("/forms/0", json!({"form": "s1-change"}));
    assert_told(&told, (path, "sheet_malformed"), "fields");
    let told = spoilt("/forms/0", json!({"form": "s1-change", "fields": {}, "office": 3}));
    assert_told(&told, (&sheet("office"), "sheet_office"), "0 から");
    let told = spoilt("/forms/1/form", json!("s1-closure"));
    assert!(
        codes(&told).contains(&"form_not_for_kind")
            || codes(&told).contains(&"form_version_unknown")
    );
    let mut other = good.clone();
    other.form["forms"][0] = json!({"form": "s1-closure", "fields": {}});
    assert_told(&errors(&other), (&sheet("form"), "form_not_for_kind"), "変更届出");
}

#[test]
fn within_its_grace_an_old_version_is_taken_with_a_warning() {
    let mut submission = good(FilingKind::Renewal, "11", 3);
    submission.form["forms"][0]["version"] = json!("2024-04-01");
    let findings = catalogue().check_filing(&submission, &at());
    assert!(!codes(&findings).contains(&"form_version_superseded"), "renewal has one version");
    let mut submission = good(FilingKind::Change, "11", 3);
    let old = catalogue().form("s1-change", "2024-04-01").expect("it is there");
    let mut fields = old.sample(date(2024, 10, 10), &mut |_| 0);
    submission.sign(&mut fields);
    submission.form["forms"] =
        json!([{"form": "s1-change", "version": "2024-04-01", "fields": fields}]);
    let on =
        |day, grace_days| catalogue().check_filing(&submission, &At { grace_days, ..At::on(day) });
    let within = on(date(2024, 10, 10), 30);
    assert_told(&within, ("/form/forms/0/version", "form_version_superseded"), "2024-10-30");
    assert!(within.iter().all(|finding| !finding.is_error()), "{within:#?}");
    let after = on(date(2024, 10, 31), 30);
    assert_told(&after, ("/form/forms/0/version", "form_version_gone"), "2024-09-30");
    let before = on(date(2024, 3, 31), 30);
    assert_told(&before, ("/form/forms/0/version", "form_version_not_yet"), "2024-04-01");
}

#[test]
fn the_forms_name_the_filings_own_operator_office_and_services() {
    let good = good(FilingKind::Change, "11", 4);
    let mut bad = good.clone();
    bad.form["forms"][0]["fields"]["applicant"]["corporate_number"] = json!("6000012070001");
    bad.form["forms"][0]["fields"]["office"]["office_number"] = json!("1371600303");
    bad.form["forms"][0]["fields"]["services"] = json!(["11", "15"]);
    let told = errors(&bad);
    let path = |field: &str| format!("/form/forms/0/fields/{field}");
    assert_told(
        &told,
        (&path("applicant/corporate_number"), "corporate_number_differs"),
        "7000012050002",
    );
    assert_told(&told, (&path("office/office_number"), "office_number_differs"), "同じ番号");
    assert_told(&told, (&path("services/1"), "service_differs"), "サービス15");
    assert_eq!(told.len(), 3, "{told:#?}");
}

#[test]
fn what_only_looks_wrong_is_a_warning_and_never_blocks() {
    let mut submission = good(FilingKind::Designation, "15", 5);
    let annex = submission.form["forms"]
        .as_array()
        .expect("sheets")
        .iter()
        .position(|s| s["form"] == "annex-day-care")
        .expect("the annex");
    let path = format!("/form/forms/{annex}/fields");
    let fields = &mut submission.form["forms"][annex]["fields"];
    fields["capacity"] = json!(18);
    fields["manager"]["born_on"] = json!("2015-01-01");
    fields["manager"]["other_office"] = json!("隣の事業所");
    fields["manager"].as_object_mut().expect("a manager").shift_remove("other_duties");
    fields["units"][0]["hours"] = json!({
        "days": ["月"], "opens": "22:00", "closes": "06:00",
        "by_day": [{"day": "火", "opens": "09:00", "closes": "10:00"}],
    });
    submission.form["forms"][0]["fields"]["registry"] =
        json!({"inquiry_number": "2401234567", "issued_on": "2025-01-01"});
    let number = schemas::codes::office_number_of("1390100011")
        .or_else(|_| schemas::codes::office_number_of("139010001"))
        .expect("a number");
    submission.offices[0].office_number = Some(number);
    submission.form["forms"][0]["fields"]["office"]["office_number"] = json!(number);
    let findings = catalogue().check_filing(&submission, &at());
    assert!(findings.iter().all(|finding| !finding.is_error()), "{findings:#?}");
    let at = |field: &str| format!("{path}/{field}");
    assert_told(&findings, (&at("capacity"), "capacity_of_service"), "78");
    assert_told(&findings, (&at("manager/born_on"), "manager_age"), "11歳");
    assert_told(&findings, (&at("manager/other_duties"), "manager_elsewhere"), "対です");
    assert_told(&findings, (&at("units/0/hours/closes"), "hours_overnight"), "06:00");
    assert_told(&findings, (&at("units/0/hours/by_day/0/day"), "hours_closed_day"), "火");
    let main = |field: &str| format!("/form/forms/0/fields/{field}");
    assert_told(&findings, (&main("registry/issued_on"), "registry_expired"), "100日");
    assert_told(&findings, (&main("office/office_number"), "office_number_prefecture"), "01");
    assert_told(&findings, (&main("office/office_number"), "office_number_class"), "地域密着型");
    assert_told(&findings, ("/form/checklist/roster", "attachment_missing"), "勤務");
    for finding in findings.iter().filter(|f| f.code != "attachment_missing") {
        assert!(finding.source.is_some(), "{finding:?} names its source");
    }
}

#[test]
fn places_are_held_to_the_service() {
    for (code, form, places, is_fine) in [
        ("15", "annex-day-care", 19, true),
        ("15", "annex-day-care", 18, false),
        ("78", "annex-community-day-care", 18, true),
        ("78", "annex-community-day-care", 19, false),
        ("51", "annex-welfare-facility", 30, true),
        ("51", "annex-welfare-facility", 29, false),
        ("54", "annex-welfare-facility", 29, true),
        ("54", "annex-welfare-facility", 30, false),
    ] {
        let mut submission = good(FilingKind::Designation, code, 6);
        let sheets = submission.form["forms"].as_array_mut().expect("sheets");
        let sheet = sheets.iter_mut().find(|sheet| sheet["form"] == form).expect("the annex");
        sheet["fields"]["capacity"] = json!(places);
        let findings = catalogue().check_filing(&submission, &at());
        assert_eq!(!codes(&findings).contains(&"capacity_of_service"), is_fine, "{code} {places}");
    }
}

#[test]
fn what_cannot_be_is_an_error() {
    let mut submission = good(FilingKind::Designation, "11", 7);
    let annex = &mut submission.form["forms"][1]["fields"];
    annex["staffing"]["total"]["part_time_shared"] = json!(4000);
    annex["hours"]["closes"] = annex["hours"]["opens"].clone();
    submission.form["forms"][0]["fields"]["registry"] =
        json!({"inquiry_number": "2401234567", "issued_on": "2026-04-09"});
    let told = errors(&submission);
    let path = |field: &str| format!("/form/forms/1/fields/{field}");
    assert_told(&told, (&path("staffing/total/part_time_shared"), "staffing_total"), "4000人");
    assert_told(&told, (&path("hours/closes"), "hours_none"), "24:00");
    assert_told(&told, ("/form/forms/0/fields/registry/issued_on", "date_in_future"), "2026-04-09");
    assert_eq!(told.len(), 3, "{told:#?}");
}

#[test]
fn papers_named_in_the_checklist_count_and_wrong_names_are_told() {
    let mut submission = good(FilingKind::Addon, "15", 8);
    let missing = |submission: &Submission| {
        let findings = catalogue().check_filing(submission, &at());
        codes(&findings).iter().filter(|code| **code == "attachment_missing").count()
    };
    assert_eq!(missing(&submission), 1);
    submission.attachments.push(schemas::Attachment {
        name: "体制等状況一覧表.csv".into(),
        sha256: "0".repeat(64),
        size: 1,
        media_type: "text/csv".into(),
    });
    submission.form["checklist"] = json!({"addon_table": "体制等状況一覧表.csv"});
    assert_eq!(missing(&submission), 0);
    submission.form["checklist"] =
        json!({"addon_table": "別の表.csv", "moon": "体制等状況一覧表.csv"});
    let told = errors(&submission);
    assert_eq!(codes(&told), ["checklist_unknown", "checklist_unknown"], "{told:#?}");
}

#[test]
fn a_late_filing_is_told_by_which_rule_and_still_taken() {
    let mut submission = good(FilingKind::Change, "11", 9);
    submission.form["forms"][0]["fields"]["changed_on"] = json!("2026-03-01");
    let findings = catalogue().check_filing(&submission, &at());
    assert_told(
        &findings,
        ("/form/forms/0/fields/changed_on", "deadline_missed"),
        "変更後10日以内",
    );
    assert!(findings.iter().all(|finding| !finding.is_error()), "{findings:#?}");
    submission.form["forms"][0]["fields"]["changed_on"] = json!(DAY);
    let findings = catalogue().check_filing(&submission, &at());
    assert!(!codes(&findings).contains(&"deadline_missed"), "{findings:#?}");
}

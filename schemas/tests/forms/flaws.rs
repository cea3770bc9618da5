//! Good filings of every kind pass; with one thing broken, that thing is told at its place and no
//! other. (`bad_input` has every field of every form.)

use proptest::prelude::*;
use proptest::sample::{Index, select};
use schemas::forms::{Form, Sheet};
use schemas::{FilingKind, Finding, ServiceCode, Submission};
use serde_json::{Value, json};

use super::support::{at, cases, catalogue, full_width, good, is_choice, is_code};

#[derive(Debug, Clone, Copy)]
enum Flaw {
    Missing,
    Null,
    OtherType,
    TooLong,
    FullWidth,
    HalfWidthKana,
    Gaiji,
}

const FLAWS: [Flaw; 7] = [
    Flaw::Missing,
    Flaw::Null,
    Flaw::OtherType,
    Flaw::TooLong,
    Flaw::FullWidth,
    Flaw::HalfWidthKana,
    Flaw::Gaiji,
];

/// What must come of a flaw.
#[derive(Debug, Clone, Copy)]
enum Told {
    Error,
    ErrorOrWarning,
    /// No error, but where another field asks for this one.
    Taken,
}

/// Any kind, each as likely as the others, with any service that it has a form for.
fn case(kind: FilingKind, service: Index) -> ServiceCode {
    let services: Vec<_> = cases().into_iter().filter(|(of, _)| *of == kind).collect();
    services[service.index(services.len())].1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn filings_from_the_schemas_pass(
        seed in any::<u64>(), kind in select(FilingKind::ALL), service in any::<Index>(),
    ) {
        let submission = good(kind, case(kind, service).as_str(), seed);
        let findings = catalogue().check_filing(&submission, &at());
        prop_assert!(!findings.iter().any(Finding::is_error), "{findings:#?}");
    }

    #[test]
    fn one_broken_thing_is_told_at_its_place_and_no_other(
        seed in any::<u64>(), kind in select(FilingKind::ALL), service in any::<Index>(),
        sheet in any::<Index>(), leaf in any::<Index>(), flaw in select(&FLAWS[..]),
    ) {
        let mut submission = good(kind, case(kind, service).as_str(), seed);
        let before = catalogue().check_filing(&submission, &at());
        let sheet = sheet.index(submission.form["forms"].as_array().expect("sheets").len());
        let leaves = leaves(&submission.form["forms"][sheet]["fields"], "");
        let field = &leaves[leaf.index(leaves.len())];
        let told = spoil(&mut submission, sheet, field, flaw);
        prop_assume!(told.is_some());
        let told = told.expect("it is broken");
        let path = format!("/form/forms/{sheet}/fields{field}");
        let mut findings = catalogue().check_filing(&submission, &at());
        findings.retain(|finding| !before.contains(finding));
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.path == path);
        let wrong = format!("{kind} {path} {flaw:?}: {here:#?} and {elsewhere:#?}");
        prop_assert!(!elsewhere.iter().any(Finding::is_error), "{wrong}");
        let is_as_told = match told {
            Told::Error => here.iter().any(Finding::is_error),
            Told::ErrorOrWarning => !here.is_empty(),
            Told::Taken => here.iter().all(|it| !it.is_error() || it.code == "field_missing"),
        };
        prop_assert!(is_as_told, "{wrong}");
        for finding in here {
            let ja = finding.message_ja.as_deref().unwrap_or_default();
            prop_assert!(ja.ends_with('。') && finding.source.is_some(), "{finding:?}");
        }
    }
}

/// Breaks the field; what must come of it, or nothing where it cannot be broken so.
fn spoil(submission: &mut Submission, sheet: usize, field: &str, flaw: Flaw) -> Option<Told> {
    let of: Sheet = serde_json::from_value(submission.form["forms"][sheet].clone()).ok()?;
    let form = catalogue().form(&of.form, of.version.as_deref()?)?;
    let fields = &mut submission.form["forms"][sheet]["fields"];
    let value = fields.pointer_mut(field)?;
    let text = value.as_str().map(str::to_owned);
    let (broken, told) = match flaw {
        Flaw::Missing => return leave_out(fields, form, field),
        Flaw::Null => (Value::Null, Told::Error),
        Flaw::OtherType => (json!({"予期しない": true}), Told::Error),
        Flaw::TooLong => (json!("長".repeat(4001)), Told::Error),
        Flaw::FullWidth => {
            let wide = full_width(&text.clone()?);
            let is_held = is_code(form, field) || is_choice(form, field);
            (json!(wide), if is_held { Told::Error } else { Told::Taken })
        }
        Flaw::HalfWidthKana => (json!("ﾐﾄﾞﾘ"), Told::ErrorOrWarning),
        Flaw::Gaiji => (json!(format!("{}\u{E123}", text?)), Told::ErrorOrWarning),
    };
    if *value == broken {
        return None;
    }
    *value = broken;
    Some(told)
}

fn leave_out(fields: &mut Value, form: &Form, field: &str) -> Option<Told> {
    let (around, name) = field.rsplit_once('/')?;
    fields.pointer_mut(around)?.as_object_mut()?.shift_remove(name)?;
    Some(if form.field_at(field)?.required { Told::Error } else { Told::Taken })
}

/// The paths of all texts, numbers and truths.
fn leaves(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, inner)| leaves(inner, &format!("{path}/{name}")))
            .collect(),
        Value::Array(rows) => rows
            .iter()
            .enumerate()
            .flat_map(|(row, inner)| leaves(inner, &format!("{path}/{row}")))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![path.to_owned()]
        }
    }
}

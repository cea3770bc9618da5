//! Checks across fields: what a schema cannot say. A part or field names its check by `x-check`;
//! each check takes one value, the filing around it and the figures of `checks.json`.

mod hours;
mod identity;
mod numbers;
mod people;

use jiff::civil::Date;
use serde_json::Value;

use super::Catalogue;
use super::form::Form;
use super::parts::steps;
use crate::{CorporateNumber, Finding, Office, ServiceCode};

/// What a form is checked against: the day, and the filing that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The day on which it is handed in, in Japan.
    pub day: Date,
    /// The operator, where the filing is known.
    pub corporate_number: Option<CorporateNumber>,
    /// The office that the form is about, where the filing is known.
    pub office: Option<&'a Office>,
    /// The service that the form is about, where one alone is.
    pub service: Option<ServiceCode>,
}

impl Circumstances<'_> {
    /// A form by itself, without a filing around it.
    pub fn on(day: Date) -> Self {
        Self { day, corporate_number: None, office: None, service: None }
    }

    /// The services that it may be about.
    fn services(&self) -> Vec<ServiceCode> {
        match (self.service, self.office) {
            (Some(service), _) => vec![service],
            (None, Some(office)) => office.services.iter().map(|it| it.service).collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// One value that a check looks at.
struct Subject<'a> {
    catalogue: &'a Catalogue,
    form: &'a Form,
    path: &'a str,
    value: &'a Value,
    at: &'a Circumstances<'a>,
}

impl Subject<'_> {
    /// A finding below this value, its sentences beginning with the labels of the field;
    /// the source is the form unless the check names another.
    fn finding(&self, below: &str, code: &str, (en, ja): (String, String)) -> Finding {
        let path = format!("{}{below}", self.path);
        let (label_ja, label_en) = self.form.label(&path);
        Finding::new(path, code, format!("{label_en}: {en}"))
            .ja(format!("「{label_ja}」{ja}"))
            .source(self.form.name())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.value.get(name).and_then(Value::as_str)
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.text(name)?.parse().ok()
    }
}

type Check = fn(&Subject<'_>, &mut Vec<Finding>);

/// The checks by the name that files give.
const CHECKS: [(&str, Check); 8] = [
    ("applicant", identity::applicant),
    ("office", identity::office),
    ("services", identity::services),
    ("manager", people::manager),
    ("staffing", people::staffing),
    ("hours", hours::hours),
    ("capacity", numbers::capacity),
    ("registry", numbers::registry),
];

fn find(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// Whether there is a check of that name.
pub(super) fn is_check(name: &str) -> bool {
    find(name).is_some()
}

/// What all checks of a form find in its fields.
pub(super) fn check(
    catalogue: &Catalogue,
    form: &Form,
    fields: &Value,
    at: &Circumstances<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for field in form.fields() {
        let Some(check) = field.check.as_deref().and_then(find) else { continue };
        for (path, value) in values(fields, &field.path) {
            check(&Subject { catalogue, form, path: &path, value, at }, &mut findings);
        }
    }
    findings
}

/// The values at a path with `*` for rows, each with its concrete path.
pub(super) fn values<'a>(document: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let mut found = vec![(String::new(), document)];
    for step in steps(path) {
        found = found
            .into_iter()
            .flat_map(|(path, value)| -> Vec<(String, &Value)> {
                match (step, value) {
                    ("*", Value::Array(rows)) => {
                        let row = |(i, row)| (format!("{path}/{i}"), row);
                        rows.iter().enumerate().map(row).collect()
                    }
                    (name, Value::Object(fields)) => {
                        let inner = fields.get(name).map(|inner| (format!("{path}/{name}"), inner));
                        inner.into_iter().collect()
                    }
                    _ => Vec::new(),
                }
            })
            .collect();
    }
    found
}

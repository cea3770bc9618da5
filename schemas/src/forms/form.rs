//! One form in one version, as its file describes it.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use jsonschema::Validator;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parts::{is_list, steps};
use crate::{CorporateNumber, FilingKind, OfficeNumber, ServiceCode};

/// What a form is in a filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 申請書・届出書: every filing has one for each series of services.
    Main,
    /// 付表: what is particular to one service.
    Annex,
}

/// A number that a form is known by, and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// For example 別紙様式第一号(五).
    pub number: String,
    /// The services for which it has this number; empty for all of the form's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// How sure: V or S read, X computed, I inferred, K background knowledge, ? not found.
    pub sure: String,
}

/// Fields that stand together under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The heading.
    pub title: String,
    /// The heading in English.
    pub title_en: String,
    /// The top-level fields, in order.
    pub fields: Vec<String>,
}

/// The block `x-form` of a form's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meta {
    pub(super) title_en: String,
    pub(super) role: Role,
    pub(super) kinds: Vec<FilingKind>,
    pub(super) services: Vec<String>,
    pub(super) numbers: Vec<Number>,
    pub(super) from: Option<Date>,
    #[serde(default)]
    pub(super) event: Option<String>,
    pub(super) basis: String,
    pub(super) sure: String,
    #[serde(default)]
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) assumed: bool,
    /// Fields that were called otherwise in the version before: old path to new path.
    #[serde(default)]
    pub(super) renamed: HashMap<String, String>,
}

/// One field, wherever it lies in the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// JSON Pointer with `*` for every row of a list: `/staffing/rows/*/occupation`.
    pub path: String,
    /// The label.
    pub title: String,
    /// The label in English.
    pub title_en: String,
    /// Whether the object around it must have it.
    pub required: bool,
    /// Whether its place in this version is assumed, not read in the ministry's form.
    pub assumed: bool,
    /// What is expected of the value, in Japanese and English.
    #[serde(skip)]
    pub(super) expect: Option<(String, String)>,
    #[serde(skip)]
    pub(super) text: Option<String>,
    #[serde(skip)]
    pub(super) check: Option<String>,
}

/// One form in one version.
#[derive(Debug)]
pub struct Form {
    /// Its id, the name of its folder: `s1-change`.
    pub id: String,
    /// The version's name, the name of its file: `2024-10-01`.
    pub version: String,
    /// The title.
    pub title: String,
    /// The title in English.
    pub title_en: String,
    /// Main form or annex.
    pub role: Role,
    /// The kinds of filing that use it.
    pub kinds: Vec<FilingKind>,
    /// The services that use it.
    pub services: Vec<ServiceCode>,
    /// The numbers it is known by; looked up by kind and service, never by number.
    pub numbers: Vec<Number>,
    /// The first day in force; none while the day is not known.
    pub from: Option<Date>,
    /// The last day in force; none while no later version has a day.
    pub until: Option<Date>,
    /// Where the day of the event stands (change, closure, expiry), for the deadline.
    pub event: Option<String>,
    /// The rule or list that the form comes from.
    pub basis: String,
    /// How sure number and fields are.
    pub sure: String,
    /// What a reader should know about it.
    pub note: Option<String>,
    /// Whether the version stands in for a text that was not read.
    pub assumed: bool,
    /// The headings.
    pub groups: Vec<Group>,
    /// The JSON Schema, its parts put in.
    pub schema: Value,
    pub(super) renamed: HashMap<String, String>,
    pub(super) fields: Vec<Field>,
    pub(super) places: HashMap<String, usize>,
    pub(super) validator: OnceLock<Validator>,
}

impl Form {
    /// Whether this version is the one in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from.is_some_and(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether filings of this kind use it.
    pub fn is_for(&self, kind: FilingKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether it is for this service.
    pub fn covers(&self, service: ServiceCode) -> bool {
        self.services.contains(&service)
    }

    /// Every field with its label, in the order of the form.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field at a concrete path (`/staffing/rows/0/occupation`).
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        self.places.get(&general(path)).and_then(|place| self.fields.get(*place))
    }

    /// The labels down to a concrete path, rows counted from 1, in Japanese and English.
    pub(super) fn label(&self, path: &str) -> (String, String) {
        let (mut ja, mut en) = (Vec::new(), Vec::new());
        let mut so_far = String::new();
        for step in steps(path) {
            so_far = format!("{so_far}/{step}");
            if let Ok(row) = step.parse::<usize>() {
                ja.push(format!("{}行目", row + 1));
                en.push(format!("row {}", row + 1));
            } else if let Some(field) = self.field_at(&so_far) {
                ja.push(field.title.clone());
                en.push(field.title_en.clone());
            } else {
                ja.push(step.to_owned());
                en.push(step.to_owned());
            }
        }
        (ja.join(" "), en.join(", "))
    }

    /// How the form is named in findings: title and version.
    pub fn name(&self) -> String {
        format!("{}({}版)", self.title, self.version)
    }

    /// The compiled schema; its file was compiled once when the catalogue was read.
    pub(super) fn validator(&self) -> Result<&Validator, String> {
        if let Some(validator) = self.validator.get() {
            return Ok(validator);
        }
        let compiled = compile(&self.schema)?;
        Ok(self.validator.get_or_init(|| compiled))
    }
}

/// The path with every row as `*`.
fn general(path: &str) -> String {
    let step = |step: &str| if is_list(step) { "*".to_owned() } else { step.to_owned() };
    steps(path).map(step).fold(String::new(), |all, step| all + "/" + &step)
}

/// Compiles a form's schema; formats are checked, those of our codes with their check digits.
fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_format("corporate-number", |text: &str| text.parse::<CorporateNumber>().is_ok())
        .with_format("office-number", |text: &str| text.parse::<OfficeNumber>().is_ok())
        .build(schema)
        .map_err(|error| error.to_string())
}

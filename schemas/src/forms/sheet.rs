//! The forms that a filing carries: `form.forms` of a submission, one sheet for each form.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Finding, ServiceCode, Submission};

/// One filled-in form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The form's id in the catalogue: `s1-change`.
    pub form: String,
    /// The version that it was filled in on; absent: the one in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The place of the office that it is about, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<usize>,
    /// The service that it is about (付表).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceCode>,
    /// What is filled in.
    pub fields: Value,
}

/// Where the sheets stand in a submission.
pub(super) const SHEETS: &str = "/form/forms";

/// Whether a filing's body names forms of the catalogue. Any other body is a free document.
pub fn names_forms(form: &Value) -> bool {
    let listed = form.get("forms").and_then(Value::as_array);
    listed
        .is_some_and(|all| all.iter().any(|sheet| sheet.get("form").is_some_and(Value::is_string)))
}

/// The sheets of a body that names forms, or what is wrong with them as such.
pub fn sheets(form: &Value) -> Result<Vec<Sheet>, Vec<Finding>> {
    if !names_forms(form) {
        return Ok(Vec::new());
    }
    let empty = Vec::new();
    let listed = form.get("forms").and_then(Value::as_array).unwrap_or(&empty);
    let (mut sheets, mut findings) = (Vec::new(), Vec::new());
    for (place, sheet) in listed.iter().enumerate() {
        match Sheet::deserialize(sheet) {
            Ok(sheet) => sheets.push(sheet),
            Err(error) => {
                let message = format!("{error}; a sheet is {{form, version, service, fields}}");
                let ja =
                    "様式の書き方が違います。form・version・service・fields を確かめてください。";
                let path = format!("{SHEETS}/{place}");
                findings.push(Finding::new(path, "sheet_malformed", message).ja(ja));
            }
        }
    }
    if findings.is_empty() { Ok(sheets) } else { Err(findings) }
}

impl Submission {
    /// Writes this filing's operator, first office and the services of all into the fields of a
    /// form: what the operator need not write twice.
    pub fn sign(&self, fields: &mut Value) {
        if let Some(Value::Object(written)) = fields.get_mut("applicant") {
            written.insert("corporate_number".into(), json!(self.corporate_number));
            written.insert("name".into(), json!(self.operator_name));
        }
        let Some(office) = self.offices.first() else { return };
        if let Some(Value::Object(written)) = fields.get_mut("office") {
            written.insert("name".into(), json!(office.name));
            match office.office_number {
                Some(number) => drop(written.insert("office_number".into(), json!(number))),
                None => drop(written.shift_remove("office_number")),
            }
        }
        if let Some(services) = fields.get_mut("services") {
            let all = self.offices.iter().flat_map(|office| &office.services);
            let all: BTreeSet<_> = all.map(|it| it.service.to_string()).collect();
            *services = if self.one_stop {
                all.iter().map(|code| json!(code)).collect()
            } else {
                office.services.iter().map(|it| json!(it.service)).collect()
            };
        }
    }
}

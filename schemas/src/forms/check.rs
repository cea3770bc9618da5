//! One filled-in form against its version: the schema, the characters, the checks across fields.

use serde_json::Value;

use super::across::{self, Circumstances};
use super::form::Form;
use super::{Catalogue, characters, sentence};
use crate::Finding;

/// Findings of one form at most: a document that is wrong throughout gets no endless answer.
const FINDINGS_MAX: usize = 200;

impl Catalogue {
    /// Everything wrong, or worth a look, with the fields of one form; errors first. Paths are from
    /// the fields.
    pub fn check_form(&self, form: &Form, fields: &Value, at: &Circumstances<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        match form.validator() {
            Ok(validator) => {
                let errors = validator.iter_errors(fields).take(FINDINGS_MAX);
                findings.extend(errors.flat_map(|error| sentence::findings(form, &error)));
            }
            Err(what) => {
                let message = format!("the file of {} does not compile: {what}", form.id);
                findings.push(Finding::new("", "form_broken", message));
            }
        }
        let mut texts = Vec::new();
        walk(fields, &mut String::new(), &mut |path, text| {
            texts.extend(characters::check(form, path, text));
        });
        findings.extend(texts);
        findings.extend(across::check(self, form, fields, at));
        findings.sort_by_key(|finding| finding.level);
        findings.dedup();
        findings.truncate(FINDINGS_MAX);
        findings
    }
}

/// Every text of a document with its path.
fn walk(value: &Value, path: &mut String, visit: &mut dyn FnMut(&str, &str)) {
    let length = path.len();
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(rows) => {
            for (row, inner) in rows.iter().enumerate() {
                path.push('/');
                path.push_str(&row.to_string());
                walk(inner, path, visit);
                path.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (name, inner) in fields {
                path.push('/');
                path.push_str(name);
                walk(inner, path, visit);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

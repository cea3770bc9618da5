//! The forms that a filing begins with: those that the catalogue asks for, with what the filing
//! itself says written into them.

use jiff::civil::Date;
use schemas::forms::{Form, Sheet};
use schemas::{Catalogue, Submission};
use serde_json::{Map, Value, json};

/// What the filing itself says, and the form only repeats.
pub(crate) const FIXED: [&str; 5] = [
    "/applicant/corporate_number",
    "/applicant/name",
    "/office/name",
    "/office/office_number",
    "/services",
];

/// The forms of a filing, with nothing in them but what the filing itself says.
pub(crate) fn empty_sheets(forms: &Catalogue, submission: &Submission, day: Date) -> Vec<Sheet> {
    let sheet = |(form, service): (&Form, _)| {
        let mut fields = Value::Object(Map::new());
        sign(form, submission, &mut fields);
        let version = Some(form.version.clone());
        Sheet { form: form.id.clone(), version, office: None, service, fields }
    };
    forms.forms_of(submission, day).into_iter().map(sheet).collect()
}

/// Writes what the filing itself says into a form.
pub(crate) fn sign(form: &Form, submission: &Submission, fields: &mut Value) {
    let Some(written) = fields.as_object_mut() else { return };
    for (name, empty) in
        [("applicant", json!({})), ("office", json!({})), ("services", Value::Array(Vec::new()))]
    {
        if form.schema["properties"].get(name).is_some() {
            written.entry(name).or_insert(empty);
        }
    }
    submission.sign(fields);
    keep_covered(form, submission, fields);
    in_order(&form.schema, fields);
}

/// Of a one-stop change each form names the services that it is for.
fn keep_covered(form: &Form, submission: &Submission, fields: &mut Value) {
    if let (true, Some(Value::Array(services))) = (submission.one_stop, fields.get_mut("services"))
    {
        let is_covered = |code: &Value| {
            let code = code.as_str().and_then(|text| text.parse().ok());
            code.is_some_and(|code| form.covers(code))
        };
        services.retain(is_covered);
    }
}

/// Fields in the order of the form, as they come from a browser too.
fn in_order(schema: &Value, fields: &mut Value) {
    let Some(written) = fields.as_object_mut() else { return };
    let mut ordered = Map::new();
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(mut value) = written.remove(name) {
            in_order(inner, &mut value);
            ordered.insert(name.clone(), value);
        }
    }
    ordered.append(written);
    *written = ordered;
}

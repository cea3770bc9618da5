//! What an office's last accepted filing tells, and does not have to be written again.
//!
//! Of the same form everything lasting is taken over, by way of the version in force; of other
//! forms what they share: the applicant, the office, the manager, the contact. What a filing is
//! about (days, what changed) is never taken over, and neither is a number of the register, which
//! ages.

use schemas::Submission;
use schemas::forms::{Form, Role, Sheet, carry_over, sheets};
use serde_json::Value;

use super::form_of;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::operator::filing::newest_text;
use crate::written::sign;

/// Fills sheets in from the last accepted filing about the same office. Answers the receipt number
/// of that filing, if there is one.
pub(in crate::web::operator) async fn fill(
    desk: &Desk,
    submission: &Submission,
    sheets: &mut [Sheet],
) -> Result<Option<String>, Fault> {
    let Some(office) = submission.offices.first() else { return Ok(None) };
    let store = &desk.ctx.store;
    let found = store.last_accepted(submission.corporate_number, &office.name).await?;
    let Some(id) = found else { return Ok(None) };
    let Some(before) = newest_text(&store.revisions(id).await?) else { return Ok(None) };
    let known = self::sheets(&before.form).unwrap_or_default();
    for sheet in sheets.iter_mut() {
        let Some(form) = form_of(desk, sheet) else { continue };
        take(desk, (form, sheet), &known);
        sign(form, submission, &mut sheet.fields);
    }
    Ok((!known.is_empty()).then(|| id.receipt_number()))
}

/// Takes over what earlier sheets tell, from the likest first.
fn take(desk: &Desk, (form, sheet): (&Form, &mut Sheet), known: &[Sheet]) {
    let mut likest: Vec<&Sheet> = known.iter().collect();
    likest.sort_by_key(|it| (it.form != sheet.form, it.service != sheet.service));
    for source in likest {
        let Some(old) = form_of(desk, source) else { continue };
        let carried = carry_over(&source.fields, old, form).draft;
        let is_same = source.form == sheet.form && source.service == sheet.service;
        for (name, value) in carried.as_object().into_iter().flatten() {
            let schema = &form.schema["properties"][name.as_str()];
            let is_shared = old.schema["properties"][name.as_str()] == *schema;
            let is_lasting = is_lasting(form, schema) && (is_same || is_shared);
            let Some(fields) = sheet.fields.as_object_mut() else { continue };
            let is_open = fields.get(name).is_none_or(|it| !is_told(form, name, it));
            if is_lasting && is_open {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Whether more stands in a field than the filing itself says.
fn is_told(form: &Form, name: &str, value: &Value) -> bool {
    let inner = form.schema["properties"][name]["properties"].as_object();
    inner.is_none() || value.as_object().is_some_and(|fields| fields.len() > 2)
}

/// Whether a field says how an office is, not what happened to it.
fn is_lasting(form: &Form, schema: &Value) -> bool {
    let is_of_register = schema["x-check"] == "registry";
    let is_day = schema["format"] == "date";
    match form.role {
        Role::Main => schema["type"] == "object" && !is_of_register,
        Role::Annex => !is_of_register && !is_day,
    }
}

//! A filing that is made up, for a template's example row.

use schemas::{Catalogue, Submission};
use serde_json::json;

use super::Wanted;
use crate::written::{empty_sheets, sign};

/// A filing of the wanted kind about an office in Sapporo, each form filled in as its version asks.
pub(crate) fn sample(forms: &Catalogue, wanted: &Wanted) -> Result<Submission, serde_json::Error> {
    let services: Vec<_> = wanted.services.iter().map(|it| json!({"service": it})).collect();
    let mut submission: Submission = serde_json::from_value(json!({
        "kind": wanted.kind, "corporate_number": schemas::codes::corporate_number_of(1),
        "operator_name": "社会福祉法人みどり会",
        "offices": [{"name": "みどり事業所", "municipality": "011002", "services": services}],
    }))?;
    let mut sheets = empty_sheets(forms, &submission, wanted.day);
    for sheet in &mut sheets {
        if let Some(form) = forms.form_on(&sheet.form, wanted.day) {
            sheet.fields = form.sample(wanted.day, &mut |_| 0);
            sign(form, &submission, &mut sheet.fields);
        }
    }
    submission.form = json!({"forms": sheets, "checklist": {}});
    Ok(submission)
}

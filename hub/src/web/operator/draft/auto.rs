//! A form that `static/draft.js` saves while it is being written: the same save, told in JSON with
//! what is found in the form now.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::show::{Note, id_of};
use super::{Draft, Gone, form_of};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::parts::Stamp;
use crate::web::sent::Fields;
use crate::web::visit::Visit;
use crate::written::as_written;

/// What such a form says that it is sent for.
pub(super) const ACTION: &str = "auto";

/// What came of it.
#[derive(Debug, Serialize)]
struct Saved {
    /// What the next one is to say that it was shown with.
    base: String,
    /// Hour and minute in Japan.
    at: String,
    found: Vec<Found>,
}

/// Something to look at.
#[derive(Debug, Serialize)]
struct Found {
    /// The field, as the page has it.
    id: String,
    tone: &'static str,
    text: String,
}

/// The answer to the script. What is no success says by its status what it is.
pub(super) async fn answer(
    desk: &Desk,
    visit: &Visit,
    done: Result<Draft, Gone>,
    (place, sent): (usize, &Fields),
) -> Response {
    let draft = match done {
        Ok(draft) => draft,
        Err(Gone::Filed(_)) => return StatusCode::GONE.into_response(),
        Err(Gone::Fault(fault)) => return fault.status().into_response(),
    };
    match found(desk, visit, &draft, (place, sent)).await {
        Ok(found) => {
            let base = draft.sheets().get(place).map(|sheet| super::base(&sheet.fields));
            let at = Stamp::new(draft.row.saved_at, visit.now, visit.lang).minute();
            Json(Saved { base: base.unwrap_or_default(), at, found }).into_response()
        }
        Err(fault) => fault.status().into_response(),
    }
}

/// What is found in this form, at the fields that the page has: it still shows the rows that are
/// empty or to be taken away.
async fn found(
    desk: &Desk,
    visit: &Visit,
    draft: &Draft,
    (place, sent): (usize, &Fields),
) -> Result<Vec<Found>, Fault> {
    let sheets = draft.sheets();
    let Some(form) = sheets.get(place).and_then(|sheet| form_of(desk, sheet)) else {
        return Ok(Vec::new());
    };
    let prefix = format!("/form/forms/{place}/fields");
    let all = draft.findings(desk).await?;
    let here = all.iter().filter_map(|finding| {
        let path = as_written(&form.schema, finding.path.strip_prefix(&prefix)?, sent);
        let Note { tone, text } = Note::new(finding, visit.lang);
        Some(Found { id: id_of(&path), tone, text })
    });
    Ok(here.collect())
}

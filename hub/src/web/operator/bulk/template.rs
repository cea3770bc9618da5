//! `GET /operator/bulk/template?kind=…&service=…&as=…`: the template, a row for each office that is
//! known.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use schemas::{FilingKind, OfficeService, ServiceCode, Submission};
use serde_json::json;

use super::Note;
use super::words::Words;
use crate::bulk::{Template, Wanted};
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::bulk::XLSX;
use crate::web::download::attachment;
use crate::web::fault::Fault;
use crate::web::offices::{self, KnownOffice, Standing};
use crate::web::operator::Applicant;
use crate::web::operator::draft::prefill;
use crate::written::empty_sheets;

/// `GET /operator/bulk/template`
pub(super) async fn serve(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    match make(&desk, &applicant).await {
        Ok(Some((name, media_type, bytes))) => {
            ([(CONTENT_TYPE, media_type.to_owned()), attachment(&name)], bytes).into_response()
        }
        Ok(None) => {
            let text = Words::of(applicant.visit.lang).no_template.to_owned();
            let problems = vec![(String::new(), Note { tone: "bad", text })];
            match super::page(&desk, &applicant, problems).await {
                Ok(page) => applicant.visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page),
                Err(fault) => applicant.visit.fault(&fault),
            }
        }
        Err(fault) => applicant.visit.fault(&fault),
    }
}

type File = (String, &'static str, Vec<u8>);

/// The file; none when nothing was chosen, or no form is for what was chosen.
async fn make(desk: &Desk, by: &Applicant) -> Result<Option<File>, Fault> {
    let visit = &by.visit;
    let (ctx, day) = (&desk.ctx, day_in_japan(visit.now));
    let Some(kind) = visit.get("kind").and_then(|word| word.parse::<FilingKind>().ok()) else {
        return Ok(None);
    };
    let services = visit.all("service").into_iter().filter_map(|code| code.parse().ok());
    let wanted = Wanted {
        kind,
        services: services.collect(),
        annexes: visit.get("annexes").is_some(),
        list_rows: ctx.config.bulk.list_rows,
        day,
    };
    let Some(mut template) = Template::of(&ctx.forms, &ctx.master(), &wanted) else {
        return Ok(None);
    };
    let offices = offices::known(desk, by.number).await?;
    for known in offices.into_iter().take(ctx.config.bulk.rows_max) {
        let Some(submission) = begin(desk, by, (kind, known), &wanted.services).await? else {
            continue;
        };
        let place = ctx.master().name(submission.offices[0].municipality);
        let code = submission.offices[0].municipality;
        template.add_row(&submission, &format!("{place}({code})"));
    }
    let away = |error: String| Fault::Away(error);
    let name = template.title();
    if visit.get("as") == Some("csv") {
        let bytes = template.to_csv().map_err(|error| away(error.to_string()))?;
        return Ok(Some((format!("{name}.csv"), "text/csv; charset=utf-8", bytes)));
    }
    let bytes = template.to_xlsx(ctx.config.bulk.rows_max);
    let bytes = bytes.map_err(|error| away(error.to_string()))?;
    Ok(Some((format!("{name}.xlsx"), XLSX, bytes)))
}

/// What an office's row begins with: itself, the chosen ones of its services, and what its last
/// accepted filing tells.
async fn begin(
    desk: &Desk,
    by: &Applicant,
    (kind, known): (FilingKind, KnownOffice),
    services: &[ServiceCode],
) -> Result<Option<Submission>, Fault> {
    let KnownOffice { mut office, standings, .. } = known;
    let closed: Vec<ServiceCode> = (office.services.iter().zip(standings))
        .filter(|(_, standing)| *standing == Standing::Closed)
        .map(|(it, _)| it.service)
        .collect();
    let is_wanted =
        |it: &OfficeService| services.contains(&it.service) && !closed.contains(&it.service);
    office.services.retain(is_wanted);
    if office.services.is_empty() {
        return Ok(None);
    }
    let mut submission = Submission {
        kind,
        corporate_number: by.number,
        operator_name: by.visit.body.clone(),
        one_stop: false,
        offices: vec![office],
        form: json!({}),
        attachments: Vec::new(),
    };
    let mut sheets = empty_sheets(&desk.ctx.forms, &submission, day_in_japan(by.visit.now));
    prefill(desk, &submission, &mut sheets).await?;
    submission.form = json!({"forms": sheets});
    Ok(Some(submission))
}

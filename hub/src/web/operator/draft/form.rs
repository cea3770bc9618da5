//! One form of a draft: shown, saved, checked.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::forms::{Form, Role};
use schemas::{Finding, Submission};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::copy::Told;
use super::show::{Note, Piece, Show, id_of, notes};
use super::{Draft, Gone, auto, base, change, find, form_of, is_optional, marks};
use crate::web::Desk;
use crate::web::assets;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::operator::Applicant;
use crate::web::operator::marks::Marks;
use crate::web::operator::words::Words;
use crate::web::parts::Stamp;
use crate::web::sent::{Fields, Sent};
use crate::web::visit::{Visit, see_other};
use crate::written::{read, sign};

/// Empty rows at the end of a table, and as many when someone asks for more.
const BLANK: usize = 1;
const BLANK_MORE: usize = 5;

/// The box that takes an annex in.
const INCLUDE: &str = "-include";

#[derive(Template)]
#[template(path = "operator/form.html")]
struct FormPage {
    shell: Shell,
    w: &'static Words,
    steps: Vec<(String, String, bool)>,
    title: String,
    office: String,
    basis: Option<String>,
    /// Whether the form is in the filing, if it may stay out.
    included: Option<bool>,
    action: String,
    base: String,
    /// Milliseconds after which it is saved by itself, and what does that.
    autosave: (u32, &'static str),
    saved: Option<Stamp>,
    /// Whether it was asked to check, and what was found here.
    checked: bool,
    found: Vec<(String, Note)>,
    /// Who saved this form meanwhile, and when.
    clash: Option<(String, Stamp)>,
    /// Where annexes are copied from others, if this is one.
    may_copy: bool,
    /// What came of the last copy.
    copied: Option<Told>,
    pieces: Vec<Piece>,
}

/// A form with all that it is shown with.
struct Sheet<'a> {
    draft: &'a Draft,
    place: usize,
    form: &'a Form,
    fields: &'a Value,
    theirs: Option<&'a Value>,
    findings: Option<Vec<Finding>>,
    marks: Marks,
}

/// `GET /operator/drafts/{id}/forms/{place}`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path((id, place)): Path<(String, usize)>,
    applicant: Applicant,
) -> Response {
    let visit = &applicant.visit;
    let page = async {
        let draft = find(&desk, &applicant, &id).await?;
        let (form, fields) = sheet_of(&desk, &draft, place)?;
        let findings = match visit.get("check") {
            Some(_) => Some(draft.findings(&desk).await?),
            None => None,
        };
        let marks = marks(&desk, &draft).await?;
        let sheet =
            Sheet { draft: &draft, place, form, fields: &fields, theirs: None, findings, marks };
        Ok::<_, Gone>(page(&desk, &sheet, visit))
    };
    match page.await {
        Ok(page) => visit.page(StatusCode::OK, &page),
        Err(gone) => gone.answer(visit),
    }
}

/// A form of a draft, and what stands in it.
fn sheet_of<'a>(desk: &'a Desk, draft: &Draft, place: usize) -> Result<(&'a Form, Value), Fault> {
    let sheet = draft.sheets().into_iter().nth(place).ok_or(Fault::NoPage)?;
    Ok((form_of(desk, &sheet).ok_or(Fault::NoPage)?, sheet.fields))
}

fn page(desk: &Desk, sheet: &Sheet<'_>, visit: &Visit) -> FormPage {
    let Sheet { draft, place, form, fields, theirs, findings, marks } = sheet;
    let lang = visit.lang;
    let prefix = format!("/form/forms/{place}/fields");
    let below = format!("/forms/{place}");
    let here: Vec<Finding> = findings.clone().unwrap_or_default();
    let mut known = notes(&here, &prefix, lang);
    for path in marks.places.iter().filter_map(|mark| mark.strip_prefix(&prefix)) {
        let note = Note { tone: "hold", text: Words::of(lang).marked.to_owned() };
        known.entry(path.to_owned()).or_default().push(note);
    }
    let found = here.iter().filter_map(|finding| {
        let path = finding.path.strip_prefix(&prefix)?;
        Some((id_of(path), Note::new(finding, lang)))
    });
    let shown = shown(desk, fields, lang.pick("、", ", "));
    let blank = if visit.get("blank").is_some() { BLANK_MORE } else { BLANK };
    let show = Show { form, fields: &shown, lang, notes: known, theirs: *theirs, blank };
    let stamp = || Stamp::new(draft.row.saved_at, visit.now, lang);
    FormPage {
        shell: visit.shell(""),
        w: Words::of(lang),
        steps: draft.steps(desk, visit, &below),
        title: lang.pick(&form.title, &form.title_en).clone(),
        office: draft.row.office_name.clone(),
        basis: form.assumed.then(|| form.basis.clone()),
        included: is_optional(desk, draft.row.kind, form)
            .then(|| !draft.left_out().contains(place)),
        action: draft.link(&below),
        base: base(theirs.unwrap_or(fields)),
        autosave: (desk.ctx.config.drafts.autosave_ms, assets::draft_link()),
        saved: visit.get("saved").map(|_| stamp()),
        checked: findings.is_some(),
        found: found.collect(),
        clash: theirs.map(|_| (draft.row.saved_by.clone(), stamp())),
        may_copy: form.role == Role::Annex,
        copied: Told::of(draft, *place, visit),
        pieces: show.pieces(),
    }
}

/// The fields as they are shown: services by name.
fn shown(desk: &Desk, fields: &Value, between: &str) -> Value {
    let mut shown = fields.clone();
    if let Some(Value::Array(codes)) = shown.get("services") {
        let master = desk.ctx.master();
        let rows = master.services();
        let name = |code: &str| match rows.iter().find(|row| row.code.as_str() == code) {
            Some(row) => format!("{code} {}", row.name),
            None => code.to_owned(),
        };
        let names: Vec<_> = codes.iter().filter_map(Value::as_str).map(name).collect();
        shown["services"] = json!(names.join(between));
    }
    shown
}

/// `POST /operator/drafts/{id}/forms/{place}`
pub(super) async fn save(
    State(desk): State<Arc<Desk>>,
    Path((id, place)): Path<(String, usize)>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let done = change(&desk, &by, &id, |draft| write(&desk, draft, place, &fields));
    let done = done.await.map(|(draft, ())| draft);
    if fields.get("action") == Some(auto::ACTION) {
        return auto::answer(&desk, &visit, done, (place, &fields)).await;
    }
    match done {
        Ok(draft) => see_other(&next(&draft, place, fields.get("action"))),
        Err(Gone::Fault(Fault::Clash)) => clash(&desk, &by, (&id, place), &fields).await,
        Err(gone) => gone.answer(&visit),
    }
}

/// Puts what was sent into the draft, unless someone else has changed the same form meanwhile.
fn write(desk: &Desk, draft: &mut Draft, place: usize, sent: &Fields) -> Result<(), Gone> {
    let (form, stored) = sheet_of(desk, draft, place)?;
    let ours = ours(form, &draft.submission, sent);
    let is_seen = sent.get("base") == Some(base(&stored).as_str());
    if !is_seen && ours != stored {
        return Err(Fault::Clash.into());
    }
    let mut sheets = draft.sheets();
    sheets[place].fields = ours;
    draft.set_sheets(&sheets);
    if is_optional(desk, draft.row.kind, form) {
        draft.leave_out(place, sent.get(INCLUDE).is_none());
    }
    Ok(())
}

/// What was sent, with what the filing itself says.
fn ours(form: &Form, submission: &Submission, sent: &Fields) -> Value {
    let mut ours = read(&form.schema, sent);
    sign(form, submission, &mut ours);
    ours
}

/// Where to go on.
fn next(draft: &Draft, place: usize, action: Option<&str>) -> String {
    let here = draft.link(&format!("/forms/{place}"));
    match action {
        Some("check") => format!("{here}?check=1"),
        Some("next") if place + 1 < draft.sheets().len() => {
            draft.link(&format!("/forms/{}", place + 1))
        }
        Some("next") => draft.link("/files"),
        Some("copy") => format!("{here}/copy"),
        Some(action) => match action.strip_prefix("rows:") {
            Some(path) => {
                let id: String = form_urlencoded::byte_serialize(id_of(path).as_bytes()).collect();
                format!("{here}?blank=1#{id}")
            }
            None => format!("{here}?saved=1"),
        },
        None => format!("{here}?saved=1"),
    }
}

/// Someone else has saved the same form: what was sent, with what they saved beside it. Sending it
/// again saves it as it then is.
async fn clash(desk: &Desk, by: &Applicant, (id, place): (&str, usize), sent: &Fields) -> Response {
    let visit = &by.visit;
    let draft = match find(desk, by, id).await {
        Ok(draft) => draft,
        Err(gone) => return gone.answer(visit),
    };
    let (form, stored) = match sheet_of(desk, &draft, place) {
        Ok(sheet) => sheet,
        Err(fault) => return visit.fault(&fault),
    };
    let ours = ours(form, &draft.submission, sent);
    let theirs = Some(&stored);
    let marks = marks(desk, &draft).await.unwrap_or_default();
    let findings = None;
    let sheet = Sheet { draft: &draft, place, form, fields: &ours, theirs, findings, marks };
    visit.page(StatusCode::CONFLICT, &page(desk, &sheet, visit))
}

//! An annex (付表) is copied from one that the operator wrote before: in a filing, of this office or
//! another, or in a draft. What came of it stays with the draft and is shown beside the form, so
//! that no words go unsaid.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemas::forms::{Copied, CopiedField, Copy, Form, Role, Sheet, sheets};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Draft, Gone, change, find, form_of};
use crate::context::day_in_japan;
use crate::store::{DraftRow, FiledPapers};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::operator::Applicant;
use crate::web::operator::filing::newest_text;
use crate::web::operator::filings::own;
use crate::web::operator::words::Words;
use crate::web::parts::Stamp;
use crate::web::roles::Who;
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};
use crate::web::words::Lang;
use crate::written::{FIXED, as_receipt_number, sign};

/// Where a draft's body says what came of the last copy into each of its forms. It is not filed.
pub(super) const COPIED: &str = "copied";

/// What came of a copy, and of what it was made.
#[derive(Serialize, Deserialize)]
struct Report {
    /// The annex, its office, and where it was written: in Japanese and in English.
    from: (String, String),
    #[serde(flatten)]
    copied: Copied,
}

/// An annex that can be copied.
struct Annex<'a> {
    /// How the form names it.
    key: String,
    form: &'a Form,
    fields: Value,
    office: String,
    /// Where it was written, in Japanese and in English.
    place: (String, String),
    /// Milliseconds.
    at: i64,
}

#[derive(Template)]
#[template(path = "operator/copy.html")]
struct CopyPage {
    shell: Shell,
    w: &'static Words,
    steps: Vec<(String, String, bool)>,
    title: String,
    office: String,
    action: String,
    back: String,
    /// What was asked for by number, and whether there is no annex in it.
    number: String,
    is_none: bool,
    /// Whether nothing was chosen.
    is_unchosen: bool,
    groups: Vec<(&'static str, Vec<Line>)>,
}

/// An annex to choose.
struct Line {
    key: String,
    title: String,
    office: String,
    place: String,
    at: Stamp,
}

/// What came of the last copy, as it stands beside the form.
#[derive(Template)]
#[template(path = "operator/copied.html")]
pub(super) struct Told {
    w: &'static Words,
    from: String,
    is_open: bool,
    /// A heading, and the fields under it with the value that does not stand in the form.
    lists: Vec<(&'static str, Vec<(String, String)>)>,
}

impl Told {
    /// Of one form of a draft.
    pub(super) fn of(draft: &Draft, place: usize, visit: &Visit) -> Option<Self> {
        let kept = draft.submission.form[COPIED].get(place.to_string())?;
        let report: Report = serde_json::from_value(kept.clone()).ok()?;
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let Copied { taken, replaced, kept, no_place } = report.copied;
        let all = [
            (w.copied_replaced, replaced),
            (w.copied_kept, kept),
            (w.copied_no_place, no_place),
            (w.copied_taken, taken),
        ];
        let line = |it: &CopiedField| {
            let label = lang.pick(&it.label_ja, &it.label_en).clone();
            (label, it.value.as_ref().map(plain).unwrap_or_default())
        };
        let lists = all.into_iter().filter(|(_, fields)| !fields.is_empty());
        Some(Self {
            w,
            from: lang.pick(report.from.0, report.from.1),
            is_open: visit.get("copied").is_some(),
            lists: lists.map(|(head, all)| (head, all.iter().map(line).collect())).collect(),
        })
    }
}

/// A value in one line.
fn plain(value: &Value) -> String {
    match value {
        Value::Object(fields) => fields.values().map(plain).collect::<Vec<_>>().join(" "),
        Value::Array(rows) => rows.iter().map(plain).collect::<Vec<_>>().join(" / "),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

impl<'a> Annex<'a> {
    /// The annexes among the sheets of one text, of the day on which it was written.
    fn all(
        desk: &'a Desk,
        all: Vec<Sheet>,
        key: &str,
        (office, place, at): (&str, &(String, String), i64),
    ) -> Vec<Self> {
        let annex = |(number, sheet): (usize, Sheet)| {
            let forms = &desk.ctx.forms;
            let form = match &sheet.version {
                Some(_) => form_of(desk, &sheet),
                None => forms.form_on(&sheet.form, day_in_japan(at)),
            };
            let form = form.filter(|form| form.role == Role::Annex)?;
            Some(Self {
                key: format!("{key}:{number}"),
                form,
                fields: sheet.fields,
                office: office.to_owned(),
                place: place.clone(),
                at,
            })
        };
        all.into_iter().enumerate().filter_map(annex).collect()
    }

    fn of_filing(desk: &'a Desk, filing: &FiledPapers) -> Vec<Self> {
        let number = &filing.receipt_number;
        let place = |lang: Lang| format!("{} {number}", lang.kind(filing.kind));
        let place = (place(Lang::Ja), place(Lang::En));
        let all = sheets(&json!({"forms": filing.forms})).unwrap_or_default();
        let about = (filing.office_name.as_str(), &place, filing.received_at);
        Self::all(desk, all, &format!("filing:{number}"), about)
    }

    fn of_draft(desk: &'a Desk, row: &DraftRow) -> Vec<Self> {
        let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
        let place = |lang: Lang| format!("{} {}", Words::of(lang).draft, lang.kind(row.kind));
        let place = (place(Lang::Ja), place(Lang::En));
        let all = sheets(&body["form"]).unwrap_or_default();
        let about = (row.office_name.as_str(), &place, row.saved_at);
        Self::all(desk, all, &format!("draft:{}", row.id), about)
    }

    /// The one of this key, if it is the operator's own.
    async fn find(desk: &'a Desk, by: &Applicant, key: &str) -> Result<Option<Self>, Fault> {
        let parts: Vec<_> = key.splitn(3, ':').collect();
        let all = match parts[..] {
            ["filing", number, _] => of_number(desk, by, number).await?,
            ["draft", id, _] => match id.parse::<Uuid>() {
                Ok(id) => match desk.ctx.store.draft(id).await? {
                    Some(row) if row.corporate_number == by.number => Self::of_draft(desk, &row),
                    Some(_) => return Err(Fault::NotYours(Who::Operator)),
                    None => Vec::new(),
                },
                Err(_) => Vec::new(),
            },
            _ => Vec::new(),
        };
        Ok(all.into_iter().find(|annex| annex.key == key))
    }

    fn names(&self) -> (String, String) {
        let name = |title: &str, place: &str| format!("{title} · {} · {place}", self.office);
        (name(&self.form.title, &self.place.0), name(&self.form.title_en, &self.place.1))
    }
}

/// The annexes of one filing of the operator.
async fn of_number<'a>(
    desk: &'a Desk,
    by: &Applicant,
    number: &str,
) -> Result<Vec<Annex<'a>>, Fault> {
    let filing = own(desk, by, number).await?;
    let newest = newest_text(&desk.ctx.store.revisions(filing.id).await?);
    let forms = newest.map(|it| it.form["forms"].clone()).unwrap_or_default();
    let filed = FiledPapers {
        id: filing.id,
        receipt_number: filing.receipt_number,
        kind: filing.kind,
        office_name: filing.office_name,
        received_at: filing.received_at,
        forms,
        attachments: None,
    };
    Ok(Annex::of_filing(desk, &filed))
}

/// The annex of a draft that is written into: its sheet, and its form.
fn target<'a>(desk: &'a Desk, draft: &Draft, place: usize) -> Result<(Sheet, &'a Form), Fault> {
    let sheet = draft.sheets().into_iter().nth(place).ok_or(Fault::NoPage)?;
    let form = form_of(desk, &sheet).ok_or(Fault::NoPage)?;
    Ok((sheet, form))
}

/// `GET /operator/drafts/{id}/forms/{place}/copy?number=…`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path((id, place)): Path<(String, usize)>,
    applicant: Applicant,
) -> Response {
    answer(&desk, &applicant, (&id, place), false).await
}

async fn answer(
    desk: &Desk,
    by: &Applicant,
    (id, place): (&str, usize),
    is_unchosen: bool,
) -> Response {
    let page = async {
        let draft = find(desk, by, id).await?;
        let (_, form) = target(desk, &draft, place)?;
        if form.role != Role::Annex {
            return Ok(None);
        }
        let page = page(desk, by, (&draft, place, form)).await?;
        Ok::<_, Gone>(Some(CopyPage { is_unchosen, ..page }))
    };
    let status = if is_unchosen { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match page.await {
        Ok(Some(page)) => by.visit.page(status, &page),
        // What is no annex is not copied.
        Ok(None) => see_other(&format!("/operator/drafts/{id}/forms/{place}")),
        Err(gone) => gone.answer(&by.visit),
    }
}

async fn page(
    desk: &Desk,
    by: &Applicant,
    (draft, place, form): (&Draft, usize, &Form),
) -> Result<CopyPage, Fault> {
    let (visit, w) = (&by.visit, Words::of(by.visit.lang));
    let number = visit.get("number").unwrap_or_default().trim().to_owned();
    let below = format!("/forms/{place}");
    let mut page = CopyPage {
        shell: visit.shell(""),
        w,
        steps: draft.steps(desk, visit, &below),
        title: visit.lang.pick(&form.title, &form.title_en).clone(),
        office: draft.row.office_name.clone(),
        action: draft.link(&format!("{below}/copy")),
        back: draft.link(&below),
        is_none: false,
        is_unchosen: false,
        groups: Vec::new(),
        number,
    };
    let mut all = match as_receipt_number(&page.number) {
        Some(number) => of_number(desk, by, &number).await?,
        None => known(desk, by, (draft, place)).await?,
    };
    page.is_none = all.is_empty() && !page.number.is_empty();
    // Of the same form first; the newest first among each.
    all.sort_by_key(|annex| annex.form.id != form.id);
    let own = &draft.row.office_name;
    for (head, is_of) in [
        (w.copy_this_office, &(|it: &Annex<'_>| !is_draft(it) && it.office == *own) as &IsOf),
        (w.copy_other_office, &|it| !is_draft(it) && it.office != *own),
        (w.copy_drafts, &is_draft),
    ] {
        let lines = all.iter().filter(|annex| is_of(annex)).map(|annex| line(annex, visit));
        let lines: Vec<_> = lines.collect();
        page.groups.extend((!lines.is_empty()).then_some((head, lines)));
    }
    Ok(page)
}

type IsOf<'a> = dyn Fn(&Annex<'_>) -> bool + 'a;

fn is_draft(annex: &Annex<'_>) -> bool {
    annex.key.starts_with("draft:")
}

fn line(annex: &Annex<'_>, visit: &Visit) -> Line {
    let lang = visit.lang;
    Line {
        key: annex.key.clone(),
        title: lang.pick(&annex.form.title, &annex.form.title_en).clone(),
        office: annex.office.clone(),
        place: lang.pick(&annex.place.0, &annex.place.1).clone(),
        at: Stamp::new(annex.at, visit.now, lang),
    }
}

/// The annexes of the operator's newest filings and of its drafts, but for the one that is written.
async fn known<'a>(
    desk: &'a Desk,
    by: &Applicant,
    (draft, place): (&Draft, usize),
) -> Result<Vec<Annex<'a>>, Fault> {
    let (store, limits) = (&desk.ctx.store, &desk.ctx.config.drafts);
    let mut all = Vec::new();
    for filing in store.filed_papers(by.number, limits.filings_offered_max).await? {
        all.extend(Annex::of_filing(desk, &filing));
    }
    for row in store.own_drafts(by.number, limits.operator_max).await? {
        all.extend(Annex::of_draft(desk, &row));
    }
    let here = format!("draft:{}:{place}", draft.row.id);
    all.retain(|annex| annex.key != here);
    Ok(all)
}

/// `POST /operator/drafts/{id}/forms/{place}/copy`
pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    Path((id, place)): Path<(String, usize)>,
    sent: Sent<Applicant>,
) -> Response {
    let Sent { by, fields, visit } = sent;
    let replace = fields.get("over").is_some();
    let done = async {
        find(&desk, &by, &id).await?;
        let source = Annex::find(&desk, &by, fields.get("from").unwrap_or_default()).await?;
        let Some(source) = source else { return Ok(None) };
        let write = |draft: &mut Draft| write(&desk, draft, place, (&source, replace));
        change(&desk, &by, &id, write).await.map(Some)
    };
    match done.await {
        Ok(Some((draft, ()))) => see_other(&draft.link(&format!("/forms/{place}?copied=1"))),
        Ok(None) => answer(&desk, &by, (&id, place), true).await,
        Err(gone) => gone.answer(&visit),
    }
}

/// Copies an annex into a draft as it stands by now, and keeps what came of it.
fn write(
    desk: &Desk,
    draft: &mut Draft,
    place: usize,
    (source, replace): (&Annex<'_>, bool),
) -> Result<(), Gone> {
    let (mut sheet, form) = target(desk, draft, place)?;
    if form.role != Role::Annex {
        return Err(Fault::NoPage.into());
    }
    let copy = Copy { from: source.form, to: form, fixed: &FIXED, replace };
    let copied = copy.make(&source.fields, &mut sheet.fields);
    sign(form, &draft.submission, &mut sheet.fields);
    let mut all = draft.sheets();
    all[place] = sheet;
    draft.set_sheets(&all);
    // Whoever copies into an annex wants it in.
    draft.leave_out(place, false);
    let report = json!(Report { from: source.names(), copied });
    draft.submission.form[COPIED][place.to_string()] = report;
    Ok(())
}

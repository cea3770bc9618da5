//! `/announcements`: what operations announce to authorities and operators; written, changed and
//! ended, and who did so stays on record.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use crate::archive::{self, AnnouncementDraft, ArchiveProblem};
use crate::store::{
    AnnouncementAct, AnnouncementActRow, AnnouncementFilter, AnnouncementRow, Audience,
};
use crate::web::Desk;
use crate::web::archive::{Told, audience_name, by, choices, days, named, period, sentence};
use crate::web::archive_words::Words;
use crate::web::cursor::{ROWS, newest, older};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::parts::{Badge, Choice, Stamp};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::{Fields, Sent};
use crate::web::visit::{Visit, see_other};

/// The list's own address.
const HERE: &str = "/announcements";

/// For whom an announcement may be, by the word in forms.
const AUDIENCES: [(&str, Audience); 3] = [
    ("all", Audience::All),
    ("authorities", Audience::Authorities),
    ("operators", Audience::Operators),
];

#[derive(Template)]
#[template(path = "operations/announcements.html")]
struct AnnouncementsPage {
    shell: Shell,
    w: &'static Words,
    lines: Vec<Line>,
    newest: Option<String>,
    older: Option<String>,
    form: Form,
}

#[derive(Template)]
#[template(path = "operations/announcement.html")]
struct AnnouncementPage {
    shell: Shell,
    w: &'static Words,
    line: Line,
    text: Told,
    is_over: bool,
    is_done: bool,
    acts: Vec<ActLine>,
    form: Form,
}

struct Line {
    id: Uuid,
    title: Told,
    audience: &'static str,
    period: String,
    state: Badge,
}

struct ActLine {
    what: &'static str,
    by: String,
    at: Stamp,
    /// What it said from then on.
    said: Option<(Line, Told)>,
}

/// The form in which one is written, with what was written in it.
struct Form {
    action: String,
    title_ja: String,
    title_en: String,
    text_ja: String,
    text_en: String,
    audiences: Vec<Choice>,
    from_day: String,
    until_day: String,
    /// The version that its writer sees; 0 where it is the first that is written.
    seen: i32,
    problem: Option<String>,
    title_chars_max: usize,
    text_chars_max: usize,
}

impl Form {
    fn new(desk: &Desk, visit: &Visit, (action, seen): (String, i32)) -> Self {
        let settings = &desk.ctx.config.archive;
        Self {
            action,
            title_ja: String::new(),
            title_en: String::new(),
            text_ja: String::new(),
            text_en: String::new(),
            audiences: choices(&AUDIENCES, None, |it| audience_name(it, visit.lang)),
            from_day: String::new(),
            until_day: String::new(),
            seen,
            problem: None,
            title_chars_max: settings.title_chars_max,
            text_chars_max: settings.text_chars_max,
        }
    }

    fn of(desk: &Desk, visit: &Visit, row: &AnnouncementRow) -> Self {
        let (from_day, until_day) = days(row);
        let draft = AnnouncementDraft {
            title_ja: row.title_ja.clone(),
            title_en: row.title_en.clone(),
            text_ja: row.text_ja.clone(),
            text_en: row.text_en.clone(),
            audience: row.audience,
            from_day,
            until_day,
        };
        Self::new(desk, visit, (format!("{HERE}/{}", row.id), row.version)).filled(visit, &draft)
    }

    fn filled(self, visit: &Visit, draft: &AnnouncementDraft) -> Self {
        let AnnouncementDraft { title_ja, title_en, text_ja, text_en, .. } = draft.clone();
        Self {
            title_ja,
            title_en,
            text_ja,
            text_en,
            audiences: choices(&AUDIENCES, Some(draft.audience), |it| {
                audience_name(it, visit.lang)
            }),
            from_day: draft.from_day.clone(),
            until_day: draft.until_day.clone(),
            ..self
        }
    }
}

/// `GET /announcements`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let form = Form::new(&desk, &visit, (HERE.to_owned(), 0));
    visit.answer(page(&desk, &visit, form).await)
}

async fn page(desk: &Desk, visit: &Visit, form: Form) -> Result<AnnouncementsPage, Fault> {
    let filter = AnnouncementFilter {
        reader: None,
        now: None,
        before: visit.get("before").and_then(|text| text.parse().ok()),
        before_id: visit.get("before_id").and_then(|text| text.parse().ok()),
        limit: ROWS + 1,
    };
    let mut rows = desk.ctx.store.list_announcements(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.from_at, row.id));
    Ok(AnnouncementsPage {
        shell: visit.shell(HERE),
        w: Words::of(visit.lang),
        lines: rows.iter().map(|row| Line::new(row, visit)).collect(),
        newest: newest(visit),
        older,
        form,
    })
}

impl Line {
    fn new(row: &AnnouncementRow, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let state = match () {
            () if is_over(row, visit) => Badge::new("off", w.over),
            () if row.from_at > visit.now => Badge::new("wait", w.planned),
            () => Badge::new("ok", w.counts),
        };
        Self {
            id: row.id,
            title: Told::new(&row.title_ja, &row.title_en, visit.lang),
            audience: audience_name(row.audience, visit.lang),
            period: period(row, visit),
            state,
        }
    }
}

fn is_over(row: &AnnouncementRow, visit: &Visit) -> bool {
    row.until_at.is_some_and(|until| until <= visit.now)
}

/// `POST /announcements`: a new one.
pub(super) async fn announce(State(desk): State<Arc<Desk>>, sent: Sent<Keeper>) -> Response {
    match announced(&desk, &sent).await {
        Ok(response) => response,
        Err(fault) => sent.visit.fault(&fault),
    }
}

async fn announced(desk: &Desk, sent: &Sent<Keeper>) -> Result<Response, Fault> {
    let (visit, draft) = (&sent.visit, draft(&sent.fields)?);
    let problem = match archive::announce(&desk.ctx, &draft, &by(visit)).await {
        Ok(id) => {
            tracing::info!(announcement.id = %id, "something was announced");
            return Ok(see_other(&format!("{HERE}/{id}?done=1")));
        }
        Err(problem) => Some(sentence(problem, visit.lang)?),
    };
    let form = Form::new(desk, visit, (HERE.to_owned(), 0)).filled(visit, &draft);
    let page = page(desk, visit, Form { problem, ..form }).await?;
    Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// `GET /announcements/{id}`: one, and what was done about it.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Staff(visit): Staff,
) -> Response {
    let page = async {
        let row = found(&desk, &id).await?;
        let form = Form::of(&desk, &visit, &row);
        one(&desk, &visit, (&row, form)).await
    };
    visit.answer(page.await)
}

async fn one(
    desk: &Desk,
    visit: &Visit,
    (row, form): (&AnnouncementRow, Form),
) -> Result<AnnouncementPage, Fault> {
    let acts = desk.ctx.store.announcement_acts(row.id).await?;
    Ok(AnnouncementPage {
        shell: visit.shell(HERE),
        w: Words::of(visit.lang),
        line: Line::new(row, visit),
        text: Told::new(&row.text_ja, &row.text_en, visit.lang),
        is_over: is_over(row, visit),
        is_done: visit.get("done").is_some(),
        acts: acts.iter().map(|act| ActLine::new(act, visit)).collect(),
        form,
    })
}

impl ActLine {
    fn new(act: &AnnouncementActRow, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let said: Option<AnnouncementRow> = serde_json::from_str(&act.said).ok();
        let text = |row: &AnnouncementRow| Told::new(&row.text_ja, &row.text_en, visit.lang);
        Self {
            what: match act.kind {
                AnnouncementAct::Made => w.made,
                AnnouncementAct::Changed => w.changed,
                AnnouncementAct::Ended => w.over,
            },
            by: act.name.clone(),
            at: Stamp::new(act.at, visit.now, visit.lang),
            said: said.map(|row| (Line::new(&row, visit), text(&row))),
        }
    }
}

/// `POST /announcements/{id}`: changes what it says.
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Keeper>,
) -> Response {
    match changed(&desk, &sent, &id).await {
        Ok(response) => response,
        Err(fault) => sent.visit.fault(&fault),
    }
}

async fn changed(desk: &Desk, sent: &Sent<Keeper>, id: &str) -> Result<Response, Fault> {
    let draft = draft(&sent.fields)?;
    let row = found(desk, id).await?;
    let done = if is_seen(&row, &sent.fields) {
        archive::change(&desk.ctx, &row, &draft, &by(&sent.visit)).await
    } else {
        Err(ArchiveProblem::Late)
    };
    answer(desk, sent, (id, done), Some(&draft)).await
}

/// `POST /announcements/{id}/end`: ends it at once.
pub(super) async fn end(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent<Keeper>,
) -> Response {
    match ended(&desk, &sent, &id).await {
        Ok(response) => response,
        Err(fault) => sent.visit.fault(&fault),
    }
}

async fn ended(desk: &Desk, sent: &Sent<Keeper>, id: &str) -> Result<Response, Fault> {
    let row = found(desk, id).await?;
    let done = if is_seen(&row, &sent.fields) {
        archive::end(&desk.ctx, &row, &by(&sent.visit)).await
    } else {
        Err(ArchiveProblem::Late)
    };
    answer(desk, sent, (id, done), None).await
}

/// Back to its page; or the page with why nothing was recorded, and what was written.
async fn answer(
    desk: &Desk,
    sent: &Sent<Keeper>,
    (id, done): (&str, Result<(), ArchiveProblem>),
    draft: Option<&AnnouncementDraft>,
) -> Result<Response, Fault> {
    let row = found(desk, id).await?;
    let here = format!("{HERE}/{}", row.id);
    let Err(problem) = done else {
        tracing::info!(announcement.id = %row.id, "an announcement was changed");
        return Ok(see_other(&format!("{here}?done=1")));
    };
    let is_late = matches!(problem, ArchiveProblem::Late);
    let visit = sent.visit.at(&here);
    let mut form = Form::of(desk, &visit, &row);
    if let Some(draft) = draft {
        form = form.filled(&visit, draft);
    }
    form.problem = Some(sentence(problem, visit.lang)?);
    let status = if is_late { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(visit.page(status, &one(desk, &visit, (&row, form)).await?))
}

async fn found(desk: &Desk, id: &str) -> Result<AnnouncementRow, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::NoPage)?;
    desk.ctx.store.announcement(id).await?.ok_or(Fault::NoPage)
}

/// Whether it is what the form's writer saw.
fn is_seen(row: &AnnouncementRow, fields: &Fields) -> bool {
    fields.get("seen").and_then(|text| text.parse().ok()) == Some(row.version)
}

fn draft(fields: &Fields) -> Result<AnnouncementDraft, Fault> {
    // Browsers send line ends as two characters, and count them as one.
    let text =
        |name: &str| fields.get(name).unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
    let audience = fields.get("audience").and_then(|word| named(&AUDIENCES, word));
    Ok(AnnouncementDraft {
        title_ja: text("title_ja"),
        title_en: text("title_en"),
        text_ja: text("text_ja"),
        text_en: text("text_en"),
        audience: audience.ok_or(Fault::FormUnreadable)?,
        from_day: text("from_day"),
        until_day: text("until_day"),
    })
}

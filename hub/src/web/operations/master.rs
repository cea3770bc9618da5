//! `/authorities/{code}/master`: what an authority accepts and how it is reached; `/master`: what
//! was changed lately, what waits for a second person, the whole as a table to write out and take
//! in.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use routing::{Amendment, Cells, Edit, ImportFault, edits_of};
use schemas::AuthorityId;

use crate::context::day_in_japan;
use crate::operate::By;
use crate::operate::master::{MasterProblem, Prepared, Whom, amend_as_seen, prepare};
use crate::operate::replay::replay;
use crate::review::ReviewProblem;
use crate::store::{ProposalRow, ProposalState};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::download::disposition;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::master::{self, Line, Preview, Problem, Proposal, Seat, day_of, told_of};
use crate::web::master_words::Words;
use crate::web::parts::grouped;
use crate::web::roles::{Keeper, Refusal, Role, Staff};
use crate::web::sent::{Fields, Sent, TOKEN, refused};
use crate::web::sessions::is_own_form;
use crate::web::visit::{Visit, see_other};

/// Bytes of a text field of the form that are read.
const TEXT_MAX: usize = 200;

/// Faults of a table that the page shows.
const FAULTS_MAX: usize = 200;

fn seat(code: &str) -> Result<Seat, Fault> {
    let authority: AuthorityId = code.parse().map_err(|_| Fault::NoAuthority)?;
    let path = format!("/authorities/{authority}/master");
    Ok(Seat { authority, whom: Whom::Operations, path })
}

/// `GET /authorities/{code}/master`
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    Staff(visit): Staff,
) -> Response {
    match seat(&code) {
        Ok(seat) => master::show(&desk, &visit, &seat).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/master`
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match seat(&code) {
        Ok(seat) => master::change(&desk, visit, (&seat, &form.fields)).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/master/channels`
pub(super) async fn propose(
    State(desk): State<Arc<Desk>>,
    Path(code): Path<String>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match seat(&code) {
        Ok(seat) => master::propose(&desk, visit, (&seat, &form.fields)).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// `POST /authorities/{code}/master/channels/{id}/{ruling}`
pub(super) async fn rule(
    State(desk): State<Arc<Desk>>,
    Path((code, id, ruling)): Path<(String, String, String)>,
    form: Sent<Keeper>,
) -> Response {
    let Keeper(visit) = &form.by;
    match seat(&code) {
        Ok(seat) => master::rule(&desk, visit, (&seat, (&id, &ruling), &form.fields)).await,
        Err(fault) => visit.fault(&fault),
    }
}

#[derive(Template)]
#[template(path = "operations/master.html")]
struct OverviewPage {
    shell: Shell,
    w: &'static Words,
    may: bool,
    version: String,
    problem: Option<String>,
    is_done: bool,
    faults: Vec<(String, &'static str, String)>,
    more_faults: bool,
    preview: Option<Preview>,
    /// What the preview is of, to be sent back by its button.
    edits: Option<String>,
    edited: String,
    from_day: String,
    why: String,
    chars_max: usize,
    proposals: Vec<Proposal>,
    lines: Vec<Line>,
}

/// What came of a table that somebody sent.
#[derive(Default)]
struct Taken {
    problem: Option<String>,
    faults: Vec<ImportFault>,
    preview: Option<Preview>,
    /// What differs, as its button sends it back, and for how many authorities.
    edits: Option<(String, usize)>,
    from_day: String,
    why: String,
}

/// `GET /master`
pub(super) async fn overview(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit, Taken::default()).await)
}

async fn read(desk: &Desk, visit: &Visit, taken: Taken) -> Result<OverviewPage, Fault> {
    let ctx = &desk.ctx;
    let rows_max = ctx.config.master.list_rows;
    let rows = ctx.store.amendments_of(None, i64::MAX, rows_max).await?;
    let open = (None, Some(ProposalState::Proposed));
    let proposals = ctx.store.list_proposals(open, rows_max).await?;
    let proposal = |row: &ProposalRow| {
        let path = format!("/authorities/{}/master", row.authority);
        let seat = Seat { authority: row.authority, whom: Whom::Operations, path };
        Proposal::new(desk, row, (visit, &seat))
    };
    let fault = |it: &ImportFault| {
        (it.line.to_string(), it.column, visit.lang.pick(&it.ja, &it.en).clone())
    };
    let (edits, edited) = taken.edits.unzip();
    Ok(OverviewPage {
        shell: visit.shell("/launch"),
        w: Words::of(visit.lang),
        may: matches!(visit.scope(), Ok(Scope::Operations)),
        version: ctx.master().version().to_owned(),
        problem: taken.problem,
        is_done: visit.get("done").is_some(),
        more_faults: taken.faults.len() > FAULTS_MAX,
        faults: taken.faults.iter().take(FAULTS_MAX).map(fault).collect(),
        preview: taken.preview,
        edits,
        edited: grouped(i64::try_from(edited.unwrap_or(0)).unwrap_or(i64::MAX)),
        from_day: taken.from_day,
        why: taken.why,
        chars_max: ctx.config.operations.reason_chars_max,
        proposals: proposals.iter().map(proposal).collect(),
        lines: rows.iter().map(|row| Line::new(desk, row, visit)).collect(),
    })
}

/// `GET /master.csv?on=…`: `authorities.csv` with what was changed; all rows, or those of a day.
pub(super) async fn csv(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let Ok(day) = visit.get("on").map(str::parse).transpose() else {
        return visit.fault(&Fault::NoPage);
    };
    match desk.ctx.master().authorities_csv(day) {
        Ok(text) => {
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (CACHE_CONTROL, "no-store".to_owned()),
                (CONTENT_DISPOSITION, disposition("authorities.csv", false)),
            ];
            // With its mark: spreadsheets take it for another encoding otherwise.
            (headers, format!("\u{feff}{text}")).into_response()
        }
        Err(error) => visit.fault(&Fault::Away(error.to_string())),
    }
}

/// `POST /master/import`: looks at a table that is sent; nothing is changed.
pub(super) async fn import(State(desk): State<Arc<Desk>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::read(&parts, &desk).await;
    let (headers, action) = (parts.headers.clone(), parts.uri.path().to_owned());
    let multipart = Multipart::from_request(Request::from_parts(parts, body), &desk).await;
    let Ok(mut form) = multipart else { return visit.fault(&Fault::FormUnreadable) };
    let sent = match Table::read(&desk, (&visit, &headers), &mut form).await {
        Ok(sent) => sent,
        Err(Stop::Fault(fault)) => return visit.fault(&fault),
        // A file is not kept for later; the way back to the page is.
        Err(Stop::Refusal(Refusal::NotIn)) => return see_other("/login?next=/master"),
        Err(Stop::Refusal(refusal)) => {
            return refused(&visit, refusal, &action, &Fields::default());
        }
    };
    let mut taken = Taken { from_day: sent.from_day.clone(), ..Taken::default() };
    let done = looked_at(&desk, &visit, (sent, &mut taken)).await;
    answer(&desk, &visit, (done, taken)).await
}

/// `POST /master/apply`: makes the changes of a table that was looked at.
pub(super) async fn apply(State(desk): State<Arc<Desk>>, form: Sent<Keeper>) -> Response {
    let Keeper(visit) = &form.by;
    let field = |name| form.fields.get(name).unwrap_or_default().to_owned();
    let mut taken = Taken { from_day: field("from_day"), why: field("why"), ..Taken::default() };
    match applied(&desk, visit, (&mut taken, &field("edits"))).await {
        Ok(()) => see_other("/master?done=1"),
        Err(problem) => answer(&desk, visit, (Err(problem), taken)).await,
    }
}

async fn answer(
    desk: &Desk,
    visit: &Visit,
    (done, mut taken): (Result<StatusCode, Problem>, Taken),
) -> Response {
    let status = match done {
        Ok(status) => status,
        Err(problem) => match told_of(desk, problem, visit) {
            Ok((status, sentence)) => {
                taken.problem = Some(sentence);
                status
            }
            Err(fault) => return visit.fault(&fault),
        },
    };
    match read(desk, visit, taken).await {
        Ok(page) => visit.page(status, &page),
        Err(fault) => visit.fault(&fault),
    }
}

/// What somebody sent: the file, cut off where it is too large.
struct Table {
    from_day: String,
    bytes: Option<Vec<u8>>,
}

/// Why nothing is read of a form.
enum Stop {
    Fault(Fault),
    Refusal(Refusal),
}

impl Table {
    /// Reads the form; of the file nothing before it is known who sends it.
    async fn read(
        desk: &Desk,
        (visit, headers): (&Visit, &HeaderMap),
        form: &mut Multipart,
    ) -> Result<Self, Stop> {
        let unreadable = |_| Stop::Fault(Fault::FormUnreadable);
        let (mut token, mut sent) = (String::new(), Self { from_day: String::new(), bytes: None });
        let may = |token: &str| {
            if !is_own_form(&desk.ctx, headers, token) {
                return Err(Stop::Fault(Fault::ForeignForm));
            }
            Keeper::of(visit).map(drop).map_err(Stop::Refusal)
        };
        while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
            let is_file = field.file_name().is_some_and(|name| !name.is_empty());
            let name = field.name().unwrap_or_default().to_owned();
            let most = if is_file { desk.ctx.config.master.import_bytes_max } else { TEXT_MAX };
            if is_file {
                may(&token)?;
            }
            let mut bytes = Vec::new();
            while let Some(piece) = field.chunk().await.map_err(unreadable)? {
                bytes.extend_from_slice(&piece);
                if bytes.len() > most {
                    break;
                }
            }
            if is_file {
                sent.bytes = Some(bytes);
                break;
            }
            let text = String::from_utf8(bytes).unwrap_or_default();
            match name.as_str() {
                TOKEN => token = text,
                "from_day" => sent.from_day = text,
                _ => {}
            }
        }
        may(&token)?;
        Ok(sent)
    }

    /// The text, or what is wrong with it.
    fn text(self, desk: &Desk, w: &Words) -> Result<String, String> {
        let most = desk.ctx.config.master.import_bytes_max;
        match self.bytes {
            None => Err(w.no_file.to_owned()),
            Some(bytes) if bytes.len() > most => Err(format!("{} {most}", w.too_large)),
            Some(bytes) => String::from_utf8(bytes).map_err(|_| w.not_utf8.to_owned()),
        }
    }
}

async fn applied(
    desk: &Desk,
    visit: &Visit,
    (taken, edits): (&mut Taken, &str),
) -> Result<(), Problem> {
    let changes: Vec<(AuthorityId, Cells, Cells)> =
        serde_json::from_str(edits).map_err(|_| Problem::Master(MasterProblem::Nothing))?;
    // Until it is done, the button stays.
    taken.edits = Some((edits.to_owned(), changes.len()));
    let today = day_in_japan(visit.now);
    let day = day_of(Some(&taken.from_day), today).ok_or(Problem::Day)?;
    let actor = visit.actor();
    let by = By { actor: &actor, why: &taken.why };
    let done = amend_as_seen(&desk.ctx, changes, day, (by, Whom::Operations)).await;
    if let Err(MasterProblem::Act(ReviewProblem::Overtaken(_))) = done {
        // What was looked at is no more: the table is sent anew.
        taken.edits = None;
    }
    done?;
    Ok(())
}

/// What a table changes, each with the cells as they were when it was looked at.
fn seen(prepared: &Prepared) -> String {
    let one = |(it, was): (&Amendment, &Cells)| (it.authority, it.cells.clone(), was.clone());
    let all: Vec<_> = prepared.amendments.iter().zip(&prepared.was).map(one).collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// Compares the file that was sent with what holds on the day, and plays past filings over it.
async fn looked_at(
    desk: &Desk,
    visit: &Visit,
    (sent, taken): (Table, &mut Taken),
) -> Result<StatusCode, Problem> {
    let (ctx, w) = (&desk.ctx, Words::of(visit.lang));
    let today = day_in_japan(visit.now);
    let day = day_of(Some(&taken.from_day), today).ok_or(Problem::Day)?;
    let text = match sent.text(desk, w) {
        Ok(text) => text,
        Err(problem) => {
            taken.problem = Some(problem);
            return Ok(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    ctx.reload_master().await.map_err(MasterProblem::from)?;
    let edits: Vec<Edit> = match edits_of(&ctx.master(), &text, day) {
        Ok(edits) => edits,
        Err(faults) => {
            taken.problem = Some(w.faults.to_owned());
            taken.faults = faults;
            return Ok(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let changes: Vec<_> = edits.into_iter().map(|it| (it.authority, it.cells)).collect();
    let prepared = prepare(ctx, changes, day).await?;
    let replayed = replay(ctx, &prepared, ctx.config.master.dry_run_max).await;
    let replayed = replayed.map_err(MasterProblem::from)?;
    taken.edits = Some((seen(&prepared), prepared.amendments.len()));
    taken.preview = Some(Preview::new(desk, (&prepared, &replayed), visit));
    Ok(StatusCode::OK)
}

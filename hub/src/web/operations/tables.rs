//! A table of authorities or unions that somebody sends on `/master`: looked at, with a preview,
//! and then put to use as it was seen.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use routing::{Amendment, Cells, Edit, edits_of};

use super::master::{Taken, answer};
use crate::context::day_in_japan;
use crate::operate::By;
use crate::operate::master::{Change, MasterProblem, Prepared, Whom, amend_as_seen, prepare_all};
use crate::operate::replay::replay;
use crate::review::ReviewProblem;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::master::{Preview, Problem, day_of};
use crate::web::master_words::Words;
use crate::web::roles::{Keeper, Refusal, Role};
use crate::web::sent::{Fields, Sent, TOKEN, refused};
use crate::web::sessions::is_own_form;
use crate::web::visit::{Visit, see_other};

/// Bytes of a text field of the form that are read.
const TEXT_MAX: usize = 200;

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
    let changes: Vec<(Change, Cells)> =
        serde_json::from_str(edits).map_err(|_| Problem::Master(MasterProblem::Nothing))?;
    // Until it is done, the button stays.
    taken.edits = Some((edits.to_owned(), changes.len()));
    let actor = visit.actor();
    let by = By { actor: &actor, why: &taken.why };
    let done = amend_as_seen(&desk.ctx, changes, (by, Whom::Operations)).await;
    if let Err(MasterProblem::Act(ReviewProblem::Overtaken(_))) = done {
        // What was looked at is no more: the table is sent anew.
        taken.edits = None;
    }
    done?;
    Ok(())
}

/// What a table changes, each with the cells as they were when it was looked at.
fn seen(prepared: &Prepared) -> String {
    let rows = prepared.amendments.iter().zip(&prepared.was).zip(&prepared.lines);
    let one = |((it, was), line): ((&Amendment, _), &Option<u64>)| {
        let (authority, from, cells) = (it.authority, it.valid_from, it.cells.clone());
        (Change { authority, from, cells, line: *line }, was)
    };
    let all: Vec<(Change, &Cells)> = rows.map(one).collect();
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
    let changes = edits.into_iter().map(Change::from).collect();
    let prepared = prepare_all(ctx, changes).await?;
    let replayed = replay(ctx, &prepared, ctx.config.master.dry_run_max).await;
    let replayed = replayed.map_err(MasterProblem::from)?;
    taken.edits = Some((seen(&prepared), prepared.amendments.len()));
    taken.preview = Some(Preview::new(desk, (&prepared, &replayed), visit));
    Ok(StatusCode::OK)
}

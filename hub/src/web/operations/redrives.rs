//! `/redrives`: deliveries that staff start anew together; the list, and the form that makes one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::DateTime;
use schemas::Channel;
use uuid::Uuid;

use super::hands::{Hands, actor, told};
use super::troubles::owners;
use crate::operate::redrive::{RedriveProblem, preview};
use crate::store::{Choice, RedriveRow};
use crate::web::Desk;
use crate::web::cursor::{newest, older, paged};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{self, Badge, Stamp, grouped};
use crate::web::redrive_words::{self, Words};
use crate::web::roles::{Keeper, Staff};
use crate::web::sent::Sent;
use crate::web::visit::{Visit, see_other};

#[derive(Template)]
#[template(path = "operations/redrives.html")]
struct RedrivesPage {
    shell: Shell,
    w: &'static Words,
    lines: Vec<Line>,
    newest: Option<String>,
    older: Option<String>,
    form: Form,
    hands: Hands,
}

struct Line {
    id: Uuid,
    made: Stamp,
    state: Badge,
    choice: String,
    items: String,
    done: String,
    left: String,
    name: String,
    why: String,
}

/// What somebody chooses, as they wrote it.
struct Form {
    cause: String,
    owners: Vec<parts::Choice>,
    authority: String,
    channels: Vec<parts::Choice>,
    from: String,
    until: String,
}

impl Form {
    fn new<'a>(get: impl Fn(&str) -> Option<&'a str>, visit: &Visit) -> Self {
        let field = |name| get(name).unwrap_or_default().to_owned();
        let chosen: Option<Channel> = get("channel").and_then(|word| word.parse().ok());
        let channel = |it: &Channel| parts::Choice {
            word: it.as_str().to_owned(),
            name: labels::channel(*it, visit.lang).to_owned(),
            chosen: chosen == Some(*it),
        };
        Self {
            cause: field("cause"),
            owners: owners(get("owner").and_then(|word| word.parse().ok()), visit),
            authority: field("authority"),
            channels: Channel::ALL.iter().map(channel).collect(),
            from: field("from"),
            until: field("until"),
        }
    }
}

/// What the fields choose, or the text that does not read.
fn choice<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<Choice, &'a str> {
    let text = |name| get(name).map(str::trim).filter(|text| !text.is_empty());
    let moment = |name| text(name).map(|text| moment_in_japan(text).ok_or(text)).transpose();
    Ok(Choice {
        cause: text("cause").map(str::to_owned),
        owner: word(text("owner"))?,
        authority: word(text("authority"))?,
        channel: word(text("channel"))?,
        from_at: moment("from")?,
        until_at: moment("until")?,
    })
}

fn word<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, &str> {
    text.map(|text| text.parse().map_err(|_| text)).transpose()
}

/// A browser's date and time, which it writes without a zone.
fn moment_in_japan(text: &str) -> Option<i64> {
    let at: DateTime = text.parse().ok()?;
    jiff::tz::offset(9).to_timestamp(at).ok().map(jiff::Timestamp::as_millisecond)
}

/// A choice in words.
pub(super) fn described(desk: &Desk, row: &RedriveRow, visit: &Visit) -> String {
    let (w, lang) = (Words::of(visit.lang), visit.lang);
    let stamp = |at| Stamp::new(at, visit.now, lang).text;
    let mut all = vec![row.cause.clone().unwrap_or_else(|| w.all_causes.to_owned())];
    all.extend(row.owner.map(|it| labels::owner(it, lang).to_owned()));
    all.extend(row.authority.map(|it| format!("{} ({it})", desk.ctx.master().name(it))));
    all.extend(row.channel.map(|it| labels::channel(it, lang).to_owned()));
    all.extend(row.from_at.map(|at| format!("{} {}", w.from, stamp(at))));
    all.extend(row.until_at.map(|at| format!("{} {}", w.until, stamp(at))));
    all.join(" · ")
}

/// `GET /redrives?cause=…&owner=…&authority=…&channel=…&from=…&until=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    let form = Form::new(|name| visit.get(name), &visit);
    visit.answer(read(&desk, form, (&visit, None)).await)
}

async fn read(
    desk: &Desk,
    form: Form,
    (visit, problem): (&Visit, Option<String>),
) -> Result<RedrivesPage, Fault> {
    let mut rows = desk.ctx.store.list_redrives(&paged(visit)).await?;
    let older = older(&mut rows, visit, |row| (row.made_at, row.id));
    Ok(RedrivesPage {
        shell: visit.shell("/troubles"),
        w: Words::of(visit.lang),
        lines: rows.iter().map(|row| Line::new(desk, row, visit)).collect(),
        newest: newest(visit),
        older,
        form,
        hands: Hands::new(desk, visit, problem),
    })
}

impl Line {
    fn new(desk: &Desk, row: &RedriveRow, visit: &Visit) -> Self {
        let number = |n: i32| grouped(i64::from(n));
        Self {
            id: row.id,
            made: Stamp::new(row.made_at, visit.now, visit.lang),
            state: redrive_words::state(row.state, visit.lang),
            choice: described(desk, row, visit),
            items: number(row.items),
            done: number(row.done),
            left: number(row.left()),
            name: row.started_name.clone().unwrap_or_else(|| row.made_name.clone()),
            why: row.why.clone(),
        }
    }
}

/// `POST /redrives`: freezes what is chosen, and shows it.
pub(super) async fn make(State(desk): State<Arc<Desk>>, form: Sent<Keeper>) -> Response {
    let Keeper(visit) = &form.by;
    let w = Words::of(visit.lang);
    let made = match choice(|name| form.fields.get(name)) {
        Ok(choice) => preview(&desk.ctx, &choice, &actor(visit))
            .await
            .map_err(|problem| refused(&desk, problem, (visit, Fault::NoPage))),
        Err(text) => Err(Ok((unprocessable(), format!("{} {text}", w.not_read)))),
    };
    match made {
        Ok(row) => see_other(&format!("/redrives/{}", row.id)),
        Err(Ok((status, sentence))) => {
            let filled = Form::new(|name| form.fields.get(name), visit);
            let page = read(&desk, filled, (visit, Some(sentence))).await;
            page.map_or_else(|fault| visit.fault(&fault), |page| visit.page(status, &page))
        }
        Err(Err(fault)) => visit.fault(&fault),
    }
}

fn unprocessable() -> StatusCode {
    StatusCode::UNPROCESSABLE_ENTITY
}

/// What people are told of a problem that they can do something about, with the page's status.
pub(super) fn refused(
    desk: &Desk,
    problem: RedriveProblem,
    (visit, otherwise): (&Visit, Fault),
) -> Result<(StatusCode, String), Fault> {
    let w = Words::of(visit.lang);
    match problem {
        RedriveProblem::Nothing => Ok((unprocessable(), w.nothing_fits.to_owned())),
        RedriveProblem::TooMany(most) => {
            let most = grouped(i64::try_from(most).unwrap_or(i64::MAX));
            Ok((unprocessable(), format!("{} {most}", w.too_many)))
        }
        RedriveProblem::SamePerson { name, .. } => {
            Ok((StatusCode::CONFLICT, format!("{} {name}", w.same_person)))
        }
        RedriveProblem::Act(problem) => told(desk, problem, (visit, otherwise)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_was_written() {
        let fields = [
            ("cause", " http_410 "),
            ("owner", "authority"),
            ("authority", "011002"),
            ("channel", ""),
            ("from", "2026-07-15T09:30"),
        ];
        let get = |name: &str| fields.iter().find(|(it, _)| *it == name).map(|(_, text)| *text);
        let read = choice(get).expect("it reads");
        assert_eq!((read.cause.as_deref(), read.channel), (Some("http_410"), None));
        let at: jiff::Timestamp = "2026-07-15T00:30:00Z".parse().expect("a time");
        assert_eq!((read.from_at, read.until_at), (Some(at.as_millisecond()), None));
        for (name, text) in [("until", "yesterday"), ("authority", "1"), ("owner", "me")] {
            assert_eq!(choice(|it| (it == name).then_some(text)), Err(text), "{name}");
        }
    }
}

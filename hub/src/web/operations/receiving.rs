//! `/authorities`: which authorities take what, and since when; for everyone, as a page and as CSV.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use routing::{Body, Master, NotReadyReason, Readiness};
use schemas::{AuthorityId, FilingKind};

use super::authorities::{alternative, kinds_not_taken, reception};
use super::launch::period;
use super::map::prefectures;
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::download::disposition;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::launch_words::{PERIODS, Words};
use crate::web::parts::{Badge, Choice, Part};
use crate::web::visit::Visit;
use crate::written::{half_width, katakana};

/// The columns of the file.
const COLUMNS: [&str; 13] = [
    "code",
    "prefecture_code",
    "prefecture",
    "name",
    "class",
    "launch_period",
    "launch_half_year",
    "takes",
    "reason",
    "kinds_not_taken",
    "alternative",
    "alternative_note",
    "valid_from",
];

#[derive(Template)]
#[template(path = "operations/receiving.html")]
struct ReceivingPage {
    shell: Shell,
    w: &'static Words,
    choices: Vec<Choice>,
    asked: String,
    is_asked: bool,
    lines: Vec<Line>,
    part: Part,
}

struct Line {
    code: String,
    name: String,
    class: &'static str,
    readiness: Badge,
    since: String,
    not_taken: String,
    meanwhile: Option<(&'static str, String)>,
}

/// An authority or union of today, its name in katakana, and its launch period.
type Entry<'m> = (Body<'m>, &'m str, Option<u8>);

fn entries<'m>(master: &'m Master, visit: &Visit) -> impl Iterator<Item = Entry<'m>> {
    let today = day_in_japan(visit.now);
    let authorities = master.authorities_on(today);
    let authorities = authorities.map(|it| (it.into(), &*it.name_kana, Some(it.launch_period)));
    authorities.chain(master.unions_on(today).map(|it| (it.into(), "", None)))
}

/// `GET /authorities`
pub(super) async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Response {
    visit.answer(Ok(read(&desk, &visit)))
}

fn read(desk: &Desk, visit: &Visit) -> ReceivingPage {
    let prefecture = visit.get("prefecture").unwrap_or_default();
    let asked = half_width(visit.get("q").unwrap_or_default().trim());
    let code: Option<AuthorityId> = asked.to_uppercase().parse().ok();
    let is_asked = !prefecture.is_empty() || !asked.is_empty();
    let kana = katakana(&asked);
    let fits = |(body, reading, _): &Entry<'_>| {
        (prefecture.is_empty() || body.id.prefecture() == prefecture)
            && (code.is_some_and(|code| code == body.id)
                || body.name.contains(&*asked)
                || reading.contains(&*kana))
    };
    let master = desk.ctx.master();
    let mut found: Vec<_> = entries(&master, visit).filter(|it| is_asked && fits(it)).collect();
    let part = Part::cut(&mut found, "authorities", visit);
    ReceivingPage {
        // Who came from a page of their own has its menu to go back.
        shell: visit.scope().map_or_else(|_| visit.bare_shell(), |_| visit.shell("/authorities")),
        w: Words::of(visit.lang),
        choices: prefectures(visit.lang)
            .map(|(code, name)| Choice {
                word: code.to_owned(),
                name: name.to_owned(),
                chosen: code == prefecture,
            })
            .collect(),
        asked,
        is_asked,
        lines: found.iter().map(|entry| Line::new(entry, visit)).collect(),
        part,
    }
}

impl Line {
    fn new((body, _, launch): &Entry<'_>, visit: &Visit) -> Self {
        let since = launch.and_then(|number| {
            let (ja, en) = PERIODS.get(usize::from(number).checked_sub(1)?)?;
            Some(format!("{} {}", period(number, visit), visit.lang.pick(ja, en)))
        });
        Self {
            code: body.id.to_string(),
            name: body.name.to_owned(),
            class: labels::class(body, visit.lang),
            readiness: reception(body, visit),
            since: since.unwrap_or_default(),
            not_taken: kinds_not_taken(body, visit).join(visit.lang.pick("、", ", ")),
            meanwhile: alternative(body, visit),
        }
    }
}

/// `GET /authorities.csv`: all of today, in the order of the master.
pub(super) async fn csv(State(desk): State<Arc<Desk>>, visit: Visit) -> Response {
    match table(&desk, &visit) {
        Ok(bytes) => {
            let name = format!("authorities-{}.csv", day_in_japan(visit.now));
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (CONTENT_DISPOSITION, disposition(&name, false)),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => visit.fault(&Fault::Away(error.to_string())),
    }
}

fn table(desk: &Desk, visit: &Visit) -> Result<Vec<u8>, csv::Error> {
    // With its mark: spreadsheets take it for another encoding otherwise.
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(COLUMNS)?;
    let master = desk.ctx.master();
    for (body, _, launch) in entries(&master, visit) {
        let reception = body.reception;
        let reasons: Vec<NotReadyReason> = FilingKind::ALL
            .iter()
            .filter_map(|kind| match reception.readiness(*kind) {
                Readiness::Ready => None,
                Readiness::NotReady { reason, .. } => Some(reason),
            })
            .collect();
        let takes = match reasons.len() {
            0 => "all",
            n if n == FilingKind::ALL.len() => "none",
            _ => "some",
        };
        let not_taken = FilingKind::ALL.iter().filter(|kind| reception.not_taken.has(**kind));
        let half = launch.and_then(|it| PERIODS.get(usize::from(it).checked_sub(1)?));
        writer.write_record([
            body.id.as_str(),
            body.id.prefecture(),
            body.prefecture,
            body.name,
            body.class.map_or("union", routing::Class::as_str),
            &launch.map(|it| it.to_string()).unwrap_or_default(),
            half.map_or("", |(ja, _)| ja),
            takes,
            reasons.first().map_or("", |reason| reason.as_str()),
            &not_taken.map(|kind| kind.as_str()).collect::<Vec<_>>().join(";"),
            reception.alternative.as_str(),
            &reception.alternative_note,
            &body.period.from.map(|day| day.to_string()).unwrap_or_default(),
        ])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

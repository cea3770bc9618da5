//! `/operator/one-stop`: one change of corporate matters for many offices. The list comes from what
//! the hub knows, whoever files confirms it, and what is filed reaches every authority concerned.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use routing::Designator;
use schemas::{FilingKind, Office, OfficeNumber, OfficeService, ServiceCode, Submission};
use serde_json::json;

use super::Applicant;
use super::draft::begin_draft;
use super::outlook::Outlook;
use super::words::Words;
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::frame::Shell;
use crate::web::offices::{self, KnownOffice, Standing};
use crate::web::parts::{Badge, Part};
use crate::web::sent::{Fields, Sent};
use crate::web::visit::{Visit, see_other};
use crate::written::{find_places, half_width};

/// Empty lines for offices that the hub does not know.
const BLANK: usize = 2;

#[derive(Template)]
#[template(path = "operator/one_stop.html")]
struct OneStopPage {
    shell: Shell,
    w: &'static Words,
    offices: Vec<Line>,
    offices_part: Part,
    /// How many are known, on all pages.
    known: usize,
    /// What is ticked on other pages of the list.
    elsewhere: Vec<String>,
    others: Vec<Other>,
    problems: Vec<String>,
    /// Who will get it, once the list was looked at.
    outlook: Option<Outlook>,
    chosen: usize,
}

/// An office that is known.
struct Line {
    name: String,
    number: String,
    place: String,
    services: Vec<Tick>,
}

/// One of its services.
struct Tick {
    word: String,
    name: String,
    chosen: bool,
    note: Option<Badge>,
}

/// An office that was written.
#[derive(Default, Clone, PartialEq, Eq)]
struct Other {
    name: String,
    number: String,
    place: String,
    services: String,
}

impl Other {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `GET /operator/one-stop`
pub(super) async fn show(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    let page = async {
        let known = offices::known(&desk, applicant.number).await?;
        // An office that was filed about may never come to be, and a closed one is no more; whoever
        // files may tick both all the same.
        let is_chosen = |_: &str, standing| standing == Standing::Accepted;
        Ok(page(&desk, &applicant.visit, (&known, &is_chosen), Vec::new()))
    };
    applicant.visit.answer(page.await)
}

/// What an office is known by in the form.
fn key(office: &Office) -> String {
    match office.office_number {
        Some(number) => number.to_string(),
        None => format!("{}@{}", office.name, office.municipality),
    }
}

fn word(office: &Office, service: ServiceCode) -> String {
    format!("{}|{service}", key(office))
}

type IsChosen<'a> = &'a dyn Fn(&str, Standing) -> bool;

fn page(
    desk: &Desk,
    visit: &Visit,
    (known, is_chosen): (&[KnownOffice], IsChosen<'_>),
    mut others: Vec<Other>,
) -> OneStopPage {
    let w = Words::of(visit.lang);
    let max = desk.ctx.config.limits.offices_max;
    others.extend(std::iter::repeat_n(Other::default(), BLANK));
    let mut offices: Vec<_> =
        known.iter().take(max).map(|it| Line::new(desk, it, is_chosen, w)).collect();
    let known = offices.len();
    let ticks = |line: &Line| -> Vec<String> {
        let chosen = line.services.iter().filter(|it| it.chosen);
        chosen.map(|it| it.word.clone()).collect()
    };
    let ticked: Vec<_> = offices.iter().map(ticks).collect();
    let offices_part = Part::cut(&mut offices, "offices", visit).in_form();
    let shown = offices_part.shown();
    let is_elsewhere = |(place, _): &(usize, Vec<String>)| !shown.contains(place);
    let elsewhere = ticked.into_iter().enumerate().filter(is_elsewhere);
    OneStopPage {
        shell: visit.shell("/operator/one-stop"),
        w,
        offices,
        offices_part,
        known,
        elsewhere: elsewhere.flat_map(|(_, words)| words).collect(),
        others,
        problems: Vec::new(),
        outlook: None,
        chosen: 0,
    }
}

impl Line {
    fn new(desk: &Desk, known: &KnownOffice, is_chosen: IsChosen<'_>, w: &Words) -> Self {
        let office = &known.office;
        let master = desk.ctx.master();
        let rows = master.services();
        let tick = |(service, standing): (&OfficeService, &Standing)| {
            let word = word(office, service.service);
            let row = rows.iter().find(|row| row.code == service.service);
            let name = row.map_or("", |row| row.name.as_str());
            Tick {
                chosen: is_chosen(&word, *standing),
                name: format!("{} {name}", service.service),
                word,
                note: match standing {
                    Standing::Accepted => None,
                    Standing::Filed => Some(Badge::new("wait", w.one_stop_filed)),
                    Standing::Closed => Some(Badge::new("off", w.one_stop_closed)),
                },
            }
        };
        Self {
            name: office.name.clone(),
            number: office.office_number.map(|it| it.to_string()).unwrap_or_default(),
            place: desk.ctx.master().name(office.municipality),
            services: office.services.iter().zip(&known.standings).map(tick).collect(),
        }
    }
}

/// `POST /operator/one-stop`: the list is turned, looked at, or the draft is begun.
pub(super) async fn send(State(desk): State<Arc<Desk>>, sent: Sent<Applicant>) -> Response {
    let Sent { by, fields, visit } = sent;
    let known = match offices::known(&desk, by.number).await {
        Ok(known) => known,
        Err(error) => return visit.fault(&error.into()),
    };
    let ticked: HashSet<&str> = fields.all("service").collect();
    let others = others(&fields);
    let mut problems = Vec::new();
    let mut chosen: Vec<Office> = known.iter().filter_map(|it| kept(&it.office, &ticked)).collect();
    for (place, other) in others.iter().enumerate() {
        match read(&desk, other, &visit) {
            Ok(office) => chosen.push(office),
            Err(what) => problems.push(format!("{} {}: {what}", other.name, place + 1)),
        }
    }
    let w = Words::of(visit.lang);
    let max = desk.ctx.config.limits.offices_max;
    if chosen.is_empty() && problems.is_empty() {
        problems.push(w.one_stop_none.to_owned());
    }
    if chosen.len() > max {
        problems.push(format!("{} {max}", w.one_stop_max));
    }
    let submission = submission(&by, chosen);
    if problems.is_empty() && fields.get("action") == Some("begin") {
        return begin(&desk, &by, submission).await;
    }
    let is_chosen = |word: &str, _| ticked.contains(word);
    if fields.get("action") == Some("turn") {
        return visit.page(StatusCode::OK, &page(&desk, &visit, (&known, &is_chosen), others));
    }
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let outlook = problems.is_empty().then(|| Outlook::of(&desk, &submission, &visit));
    let page = page(&desk, &visit, (&known, &is_chosen), others);
    let chosen = submission.offices.len();
    visit.page(status, &OneStopPage { problems, outlook, chosen, ..page })
}

async fn begin(desk: &Desk, by: &Applicant, submission: Submission) -> Response {
    match begin_draft(desk, by, submission).await {
        Ok(to) => see_other(&to),
        Err(fault) => by.visit.fault(&fault),
    }
}

fn submission(by: &Applicant, offices: Vec<Office>) -> Submission {
    Submission {
        kind: FilingKind::Change,
        corporate_number: by.number,
        operator_name: by.visit.body.clone(),
        one_stop: true,
        offices,
        form: json!({}),
        attachments: Vec::new(),
    }
}

/// An office with those of its services that are ticked, if there are any.
fn kept(office: &Office, ticked: &HashSet<&str>) -> Option<Office> {
    let mut office = office.clone();
    let key = key(&office);
    office.services.retain(|it| ticked.contains(format!("{key}|{}", it.service).as_str()));
    (!office.services.is_empty()).then_some(office)
}

/// The offices that were written, line by line.
fn others(fields: &Fields) -> Vec<Other> {
    let column = |name| fields.all(name).map(|text| text.trim().to_owned()).collect::<Vec<_>>();
    let (names, numbers) = (column("other_name"), column("other_number"));
    let (places, services) = (column("other_place"), column("other_services"));
    let cell = |of: &[String], row: usize| of.get(row).cloned().unwrap_or_default();
    let line = |row: usize| Other {
        name: cell(&names, row),
        number: cell(&numbers, row),
        place: cell(&places, row),
        services: cell(&services, row),
    };
    (0..names.len()).map(line).filter(|other| !other.is_empty()).collect()
}

/// An office that was written, or what is wrong with it.
fn read(desk: &Desk, other: &Other, visit: &Visit) -> Result<Office, String> {
    let w = Words::of(visit.lang);
    let (master, day) = (&desk.ctx.master(), day_in_japan(visit.now));
    let name_max = desk.ctx.config.limits.name_chars_max;
    if other.name.is_empty() || other.name.chars().count() > name_max {
        return Err(w.start_name.to_owned());
    }
    let number = half_width(&other.number).to_uppercase();
    let office_number = match number.as_str() {
        "" => None,
        text => Some(text.parse::<OfficeNumber>().map_err(|_| w.start_number.to_owned())?),
    };
    let municipality = match find_places(master, &other.place, day)[..] {
        [one] => one.code,
        [] => return Err(w.start_place_none.to_owned()),
        [_, ..] => return Err(w.start_place_many.to_owned()),
    };
    let words = other.services.split(['、', ',', ' ', '　', '，']).filter(|it| !it.is_empty());
    let service = |text: &str| {
        let code: ServiceCode = half_width(text).to_uppercase().parse().ok()?;
        let row = master.service(code, day).filter(|row| row.designator != Designator::None)?;
        Some(OfficeService { service: row.code, insurers: Vec::new(), deemed: false })
    };
    let services: Option<Vec<_>> = words.map(service).collect();
    let services = services.filter(|it| !it.is_empty());
    let services = services.ok_or_else(|| w.one_stop_services.to_owned())?;
    Ok(Office { name: other.name.clone(), office_number, municipality, services })
}

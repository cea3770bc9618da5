//! `/operator/offices`: the operator's offices, as its filings name them, and what was filed last
//! about each.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routing::{Case, plan_case};
use schemas::{AuthorityId, FilingId, FilingKind, Office};

use super::Applicant;
use super::start::link_for;
use super::words::Words;
use crate::context::day_in_japan;
use crate::delivery::Delivery;
use crate::filing::Status;
use crate::web::Desk;
use crate::web::cursor::ROWS;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::offices::{Ending, Known, KnownOffice, Standing, find};
use crate::web::parts::{Badge, Stamp};
use crate::web::visit::Visit;
use crate::written::half_width;

/// Authorities that a line names at most.
const AUTHORITIES_MAX: usize = 3;

#[derive(Template)]
#[template(path = "operator/offices.html")]
struct OfficesPage {
    shell: Shell,
    w: &'static Words,
    text: String,
    lines: Vec<Line>,
    /// How many filings were looked through, when there are older ones.
    looked: Option<usize>,
    first: Option<String>,
    next: Option<String>,
}

struct Line {
    name: String,
    number: String,
    place: String,
    /// Each with a note on how it stands, where it is not simply accepted.
    services: Vec<(String, Option<Badge>)>,
    authorities: Vec<String>,
    /// Authorities beyond those.
    more: usize,
    kind: &'static str,
    receipt_number: String,
    received: Stamp,
    status: Badge,
    ends: Option<(String, &'static str)>,
    start: String,
}

/// `GET /operator/offices?text=…&after=…&after_key=…`: those behind an office of this name and
/// number.
pub(super) async fn list(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    applicant.visit.answer(read(&desk, &applicant).await)
}

async fn read(desk: &Desk, applicant: &Applicant) -> Result<OfficesPage, Fault> {
    let visit = &applicant.visit;
    let text = visit.get("text").unwrap_or_default().trim().to_owned();
    let asked = Some(text.as_str()).filter(|it| !it.is_empty());
    let Known { mut offices, has_older } = find(desk, applicant.number, asked).await?;
    offices.retain(|it| holds(desk, it, &text));
    if let Some(after) = visit.get("after") {
        let key = visit.get("after_key").unwrap_or_default();
        offices.retain(|it| (it.office.name.as_str(), it.key().as_str()) > (after, key));
    }
    let is_more = offices.len() > ROWS;
    offices.truncate(ROWS);
    let next = offices
        .last()
        .filter(|_| is_more)
        .map(|last| visit.link(&[("after", &last.office.name), ("after_key", &last.key())]));
    Ok(OfficesPage {
        shell: visit.shell("/operator/offices"),
        w: Words::of(visit.lang),
        lines: lines(desk, visit, &offices).await?,
        text,
        looked: has_older.then_some(desk.ctx.config.drafts.filings_looked_max),
        first: visit.get("after").map(|_| visit.link(&[("after", ""), ("after_key", "")])),
        next,
    })
}

/// Whether an office's name, number or municipality holds a text.
fn holds(desk: &Desk, known: &KnownOffice, text: &str) -> bool {
    let office = &known.office;
    let number = office.office_number.map(|it| it.to_string()).unwrap_or_default();
    let narrow = half_width(text);
    half_width(&office.name).contains(&narrow)
        || number.contains(&narrow.to_uppercase())
        || desk.ctx.master().name(office.municipality).contains(text)
}

async fn lines(desk: &Desk, visit: &Visit, offices: &[KnownOffice]) -> Result<Vec<Line>, Fault> {
    let mut ids: Vec<FilingId> = offices.iter().map(|it| it.last.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut deliveries: HashMap<FilingId, Vec<Delivery>> = HashMap::new();
    for delivery in desk.ctx.store.deliveries_of_all(&ids).await? {
        deliveries.entry(delivery.filing_id).or_default().push(delivery);
    }
    let of = |id| deliveries.get(&id).map(Vec::as_slice).unwrap_or_default();
    Ok(offices.iter().map(|it| Line::new(desk, it, of(it.last.id), visit)).collect())
}

impl Line {
    fn new(desk: &Desk, known: &KnownOffice, last: &[Delivery], visit: &Visit) -> Self {
        let (office, w) = (&known.office, Words::of(visit.lang));
        let master = &desk.ctx.master();
        let mut authorities: Vec<_> =
            authorities(desk, office, visit).into_iter().map(|it| master.name(it)).collect();
        let more = authorities.len().saturating_sub(AUTHORITIES_MAX);
        authorities.truncate(AUTHORITIES_MAX);
        Self {
            name: office.name.clone(),
            number: office.office_number.map(|it| it.to_string()).unwrap_or_default(),
            place: master.name(office.municipality),
            services: services(desk, known, w),
            authorities,
            more,
            kind: visit.lang.kind(known.last.kind),
            receipt_number: known.last.receipt_number.clone(),
            received: Stamp::new(known.last.received_at, visit.now, visit.lang),
            // A filing that was withdrawn names no office here.
            status: labels::status(Status::of(last, false), visit.lang),
            ends: known.ends.map(|ends| match ends {
                Ending::Written(day) => (day.to_string(), w.offices_written),
                Ending::Reckoned(day) => (day.to_string(), w.offices_reckoned),
            }),
            start: link_for(office),
        }
    }
}

fn services(desk: &Desk, known: &KnownOffice, w: &Words) -> Vec<(String, Option<Badge>)> {
    let master = desk.ctx.master();
    let rows = master.services();
    let all = known.office.services.iter().zip(&known.standings);
    let one = |(it, standing): (&schemas::OfficeService, &Standing)| {
        let row = rows.iter().find(|row| row.code == it.service);
        let name = row.map_or_else(|| it.service.to_string(), |row| row.name.clone());
        let note = match standing {
            Standing::Accepted => None,
            Standing::Filed => Some(Badge::new("wait", w.one_stop_filed)),
            Standing::Closed => Some(Badge::new("off", w.one_stop_closed)),
        };
        (name, note)
    };
    all.map(one).collect()
}

/// Who gets a change notice of an office today: those that designate its services.
fn authorities(desk: &Desk, office: &Office, visit: &Visit) -> Vec<AuthorityId> {
    let (master, date) = (desk.ctx.master(), day_in_japan(visit.now));
    let mut all = Vec::new();
    for it in &office.services {
        let case = Case {
            municipality: office.municipality,
            service: it.service,
            kind: FilingKind::Change,
            date,
            insurers: &it.insurers,
            deemed: it.deemed,
        };
        let Ok(plan) = plan_case(&master, &case) else { continue };
        for route in plan.routes {
            if !all.contains(&route.authority) {
                all.push(route.authority);
            }
        }
    }
    all
}

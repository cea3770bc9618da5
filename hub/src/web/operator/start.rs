//! `/operator/start`: which office, which services, what is filed; then what that will mean, before
//! anything is written.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routing::{Category, Designator, ServiceRow};
use schemas::Submission;
use schemas::{AuthorityId, FilingKind, Office, OfficeNumber, OfficeService, ServiceCode};
use serde_json::json;
use url::form_urlencoded;

use super::Applicant;
use super::outlook::Outlook;
use super::words::Words;
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::offices;
use crate::web::parts::{Choice, Part};
use crate::web::visit::Visit;
use crate::written::{OFFERED_MAX, find_places, half_width};

/// What was chosen so far.
#[derive(Default)]
pub(super) struct Start {
    name: String,
    number: String,
    place: String,
    municipality: Option<(AuthorityId, String)>,
    /// Places that may be meant.
    offered: Vec<(String, String)>,
    kind: Option<FilingKind>,
    services: Vec<ServiceCode>,
    insurers: String,
    insurer_codes: Vec<AuthorityId>,
    deemed: bool,
    /// What cannot be gone on with.
    pub(super) problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "operator/start.html")]
pub(super) struct StartPage {
    shell: Shell,
    w: &'static Words,
    offices: Vec<Known>,
    offices_part: Part,
    it: Start,
    is_placed: bool,
    kinds: Vec<Choice>,
    groups: Vec<Group>,
    outlook: Option<Outlook>,
}

/// An office that is known from earlier filings.
struct Known {
    name: String,
    number: String,
    place: String,
    services: String,
    codes: Vec<ServiceCode>,
    link: String,
}

/// Services of one group of the law.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) is_open: bool,
    pub(super) services: Vec<Choice>,
}

/// `GET /operator/start`
pub(super) async fn show(State(desk): State<Arc<Desk>>, applicant: Applicant) -> Response {
    let visit = &applicant.visit;
    let get = |name: &str| visit.get(name);
    let start = Start::read(&desk, visit, &get, &visit.all("service"));
    visit.answer(StartPage::read(&desk, &applicant, start).await)
}

impl Start {
    /// Reads what was chosen.
    pub(super) fn read<'t>(
        desk: &Desk,
        visit: &Visit,
        get: &dyn Fn(&str) -> Option<&'t str>,
        services: &[&str],
    ) -> Self {
        let text = |name: &str| get(name).unwrap_or_default().trim().to_owned();
        let mut start = Self {
            name: text("name"),
            number: half_width(&text("number")).to_uppercase(),
            place: text("place"),
            kind: get("kind").and_then(|word| word.parse().ok()),
            services: services.iter().filter_map(|code| code.parse().ok()).collect(),
            insurers: text("insurers"),
            deemed: get("deemed").is_some(),
            ..Self::default()
        };
        start.look_up(desk, visit);
        start
    }

    fn look_up(&mut self, desk: &Desk, visit: &Visit) {
        if self.name.is_empty() && self.place.is_empty() {
            return;
        }
        let w = Words::of(visit.lang);
        let (master, day) = (&desk.ctx.master(), day_in_japan(visit.now));
        let name_max = desk.ctx.config.limits.name_chars_max;
        if self.name.is_empty() || self.name.chars().count() > name_max {
            self.problems.push(w.start_name.to_owned());
        }
        if !self.number.is_empty() && self.number.parse::<OfficeNumber>().is_err() {
            self.problems.push(w.start_number.to_owned());
        }
        let found = find_places(master, &self.place, day);
        match found[..] {
            [one] => self.municipality = Some((one.code, one.name.clone())),
            [] => self.problems.push(w.start_place_none.to_owned()),
            [_, ..] => {
                self.problems.push(w.start_place_many.to_owned());
                let offered = found.iter().take(OFFERED_MAX);
                self.offered = offered
                    .map(|row| (row.code.to_string(), format!("{} {}", row.prefecture, row.name)))
                    .collect();
            }
        }
        for written in self.insurers.split(['、', ',', ' ', '　', '，']).filter(|it| !it.is_empty())
        {
            match find_places(master, written, day)[..] {
                [one] => self.insurer_codes.push(one.code),
                [] | [_, ..] => self.problems.push(format!("{} {written}", w.start_insurer)),
            }
        }
    }

    /// What will be filed, once all is chosen.
    pub(super) fn submission(&self, desk: &Desk, by: &Applicant) -> Option<Submission> {
        let (municipality, _) = self.municipality.clone()?;
        let kind = self.kind?;
        if self.services.is_empty() {
            return None;
        }
        let day = day_in_japan(by.visit.now);
        let service = |code: &ServiceCode| {
            let master = desk.ctx.master();
            let row = master.service(*code, day);
            let by_insurer = row.is_some_and(|row| {
                matches!(row.designator, Designator::MunicipalMulti | Designator::MunicipalInsurer)
            });
            OfficeService {
                service: *code,
                insurers: if by_insurer { self.insurer_codes.clone() } else { Vec::new() },
                deemed: self.deemed && row.is_some_and(|row| !row.deemed_for.is_empty()),
            }
        };
        let office = Office {
            name: self.name.clone(),
            office_number: self.number.parse().ok(),
            municipality,
            services: self.services.iter().map(service).collect(),
        };
        Some(Submission {
            kind,
            corporate_number: by.number,
            operator_name: by.visit.body.clone(),
            one_stop: false,
            offices: vec![office],
            form: json!({}),
            attachments: Vec::new(),
        })
    }
}

impl StartPage {
    /// The page with what was chosen so far.
    pub(super) async fn read(desk: &Desk, by: &Applicant, it: Start) -> Result<Self, Fault> {
        let visit = &by.visit;
        let offices = offices::known(desk, by.number).await?;
        let mut offices: Vec<_> =
            offices.iter().map(|known| Known::new(desk, &known.office)).collect();
        let is_placed = it.municipality.is_some() && it.problems.is_empty();
        let submission = it.submission(desk, by).filter(|_| is_placed);
        let choice = |kind: &FilingKind| Choice {
            word: kind.as_str().to_owned(),
            name: visit.lang.kind(*kind).to_owned(),
            chosen: it.kind == Some(*kind),
        };
        let kinds = FilingKind::ALL.iter().map(choice).collect();
        let usual = offices.iter().find(|known| known.name == it.name && !it.name.is_empty());
        let usual = usual.map(|known| known.codes.clone()).unwrap_or_default();
        // The office's usual services are ticked at first.
        let is_first = it.kind.is_none() && it.services.is_empty();
        let is_chosen =
            |code: ServiceCode| it.services.contains(&code) || (is_first && usual.contains(&code));
        let groups = if is_placed { groups(desk, &is_chosen, visit) } else { Vec::new() };
        let offices_part = Part::cut(&mut offices, "offices", &visit.at("/operator/start"));
        Ok(Self {
            shell: visit.shell("/operator/start"),
            w: Words::of(visit.lang),
            outlook: submission.map(|submission| Outlook::of(desk, &submission, visit)),
            offices,
            offices_part,
            is_placed,
            kinds,
            groups,
            it,
        })
    }
}

impl Known {
    fn new(desk: &Desk, office: &Office) -> Self {
        let number = office.office_number.map(|it| it.to_string()).unwrap_or_default();
        let codes: Vec<ServiceCode> = office.services.iter().map(|it| it.service).collect();
        let master = desk.ctx.master();
        let rows = master.services();
        let name = |code: &ServiceCode| {
            let row = rows.iter().find(|row| row.code == *code);
            row.map_or_else(|| code.to_string(), |row| row.name.clone())
        };
        let services: Vec<_> = codes.iter().map(name).collect();
        Self {
            name: office.name.clone(),
            number,
            place: desk.ctx.master().name(office.municipality),
            services: services.join("、"),
            codes,
            link: link_for(office),
        }
    }
}

/// Where something is filed about a known office.
pub(super) fn link_for(office: &Office) -> String {
    let number = office.office_number.map(|it| it.to_string()).unwrap_or_default();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("name", &office.name)
        .append_pair("number", &number)
        .append_pair("place", &office.municipality.to_string())
        .finish();
    format!("/operator/start?{query}#kind")
}

/// The services to choose from, by group.
pub(super) fn groups(
    desk: &Desk,
    is_chosen: &dyn Fn(ServiceCode) -> bool,
    visit: &Visit,
) -> Vec<Group> {
    let day = day_in_japan(visit.now);
    let choice = |row: &ServiceRow| Choice {
        chosen: is_chosen(row.code),
        name: format!("{} {}", row.code, row.name),
        word: row.code.to_string(),
    };
    let mut all: Vec<(Category, Group)> = Vec::new();
    let master = desk.ctx.master();
    let rows = master.services().iter().filter(|row| row.period.contains(day));
    for row in rows.filter(|row| row.designator != Designator::None) {
        let choice = choice(row);
        if let Some((_, group)) = all.iter_mut().find(|(known, _)| *known == row.category) {
            group.services.push(choice);
        } else {
            let title = category(row.category, visit).to_owned();
            all.push((row.category, Group { title, is_open: false, services: vec![choice] }));
        }
    }
    let nothing = !all.iter().any(|(_, group)| group.services.iter().any(|it| it.chosen));
    let open = |(_, group): (Category, Group)| Group {
        is_open: nothing || group.services.iter().any(|it| it.chosen),
        ..group
    };
    all.into_iter().map(open).collect()
}

fn category(category: Category, visit: &Visit) -> &'static str {
    let (ja, en) = match category {
        Category::Home => ("居宅サービス", "Home services"),
        Category::Facility => ("施設サービス", "Facilities"),
        Category::Preventive => ("介護予防サービス", "Preventive services"),
        Category::Community => ("地域密着型サービス", "Community-based services"),
        Category::CommunityPreventive => {
            ("地域密着型介護予防サービス", "Community-based preventive services")
        }
        Category::Support => ("居宅介護支援・介護予防支援", "Care management"),
        Category::Comprehensive => ("総合事業", "Comprehensive project"),
    };
    visit.lang.pick(ja, en)
}

//! The filings of the demo: every kind, every service that can be filed, municipalities all over
//! the country; each is such that intake takes it. A function of the seed, so that a demo that goes
//! on files the same.

use jiff::civil::Date;
use rand::Rng;
use rand::rngs::StdRng;
use routing::{Case, Category, Class, Designator, Master, ServiceRow, plan, plan_case};
use schemas::codes::office_number_of;
use schemas::{AuthorityId, Catalogue, FilingKind, Office, OfficeService, Submission};
use serde_json::{Value, json};

use super::chance::{chance, percent, pick, word};
use super::forms;
use super::papers::{Paper, papers};
use super::people::Operator;
use super::place::Marker;

/// Of these, one files a one-stop change.
const ONE_STOP_EVERY: usize = 350;
/// Its offices, each in another municipality.
const ONE_STOP_OFFICES: usize = 200;
/// How often another place and service is tried until the tables take the case.
const TRIES: usize = 200;

/// One filing of the demo.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Its place, from 0.
    pub(super) index: usize,
    /// The operator's place.
    pub(super) operator: usize,
    /// What is handed in.
    pub(super) submission: Submission,
    /// The same as it goes over the wire.
    pub(super) document: String,
    /// The attachments.
    pub(super) papers: Vec<Paper>,
    /// Whether its operator takes it back.
    pub(super) is_withdrawn: bool,
    /// Whether its operator corrects it when it is returned.
    pub(super) is_corrected: bool,
}

/// Makes filings.
pub(super) struct Writer<'a> {
    master: &'a Master,
    catalogue: &'a Catalogue,
    operators: &'a [Operator],
    marker: &'a Marker,
    places: Vec<(AuthorityId, String)>,
    /// By kind: the services for which it can be filed.
    services: Vec<Vec<&'a ServiceRow>>,
}

impl<'a> Writer<'a> {
    /// A writer for one demo.
    pub(super) fn new(
        (master, catalogue): (&'a Master, &'a Catalogue),
        operators: &'a [Operator],
        marker: &'a Marker,
    ) -> Self {
        let day = marker.day;
        let municipal = master.authorities_on(day).filter(|row| row.class != Class::Prefecture);
        let places: Vec<_> = municipal.map(|row| (row.code, row.name.clone())).collect();
        let services = FilingKind::ALL.iter().map(|kind| {
            let can = |row: &&ServiceRow| {
                places.first().is_some_and(|(place, _)| fits(master, (*kind, day), *place, row))
            };
            master.services().iter().filter(can).collect()
        });
        Self { master, catalogue, operators, marker, services: services.collect(), places }
    }

    /// All filings.
    pub(super) fn all(&self) -> Vec<Planned> {
        (0..self.marker.filings).filter_map(|index| self.filing(index)).collect()
    }

    fn filing(&self, index: usize) -> Option<Planned> {
        let (seed, day) = (self.marker.seed, self.marker.day);
        let mut rng = chance(seed, &format!("filing {index}"));
        let one_stop = index % ONE_STOP_EVERY == 20;
        let operator = rng.random_range(0..self.operators.len());
        let kind = if one_stop { FilingKind::Change } else { kind(&mut rng, index) };
        let papers = if one_stop {
            vec![Paper::new(seed, format!("paper {index}"), "登記情報(照会番号).pdf", 6 * 1024)]
        } else {
            papers(seed, index, kind)
        };
        let who = self.operators.get(operator)?;
        let mut submission = (0..TRIES).find_map(|_| {
            let offices = if one_stop {
                self.offices_everywhere(&mut rng, who)
            } else {
                vec![self.office(&mut rng, kind, index)?]
            };
            let submission = Submission {
                kind,
                corporate_number: who.number,
                operator_name: who.name.clone(),
                one_stop,
                offices,
                form: Value::Null,
                attachments: papers.iter().map(|paper| paper.attachment.clone()).collect(),
            };
            plan(self.master, &submission, day).is_ok().then_some(submission)
        })?;
        submission.form = forms::body(&mut rng, self.catalogue, &submission, day);
        let document = serde_json::to_string(&submission).ok()?;
        let is_withdrawn = !one_stop && percent(seed, &format!("withdrawal of {index}")) < 3;
        let is_corrected = percent(seed, &format!("correction of {index}")) < 50;
        Some(Planned { index, operator, submission, document, papers, is_withdrawn, is_corrected })
    }

    fn office(&self, rng: &mut StdRng, kind: FilingKind, index: usize) -> Option<Office> {
        let (municipality, place) = pick(rng, &self.places)?;
        let known = self.services.get(kind as usize)?;
        // Each service has its turn; most offices have one, some have more.
        let first = *known.get((index / 3) % known.len().max(1))?;
        let mut rows = vec![first];
        if matches!(kind, FilingKind::Change | FilingKind::Addon) && rng.random_ratio(1, 5) {
            let second = pick(rng, known)?;
            rows.extend(Some(second).filter(|row| row.code != first.code));
        }
        let services = rows.iter().map(|row| self.service(rng, kind, row, municipality));
        Some(Office {
            services: services.collect(),
            name: office_name(rng, &place, first.category),
            office_number: (kind != FilingKind::Designation)
                .then(|| office_number(rng, municipality, first.category))
                .flatten(),
            municipality,
        })
    }

    fn service(
        &self,
        rng: &mut StdRng,
        kind: FilingKind,
        row: &ServiceRow,
        municipality: AuthorityId,
    ) -> OfficeService {
        let many =
            matches!(row.designator, Designator::MunicipalMulti | Designator::MunicipalInsurer);
        let near: Vec<_> = self
            .places
            .iter()
            .map(|(code, _)| *code)
            .filter(|code| code.prefecture() == municipality.prefecture())
            .collect();
        let mut insurers = Vec::new();
        if many && rng.random_ratio(1, 3) {
            insurers.push(municipality);
            insurers.extend((0..rng.random_range(1..=2)).filter_map(|_| pick(rng, &near)));
            insurers.dedup();
        }
        let deemed = kind == FilingKind::DeemedOptOut
            || (kind == FilingKind::Addon && !row.deemed_for.is_empty() && rng.random_ratio(1, 4));
        OfficeService { service: row.code, insurers, deemed }
    }

    /// A chain's offices: 居宅介護支援 or 訪問介護, each in another municipality.
    fn offices_everywhere(&self, rng: &mut StdRng, who: &Operator) -> Vec<Office> {
        let wanted = ["43", "78"];
        let rows: Vec<_> = self
            .master
            .services()
            .iter()
            .filter(|row| wanted.contains(&row.code.as_str()))
            .collect();
        let step = (self.places.len() / ONE_STOP_OFFICES).max(1);
        let start = rng.random_range(0..step);
        let chosen = self.places.iter().skip(start).step_by(step).take(ONE_STOP_OFFICES);
        let office = |(code, place): &(AuthorityId, String)| {
            let row = pick(rng, &rows)?;
            Some(Office {
                name: format!("{} {place}事業所", who.name),
                office_number: office_number(rng, *code, row.category),
                municipality: *code,
                services: vec![OfficeService {
                    service: row.code,
                    insurers: Vec::new(),
                    deemed: false,
                }],
            })
        };
        chosen.filter_map(office).collect()
    }
}

/// The corrected filing: what is handed in after a return.
pub(super) fn corrected(planned: &Planned) -> Submission {
    let mut submission = planned.submission.clone();
    if let Value::Object(form) = &mut submission.form {
        form.insert("correction".to_owned(), json!("ご指摘の箇所を補正しました。"));
    }
    submission
}

/// Each kind once, then as often as offices file them.
fn kind(rng: &mut StdRng, index: usize) -> FilingKind {
    let all = FilingKind::ALL;
    if let Some(kind) = all.get(index) {
        return *kind;
    }
    match rng.random_range(0..100) {
        0..36 => FilingKind::Change,
        36..54 => FilingKind::Addon,
        54..66 => FilingKind::Renewal,
        66..74 => FilingKind::Designation,
        74..79 => FilingKind::Closure,
        _ => pick(rng, all).unwrap_or(FilingKind::Change),
    }
}

fn fits(
    master: &Master,
    (kind, date): (FilingKind, Date),
    municipality: AuthorityId,
    row: &ServiceRow,
) -> bool {
    let deemed = kind == FilingKind::DeemedOptOut;
    let service = row.code;
    let case = Case { municipality, service, kind, date, insurers: &[], deemed };
    row.period.contains(date) && plan_case(master, &case).is_ok()
}

fn office_name(rng: &mut StdRng, place: &str, category: Category) -> String {
    let name = word(
        rng,
        &[
            "みどり",
            "ひまわり",
            "さくら",
            "なごみ",
            "やすらぎ",
            "あおぞら",
            "こもれび",
            "すみれ",
            "ゆうあい",
            "つばさ",
            "ほのぼの",
            "あさひ",
        ],
    );
    let sort = match category {
        Category::Home | Category::Preventive => word(
            rng,
            &["訪問介護事業所", "訪問看護ステーション", "デイサービスセンター", "ショートステイ"],
        ),
        Category::Facility => "苑",
        Category::Community | Category::CommunityPreventive => {
            word(rng, &["小規模デイ", "グループホーム", "多機能ホーム"])
        }
        Category::Support => "居宅介護支援事業所",
        Category::Comprehensive => word(rng, &["ヘルパーステーション", "地域サロン"]),
    };
    format!("{place}{name}{sort}")
}

/// A 介護事業所番号 of that prefecture and sort.
fn office_number(
    rng: &mut StdRng,
    municipality: AuthorityId,
    category: Category,
) -> Option<schemas::OfficeNumber> {
    let sort = match category {
        Category::Community | Category::CommunityPreventive => '9',
        Category::Comprehensive => 'A',
        Category::Home | Category::Preventive | Category::Facility | Category::Support => '7',
    };
    let (city, serial) = (rng.random_range(0..100), rng.random_range(0..10_000));
    office_number_of(&format!("{}{sort}{city:02}{serial:04}", municipality.prefecture())).ok()
}

#[cfg(test)]
mod tests {
    use super::super::people::operators;
    use super::*;

    fn all(seed: u64, filings: usize) -> Vec<Planned> {
        let master = Master::embedded().expect("the master");
        let operators = operators(seed);
        let marker = Marker { seed, filings, day: jiff::civil::date(2026, 4, 1) };
        let catalogue = Catalogue::embedded().expect("the catalogue");
        Writer::new((&master, catalogue), &operators, &marker).all()
    }

    #[test]
    fn the_same_seed_gives_the_same_filings() {
        let documents = |seed| all(seed, 40).into_iter().map(|it| it.document).collect::<Vec<_>>();
        assert_eq!(documents(1), documents(1));
        assert_ne!(documents(1), documents(2));
    }

    #[test]
    fn intake_takes_them_of_every_kind_and_for_every_service_that_can_be_filed() {
        let config: crate::config::Config = crate::config::Config::load(None).expect("defaults");
        let master = Master::embedded().expect("the master");
        let catalogue = Catalogue::embedded().expect("the catalogue");
        let all = all(1, 600);
        assert_eq!(all.len(), 600);
        let (mut kinds, mut services) = (Vec::new(), Vec::new());
        for planned in &all {
            assert_eq!(planned.submission.check(&config.limits), [], "{}", planned.document);
            assert!(schemas::forms::names_forms(&planned.submission.form), "{}", planned.document);
            let at = schemas::forms::At::on(jiff::civil::date(2026, 4, 1));
            let mut findings = catalogue.check_filing(&planned.submission, &at);
            findings.retain(schemas::Finding::is_error);
            assert_eq!(findings, [], "{}", planned.document);
            kinds.push(planned.submission.kind);
            let offices = planned.submission.offices.iter();
            services.extend(offices.flat_map(|it| it.services.iter().map(|it| it.service)));
        }
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, FilingKind::ALL);
        let fileable = master.services().iter().filter(|row| {
            let day = jiff::civil::date(2026, 4, 1);
            row.period.contains(day) && row.designator != Designator::None
        });
        for row in fileable {
            assert!(services.contains(&row.code), "{} {}", row.code, row.name);
        }
        let one_stop = all.iter().find(|planned| planned.submission.one_stop).expect("one");
        let day = jiff::civil::date(2026, 4, 1);
        let targets = plan(&master, &one_stop.submission, day).expect("a plan").targets;
        assert!(targets.len() > 150, "{}", targets.len());
    }
}

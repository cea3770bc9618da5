//! What must hold for every place and every service, not only for those that somebody thought of.

use std::collections::{BTreeSet, HashMap};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use routing::{Case, CasePlan, Class, Designator, Rule, plan, plan_case};
use schemas::{AuthorityId, FilingKind, Office, OfficeService, ServiceCode};

use crate::{DAY, MASTER, submission};

fn municipalities() -> Vec<AuthorityId> {
    let rows = MASTER.authorities().iter().filter(|row| row.class != Class::Prefecture);
    rows.map(|row| row.code).collect()
}

#[test]
fn the_master_holds_the_1788() {
    let mut by_class: HashMap<Class, usize> = HashMap::new();
    for row in MASTER.authorities_on(DAY) {
        *by_class.entry(row.class).or_default() += 1;
    }
    let count = |class| by_class.get(&class).copied().unwrap_or(0);
    assert_eq!(count(Class::Prefecture), 47);
    assert_eq!(count(Class::DesignatedCity), 20);
    assert_eq!(count(Class::SpecialWard), 23);
    assert_eq!(count(Class::CoreCity), 62);
    assert_eq!(count(Class::City), 710);
    assert_eq!(count(Class::Town) + count(Class::Village), 926);
    assert_eq!(by_class.values().sum::<usize>(), 1788);
    assert_eq!(MASTER.unions_on(DAY).count(), 39);
    assert_eq!(MASTER.services().len(), 71);
}

/// The rules of the law said a second time, straight from the rows.
fn expected(municipality: AuthorityId, designator: Designator, on: Date) -> (AuthorityId, Rule) {
    let row = MASTER.authority(municipality, on).expect("a municipality");
    let union = || MASTER.unions_on(on).find(|union| union.members.contains(&municipality));
    let own = match designator {
        Designator::Prefectural => {
            let mut prefectures = MASTER.prefectures(on);
            let prefecture =
                prefectures.find(|it| it.code.prefecture() == municipality.prefecture());
            return if row.class == Class::DesignatedCity {
                (municipality, Rule::DesignatedCity)
            } else if row.class == Class::CoreCity {
                (municipality, Rule::CoreCity)
            } else {
                (prefecture.expect("its prefecture").code, Rule::Prefecture)
            };
        }
        Designator::MunicipalLocation => Rule::MunicipalLocation,
        Designator::MunicipalMulti => Rule::MunicipalMulti,
        Designator::MunicipalInsurer => Rule::MunicipalInsurer,
        Designator::None => unreachable!("nothing is filed for it"),
    };
    union().map_or((municipality, own), |union| (union.id, Rule::Union))
}

#[test]
fn every_municipality_and_service_has_its_designator() {
    for on in [date(2024, 3, 31), date(2024, 4, 1), DAY] {
        for municipality in municipalities() {
            // One look at the rows for each designator keeps this quick.
            let mut memo: HashMap<Designator, (AuthorityId, Rule)> = HashMap::new();
            for service in MASTER.services() {
                let case = Case {
                    municipality,
                    service: service.code,
                    kind: FilingKind::Change,
                    date: on,
                    insurers: &[],
                    deemed: false,
                };
                let answer = plan_case(&MASTER, &case);
                if service.designator == Designator::None || !service.period.contains(on) {
                    assert!(answer.is_err(), "{case:?}");
                    continue;
                }
                let wanted = memo
                    .entry(service.designator)
                    .or_insert_with(|| expected(municipality, service.designator, on));
                let routes = answer.expect("a plan").routes;
                assert_eq!(routes.len(), 1, "{case:?}");
                assert_eq!((routes[0].authority, routes[0].rule), *wanted, "{case:?}");
            }
        }
    }
}

fn any_municipality() -> impl Strategy<Value = AuthorityId> {
    let known = prop::sample::select(municipalities());
    let wild = (0u32..1_000_000)
        .prop_filter_map("a check digit that fits", |number| format!("{number:06}").parse().ok());
    prop_oneof![30 => known, 1 => wild]
}

fn any_insurer() -> impl Strategy<Value = AuthorityId> {
    let unions: Vec<_> = MASTER.unions().iter().map(|union| union.id).collect();
    prop_oneof![8 => any_municipality(), 1 => prop::sample::select(unions)]
}

fn any_service() -> impl Strategy<Value = ServiceCode> {
    let codes: Vec<_> = MASTER.services().iter().map(|row| row.code).collect();
    prop::sample::select(codes)
}

fn any_date() -> impl Strategy<Value = Date> {
    (0i32..6000).prop_map(|days| date(2018, 1, 1) + days.days())
}

prop_compose! {
    fn any_office()(
        municipality in any_municipality(),
        service in any_service(),
        insurers in prop::collection::vec(any_insurer(), 0..5),
        deemed: bool,
    ) -> Office {
        let services = vec![OfficeService { service, insurers, deemed }];
        Office { name: "事業所".to_owned(), office_number: None, municipality, services }
    }
}

fn case_of(office: &Office, kind: FilingKind, date: Date) -> Case<'_> {
    let it = &office.services[0];
    let (municipality, insurers) = (office.municipality, &it.insurers);
    Case { municipality, service: it.service, kind, date, insurers, deemed: it.deemed }
}

fn holds(case: &Case<'_>, answer: &CasePlan<'_>) {
    let routes = &answer.routes;
    assert!(!routes.is_empty(), "a plan names somebody");
    let once: BTreeSet<_> = routes.iter().map(|route| route.authority).collect();
    assert_eq!(once.len(), routes.len(), "each authority once");
    for route in routes {
        let body = MASTER.body(route.authority, case.date).expect("it exists on that day");
        assert_eq!(body.reception.readiness(case.kind), route.readiness);
        assert_eq!(route.authority.is_union(), route.rule == Rule::Union);
        if let Some(union) = MASTER.union(route.authority, case.date) {
            assert!(union.members.contains(&route.acts_for) || route.acts_for == union.id);
        }
    }
    match answer.designator {
        Designator::Prefectural | Designator::MunicipalLocation => {
            assert_eq!(routes.len(), 1);
            assert_eq!(routes[0].acts_for, case.municipality);
        }
        Designator::MunicipalMulti => assert_eq!(routes[0].acts_for, case.municipality),
        Designator::MunicipalInsurer => {
            let first = case.insurers.first().unwrap_or(&case.municipality);
            assert_eq!(routes[0].acts_for, *first);
        }
        Designator::None => panic!("nothing is filed for it"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_case_is_routed_soundly_or_refused_in_words(
        office in any_office(),
        kind in prop::sample::select(FilingKind::ALL),
        date in any_date(),
    ) {
        let case = case_of(&office, kind, date);
        match plan_case(&MASTER, &case) {
            Ok(answer) => holds(&case, &answer),
            Err(error) => {
                prop_assert!(!error.code().is_empty());
                prop_assert!(!error.to_string().is_empty() && !error.ja().is_empty());
            }
        }
    }

    #[test]
    fn a_submission_is_the_union_of_its_cases(
        offices in prop::collection::vec(any_office(), 1..6),
        date in any_date(),
    ) {
        let kind = FilingKind::Change;
        let mut filing = submission(kind, &[]);
        filing.offices = offices;
        let mut wanted: Vec<AuthorityId> = Vec::new();
        let mut faults = 0;
        for office in &filing.offices {
            match plan_case(&MASTER, &case_of(office, kind, date)) {
                Ok(answer) => wanted.extend(answer.routes.iter().map(|route| route.authority)),
                Err(_) => faults += 1,
            }
        }
        let mut seen = BTreeSet::new();
        wanted.retain(|authority| seen.insert(*authority));
        match plan(&MASTER, &filing, date) {
            Ok(plan) => {
                prop_assert_eq!(faults, 0);
                let got: Vec<_> = plan.targets.iter().map(|target| target.authority).collect();
                prop_assert_eq!(got, wanted);
            }
            Err(error) => prop_assert_eq!(error.faults.len(), faults),
        }
    }
}

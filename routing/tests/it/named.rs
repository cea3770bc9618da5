//! Named cases: real places, real services, and who must get the filing.

use jiff::civil::date;
use routing::{
    Alternative, Case, CaseError, Master, NotReadyReason, Note, Readiness, Rule, Tables, plan,
    plan_case,
};
use schemas::FilingKind;

use crate::{DAY, MASTER, ask, case, code, codes, problem, submission};

#[test]
fn places_of_japan() {
    for (municipality, service, insurers, expected) in [
        ("011002", "78", &[][..], &[("011002", Rule::MunicipalMulti)][..]),
        ("011002", "11", &[], &[("011002", Rule::DesignatedCity)]),
        ("012025", "11", &[], &[("012025", Rule::CoreCity)]),
        ("012033", "11", &[], &[("010006", Rule::Prefecture)]),
        ("012033", "43", &[], &[("012033", Rule::MunicipalLocation)]),
        ("014087", "51", &[], &[("010006", Rule::Prefecture)]),
        // A union's members: municipal services to the union, the others to the prefecture.
        ("013943", "78", &[], &[("U01002", Rule::Union)]),
        ("013943", "43", &[], &[("U01002", Rule::Union)]),
        ("013943", "A2", &[], &[("U01002", Rule::Union)]),
        ("013943", "11", &[], &[("010006", Rule::Prefecture)]),
        // 豊橋市 is a core city and a member of 東三河広域連合.
        ("232017", "11", &[], &[("232017", Rule::CoreCity)]),
        ("232017", "78", &[], &[("U23002", Rule::Union)]),
        // Tokyo's wards designate as municipalities; the governor stays for the rest.
        ("131016", "11", &[], &[("130001", Rule::Prefecture)]),
        ("131016", "78", &[], &[("131016", Rule::MunicipalMulti)]),
        // Location first, then the insurers as given, two members of one union as one.
        (
            "011002",
            "78",
            &["012033", "013943", "011002", "013919"],
            &[
                ("011002", Rule::MunicipalMulti),
                ("012033", Rule::MunicipalMulti),
                ("U01002", Rule::Union),
            ],
        ),
        ("013943", "78", &["013919"], &[("U01002", Rule::Union)]),
        ("011002", "A2", &["012033"], &[("012033", Rule::MunicipalInsurer)]),
        ("011002", "A2", &[], &[("011002", Rule::MunicipalInsurer)]),
        ("011002", "46", &["U01002"], &[("U01002", Rule::Union)]),
        // Insurers play no part in what the prefecture or the location alone designates.
        ("011002", "11", &["012033"], &[("011002", Rule::DesignatedCity)]),
        ("012033", "43", &["011002"], &[("012033", Rule::MunicipalLocation)]),
    ] {
        let insurers = codes(insurers);
        let got = ask(&MASTER, &case(municipality, service, &insurers)).unwrap();
        let got: Vec<_> = got.iter().map(|(code, rule)| (code.as_str(), *rule)).collect();
        assert_eq!(got, expected, "{municipality} {service} {insurers:?}");
    }
}

#[test]
fn a_dissolved_union_acts_to_its_last_day() {
    let on = |day| ask(&MASTER, &Case { date: day, ..case("272094", "78", &[]) }).unwrap();
    assert_eq!(on(date(2024, 3, 31)), [("U27001".to_owned(), Rule::Union)]);
    assert_eq!(on(date(2024, 4, 1)), [("272094".to_owned(), Rule::MunicipalMulti)]);
    let gone = codes(&["U27001"]);
    for service in ["78", "A2", "11", "43"] {
        assert_eq!(problem(&case("271004", service, &gone)), "insurer_not_on_date");
    }
}

#[test]
fn services_end() {
    let on = |service, day| plan_case(&MASTER, &Case { date: day, ..case("011002", service, &[]) });
    let code_of = |service, day| on(service, day).unwrap_err().code();
    assert_eq!(code_of("53", date(2024, 3, 31)), "service_not_designated");
    assert_eq!(code_of("53", date(2024, 4, 1)), "service_abolished");
    assert_eq!(code_of("61", DAY), "service_abolished");
    assert_eq!(code_of("AF", DAY), "service_not_designated");
    assert_eq!(code_of("99", DAY), "unknown_service");
    let error = on("53", DAY).unwrap_err();
    assert!(error.to_string().contains("its last day was 2024-03-31"), "{error}");
    assert!(error.ja().contains("2024-03-31をもって廃止"), "{}", error.ja());
}

#[test]
fn a_service_goes_with_the_one_it_follows() {
    for (child, parent) in [("38", "32"), ("27", "33"), ("39", "37"), ("28", "36")] {
        let child_case = case("012033", child, &[]);
        let answer = plan_case(&MASTER, &child_case).unwrap();
        assert_eq!(answer.routed_as.code.as_str(), parent);
        assert_eq!(
            ask(&MASTER, &child_case).unwrap(),
            ask(&MASTER, &case("012033", parent, &[])).unwrap()
        );
    }
    let filing = submission(FilingKind::Change, &[("012033", &[("38", &[])])]);
    let plan = plan(&MASTER, &filing, DAY).unwrap();
    assert_eq!(plan.targets[0].concerns[0].notes, [Note::FollowsParent]);
}

#[test]
fn a_deemed_designation_takes_no_application() {
    let deemed = |service, kind| Case { kind, deemed: true, ..case("011002", service, &[]) };
    for kind in [FilingKind::Designation, FilingKind::Renewal] {
        assert_eq!(problem(&deemed("13", kind)), "deemed_takes_no_application");
    }
    for kind in [FilingKind::DeemedOptOut, FilingKind::Addon, FilingKind::Change] {
        assert!(plan_case(&MASTER, &deemed("13", kind)).is_ok(), "{kind}");
    }
    assert_eq!(problem(&deemed("11", FilingKind::DeemedOptOut)), "kind_not_for_service");
}

#[test]
fn kinds_are_for_their_services() {
    for (kind, services) in [
        (FilingKind::Resignation, &["51", "54"][..]),
        (FilingKind::FacilityChange, &["52", "55"]),
        (FilingKind::ManagerApproval, &["52", "55"]),
        (FilingKind::Advertisement, &["52", "55"]),
        // 27 goes with 33.
        (FilingKind::DesignationChange, &["33", "27"]),
        (FilingKind::DeemedOptOut, &["13", "14", "16", "31", "63", "23", "2A"]),
    ] {
        let ask =
            |service: &str| plan_case(&MASTER, &Case { kind, ..case("011002", service, &[]) });
        for service in services {
            assert!(ask(service).is_ok(), "{kind} {service}");
        }
        for service in ["11", "78", "43", "A2", "35"] {
            let error = ask(service).unwrap_err();
            assert_eq!(error.code(), "kind_not_for_service", "{kind} {service}");
        }
    }
    let error =
        plan_case(&MASTER, &Case { kind: FilingKind::FacilityChange, ..case("011002", "11", &[]) })
            .unwrap_err();
    assert!(error.to_string().ends_with("it is for 52, 55 only"), "{error}");
}

#[test]
fn the_welfare_act_knows_no_municipalities() {
    let kind = FilingKind::ElderlyWelfare;
    for (municipality, expected) in [
        ("011002", ("011002", Rule::DesignatedCity)),
        ("232017", ("232017", Rule::CoreCity)),
        ("012033", ("010006", Rule::Prefecture)),
        ("131016", ("130001", Rule::Prefecture)),
    ] {
        let got = ask(&MASTER, &Case { kind, ..case(municipality, "78", &[]) }).unwrap();
        assert_eq!(got, [(expected.0.to_owned(), expected.1)], "{municipality}");
    }
    let plan = plan(&MASTER, &submission(kind, &[("012033", &[("78", &[])])]), DAY).unwrap();
    assert_eq!(plan.targets[0].article, "老人福祉法 第14条・第15条・第34条");
    assert_eq!(plan.targets[0].concerns[0].notes, [Note::WelfareActAddressee]);
}

#[test]
fn a_report_to_the_ministry_is_in_the_designators_hands_too() {
    let filing = submission(FilingKind::ProductivityReport, &[("012033", &[("51", &[])])]);
    let plan = plan(&MASTER, &filing, DAY).unwrap();
    assert_eq!(plan.targets[0].authority, code("010006"));
    assert_eq!(plan.targets[0].concerns[0].notes, [Note::MinistryReads]);
}

#[test]
fn who_is_not_ready_is_in_the_plan() {
    let not_ready = |municipality| {
        plan_case(&MASTER, &case(municipality, "78", &[])).unwrap().routes[0].readiness
    };
    let alternative = Alternative::EmailOrOther;
    let expected = Readiness::NotReady { reason: NotReadyReason::NotPrepared, alternative };
    assert_eq!(not_ready("014087"), expected);
    // 中芸広域連合 was listed, and with it its members.
    assert_eq!(not_ready("393029"), expected);
    assert!(not_ready("011002").is_ready());
}

#[test]
fn a_switch_is_told_with_its_reason() {
    let sapporo = "011002,01,北海道,札幌市,サッポロシ,designated_city,5,true,,";
    let with = |switch: &str| {
        let plain = format!("{sapporo}open,,email_or_other,,,");
        assert!(Tables::EMBEDDED.authorities.contains(&plain));
        let authorities =
            Tables::EMBEDDED.authorities.replace(&plain, &format!("{sapporo}{switch}"));
        let master =
            Master::parse(&Tables { authorities: &authorities, ..Tables::EMBEDDED }).unwrap();
        plan_case(&master, &case("011002", "11", &[])).unwrap().routes[0].readiness
    };
    for (switch, reason, alternative) in [
        ("exempt,,as_before,,,", NotReadyReason::Exempt, Alternative::AsBefore),
        ("closed,,paper,札幌市役所,,", NotReadyReason::Closed, Alternative::Paper),
        ("open,change;addon,own_system,,,", NotReadyReason::KindNotTaken, Alternative::OwnSystem),
    ] {
        assert_eq!(with(switch), Readiness::NotReady { reason, alternative }, "{switch}");
    }
    assert_eq!(with("open,addon,paper,,,"), Readiness::Ready);
}

#[test]
fn wrong_places_are_told_apart() {
    assert_eq!(problem(&case("010006", "11", &[])), "not_a_municipality");
    assert_eq!(problem(&case("U01002", "11", &[])), "not_a_municipality");
    assert_eq!(problem(&case("U01999", "11", &[])), "unknown_municipality");
    assert_eq!(problem(&case("999997", "11", &[])), "unknown_municipality");
    let prefecture = codes(&["010006"]);
    assert_eq!(problem(&case("011002", "78", &prefecture)), "not_an_insurer");
    // Even where insurers play no part, a wrong one is told.
    let unknown = codes(&["999997"]);
    assert_eq!(problem(&case("011002", "11", &unknown)), "unknown_insurer");
    // 札幌市中央区, 横浜市鶴見区, 川崎市川崎区, 堺市堺区.
    for (ward, city) in
        [("011011", "011002"), ("141011", "141003"), ("141313", "141305"), ("271411", "271403")]
    {
        let error = plan_case(&MASTER, &case(ward, "11", &[])).unwrap_err();
        let CaseError::UnknownMunicipality { city: Some((hint, _)), .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(hint.as_str(), city, "{ward}");
        assert!(error.to_string().contains("the city designates"), "{error}");
    }
}

//! Whole submissions: fan-out, explanations, what is kept, and two masters side by side.

use routing::{
    Answer, Language, Master, NotReadyReason, Plan, Readiness, Rule, Tables, dry_run, explain, plan,
};
use schemas::FilingKind;

use crate::{DAY, MASTER, case, code, codes, submission};

#[test]
fn a_one_stop_filing_reaches_each_designator_once() {
    let filing = submission(
        FilingKind::Change,
        &[
            ("012033", &[("11", &[]), ("78", &["011002", "013943"])]),
            ("013943", &[("11", &[]), ("78", &[])]),
            ("011002", &[("11", &[]), ("43", &[])]),
        ],
    );
    let plan = plan(&MASTER, &filing, DAY).unwrap();
    let got: Vec<_> = plan.targets.iter().map(|t| (t.authority.to_string(), t.rule)).collect();
    let expected = [
        ("010006".to_owned(), Rule::Prefecture),
        ("012033".to_owned(), Rule::MunicipalMulti),
        ("011002".to_owned(), Rule::MunicipalMulti),
        ("U01002".to_owned(), Rule::Union),
    ];
    assert_eq!(got, expected);
    // 札幌市: as an insurer of the first office, as designated city and as location of the third.
    let sapporo: Vec<_> = plan.targets[2]
        .concerns
        .iter()
        .map(|c| (c.office, c.service.to_string(), c.rule))
        .collect();
    assert_eq!(
        sapporo,
        [
            (0, "78".to_owned(), Rule::MunicipalMulti),
            (2, "11".to_owned(), Rule::DesignatedCity),
            (2, "43".to_owned(), Rule::MunicipalLocation),
        ]
    );
    assert_eq!(plan.targets[3].concerns[0].acts_for, code("013943"));
}

#[test]
fn every_fault_of_a_submission_is_told_with_its_path() {
    let filing = submission(
        FilingKind::Change,
        &[("012033", &[("11", &[]), ("53", &[])]), ("011011", &[("11", &[])])],
    );
    let findings = plan(&MASTER, &filing, DAY).unwrap_err().findings();
    let got: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.code.as_str())).collect();
    assert_eq!(
        got,
        [
            ("/offices/0/services/1/service", "service_abolished"),
            ("/offices/1/municipality", "unknown_municipality"),
        ]
    );
}

#[test]
fn a_plan_survives_being_kept() {
    let filing = submission(FilingKind::Change, &[("014087", &[("38", &["011002"])])]);
    let plan = plan(&MASTER, &filing, DAY).unwrap();
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["targets"][0]["readiness"]["reason"], "not_prepared");
    assert_eq!(json["targets"][0]["concerns"][0]["notes"][0], "follows_parent");
    assert_eq!(serde_json::from_value::<Plan>(json).unwrap(), plan);
}

#[test]
fn a_plan_is_told_in_sentences() {
    let filing = submission(
        FilingKind::Designation,
        &[("014087", &[("78", &["013943"])]), ("014087", &[("78", &[])])],
    );
    let plan = plan(&MASTER, &filing, DAY).unwrap();
    let version = MASTER.version();
    assert_eq!(
        explain(&plan, &MASTER, Language::Ja),
        [
            format!(
                "新規指定(許可)申請は、マスタ {version} の 2026-04-01 時点の内容により、\
                 2か所の指定権者に届けます。"
            ),
            "1. 余市町 (014087)".to_owned(),
            "   78 地域密着型通所介護(2件): 事業所所在地と、選ばれた保険者の市町村長がそれぞれ\
             指定するため。〔介護保険法 第42条の2・第78条の2〕"
                .to_owned(),
            "   ※ システムの利用準備が済んでいないため、ハブで保留します。その間の届出方法: \
             電子メールその他の適切な方法(施行規則 第165条の7)。"
                .to_owned(),
            "2. 後志広域連合 (U01002)".to_owned(),
            "   78 地域密着型通所介護: 蘭越町 (013943)について、広域連合・一部事務組合が構成市町村\
             に代わって指定するため。〔介護保険法 第42条の2・第78条の2、地方自治法 第284条〕"
                .to_owned(),
            "   ・所在地の市町村長の同意が必要です(協議が成立している場合を除く)。".to_owned(),
        ]
    );
    let english = explain(&plan, &MASTER, Language::En);
    assert_eq!(
        english[0],
        format!("New designation goes to 2 authorities, by master {version} as of 2026-04-01.")
    );
    assert_eq!(english.len(), 7);
}

#[test]
fn a_dry_run_tells_whose_filings_would_move() {
    let transfers = "prefecture_code,to,services,kinds,valid_from,valid_to,evidence\n\
                     01,012033,home,*,2026-04-01,,test\n";
    let authorities = Tables::EMBEDDED
        .authorities
        .replace("余市町,ヨイチチョウ,town,6,false,listed", "余市町,ヨイチチョウ,town,6,true,");
    let tables = Tables {
        version: "2026-04-01.1",
        transfers,
        authorities: &authorities,
        ..Tables::EMBEDDED
    };
    let after = Master::parse(&tables).unwrap();
    let none = codes(&[]);
    let cases = [
        case("012033", "11", &none),
        case("012033", "51", &none),
        case("014087", "78", &none),
        case("011002", "53", &none),
    ];
    let report = dry_run(&MASTER, &after, cases);
    assert_eq!((report.before.as_str(), report.after.as_str()), (MASTER.version(), "2026-04-01.1"));
    assert_eq!(report.cases, 4);
    let moved: Vec<_> = report.differences.iter().map(|d| d.case).collect();
    assert_eq!(moved, [0, 2]);
    let Answer::Targets(to) = &report.differences[0].after else { panic!("{report:?}") };
    assert_eq!((to[0].authority, to[0].rule), (code("012033"), Rule::Transfer));
    let Answer::Targets(to) = &report.differences[1].before else { panic!("{report:?}") };
    assert!(matches!(
        to[0].readiness,
        Readiness::NotReady { reason: NotReadyReason::NotPrepared, .. }
    ));
}

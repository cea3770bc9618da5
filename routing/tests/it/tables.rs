//! The tables: what wrong ones are told, and transfers, for which the built-in master has no facts.

use jiff::civil::date;
use routing::{Case, Master, Rule, Tables};
use schemas::FilingKind;

use crate::{ask, case};

fn faults(tables: &Tables<'_>) -> Vec<String> {
    let error = Master::parse(tables).expect_err("a faulty master");
    error.faults.iter().map(ToString::to_string).collect()
}

const TRANSFERS: &str = "prefecture_code,to,services,kinds,valid_from,valid_to,evidence\n";

fn with_transfers(rows: &str) -> Result<Master, Vec<String>> {
    let transfers = format!("{TRANSFERS}{rows}");
    let tables = Tables { transfers: &transfers, ..Tables::EMBEDDED };
    Master::parse(&tables).map_err(|error| error.faults.iter().map(ToString::to_string).collect())
}

#[test]
fn every_bad_cell_is_told_with_its_place() {
    let authorities = "code6,prefecture_code,prefecture,name,name_kana,class,launch_period,\
         prepared,\
         unprepared_basis,status,not_taken,alternative,alternative_note,valid_from,valid_to\n\
         010006,01,北海道,北海道,ホッカイドウ,prefecture,7,true,,open,,email_or_other,,,\n\
         011003,01,北海道,札幌市,サッポロシ,designated,9,yes,,open,,email_or_other,,,\n\
         012025,01,北海道,,ハコダテシ,core_city,3,true,,shut,moving,fax,,2024-13-01,\n\
         012033,02,北海道,小樽市,オタルシ,city,3,true,,open,,paper,,2025-01-01,2024-01-01\n\
         012041,01,too,short\n";
    let got = faults(&Tables { authorities, ..Tables::EMBEDDED });
    for wanted in [
        "authorities.csv:3: code6: authority code (団体コード) 011003 has check digit 3",
        "authorities.csv:3: class: \"designated\" is no class of authority; use one of: ",
        "authorities.csv:3: prepared: \"yes\" must be true or false",
        "authorities.csv:4: name: the cell is empty",
        "authorities.csv:4: status: \"shut\" is no status; use one of: open, closed, exempt",
        "authorities.csv:4: not_taken: \"moving\" is not a filing kind",
        "authorities.csv:4: alternative: \"fax\" is no alternative way to file",
        "authorities.csv:4: valid_from: ",
        "authorities.csv:5: valid_to: the last day 2024-01-01 is before the first day 2025-01-01",
        "authorities.csv:5: prefecture_code: \"02\" does not fit 012033, which begins with 01",
        "authorities.csv:6: (row): the row has 4 cells, the head has 15",
    ] {
        assert!(got.iter().any(|fault| fault.starts_with(wanted)), "{wanted}\nin {got:#?}");
    }
}

#[test]
fn a_missing_column_and_a_bad_version_are_told() {
    let got = faults(&Tables { version: "newest", rules: "rule,basis\n", ..Tables::EMBEDDED });
    assert!(got[0].starts_with("VERSION:1: version: \"newest\" must be the day"), "{got:?}");
    assert!(got[1].starts_with("rules.csv:1: article: the column is missing"), "{got:?}");
}

#[test]
fn tables_must_fit_each_other() {
    let head = Tables::EMBEDDED.unions.lines().next().unwrap();
    let row = |id: &str, members: &str, services: &str, to: &str| {
        format!("{id},組合,01,北海道,広域連合,{members},{services},true,,open,,paper,,,{to},test\n")
    };
    let unions = [
        format!("{head}\n"),
        row("U01001", "012033;010006", "municipal", ""),
        row("U01002", "012033;021008", "78;43", ""),
        row("U01003", "012033", "11", "2020-03-31"),
        row("U01002", "015610", "78", "2020-03-31"),
    ]
    .concat();
    let got = faults(&Tables { unions: &unions, ..Tables::EMBEDDED });
    for wanted in [
        "unions.csv:2: members: 010006 is a prefecture, not a municipality",
        "unions.csv:3: members: 012033 is a member of U01001 too, for some service",
        "unions.csv:3: members: 021008 is not in authorities.csv",
        "unions.csv:4: services: 11 means no service that municipalities designate",
        "unions.csv:5: union_id: U01002 stands in line 3 too, for some of these days",
    ] {
        assert!(got.iter().any(|fault| fault == wanted), "{wanted}\nin {got:#?}");
    }
}

#[test]
fn kinds_rules_and_services_must_be_whole() {
    let kinds = Tables::EMBEDDED.kinds.replace("\naddon,", "\nchange,");
    let rules = Tables::EMBEDDED.rules.replace("\nunion,", "\ntransfer,");
    let services = Tables::EMBEDDED.services.replace(",33,", ",99,");
    let tables = Tables { kinds: &kinds, rules: &rules, services: &services, ..Tables::EMBEDDED };
    let got = faults(&tables);
    for wanted in [
        "services.csv:15: follows: 99 is not in this table",
        "kinds.csv:13: kind: change stands in line 4 too, for some of these days",
        "kinds.csv:1: kind: there is no row for addon",
        "rules.csv:1: rule: transfer stands there twice",
        "rules.csv:1: rule: there is no row for union",
    ] {
        assert!(got.iter().any(|fault| fault == wanted), "{wanted}\nin {got:#?}");
    }
}

#[test]
fn a_transferred_power_goes_where_it_was_handed() {
    let master = with_transfers(
        "01,012033,11;15,change;closure,2025-04-01,2026-03-31,test\n\
         01,U01002,home,*,,,test\n\
         01,011002,*,*,,,test\n",
    )
    .unwrap();
    let to = |case: &Case<'_>| ask(&master, case).unwrap().remove(0);
    let otaru = case("012033", "11", &[]);
    let prefecture = ("010006".to_owned(), Rule::Prefecture);
    assert_eq!(to(&otaru), prefecture, "after the last day");
    let otaru = Case { date: date(2025, 4, 1), ..otaru };
    assert_eq!(to(&otaru), ("012033".to_owned(), Rule::Transfer));
    assert_eq!(to(&Case { date: date(2025, 3, 31), ..otaru }), prefecture, "before the first day");
    assert_eq!(to(&Case { kind: FilingKind::Designation, ..otaru }), prefecture, "another kind");
    assert_eq!(
        to(&Case { service: "12".parse().unwrap(), ..otaru }),
        prefecture,
        "another service"
    );
    // To a union: for its members, for the category; the union's own municipal services stay.
    assert_eq!(to(&case("013943", "11", &[])), ("U01002".to_owned(), Rule::Transfer));
    assert_eq!(to(&case("013943", "51", &[])), prefecture);
    assert_eq!(to(&case("013943", "78", &[])), ("U01002".to_owned(), Rule::Union));
    // `*` means what the prefecture has to give, and no more.
    assert_eq!(to(&case("011002", "11", &[])), ("011002".to_owned(), Rule::Transfer));
    assert_eq!(to(&case("011002", "78", &[])), ("011002".to_owned(), Rule::MunicipalMulti));
}

#[test]
fn a_transfer_must_be_possible() {
    let got = with_transfers(
        "01,131016,*,*,,,test\n01,U23002,*,*,,,test\n01,012033,78,*,,,test\n\
         01,012033,11,change,,,test\n01,012033,home,*,,,test\n01,012033,11,*,,,\n",
    );
    let got = got.unwrap_err();
    assert_eq!(got, ["transfers.csv:7: evidence: the cell is empty"]);
    let got = with_transfers(
        "01,131016,*,*,,,test\n01,U23002,*,*,,,test\n01,012033,78,*,,,test\n\
         01,012033,11,change,,,test\n01,012033,home,*,,,test\n",
    )
    .unwrap_err();
    assert_eq!(
        got,
        [
            "transfers.csv:2: to: 131016 does not lie in prefecture 01",
            "transfers.csv:3: to: U23002 is no union of 01",
            "transfers.csv:4: services: 78 means no service that prefectures designate",
            "transfers.csv:6: (row): line 5 hands over the same",
        ]
    );
}

#[test]
fn a_changed_fact_is_a_new_row_with_its_dates() {
    // A town that becomes a core city: before its day the governor, from its day its mayor.
    let old = "012033,01,北海道,小樽市,オタルシ,city,3,true,,open,,email_or_other,,,\n";
    let new = "012033,01,北海道,小樽市,オタルシ,city,3,true,,open,,email_or_other,,,2026-03-31\n\
               012033,01,北海道,小樽市,オタルシ,core_city,3,true,,open,,email_or_other,,2026-04-01,\n";
    let authorities = Tables::EMBEDDED.authorities.replace(old, new);
    let tables = Tables { authorities: &authorities, ..Tables::EMBEDDED };
    let master = Master::parse(&tables).unwrap();
    let on = |day| ask(&master, &Case { date: day, ..case("012033", "11", &[]) }).unwrap();
    assert_eq!(on(date(2026, 3, 31)), [("010006".to_owned(), Rule::Prefecture)]);
    assert_eq!(on(date(2026, 4, 1)), [("012033".to_owned(), Rule::CoreCity)]);
}

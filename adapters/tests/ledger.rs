//! The table and the document of a package: every character accounted for, in any encoding.

use adapters::Action::{Correct, Submit, Withdraw};
use adapters::package::{Ledger, LedgerFacts, check_profile, filing_xml, ledger, ledger_csv};
use encoding_rs::SHIFT_JIS;
use schemas::Submission;
use schemas::ledger::{EMBEDDED, Profile};
use serde_json::{Value, json};

fn facts() -> LedgerFacts<'static> {
    LedgerFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 1,
        action: Submit,
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id"),
        authority: "011002".parse().expect("a code"),
        received_at: "2026-04-01T00:00:00+09:00".parse().expect("a time"),
        first_received_at: "2026-03-30T09:15:00+09:00".parse().expect("a time"),
    }
}

/// A filing of one office with two services, whose operator has this name.
fn filing(operator_name: &str, form: &Value) -> Submission {
    let filing = json!({
        "kind": "change", "corporate_number": "1180301018771", "operator_name": operator_name,
        "offices": [{ "name": "さくら訪問介護", "municipality": "011002",
            "services": [{ "service": "11" }, { "service": "78" }] }],
        "form": form,
    });
    serde_json::from_value(filing).expect("a submission")
}

fn profile(id: &str) -> Profile {
    let name = format!("{id}.json");
    let (_, text) = EMBEDDED.iter().find(|(file, _)| *file == name).expect("a profile");
    Profile::parse(id, text).expect("a profile")
}

/// The cells below a name, and what is reported.
fn written(operator_name: &str, profile: &Profile) -> (Vec<String>, Ledger) {
    let ledger = ledger(&filing(operator_name, &Value::Null), &facts(), profile);
    (cells(&ledger, "事業者名"), ledger)
}

/// The cells below a name in CP932.
fn cells(ledger: &Ledger, name: &str) -> Vec<String> {
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&ledger.bytes);
    let text = text.expect("CP932").into_owned();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let place = table.headers().expect("names").iter().position(|it| it == name).expect(name);
    let rows: Vec<Vec<String>> = table.deserialize().map(|row| row.expect("a row")).collect();
    rows.into_iter().map(|row| row[place].clone()).collect()
}

#[test]
fn what_cp932_has_is_written_as_it_was_filed() {
    // NEC's and IBM's own characters, halfwidth kana, a circled digit, a square unit.
    for name in ["髙橋﨑", "ｻｸﾗ", "①㍻㈱№", "彅濵", "~-∥―"] {
        let (cells, ledger) = written(name, &profile("standard-cp932"));
        assert_eq!(cells, [name, name]);
        assert!(ledger.replaced.is_empty(), "{name}: {:?}", ledger.replaced);
    }
}

#[test]
fn what_cp932_has_not_is_replaced_and_reported() {
    let cases = [
        ("𠮷野家", "〓野家", "U+20BB7", "〓"),
        ("さくら😀", "さくら〓", "U+1F600", "〓"),
        ("\u{e000}苑", "〓苑", "U+E000", "〓"),
        ("1\u{301c}2", "1\u{ff5e}2", "U+301C", "\u{ff5e}"),
        ("1\u{2212}2", "1\u{ff0d}2", "U+2212", "\u{ff0d}"),
        ("か\u{3099}い", "がい", "U+3099", "が"),
        ("葛\u{e0100}城", "葛城", "U+E0100", ""),
        ("100\u{a5}", "100〓", "U+00A5", "〓"),
        ("한글", "〓〓", "U+AE00", "〓"),
    ];
    for (name, expected, code_point, stand_in) in cases {
        let (cells, ledger) = written(name, &profile("standard-cp932"));
        assert_eq!(cells, [expected, expected], "{name}");
        let report = ledger.replaced.iter().find(|it| it.code_point == code_point);
        let report = report.unwrap_or_else(|| panic!("{name}: {:?}", ledger.replaced));
        assert_eq!(report.written, stand_in);
        let rows: Vec<_> = report.cells.iter().map(|it| (it.row, it.column.as_str())).collect();
        assert_eq!(rows, [(1, "事業者名"), (2, "事業者名")]);
    }
}

#[test]
fn a_profile_says_what_stands_for_what() {
    let (cells, ledger) = written("𠮷野家", &profile("register-cp932"));
    assert_eq!(cells, ["吉野家", "吉野家"]);
    assert_eq!((ledger.replaced[0].character.as_str(), ledger.replaced.len()), ("𠮷", 1));
    let own = r#"{"title": "x", "encoding": "cp932", "replacement": "[?]",
        "columns": [{"name": "事業者名", "from": "operator_name"}]}"#;
    let (cells, _) = written("😀", &Profile::parse("own", own).expect("a profile"));
    assert_eq!(cells, ["[?]", "[?]"]);
    let bad = own.replace("[?]", "😀");
    let error = check_profile(&Profile::parse("own", &bad).expect("it reads")).expect_err("no");
    assert!(error.to_string().contains("replacement"), "{error}");
}

#[test]
fn no_cell_is_a_formula_in_any_profile() {
    for id in ["standard", "standard-cp932", "register", "register-cp932"] {
        for start in ["=", "+", "-", "@", "\t", "\r", "\u{ff1d}", "\u{2212}"] {
            let name = format!("{start}cmd|' /C calc'!A0");
            let ledger = ledger(&filing(&name, &Value::Null), &facts(), &profile(id));
            let rows = ledger.defused.iter().map(|it| (it.row, it.column.as_str()));
            let is_formula = id.ends_with("cp932") || start != "\u{2212}";
            let expected = [(1, "事業者名"), (2, "事業者名")];
            assert_eq!(rows.collect::<Vec<_>>(), expected[..if is_formula { 2 } else { 0 }]);
        }
    }
}

#[test]
fn columns_from_forms_take_the_annex_of_the_row_first() {
    let form = json!({"forms": [
        {"form": "s1-change", "fields": {
            "changed_on": "2026-03-25", "items": ["備品", "運営規程"],
            "office": {"address": "東京都千代田区霞が関1-2-2"}, "manager": {"name": "山田 花子"}}},
        {"form": "annex-visit-care", "service": "11", "fields": {"manager": {"name": "髙橋 一郎"}}},
    ]});
    let ledger = ledger(&filing("さくら介護", &form), &facts(), &profile("register-cp932"));
    assert_eq!(cells(&ledger, "管理者氏名"), ["髙橋 一郎", "山田 花子"]);
    assert_eq!(cells(&ledger, "変更があった事項"), ["備品、運営規程", "備品、運営規程"]);
    assert_eq!(cells(&ledger, "利用定員"), ["", ""]);
    assert_eq!(cells(&ledger, "初回受付日時")[0], "2026-03-30T09:15:00+09:00");
    assert!(ledger.replaced.is_empty(), "{:?}", ledger.replaced);
}

#[test]
fn very_long_values_and_line_breaks_stay_one_cell() {
    let long = format!("{}\n\"終\"", "長い名称、".repeat(20_000));
    let (cells, ledger) = written(&long, &profile("standard-cp932"));
    assert_eq!(cells, [long.clone(), long]);
    assert_eq!(ledger.rows, 2);
}

#[test]
fn the_ledger_tells_a_filing_from_its_correction_and_withdrawal() {
    for (action, word) in [(Submit, "届出"), (Correct, "補正"), (Withdraw, "取下げ")] {
        let filing = filing("さくら介護", &Value::Null);
        let csv = ledger_csv(&filing, &LedgerFacts { action, ..facts() });
        let csv = std::str::from_utf8(&csv).expect("UTF-8");
        assert!(csv.starts_with("\u{feff}受付番号,版,区分,"), "{csv}");
        let rows = csv.lines().skip(1);
        assert!(rows.clone().all(|row| row.split(',').nth(2) == Some(word)), "{csv}");
        assert_eq!(rows.count(), 2);
        let same = ledger(&filing, &LedgerFacts { action, ..facts() }, &profile("standard"));
        assert_eq!(same.bytes, csv.as_bytes(), "the standard columns are those of before");
    }
}

#[test]
fn xml_says_what_json_says() {
    let value = json!({
        "kind": "change", "n": 1.5, "yes": true, "none": null, "代表者": "<山田 & \"花子\">",
        "field": "x", "list": [{"a": "1\r\n2"}, []], "xmlns": "y", "bad": "a\u{1}b\u{1}\u{ffff}",
    });
    let xml = filing_xml(&value);
    assert_eq!(xml.text, include_str!("filing.xml"));
    let found: Vec<_> = xml.forbidden.iter().map(|it| (it.code_point.as_str(), it.count)).collect();
    assert_eq!(found, [("U+0001", 2), ("U+FFFF", 1)]);
}

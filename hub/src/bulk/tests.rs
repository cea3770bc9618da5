//! What a template asks for comes back as it was written; what does not fit says where and why.

use std::io::Cursor;

use jiff::civil::{Date, date};
use routing::Master;
use rust_xlsxwriter::{Format as Style, Formula, Workbook, Worksheet};
use schemas::codes::corporate_number_of;
use schemas::forms::Role;
use schemas::{Catalogue, FilingKind, ServiceCode};

use super::*;
use crate::config::Config;

const DAY: Date = date(2026, 7, 15);

fn limits() -> Limits {
    *Config::defaults().expect("the defaults").bulk
}

fn read_as(format: Format, bytes: &[u8], limits: &Limits) -> Result<Sheet, Vec<Finding>> {
    let forms = Catalogue::embedded().expect("a catalogue");
    let master = Master::embedded().expect("a master");
    let name = "社会福祉法人みどり会";
    let filer = Filer { number: corporate_number_of(1), name, day: DAY };
    read((forms, &master), &filer, (format, bytes), limits)
}

fn wanted(kind: FilingKind, services: &[ServiceCode]) -> Wanted {
    Wanted { kind, services: services.to_vec(), annexes: true, list_rows: 3, day: DAY }
}

/// The first service of each form, so that each stands in a template once.
fn cases() -> Vec<(FilingKind, ServiceCode)> {
    let forms = Catalogue::embedded().expect("a catalogue");
    let mut all = Vec::new();
    for form in forms.in_force(DAY) {
        for kind in &form.kinds {
            let has_main = |service: &&ServiceCode| {
                forms.used_for(*kind, **service, DAY).any(|it| it.role == Role::Main)
            };
            all.extend(form.services.iter().find(has_main).map(|service| (*kind, *service)));
        }
    }
    all.sort();
    all.dedup();
    all
}

#[test]
fn every_form_comes_back_from_its_template_as_it_was_filled_in() {
    let forms = Catalogue::embedded().expect("a catalogue");
    let master = Master::embedded().expect("a master");
    let cases = cases();
    assert!(cases.len() > 40, "{}", cases.len());
    for (kind, service) in cases {
        let wanted = wanted(kind, &[service]);
        let submission = sample(forms, &wanted).expect("a filing");
        let mut template = Template::of(forms, &master, &wanted).expect("forms");
        template.add_row(&submission, "札幌市");
        let csv = template.to_csv().expect("a text");
        let xlsx = template.to_xlsx(10).expect("a workbook");
        for (format, bytes) in [(Format::Csv, csv), (Format::Xlsx, xlsx)] {
            assert_eq!(Format::of_content(&bytes), format);
            let sheet = read_as(format, &bytes, &limits()).expect("it reads");
            let [row] = &sheet.rows[..] else { panic!("{} rows", sheet.rows.len()) };
            assert_eq!(row.findings, [], "{kind} {service}");
            assert_eq!(row.number, 2);
            assert_eq!(row.submission.as_ref(), Some(&submission), "{kind} {service}");
        }
    }
}

#[test]
fn two_annexes_have_columns_of_their_own() {
    let forms = Catalogue::embedded().expect("a catalogue");
    let master = Master::embedded().expect("a master");
    let services = ["11", "15"].map(|code| code.parse().expect("a service"));
    let wanted = wanted(FilingKind::Designation, &services);
    let mut submission = sample(forms, &wanted).expect("a filing");
    submission.form["forms"][1]["fields"]["manager"]["name"] = "佐藤 一".into();
    submission.form["forms"][2]["fields"]["manager"]["name"] = "鈴木 二".into();
    let mut template = Template::of(forms, &master, &wanted).expect("forms");
    template.add_row(&submission, "011002");
    let sheet = read_as(Format::Csv, &template.to_csv().expect("a text"), &limits());
    assert_eq!(sheet.expect("it reads").rows[0].submission.as_ref(), Some(&submission));
}

const HEAD: [&str; 4] = ["手続", "事業所名", "所在地の市区町村", "サービスの種類"];

fn table(head: &[&str], row: &[&str]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(head).expect("a head");
    writer.write_record(row).expect("a row");
    writer.into_inner().expect("a text")
}

/// Codes and cells of what was found in the one row.
fn found(head: &[&str], row: &[&str]) -> Vec<String> {
    let sheet = read_as(Format::Csv, &table(head, row), &limits()).expect("it reads");
    let told =
        |it: &CellFinding| format!("{} {}", it.cell.as_deref().unwrap_or("-"), it.finding.code);
    sheet.rows[0].findings.iter().map(told).collect()
}

#[test]
fn what_a_row_cannot_be_read_as_is_told_by_cell() {
    assert_eq!(
        found(&HEAD, &["変更届", "", "どこか", "99"]),
        ["B2 cell_empty", "A2 kind_unknown", "C2 place_unknown", "D2 service_unknown",]
    );
    assert_eq!(found(&HEAD, &["変更届出", "x", "府中市", "通所介護"]), ["C2 place_ambiguous"]);
    let head = [&HEAD[..], &["介護事業所番号", "利用者の保険者", "みなし指定"]].concat();
    let row = ["変更届出", "x", "11002", "78", "1371600304", "どこか", "たぶん"];
    let expected = ["E2 office_number", "F2 place_unknown", "G2 cell_yes_no"];
    assert_eq!(found(&head, &row), expected);
    let head = [&HEAD[..], &["変更前", "変更後"]].concat();
    let row = ["変更届出", "x", "011002", "15 通所介護、訪問介護", "旧", "", "多い"];
    assert_eq!(found(&head, &row), ["G2 cell_without_heading"]);
    let row = ["再開届出", "x", "011002", "15", "旧", ""];
    assert_eq!(found(&head, &row), ["E2 cell_not_of_form"]);
}

#[test]
fn zeros_that_spreadsheets_take_away_are_put_back() {
    let head = [&HEAD[..], &["介護事業所番号"]].concat();
    let fitting = (0..10).find_map(|digit| format!("011160030{digit}").parse().ok());
    let fitting: schemas::OfficeNumber = fitting.expect("one check digit fits");
    let short = fitting.to_string().split_off(1);
    let row = ["change", "x", "11002", "15", &short];
    let sheet = read_as(Format::Csv, &table(&head, &row), &limits()).expect("it reads");
    let submission = sheet.rows[0].submission.as_ref().expect("a filing");
    let office = &submission.offices[0];
    assert_eq!(office.office_number, Some(fitting));
    assert_eq!(office.municipality.to_string(), "011002");
}

#[test]
fn a_row_that_is_there_twice_is_told_of() {
    let mut bytes = table(&HEAD, &["変更届出", "x", "011002", "15"]);
    bytes.extend_from_slice("変更届出,x,札幌市,通所介護\n".as_bytes());
    let sheet = read_as(Format::Csv, &bytes, &limits()).expect("it reads");
    assert!(sheet.rows[0].findings.is_empty());
    assert_eq!(sheet.rows[1].findings[0].finding.code, "row_repeated");
}

/// A workbook with the base headings and one row, changed.
fn workbook(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(SHEET).expect("a name");
    for (place, (heading, cell)) in
        (0u16..).zip(HEAD.into_iter().zip(["変更届出", "x", "011002", "15"]))
    {
        sheet.write_string(0, place, heading).expect("a heading");
        sheet.write_string(1, place, cell).expect("a cell");
    }
    change(sheet);
    book.save_to_buffer().expect("a workbook")
}

fn found_in(bytes: &[u8]) -> Vec<String> {
    match read_as(Format::Xlsx, bytes, &limits()) {
        Err(findings) => findings.into_iter().map(|it| it.code).collect(),
        Ok(sheet) => {
            let told = |row: &Row| {
                let cell = |it: &CellFinding| {
                    format!("{} {}", it.cell.as_deref().unwrap_or("-"), it.finding.code)
                };
                row.findings.iter().map(cell).collect::<Vec<_>>()
            };
            sheet.rows.iter().flat_map(told).collect()
        }
    }
}

#[test]
fn workbooks_that_hold_more_than_values_say_where() {
    assert!(found_in(&workbook(|_| ())).is_empty());
    let formula = workbook(|sheet| {
        let formula = Formula::new("=\"デイ\"&\"青葉\"").set_result("デイ青葉");
        sheet.write_formula(1, 1, formula).expect("a formula");
    });
    assert_eq!(found_in(&formula), ["B2 cell_formula"]);
    let error = workbook(|sheet| {
        let formula = Formula::new("=1/0").set_result("#DIV/0!");
        sheet.write_formula(1, 1, formula).expect("a formula");
    });
    assert_eq!(found_in(&error), ["B2 cell_formula"]);
    let merged = workbook(|sheet| {
        sheet.merge_range(1, 1, 2, 1, "x", &Style::new()).expect("a range");
        sheet.write_string(2, 0, "変更届出").expect("a cell");
    });
    let found = found_in(&merged);
    assert!(found.contains(&"B2 cell_merged".to_owned()), "{found:?}");
    assert!(found.contains(&"B3 cell_merged".to_owned()), "{found:?}");
    let heading = workbook(|sheet| {
        sheet.merge_range(0, 4, 0, 5, "変更前", &Style::new()).expect("a range");
    });
    assert_eq!(found_in(&heading), ["bulk_merged_heading"]);
    let beyond = workbook(|sheet| {
        sheet.write_string(1, 7, "?").expect("a cell");
    });
    assert_eq!(found_in(&beyond), ["H2 cell_without_heading"]);
}

#[test]
fn what_is_no_such_workbook_says_what_to_do() {
    let renamed = workbook(|sheet| {
        sheet.set_name("Sheet1").expect("a name");
    });
    assert_eq!(found_in(&renamed), ["bulk_sheet_missing"]);
    assert_eq!(found_in(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ["bulk_xls"]);
    assert_eq!(found_in(b"PK\x03\x04 and no more"), ["bulk_unreadable"]);
    let whole = workbook(|_| ());
    assert_eq!(found_in(&whole[..whole.len() / 2]), ["bulk_unreadable"]);
    let headings = table(&HEAD, &["", "", "", ""]);
    let code = read_as(Format::Csv, &headings, &limits()).err().map(|all| all[0].code.clone());
    assert_eq!(code.as_deref(), Some("bulk_empty"));
}

#[test]
fn values_come_as_people_see_them() {
    let head = [&HEAD[..], &["変更年月日", "担当者・連絡先 電話番号"]].concat();
    let bytes = workbook(|sheet| {
        sheet.write_string(0, 4, head[4]).expect("a heading");
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 7, 5).expect("a day");
        let style = Style::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
        sheet.write_datetime_with_format(1, 4, day, &style).expect("a cell");
        sheet.write_number(1, 2, 11_002).expect("a cell");
        sheet.write_number(1, 3, 15).expect("a cell");
    });
    let sheet = read_as(Format::Xlsx, &bytes, &limits()).expect("it reads");
    assert_eq!(sheet.rows[0].cells, ["変更届出", "x", "11002", "15", "2026-07-05"]);
    let submission = sheet.rows[0].submission.as_ref().expect("a filing");
    assert_eq!(submission.form["forms"][0]["fields"]["changed_on"], "2026-07-05");
}

#[test]
fn a_workbook_has_limits_whatever_it_claims() {
    let bytes = workbook(|sheet| {
        sheet.write_string(1_048_575, 0, "x").expect("a cell");
    });
    let code = |limits: &Limits| {
        read_as(Format::Xlsx, &bytes, limits).err().map(|all| all[0].code.clone())
    };
    assert_eq!(code(&Limits { rows_max: 2, ..limits() }), None);
    assert_eq!(code(&Limits { rows_max: 1, ..limits() }).as_deref(), Some("bulk_rows_max"));
    assert_eq!(code(&Limits { columns_max: 4, ..limits() }), None);
    assert_eq!(code(&Limits { columns_max: 3, ..limits() }).as_deref(), Some("bulk_columns_max"));
    assert_eq!(code(&Limits { bytes_max: bytes.len(), ..limits() }), None);
    let small = Limits { bytes_max: bytes.len() - 1, ..limits() };
    assert_eq!(code(&small).as_deref(), Some("bulk_bytes_max"));
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).expect("an archive");
    let sizes = (0..archive.len()).map(|place| archive.by_index(place).expect("a file").size());
    let unpacked: u64 = sizes.sum();
    assert_eq!(code(&Limits { unpacked_bytes_max: unpacked, ..limits() }), None);
    let small = Limits { unpacked_bytes_max: unpacked - 1, ..limits() };
    assert_eq!(code(&small).as_deref(), Some("bulk_unpacked_max"));
}

#[test]
fn an_array_is_read_element_by_element() {
    let forms = Catalogue::embedded().expect("a catalogue");
    let wanted = wanted(FilingKind::Change, &["15".parse().expect("a service")]);
    let mut good = serde_json::to_value(sample(forms, &wanted).expect("a filing")).expect("it");
    let first = good.clone();
    good["operator_name"] = "二つ目".into();
    let mut foreign = good.clone();
    foreign["corporate_number"] = corporate_number_of(2).to_string().into();
    let all = serde_json::json!([first, {"kind": "color"}, good, foreign]).to_string();
    let sheet = read_as(Format::Json, all.as_bytes(), &limits()).expect("it reads");
    let codes: Vec<_> =
        sheet.rows.iter().map(|row| row.findings.first().map(|it| &*it.finding.code)).collect();
    assert_eq!(codes, [None, Some("json_invalid"), None, Some("corporate_number_not_yours")]);
    for (text, code) in [("{}", "bulk_json"), ("[", "bulk_json"), ("[]", "bulk_empty")] {
        let findings = read_as(Format::Json, text.as_bytes(), &limits()).err().expect("no rows");
        assert_eq!(findings[0].code, code, "{text}");
    }
}

#[test]
fn what_is_given_back_is_read_again() {
    let head: Vec<_> = HEAD.map(str::to_owned).into();
    let cells = ["変更届出", "=1+1", "どこか", "15"].map(str::to_owned).to_vec();
    let bytes = remnant(&head, &[(cells.clone(), "市区町村がありません".into())]).expect("a book");
    let sheet = read_as(Format::Xlsx, &bytes, &limits()).expect("it reads");
    assert_eq!(sheet.rows[0].cells[..4], cells, "no text becomes a formula");
    assert_eq!(sheet.rows[0].cells[4], "市区町村がありません");
    let again = remnant(&sheet.head, &[(sheet.rows[0].cells.clone(), "まだです".into())]);
    let sheet = read_as(Format::Xlsx, &again.expect("a book"), &limits()).expect("it reads");
    assert_eq!(sheet.head.len(), 5, "one column of findings");
    assert_eq!(sheet.rows[0].cells[4], "まだです");
}

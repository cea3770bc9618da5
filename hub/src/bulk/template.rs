//! Templates: what operators fill in, headed as the catalogue labels its fields; and what did not
//! fit, given back to be mended.

use jiff::civil::Date;
use routing::{Designator, Master, ServiceRow};
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Note, Workbook, Worksheet, XlsxError,
};
use schemas::forms::{Form, Role, Sheet, sheets};
use schemas::{Catalogue, FilingKind, ServiceCode, Submission};
use serde_json::Value;

use super::columns::{Base, FINDINGS, Leaf, leaves, normal, of_service};
use super::{SHEET, value};
use crate::written::{Sort, sort};

/// The sheet with the words that cells offer, and the one that tells how to fill the table in.
const WORDS: &str = "選択肢";
const HELP: &str = "記入方法";

/// What a template is for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) kind: FilingKind,
    pub(crate) services: Vec<ServiceCode>,
    /// Whether annexes have columns that a filing may do without.
    pub(crate) annexes: bool,
    /// Rows of each list within a form.
    pub(crate) list_rows: usize,
    pub(crate) day: Date,
}

/// One column.
struct Column {
    heading: String,
    required: bool,
    /// What is expected, for people.
    hint: String,
    choices: Vec<String>,
    what: What,
}

enum What {
    Base(Base),
    Field {
        pointer: String,
        /// Of one service's annex; none: of every form that has it.
        service: Option<ServiceCode>,
        /// What stands between its words.
        between: &'static str,
    },
}

/// The columns for one kind of filing, and rows to begin with.
pub(crate) struct Template {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    kind: FilingKind,
    day: Date,
}

impl Template {
    /// The columns that filings of this kind about these services need. None when the catalogue has
    /// no form for them.
    pub(crate) fn of(forms: &Catalogue, master: &Master, wanted: &Wanted) -> Option<Self> {
        let (kind, day) = (wanted.kind, wanted.day);
        let mut used: Vec<(&Form, Option<ServiceCode>)> = Vec::new();
        for service in &wanted.services {
            for form in forms.used_for(kind, *service, day) {
                let is_annex = form.role == Role::Annex;
                if is_annex && !wanted.annexes && forms.is_optional(kind, form) {
                    continue;
                }
                let of = is_annex.then_some(*service);
                if used.iter().all(|(other, service)| (&other.id, service) != (&form.id, &of)) {
                    used.push((form, of));
                }
            }
        }
        used.sort_by_key(|(form, _)| form.role);
        let has_main = used.iter().any(|(form, _)| form.role == Role::Main);
        if !has_main {
            return None;
        }
        let mut columns = base_columns(master, wanted);
        let annexes = used.iter().filter(|(form, _)| form.role == Role::Annex).count();
        for (form, service) in used {
            let of = service.filter(|_| annexes > 1).map(|service| {
                let row = master.service(service, day);
                (service, row.map_or_else(String::new, |row| row.name.clone()))
            });
            let rows: Vec<_> = (0..wanted.list_rows).map(|row| row.to_string()).collect();
            for leaf in leaves(form, &rows) {
                add(
                    &mut columns,
                    &leaf,
                    of.as_ref(),
                    service.is_some() && forms.is_optional(kind, form),
                );
            }
        }
        Some(Self { columns, rows: Vec::new(), kind, day })
    }

    /// A row to begin with: what a submission says so far.
    pub(crate) fn add_row(&mut self, submission: &Submission, place: &str) {
        let sheets = sheets(&submission.form).unwrap_or_default();
        let cell = |column: &Column| match &column.what {
            What::Base(base) => base_cell(*base, submission, place),
            What::Field { pointer, service, between } => {
                field_cell(&sheets, pointer, (*service, between))
            }
        };
        self.rows.push(self.columns.iter().map(cell).collect());
    }

    /// As comma-separated text in UTF-8, marked so that spreadsheets read it as such.
    pub(crate) fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
        writer.write_record(self.columns.iter().map(|column| &column.heading))?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    /// As a workbook: the table, its words to choose from, how to fill it in.
    pub(crate) fn to_xlsx(&self, rows_max: usize) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let made = ExcelDateTime::from_ymd(
            u16::try_from(self.day.year()).unwrap_or(2000),
            u8::try_from(self.day.month()).unwrap_or(1),
            u8::try_from(self.day.day()).unwrap_or(1),
        )?;
        book.set_properties(
            &DocProperties::new().set_title(self.title()).set_creation_datetime(&made),
        );
        self.write_table(book.add_worksheet(), rows_max)?;
        self.write_words(book.add_worksheet())?;
        self.write_help(book.add_worksheet())?;
        book.save_to_buffer()
    }

    /// What the template is called.
    pub(crate) fn title(&self) -> String {
        format!("{SHEET} {}", self.kind.label_ja())
    }

    fn write_table(&self, sheet: &mut Worksheet, rows_max: usize) -> Result<(), XlsxError> {
        let heads: Vec<_> =
            self.columns.iter().map(|column| (column.heading.as_str(), column.required)).collect();
        start_table(sheet, &heads)?;
        let last = u32::try_from(rows_max).unwrap_or(u32::MAX).min(1_000_000);
        let mut word_list = 0;
        for (place, column) in (0u16..).zip(&self.columns) {
            if !column.hint.is_empty() {
                sheet.insert_note(0, place, &Note::new(&column.hint).add_author_prefix(false))?;
            }
            if column.choices.is_empty() {
                continue;
            }
            if is_one(column) {
                let letters = rust_xlsxwriter::utility::column_number_to_name(word_list);
                let count = column.choices.len() + 1;
                let range = format!("='{WORDS}'!${letters}$2:${letters}${count}");
                let words = DataValidation::new().allow_list_formula(Formula::new(range));
                let words = words.ignore_blank(true);
                sheet.add_data_validation(1, place, last, place, &words)?;
            }
            word_list += 1;
        }
        for (number, row) in (1u32..).zip(&self.rows) {
            write_row(sheet, number, row)?;
        }
        Ok(())
    }

    fn write_words(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(WORDS)?;
        let all = self.columns.iter().filter(|column| !column.choices.is_empty());
        for (place, column) in (0u16..).zip(all) {
            sheet.set_column_width(place, 30)?;
            sheet.write_string_with_format(0, place, &column.heading, &heading(false))?;
            for (number, word) in (1u32..).zip(&column.choices) {
                sheet.write_string(number, place, word)?;
            }
        }
        Ok(())
    }

    fn write_help(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(HELP)?.set_column_width(0, 50)?.set_column_width(1, 8)?;
        sheet.set_column_width(2, 70)?;
        let lines = [
            format!("{}({}現在の様式)", self.title(), self.day),
            format!(
                "シート「{SHEET}」の2行目から、届出ごとに1行を書きます。見出しは変えないでください。"
            ),
            "使わない列や行は消せます。数式・結合したセルは使えません(値を貼り付けてください)。"
                .to_owned(),
            format!(
                "いくつも選ぶ欄は「、」で区切ります。選べる言葉はシート「{WORDS}」にあります。"
            ),
            "日付は 2026-07-15、2026/7/15、令和8年7月15日 のどれでも書けます。".to_owned(),
        ];
        for (number, line) in (0u32..).zip(&lines) {
            sheet.write_string(number, 0, line)?;
        }
        for (place, text) in (0u16..).zip(["項目", "必須", "書き方"]) {
            sheet.write_string_with_format(6, place, text, &heading(false))?;
        }
        for (number, column) in (7u32..).zip(&self.columns) {
            sheet.write_string(number, 0, &column.heading)?;
            sheet.write_string(number, 1, if column.required { "必須" } else { "" })?;
            sheet.write_string(number, 2, &column.hint)?;
        }
        Ok(())
    }
}

/// Rows that did not fit, as a workbook to be mended and uploaded: texts, whatever they begin with.
pub(crate) fn remnant(
    head: &[String],
    rows: &[(Vec<String>, String)],
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let mut heads: Vec<_> = head.iter().map(|heading| (heading.as_str(), false)).collect();
    let is_ours = |heading: &str| normal(heading) == normal(FINDINGS);
    let place = head.iter().position(|heading| is_ours(heading)).unwrap_or(head.len());
    if place == head.len() {
        heads.push((FINDINGS, false));
    }
    start_table(sheet, &heads)?;
    for (number, (cells, findings)) in (1u32..).zip(rows) {
        let mut cells = cells.clone();
        cells.resize(cells.len().max(heads.len()), String::new());
        cells[place].clone_from(findings);
        write_row(sheet, number, &cells)?;
    }
    book.save_to_buffer()
}

fn start_table(sheet: &mut Worksheet, heads: &[(&str, bool)]) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?.set_freeze_panes(1, 2)?;
    sheet.set_row_height(0, 60)?;
    // Texts, so that numbers keep their zeros in front and days stay as they are written.
    let text = Format::new().set_num_format("@").set_align(FormatAlign::Top).set_text_wrap();
    for (place, (name, required)) in (0u16..).zip(heads) {
        sheet.set_column_format(place, &text)?.set_column_width(place, 20)?;
        sheet.write_string_with_format(0, place, *name, &heading(*required))?;
    }
    Ok(())
}

fn write_row(sheet: &mut Worksheet, number: u32, cells: &[String]) -> Result<(), XlsxError> {
    for (place, cell) in (0u16..).zip(cells) {
        if !cell.is_empty() {
            sheet.write_string(number, place, cell)?;
        }
    }
    Ok(())
}

fn heading(required: bool) -> Format {
    let back = if required { 0x00FF_E4B5 } else { 0x00E8_EEF4 };
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border_bottom(FormatBorder::Thin)
        .set_background_color(Color::RGB(back))
}

/// Whether one word alone goes into a cell.
fn is_one(column: &Column) -> bool {
    !column.hint.contains(SEVERAL)
}

const SEVERAL: &str = "「、」で区切る";

fn base_columns(master: &Master, wanted: &Wanted) -> Vec<Column> {
    let rows = wanted.services.iter().filter_map(|code| master.service(*code, wanted.day));
    let rows: Vec<&ServiceRow> = rows.collect();
    let by_insurer = rows.iter().any(|row| {
        matches!(row.designator, Designator::MunicipalMulti | Designator::MunicipalInsurer)
    });
    let deemed = rows.iter().any(|row| !row.deemed_for.is_empty());
    let is_used = |base: &Base| match base {
        Base::Insurers => by_insurer,
        Base::Deemed => deemed,
        Base::Kind | Base::Name | Base::Number | Base::Place | Base::Services => true,
    };
    let column = |base: Base| {
        let (hint, choices) = match base {
            Base::Kind => (String::new(), vec![wanted.kind.label_ja().to_owned()]),
            Base::Name => ("事業所・施設の名称".to_owned(), Vec::new()),
            Base::Number => ("10桁。新規指定の前は空けておく".to_owned(), Vec::new()),
            Base::Place => ("名前か6桁の番号(例: 札幌市、011002)".to_owned(), Vec::new()),
            Base::Services => {
                let all = rows.iter().map(|row| format!("{} {}", row.code, row.name));
                (format!("種類コード。いくつもあるときは{SEVERAL}"), all.collect())
            }
            Base::Insurers => {
                (format!("所在地以外の市区町村の指定も受けるとき。{SEVERAL}"), Vec::new())
            }
            Base::Deemed => (String::new(), yes_no()),
        };
        let required = base.is_required();
        let heading = base.heading().to_owned();
        Column { heading, required, hint, choices, what: What::Base(base) }
    };
    Base::ALL.into_iter().filter(is_used).map(column).collect()
}

fn yes_no() -> Vec<String> {
    vec!["はい".to_owned(), "いいえ".to_owned()]
}

/// A field's column, unless a form before has it too.
fn add(
    columns: &mut Vec<Column>,
    leaf: &Leaf<'_>,
    of: Option<&(ServiceCode, String)>,
    optional: bool,
) {
    if columns.iter().any(|column| column.heading == leaf.label) {
        return;
    }
    let heading = match of {
        Some((service, name)) => of_service(*service, name, &leaf.label),
        None => leaf.label.clone(),
    };
    let words = |words: &Value| -> Vec<String> {
        words
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let expected = leaf.schema["x-expect"]["ja"].as_str().unwrap_or_default();
    let (hint, choices) = match sort(leaf.schema) {
        Sort::Ticks => (SEVERAL.to_owned(), words(&leaf.schema["items"]["enum"])),
        Sort::List => ("1行に一つ(セルの中で改行)".to_owned(), Vec::new()),
        Sort::Choice => (expected.to_owned(), words(&leaf.schema["enum"])),
        Sort::YesNo => (String::new(), yes_no()),
        Sort::Date => ("日付(例: 2026-07-15)".to_owned(), Vec::new()),
        Sort::Object
        | Sort::Table
        | Sort::Blocks
        | Sort::Number
        | Sort::Code
        | Sort::Line
        | Sort::Lines => (expected.to_owned(), Vec::new()),
    };
    let what = What::Field {
        pointer: leaf.pointer.clone(),
        service: of.map(|(service, _)| *service),
        between: value::between(leaf.schema),
    };
    columns.push(Column { heading, required: leaf.required && !optional, hint, choices, what });
}

fn base_cell(base: Base, submission: &Submission, place: &str) -> String {
    let office = submission.offices.first();
    let services = || office.into_iter().flat_map(|office| &office.services);
    match base {
        Base::Kind => submission.kind.label_ja().to_owned(),
        Base::Name => office.map(|office| office.name.clone()).unwrap_or_default(),
        Base::Number => {
            office.and_then(|it| it.office_number).map(|it| it.to_string()).unwrap_or_default()
        }
        Base::Place => place.to_owned(),
        Base::Services => {
            services().map(|it| it.service.to_string()).collect::<Vec<_>>().join("、")
        }
        Base::Insurers => {
            let mut all: Vec<_> = services().flat_map(|it| &it.insurers).collect();
            all.sort();
            all.dedup();
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
        }
        Base::Deemed if services().any(|it| it.deemed) => "はい".to_owned(),
        Base::Deemed => String::new(),
    }
}

fn field_cell(
    sheets: &[Sheet],
    pointer: &str,
    (service, between): (Option<ServiceCode>, &str),
) -> String {
    let of_column = sheets.iter().filter(|sheet| service.is_none() || sheet.service == service);
    let mut found = of_column.map(|sheet| value::cell(sheet.fields.pointer(pointer), between));
    found.find(|text| !text.is_empty()).unwrap_or_default()
}

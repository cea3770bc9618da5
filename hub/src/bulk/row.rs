//! A row becomes a submission: the columns of the table fill in the forms that its kind and
//! services have.

use std::collections::BTreeSet;

use routing::{Designator, Master};
use schemas::forms::{Form, Role, Sheet};
use schemas::{
    AuthorityId, Catalogue, FilingKind, Finding, Office, OfficeNumber, OfficeService, ServiceCode,
    Submission,
};
use serde_json::{Value, json};

use super::columns::{Base, Column, Columns};
use super::table::{cell_name, too_many_rows};
use super::value::{texts, words, yes_no};
use super::{CellFinding, Filer, Row, TableRow};
use crate::config::Bulk as Limits;
use crate::written::{Fields, empty_sheets, find_places, half_width, read, sign};

/// Findings of one row that are told at most: one that is wrong throughout gets no endless answer.
const FINDINGS_MAX: usize = 50;

/// Reads rows of one table.
pub(super) struct Reader<'a> {
    pub(super) forms: &'a Catalogue,
    pub(super) master: &'a Master,
    pub(super) filer: &'a Filer<'a>,
    pub(super) columns: &'a Columns,
}

/// A row while it is read.
struct Reading<'a> {
    reader: &'a Reader<'a>,
    row: TableRow,
}

impl Reader<'_> {
    pub(super) fn read(&self, row: TableRow) -> Row {
        let mut reading = Reading { reader: self, row };
        reading.name_columns();
        let office = reading.base(Base::Name).to_owned();
        let submission = reading.submission();
        let TableRow { number, cells, mut findings } = reading.row;
        findings.sort_by_key(|it| it.finding.level);
        findings.truncate(FINDINGS_MAX);
        Row { number, office, submission, cells, findings }
    }
}

impl Reading<'_> {
    fn cell(&self, place: usize) -> &str {
        self.row.cells.get(place).map_or("", |cell| cell.trim())
    }

    fn base(&self, base: Base) -> &str {
        let columns = &self.reader.columns.all;
        let place = columns.iter().position(|column| *column == Column::Base(base));
        place.map_or("", |place| self.cell(place))
    }

    /// What was found in cells as such is told with the heading; and what stands under none.
    fn name_columns(&mut self) {
        let head = &self.reader.columns.head;
        let number = self.row.number;
        for found in &mut self.row.findings {
            let place = (0..head.len()).find(|place| found.cell == Some(cell_name(*place, number)));
            found.column = place.map(|place| head[place].clone());
        }
        let beyond = self.row.cells.iter().enumerate().skip(head.len());
        let beyond = beyond.filter(|(_, cell)| !cell.trim().is_empty()).map(|(place, _)| place);
        let told = beyond.map(|place| {
            let en = "something stands here under no heading; move or delete it";
            let ja = "見出しのない列に値があります。移すか、消してください。";
            let finding = Finding::new("", "cell_without_heading", en).ja(ja);
            CellFinding { cell: Some(cell_name(place, number)), column: None, finding }
        });
        let told: Vec<_> = told.collect();
        self.row.findings.extend(told);
    }

    fn tell(&mut self, base: Base, finding: Finding) {
        let columns = &self.reader.columns.all;
        let place = columns.iter().position(|column| *column == Column::Base(base));
        self.row.findings.push(CellFinding {
            cell: place.map(|place| cell_name(place, self.row.number)),
            column: Some(base.heading().to_owned()),
            finding,
        });
    }

    fn submission(&mut self) -> Option<Submission> {
        let empty: Vec<_> = Base::ALL
            .into_iter()
            .filter(|base| base.is_required() && self.base(*base).is_empty())
            .collect();
        for base in empty {
            let en = format!("{} is empty; fill it in", base.heading());
            let ja = format!("「{}」が空です。記入してください。", base.heading());
            self.tell(base, Finding::new("", "cell_empty", en).ja(ja));
        }
        let kind = self.kind();
        let number = self.office_number();
        let municipality = self.municipality();
        let services = self.services();
        let name = self.base(Base::Name).to_owned();
        if name.is_empty() {
            return None;
        }
        let office = Office {
            name,
            office_number: number?,
            municipality: municipality?,
            services: services?,
        };
        let mut submission = Submission {
            kind: kind?,
            corporate_number: self.reader.filer.number,
            operator_name: self.reader.filer.name.to_owned(),
            one_stop: false,
            offices: vec![office],
            form: json!({}),
            attachments: Vec::new(),
        };
        let sheets = self.sheets(&submission);
        submission.form = json!({"forms": sheets, "checklist": {}});
        Some(submission)
    }

    fn kind(&mut self) -> Option<FilingKind> {
        let text = self.base(Base::Kind).to_owned();
        if text.is_empty() {
            return None;
        }
        let narrow = half_width(&text);
        let is_it = |kind: &&FilingKind| {
            kind.as_str() == narrow
                || half_width(kind.label_ja()) == narrow
                || kind.label_en().eq_ignore_ascii_case(&narrow)
        };
        let found = FilingKind::ALL.iter().find(is_it).copied();
        if found.is_none() {
            let all: Vec<_> = FilingKind::ALL.iter().map(|kind| kind.label_ja()).collect();
            let en = format!("{text:?} is no kind of filing; write one of: {}", all.join(", "));
            let ja = format!(
                "「{text}」という手続はありません。次から選んでください: {}",
                all.join("、")
            );
            self.tell(Base::Kind, Finding::new("/kind", "kind_unknown", en).ja(ja));
        }
        found
    }

    /// None when what was written is none; the inner none when nothing was written.
    #[expect(clippy::option_option, reason = "not written and written wrong are different")]
    fn office_number(&mut self) -> Option<Option<OfficeNumber>> {
        let text = half_width(self.base(Base::Number)).to_uppercase();
        if text.is_empty() {
            return Some(None);
        }
        // Spreadsheets take the zero in front away.
        let padded = format!("0{text}");
        let given =
            if text.len() == 9 { padded.parse().or_else(|_| text.parse()) } else { text.parse() };
        match given {
            Ok(number) => Some(Some(number)),
            Err(error) => {
                let en = format!("{error}; compare it with its source");
                let ja =
                    "介護事業所番号が違います。10桁の番号を写し間違えていないか確かめてください。";
                let path = "/offices/0/office_number";
                self.tell(Base::Number, Finding::new(path, "office_number", en).ja(ja));
                None
            }
        }
    }

    fn place(&mut self, base: Base, text: &str) -> Option<AuthorityId> {
        let day = self.reader.filer.day;
        let narrow = half_width(text);
        let is_short = narrow.len() == 5 && narrow.bytes().all(|b| b.is_ascii_digit());
        let text = if is_short { format!("0{narrow}") } else { narrow };
        let found: Vec<_> = find_places(self.reader.master, &text, day)
            .into_iter()
            .map(|row| (row.code, format!("{}{}({})", row.prefecture, row.name, row.code)))
            .collect();
        let path = match base {
            Base::Insurers => "/offices/0/services/0/insurers",
            Base::Kind
            | Base::Name
            | Base::Number
            | Base::Place
            | Base::Services
            | Base::Deemed => "/offices/0/municipality",
        };
        match &found[..] {
            [(code, _)] => return Some(*code),
            [] => {
                let en = format!("there is no municipality {text:?}; write its name or code");
                let ja = format!(
                    "「{text}」という市区町村はありません。名前か6桁の番号を書いてください。"
                );
                self.tell(base, Finding::new(path, "place_unknown", en).ja(ja));
            }
            [..] => {
                let names: Vec<_> = found.iter().take(5).map(|(_, name)| name.as_str()).collect();
                let names = names.join("、");
                let en = format!("{text:?} may be one of several ({names}); write the code");
                let ja =
                    format!("「{text}」は複数あります({names} など)。6桁の番号を書いてください。");
                self.tell(base, Finding::new(path, "place_ambiguous", en).ja(ja));
            }
        }
        None
    }

    fn municipality(&mut self) -> Option<AuthorityId> {
        let text = self.base(Base::Place).to_owned();
        if text.is_empty() { None } else { self.place(Base::Place, &text) }
    }

    fn services(&mut self) -> Option<Vec<OfficeService>> {
        let text = self.base(Base::Services).to_owned();
        let insurers = self.base(Base::Insurers).to_owned();
        let insurers: Vec<_> =
            words(&insurers).map(|word| self.place(Base::Insurers, word)).collect();
        let insurers: Option<Vec<_>> = insurers.into_iter().collect();
        let codes: Vec<_> = words(&text).map(|word| self.service(word)).collect();
        let codes: Option<Vec<_>> = codes.into_iter().collect();
        let deemed = self.deemed();
        let (codes, insurers, deemed) = (codes?, insurers?, deemed?);
        let day = self.reader.filer.day;
        let service = |code: ServiceCode| {
            let row = self.reader.master.service(code, day);
            let by_insurer = row.is_some_and(|row| {
                matches!(row.designator, Designator::MunicipalMulti | Designator::MunicipalInsurer)
            });
            OfficeService {
                service: code,
                insurers: if by_insurer { insurers.clone() } else { Vec::new() },
                deemed: deemed && row.is_some_and(|row| !row.deemed_for.is_empty()),
            }
        };
        (!codes.is_empty()).then(|| codes.into_iter().map(service).collect())
    }

    /// `15`, `15 通所介護` and `通所介護` are the same.
    fn service(&mut self, word: &str) -> Option<ServiceCode> {
        let (master, day) = (self.reader.master, self.reader.filer.day);
        let text = half_width(word);
        let rows = || master.services().iter().filter(|row| row.period.contains(day));
        let named: Vec<_> = rows().filter(|row| row.name == text).map(|row| row.code).collect();
        let first: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
        let first = first.to_uppercase();
        let coded = rows().find(|row| row.code.as_str() == first).map(|row| row.code);
        if let ([one], _) | ([], Some(one)) = (&named[..], &coded) {
            return Some(*one);
        }
        let en = format!("{word:?} is no service; write its two-character code, for example 15");
        let ja = format!(
            "「{word}」というサービスはありません。15 のように種類コードを書いてください。"
        );
        let path = "/offices/0/services";
        self.tell(Base::Services, Finding::new(path, "service_unknown", en).ja(ja));
        None
    }

    fn deemed(&mut self) -> Option<bool> {
        let text = self.base(Base::Deemed).to_owned();
        if text.is_empty() {
            return Some(false);
        }
        let read = yes_no(&text);
        if read.is_none() {
            let en = format!("write はい or いいえ, not {text:?}");
            let ja = format!("「{text}」ではなく、はい か いいえ を書いてください。");
            let path = "/offices/0/services/0/deemed";
            self.tell(Base::Deemed, Finding::new(path, "cell_yes_no", en).ja(ja));
        }
        read
    }

    /// The forms of the row, filled in. An annex that is not asked for comes in when something is
    /// written that only it has.
    fn sheets(&mut self, submission: &Submission) -> Vec<Sheet> {
        let (forms, day) = (self.reader.forms, self.reader.filer.day);
        let mut used = BTreeSet::new();
        let mut sheets = Vec::new();
        for mut sheet in empty_sheets(forms, submission, day) {
            let Some(form) = forms.form_on(&sheet.form, day) else { continue };
            let (fields, places) = self.fields(form, sheet.service);
            let is_new = places.iter().any(|place| !used.contains(place));
            if form.role == Role::Annex && forms.is_optional(submission.kind, form) && !is_new {
                continue;
            }
            used.extend(places);
            sheet.fields = read(&form.schema, &fields);
            sign(form, submission, &mut sheet.fields);
            sheets.push(sheet);
        }
        self.tell_unused(&used);
        sheets
    }

    /// What a form has in this row, and in which columns it stands.
    fn fields(&self, form: &Form, service: Option<ServiceCode>) -> (Fields, Vec<usize>) {
        let (mut fields, mut places) = (Fields::default(), Vec::new());
        for (place, column) in self.reader.columns.all.iter().enumerate() {
            let cell = self.cell(place);
            if cell.is_empty() {
                continue;
            }
            let Some(pointer) = self.reader.columns.pointer(column, (form, service)) else {
                continue;
            };
            places.push(place);
            let schema = schema_at(&form.schema, &pointer);
            fields.0.extend(texts(schema, cell).into_iter().map(|text| (pointer.clone(), text)));
        }
        (fields, places)
    }

    fn tell_unused(&mut self, used: &BTreeSet<usize>) {
        let columns = &self.reader.columns;
        for (place, column) in columns.all.iter().enumerate() {
            let is_field = matches!(column, Column::Field { .. });
            if !is_field || used.contains(&place) || self.cell(place).is_empty() {
                continue;
            }
            let en = "the forms of this kind and service have no such field; empty the cell";
            let ja = "この手続・サービスの様式にはない項目です。セルを空にしてください。";
            self.row.findings.push(CellFinding {
                cell: Some(cell_name(place, self.row.number)),
                column: Some(columns.head[place].clone()),
                finding: Finding::new("", "cell_not_of_form", en).ja(ja),
            });
        }
    }
}

/// What a schema says of the field at a pointer.
fn schema_at<'a>(schema: &'a Value, pointer: &str) -> &'a Value {
    pointer.split('/').skip(1).fold(schema, |schema, step| {
        let inner = &schema["properties"][step];
        if inner.is_null() { &schema["items"] } else { inner }
    })
}

/// Rows of a program: an array of submissions.
pub(super) fn of_array(
    bytes: &[u8],
    filer: &Filer<'_>,
    limits: &Limits,
) -> Result<Vec<Row>, Vec<Finding>> {
    let all: Vec<Value> = serde_json::from_slice(bytes).map_err(|error| {
        let en = format!("the body is no JSON array of filings: {error}");
        let ja = format!("本文が届出のJSON配列ではありません({error})。");
        vec![Finding::new("", "bulk_json", en).ja(ja)]
    })?;
    if all.len() > limits.rows_max {
        return Err(vec![too_many_rows(limits)]);
    }
    Ok((1..).zip(all).map(|(number, value)| of_value(number, value, filer)).collect())
}

fn of_value(number: u32, value: Value, filer: &Filer<'_>) -> Row {
    let cells = vec![value.to_string()];
    let office = value["offices"][0]["name"].as_str().unwrap_or_default().to_owned();
    let (submission, finding) = match serde_json::from_value::<Submission>(value) {
        Ok(submission) if submission.corporate_number == filer.number => (Some(submission), None),
        Ok(_) => {
            let en = format!("this key files for {} only; the row names another", filer.number);
            let ja = format!("この鍵で届け出られるのは法人番号{}だけです。", filer.number);
            let path = "/corporate_number";
            (None, Some(Finding::new(path, "corporate_number_not_yours", en).ja(ja)))
        }
        Err(error) => {
            let en = format!("the filing does not read: {error}; /openapi.json tells its fields");
            let ja = format!("届出として読めません({error})。");
            (None, Some(Finding::new("", "json_invalid", en).ja(ja)))
        }
    };
    Row {
        number,
        office,
        submission,
        cells,
        findings: finding.into_iter().map(CellFinding::row).collect(),
    }
}

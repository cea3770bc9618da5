//! `data/filing.csv`: one row per office and service, for import into a municipality's ledger.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::Offset;
use schemas::forms::{Sheet, sheets};
use schemas::ledger::{Column, Encoding, Fact, Profile, Source};
use schemas::{AuthorityId, DeliveryId, Office, OfficeService, Submission};
use serde_json::Value;

use super::characters::{Cell, Replaced, Scribe, encode};
use crate::adapter::Action;

/// What the hub adds to a submission in the ledger row.
#[derive(Debug, Clone)]
pub struct LedgerFacts<'a> {
    /// 受付番号.
    pub receipt_number: &'a str,
    /// The revision, from 1.
    pub revision: u32,
    /// Whether it is filed, corrected or taken back.
    pub action: Action,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The authority that gets it.
    pub authority: AuthorityId,
    /// When the hub recorded this revision.
    pub received_at: Timestamp,
    /// When the hub recorded the first one.
    pub first_received_at: Timestamp,
}

/// A filing as a table.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The table: CRLF, names first.
    pub bytes: Bytes,
    /// The profile by which it was written.
    pub profile: String,
    /// How it is encoded.
    pub encoding: Encoding,
    /// Rows below the names.
    pub rows: usize,
    /// Characters that the encoding does not have.
    pub replaced: Vec<Replaced>,
    /// Cells that a spreadsheet would have run as a formula: an apostrophe stands in front.
    pub defused: Vec<Cell>,
}

/// The columns of the first layout, which had no others.
const FIRST: [(&str, Fact); 15] = [
    ("受付番号", Fact::ReceiptNumber),
    ("版", Fact::Revision),
    ("区分", Fact::Action),
    ("受付日時", Fact::ReceivedAt),
    ("送達ID", Fact::Delivery),
    ("宛先コード", Fact::Authority),
    ("手続コード", Fact::Kind),
    ("手続", Fact::KindLabel),
    ("法人番号", Fact::CorporateNumber),
    ("事業者名", Fact::OperatorName),
    ("介護事業所番号", Fact::OfficeNumber),
    ("事業所名", Fact::OfficeName),
    ("所在市区町村コード", Fact::Municipality),
    ("サービス種類コード", Fact::Service),
    ("添付数", Fact::Attachments),
];

/// The table of the first layout: fixed columns, UTF-8 with a byte order mark.
pub fn ledger_csv(submission: &Submission, facts: &LedgerFacts<'_>) -> Bytes {
    let column = |(name, fact): &(&str, Fact)| Column {
        name: (*name).to_owned(),
        from: Source::Fact(*fact),
    };
    let profile = Profile {
        id: String::new(),
        title: String::new(),
        encoding: Encoding::Utf8,
        replacement: String::new(),
        substitutes: std::collections::BTreeMap::new(),
        columns: FIRST.iter().map(column).collect(),
        text: String::new(),
        sha256: String::new(),
    };
    write(&[(submission, facts.clone())], &profile, &FORMULA).bytes
}

/// What begins a formula; and the same as Japanese keyboards write it.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
const FORMULA_WIDE: [char; 10] =
    ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The table as a profile says. Cells that a spreadsheet would take for a formula get an apostrophe
/// in front.
pub fn ledger(submission: &Submission, facts: &LedgerFacts<'_>, profile: &Profile) -> Ledger {
    write(&[(submission, facts.clone())], profile, &FORMULA_WIDE)
}

/// The same of many filings, in their order: the names once, then the rows of all.
pub fn ledger_of_many(filings: &[(&Submission, LedgerFacts<'_>)], profile: &Profile) -> Ledger {
    write(filings, profile, &FORMULA_WIDE)
}

fn write(
    filings: &[(&Submission, LedgerFacts<'_>)],
    profile: &Profile,
    formula: &[char],
) -> Ledger {
    let mut scribe = Scribe::new(profile);
    let (mut out, mut defused) = (Vec::with_capacity(1024), Vec::new());
    let mut table =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut out);
    // Writing into a Vec, with rows of one width, cannot fail.
    let names = profile.columns.iter().map(|column| safe_cell(&column.name, formula).into_owned());
    let _ = table.write_record(names);
    let mut rows = 0;
    for (submission, facts) in filings {
        let sheets = sheets(&submission.form).unwrap_or_default();
        for row in submission.offices.iter().enumerate().flat_map(services) {
            rows += 1;
            let cells = profile.columns.iter().map(|column| {
                let value = match &column.from {
                    Source::Fact(fact) => value_of(*fact, submission, facts, &row),
                    Source::Form(path) => field(&sheets, &row, path),
                };
                let cell = Cell { row: rows, column: column.name.clone() };
                let text = scribe.text(&value, &cell).into_owned();
                let safe = safe_cell(&text, formula);
                if matches!(safe, Cow::Owned(_)) {
                    defused.push(cell);
                }
                safe.into_owned()
            });
            let cells: Vec<_> = cells.collect();
            let _ = table.write_record(cells);
        }
    }
    let _ = table.flush();
    drop(table);
    Ledger {
        bytes: encode(profile.encoding, &String::from_utf8_lossy(&out)).into(),
        profile: profile.id.clone(),
        encoding: profile.encoding,
        rows,
        replaced: scribe.replaced(),
        defused,
    }
}

/// What a row is about.
struct Row<'a> {
    place: usize,
    office: &'a Office,
    service: &'a OfficeService,
}

fn services((place, office): (usize, &Office)) -> impl Iterator<Item = Row<'_>> {
    office.services.iter().map(move |service| Row { place, office, service })
}

fn value_of(fact: Fact, filing: &Submission, facts: &LedgerFacts<'_>, row: &Row<'_>) -> String {
    let time = |at: Timestamp| {
        let at = Offset::constant(9).to_datetime(at);
        at.strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()
    };
    match fact {
        Fact::ReceiptNumber => facts.receipt_number.to_owned(),
        Fact::Revision => facts.revision.to_string(),
        Fact::Action => facts.action.label_ja().to_owned(),
        Fact::ReceivedAt => time(facts.received_at),
        Fact::FirstReceivedAt => time(facts.first_received_at),
        Fact::Delivery => facts.delivery.to_string(),
        Fact::Authority => facts.authority.to_string(),
        Fact::Kind => filing.kind.as_str().to_owned(),
        Fact::KindLabel => filing.kind.label_ja().to_owned(),
        Fact::CorporateNumber => filing.corporate_number.to_string(),
        Fact::OperatorName => filing.operator_name.clone(),
        Fact::OfficeNumber => {
            row.office.office_number.map(|number| number.to_string()).unwrap_or_default()
        }
        Fact::OfficeName => row.office.name.clone(),
        Fact::Municipality => row.office.municipality.to_string(),
        Fact::Service => row.service.service.to_string(),
        Fact::Attachments => filing.attachments.len().to_string(),
    }
}

/// A field of the forms: of the one about this office and service, else of one about the office,
/// else of one about the whole filing.
fn field(sheets: &[Sheet], row: &Row<'_>, path: &str) -> String {
    let fits = |sheet: &&Sheet| {
        sheet.office.is_none_or(|office| office == row.place)
            && sheet.service.is_none_or(|service| service == row.service.service)
    };
    let mut fitting: Vec<&Sheet> = sheets.iter().filter(fits).collect();
    fitting.sort_by_key(|sheet| (sheet.service.is_none(), sheet.office.is_none()));
    let found = fitting.into_iter().find_map(|sheet| sheet.fields.pointer(path));
    found.map(words).unwrap_or_default()
}

/// A value in one cell.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join("、"),
        Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// A cell that no spreadsheet runs as a formula.
fn safe_cell<'a>(cell: &'a str, formula: &[char]) -> Cow<'a, str> {
    if cell.starts_with(formula) {
        return Cow::Owned(format!("'{cell}"));
    }
    Cow::Borrowed(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        for (cell, safe) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("さくら", "さくら"), ("", "")]
        {
            assert_eq!(safe_cell(cell, &FORMULA), safe);
        }
        assert_eq!(safe_cell("\u{ff1d}1", &FORMULA_WIDE), "'\u{ff1d}1");
    }
}

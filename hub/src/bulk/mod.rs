//! 一括申請: many filings in one upload, a row of a spreadsheet for each.
//!
//! A table (CSV or XLSX) is read into rows, its headings are looked up in the catalogue, each row
//! becomes a submission, and what is wrong is told by row and cell. Nothing here files anything.
//!
//! * **To add a column that is no field of a form**: a word in `columns::Base`, and what it
//!   fills in `row`.

mod columns;
mod place;
mod row;
mod sample;
mod table;
mod template;
mod text;
mod value;
mod workbook;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::civil::Date;
use routing::Master;
use schemas::{Catalogue, CorporateNumber, Finding, Submission};
use serde::{Deserialize, Serialize};

use crate::config::Bulk as Limits;

use columns::Columns;
pub(crate) use place::place;
pub(crate) use sample::sample;
pub(crate) use table::Format;
use table::{TableRow, read_table};
pub(crate) use template::{Template, Wanted, remnant};

/// The worksheet that is read, and that templates have.
pub(crate) const SHEET: &str = "一括申請";

/// What is wrong, or worth a look, in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CellFinding {
    /// The cell as a spreadsheet names it (`F12`); none when it is about the whole row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// The heading of the column, or of the one that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub finding: Finding,
}

impl CellFinding {
    /// About the row as a whole.
    pub(crate) fn row(finding: Finding) -> Self {
        Self { cell: None, column: None, finding }
    }
}

/// One row, read.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its number, as a spreadsheet shows it; of an array, its place from 1.
    pub(crate) number: u32,
    /// The office that it is about, as it is written; empty when it is not.
    pub(crate) office: String,
    /// What it would file; none when too little of it reads.
    pub(crate) submission: Option<Submission>,
    /// The cells as they came.
    pub(crate) cells: Vec<String>,
    /// What was found so far; errors first.
    pub(crate) findings: Vec<CellFinding>,
}

/// Whose rows they are, and on which day.
#[derive(Debug, Clone)]
pub(crate) struct Filer<'a> {
    pub(crate) number: CorporateNumber,
    pub(crate) name: &'a str,
    pub(crate) day: Date,
}

/// An upload as a whole, read.
pub(crate) struct Sheet {
    /// The headings; none of an array.
    pub(crate) head: Vec<String>,
    /// What the headings mean.
    pub(crate) columns: Option<Columns>,
    pub(crate) rows: Vec<Row>,
}

/// Reads an upload into rows. What is wrong with the whole of it is answered instead.
pub(crate) fn read(
    (forms, master): (&Catalogue, &Master),
    filer: &Filer<'_>,
    (format, bytes): (Format, &[u8]),
    limits: &Limits,
) -> Result<Sheet, Vec<Finding>> {
    let mut sheet = match format {
        Format::Json => {
            let rows = row::of_array(bytes, filer, limits)?;
            Sheet { head: Vec::new(), columns: None, rows }
        }
        Format::Csv | Format::Xlsx => {
            let table = read_table(format, bytes, limits)?;
            let columns = Columns::of(&table.head, forms, filer.day)?;
            let reader = row::Reader { forms, master, filer, columns: &columns };
            let rows = table.rows.into_iter().map(|row| reader.read(row)).collect();
            Sheet { head: table.head, columns: Some(columns), rows }
        }
    };
    if sheet.rows.is_empty() {
        let en = "there is no row below the headings; write one for each filing";
        let ja = "見出しの下に行がありません。届出ごとに1行を書いてください。";
        return Err(vec![Finding::new("", "bulk_empty", en).ja(ja)]);
    }
    tell_repeats(&mut sheet.rows);
    Ok(sheet)
}

/// A row that says the same as one before it is a slip, and would be filed twice.
fn tell_repeats(rows: &mut [Row]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for row in rows {
        let Some(text) = row.submission.as_ref().and_then(|it| serde_json::to_string(it).ok())
        else {
            continue;
        };
        let first = *seen.entry(text).or_insert(row.number);
        if first == row.number {
            continue;
        }
        let en = format!("says the same as row {first}; delete one of the two");
        let ja = format!("{first}行目と同じ内容です。どちらかを消してください。");
        let finding = Finding::new("", "row_repeated", en).ja(ja);
        row.findings.insert(0, CellFinding::row(finding));
    }
}

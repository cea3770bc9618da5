//! Workbooks (XLSX): one sheet, its cells one by one, so that no size it claims is believed.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{CellErrorType, DataRef, Dimensions, ExcelDateTime, Reader, Xlsx, XlsxError};
use schemas::Finding;

use super::table::{Table, TableRow, cell_name, too_many_columns, too_many_rows};
use super::{CellFinding, SHEET};
use crate::config::Bulk as Limits;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, Box<Finding>> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        let en = "this is an old workbook (.xls) or one with a password; save it as .xlsx without";
        let ja = "旧形式(.xls)か、パスワード付きのブックです。パスワードなしの.xlsxで保存し直してくだ\
                  さい。";
        return Err(Finding::new("", "bulk_xls", en).ja(ja).into());
    }
    check_unpacked(bytes, limits)?;
    let mut book: Book<'_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| Box::new(broken(&error)))?;
    let names = book.sheet_names();
    if !names.iter().any(|name| name == SHEET) {
        let names = names.join("、");
        let en = format!("there is no sheet {SHEET:?}, only: {names}; rename yours");
        let ja = format!(
            "シート「{SHEET}」がありません(あるのは「{names}」)。シート名を直してください。"
        );
        return Err(Finding::new("", "bulk_sheet_missing", en).ja(ja).into());
    }
    let merged = book.merge_cells_by_sheet_name(SHEET).map_err(|error| Box::new(broken(&error)))?;
    let mut found = cells(&mut book, limits)?;
    let Some((at, head)) = found.pop_first() else { return Ok(Table::default()) };
    if let Some(range) = merged.iter().find(|range| range.start.0 <= at) {
        let range = name_of(range);
        let en = format!("the headings are merged ({range}); unmerge them, one heading a column");
        let ja = format!("見出しのセルが結合されています({range})。結合を解除してください。");
        return Err(Finding::new("", "bulk_merged_heading", en).ja(ja).into());
    }
    let mut rows: Vec<TableRow> = found.into_values().collect();
    for row in &mut rows {
        row.findings.extend(merged.iter().filter_map(|range| merge_finding(range, row.number)));
    }
    if let Some(CellFinding { cell, finding, .. }) = head.findings.into_iter().next() {
        let cell = cell.unwrap_or_default();
        return Err(Box::new(Finding { path: cell, ..finding }));
    }
    Ok(Table { head: head.cells, rows })
}

/// The rows in which something stands, by their place from 0.
fn cells(book: &mut Book<'_>, limits: &Limits) -> Result<BTreeMap<u32, TableRow>, Box<Finding>> {
    let mut reader =
        book.worksheet_cells_reader(SHEET).map_err(|error| Box::new(broken(&error)))?;
    let mut rows: BTreeMap<u32, TableRow> = BTreeMap::new();
    while let Some(cell) =
        reader.next_cell_with_formula().map_err(|error| Box::new(broken(&error)))?
    {
        let (row, column) = cell.pos;
        let number = row.saturating_add(1);
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        let (text, fault) = read_value(&cell.value);
        let is_formula = cell.formula.is_some_and(|formula| !formula.is_empty());
        if text.trim().is_empty() && fault.is_none() && !is_formula {
            continue;
        }
        if place >= limits.columns_max {
            return Err(too_many_columns(limits).into());
        }
        // The headings stand in the first of them.
        if !rows.contains_key(&row) && rows.len() > limits.rows_max {
            return Err(too_many_rows(limits).into());
        }
        let known = rows.entry(row).or_insert_with(|| TableRow { number, ..TableRow::default() });
        if known.cells.len() <= place {
            known.cells.resize(place + 1, String::new());
        }
        known.cells[place] = text;
        let fault = if is_formula { Some(formula()) } else { fault };
        if let Some(finding) = fault {
            let cell = Some(cell_name(place, number));
            known.findings.push(CellFinding { cell, column: None, finding });
        }
    }
    Ok(rows)
}

/// What stands in a cell, as one would write it, or what is wrong with it.
fn read_value(value: &DataRef<'_>) -> (String, Option<Finding>) {
    match value {
        DataRef::Empty => (String::new(), None),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            (text.clone(), None)
        }
        DataRef::SharedString(text) => ((*text).to_owned(), None),
        DataRef::Int(number) => (number.to_string(), None),
        DataRef::Float(number) => (number.to_string(), None),
        DataRef::Bool(yes) => (yes.to_string(), None),
        DataRef::DateTime(at) => (moment(at), None),
        DataRef::Error(error) => (error.to_string(), Some(fault(error))),
    }
}

/// A day, a time of day, or both.
fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
    let has_day = at.as_f64() >= 1.0;
    let has_time = at.as_f64().fract() > 0.0;
    match (has_day, has_time) {
        (true, false) => format!("{year:04}-{month:02}-{day:02}"),
        (true, true) => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
        (false, _) => format!("{hour:02}:{minute:02}"),
    }
}

fn formula() -> Finding {
    let en = "a formula stands here; paste its value instead";
    let ja = "数式が入っています。値として貼り付けてください。";
    Finding::new("", "cell_formula", en).ja(ja)
}

fn fault(error: &CellErrorType) -> Finding {
    let en = format!("the spreadsheet shows an error here ({error}); write the value");
    let ja = format!("表計算のエラー値({error})が入っています。値を書いてください。");
    Finding::new("", "cell_error", en).ja(ja)
}

/// A merged range, where it touches a row.
fn merge_finding(range: &Dimensions, number: u32) -> Option<CellFinding> {
    let (first, last) = (range.start.0.saturating_add(1), range.end.0.saturating_add(1));
    if !(first..=last).contains(&number) {
        return None;
    }
    let name = name_of(range);
    let en = format!("cells are merged ({name}); unmerge them and write each value");
    let ja = format!("セルが結合されています({name})。解除して、それぞれに値を書いてください。");
    let cell = cell_name(usize::try_from(range.start.1).unwrap_or_default(), number);
    let finding = Finding::new("", "cell_merged", en).ja(ja);
    Some(CellFinding { cell: Some(cell), column: None, finding })
}

fn name_of(range: &Dimensions) -> String {
    let place = |(row, column): (u32, u32)| {
        cell_name(usize::try_from(column).unwrap_or_default(), row.saturating_add(1))
    };
    format!("{}:{}", place(range.start), place(range.end))
}

fn broken(error: &XlsxError) -> Finding {
    let en = format!("the workbook does not read: {error}; save it again as .xlsx");
    let ja = format!("ブックとして読めません({error})。.xlsxで保存し直してください。");
    Finding::new("", "bulk_unreadable", en).ja(ja)
}

/// A small file can unpack to a huge one: it is unpacked once into nothing, up to the limit.
fn check_unpacked(bytes: &[u8], limits: &Limits) -> Result<(), Box<Finding>> {
    let unreadable = |error: String| {
        let en = format!("this is no whole .xlsx file: {error}; upload it again");
        let ja =
            format!(".xlsxファイルとして読めません({error})。もう一度アップロードしてください。");
        Box::new(Finding::new("", "bulk_unreadable", en).ja(ja))
    };
    let archive = zip::ZipArchive::new(Cursor::new(bytes));
    let mut archive = archive.map_err(|error| unreadable(error.to_string()))?;
    let mut left = limits.unpacked_bytes_max;
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(|error| unreadable(error.to_string()))?;
        let copied = std::io::copy(&mut file.take(left.saturating_add(1)), &mut std::io::sink());
        let size = copied.map_err(|error| unreadable(error.to_string()))?;
        if size > left {
            let max = limits.unpacked_bytes_max;
            let en = format!("the workbook unpacks to more than {max} bytes; split it");
            let ja = format!("展開すると{max}バイトを超えるブックです。分けてください。");
            return Err(Finding::new("", "bulk_unpacked_max", en).ja(ja).into());
        }
        left -= size;
    }
    Ok(())
}

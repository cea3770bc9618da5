//! Comma-separated text, as spreadsheets save it: UTF-8 with or without a mark, or CP932.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::SHIFT_JIS;
use schemas::Finding;

use super::table::{Table, TableRow, too_many_columns, too_many_rows};
use crate::config::Bulk as Limits;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, Box<Finding>> {
    let text = decode(bytes)?;
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut record = StringRecord::new();
    let mut number = 0;
    loop {
        let before = reader.position().line();
        let is_there = reader.read_record(&mut record).map_err(|error| {
            let en = format!("the CSV does not read: {error}; save it again as CSV UTF-8");
            let ja = format!("CSVとして読めません({error})。CSV UTF-8で保存し直してください。");
            Box::new(Finding::new("", "bulk_unreadable", en).ja(ja))
        })?;
        if !is_there {
            break;
        }
        number += 1 + blank_lines(before, reader.position().line(), &record);
        if record.len() > limits.columns_max {
            return Err(too_many_columns(limits).into());
        }
        let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if table.head.is_empty() {
            while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
            table.head = cells;
        } else if table.rows.len() == limits.rows_max {
            return Err(too_many_rows(limits).into());
        } else {
            table.rows.push(TableRow { number, cells, ..TableRow::default() });
        }
    }
    Ok(table)
}

/// Empty lines in front of a record: the reader passes over them, and a spreadsheet shows them.
fn blank_lines(before: u64, after: u64, record: &StringRecord) -> u32 {
    let inside: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
    let lines = after.saturating_sub(before).saturating_sub(1);
    u32::try_from(lines.saturating_sub(inside as u64)).unwrap_or(u32::MAX)
}

/// The text, whatever of the two it is in.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Box<Finding>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    if !is_wide && !bytes.contains(&0) {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(Cow::Borrowed(text));
        }
        let (text, had_errors) = SHIFT_JIS.decode_without_bom_handling(bytes);
        if !had_errors {
            return Ok(text);
        }
    }
    let en = "the text is in neither UTF-8 nor CP932; save it as \"CSV UTF-8\" or as XLSX";
    let ja = "文字コードがUTF-8でもShift_JIS(CP932)でもありません。「CSV UTF-8」かXLSXで保存し直して\
              ください。";
    Err(Finding::new("", "bulk_encoding", en).ja(ja).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn limits() -> Limits {
        *Config::defaults().expect("the defaults").bulk
    }

    #[test]
    fn both_encodings_read_the_same_and_rows_count_as_in_a_spreadsheet() {
        let text = "手続,変更前\r\n\r\n変更届出,\"髙橋\r\n①\"\r\n,\r\n変更届出,x\r\n";
        let (cp932, _, lost) = SHIFT_JIS.encode(text);
        assert!(!lost);
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &*cp932, &marked] {
            let table = read(bytes, &limits()).expect("it reads");
            assert_eq!(table.head, ["手続", "変更前"]);
            let rows: Vec<_> =
                table.rows.iter().map(|row| (row.number, row.cells.clone())).collect();
            let cells = |before: &str| vec!["変更届出".to_owned(), before.to_owned()];
            assert_eq!(rows, [(3, cells("髙橋\r\n①")), (5, cells("x"))]);
        }
    }

    #[test]
    fn other_encodings_say_what_to_do() {
        let wide: Vec<u8> = "\u{feff}手続".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [&wide[..], b"\x8e\xe8\x91", b"a\0b"] {
            let finding = read(bytes, &limits()).expect_err("no text");
            assert_eq!(finding.code, "bulk_encoding");
        }
    }

    #[test]
    fn rows_and_columns_have_a_limit() {
        let limits = Limits { rows_max: 2, columns_max: 3, ..limits() };
        let code = |text: &str| read(text.as_bytes(), &limits).err().map(|finding| finding.code);
        assert_eq!(code("a,b,c\n1\n2\n"), None);
        assert_eq!(code("a\n1\n2\n3\n").as_deref(), Some("bulk_rows_max"));
        assert_eq!(code("a,b,c,d\n").as_deref(), Some("bulk_columns_max"));
    }
}

//! A table as it was uploaded: headings, and rows of texts.

use schemas::Finding;

use super::{CellFinding, text, workbook};
use crate::config::Bulk as Limits;

/// What an upload is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated, in UTF-8 or CP932.
    Csv,
    /// A workbook of Excel 2007 and later.
    Xlsx,
    /// An array of submissions.
    Json,
}

impl Format {
    /// By its media type.
    pub(crate) fn of_media_type(media_type: &str) -> Option<Self> {
        match media_type {
            "text/csv" => Some(Self::Csv),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    /// By its content: browsers and mail programs name types as they like.
    pub(crate) fn of_content(bytes: &[u8]) -> Self {
        match bytes {
            [b'P', b'K', ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Self::Xlsx,
            _ => Self::Csv,
        }
    }
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<TableRow>,
}

/// A row in which something stands.
#[derive(Debug, Default)]
pub(crate) struct TableRow {
    /// As a spreadsheet counts: the headings stand in 1.
    pub(crate) number: u32,
    pub(crate) cells: Vec<String>,
    /// What is wrong with cells as such.
    pub(crate) findings: Vec<CellFinding>,
}

/// Reads a table within its limits.
pub(crate) fn read_table(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Table, Vec<Finding>> {
    if bytes.len() > limits.bytes_max {
        let max = limits.bytes_max;
        let en = format!("the file has more than {max} bytes; split it");
        let ja = format!("ファイルが{max}バイトを超えています。分けてください。");
        return Err(vec![Finding::new("", "bulk_bytes_max", en).ja(ja)]);
    }
    let table = match format {
        Format::Xlsx => workbook::read(bytes, limits),
        Format::Csv | Format::Json => text::read(bytes, limits),
    };
    table.map_err(|finding| vec![*finding])
}

/// One row more than there may be.
pub(super) fn too_many_rows(limits: &Limits) -> Finding {
    let max = limits.rows_max;
    let en = format!("there are more than {max} rows; split the file");
    let ja = format!("行が{max}を超えています。ファイルを分けてください。");
    Finding::new("", "bulk_rows_max", en).ja(ja)
}

/// One column more than there may be.
pub(super) fn too_many_columns(limits: &Limits) -> Finding {
    let max = limits.columns_max;
    let en = format!("there are more than {max} columns; delete those that are not used");
    let ja = format!("列が{max}を超えています。使わない列を消してください。");
    Finding::new("", "bulk_columns_max", en).ja(ja)
}

/// A cell's name: the column as letters, then the row; both counted from where a spreadsheet does.
pub(super) fn cell_name(column: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.iter().rev().collect();
    format!("{letters}{row}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_do() {
        for (column, name) in [(0, "A3"), (25, "Z3"), (26, "AA3"), (701, "ZZ3"), (702, "AAA3")] {
            assert_eq!(cell_name(column, 3), name);
        }
    }
}

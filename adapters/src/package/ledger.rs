//! `data/filing.csv`: one row per office and service, for import into a municipality's ledger.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::Offset;
use schemas::{AuthorityId, DeliveryId, Office, OfficeService, Submission};

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
    /// When the hub recorded the filing.
    pub received_at: Timestamp,
}

const HEADER: [&str; 15] = [
    "受付番号",
    "版",
    "区分",
    "受付日時",
    "送達ID",
    "宛先コード",
    "手続コード",
    "手続",
    "法人番号",
    "事業者名",
    "介護事業所番号",
    "事業所名",
    "所在市区町村コード",
    "サービス種類コード",
    "添付数",
];

/// The table as UTF-8 with a byte order mark (so that Excel reads it), CRLF, header first. Cells
/// that a spreadsheet would take for a formula get an apostrophe in front.
pub fn ledger_csv(submission: &Submission, facts: &LedgerFacts<'_>) -> Bytes {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice("\u{feff}".as_bytes());
    let mut table =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut out);
    let rows = submission.offices.iter().flat_map(|office| {
        office.services.iter().map(move |service| row(submission, facts, (office, service)))
    });
    // Writing into a Vec, with rows of one width, cannot fail.
    let _ = table.write_record(HEADER);
    for row in rows {
        let _ = table.write_record(row.iter().map(|cell| safe_cell(cell).into_owned()));
    }
    let _ = table.flush();
    drop(table);
    out.into()
}

fn row(
    submission: &Submission,
    facts: &LedgerFacts<'_>,
    (office, service): (&Office, &OfficeService),
) -> [String; HEADER.len()] {
    let received_at = Offset::constant(9).to_datetime(facts.received_at);
    [
        facts.receipt_number.to_owned(),
        facts.revision.to_string(),
        facts.action.label_ja().to_owned(),
        received_at.strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string(),
        facts.delivery.to_string(),
        facts.authority.to_string(),
        submission.kind.as_str().to_owned(),
        submission.kind.label_ja().to_owned(),
        submission.corporate_number.to_string(),
        submission.operator_name.clone(),
        office.office_number.map(|number| number.to_string()).unwrap_or_default(),
        office.name.clone(),
        office.municipality.to_string(),
        service.service.to_string(),
        submission.attachments.len().to_string(),
    ]
}

/// A cell that no spreadsheet runs as a formula.
fn safe_cell(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '=', '+', '-', '@']) {
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
            assert_eq!(safe_cell(cell), safe);
        }
    }
}

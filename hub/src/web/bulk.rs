//! 一括申請, for the interface and the pages alike: an upload is checked as a whole and kept with its
//! report; then all its rows are filed, or the good ones.
//!
//! The feeder files rows by idempotency keys of their own, so that whoever sends the same again,
//! after a crash or a broken line, goes on where it stopped and files nothing twice.

use std::sync::Arc;

use axum::http::StatusCode;
use futures::{StreamExt as _, stream};
use schemas::{CorporateNumber, Finding, Owner};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Desk;
use super::problem::Problem;
use crate::bulk::{self, CellFinding, Filer, Format, Row, Sheet};
use crate::context::day_in_japan;
use crate::feeder::Feeder;
use crate::intake::IntakeProblem;
use crate::store::{BulkCounts, BulkLine, BulkRow, LineFilter};

/// Findings of one row that are kept at most.
const FINDINGS_MAX: usize = 50;

/// What was uploaded.
pub(super) struct Upload {
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
    pub(super) file_name: String,
    pub(super) idempotency_key: String,
    pub(super) saved_by: String,
}

/// Which rows are filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// All, or none when one of them has to be mended.
    All,
    /// Those that have not to be mended.
    Good,
}

/// Checks an upload and keeps it with its report. Answers whether it had been made before.
pub(super) async fn take(
    desk: &Arc<Desk>,
    number: CorporateNumber,
    upload: Upload,
) -> Result<(BulkCounts, bool), Problem> {
    let ctx = &desk.ctx;
    let max = ctx.config.bulk.bytes_max;
    if upload.bytes.len() > max {
        return Err(too_large(max));
    }
    let sha256 = hex::encode(Sha256::digest(&upload.bytes));
    if let Some(known) = made_before(desk, number, (&upload.idempotency_key, &sha256)).await? {
        return Ok((known, true));
    }
    let max = ctx.config.bulk.operator_max;
    if ctx.store.own_bulks(number, max).await?.len() >= max {
        let detail = format!(
            "{max} uploads are kept already; throw one away that was not filed, or wait until the \
             oldest has had its time (bulk.keep_days)"
        );
        return Err(Problem::new(StatusCode::CONFLICT, "bulk_max", Owner::Operator, detail));
    }
    let name = ctx.operator(number).await?.map_or_else(|| number.to_string(), |row| row.name);
    let now = ctx.clock.now_ms();
    let (desk_of_thread, format, bytes) = (Arc::clone(desk), upload.format, upload.bytes);
    let read = tokio::task::spawn_blocking(move || {
        let ctx = &desk_of_thread.ctx;
        let filer = Filer { number, name: &name, day: day_in_japan(now) };
        bulk::read((&ctx.forms, &ctx.master()), &filer, (format, &bytes), &ctx.config.bulk)
    });
    let sheet = read.await.map_err(|error| Problem::unavailable(&error.to_string()))?;
    let sheet = sheet.map_err(IntakeProblem::Invalid)?;
    let row = BulkRow {
        id: ctx.clock.id(),
        corporate_number: number,
        idempotency_key: upload.idempotency_key,
        sha256,
        file_name: upload.file_name,
        head: json_of(&sheet.head)?,
        saved_by: upload.saved_by,
        created_at: now,
        chosen_at: None,
    };
    let lines = check(desk, &row, &sheet).await?;
    let mut tx = ctx.store.begin().await?;
    let is_new = tx.insert_bulk(&row, &lines).await?;
    tx.commit().await?;
    if !is_new {
        // The same upload came twice at once.
        let known = made_before(desk, number, (&row.idempotency_key, &row.sha256)).await?;
        let known =
            known.ok_or_else(|| Problem::unavailable("an upload is there and not there"))?;
        return Ok((known, true));
    }
    Ok((own(desk, number, row.id).await?, false))
}

pub(super) fn too_large(max: usize) -> Problem {
    let detail = format!("an upload has at most {max} bytes; split it");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "bulk_bytes_max", Owner::Operator, detail)
}

fn json_of(value: &impl serde::Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::unavailable(&error.to_string()))
}

/// The upload that was made under this key, if it was the same.
async fn made_before(
    desk: &Desk,
    number: CorporateNumber,
    (key, sha256): (&str, &str),
) -> Result<Option<BulkCounts>, Problem> {
    match desk.ctx.store.bulk_by_key(number, key).await? {
        None => Ok(None),
        Some(known) if known.sha256 == sha256 => Ok(desk.ctx.store.bulk(known.id).await?),
        Some(_) => Err(IntakeProblem::KeyReused.into()),
    }
}

/// An operator's upload; another's is as one that is not there.
pub(super) async fn own(
    desk: &Desk,
    number: CorporateNumber,
    id: Uuid,
) -> Result<BulkCounts, Problem> {
    let found = desk.ctx.store.bulk(id).await?;
    let found = found.filter(|it| it.bulk.corporate_number == number);
    found.ok_or_else(|| Problem::not_found("upload"))
}

/// Every row, checked as if it were filed now.
async fn check(desk: &Desk, bulk: &BulkRow, sheet: &Sheet) -> Result<Vec<BulkLine>, Problem> {
    let at_once = desk.ctx.config.bulk.at_once.max(1);
    let lines: Vec<_> = sheet.rows.iter().map(|row| line(desk, bulk, (sheet, row))).collect();
    let lines: Vec<_> = stream::iter(lines).buffered(at_once).collect().await;
    lines.into_iter().collect()
}

async fn line(
    desk: &Desk,
    bulk: &BulkRow,
    (sheet, row): (&Sheet, &Row),
) -> Result<BulkLine, Problem> {
    let mut findings = row.findings.clone();
    let mut body = None;
    if let Some(submission) = &row.submission {
        let text = json_of(submission)?;
        let max = desk.ctx.config.http.body_bytes_max;
        if text.len() > max {
            let en = format!("the filing has more than {max} bytes; shorten its texts");
            let ja = format!("届出が{max}バイトを超えています。文を短くしてください。");
            findings.push(CellFinding::row(Finding::new("", "body_too_large", en).ja(ja)));
        }
        let found = match desk.intake.check(submission, None).await {
            Ok(found) | Err(IntakeProblem::Invalid(found)) => found,
            Err(problem) => return Err(problem.into()),
        };
        let columns = sheet.columns.as_ref();
        let placed = found
            .into_iter()
            .map(|finding| bulk::place((&desk.ctx.forms, columns), (row, submission), finding));
        findings.extend(placed);
        body = Some(text);
    }
    findings.sort_by_key(|it| it.finding.level);
    findings.truncate(FINDINGS_MAX);
    Ok(BulkLine {
        bulk_id: bulk.id,
        number: i32::try_from(row.number).unwrap_or(i32::MAX),
        corporate_number: bulk.corporate_number,
        state: state_of(&findings, body.is_some()).to_owned(),
        office_name: row.office.chars().take(200).collect(),
        body,
        cells: json_of(&row.cells)?,
        findings: json_of(&findings)?,
        filing_id: None,
        draft_id: None,
    })
}

fn state_of(findings: &[CellFinding], is_read: bool) -> &'static str {
    let has_error = findings.iter().any(|it| it.finding.is_error());
    match (is_read && !has_error, findings.is_empty()) {
        (false, _) => "bad",
        (true, false) => "warned",
        (true, true) => "good",
    }
}

/// Files rows of an upload; goes on where it stopped. It does so to the end though whoever asked
/// for it goes away.
pub(super) async fn file(
    desk: &Arc<Desk>,
    counts: &BulkCounts,
    which: Which,
) -> Result<BulkCounts, Problem> {
    if which == Which::All && counts.bad > 0 {
        let detail = format!(
            "{} rows have to be mended, so nothing was filed; file the good ones alone, or upload \
             the mended file under a new key",
            counts.bad
        );
        let status = StatusCode::CONFLICT;
        return Err(Problem::new(status, "bulk_not_all_good", Owner::Operator, detail));
    }
    let (id, number) = (counts.bulk.id, counts.bulk.corporate_number);
    let feeder = Feeder::new(Arc::clone(&desk.ctx), desk.intake.clone());
    let filed = tokio::spawn(async move { feeder.file(id).await });
    filed.await.map_err(|error| Problem::unavailable(&error.to_string()))??;
    own(desk, number, id).await
}

/// The rows that have to be mended, as they came, with what was found: a workbook to be mended and
/// uploaded anew, or of a program's array a JSON array. Its name, media type and bytes.
pub(super) async fn remainder(
    desk: &Desk,
    counts: &BulkCounts,
) -> Result<(String, &'static str, Vec<u8>), Problem> {
    let head: Vec<String> = serde_json::from_str(&counts.bulk.head).unwrap_or_default();
    let limit = desk.ctx.config.bulk.rows_max;
    let filter = LineFilter { bulk_id: counts.bulk.id, states: &["bad"], after: 0, limit };
    let lines = desk.ctx.store.bulk_lines(&filter).await?;
    let cells =
        |line: &BulkLine| -> Vec<String> { serde_json::from_str(&line.cells).unwrap_or_default() };
    if head.is_empty() {
        let all: Vec<_> = lines.iter().flat_map(cells).collect();
        let text = format!("[{}]", all.join(",\n"));
        return Ok(("remainder.json".to_owned(), "application/json", text.into_bytes()));
    }
    let told = |line: &BulkLine| {
        let sentence = |found: CellFinding| {
            let sentence = found.finding.message_ja.unwrap_or(found.finding.message);
            match found.column {
                Some(column) => format!("{column}: {sentence}"),
                None => sentence,
            }
        };
        findings_of(line).into_iter().map(sentence).collect::<Vec<_>>().join("\n")
    };
    let rows: Vec<_> = lines.iter().map(|line| (cells(line), told(line))).collect();
    let bytes = bulk::remnant(&head, &rows);
    let bytes = bytes.map_err(|error| Problem::unavailable(&error.to_string()))?;
    Ok(("要修正.xlsx".to_owned(), XLSX, bytes))
}

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Findings as they were kept.
pub(super) fn findings_of(line: &BulkLine) -> Vec<CellFinding> {
    serde_json::from_str(&line.findings).unwrap_or_default()
}

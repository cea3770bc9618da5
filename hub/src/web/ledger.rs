//! An export as a file: the same bytes whenever it is fetched, since filings do not change and the
//! profile is kept by its digest. Only what was erased since is not in it any more.

use std::io::{Cursor, Write as _};

use adapters::Action;
use adapters::package::{Ledger, LedgerFacts, ledger_of_many};
use axum::http::StatusCode;
use bytes::Bytes;
use jiff::Timestamp;
use schemas::ledger::Encoding;
use schemas::{Owner, Submission};
use serde::Deserialize;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::problem::Problem;
use crate::context::{Context, day_in_japan};
use crate::erasure::{ERASED, mark_in, mark_of, view};
use crate::recipe::Recipe;
use crate::store::{ExportRow, ExportedRow};

/// What an export is fetched as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// The table alone.
    #[default]
    Csv,
    /// The table, and what was exported and replaced.
    Zip,
}

impl Format {
    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Csv, Self::Zip].into_iter().find(|it| it.as_str() == word)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Zip => "zip",
        }
    }
}

/// A file to be kept.
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) bytes: Bytes,
}

/// Writes an export by the profile that it was made with.
pub(super) async fn file_of(
    ctx: &Context,
    row: &ExportRow,
    format: Format,
) -> Result<File, Problem> {
    let ours = |what: String| {
        Problem::unavailable(&format!("export {} cannot be written: {what}", row.id))
    };
    let recipe = Recipe { profile: row.profile.clone(), ..Recipe::now(ctx, row.authority) };
    let profile = recipe.profile(ctx).await.map_err(|why| ours(why.sentence))?;
    let rows = ctx.store.exported(row.id).await?;
    let submissions: Result<Vec<Submission>, _> =
        rows.iter().map(|it| serde_json::from_str(&it.document)).collect();
    let submissions = submissions.map_err(|error| ours(format!("a stored document: {error}")))?;
    // Those that were erased since have no line any more; the manifest names them still.
    let there = submissions.iter().zip(&rows).filter(|(it, _)| mark_of(it).is_none());
    let filings: Vec<_> = there.map(|(it, from)| (it, facts(from, row))).collect();
    if filings.is_empty() && !rows.is_empty() {
        let detail = "the contents of all filings of this export were erased";
        return Err(Problem::new(StatusCode::GONE, ERASED, Owner::Hub, detail));
    }
    let table = ledger_of_many(&filings, &profile);
    let name = format!("ledger-{}-{}-{}", row.authority, day_in_japan(row.at), short(row));
    Ok(match format {
        Format::Csv => File {
            name: format!("{name}.csv"),
            media_type: match table.encoding {
                Encoding::Utf8 => "text/csv; charset=utf-8",
                Encoding::Cp932 => "text/csv; charset=shift_jis",
            },
            bytes: table.bytes,
        },
        Format::Zip => File {
            name: format!("{name}.zip"),
            media_type: "application/zip",
            bytes: zipped(row, &rows, &table).map_err(|error| ours(error.to_string()))?,
        },
    })
}

/// What tells exports of one day apart in a folder.
fn short(row: &ExportRow) -> String {
    let id = row.id.simple().to_string();
    id.chars().skip(id.len() - 6).collect()
}

fn facts<'a>(row: &'a ExportedRow, export: &ExportRow) -> LedgerFacts<'a> {
    let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    LedgerFacts {
        receipt_number: &row.receipt_number,
        revision: u32::try_from(row.revision).unwrap_or(1),
        action: Action::of_word(&row.action),
        delivery: row.delivery,
        authority: export.authority,
        received_at: time(row.received_at),
        first_received_at: time(row.first_received_at),
    }
}

/// `ledger.csv` and `manifest.json`, stored with a fixed date.
fn zipped(row: &ExportRow, rows: &[ExportedRow], table: &Ledger) -> zip::result::ZipResult<Bytes> {
    let held = |it: &ExportedRow| {
        let mut held = json!({"delivery": it.delivery, "receipt_number": it.receipt_number,
                              "revision": it.revision});
        if let Some(erased) = mark_in(&it.document) {
            held["erased"] = view(&erased);
        }
        held
    };
    let time = Timestamp::from_millisecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH);
    let manifest = json!({
        "type": "todoke.export.v1", "export": row.id, "authority": row.authority,
        "made_at": time.to_string(), "profile": table.profile, "encoding": table.encoding,
        "rows": table.rows, "deliveries": rows.iter().map(held).collect::<Vec<_>>(),
        "replaced": table.replaced, "defused": table.defused,
    });
    let manifest = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("ledger.csv", &*table.bytes), ("manifest.json", &manifest)] {
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner().into())
}

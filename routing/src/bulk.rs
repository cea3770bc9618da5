//! Many cases from one CSV into another: a bad row gets its `problem` and never stops the file.

use std::io::{Read, Write};
use std::str::FromStr;

use csv::ByteRecord;
use schemas::AuthorityId;
use serde::Serialize;

use crate::case::{Case, plan_case};
use crate::master::Master;

/// The columns that must be there; others are carried over.
pub const COLUMNS_IN: [&str; 5] = ["municipality", "service", "kind", "date", "insurers"];

/// The columns that are added (or, when they are there already, made anew).
pub const COLUMNS_OUT: [&str; 4] = ["authorities", "rule", "master_version", "problem"];

/// How many rows there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct BulkSummary {
    /// Rows that were read.
    pub rows: u64,
    /// Rows that have a `problem`.
    pub problems: u64,
}

/// The file as a whole cannot be worked through.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// A column is missing.
    #[error(
        "the first line lacks {}; it must have {}",
        .missing.join(", "),
        COLUMNS_IN.join(",")
    )]
    MissingColumns {
        /// The names of the missing columns.
        missing: Vec<&'static str>,
    },
    /// Reading or writing failed.
    #[error("the CSV cannot be read or written: {0}")]
    Csv(#[from] csv::Error),
    /// Writing the last rows failed.
    #[error("the CSV cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Routes each row of `input` into `output`.
///
/// In: [`COLUMNS_IN`] in any order, insurers with `;` between them; a column `deemed` (`true`)
/// may be there. Out: the same columns, then [`COLUMNS_OUT`].
pub fn bulk(
    master: &Master,
    input: impl Read,
    output: impl Write,
) -> Result<BulkSummary, BulkError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let head = Head::of(reader.byte_headers()?)?;
    let mut writer = csv::Writer::from_writer(output);
    let mut summary = BulkSummary::default();
    let mut out = ByteRecord::new();
    out.extend(head.kept.iter().map(|(_, name)| name.as_str()));
    out.extend(COLUMNS_OUT);
    writer.write_byte_record(&out)?;
    let mut row = ByteRecord::new();
    while reader.read_byte_record(&mut row)? {
        let answer = answer(master, &head, &row);
        summary.rows += 1;
        summary.problems += u64::from(answer.is_err());
        out.clear();
        // What is no UTF-8 is marked, so that the file that comes out is always whole text.
        let cells = head.kept.iter().map(|(i, _)| row.get(*i).unwrap_or_default());
        cells.for_each(|cell| out.push_field(String::from_utf8_lossy(cell).as_bytes()));
        let (authorities, rule, problem) = match answer {
            Ok((authorities, rule)) => (authorities, rule, String::new()),
            Err(problem) => (String::new(), String::new(), problem),
        };
        out.extend([&authorities, &rule, master.version(), &problem]);
        writer.write_byte_record(&out)?;
    }
    writer.flush()?;
    Ok(summary)
}

/// Where the columns stand.
struct Head {
    /// Place and name of every column that is carried over.
    kept: Vec<(usize, String)>,
    /// The places of [`COLUMNS_IN`].
    places: [usize; 5],
    deemed: Option<usize>,
    width: usize,
}

impl Head {
    fn of(header: &ByteRecord) -> Result<Self, BulkError> {
        // Spreadsheets put a byte order mark in front of the first name.
        let names: Vec<String> = header
            .iter()
            .map(|name| name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name).trim_ascii())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        let find = |wanted: &str| names.iter().position(|name| name == wanted);
        let missing: Vec<_> = COLUMNS_IN.into_iter().filter(|name| find(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(BulkError::MissingColumns { missing });
        }
        let places = COLUMNS_IN.map(|name| find(name).unwrap_or_default());
        let (deemed, width) = (find("deemed"), names.len());
        let ours = |name: &str| COLUMNS_OUT.contains(&name);
        let kept = names.into_iter().enumerate().filter(|(_, name)| !ours(name)).collect();
        Ok(Self { kept, places, deemed, width })
    }
}

/// The authorities and rules of one row, or its problem.
fn answer(master: &Master, head: &Head, row: &ByteRecord) -> Result<(String, String), String> {
    if row.len() != head.width {
        let (len, width) = (row.len(), head.width);
        return Err(format!("cell_count: the row has {len} cells, the head has {width}"));
    }
    let text = |place: usize| {
        let cell = std::str::from_utf8(row.get(place).unwrap_or_default());
        cell.map(str::trim).map_err(|_| "not_utf8: save the file as UTF-8".to_owned())
    };
    let [municipality, service, kind, date, insurers] = head.places;
    let deemed = head.deemed.map_or(Ok(""), text)?;
    let insurers = text(insurers)?.split(';').map(str::trim).filter(|code| !code.is_empty());
    let insurers: Vec<AuthorityId> =
        insurers.map(|code| cell("insurers", code)).collect::<Result<_, _>>()?;
    let case = Case {
        municipality: cell("municipality", text(municipality)?)?,
        service: cell("service", text(service)?)?,
        kind: cell("kind", text(kind)?)?,
        date: text(date)?
            .parse()
            .map_err(|_| "malformed_date: write the date as in 2026-04-01".to_owned())?,
        insurers: &insurers,
        deemed: match deemed {
            "true" | "1" => true,
            "" | "false" | "0" => false,
            other => return Err(format!("malformed_deemed: {other:?} must be true or false")),
        },
    };
    let plan = plan_case(master, &case).map_err(|e| format!("{}: {e}", e.code()))?;
    let mut rules: Vec<&str> = Vec::new();
    for route in &plan.routes {
        if !rules.contains(&route.rule.as_str()) {
            rules.push(route.rule.as_str());
        }
    }
    let authorities: Vec<_> = plan.routes.iter().map(|route| route.authority.as_str()).collect();
    Ok((authorities.join(";"), rules.join(";")))
}

fn cell<T: FromStr<Err: std::fmt::Display>>(column: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("malformed_{column}: {error}"))
}

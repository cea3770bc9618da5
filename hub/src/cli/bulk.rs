//! `todoke forms template` and `todoke forms check FILE.csv`: 一括申請 without a hub.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use jiff::civil::Date;
use routing::Master;
use schemas::forms::At;
use schemas::{Catalogue, CorporateNumber, FilingKind, Finding, ServiceCode, Submission};
use serde_json::{Value, json};

use super::{print_rows, say};
use crate::bulk::{self, CellFinding, Filer, Format, Row, Sheet, Wanted};
use crate::config::Config;

/// What a template is for, and where it goes.
#[derive(Debug, clap::Args)]
pub(super) struct Template {
    /// The kind of filing: change, renewal, closure …
    kind: FilingKind,
    /// The services of the offices
    #[arg(long = "service", required = true)]
    services: Vec<ServiceCode>,
    /// Write a workbook
    #[arg(long, value_name = "FILE", required_unless_present = "csv")]
    xlsx: Option<PathBuf>,
    /// Write comma-separated text (UTF-8)
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// With columns for annexes (付表) that a filing may do without
    #[arg(long)]
    annexes: bool,
    /// With one row that is filled in as an example
    #[arg(long)]
    sample: bool,
    /// With the forms in force on this day (default: today in Japan)
    #[arg(long)]
    on: Option<Date>,
}

/// Writes a template.
pub(super) fn template(args: &Template, forms: &Catalogue, config: &Config) -> anyhow::Result<()> {
    let wanted = Wanted {
        kind: args.kind,
        services: args.services.clone(),
        annexes: args.annexes,
        list_rows: config.bulk.list_rows,
        day: super::forms::day(args.on),
    };
    let template = bulk::Template::of(forms, &Master::embedded()?, &wanted);
    let mut template = template.with_context(|| {
        format!("no form is for {} of these services; see `todoke forms list`", args.kind)
    })?;
    if args.sample {
        template.add_row(&bulk::sample(forms, &wanted)?, "札幌市");
    }
    if let Some(path) = &args.xlsx {
        write(path, &template.to_xlsx(config.bulk.rows_max)?)?;
    }
    if let Some(path) = &args.csv {
        write(path, &template.to_csv()?)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    say(&format!("{}", path.display()))
}

/// Whether a file is a filled-in template, by its name.
pub(super) fn is_table(file: &Path) -> bool {
    let end = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
    ["csv", "xlsx"].iter().any(|known| end.eq_ignore_ascii_case(known))
}

/// Tells what is wrong with each row of a filled-in template, as the hub would when it is uploaded.
pub(super) fn check(
    file: &Path,
    (operator, day): (Option<CorporateNumber>, Date),
    (forms, config): (&Catalogue, &Config),
    as_json: bool,
) -> anyhow::Result<()> {
    let number = operator.context("say with --operator whose rows these are (法人番号)")?;
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let master = Master::embedded()?;
    let name = number.to_string();
    let filer = Filer { number, name: &name, day };
    let format = Format::of_content(&bytes);
    let sheet = match bulk::read((forms, &master), &filer, (format, &bytes), &config.bulk) {
        Ok(sheet) => sheet,
        Err(findings) => {
            for finding in &findings {
                let sentence = finding.message_ja.as_deref().unwrap_or(&finding.message);
                say(&format!("{} {}: {sentence}", finding.path, finding.code))?;
            }
            bail!("the file does not fit as a whole")
        }
    };
    let mut lines = Vec::new();
    let mut bad = 0;
    for row in &sheet.rows {
        let found = found(row, &sheet, (forms, &master), (config, day));
        bad += usize::from(found.iter().any(|it| it.finding.is_error()));
        lines.extend(found.iter().map(|it| told(row.number, it)));
    }
    print_rows(as_json, &Value::Array(lines), &["row", "cell", "column", "level", "message"])?;
    ensure!(bad == 0, "{bad} of {} rows have to be mended", sheet.rows.len());
    Ok(())
}

fn told(row: u32, found: &CellFinding) -> Value {
    let finding = &found.finding;
    let sentence = finding.message_ja.as_ref().unwrap_or(&finding.message);
    json!({"row": row, "cell": found.cell, "column": found.column, "level": finding.level,
           "code": finding.code, "message": sentence})
}

/// What a hub finds, but for uploads: there are none here.
fn found(
    row: &Row,
    sheet: &Sheet,
    (forms, master): (&Catalogue, &Master),
    (config, day): (&Config, Date),
) -> Vec<CellFinding> {
    let mut all = row.findings.clone();
    let Some(submission) = &row.submission else { return all };
    let placed = findings(submission, (forms, master), (config, day))
        .into_iter()
        .map(|finding| bulk::place((forms, sheet.columns.as_ref()), (row, submission), finding));
    all.extend(placed);
    all.sort_by_key(|it| it.finding.level);
    all
}

fn findings(
    submission: &Submission,
    (forms, master): (&Catalogue, &Master),
    (config, day): (&Config, Date),
) -> Vec<Finding> {
    let found = submission.check(&config.limits);
    if !found.is_empty() {
        return found;
    }
    match routing::plan(master, submission, day) {
        Ok(plan) => {
            let authorities: Vec<_> = plan.targets.iter().map(|target| target.authority).collect();
            let grace_days = config.forms.grace_days;
            let at = At { first: day, day, grace_days, authorities: &authorities };
            forms.check_filing(submission, &at)
        }
        Err(error) => error.findings(),
    }
}

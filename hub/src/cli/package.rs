//! `todoke package`: what an authority would get of a filing, without sending anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::package::{Contents, Layout, Ledger};
use adapters::print::{Print, print};
use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::Subcommand;
use routing::Master;
use schemas::forms::At;
use schemas::ledger::Profile;
use schemas::{AuthorityId, Catalogue, DeliveryId, FilingId, Finding, Ledgers, Submission};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{filing, open_store, print_rows, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::context::day_in_japan;
use crate::courier::{Address, contents};
use crate::erasure;
use crate::prints::paper_of;
use crate::store::ParcelRow;

/// Packages
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A dry run: the files that an authority would get, and what would not stand in them as filed
    Preview(Preview),
}

#[derive(Debug, clap::Args)]
struct Preview {
    /// A filing's 受付番号 or id, or a file with a submission as `POST /v1/filings` takes it
    #[arg(value_name = "RECEIPT|FILE")]
    filing: String,
    /// The authority's code
    #[arg(long, value_name = "CODE")]
    authority: AuthorityId,
    /// Another ledger profile than the authority's own
    #[arg(long)]
    profile: Option<String>,
    /// Write the files into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is previewed.
struct Subject {
    id: FilingId,
    revision: i32,
    row: ParcelRow,
    submission: Submission,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let Command::Preview(preview) = args.command;
    let forms = crate::forms::open(&config.forms.folder)?;
    let ledgers = crate::ledgers::open(&config.package.ledgers, &forms)?;
    let master = Master::embedded()?;
    let profile = profile_of(&ledgers, &preview)?;
    let file = Path::new(&preview.filing);
    let subject =
        if file.is_file() { of_file(file, &preview)? } else { of_store(config, &preview).await? };
    let words = (&master, forms.as_ref());
    let paper = paper_of(words, subject.revision, (&subject.row).into(), &subject.submission);
    let print = config.package.print.then(|| print(&paper)).transpose()?;
    let findings = findings(config, &forms, &subject, preview.authority);
    let contents = build(&subject, &preview, (Arc::clone(&profile), print));
    let written = match &preview.out {
        Some(folder) => write(&contents, folder)?,
        None => Vec::new(),
    };
    report(&preview, &contents, &profile, (&findings, &written))
}

fn profile_of(ledgers: &Ledgers, preview: &Preview) -> anyhow::Result<Arc<Profile>> {
    let Some(id) = &preview.profile else { return Ok(Arc::clone(ledgers.of(preview.authority))) };
    let found = ledgers.profile(id).with_context(|| {
        let ids: Vec<_> = ledgers.profiles().map(|it| it.id.as_str()).collect();
        format!("there is no ledger profile {id:?}; there are {}", ids.join(", "))
    });
    found.cloned()
}

/// A filing that nobody has filed yet, as if it came now.
fn of_file(file: &Path, preview: &Preview) -> anyhow::Result<Subject> {
    let read = std::fs::read_to_string(file);
    let document = read.with_context(|| format!("{} cannot be read", file.display()))?;
    let submission: Submission = serde_json::from_str(&document)
        .with_context(|| format!("{} is no filing as POST /v1/filings takes it", file.display()))?;
    let clock = Clock::system();
    let id: FilingId = clock.id().to_string().parse()?;
    let now = clock.now_ms();
    let row = ParcelRow {
        id: DeliveryId::of(id, 1, now, preview.authority),
        document_sha256: hex::encode(Sha256::digest(document.as_bytes())),
        document,
        action: "submit".to_owned(),
        received_at: now,
        first_received_at: now,
        receipt_number: "PREVIEW".to_owned(),
        kind: submission.kind,
        recipe: None,
    };
    Ok(Subject { id, revision: 1, row, submission })
}

/// The newest revision of a filing.
async fn of_store(config: &Config, preview: &Preview) -> anyhow::Result<Subject> {
    let store = open_store(config).await?;
    let filing = filing::find(&store, &preview.filing).await.with_context(|| {
        format!("{} is no file here, and no filing of the store", preview.filing)
    })?;
    super::look(&store, "look.package", format!("filing:{}", filing.id)).await?;
    let mut revisions = store.revisions(filing.id).await?;
    store.close().await;
    let Some(newest) = revisions.pop() else { bail!("the filing has no revision") };
    let submission: Submission =
        serde_json::from_str(&newest.document).context("the stored document")?;
    if let Some(erased) = erasure::mark_of(&submission) {
        bail!(erasure::why(&erased).sentence);
    }
    let row = ParcelRow {
        id: DeliveryId::of(filing.id, newest.revision, newest.received_at, preview.authority),
        document: newest.document,
        document_sha256: newest.document_sha256,
        action: newest.action,
        received_at: newest.received_at,
        first_received_at: filing.received_at,
        receipt_number: filing.receipt_number,
        kind: filing.kind,
        recipe: None,
    };
    Ok(Subject { id: filing.id, revision: newest.revision, row, submission })
}

fn findings(
    config: &Config,
    forms: &Catalogue,
    subject: &Subject,
    authority: AuthorityId,
) -> Vec<Finding> {
    let at = At {
        first: day_in_japan(subject.row.first_received_at),
        day: day_in_japan(subject.row.received_at),
        grace_days: config.forms.grace_days,
        authorities: &[authority],
    };
    let mut all = subject.submission.check(&config.limits);
    all.extend(forms.check_filing(&subject.submission, &at));
    all
}

fn build(subject: &Subject, preview: &Preview, made: (Arc<Profile>, Option<Print>)) -> Contents {
    let to = Address {
        delivery: subject.row.id,
        filing: subject.id,
        revision: subject.revision,
        authority: preview.authority,
    };
    let receipt = json!({"type": "todoke.package.v1", "preview": true, "signature": null});
    let receipt = Bytes::from(receipt.to_string());
    contents(&to, (&subject.row, &subject.submission), Some(made), receipt)
}

fn write(contents: &Contents, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("--out: the folder {} cannot be made", folder.display()))?;
    let mut written = Vec::new();
    for (path, bytes) in contents.texts() {
        let file = folder.join(path.trim_start_matches("data/"));
        std::fs::write(&file, bytes)
            .with_context(|| format!("--out: {} cannot be written", file.display()))?;
        written.push(file);
    }
    Ok(written)
}

fn report(
    preview: &Preview,
    contents: &Contents,
    profile: &Profile,
    (findings, written): (&[Finding], &[PathBuf]),
) -> anyhow::Result<()> {
    let Layout::Second(second) = &contents.layout else { bail!("a package of the first layout") };
    let ledger = &second.ledger;
    let columns = profile.columns.iter();
    let columns: Vec<_> =
        columns.map(|it| json!({"name": it.name, "from": it.from.to_string()})).collect();
    if preview.json {
        let print = second.print.as_ref();
        return say(&serde_json::to_string_pretty(&json!({
            "authority": preview.authority,
            "ledger": {
                "profile": ledger.profile, "encoding": ledger.encoding, "rows": ledger.rows,
                "columns": columns, "replaced": ledger.replaced, "defused": ledger.defused,
            },
            "print": print.map(|it| json!({"pages": it.pages, "replaced": it.replaced})),
            "xml": {"replaced": second.xml.forbidden}, "findings": findings, "written": written,
        }))?);
    }
    say(&format!("{} {} ({} rows)\n", profile.id, profile.title, ledger.rows))?;
    print_rows(false, &Value::Array(columns), &["name", "from"])?;
    say("\nreplaced in filing.csv:")?;
    print_rows(false, &replaced(ledger), &["character", "code_point", "written", "cells"])?;
    if !ledger.defused.is_empty() {
        let cells: Vec<_> = ledger.defused.iter().map(cell).collect();
        say(&format!(
            "\nwould run as formulas, an apostrophe stands in front: {}",
            cells.join(" ")
        ))?;
    }
    if let Some(print) = &second.print {
        say(&format!("\nfiling.pdf: {} pages; replaced:", print.pages))?;
        let rows = serde_json::to_value(&print.replaced)?;
        print_rows(false, &rows, &["character", "code_point", "written", "count"])?;
    }
    say("\nfindings:")?;
    let lines = findings.iter().map(|it| {
        let sentence = it.message_ja.as_deref().unwrap_or(&it.message);
        json!({"level": it.level, "code": it.code, "path": it.path, "sentence": sentence})
    });
    print_rows(false, &Value::Array(lines.collect()), &["level", "code", "path", "sentence"])?;
    written.iter().try_for_each(|file| say(&format!("wrote {}", file.display())))
}

fn cell(cell: &adapters::package::Cell) -> String {
    format!("{}:{}", cell.row, cell.column)
}

fn replaced(ledger: &Ledger) -> Value {
    let rows = ledger.replaced.iter().map(|it| {
        let cells: Vec<_> = it.cells.iter().map(cell).collect();
        json!({
            "character": it.character, "code_point": it.code_point, "written": it.written,
            "cells": cells.join(" "),
        })
    });
    rows.collect()
}

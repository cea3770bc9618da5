//! `todoke forms`: the catalogue on a day, one form, and what is wrong with a filled-in one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use jiff::civil::Date;
use schemas::forms::{At, Circumstances, Form, Role, Sheet, carry_over};
use schemas::{Catalogue, CorporateNumber, FilingKind, Finding, ServiceCode, Submission};
use serde_json::{Value, json};

use super::{bulk, print_rows, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::context::day_in_japan;

/// The form catalogue
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The forms in force on a day, each with its version
    List(List),
    /// One form: what it is for, its fields, how sure each fact is
    Show(Show),
    /// What is wrong with a filing's forms, with one form, or with each row of a filled-in template
    Check {
        /// A submission as `POST /v1/filings` takes it, one sheet {form, version, fields}, or a
        /// template that was filled in (.csv, .xlsx)
        file: PathBuf,
        /// Whose rows a template holds: a 法人番号
        #[arg(long)]
        operator: Option<CorporateNumber>,
        /// The day on which it is first handed in (default: today in Japan)
        #[arg(long)]
        on: Option<Date>,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a template for 一括申請: a heading for each field, a row for each filing
    Template(bulk::Template),
    /// Carry a draft over to the version in force on a day, and say what changed
    Carry {
        /// One sheet {form, version, fields}
        file: PathBuf,
        /// The version that it was begun on, when the sheet does not say
        #[arg(long)]
        from: Option<String>,
        /// The version that it goes to (default: that in force on --on)
        #[arg(long)]
        to: Option<String>,
        /// The day on which it will be handed in (default: today in Japan)
        #[arg(long)]
        on: Option<Date>,
    },
}

#[derive(Debug, clap::Args)]
struct List {
    /// The day (default: today in Japan)
    #[arg(long)]
    on: Option<Date>,
    /// Only forms of this kind of filing
    #[arg(long)]
    kind: Option<FilingKind>,
    /// Only forms of this service
    #[arg(long)]
    service: Option<ServiceCode>,
    /// Every version, in force or not
    #[arg(long)]
    all: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The form's id (`todoke forms list`)
    id: String,
    /// The version in force on this day (default: today in Japan)
    #[arg(long)]
    on: Option<Date>,
    /// This version instead
    #[arg(long)]
    version: Option<String>,
    /// Print the JSON Schema, its parts put in
    #[arg(long, conflicts_with = "sample")]
    json: bool,
    /// Print a filled-in example
    #[arg(long)]
    sample: bool,
}

pub(super) fn run(args: &Args, (forms, config): &(Arc<Catalogue>, Config)) -> anyhow::Result<()> {
    let grace_days = config.forms.grace_days;
    match &args.command {
        Command::Template(args) => bulk::template(args, forms, config),
        Command::Check { file, on, json, operator } if bulk::is_table(file) => {
            bulk::check(file, (*operator, day(*on)), (forms, config), *json)
        }
        Command::List(list) => self::list(forms, list),
        Command::Show(show) => self::show(forms, show),
        Command::Check { file, on, json, .. } => check(forms, file, (day(*on), grace_days), *json),
        Command::Carry { file, from, to, on } => {
            carry(forms, file, (from.as_deref(), to.as_deref()), day(*on))
        }
    }
}

/// The day that was given, or today in Japan.
pub(super) fn day(given: Option<Date>) -> Date {
    given.unwrap_or_else(|| day_in_japan(Clock::system().now_ms()))
}

fn list(forms: &Catalogue, args: &List) -> anyhow::Result<()> {
    let day = day(args.on);
    let is_wanted = |form: &&Form| {
        (args.all || form.is_in_force(day))
            && args.kind.is_none_or(|kind| form.is_for(kind))
            && args.service.is_none_or(|service| form.covers(service))
    };
    let rows: Vec<Value> = forms.forms().iter().filter(is_wanted).map(row).collect();
    let columns = ["id", "version", "role", "title", "number", "assumed", "sure"];
    print_rows(args.json, &Value::Array(rows), &columns)
}

fn row(form: &Form) -> Value {
    let number = form.numbers.first().map(|first| {
        let more = if form.numbers.len() > 1 { " ほか" } else { "" };
        format!("{}{more}", first.number)
    });
    json!({
        "id": form.id, "version": form.version, "title": form.title, "title_en": form.title_en,
        "role": form.role, "kinds": form.kinds, "services": form.services, "number": number,
        "numbers": form.numbers, "from": form.from, "until": form.until, "basis": form.basis,
        "sure": form.sure, "assumed": form.assumed, "note": form.note,
    })
}

fn find<'a>(
    forms: &'a Catalogue,
    id: &str,
    version: Option<&str>,
    day: Date,
) -> anyhow::Result<&'a Form> {
    let found = match version {
        Some(version) => forms.form(id, version),
        None => forms.form_on(id, day),
    };
    found.with_context(|| {
        let versions: Vec<_> = forms.versions(id).map(|form| form.version.as_str()).collect();
        if versions.is_empty() {
            return format!("there is no form {id:?}; `todoke forms list` names them");
        }
        format!("form {id} is not in force on {day}; its versions are {}", versions.join(", "))
    })
}

fn show(forms: &Catalogue, args: &Show) -> anyhow::Result<()> {
    let day = day(args.on);
    let form = find(forms, &args.id, args.version.as_deref(), day)?;
    if args.json {
        return say(&serde_json::to_string_pretty(&form.schema)?);
    }
    if args.sample {
        let service = match form.role {
            Role::Main => None,
            Role::Annex => form.services.first().copied(),
        };
        let fields = form.sample(day, &mut |_| 0);
        let version = Some(form.version.clone());
        let sheet = Sheet { form: form.id.clone(), version, office: None, service, fields };
        return say(&serde_json::to_string_pretty(&sheet)?);
    }
    say(&format!("{} ({})", form.name(), form.title_en))?;
    let kinds: Vec<_> = form.kinds.iter().map(|kind| kind.label_ja()).collect();
    say(&format!("手続: {}", kinds.join("、")))?;
    let services: Vec<_> = form.services.iter().map(ServiceCode::as_str).collect();
    say(&format!("サービス: {}", services.join(" ")))?;
    for number in &form.numbers {
        let of = if number.services.is_empty() { String::new() } else { number.services.join(" ") };
        say(&format!("番号: {} {of} [{}]", number.number, number.sure))?;
    }
    say(&format!("根拠: {} [{}]", form.basis, form.sure))?;
    if let Some(note) = &form.note {
        say(&format!("注: {note}"))?;
    }
    for group in &form.groups {
        say(&format!("\n{} ({})", group.title, group.title_en))?;
        for name in &group.fields {
            fields_below(form, &format!("/{name}"))?;
        }
    }
    Ok(())
}

fn fields_below(form: &Form, top: &str) -> anyhow::Result<()> {
    let below = format!("{top}/");
    let ours = form.fields().iter().filter(|field| {
        (field.path == top || field.path.starts_with(&below)) && !field.title.is_empty()
    });
    for field in ours {
        let indent = "  ".repeat(field.path.matches('/').count());
        let must = if field.required { "必須 " } else { "" };
        let assumed = if field.assumed { "(仮) " } else { "" };
        say(&format!("{indent}{} {must}{assumed}{}", field.title, field.path))?;
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
}

fn check(
    forms: &Catalogue,
    file: &Path,
    (day, grace_days): (Date, u16),
    json: bool,
) -> anyhow::Result<()> {
    let value = read(file)?;
    let findings = if value.get("fields").is_some() {
        let sheet: Sheet = serde_json::from_value(value).context("this is no sheet")?;
        let form = find(forms, &sheet.form, sheet.version.as_deref(), day)?;
        let circumstances = Circumstances { service: sheet.service, ..Circumstances::on(day) };
        forms.check_form(form, &sheet.fields, &circumstances)
    } else {
        let submission: Submission = serde_json::from_value(value).context("this is no filing")?;
        if !schemas::forms::names_forms(&submission.form) {
            bail!("form.forms names no form: the body is a free document, which nothing checks");
        }
        forms.check_filing(&submission, &At { grace_days, ..At::on(day) })
    };
    print_findings(&findings, json)
}

fn print_findings(findings: &[Finding], json: bool) -> anyhow::Result<()> {
    if json {
        say(&serde_json::to_string_pretty(findings)?)?;
    }
    for finding in findings.iter().filter(|_| !json) {
        let sentence = finding.message_ja.as_deref().unwrap_or(&finding.message);
        say(&format!("{} {} {}: {sentence}", finding.level, finding.code, finding.path))?;
    }
    match findings.iter().filter(|finding| finding.is_error()).count() {
        0 if json => Ok(()),
        0 => say(&format!("誤りはありません(注意 {} 件)。", findings.len())),
        errors => bail!("{errors} errors stand in the way"),
    }
}

fn carry(
    forms: &Catalogue,
    file: &Path,
    (from, to): (Option<&str>, Option<&str>),
    day: Date,
) -> anyhow::Result<()> {
    let sheet: Sheet = serde_json::from_value(read(file)?).context("this is no sheet")?;
    let from = from.or(sheet.version.as_deref());
    let from = from.context("say with --from on which version the draft was begun")?;
    let old = find(forms, &sheet.form, Some(from), day)?;
    let new = find(forms, &sheet.form, to, day)?;
    say(&serde_json::to_string_pretty(&carry_over(&sheet.fields, old, new))?)
}

//! `todoke route`: who must get a filing, one case at a time or a whole CSV.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use routing::{Case, Language, Master, explain, plan_of_case};
use schemas::AuthorityId;

/// Who must get a filing, and why
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 団体コード of the municipality in which the office lies (6 digits)
    #[arg(long, required_unless_present = "input")]
    municipality: Option<String>,
    /// サービス種類コード (2 characters, for example 11 or A2)
    #[arg(long, required_unless_present = "input")]
    service: Option<String>,
    /// Kind of filing (for example designation, change, addon)
    #[arg(long, required_unless_present = "input")]
    kind: Option<String>,
    /// Day on which the filing is received (2026-04-01)
    #[arg(long, required_unless_present = "input")]
    date: Option<String>,
    /// 団体コード of the chosen insurers; repeat it, or separate them by `;`
    #[arg(long, value_delimiter = ';')]
    insurers: Vec<String>,
    /// The office holds the designation as deemed (みなし指定)
    #[arg(long)]
    deemed: bool,
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
    /// Explain in English
    #[arg(long)]
    english: bool,
    /// Route every row of this CSV (municipality,service,kind,date,insurers)
    #[arg(
        long,
        value_name = "CSV",
        requires = "output",
        conflicts_with_all = ["municipality", "service", "kind", "date", "insurers", "deemed"]
    )]
    input: Option<PathBuf>,
    /// Where the answers go: the same columns, and who gets it, by which rule, or the problem
    #[arg(long, value_name = "CSV", requires = "input")]
    output: Option<PathBuf>,
}

/// Routes one case to the terminal, or a file into another.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let master = Master::embedded()?;
    match (&args.input, &args.output) {
        (Some(input), Some(output)) => bulk(&master, input, output, args.json),
        _ => one(&master, args),
    }
}

fn one(master: &Master, args: &Args) -> anyhow::Result<()> {
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    let codes = args.insurers.iter().map(|code| code.trim()).filter(|code| !code.is_empty());
    let insurers: Vec<AuthorityId> = codes.map(str::parse).collect::<Result<_, _>>()?;
    let case = Case {
        municipality: given(&args.municipality).parse()?,
        service: given(&args.service).parse()?,
        kind: given(&args.kind).parse()?,
        date: given(&args.date).parse().with_context(|| {
            format!("the date {:?} is not one; write it as 2026-04-01", given(&args.date))
        })?,
        insurers: &insurers,
        deemed: args.deemed,
    };
    let plan = match plan_of_case(master, &case) {
        Ok(plan) => plan,
        Err(error) if args.english || args.json => bail!("{}: {error}", error.code()),
        Err(error) => bail!("{}: {}\n{error}", error.code(), error.ja()),
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&plan)?)?;
        return Ok(());
    }
    let language = if args.english { Language::En } else { Language::Ja };
    for line in explain(&plan, master, language) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The answers go to a file beside `output` first, so that a failure leaves no half of one.
fn bulk(master: &Master, input: &Path, output: &Path, json: bool) -> anyhow::Result<()> {
    let from = File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
    let mut part = output.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let to = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    let summary = match routing::bulk(master, BufReader::new(from), BufWriter::new(to)) {
        Ok(summary) => summary,
        Err(error) => {
            std::fs::remove_file(&part)?;
            bail!("{} was not routed: {error}", input.display());
        }
    };
    std::fs::rename(&part, output).with_context(|| format!("cannot write {}", output.display()))?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&summary)?)?;
    } else {
        let (rows, problems) = (summary.rows, summary.problems);
        writeln!(out, "{rows}件を振り分け、{problems}件に問題があります: {}", output.display())?;
    }
    Ok(())
}

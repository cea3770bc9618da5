//! What `deploy/` has for other programs, looked at by those programs; and that it speaks of what
//! there is.

mod container;
mod grafana;
mod nginx;
mod postgresql;
mod rabbitmq;
mod set;
mod systemd;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tests::house::{House, change};

const OWNERS: [&str; 3] = ["hub", "authority", "network"];

fn deploy() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy"))
}

/// A file of `deploy/`.
fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(deploy().join(path)).context(path.to_owned())
}

/// Runs a tool to its end and gives all that it said.
fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}: run tests/run"))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    ensure!(output.status.success(), "{command:?}: {said}");
    Ok(said)
}

fn promtool(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("promtool");
    run(command.args(arguments).current_dir(deploy().join("prometheus"))).map(drop)
}

#[test]
fn prometheus_takes_the_rules_and_each_alert_sounds_and_is_quiet() -> Result<()> {
    promtool(&["check", "config", "prometheus.yml"])?;
    promtool(&["check", "rules", "alerts.yml"])?;
    promtool(&["test", "rules", "alerts_test.yml"])
}

/// An alert of the file: its name and its text.
fn alerts(rules: &str) -> Vec<(String, String)> {
    let parts = rules.split("- alert: ").skip(1);
    parts
        .map(|part| {
            let name = part.lines().next().unwrap_or_default().trim().to_owned();
            (name, part.to_owned())
        })
        .collect()
}

#[test]
fn every_alert_has_an_owner_a_chapter_and_both_its_cases() -> Result<()> {
    let (rules, cases) = (read("prometheus/alerts.yml")?, read("prometheus/alerts_test.yml")?);
    let book = read("README.md")?;
    let alerts = alerts(&rules);
    ensure!(alerts.len() > 15, "{alerts:?}");
    for (name, text) in &alerts {
        let owner = text.split("owner: ").nth(1).and_then(|rest| rest.split([' ', '}']).next());
        ensure!(owner.is_some_and(|it| OWNERS.contains(&it)), "{name}: whose is it? {owner:?}");
        ensure!(text.contains(&format!("runbook: \"deploy/README.md: {name}\"")), "{name}");
        let chapter = book.split(&format!("\n### {name}\n\n")).nth(1);
        let chapter = chapter.and_then(|rest| rest.split("\n#").next()).unwrap_or_default();
        ensure!(chapter.len() > 60, "{name} has no chapter in deploy/README.md");
        for (case, sounds) in [("sounds", true), ("is quiet", false)] {
            let case = format!("- name: {name} {case}\n");
            let played = cases.split(&case).nth(1).context(case)?;
            let played = played.split("\n  - name: ").next().unwrap_or_default();
            ensure!(played.contains(&format!("alertname: {name}\n")), "{played}");
            ensure!(played.contains("exp_alerts: []") != sounds, "{name}: {played}");
        }
    }
    for line in book.lines().filter_map(|line| line.strip_prefix("### Todoke")) {
        ensure!(alerts.iter().any(|(name, _)| *name == format!("Todoke{line}")), "{line} is gone");
    }
    Ok(())
}

#[test]
fn every_file_that_the_run_book_names_is_there() -> Result<()> {
    let book = read("README.md")?;
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "/._-@*".contains(c);
    let mut named = BTreeSet::new();
    for part in book.split("deploy/").skip(1) {
        named.insert(part.split(|c| !is_of_path(c)).next().unwrap_or_default());
    }
    // The table at its top names them without the folder.
    let cells = book.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let cells = cells.flat_map(|cell| cell.split('`'));
    named.extend(cells.filter(|it| it.contains('/') || it.contains(".yml")));
    for name in &named {
        let path = name.trim_end_matches(['.', '/']);
        let path = path.split('*').next().unwrap_or_default();
        let path = path.rsplit_once('/').filter(|_| name.contains('*')).map_or(path, |it| it.0);
        ensure!(deploy().join(path).exists(), "deploy/README.md names {name}");
    }
    ensure!(named.len() > 20, "{named:?}");
    Ok(())
}

/// `name{label="word"}` of an expression, as names with one label each, or none.
fn selectors(expression: &str) -> BTreeSet<(String, Option<String>)> {
    let mut all = BTreeSet::new();
    for start in ["todoke_", "process_"] {
        for (at, _) in expression.match_indices(start) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let rest = &expression[at..];
            let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
            let labels = rest[name.len()..].strip_prefix('{');
            let labels = labels.and_then(|rest| rest.split('}').next()).unwrap_or_default();
            // `job` and `instance` are Prometheus' own; other ways to match name no one word.
            let own = labels.split(',').filter(|it| !it.starts_with("job=") && it.contains("=\""));
            let own: Vec<_> = own.filter(|it| !it.contains('!')).collect();
            all.insert((name.clone(), None));
            all.extend(own.into_iter().map(|label| (name.clone(), Some(label.trim().to_owned()))));
        }
    }
    all
}

#[tokio::test]
async fn every_series_that_an_alert_asks_for_is_in_metrics() -> Result<()> {
    let mut house = House::build().ladder("011002", &[schemas::Channel::Api]).start().await?;
    house.deliver(&change("011002", &[])).await?;
    house.tend().await?;
    let front = house.front().await?;
    let request = front.bare(reqwest::Method::GET, "/metrics");
    let scraped = request.send().await?.error_for_status()?.text().await?;
    let rules = read("prometheus/alerts.yml")?;
    let mut asked = 0;
    for (alert, text) in alerts(&rules) {
        let expression = text.split("expr: ").nth(1).context("no expr")?;
        let expression = expression.split("labels:").next().unwrap_or_default();
        for (name, label) in selectors(expression) {
            let is_it = |line: &str| {
                line.strip_prefix(&name).is_some_and(|rest| match &label {
                    None => rest.starts_with(['{', ' ']),
                    Some(label) => rest.starts_with('{') && rest.contains(label.as_str()),
                })
            };
            ensure!(scraped.lines().any(is_it), "{alert}: {name} {label:?} is not in\n{scraped}");
            asked += 1;
        }
    }
    ensure!(asked > 30, "{asked}");
    for line in scraped.lines().filter(|line| line.starts_with("# HELP todoke_")) {
        let name = line.split(' ').nth(2).unwrap_or_default();
        let is_unit = ["_total", "_seconds", "_info"].iter().any(|end| name.ends_with(end));
        let counts = ["todoke_backlog", "todoke_broker", "todoke_lanes", "todoke_watches_firing"];
        let is_count = counts.contains(&name);
        ensure!(is_unit || is_count, "{name} has no unit");
    }
    drop(front);
    house.finish().await
}

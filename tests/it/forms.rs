//! The form catalogue from outside: it has a form for all that is routed, and the command line
//! shows, checks and carries forms.

use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use jiff::civil::date;
use routing::{Case, Master, plan_case};
use schemas::forms::Role;
use schemas::{Catalogue, FilingKind};
use serde_json::{Value, json};
use tests::demo::program;
use tokio::process::Command;

#[test]
fn there_is_one_main_form_for_everything_that_is_routed() -> Result<()> {
    let catalogue = Catalogue::embedded().map_err(|error| anyhow::anyhow!("{error}"))?;
    let master = Master::embedded()?;
    let day = date(2026, 4, 1);
    let municipality = "011002".parse()?;
    let mut count = 0;
    for row in master.services() {
        for kind in FilingKind::ALL.iter().copied() {
            let deemed = kind == FilingKind::DeemedOptOut;
            let service = row.code;
            let case = Case { municipality, service, kind, date: day, insurers: &[], deemed };
            if plan_case(&master, &case).is_err() {
                continue;
            }
            count += 1;
            let mains = catalogue.used_for(kind, service, day);
            let mains: Vec<_> = mains.filter(|form| form.role == Role::Main).collect();
            ensure!(mains.len() == 1, "{kind} {service}: {} main forms", mains.len());
        }
    }
    ensure!(count > 400, "only {count} cases");
    Ok(())
}

async fn todoke(folder: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(program().await?);
    Ok(command.args(arguments).current_dir(folder).output().await?)
}

/// What a command prints, read as JSON.
async fn printed(folder: &Path, arguments: &[&str]) -> Result<Value> {
    let output = todoke(folder, arguments).await?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).with_context(|| format!("{arguments:?}: {errors}"))
}

#[tokio::test]
async fn the_command_line_shows_checks_and_carries_forms() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let place = folder.path();
    let versions = async |day: &str| -> Result<Vec<(String, String)>> {
        let list = printed(place, &["forms", "list", "--on", day, "--json"]).await?;
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let rows = list.as_array().context("a list")?;
        Ok(rows.iter().map(|row| (text(row, "id"), text(row, "version"))).collect())
    };
    let (before, after) = (versions("2024-09-30").await?, versions("2024-10-01").await?);
    assert_eq!(before.len(), after.len());
    let changed: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    assert_eq!(changed.len(), 9, "{changed:?}");
    assert!(changed.iter().all(|(_, version)| version == "2024-10-01"), "{changed:?}");
    assert!(versions("2024-03-31").await?.is_empty());

    let sample = ["forms", "show", "s1-closure", "--sample", "--on", "2026-04-01"];
    let mut sheet = printed(place, &sample).await?;
    std::fs::write(place.join("good.json"), sheet.to_string())?;
    let good = todoke(place, &["forms", "check", "good.json", "--on", "2026-04-01"]).await?;
    assert!(good.status.success(), "{good:?}");
    sheet["fields"]["on"] = json!("令和8年");
    std::fs::write(place.join("bad.json"), sheet.to_string())?;
    let bad = todoke(place, &["forms", "check", "bad.json", "--on", "2026-04-01"]).await?;
    let told = String::from_utf8(bad.stdout)?;
    assert!(!bad.status.success());
    assert!(told.contains("error field_malformed /on: 「廃止・休止する年月日」"), "{told}");

    let draft =
        json!({"form": "s1-change", "version": "2024-04-01", "fields": {"items": ["備品"]}});
    std::fs::write(place.join("draft.json"), draft.to_string())?;
    let carried = printed(place, &["forms", "carry", "draft.json", "--on", "2026-04-01"]).await?;
    assert_eq!(carried["version"], "2024-10-01");
    assert_eq!(carried["draft"], draft["fields"]);
    let sorts = carried["changes"].as_array().context("changes")?.iter();
    assert!(
        sorts.clone().any(|change| change["path"] == "/other_item" && change["sort"] == "added")
    );
    assert!(sorts.clone().any(|change| change["sort"] == "must_fill"));
    Ok(())
}

#[tokio::test]
async fn the_command_line_tells_deadlines() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ask = ["deadline", "--kind", "addon", "--service", "15", "--event-date", "2026-09-01"];
    let judged = async |more: &[&str]| {
        printed(folder.path(), &[&ask[..], more, &["--json"][..]].concat()).await
    };
    let legal = judged(&["--submitted", "2026-08-15"]).await?;
    assert_eq!((&legal["timeliness"], &legal["due"]), (&json!("in_time"), &json!("2026-08-15")));
    let instant = judged(&["--submitted", "2026-08-15T15:30:00Z"]).await?;
    assert_eq!(instant["timeliness"], "late", "it is the 16th in Japan");
    let amakusa = judged(&["--submitted", "2026-08-15", "--authority", "432156"]).await?;
    assert_eq!((&amakusa["timeliness"], &amakusa["due"]), (&json!("late"), &json!("2026-08-14")));
    assert_eq!(amakusa["effective_from"], "2026-10-01");
    let wrong = todoke(folder.path(), &[&ask[..], &["--submitted", "きのう"]].concat()).await?;
    let told = String::from_utf8(wrong.stderr)?;
    assert!(!wrong.status.success() && told.contains("write 2026-04-15"), "{told}");
    Ok(())
}

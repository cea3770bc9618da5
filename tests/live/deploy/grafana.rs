//! The dashboards: a real Prometheus that scrapes a process answers each of their queries.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::house::{House, change};
use tests::servers::Prometheus;

use super::{alerts, deploy, read};

const DASHBOARDS: [&str; 2] = ["operations", "channels"];

fn dashboard(name: &str) -> Result<Value> {
    Ok(serde_json::from_str(&read(&format!("grafana/{name}.json"))?)?)
}

/// The queries of a dashboard with its variables filled in, by the panel's title.
fn queries(dashboard: &Value) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for panel in dashboard["panels"].as_array().context("no panels")? {
        let title = panel["title"].as_str().context("no title")?;
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().with_context(|| title.to_owned())?;
            let query = query.replace("$__rate_interval", "5s").replace("$channel", ".*");
            ensure!(!query.contains('$'), "{title}: {query}");
            all.push((title.to_owned(), query));
        }
    }
    Ok(all)
}

#[tokio::test]
async fn prometheus_answers_every_query_of_the_dashboards() -> Result<()> {
    let mut house = House::build().ladder("011002", &[schemas::Channel::Api]).start().await?;
    house.deliver(&change("011002", &[])).await?;
    house.tend().await?;
    let front = house.front().await?;
    let configuration = read("prometheus/prometheus.yml")?;
    let target = front.url.trim_start_matches("http://");
    let here = configuration.replace("127.0.0.1:8080", target).replace(": 15s", ": 200ms");
    ensure!(here.contains(target) && here.contains("200ms"), "{here}");
    let server = Prometheus::start(&here, &[&deploy().join("prometheus/alerts.yml")])?;
    let asked = ask_all(&server).await;
    drop(front);
    house.finish().await?;
    let asked = asked?;
    ensure!(asked > 25, "{asked}");
    Ok(())
}

/// Every query gives something; tells how many there are.
async fn ask_all(server: &Prometheus) -> Result<usize> {
    let mut asked = 0;
    for name in DASHBOARDS {
        for (title, query) in queries(&dashboard(name)?)? {
            // A rate takes two scrapes.
            let answered = async {
                while server.ask(&query).await?.is_empty() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                anyhow::Ok(())
            };
            let limit = Duration::from_secs(20);
            let answer = tokio::time::timeout(limit, answered).await;
            answer.with_context(|| format!("{name}: {title}: {query} gives nothing"))??;
            asked += 1;
        }
    }
    Ok(asked)
}

#[test]
fn the_dashboards_speak_of_alerts_that_there_are_and_lay_no_panel_over_another() -> Result<()> {
    let known: BTreeSet<_> =
        alerts(&read("prometheus/alerts.yml")?).into_iter().map(|(name, _)| name).collect();
    for name in DASHBOARDS {
        let dashboard = dashboard(name)?;
        let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
        for panel in dashboard["panels"].as_array().context("no panels")? {
            ensure!(ids.insert(panel["id"].as_i64().context("no id")?), "{name}: {}", panel["id"]);
            let at = |key: &str| panel["gridPos"][key].as_i64().context("no place");
            let (x, y, w, h) = (at("x")?, at("y")?, at("w")?, at("h")?);
            ensure!(x + w <= 24, "{name}: {}", panel["title"]);
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                ensure!(cells.insert(cell), "{name}: {} lies over another", panel["title"]);
            }
            let said = panel["description"].as_str().unwrap_or_default();
            for word in said.split(|c: char| !c.is_ascii_alphanumeric()) {
                let is_alert = word.len() > 6 && word.starts_with("Todoke");
                ensure!(!is_alert || known.contains(word), "{name}: {word}");
            }
        }
    }
    Ok(())
}

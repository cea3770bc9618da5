//! How long the pages take over what the load has stored: each for the first time and again.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hub::clock::Clock;
use hub::config::Config;
use hub::store::Store;
use hub::web::access::{Scope, new_key};
use reqwest::header::COOKIE;
use reqwest::{Client, StatusCode};
use schemas::codes::corporate_number_of;
use serde_json::{Value, json};
use tests::house::log_in;

use crate::far_side::Cast;
use crate::measure::Watch;

/// Pages of each sort of people. One that ends in `/*` stands for the first link of that kind on
/// the page before it. Searches: an authority, the operator of all filings by its number and by how
/// its name begins, an office of some filings;
/// and then all that have the name.
const PAGES: [&[&str]; 3] = [
    &[
        "/",
        "/filings",
        "/filings/*",
        "/filings?kind=change&status=accepted",
        "/deliveries",
        "/deliveries/*",
        "/lanes",
        "/search?q=011002",
        "/search?q=CORPORATE_NUMBER",
        "/search?q=負荷試験",
        "/search?q=事業所4999",
        "/filings?word=負荷試験法人",
        "/reminders",
        "/watches",
        "/reports",
        "/reconciliation",
    ],
    &[
        "/authority",
        "/authority/deliveries/*",
        "/authority/exports",
        "/authority/reports",
        "/authority?text=1",
    ],
    &[
        "/operator",
        "/operator/filings/*",
        "/operator?text=1",
        "/operator/start",
        "/operator/one-stop",
        "/operator/bulk",
    ],
];

/// Milliseconds of each page: the first time, and of so many more the median and the longest; and
/// its bytes.
pub(crate) async fn look(
    config: &Config,
    cast: &Cast,
    (hub, looks): (&str, usize),
) -> Result<Value> {
    let store = Store::open(&config.store.url, 1, Arc::new(Clock::system())).await?;
    let authority = *cast.authorities.first().context("an authority")?;
    let operator = corporate_number_of(1);
    let scopes = [Scope::Operations, Scope::Authority(authority), Scope::Operator(operator)];
    let mut all = BTreeMap::new();
    for (scope, pages) in scopes.into_iter().zip(PAGES) {
        let (key, row) = new_key(&Clock::system(), scope, "load");
        let mut tx = store.begin().await?;
        tx.insert_api_keys(&[row]).await?;
        tx.commit().await?;
        let cookies = log_in(hub, &key).await?;
        let visitor = Visitor { hub, looks, client: Client::new(), cookies };
        let mut before = String::new();
        for page in pages {
            let (told, text) = visitor.look(page, &before).await?;
            all.insert(*page, told);
            before = text;
        }
    }
    store.close().await;
    Ok(json!(all))
}

struct Visitor<'a> {
    hub: &'a str,
    looks: usize,
    client: Client,
    cookies: String,
}

impl Visitor<'_> {
    async fn look(&self, page: &str, before: &str) -> Result<(Value, String)> {
        let path = match page.strip_suffix('*') {
            Some(start) => linked(before, start).with_context(|| format!("no link to {page}"))?,
            None => page.replace("CORPORATE_NUMBER", corporate_number_of(1).as_str()),
        };
        let (first, text) = self.get(&path).await?;
        let mut again = Vec::new();
        for _ in 0..self.looks {
            again.push(self.get(&path).await?.0);
        }
        again.sort_by(f64::total_cmp);
        let told = json!({"first_ms": first, "median_ms": again.get(self.looks / 2),
                          "longest_ms": again.last(), "bytes": text.len()});
        Ok((told, text))
    }

    async fn get(&self, path: &str) -> Result<(f64, String)> {
        let watch = Watch::start(std::process::id());
        let request = self.client.get(format!("{}{path}", self.hub)).header(COOKIE, &self.cookies);
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status == StatusCode::OK, "{path}: {status}\n{text}");
        Ok(((watch.elapsed().as_secs_f64() * 10_000.0).round() / 10.0, text))
    }
}

/// The first address in a page that goes on from this start by one part.
fn linked(text: &str, start: &str) -> Option<String> {
    let links = text.split("href=\"").skip(1).filter_map(|part| part.split('"').next());
    let mut links = links.filter(|link| {
        let rest = link.strip_prefix(start).unwrap_or_default();
        !rest.is_empty() && !rest.contains(['/', '?', '#'])
    });
    links.next().map(str::to_owned)
}

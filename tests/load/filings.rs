//! The filings of a load run, and their way in.

use std::sync::Arc;
use std::time::Duration;

use hub::clock::Clock;
use hub::config::Config;
use hub::store::{OperatorRow, Store};
use hub::web::access::{Scope, new_key};
use schemas::codes::corporate_number_of;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Args;
use crate::far_side::Cast;

/// Endpoints, one operator without a mail address, its key.
pub(crate) async fn prepare(config: &Config, cast: &Cast) -> anyhow::Result<String> {
    hub::app::install_crypto();
    let clock = Arc::new(Clock::system());
    let store = Store::open(&config.store.url, 2, Arc::clone(&clock)).await?;
    store.migrate().await?;
    let number = corporate_number_of(1);
    let name = "負荷試験法人".to_owned();
    let (key, row) = new_key(&clock, Scope::Operator(number), "load");
    let mut tx = store.begin().await?;
    tx.insert_endpoints(&cast.endpoints()?).await?;
    let operator = OperatorRow { corporate_number: number, name, mail: None, created_at: 0 };
    tx.save_operators(&[operator]).await?;
    tx.insert_api_keys(&[row]).await?;
    tx.commit().await?;
    store.close().await;
    Ok(key)
}

fn body(bytes: usize, cast: &Cast, i: usize) -> String {
    let municipality = cast.authorities[i % cast.authorities.len()];
    let mut filing = json!({
        "kind": "change", "corporate_number": corporate_number_of(1),
        "operator_name": "負荷試験法人",
        "offices": [{"name": format!("事業所{i}"), "municipality": municipality,
                     "services": [{"service": "78"}]}],
        "form": {"変更年月日": "2026-04-01", "変更内容": ""},
    });
    let missing = bytes.saturating_sub(filing.to_string().len());
    filing["form"]["変更内容"] = json!("運".repeat(missing / 3));
    filing.to_string()
}

/// Submits all; tells how many were receipted.
pub(crate) async fn submit_all(
    args: &Args,
    cast: &Cast,
    url: &str,
    key: &str,
) -> anyhow::Result<usize> {
    let client = reqwest::Client::builder()
        .tcp_nodelay(true)
        .pool_max_idle_per_host(args.concurrency)
        .timeout(Duration::from_mins(1))
        .build()?;
    let slots = Arc::new(Semaphore::new(args.concurrency));
    let mut pace = args
        .rate
        .map(|rate| tokio::time::interval(Duration::from_secs_f64(1.0 / f64::from(rate.max(1)))));
    let run = Clock::system().id();
    let mut tasks = JoinSet::new();
    for i in 0..args.filings {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        let slot = Arc::clone(&slots).acquire_owned().await?;
        let request = client
            .post(format!("{url}/v1/filings"))
            .bearer_auth(key)
            .header("idempotency-key", format!("load-{run}-{i}"))
            .body(body(args.bytes, cast, i));
        tasks.spawn(async move {
            let answer = request.send().await?;
            drop(slot);
            if !answer.status().is_success() {
                anyhow::bail!("{}: {}", answer.status(), answer.text().await?);
            }
            answer.bytes().await?;
            Ok(())
        });
    }
    let mut receipted = 0;
    while let Some(done) = tasks.join_next().await {
        done??;
        receipted += 1;
    }
    Ok(receipted)
}

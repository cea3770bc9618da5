//! The hub that is measured: in this process, or as processes of its own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hub::app::{App, Role};
use hub::config::Config;
use hub::signer::Signer;
use serde_json::{Value, json};
use tests::demo::program;
use tests::servers::HubProcess;
use tokio::task::block_in_place;

use crate::measure::Watch;

/// Takes filings in and does all that follows.
pub(crate) enum Subject {
    /// Beside the load and the far sides.
    Here(Box<App>),
    /// One process with every role but `courier`, and couriers.
    There { processes: Vec<HubProcess>, client: reqwest::Client },
}

impl Subject {
    /// Starts it; `couriers` 0 stands for this process.
    pub(crate) async fn start(config: &Config, couriers: usize) -> Result<Self> {
        if couriers == 0 {
            return Ok(Self::Here(Box::new(App::start(config.clone(), &Role::ALL).await?)));
        }
        let binary = program().await?;
        let folder = &config.data.folder;
        Signer::open(folder)?;
        let key = std::fs::read(folder.join("signing.key"))?;
        let objects = folder.join("objects");
        std::fs::create_dir_all(&objects)?;
        let objects = url::Url::from_file_path(&objects).ok().context("an absolute path")?;
        let variables = [
            ("STORE__URL", config.store.url.as_str()),
            ("BROKER__URL", &config.broker.url),
            ("OBJECTS__URL", objects.as_str()),
            ("MAIL__URL", &config.mail.url),
            ("ENDPOINTS__ALLOW_PRIVATE_ADDRESSES", "true"),
        ];
        let variables = variables.map(|(name, value)| (format!("TODOKE_{name}"), value.to_owned()));
        let mut processes = Vec::new();
        for at in 0..=couriers {
            let roles = if at == 0 { "intake,router,review,notifier,upkeep" } else { "courier" };
            processes.push(HubProcess::start(&binary, roles, &variables, &key)?);
        }
        block_in_place(|| processes.iter().try_for_each(HubProcess::wait))?;
        Ok(Self::There { processes, client: reqwest::Client::new() })
    }

    /// Where filings are taken in.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Here(app) => format!("http://{}", app.address),
            Self::There { processes, .. } => processes[0].url(),
        }
    }

    /// Starts the clock, and the counting of CPU time in each process.
    pub(crate) fn watches(&self) -> Vec<(String, Watch)> {
        match self {
            Self::Here(_) => {
                let name = "process_of_hub_load_and_far_side".to_owned();
                vec![(name, Watch::start(std::process::id()))]
            }
            Self::There { processes, .. } => {
                processes.iter().map(|one| (one.name(), Watch::start(one.id()))).collect()
            }
        }
    }

    /// The hub's own counter; the far side's is compared by the demo and the tests.
    async fn delivered(&self) -> Result<usize> {
        match self {
            Self::Here(app) => Ok(counted(&app.ctx.metrics.render())),
            Self::There { processes, client } => {
                let mut sum = 0;
                for process in processes {
                    let answer = client.get(format!("{}/metrics", process.url())).send().await?;
                    ensure!(answer.status().is_success(), "/metrics says {}", answer.status());
                    sum += counted(&answer.text().await?);
                }
                Ok(sum)
            }
        }
    }

    /// Waits until so many deliveries are recorded as delivered.
    pub(crate) async fn wait_for_delivered(&self, wanted: usize, limit: Duration) -> Result<()> {
        let reached = async {
            let mut tick = tokio::time::interval(Duration::from_millis(50));
            while self.delivered().await? < wanted {
                tick.tick().await;
            }
            Ok(())
        };
        if let Ok(reached) = tokio::time::timeout(limit, reached).await {
            return reached;
        }
        let delivered = self.delivered().await?;
        anyhow::bail!(
            "only {delivered} of {wanted} were delivered in time; --patience waits longer"
        )
    }

    /// Ends it in good order.
    pub(crate) async fn stop(self) {
        if let Self::Here(app) = self {
            app.stop().await;
        }
    }
}

/// CPU and memory of each process.
pub(crate) fn usage(watches: &[(String, Watch)]) -> Result<Value> {
    let of = |(name, watch): &(String, Watch)| Ok((name.clone(), watch.usage()?));
    let all: serde_json::Map<String, Value> = watches.iter().map(of).collect::<Result<_>>()?;
    Ok(json!(all))
}

fn counted(metrics: &str) -> usize {
    let name = "todoke_deliveries_total{state=\"delivered\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|count| count.parse().ok()).unwrap_or(0)
}

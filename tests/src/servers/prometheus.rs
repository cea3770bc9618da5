//! A private Prometheus that scrapes one process.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::place;
use super::supervise::{Program, answers};

/// A Prometheus on a free loopback port.
#[derive(Debug)]
pub struct Prometheus {
    port: u16,
    client: reqwest::Client,
    _program: Program,
}

impl Prometheus {
    /// Starts one with this configuration, which may name files of `beside`.
    pub fn start(configuration: &str, beside: &[&Path]) -> Result<Self> {
        let prometheus = place::program("prometheus", "prometheus")?;
        let (folder, port) = (place::folder("prometheus")?, place::port()?);
        let file = folder.join("prometheus.yml");
        fs::write(&file, configuration)?;
        for other in beside {
            fs::copy(other, folder.join(other.file_name().context("a name")?))?;
        }
        let mut command = Command::new(prometheus);
        command.arg(format!("--config.file={}", place::text(&file)));
        command.arg(format!("--storage.tsdb.path={}/data", place::text(&folder)));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let program = Program::start(&command, "TERM", folder)?;
        program.wait(Duration::from_secs(30), || answers(port))?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { port, client, _program: program })
    }

    /// The series that an expression gives at this moment; none while it still starts, an error
    /// where it is no expression.
    pub async fn ask(&self, expression: &str) -> Result<Vec<Value>> {
        let url = format!("http://127.0.0.1:{}/api/v1/query", self.port);
        let answer = self.client.get(url).query(&[("query", expression)]).send().await?;
        if answer.status() == reqwest::StatusCode::SERVICE_UNAVAILABLE {
            return Ok(Vec::new());
        }
        let mut answer: Value = serde_json::from_str(&answer.text().await?)?;
        ensure!(answer["status"] == "success", "{expression}: {answer}");
        let result = answer["data"]["result"].take();
        serde_json::from_value(result).with_context(|| format!("{expression} gives no series"))
    }
}

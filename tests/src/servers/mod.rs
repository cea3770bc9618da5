//! Real servers, private to the tests: free loopback ports, a temporary folder each, ended with us.
//!
//! `Postgres::shared()` and its sisters give the one that `tests/run` started for the whole run
//! (the folder named by `TODOKE_TEST_SERVERS` tells how to reach it), or else start one for this
//! process. `Postgres::start()` gives one of your own, to stop, kill and start again.
//!
//! To add a server: a struct with `name`, `start` and a `supervise::Program` that serde skips.

pub mod clamd;
pub mod cluster;
pub mod disk;
pub mod hub;
pub mod nginx;
pub mod oidc;
pub mod postfix;
pub mod postgres;
pub mod prometheus;
pub mod rabbitmq;
pub mod s3;
pub mod sshd;

mod place;
mod supervise;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use clamd::Clamd;
pub use cluster::Cluster;
pub use disk::SmallDisk;
pub use hub::HubProcess;
pub use nginx::Nginx;
pub use oidc::Oidc;
pub use place::port as free_port;
pub use postfix::Postfix;
pub use postgres::Postgres;
pub use prometheus::Prometheus;
pub use rabbitmq::RabbitMq;
pub use s3::S3;
pub use sshd::Sshd;

/// The variable that names the folder in which the shared servers are described.
pub const FOLDER_VARIABLE: &str = "TODOKE_TEST_SERVERS";

/// Writes down how a server is reached, for the processes that share it.
pub fn describe<T: Serialize>(folder: &Path, name: &str, server: &T) -> Result<()> {
    let text = serde_json::to_vec_pretty(server)?;
    fs::write(folder.join(name).with_extension("json"), text)
        .with_context(|| format!("describe {name}"))
}

/// The run's shared server, or the one that `start` gives, once for this process.
fn shared<T: DeserializeOwned>(
    cell: &'static OnceLock<T>,
    name: &str,
    start: fn() -> Result<T>,
) -> &'static T {
    cell.get_or_init(|| {
        let server = described(name).and_then(|known| known.map_or_else(start, Ok));
        server.unwrap_or_else(|e| panic!("no {name} for the tests: {e:#}"))
    })
}

fn described<T: DeserializeOwned>(name: &str) -> Result<Option<T>> {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from) else {
        return Ok(None);
    };
    let file = folder.join(name).with_extension("json");
    let text = fs::read(&file)
        .with_context(|| format!("{FOLDER_VARIABLE} is set, so read {}", file.display()))?;
    Ok(Some(serde_json::from_slice(&text)?))
}

//! Logs: to standard error, as text or JSON. Never bodies, names, addresses or secrets.

use std::env;
use std::io::IsTerminal;

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// How each line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object: `timestamp` (RFC 3339, UTC), `level`, `target`, `fields` with the
    /// `message`, and of work on a filing `span` with the `trace_id`.
    Json,
}

/// Which lines cannot be asked for so.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {filter:?}: {error}; write it as RUST_LOG, for example info,hub=debug")]
pub struct WrongFilter {
    setting: &'static str,
    filter: String,
    error: ParseError,
}

/// Starts logging; a second call changes nothing. `RUST_LOG` goes before the setting.
pub fn start(filter: &str, format: Format) -> Result<(), WrongFilter> {
    let of_environment = env::var(EnvFilter::DEFAULT_ENV).ok().filter(|text| !text.is_empty());
    let (setting, filter) = match of_environment {
        Some(filter) => (EnvFilter::DEFAULT_ENV, filter),
        None => ("log.filter", filter.to_owned()),
    };
    let filter = EnvFilter::try_new(&filter).map_err(|error| WrongFilter {
        setting,
        filter: filter.clone(),
        error,
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match format {
        Format::Text => builder.try_init(),
        Format::Json => builder.json().try_init(),
    };
    drop(started);
    Ok(())
}

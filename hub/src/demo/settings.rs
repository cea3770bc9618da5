//! The settings of a demo: the usual ones, with times short enough to settle in a minute or two.

use std::net::TcpListener;

use super::Options;
use super::place::Place;
use crate::config::Config;

/// The page's usual place.
const LISTEN: &str = "127.0.0.1:8080";

/// The configuration of a demo in that place; engines stay those that were configured.
pub(super) fn of_demo(
    mut config: Config,
    options: &Options,
    place: &Place,
    mail_url: String,
) -> Config {
    let embedded = format!("sqlite:{}", config.data.folder.join("todoke.db").display());
    if config.store.url == embedded {
        config.store.url = String::new();
    }
    config.data.folder = place.hub();
    config.fill_in();
    config.http.listen = options.listen.clone().unwrap_or_else(free_or_usual);
    config.http.public_url = format!("http://{}", config.http.listen);
    config.http.open_pages = true;
    config.mail.url = mail_url;
    config.endpoints.allow_private_addresses = true;
    config.courier.lease_ms = 15_000;
    config.retry.ladder_seconds = vec![1, 1, 2, 3];
    config.retry.tries_max = 5;
    // Its filings are due in days, and it is to end in minutes.
    config.retry.deadline_hours = 0;
    config.retry.retry_after_seconds_max = 2;
    config.notices.ladder_seconds = vec![1, 2, 3];
    config.notices.lease_ms = 15_000;
    config.relay.claim_ms = 10_000;
    config.lane.open_ms = 500;
    config.lane.open_ms_max = 1_000;
    config.lane.full_ms = 100;
    config.upkeep.interval_ms = 200;
    config.upkeep.stale_ms = 20_000;
    config.upkeep.collect_ms = 2_000;
    config.reports.again_minutes = 1;
    config
}

fn free_or_usual() -> String {
    let is_free = TcpListener::bind(LISTEN).is_ok();
    if is_free { LISTEN.to_owned() } else { "127.0.0.1:0".to_owned() }
}

/// The engines' names.
pub(super) fn engines(config: &Config) -> String {
    let store = if config.store.url.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
    let broker = if config.broker.url == "embedded:" { "embedded broker" } else { "RabbitMQ" };
    format!("{store} and {broker}")
}

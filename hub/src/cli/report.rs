//! `todoke report`: the figures of a month.

use jiff::Timestamp;
use schemas::{AuthorityId, Channel};
use serde_json::json;

use super::{open_store, print_rows, say};
use crate::config::Config;
use crate::reports::{self, Choice, Month, Reader};

/// The figures of a month, as a running hub counts them
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The month, for example 2026-07
    month: Month,
    /// Only of this prefecture, by its 2-digit code
    #[arg(long)]
    prefecture: Option<String>,
    /// Only of this authority
    #[arg(long)]
    authority: Option<AuthorityId>,
    /// Only over this channel
    #[arg(long)]
    channel: Option<Channel>,
    /// Print CSV, a row for each authority and channel
    #[arg(long)]
    csv: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let Args { month, prefecture, authority, channel, csv, json } = args;
    let store = open_store(config).await?;
    let choice = Choice { prefecture, authority, channel };
    let Some(report) = reports::read(&store, month, (Reader::Operations, &choice)).await? else {
        anyhow::bail!(
            "{month} is not counted: a running hub counts the months of reports.months, the newest \
             first; see /reports"
        );
    };
    let master = routing::Master::embedded()?;
    if csv {
        let bytes = reports::csv(&report, &master)?;
        return say(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').trim_end());
    }
    let rows = report.lines.iter().map(|line| {
        json!({"authority": line.authority, "name": master.name(line.authority),
               "channel": line.channel, "figures": line.figures,
               "filings": line.figures.filings, "in_time": line.figures.in_time,
               "late": line.figures.late, "delivered": line.figures.delivered,
               "accepted": line.figures.accepted, "returned": line.figures.returned,
               "unfinished": line.figures.unfinished, "tries": line.figures.tries,
               "tries_failed": line.figures.failed_tries})
    });
    let rows: Vec<_> = rows.collect();
    if !json {
        match report.counted_at.and_then(|at| Timestamp::from_millisecond(at).ok()) {
            Some(at) => say(&format!("{month}, counted until {at}"))?,
            None => say(&format!("{month} is being counted for the first time"))?,
        }
    }
    let columns = [
        "authority",
        "name",
        "channel",
        "filings",
        "in_time",
        "late",
        "delivered",
        "accepted",
        "returned",
        "unfinished",
        "tries",
        "tries_failed",
    ];
    print_rows(json, &json!(rows), &columns)
}

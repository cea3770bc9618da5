//! `todoke filing`: list, show.

use clap::Subcommand;
use jiff::Timestamp;
use schemas::FilingId;
use serde_json::{Value, json};

use super::{open_store, print_rows, say};
use crate::config::Config;
use crate::erasure;
use crate::filing::Status;
use crate::store::{Chain, FilingRow, Filter, Store};

/// Filings
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The newest filings
    List {
        /// Only those that could not be planned
        #[arg(long)]
        unplanned: bool,
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One filing: facts, deliveries, timeline, chain
    Show {
        /// Its id or 受付番号
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    match args.command {
        Command::List { unplanned, limit, json } => {
            list(&store, &Filter { unplanned, limit, ..Filter::default() }, json).await
        }
        Command::Show { id, json } => show(&store, &id, json).await,
    }
}

pub(super) fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

async fn list(store: &Store, filter: &Filter, json: bool) -> anyhow::Result<()> {
    let rows = store.list_filings(filter).await?;
    let rows: Vec<Value> = rows
        .iter()
        .map(|f| {
            json!({"receipt_number": f.receipt_number, "received_at": time(f.received_at),
                   "kind": f.kind.label_ja(), "operator": f.operator_name,
                   "office": f.office_name, "id": f.id})
        })
        .collect();
    let columns = ["receipt_number", "received_at", "kind", "operator", "office"];
    print_rows(json, &Value::Array(rows), &columns)
}

pub(super) async fn find(store: &Store, id: &str) -> anyhow::Result<FilingRow> {
    let found = match id.parse::<FilingId>() {
        Ok(id) => store.filing(id).await?,
        Err(_) => store.filing_by_receipt_number(id).await?,
    };
    found.ok_or_else(|| anyhow::anyhow!("there is no filing {id}; `todoke filing list` shows some"))
}

async fn show(store: &Store, id: &str, json: bool) -> anyhow::Result<()> {
    let filing = find(store, id).await?;
    super::look(store, "look.filing", format!("filing:{}", filing.id)).await?;
    let deliveries = store.deliveries_of(filing.id).await?;
    let events = store.events(filing.id).await?;
    let status = Status::of(&deliveries, filing.withdrawn_at.is_some());
    let chain = match store.chain(&filing, &events).await? {
        Chain::Whole { head } => {
            format!("holds ({} events, head {})", events.len(), &head[..12.min(head.len())])
        }
        Chain::Retired => "earlier events were deleted (retention.event_years)".to_owned(),
        Chain::Broken(why) => why,
    };
    let deliveries: Vec<Value> = deliveries
        .iter()
        .map(|d| {
            json!({"id": d.id, "revision": d.revision, "authority": d.authority,
                   "channel": d.channel, "state": d.state.as_str(), "review": d.review,
                   "proof": d.proof, "attempts": d.attempts,
                   "why": d.state.why().map(|w| w.code.clone())})
        })
        .collect();
    let events: Vec<Value> = events
        .iter()
        .map(|e| {
            json!({"seq": e.seq, "at": time(e.at), "event": e.kind,
                   "body": serde_json::from_str::<Value>(&e.body).unwrap_or_default()})
        })
        .collect();
    let erased = store.erased(filing.id).await?;
    if json {
        let all = json!({"filing": filing, "status": status, "erased": erased,
                         "deliveries": deliveries,
                         "events": events, "chain": chain});
        return say(&serde_json::to_string_pretty(&all)?);
    }
    say(&format!(
        "{}  {}  {}\n{}  {}\nreceived {}\nstatus   {} ({})\nchain    {chain}\n",
        filing.receipt_number,
        filing.kind.label_ja(),
        filing.id,
        filing.operator_name,
        filing.office_name,
        time(filing.received_at),
        status.label_ja(),
        status.label_en(),
    ))?;
    if let Some(erased) = &erased {
        say(&format!("{}\n", erasure::why(erased).sentence))?;
    }
    let columns = ["id", "revision", "authority", "channel", "state", "review", "proof", "why"];
    print_rows(false, &Value::Array(deliveries), &columns)?;
    say("")?;
    print_rows(false, &Value::Array(events), &["seq", "at", "event", "body"])
}

//! `todoke retention`: deletes what has had its time, or counts what would go.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::filing::time;
use super::{act, hand, open_store, print_rows};
use crate::clock::Clock;
use crate::config::Config;
use crate::upkeep::Pass;

/// Delete what has had its time, as upkeep does by itself (`[retention]` in `todoke config`)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only count what would go, and what is old but stays
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    let now = Arc::new(Clock::system()).now_ms();
    let limit = config.upkeep.batch_max;
    let mut pass = Pass::new(&config.retention, now, limit, !args.dry_run);
    let done = async {
        while pass.step(&store).await? {}
        anyhow::Ok(())
    };
    let done = done.await;
    if !args.dry_run {
        // Of a pass that broke off, what went until then.
        let gone: Map<String, Value> = pass
            .counts
            .iter()
            .map(|count| (count.term.what.as_str().to_owned(), json!(count.gone)))
            .collect();
        let states = (Value::Null, Value::Object(gone));
        let mut tx = store.begin().await?;
        tx.record(act(("retention.run", "retention".to_owned()), &hand(), states)).await?;
        tx.commit().await?;
    }
    done?;
    store.close().await;
    let gone = if args.dry_run { "would_go" } else { "gone" };
    let rows = pass.counts.iter().map(|count| {
        let of = count.term.what;
        json!({"what": of.as_str(), "until": time(count.term.before), gone: count.gone,
               "kept": count.kept, "rows": count.weight.rows, "objects": count.weight.objects,
               "bytes": count.weight.bytes, "months": count.months.join(" ")})
    });
    let rows: Vec<Value> = rows.collect();
    let columns = ["what", "until", gone, "kept", "rows", "objects", "bytes", "months"];
    print_rows(args.json, &Value::Array(rows), &columns)
}

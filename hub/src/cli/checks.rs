//! `todoke authority check`: a look at an authority's endpoints, or a test that goes there and its
//! proof.

use std::sync::Arc;
use std::time::Duration;

use schemas::{AuthorityId, Channel};
use serde_json::{Value, json};

use super::{hand, open_context, print_rows, say};
use crate::checks;
use crate::config::Config;
use crate::context::Context;
use crate::directory::Directory;
use crate::store::{CheckRow, CheckState};

/// Milliseconds between looks at what came of a test.
const LOOK_MS: u64 = 500;

/// Look whether an authority's endpoints answer, leaving nothing there; or send it a test
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The authority
    authority: AuthorityId,
    /// Send a marked test over the real way, and wait for its proof
    #[arg(long)]
    send: bool,
    /// Over which channel (api, sftp, email, pull); without it, the first of its ladder
    #[arg(long, requires = "send")]
    channel: Option<Channel>,
    /// Seconds to wait for the proof; 0: send it, and see the page or `--list` later
    #[arg(long, default_value_t = 60, requires = "send")]
    wait: u64,
    /// What came of tests, the newest first
    #[arg(long, conflicts_with = "send")]
    list: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let ctx = open_context(config).await?;
    if args.list {
        let rows = ctx.store.checks_of(args.authority, ctx.config.checks.list_rows).await?;
        return print(args.json, &rows);
    }
    if args.send { send(&ctx, &args).await } else { look(&ctx, &args).await }
}

async fn look(ctx: &Context, args: &Args) -> anyhow::Result<()> {
    let directory: Arc<Directory> = ctx.directory.load_full();
    let (mut rows, mut bad) = (Vec::new(), 0);
    for endpoint in directory.ladder(args.authority) {
        let probe = ctx.adapters.get(endpoint.channel()).probe(endpoint).await;
        bad += usize::from(!probe.ok);
        rows.push(json!({"channel": endpoint.channel(), "address": endpoint.address(),
            "ok": probe.ok, "says": probe.sentence, "observed": probe.observed,
            "latency_ms": u64::try_from(probe.latency.as_millis()).unwrap_or(u64::MAX)}));
    }
    let columns = ["channel", "address", "ok", "latency_ms", "says"];
    print_rows(args.json, &Value::Array(rows), &columns)?;
    anyhow::ensure!(bad == 0, "{bad} of its endpoints do not answer as they should");
    Ok(())
}

/// Sends a test; a running hub carries it.
async fn send(ctx: &Context, args: &Args) -> anyhow::Result<()> {
    let mut row = checks::send(ctx, args.authority, args.channel, &hand()).await?;
    if ctx.store.is_embedded() && args.wait > 0 && !args.json {
        say(
            "the embedded store is this command's alone, so no hub runs beside it: the test goes \
             out when `todoke run` starts; see `--list` or the authority's page then",
        )?;
        return print(args.json, &[row]);
    }
    let looks = if ctx.store.is_embedded() { 0 } else { args.wait * 1_000 / LOOK_MS };
    for _ in 0..looks {
        if row.state != CheckState::Open {
            break;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        row = ctx.store.check_of(row.filing_id).await?.unwrap_or(row);
    }
    print(args.json, std::slice::from_ref(&row))?;
    let why = row.sentence.as_deref().unwrap_or("nothing came back in this time");
    match row.state {
        CheckState::Failed => anyhow::bail!("the test did not arrive: {why}"),
        CheckState::Open if looks > 0 => anyhow::bail!("the test has not arrived yet: {why}"),
        CheckState::Open | CheckState::Proved => Ok(()),
    }
}

fn print(json: bool, rows: &[CheckRow]) -> anyhow::Result<()> {
    let time = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
    let view = |row: &CheckRow| {
        json!({"channel": row.channel, "state": row.state, "sent_at": time(row.sent_at),
               "proof": row.proof, "ended_at": row.ended_at.map(time), "code": row.code,
               "owner": row.owner, "says": row.sentence, "receipt_number": row.receipt_number,
               "asked_by": row.name, "purged_at": row.purged_at.map(time)})
    };
    let columns = ["channel", "state", "sent_at", "proof", "ended_at", "code", "owner", "says"];
    print_rows(json, &Value::Array(rows.iter().map(view).collect()), &columns)
}

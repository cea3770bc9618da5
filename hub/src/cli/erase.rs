//! `todoke erase`: contents that are erased on request; ask, approve, cancel, list.

use clap::Subcommand;
use schemas::CorporateNumber;
use serde_json::{Value, json};
use uuid::Uuid;

use super::filing::time;
use super::{filing, hand, open_context, open_store, print_rows, say};
use crate::config::Config;
use crate::context::Context;
use crate::operate::By;
use crate::operate::erasure::{self, LOOKED_MAX, Of, Preview};
use crate::store::{ErasureRow, Filter};

/// Erase the contents of one filing, or of all of an operator's that are finished; somebody else
/// has to approve it
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    ask: Ask,
}

#[derive(Debug, clap::Args)]
struct Ask {
    /// Of this filing: its receipt number or id
    #[arg(long, conflicts_with = "operator")]
    filing: Option<String>,
    /// Of all finished filings of the operator with this 法人番号, and of what is kept of it itself
    #[arg(long)]
    operator: Option<CorporateNumber>,
    /// Only tell what it would come to, and what stays
    #[arg(long)]
    dry_run: bool,
    /// Why, for everyone who looks
    #[arg(long)]
    why: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Let one begin that somebody else has asked for
    Approve {
        /// Its id
        id: Uuid,
        /// A remark, for everyone who looks
        #[arg(long, default_value = "")]
        why: String,
    },
    /// End one that nobody has approved
    Cancel {
        /// Its id
        id: Uuid,
        /// Why, for everyone who looks
        #[arg(long)]
        why: String,
    },
    /// The newest
    List {
        /// Rows at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        None => ask(args.ask, config).await,
        Some(Command::Approve { id, why }) => {
            let (ctx, actor) = (open_context(config).await?, hand());
            erasure::approve(&ctx, id, By { actor: &actor, why: &why }).await?;
            say("approved; a running hub begins within a few seconds")
        }
        Some(Command::Cancel { id, why }) => {
            let (ctx, actor) = (open_context(config).await?, hand());
            erasure::cancel(&ctx, id, By { actor: &actor, why: &why }).await?;
            say("cancelled; nothing is erased")
        }
        Some(Command::List { limit, json }) => {
            let store = open_store(&config).await?;
            let rows = store.list_erasures(&Filter { limit, ..Filter::default() }).await?;
            let rows: Vec<Value> = rows.iter().map(view).collect();
            let columns = ["id", "state", "of", "erased", "kept", "by", "made_at", "why"];
            print_rows(json, &Value::Array(rows), &columns)
        }
    }
}

fn view(row: &ErasureRow) -> Value {
    let of = match row.filing_id {
        Some(id) => id.receipt_number(),
        None => format!("operator {}", row.corporate_number),
    };
    json!({"id": row.id, "state": row.state, "of": of, "filings": row.filings,
           "erased": row.done, "kept": row.kept, "by": row.made_name,
           "made_at": time(row.made_at), "approved_by": row.approved_name,
           "ended_at": row.ended_at.map(time), "why": row.why})
}

async fn ask(ask: Ask, config: Config) -> anyhow::Result<()> {
    let (ctx, actor) = (open_context(config).await?, hand());
    let of = of(&ctx, &ask).await?;
    if ask.dry_run {
        return tell(&erasure::preview(&ctx, of).await?, ask.json);
    }
    let by = By { actor: &actor, why: ask.why.as_deref().unwrap_or_default() };
    let row = erasure::propose(&ctx, of, by).await?;
    if ask.json {
        return say(&serde_json::to_string_pretty(&view(&row))?);
    }
    say(&format!("asked for; somebody else lets it begin with `todoke erase approve {}`", row.id))
}

async fn of(ctx: &Context, ask: &Ask) -> anyhow::Result<Of> {
    match (&ask.filing, ask.operator) {
        (Some(key), _) => Ok(Of::Filing(filing::find(&ctx.store, key).await?.id)),
        (None, Some(number)) => Ok(Of::Operator(number)),
        (None, None) => anyhow::bail!("name what is to be erased: --filing or --operator"),
    }
}

fn tell(seen: &Preview, json: bool) -> anyhow::Result<()> {
    let stays: Vec<Value> = seen
        .stays
        .iter()
        .map(|it| json!({"receipt_number": it.receipt_number, "stays": it.reasons.join(", ")}))
        .collect();
    let sum = json!({"filings": seen.ready, "rows": seen.weight.rows,
                     "objects": seen.weight.objects, "bytes": seen.weight.bytes,
                     "erased_before": seen.erased, "stay": seen.stays.len()});
    if json {
        let all = json!({"would_go": sum, "stays": stays, "more": seen.is_more});
        return say(&serde_json::to_string_pretty(&all)?);
    }
    let columns = ["filings", "rows", "objects", "bytes", "erased_before", "stay"];
    print_rows(false, &Value::Array(vec![sum]), &columns)?;
    if seen.is_more {
        say(&format!("only the newest {LOOKED_MAX} were looked at; those before are in it, too"))?;
    }
    if stays.is_empty() {
        return Ok(());
    }
    say("")?;
    print_rows(false, &Value::Array(stays), &["receipt_number", "stays"])
}

//! `todoke authority stages`: how far authorities are that have not begun.

use schemas::AuthorityId;
use serde_json::{Value, json};

use super::{open_context, print_rows};
use crate::config::Config;
use crate::context::day_in_japan;
use crate::onboarding::{Done, Standing, all, one};

/// How far authorities are that have not begun; of one, all stages
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The authority; all that are not open to operators yet when it is left out
    authority: Option<AuthorityId>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let ctx = open_context(config).await?;
    let today = day_in_japan(ctx.clock.now_ms());
    let rows = ctx.store.stages(args.authority).await?;
    let view = |it: &Standing| {
        json!({
            "stage": it.stage.as_str(), "keeper": it.keeper.as_str(), "due_on": it.due_on,
            "done": it.done.is_some(), "overdue": it.is_overdue(today),
            "by_master": it.done == Some(Done::ByMaster),
            "said_by": it.said.as_ref().map(|row| &row.name),
            "why": it.said.as_ref().map(|row| &row.why),
        })
    };
    if let Some(authority) = args.authority {
        let Some(stages) = one(&ctx.master(), authority, (&rows, today)) else {
            anyhow::bail!("{authority} is no authority of today that begins")
        };
        let columns = ["stage", "done", "by_master", "due_on", "overdue", "keeper", "why"];
        return print_rows(args.json, &Value::Array(stages.iter().map(view).collect()), &columns);
    }
    let master = ctx.master();
    let beginners = all(&master, rows, today);
    let present = beginners.iter().filter_map(|it| {
        let mut row = view(it.next()?);
        row["authority"] = json!(it.body.id);
        row["name"] = json!(it.body.name);
        Some(row)
    });
    let columns = ["authority", "name", "stage", "due_on", "overdue", "keeper"];
    print_rows(args.json, &Value::Array(present.collect()), &columns)
}

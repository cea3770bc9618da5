//! `todoke deadline`: by when a filing must be in, and whether it was in time.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::Date;
use schemas::deadline::{Judged, Moments, Question};
use schemas::{AuthorityId, Catalogue, FilingKind, ServiceCode};

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::context::day_in_japan;

/// By when a filing must be in
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Kind of filing (for example change, addon)
    #[arg(long)]
    kind: FilingKind,
    /// サービス種類コード
    #[arg(long)]
    service: ServiceCode,
    /// The day of the event: change, closure, expiry; for add-ons the day from which they count
    #[arg(long)]
    event_date: Date,
    /// When it was first handed in: a day in Japan, or an instant (default: today in Japan)
    #[arg(long)]
    submitted: Option<String>,
    /// 団体コード of the authority, whose own rule then holds
    #[arg(long)]
    authority: Option<AuthorityId>,
    /// For add-ons: the direction, as the form says it
    #[arg(long)]
    direction: Option<String>,
    /// For add-ons: the name of one; repeat it
    #[arg(long = "addon")]
    additions: Vec<String>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, (forms, _): &(Arc<Catalogue>, Config)) -> anyhow::Result<()> {
    let question = Question {
        kind: args.kind,
        service: args.service,
        authority: args.authority,
        event: Some(args.event_date),
        direction: args.direction.as_deref(),
        additions: &args.additions,
    };
    let judged = forms.deadlines().judge(&question, &Moments::first(submitted(args)?));
    if args.json {
        return say(&serde_json::to_string_pretty(&judged)?);
    }
    match judged {
        None => say("この手続とサービスには、法令上の期限がありません(指定権者の定めによります)。"),
        Some(judged) => tell(&judged, forms),
    }
}

fn submitted(args: &Args) -> anyhow::Result<Date> {
    let Some(text) = &args.submitted else { return Ok(day_in_japan(Clock::system().now_ms())) };
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        return Ok(day);
    }
    let at: Timestamp = text
        .parse()
        .with_context(|| format!("{text:?}: write 2026-04-15 or 2026-04-15T23:59:00+09:00"))?;
    Ok(day_in_japan(at.as_millisecond()))
}

fn tell(judged: &Judged, forms: &Catalogue) -> anyhow::Result<()> {
    say(&judged.sentence_ja())?;
    if let (Some(plain), Some(due)) = (judged.due_before_closed_day, judged.due) {
        let why = forms.deadlines().calendar().closed(plain).unwrap_or("閉庁日");
        say(&format!("本来の期限{plain}は{why}のため、{due}になります。"))?;
    }
    if !judged.calendar_known {
        say("この年の祝日はまだ収録していないため、土曜・日曜・年末年始だけを閉庁日としました。")?;
    }
    say(&format!("根拠: {} [{}]", judged.source, judged.sure))
}

//! `todoke master`: what the built-in master holds; in `amend.rs`, what was changed since.

use std::io::Write;

use anyhow::{Context, bail};
use jiff::civil::Date;
use routing::{AuthorityRow, Body, Counts, Master, Readiness, Reception, ServiceRow};
use schemas::{AuthorityId, FilingKind, ServiceCode};
use serde_json::{Value, json};

use super::amend;
use crate::config::Config;

/// What the master holds, and what was changed: stats, show, services, export, import, dry-run,
/// changes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Authorities by launch period, by class and by prefecture
    Stats(Asked),
    /// One authority, union or service
    Show {
        /// 団体コード, union id or サービス種類コード
        code: String,
        #[command(flatten)]
        asked: Asked,
    },
    /// Every service code, who designates it, and what it follows
    Services(Asked),
    #[command(flatten)]
    Amended(amend::Command),
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// The day for which to ask (2026-04-01); by default the day of the master's facts
    #[arg(long)]
    date: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Asked {
    fn date(&self, master: &Master) -> anyhow::Result<Date> {
        let Some(date) = &self.date else { return Ok(master.as_of()) };
        date.parse()
            .with_context(|| format!("the date {date:?} is not one; write it as 2026-04-01"))
    }
}

/// Prints what was asked for of the built-in tables, which needs neither settings nor store.
pub(super) fn alone(args: &Args) -> Option<anyhow::Result<()>> {
    let print = |command: &dyn Fn(&Master) -> anyhow::Result<()>| {
        Some(Master::embedded().map_err(Into::into).and_then(|master| command(&master)))
    };
    match &args.command {
        Command::Stats(asked) => print(&|master| stats(master, asked)),
        Command::Show { code, asked } => print(&|master| show(master, code, asked)),
        Command::Services(asked) => print(&|master| services(master, asked)),
        Command::Amended(_) => None,
    }
}

/// What needs a store.
pub(super) async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    match args.command {
        Command::Amended(command) => amend::run(command, config).await,
        Command::Stats(_) | Command::Show { .. } | Command::Services(_) => Ok(()),
    }
}

fn print(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn stats(master: &Master, asked: &Asked) -> anyhow::Result<()> {
    let stats = routing::stats(master, asked.date(master)?);
    if asked.json {
        return print([serde_json::to_string_pretty(&stats)?]);
    }
    let head = format!("{:>16}{}    計", "", "  第1期  第2期  第3期  第4期  第5期  第6期  第7期");
    let line = |name: &str, counts: &Counts| {
        let cells = counts.cells().map(|count| format!("{count:>7}")).concat();
        format!("{}{cells}", padded(name, 16))
    };
    let mut lines = vec![
        format!(
            "マスタ {} ({} 時点)。利用開始時期は合計のみ厚生労働省の公表値で、各自治体への割当ては仮のものです。",
            stats.master_version, stats.date
        ),
        String::new(),
        head.clone(),
    ];
    lines.extend(stats.by_class.iter().map(|row| line(class_ja(&row.class), &row.counts)));
    lines.extend([String::new(), head]);
    lines.extend(stats.by_prefecture.iter().map(|row| {
        let name = if row.prefecture_code.is_empty() { "計" } else { &row.prefecture };
        line(&format!("{} {name}", row.prefecture_code), &row.counts)
    }));
    print(lines)
}

/// Japanese characters are two columns wide.
fn padded(text: &str, width: usize) -> String {
    let columns: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(columns)))
}

fn class_ja(class: &str) -> &str {
    match class {
        "prefecture" => "都道府県",
        "designated_city" => "指定都市",
        "special_ward" => "特別区",
        "core_city" => "中核市",
        "other_city" => "その他の市",
        "town_or_village" => "町村",
        "total" => "計",
        other => other,
    }
}

fn show(master: &Master, code: &str, asked: &Asked) -> anyhow::Result<()> {
    let date = asked.date(master)?;
    if code.len() == 2 {
        let service: ServiceCode = code.parse()?;
        let Some(row) = master.service(service, date) else {
            bail!("service {code} does not exist on {date}; see `todoke master services`");
        };
        let lines = if asked.json { json_lines(&service_json(row))? } else { service_lines(row) };
        return print(lines);
    }
    let id: AuthorityId = code.parse()?;
    let Some(body) = master.body(id, date) else {
        bail!("{code} is no authority or union of the master {} on {date}", master.version());
    };
    let lines = if asked.json {
        json_lines(&body_json(master, &body, date))?
    } else {
        body_lines(master, &body, date)
    };
    print(lines)
}

fn json_lines(value: &Value) -> anyhow::Result<Vec<String>> {
    Ok(vec![serde_json::to_string_pretty(value)?])
}

fn services(master: &Master, asked: &Asked) -> anyhow::Result<()> {
    let date = asked.date.as_ref().map(|_| asked.date(master)).transpose()?;
    let rows = master.services().iter();
    let rows: Vec<_> = rows.filter(|row| date.is_none_or(|it| row.period.contains(it))).collect();
    if asked.json {
        let list = rows.into_iter().map(service_json).collect();
        return print(json_lines(&Value::Array(list))?);
    }
    print(rows.into_iter().map(|row| {
        let follows = row.follows.map_or(String::new(), |it| format!(" ({it}の届出として扱う)"));
        let ended = row.period.to.map_or(String::new(), |it| format!(" [{it}まで]"));
        let name = padded(&row.name, 52);
        format!("{}  {name}{}{follows}{ended}", row.code, row.designator.label_ja())
    }))
}

fn service_json(row: &ServiceRow) -> Value {
    json!({
        "code": row.code,
        "name": row.name,
        "category": row.category,
        "designator": row.designator,
        "follows": row.follows,
        "deemed_for": row.deemed_for,
        "article": row.article,
        "valid_from": row.period.from,
        "valid_to": row.period.to,
    })
}

fn service_lines(row: &ServiceRow) -> Vec<String> {
    let mut lines = vec![
        format!("{} {} ({})", row.code, row.name, row.category.label_ja()),
        format!("指定権者: {}", row.designator.label_ja()),
    ];
    if !row.article.is_empty() {
        lines.push(format!("根拠: {}", row.article));
    }
    lines.extend(row.follows.map(|parent| format!("サービス{parent}の届出として取り扱います。")));
    if !row.deemed_for.is_empty() {
        let names: Vec<_> = row.deemed_for.iter().map(|it| it.label_ja()).collect();
        lines.push(format!("みなし指定: {}", names.join("、")));
    }
    lines.extend(row.period.to.map(|last| format!("{last}をもって廃止されました。")));
    lines
}

/// The unions that act for a municipality on that day, or the members of a union.
fn relations(master: &Master, body: &Body<'_>, date: Date) -> (Vec<AuthorityId>, Vec<AuthorityId>) {
    let members = master.union(body.id, date).map_or(Vec::new(), |union| union.members.clone());
    let unions = master.unions_on(date).filter(|union| union.members.contains(&body.id));
    (members, unions.map(|union| union.id).collect())
}

fn readiness(reception: &Reception) -> Readiness {
    reception.readiness(FilingKind::Change)
}

fn body_json(master: &Master, body: &Body<'_>, date: Date) -> Value {
    let (members, unions) = relations(master, body, date);
    let row = master.authority(body.id, date);
    json!({
        "code": body.id,
        "name": body.name,
        "name_kana": row.map(|it| &it.name_kana),
        "prefecture": body.prefecture,
        "class": body.class.map_or("union", |class| class.as_str()),
        "launch_period": row.map(|it| it.launch_period),
        "readiness": readiness(body.reception),
        "members": members,
        "unions": unions,
        "valid_from": body.period.from,
        "valid_to": body.period.to,
        "master_version": master.version(),
    })
}

fn body_lines(master: &Master, body: &Body<'_>, date: Date) -> Vec<String> {
    let (members, unions) = relations(master, body, date);
    let named = |ids: &[AuthorityId]| {
        ids.iter().map(|id| format!("{}({id})", master.name(*id))).collect::<Vec<_>>().join("、")
    };
    let class = body.class.map_or("広域連合・一部事務組合", |class| class.label_ja());
    let mut lines = vec![format!("{} {} ({class}、{})", body.id, body.name, body.prefecture)];
    lines.extend(master.authority(body.id, date).map(authority_line));
    lines.push(match readiness(body.reception) {
        Readiness::Ready => "受付: 可".to_owned(),
        Readiness::NotReady { reason, alternative } => {
            format!("受付: 不可。{}。届出方法: {}", reason.label_ja(), alternative.label_ja())
        }
    });
    if !members.is_empty() {
        lines.push(format!("構成市町村: {}", named(&members)));
    }
    if !unions.is_empty() {
        lines.push(format!("市町村が指定するサービスは {} が処理します。", named(&unions)));
    }
    lines.extend(body.period.to.map(|last| format!("{last}まで有効です。")));
    lines
}

fn authority_line(row: &AuthorityRow) -> String {
    format!("{} / 利用開始時期: 第{}期(仮)", row.name_kana, row.launch_period)
}

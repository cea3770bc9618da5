//! `/watches`: what operations have to know of, now and before, and the mails that told of it.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::{AuthorityId, FilingId};

use super::troubles::sentence;
use crate::store::{AlertRow, WatchFilter};
use crate::watch::{Kind, Watch};
use crate::web::Desk;
use crate::web::cursor::{ROWS, newest, older};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, Choice, Stamp, grouped};
use crate::web::roles::Staff;
use crate::web::visit::Visit;
use crate::web::watch_words::{self, Words};

/// Mails that the page lists at most.
const ALERTS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "operations/watches.html")]
struct WatchesPage {
    shell: Shell,
    w: &'static Words,
    has_mail: bool,
    groups: Vec<Group>,
    kinds: Vec<Choice>,
    authority: String,
    lines: Vec<Line>,
    newest: Option<String>,
    older: Option<String>,
    alerts: Vec<AlertLine>,
}

/// What goes on, of one kind.
struct Group {
    word: &'static str,
    name: &'static str,
    count: String,
    lines: Vec<Line>,
    has_more: bool,
}

struct Line {
    kind: &'static str,
    name: String,
    /// The page of what it is about.
    link: Option<String>,
    /// The filing that it is about.
    filing: Option<FilingId>,
    detail: String,
    /// What that means, where it is a code.
    sentence: Option<String>,
    owner: &'static str,
    since: Stamp,
    due: Option<Stamp>,
    began: Stamp,
    ended: Option<Stamp>,
    is_gone: bool,
}

struct AlertLine {
    made: Stamp,
    to: String,
    begun: String,
    ended: String,
    state: Badge,
}

/// `GET /watches?kind=…&authority=…`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<WatchesPage, Fault> {
    let (store, lang) = (&desk.ctx.store, visit.lang);
    let kind: Option<Kind> = visit.get("kind").and_then(|word| word.parse().ok());
    let authority: Option<AuthorityId> = visit.get("authority").and_then(|it| it.parse().ok());
    let filter = WatchFilter {
        kind,
        authority,
        before: visit.get("before").and_then(|text| text.parse().ok()),
        before_id: visit.get("before_id").and_then(|text| text.parse().ok()),
        limit: ROWS + 1,
        firing: None,
    };
    let mut rows = store.list_watches(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.begun_at, row.id));
    let alerts = store.newest_alerts(ALERTS_MAX).await?;
    let chosen = kind;
    Ok(WatchesPage {
        shell: visit.living_shell("/watches"),
        w: Words::of(lang),
        has_mail: !desk.ctx.config.reminders.operations_mail.is_empty(),
        groups: groups(desk, (kind, authority), visit).await?,
        kinds: Kind::ALL
            .iter()
            .map(|kind| Choice {
                word: kind.as_str().to_owned(),
                name: watch_words::kind(*kind, lang).to_owned(),
                chosen: chosen == Some(*kind),
            })
            .collect(),
        authority: visit.get("authority").unwrap_or_default().to_owned(),
        lines: rows.iter().map(|row| Line::new(desk, row, visit)).collect(),
        newest: newest(visit),
        older,
        alerts: alerts.iter().map(|row| AlertLine::new(desk, row, visit)).collect(),
    })
}

/// What goes on, the most urgent kind first.
async fn groups(
    desk: &Desk,
    (kind, authority): (Option<Kind>, Option<AuthorityId>),
    visit: &Visit,
) -> Result<Vec<Group>, Fault> {
    let limit = desk.ctx.config.watches.list_rows;
    let filter = WatchFilter { firing: Some(true), kind, authority, limit, ..Default::default() };
    let rows = desk.ctx.store.list_watches(&filter).await?;
    let counts: HashMap<Kind, i64> = desk.ctx.store.count_watches().await?.into_iter().collect();
    let of_kind = |kind: Kind| {
        let these = rows.iter().filter(|row| row.kind == kind);
        let lines: Vec<Line> = these.map(|row| Line::new(desk, row, visit)).collect();
        let count = counts.get(&kind).copied().unwrap_or_default();
        Group {
            word: kind.as_str(),
            name: watch_words::kind(kind, visit.lang),
            count: grouped(count),
            has_more: authority.is_none() && count > i64::try_from(lines.len()).unwrap_or(0),
            lines,
        }
    };
    let shown = |it: &Kind| kind.is_none_or(|kind| kind == *it);
    let groups = Kind::ALL.into_iter().filter(shown).map(of_kind);
    Ok(groups.filter(|group| group.has_more || !group.lines.is_empty()).collect())
}

impl Line {
    fn new(desk: &Desk, row: &Watch, visit: &Visit) -> Self {
        let lang = visit.lang;
        let stamp = |ms| Stamp::new(ms, visit.now, lang);
        let code = row.kind.has_cause().then_some(row.detail.as_str());
        let channel = row.channel.map(|channel| labels::channel(channel, lang));
        let name = match row.authority {
            Some(code) => [desk.ctx.master().name(code), channel.unwrap_or_default().to_owned()]
                .join(" ")
                .trim_end()
                .to_owned(),
            None => watch_words::kind(row.kind, lang).to_owned(),
        };
        let link = match (row.kind, row.authority) {
            (_, Some(code)) => Some(format!("/authorities/{code}")),
            (Kind::DeadLetters, None) => Some("/dead-letters".to_owned()),
            (Kind::RoleMissing, None) => Some("/processes".to_owned()),
            (Kind::BacklogAge, None) => Some("/#h-backlog".to_owned()),
            _ => None,
        };
        Self {
            kind: watch_words::kind(row.kind, lang),
            name,
            link,
            filing: row.filing_id,
            detail: watch_words::detail(row, lang),
            sentence: code.and_then(|code| sentence(code, Some(row.owner), visit)),
            owner: labels::owner(row.owner, lang),
            since: stamp(row.since),
            due: row.due_at.map(stamp),
            began: stamp(row.begun_at),
            ended: row.ended_at.map(stamp),
            is_gone: row.gone_at.is_some() && row.ended_at.is_none(),
        }
    }
}

impl AlertLine {
    fn new(desk: &Desk, row: &AlertRow, visit: &Visit) -> Self {
        let code: Option<AuthorityId> = row.addressee.parse().ok();
        let operations = || Words::of(visit.lang).operations.to_owned();
        Self {
            made: Stamp::new(row.made_at, visit.now, visit.lang),
            to: code.map_or_else(operations, |code| desk.ctx.master().name(code)),
            begun: grouped(i64::from(row.begun)),
            ended: grouped(i64::from(row.ended)),
            state: watch_words::alert(row.state, visit.lang),
        }
    }
}

//! `/`: the national view.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::Channel;

use super::day::Day;
use super::lanes::{LaneLine, LaneTable};
use super::map::Map;
use super::processes::RoleLine;
use super::snapshot::Snapshot;
use crate::heart::manned;
use crate::store::Filter;
use crate::watch::Kind;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels::{self, REVIEWS, STATES, STATUSES};
use crate::web::listed::FilingLine;
use crate::web::parts::{Badge, Stamp, age, due, grouped, percent};
use crate::web::roles::Staff;
use crate::web::visit::Visit;
use crate::web::words::{Lang, Words};
use crate::web::{Desk, assets, process_words};

/// Lanes in trouble that are shown here.
const LANES_MAX: usize = 8;
/// Newest filings that are shown here.
const FILINGS_MAX: usize = 10;

#[derive(Template)]
#[template(path = "operations/overview.html")]
struct Overview {
    shell: Shell,
    numbers: Numbers,
    newest: Vec<FilingLine>,
    script: &'static str,
}

/// What is counted, at one moment.
#[derive(Template)]
#[template(path = "operations/numbers.html")]
pub(super) struct Numbers {
    w: &'static Words,
    p: &'static process_words::Words,
    counted: Stamp,
    figures: Vec<Figure>,
    backlog: Vec<(&'static str, Badge)>,
    roles: Vec<RoleLine>,
    statuses: Vec<(Badge, String)>,
    matrix: Matrix,
    reviews: Vec<(Badge, String)>,
    /// How many lanes are in each state.
    lane_states: Vec<(Badge, String)>,
    lanes: Vec<LaneLine>,
    lanes_total: usize,
    map: Map,
    day: Day,
}

impl Numbers {
    fn has_more_lanes(&self) -> bool {
        self.lanes.len() < self.lanes_total
    }

    fn lane_table(&self) -> LaneTable<'_> {
        LaneTable { w: self.w, with_authority: true, lines: &self.lanes }
    }
}

/// One headline number.
struct Figure {
    label: &'static str,
    value: String,
    link: &'static str,
    tone: &'static str,
}

/// Deliveries by state and channel.
struct Matrix {
    /// The word for the query, and the name.
    channels: Vec<(&'static str, &'static str)>,
    rows: Vec<MatrixRow>,
    totals: Vec<String>,
}

struct MatrixRow {
    state: &'static str,
    badge: Badge,
    /// The channel's word for the query, and the count; none when it is 0.
    cells: Vec<(&'static str, Option<String>)>,
    total: String,
}

/// `GET /`
pub(super) async fn show(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<Overview, Fault> {
    let snapshot = desk.counts.get(&desk.ctx).await?;
    let filter = Filter { limit: FILINGS_MAX, ..Filter::default() };
    let newest = desk.ctx.store.list_filings(&filter).await?;
    Ok(Overview {
        shell: visit.living_shell("/"),
        numbers: numbers(desk, &snapshot, visit),
        newest: FilingLine::read(desk, visit, &newest).await?,
        script: assets::live_link(),
    })
}

/// The counts, as this visitor reads them.
pub(super) fn numbers(desk: &Desk, snapshot: &Snapshot, visit: &Visit) -> Numbers {
    let silent_ms = desk.ctx.config.processes.silent_ms;
    let shown = &snapshot.lanes[..snapshot.lanes.len().min(LANES_MAX)];
    let lang = visit.lang;
    Numbers {
        w: lang.words(),
        p: process_words::Words::of(lang),
        counted: Stamp::new(snapshot.at, visit.now, lang),
        figures: figures(snapshot, silent_ms, visit),
        backlog: backlog(snapshot, &desk.ctx.config.watches, visit),
        roles: RoleLine::all(&snapshot.processes, (snapshot.at, silent_ms), visit),
        statuses: STATUSES
            .iter()
            .map(|status| (labels::status(*status, lang), named(&snapshot.filings, *status)))
            .collect(),
        matrix: Matrix::new(snapshot, visit),
        reviews: REVIEWS
            .iter()
            .map(|review| (labels::review(*review, lang), named(&snapshot.reviews, *review)))
            .collect(),
        lane_states: snapshot
            .lane_states
            .iter()
            .map(|(state, count)| (labels::lane_state(state, lang), grouped(*count)))
            .collect(),
        lanes: shown.iter().map(|lane| LaneLine::new(desk, lane, visit)).collect(),
        lanes_total: snapshot.lanes.len(),
        map: Map::of_deliveries(snapshot, lang),
        day: Day::new(&snapshot.hours, snapshot.at, visit),
    }
}

/// The count under a value's own word.
fn named(counts: &HashMap<String, i64>, value: impl serde::Serialize) -> String {
    let word = serde_json::to_value(value).unwrap_or_default();
    grouped(word.as_str().and_then(|word| counts.get(word)).copied().unwrap_or_default())
}

fn figures(snapshot: &Snapshot, silent_ms: i64, visit: &Visit) -> Vec<Figure> {
    let w = visit.lang.words();
    let (totals, nation) = (&snapshot.totals, snapshot.nation());
    let figure = |label, value: i64, link, tone: &'static str| Figure {
        label,
        value: grouped(value),
        link,
        tone: if value == 0 { "" } else { tone },
    };
    let all = nation.all() + nation.cancelled;
    let share = Figure {
        label: w.delivered_share,
        value: percent(nation.delivered, nation.all()),
        link: "/deliveries?state=delivered",
        tone: "",
    };
    let manned = manned(&snapshot.processes, snapshot.at, silent_ms);
    let missing = manned.iter().filter(|role| role.living == 0).count();
    let near = snapshot.watches.get(&Kind::DeadlineNear).copied().unwrap_or_default();
    vec![
        figure(w.filings, totals.filings, "/filings", ""),
        figure(w.deliveries, all, "/deliveries", ""),
        share,
        figure(w.waiting, nation.waiting, "/deliveries?state=waiting", "wait"),
        figure(w.held, nation.held, "/deliveries?state=held", "hold"),
        figure(w.failed, nation.failed, "/deliveries?state=failed", "bad"),
        figure(w.unplanned, totals.unplanned, "/filings?unplanned=1", "bad"),
        figure(w.lanes_in_trouble, size(snapshot.lanes.len()), "/lanes", "wait"),
        figure(w.near_deadlines, near, "/watches?kind=deadline_near", "bad"),
        figure(w.watches_firing, snapshot.watches.values().sum(), "/watches", "wait"),
        figure(
            process_words::Words::of(visit.lang).roles_missing,
            size(missing),
            "/processes",
            "bad",
        ),
        figure(w.dead_letters, totals.dead_letters, "/dead-letters", "bad"),
    ]
}

fn size(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What waits within the hub; what has waited for longer than the watches allow stands out.
fn backlog(
    snapshot: &Snapshot,
    limits: &crate::config::Watches,
    visit: &Visit,
) -> Vec<(&'static str, Badge)> {
    let (w, lang) = (visit.lang.words(), visit.lang);
    let (totals, open) = (&snapshot.totals, &snapshot.backlog);
    let [(_, outbox), (_, unrouted), (_, due_ms), (_, late), (_, notices)] = open.ages(visit.now);
    let line = |name, text: String, ms: i64, minutes: i64| {
        let tone = if minutes > 0 && ms >= minutes * 60_000 { "bad" } else { "" };
        (name, Badge::new(tone, &text))
    };
    let counted = |count: i64, ms: i64| match ms {
        0 => grouped(count),
        ms => format!("{} ({})", grouped(count), age(visit.now - ms, visit.now, lang)),
    };
    let told = |ms: Option<i64>, tell: fn(i64, i64, Lang) -> String| match ms {
        Some(ms) => tell(ms, visit.now, lang),
        None => w.no_backlog.to_owned(),
    };
    let queued = snapshot.deliveries.iter().filter(|row| row.state == "due");
    let oldest_queued = told(queued.filter_map(|row| row.oldest).min(), age);
    let failed = match snapshot.notices_failed {
        0 => String::new(),
        failed => format!(" ({} {})", w.failed, grouped(failed)),
    };
    let open_notices = counted(totals.open_notices, notices) + &failed;
    let minutes = limits.backlog_minutes;
    let mut lines = vec![
        line(w.unrouted, counted(totals.unrouted, unrouted), unrouted, minutes),
        line(w.oldest_queued, oldest_queued, due_ms, minutes),
        line(w.oldest_due, told(totals.oldest_due, due), late, minutes),
        line(w.outbox, counted(totals.outbox, outbox), outbox, minutes),
        line(w.open_notices, open_notices, notices, limits.notices_minutes),
    ];
    let scans = &snapshot.scans;
    if scans.pending > 0 {
        let oldest = told(scans.oldest, age);
        let text = format!("{} ({oldest})", grouped(scans.pending));
        lines.push((w.scans_pending, Badge::new("", &text)));
    }
    if scans.infected > 0 {
        lines.push((w.scans_infected, Badge::new("bad", &grouped(scans.infected))));
    }
    lines
}

impl Matrix {
    fn new(snapshot: &Snapshot, visit: &Visit) -> Self {
        let lang = visit.lang;
        let mut counts: HashMap<(&str, Option<Channel>), i64> = HashMap::new();
        for row in &snapshot.deliveries {
            *counts.entry((&row.state, row.channel)).or_default() += row.count;
        }
        let mut columns: Vec<Option<Channel>> = Channel::ALL.iter().copied().map(Some).collect();
        if counts.keys().any(|(_, channel)| channel.is_none()) {
            columns.push(None);
        }
        let sum = |state: Option<&str>, channel: Option<Option<Channel>>| -> i64 {
            let fits = |(s, c): &(&str, Option<Channel>)| {
                state.is_none_or(|state| state == *s) && channel.is_none_or(|it| it == *c)
            };
            counts.iter().filter(|(key, _)| fits(key)).map(|(_, count)| count).sum()
        };
        let cell = |state, channel: &Option<Channel>| {
            let count = sum(Some(state), Some(*channel));
            (query_word(*channel), (count > 0).then(|| grouped(count)))
        };
        let rows = STATES.iter().map(|state| MatrixRow {
            state,
            badge: labels::state(state, lang),
            cells: columns.iter().map(|channel| cell(state, channel)).collect(),
            total: grouped(sum(Some(state), None)),
        });
        let mut totals: Vec<String> =
            columns.iter().map(|channel| grouped(sum(None, Some(*channel)))).collect();
        totals.push(grouped(sum(None, None)));
        let name = |channel: Option<Channel>| {
            channel.map_or(lang.words().no_channel, |channel| labels::channel(channel, lang))
        };
        Self {
            rows: rows.collect(),
            totals,
            channels: columns
                .iter()
                .map(|channel| (query_word(*channel), name(*channel)))
                .collect(),
        }
    }
}

fn query_word(channel: Option<Channel>) -> &'static str {
    channel.map_or("", Channel::as_str)
}

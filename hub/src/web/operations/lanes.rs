//! `/lanes`: those in trouble, with why and until when.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::snapshot::Cache;
use crate::lane::Lane;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, Part, Stamp, grouped};
use crate::web::roles::Staff;
use crate::web::visit::Visit;
use crate::web::words::Words;

/// One lane in a table.
pub(super) struct LaneLine {
    code: String,
    authority: String,
    channel: &'static str,
    state: Badge,
    failures: String,
    since: Option<Stamp>,
    last_error: String,
    paused_why: String,
    until: Option<Stamp>,
    updated: Stamp,
}

impl LaneLine {
    pub(super) fn new(desk: &Desk, lane: &Lane, visit: &Visit) -> Self {
        let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
        Self {
            code: lane.authority.to_string(),
            authority: desk.ctx.master.name(lane.authority),
            channel: labels::channel(lane.channel, visit.lang),
            state: labels::lane(lane, visit.now, visit.lang),
            failures: grouped(i64::from(lane.failures)),
            since: lane.failing_since.map(stamp),
            last_error: lane.last_error.clone().unwrap_or_default(),
            paused_why: lane.paused_why.clone().unwrap_or_default(),
            until: lane.open_until.filter(|until| *until > visit.now).map(stamp),
            updated: stamp(lane.updated_at),
        }
    }
}

/// A table of lanes, on whatever page.
#[derive(Template)]
#[template(path = "operations/lane_table.html")]
pub(super) struct LaneTable<'a> {
    pub(super) w: &'static Words,
    /// Whether the lines are of several authorities.
    pub(super) with_authority: bool,
    pub(super) lines: &'a [LaneLine],
}

#[derive(Template)]
#[template(path = "operations/lanes.html")]
struct Lanes {
    shell: Shell,
    lines: Vec<LaneLine>,
    part: Part,
}

impl Lanes {
    fn lane_table(&self) -> LaneTable<'_> {
        LaneTable { w: self.shell.w, with_authority: true, lines: &self.lines }
    }
}

/// `GET /lanes`
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    Extension(cache): Extension<Arc<Cache>>,
    Staff(visit): Staff,
) -> Response {
    visit.answer(read(&desk, &cache, &visit).await)
}

async fn read(desk: &Desk, cache: &Cache, visit: &Visit) -> Result<Lanes, Fault> {
    let snapshot = cache.get(&desk.ctx.store, &desk.ctx.clock).await?;
    let mut lanes: Vec<&Lane> = snapshot.lanes.iter().collect();
    let part = Part::cut(&mut lanes, "lanes", visit);
    Ok(Lanes {
        shell: visit.living_shell("/lanes"),
        lines: lanes.iter().map(|lane| LaneLine::new(desk, lane, visit)).collect(),
        part,
    })
}

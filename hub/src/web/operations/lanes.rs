//! `/lanes`: those in trouble, with why and until when.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use schemas::AuthorityId;

use super::snapshot::lanes_in_trouble;
use super::troubles::anyones;
use crate::lane::Lane;
use crate::operate::lane_subject;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, Part, Stamp, grouped};
use crate::web::roles::Staff;
use crate::web::visit::Visit;
use crate::web::words::Words;
use crate::web::{Desk, assets};

/// One lane in a table.
pub(super) struct LaneLine {
    code: String,
    authority: String,
    channel: &'static str,
    state: Badge,
    failures: String,
    since: Option<Stamp>,
    last_error: String,
    /// What that means.
    sentence: Option<String>,
    paused_why: String,
    until: Option<Stamp>,
    updated: Stamp,
}

impl LaneLine {
    pub(super) fn new(desk: &Desk, lane: &Lane, visit: &Visit) -> Self {
        let stamp = |ms| Stamp::new(ms, visit.now, visit.lang);
        Self {
            code: lane.authority.to_string(),
            authority: desk.ctx.master().name(lane.authority),
            channel: labels::channel(lane.channel, visit.lang),
            state: labels::lane(lane, visit.now, visit.lang),
            failures: grouped(i64::from(lane.failures)),
            since: lane.failing_since.map(stamp),
            last_error: lane.last_error.clone().unwrap_or_default(),
            sentence: lane.last_error.as_ref().and_then(|code| anyones(code, visit)),
            paused_why: lane.paused_why.clone().unwrap_or_default(),
            until: lane.open_until.filter(|until| *until > visit.now).map(stamp),
            updated: stamp(lane.updated_at),
        }
    }
}

/// A lane that can be paused or resumed by hand.
pub(super) struct LaneHand {
    pub(super) word: &'static str,
    pub(super) channel: &'static str,
    /// Whether nothing goes over it: it is paused or suspended.
    pub(super) is_stopped: bool,
    /// Who paused it, when and why.
    pub(super) paused: Option<(String, Stamp, String)>,
    /// Milliseconds since when it is paused; 0 when it is not.
    pub(super) seen: i64,
}

/// Those of an authority's ladder, whether or not anything went over them yet.
pub(super) async fn lane_hands(
    desk: &Desk,
    (code, lanes): (AuthorityId, &[Lane]),
    visit: &Visit,
) -> Result<Vec<LaneHand>, Fault> {
    let (ladder, mut all) = (desk.ctx.directory.load_full(), Vec::new());
    for endpoint in ladder.ladder(code) {
        let channel = endpoint.channel();
        let lane = lanes.iter().find(|lane| lane.channel == channel);
        let paused_at = lane.and_then(|lane| lane.paused_at);
        let paused = match paused_at {
            None => None,
            Some(at) => {
                let subject = lane_subject(code, channel);
                let act = desk.ctx.store.staff_acts(Some(&subject), i64::MAX, 1).await?.pop();
                let name = act.filter(|act| act.what == "lane.pause").map(|act| act.name);
                let why = lane.and_then(|lane| lane.paused_why.clone()).unwrap_or_default();
                Some((name.unwrap_or_default(), Stamp::new(at, visit.now, visit.lang), why))
            }
        };
        all.push(LaneHand {
            word: channel.as_str(),
            channel: labels::channel(channel, visit.lang),
            is_stopped: paused_at.is_some() || lane.is_some_and(|lane| lane.suspended_at.is_some()),
            paused,
            seen: paused_at.unwrap_or_default(),
        });
    }
    Ok(all)
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
    list: LaneList,
    script: &'static str,
}

/// Those in trouble, a part of them.
#[derive(Template)]
#[template(path = "operations/lane_list.html")]
pub(super) struct LaneList {
    w: &'static Words,
    lines: Vec<LaneLine>,
    part: Part,
}

impl LaneList {
    fn lane_table(&self) -> LaneTable<'_> {
        LaneTable { w: self.w, with_authority: true, lines: &self.lines }
    }
}

/// `GET /lanes`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<Lanes, Fault> {
    let lanes = lanes_in_trouble(&desk.ctx.store).await?;
    let (shell, list) = (visit.living_shell("/lanes"), lane_list(desk, &lanes, visit));
    Ok(Lanes { shell, list, script: assets::live_link() })
}

/// The part of these lanes that a visit asks for.
pub(super) fn lane_list(desk: &Desk, all: &[Lane], visit: &Visit) -> LaneList {
    let mut shown: Vec<&Lane> = all.iter().collect();
    let part = Part::cut(&mut shown, "lanes", visit);
    let lines = shown.iter().map(|lane| LaneLine::new(desk, lane, visit)).collect();
    LaneList { w: visit.lang.words(), lines, part }
}

//! `/processes`: the processes of the hub, which roles they have, and when they were heard of.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::heart::{Manned, is_replaced, lives, manned};
use crate::role::Role;
use crate::store::ProcessRow;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::parts::{Badge, Stamp, grouped};
use crate::web::process_words::Words;
use crate::web::ready;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/processes.html")]
struct Processes {
    shell: Shell,
    p: &'static Words,
    roles: Vec<RoleLine>,
    lines: Vec<Line>,
    parts: Vec<Part>,
}

/// What this process depends on, and what is wrong with it.
struct Part {
    name: &'static str,
    state: Badge,
    why: String,
}

/// A role, and whether anybody has it.
pub(super) struct RoleLine {
    pub(super) name: &'static str,
    pub(super) living: Badge,
    pub(super) heard: Option<Stamp>,
}

/// A process.
struct Line {
    place: String,
    state: Badge,
    roles: String,
    build: String,
    began: Stamp,
    heard: Stamp,
}

/// `GET /processes`
pub(super) async fn list(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(read(&desk, &visit).await)
}

async fn read(desk: &Desk, visit: &Visit) -> Result<Processes, Fault> {
    let rows = desk.ctx.store.processes().await?;
    let at = (visit.now, desk.ctx.config.processes.silent_ms);
    let all = manned(&rows, at.0, at.1);
    Ok(Processes {
        shell: visit.living_shell("/processes"),
        p: Words::of(visit.lang),
        roles: RoleLine::all(&rows, at, visit),
        lines: rows.iter().map(|row| Line::new(row, (at, &all), visit)).collect(),
        parts: parts(&ready::look(&desk.ctx).await, visit),
    })
}

fn parts(found: &ready::Parts, visit: &Visit) -> Vec<Part> {
    let p = Words::of(visit.lang);
    let name = |part: &str| match part {
        "store" => Some(p.part_store),
        "broker" => Some(p.part_broker),
        "objects" => Some(p.part_objects),
        "data" => Some(p.part_data),
        _ => None,
    };
    let line = |(part, why): (&&'static str, &Option<String>)| {
        let state = match why {
            None => Badge::new("ok", p.part_answers),
            Some(_) => Badge::new("bad", p.part_away),
        };
        Some(Part { name: name(part)?, state, why: why.clone().unwrap_or_default() })
    };
    found.iter().filter_map(line).collect()
}

impl RoleLine {
    /// Every role, by what was known at a moment.
    pub(super) fn all(
        rows: &[ProcessRow],
        (at, silent_ms): (i64, i64),
        visit: &Visit,
    ) -> Vec<Self> {
        let line = |it: Manned| Self {
            name: labels::role(it.role, visit.lang),
            living: Badge::new(
                if it.living == 0 { "bad" } else { "ok" },
                &grouped(i64::try_from(it.living).unwrap_or(i64::MAX)),
            ),
            heard: it.heard_at.map(|ms| Stamp::new(ms, visit.now, visit.lang)),
        };
        manned(rows, at, silent_ms).into_iter().map(line).collect()
    }
}

impl Line {
    fn new(
        row: &ProcessRow,
        ((at, silent_ms), all): ((i64, i64), &[Manned]),
        visit: &Visit,
    ) -> Self {
        let (lang, p) = (visit.lang, Words::of(visit.lang));
        let stamp = |ms| Stamp::new(ms, visit.now, lang);
        let names = row.roles.split(' ').filter_map(|word| word.parse::<Role>().ok());
        let names: Vec<_> = names.map(|role| labels::role(role, lang)).collect();
        Self {
            place: format!("{} {}", row.host, row.address),
            state: if lives(row, at, silent_ms) {
                Badge::new("ok", p.process_lives)
            } else if is_replaced(row, all) {
                Badge::new("off", p.process_replaced)
            } else {
                Badge::new("bad", p.process_silent)
            },
            roles: names.join(lang.pick("、", ", ")),
            build: row.build.clone(),
            began: stamp(row.started_at),
            heard: stamp(row.heard_at),
        }
    }
}

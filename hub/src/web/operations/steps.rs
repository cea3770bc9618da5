//! How an authority is reached, channel by channel: what the last look found, what the last tries
//! came to and how long they took, and what ends when.

use std::collections::HashMap;

use adapters::Endpoint;
use askama::Template;
use schemas::{AuthorityId, Channel};

use crate::context::{day_in_japan, end_in_japan};
use crate::store::{ProbeRow, RecentTry};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::labels;
use crate::web::parts::{Badge, Stamp, took};
use crate::web::step_words::Words;
use crate::web::visit::Visit;
use crate::web::words::Lang;

/// The authority's newest deliveries whose tries are looked at, and tries of them at most.
const LOOKED: (usize, usize) = (100, 400);

/// Tries of a channel that are shown.
const DOTS: usize = 20;

/// The steps of an authority's ladder.
#[derive(Template)]
#[template(path = "operations/steps.html")]
pub(super) struct Steps {
    pub(super) w: &'static Words,
    /// The word for a table.
    table: &'static str,
    lines: Vec<Step>,
}

struct Step {
    channel: &'static str,
    address: String,
    /// What the last look came to, and when it was.
    look: Option<(Badge, Stamp)>,
    /// The newest last.
    dots: Vec<Dot>,
    /// The half of those that arrived took no longer than this.
    median: Option<String>,
    /// What ends, when, and how long that is.
    ends: Vec<(&'static str, String, Badge)>,
}

/// One try.
struct Dot {
    delivery: String,
    tone: &'static str,
    sign: &'static str,
    told: String,
}

/// Reads how it goes over each step of an authority's ladder.
pub(super) async fn steps(desk: &Desk, code: AuthorityId, visit: &Visit) -> Result<Steps, Fault> {
    let ctx = &desk.ctx;
    let tries = ctx.store.recent_tries(code, LOOKED).await?;
    let probes = ctx.store.probes().await?.into_iter().filter(|row| row.authority == code);
    let probes: HashMap<Channel, ProbeRow> = probes.map(|row| (row.channel, row)).collect();
    let ladder = ctx.directory.load();
    let line = |endpoint: &Endpoint| {
        let channel = endpoint.channel();
        let of_channel: Vec<_> = tries.iter().filter(|it| it.channel == channel).collect();
        Step::new(endpoint, (probes.get(&channel), &of_channel), (desk, visit))
    };
    let lines = ladder.ladder(code).iter().map(line).collect();
    Ok(Steps { w: Words::of(visit.lang), table: visit.lang.words().table, lines })
}

/// What a look found.
pub(super) fn look(probe: &ProbeRow, lang: Lang) -> Badge {
    match &probe.code {
        None => Badge::new("ok", Words::of(lang).answers),
        Some(code) => Badge::new("bad", code),
    }
}

impl Step {
    fn new(
        endpoint: &Endpoint,
        (probe, tries): (Option<&ProbeRow>, &[&RecentTry]),
        (desk, visit): (&Desk, &Visit),
    ) -> Self {
        let (w, lang) = (Words::of(visit.lang), visit.lang);
        let look = probe
            .and_then(|row| Some((look(row, lang), Stamp::new(row.looked_at?, visit.now, lang))));
        let certificate = probe.and_then(|row| row.expires_at).map(|at| (w.certificate, at));
        let credential = endpoint.expires_on().and_then(end_in_japan).map(|at| (w.credential, at));
        let soon = desk.ctx.config.watches.credential_days;
        let ends = certificate.into_iter().chain(credential);
        Self {
            channel: labels::channel(endpoint.channel(), lang),
            address: endpoint.address(),
            look,
            dots: tries.iter().take(DOTS).rev().map(|it| Dot::new(it, visit)).collect(),
            median: median(tries).map(|ms| took(ms, lang)),
            ends: ends
                .map(|(what, at)| {
                    let days = (at - visit.now).div_euclid(86_400_000);
                    let day = day_in_japan(at - 1).to_string();
                    (what, day, left(days, soon, visit))
                })
                .collect(),
        }
    }
}

/// How many whole days are left, with a sign when they are few.
fn left(days: i64, soon: i64, visit: &Visit) -> Badge {
    let w = Words::of(visit.lang);
    if days < 0 {
        return Badge::new("bad", w.is_over);
    }
    let told = visit.lang.pick(format!("あと{days}日"), format!("{days} days left"));
    Badge::new(if days <= soon { "wait" } else { "ok" }, &told)
}

/// How long those that arrived took, in milliseconds: the one in the middle.
fn median(tries: &[&RecentTry]) -> Option<i64> {
    let arrived = tries.iter().filter(|it| it.outcome == "delivered");
    let mut times: Vec<i64> = arrived.map(|it| it.finished_at - it.started_at).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

impl Dot {
    fn new(row: &RecentTry, visit: &Visit) -> Self {
        let badge = labels::outcome(&row.outcome, visit.lang);
        let sign = match row.outcome.as_str() {
            "delivered" => "●",
            "deferred" => "▲",
            "refused" => "✕",
            _ => "？",
        };
        let at = Stamp::new(row.started_at, visit.now, visit.lang);
        let took = took(row.finished_at - row.started_at, visit.lang);
        Self {
            delivery: row.delivery_id.to_string(),
            tone: badge.tone,
            sign,
            told: format!("{} {} ({took})", at.text, badge.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_what_arrived() {
        let row = |outcome: &str, ms: i64| RecentTry {
            delivery_id: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3d".parse().expect("an id"),
            channel: Channel::Api,
            started_at: 1_000,
            finished_at: 1_000 + ms,
            outcome: outcome.to_owned(),
        };
        let rows = [
            row("delivered", 30),
            row("refused", 9_000),
            row("delivered", 10),
            row("delivered", 20),
            row("deferred", 1),
        ];
        let all: Vec<&RecentTry> = rows.iter().collect();
        assert_eq!(median(&all), Some(20));
        assert_eq!(median(&all[1..2]), None);
    }
}

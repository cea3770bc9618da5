//! The last day, hour by hour: what came and what arrived, and how long that took.

use std::collections::BTreeMap;

use askama::Template;
use schemas::Channel;

use crate::store::hours::{FILINGS, HOUR_MS, HourCount, Speeds, hour_of};
use crate::web::labels;
use crate::web::parts::{Stamp, grouped, length};
use crate::web::visit::Visit;
use crate::web::words::{Lang, Words};

/// Hours that are shown.
pub(super) const HOURS: i64 = 24;

/// The height of the highest bar, and how far hours stand apart.
const HEIGHT: i64 = 120;
const WIDTH: i64 = 30;

/// Bars for each hour, and the same as a table.
#[derive(Template)]
#[template(path = "operations/day.html")]
pub(super) struct Day {
    w: &'static Words,
    hours: Vec<Hour>,
    /// Where the line below the bars lies, and the width of all.
    foot: i64,
    width: i64,
    most: String,
    title: String,
    speeds: Vec<SpeedLine>,
}

struct Hour {
    /// Where its bars begin.
    x: i64,
    /// In Japan.
    label: String,
    filings: String,
    arrived: String,
    /// Heights.
    filed: i64,
    done: i64,
    is_labelled: bool,
}

struct SpeedLine {
    channel: &'static str,
    count: String,
    /// Within which time half of them arrived, 95 and 99 of a hundred.
    within: [String; 3],
}

impl Day {
    /// Of the counts of the last day, at a moment.
    pub(super) fn new(counts: &[HourCount], at: i64, visit: &Visit) -> Self {
        let (lang, w) = (visit.lang, visit.lang.words());
        let first = hour_of(at) - (HOURS - 1) * HOUR_MS;
        let sums: Vec<(i64, i64, i64)> = (0..HOURS)
            .map(|place| {
                let hour = first + place * HOUR_MS;
                let of_hour = || counts.iter().filter(move |count| count.hour == hour);
                let filings = of_hour().filter(|it| it.what == FILINGS).map(|it| it.count).sum();
                let arrived = of_hour().filter(|it| it.arrivals().is_some());
                (hour, filings, arrived.map(|it| it.count).sum())
            })
            .collect();
        let most = sums.iter().map(|(_, filings, arrived)| *filings.max(arrived)).max();
        let most = most.unwrap_or_default().max(1);
        let hour = |(place, (hour, filings, arrived)): (i64, &(i64, i64, i64))| Hour {
            x: place * WIDTH,
            label: Stamp::new(*hour, at, lang).minute(),
            filings: grouped(*filings),
            arrived: grouped(*arrived),
            filed: filings * HEIGHT / most,
            done: arrived * HEIGHT / most,
            is_labelled: place % 6 == 0,
        };
        let total = |of: fn(&(i64, i64, i64)) -> i64| grouped(sums.iter().map(of).sum());
        Self {
            w,
            hours: (0..).zip(&sums).map(hour).collect(),
            foot: HEIGHT,
            width: HOURS * WIDTH,
            most: grouped(most),
            title: format!(
                "{}: {} {}, {} {}",
                w.last_day,
                w.filings,
                total(|sum| sum.1),
                w.delivered,
                total(|sum| sum.2)
            ),
            speeds: speeds(counts, lang),
        }
    }
}

fn speeds(counts: &[HourCount], lang: Lang) -> Vec<SpeedLine> {
    let mut all: BTreeMap<&'static str, Speeds> = BTreeMap::new();
    for count in counts {
        let Some((channel, sort)) = count.arrivals() else { continue };
        let name = channel.map_or(lang.words().no_channel, |it| labels::channel(it, lang));
        all.entry(name).or_default().add(sort, count.count);
    }
    let names = Channel::ALL.iter().map(|channel| labels::channel(*channel, lang));
    let names = names.chain([lang.words().no_channel]);
    let line = |channel| {
        let speeds = all.get(channel).filter(|speeds| speeds.total() > 0)?;
        let tell = |share| speeds.within(share).map_or("–".to_owned(), |ms| within(ms, lang));
        let within = [0.5, 0.95, 0.99].map(tell);
        Some(SpeedLine { channel, count: grouped(speeds.total()), within })
    };
    names.filter_map(line).collect()
}

fn within(ms: i64, lang: Lang) -> String {
    if ms < 1_000 {
        return lang.pick(format!("{ms}ミリ秒以内"), format!("within {ms} ms"));
    }
    let length = length(ms, lang);
    lang.pick(format!("{length}以内"), format!("within {length}"))
}

//! `/launch`: since when authorities take filings, as the ministry's survey tells it, and which are
//! not prepared.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use routing::{Body, Class, Counts};

use super::authorities::prefecture_name;
use super::map::{Map, Paint};
use super::snapshot::Grade;
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::frame::Shell;
use crate::web::labels;
use crate::web::launch_words::{PERIODS, Words};
use crate::web::parts::Part;
use crate::web::roles::Staff;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "operations/launch.html")]
struct LaunchPage {
    shell: Shell,
    w: &'static Words,
    version: String,
    date: String,
    map: Map,
    /// The short name and the half year of each period.
    periods: Vec<(String, &'static str)>,
    classes: Vec<Line>,
    prefectures: Vec<Line>,
    unprepared: Vec<Unprepared>,
    part: Part,
}

/// One line of a table: how many begin in each period, and in all.
struct Line {
    name: String,
    link: Option<String>,
    cells: [u32; 8],
}

struct Unprepared {
    code: String,
    name: String,
    prefecture: String,
    class: &'static str,
    basis: String,
    meanwhile: &'static str,
}

/// `GET /launch`
pub(super) async fn show(State(desk): State<Arc<Desk>>, Staff(visit): Staff) -> Response {
    visit.answer(Ok(read(&desk, &visit)))
}

fn read(desk: &Desk, visit: &Visit) -> LaunchPage {
    let (master, today, lang) = (&desk.ctx.master(), day_in_japan(visit.now), visit.lang);
    let w = Words::of(lang);
    let stats = routing::stats(master, today);
    let total = || lang.words().total.to_owned();
    let classes = stats.by_class.iter().map(|row| {
        let name = if row.class == "total" { total() } else { class_name(&row.class, visit) };
        Line::new(name, None, &row.counts)
    });
    let prefectures = stats.by_prefecture.iter().map(|row| match &*row.prefecture_code {
        "" => Line::new(total(), None, &row.counts),
        code => {
            let name = prefecture_name(&row.prefecture, code, visit);
            Line::new(name, Some(format!("/prefectures/{code}")), &row.counts)
        }
    });
    let bodies = master.authorities_on(today).map(Body::from);
    let bodies = bodies.chain(master.unions_on(today).map(Body::from));
    let mut unprepared: Vec<_> = bodies.filter(|body| !body.reception.prepared).collect();
    let part = Part::cut(&mut unprepared, "unprepared", visit);
    LaunchPage {
        shell: visit.shell("/launch"),
        w,
        version: stats.master_version.clone(),
        date: stats.date.to_string(),
        map: late(desk, visit),
        periods: (1..)
            .zip(PERIODS)
            .map(|(n, (ja, en))| (period(n, visit), lang.pick(ja, en)))
            .collect(),
        classes: classes.collect(),
        prefectures: prefectures.collect(),
        unprepared: unprepared.iter().map(|body| Unprepared::new(body, visit)).collect(),
        part,
    }
}

/// The short name of a period.
pub(super) fn period(number: u8, visit: &Visit) -> String {
    visit.lang.pick(format!("第{number}期"), format!("Period {number}"))
}

fn class_name(survey: &str, visit: &Visit) -> String {
    let w = Words::of(visit.lang);
    match survey {
        "other_city" => w.other_city.to_owned(),
        "town_or_village" => w.town_or_village.to_owned(),
        word => match word.parse::<Class>() {
            Ok(class) => labels::class_word(class, visit.lang).to_owned(),
            Err(_) => word.to_owned(),
        },
    }
}

/// The ministry's map: in how many municipalities of each prefecture it begins after period 5.
fn late(desk: &Desk, visit: &Visit) -> Map {
    let (w, lang) = (Words::of(visit.lang), visit.lang);
    let master = desk.ctx.master();
    let mut late: HashMap<&str, usize> = HashMap::new();
    for row in master.authorities_on(day_in_japan(visit.now)) {
        if row.class != Class::Prefecture && row.launch_period > 5 {
            *late.entry(row.code.prefecture()).or_default() += 1;
        }
    }
    let legend = vec![
        (Grade::Good, w.late_none),
        (Grade::Fair, w.late_few),
        (Grade::Poor, w.late_some),
        (Grade::Bad, w.late_many),
    ];
    Map::new((w.late, legend.clone()), lang, |code| {
        let count = late.get(code).copied().unwrap_or_default();
        let grade = grade(count);
        let told = legend.iter().find(|(it, _)| *it == grade).map_or("", |(_, told)| told);
        Paint { grade, share: count.to_string(), told: told.to_owned() }
    })
}

/// The map's legend: none, 1 to 9, 10 to 19, 20 or more.
fn grade(late: usize) -> Grade {
    match late {
        0 => Grade::Good,
        1..10 => Grade::Fair,
        10..20 => Grade::Poor,
        20.. => Grade::Bad,
    }
}

/// On what the master rests that it is not prepared.
fn basis(word: &str, visit: &Visit) -> String {
    let w = Words::of(visit.lang);
    match word {
        "listed" => w.listed.to_owned(),
        "listed_union" => w.listed_union.to_owned(),
        other => other.to_owned(),
    }
}

impl Line {
    fn new(name: String, link: Option<String>, counts: &Counts) -> Self {
        Self { name, link, cells: counts.cells() }
    }
}

impl Unprepared {
    fn new(body: &Body<'_>, visit: &Visit) -> Self {
        Self {
            code: body.id.to_string(),
            name: body.name.to_owned(),
            prefecture: prefecture_name(body.prefecture, body.id.prefecture(), visit),
            class: labels::class(body, visit.lang),
            basis: basis(&body.reception.unprepared_basis, visit),
            meanwhile: labels::alternative(body.reception.alternative, visit.lang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_has_the_bounds_of_the_ministrys() {
        for (late, expected) in [
            (0, Grade::Good),
            (1, Grade::Fair),
            (9, Grade::Fair),
            (10, Grade::Poor),
            (19, Grade::Poor),
            (20, Grade::Bad),
        ] {
            assert_eq!(grade(late), expected, "{late}");
        }
    }
}

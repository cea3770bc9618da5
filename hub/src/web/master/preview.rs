//! What a change would do to filings of the past.

use askama::Template;
use routing::{Addressee, Amendment, Answer, Cells, Master, Readiness};
use schemas::FilingId;

use crate::operate::master::Prepared;
use crate::operate::replay::{Moved, Replayed};
use crate::web::Desk;
use crate::web::access::Scope;
use crate::web::labels;
use crate::web::master_words::{Words, pairs};
use crate::web::parts::grouped;
use crate::web::visit::Visit;

/// Authorities of which a preview tells what changes.
const CHANGES_MAX: usize = 50;

/// The result of a dry run, shown on the page of the change.
#[derive(Template)]
#[template(path = "master_preview.html")]
pub(in crate::web) struct Preview {
    w: &'static Words,
    table: &'static str,
    day: String,
    changes: Vec<Difference>,
    more_changes: bool,
    asked: String,
    moved: String,
    unread: Option<String>,
    lines: Vec<Line>,
    only_some: bool,
}

/// One cell that changes.
struct Difference {
    /// The line of the file that says so.
    line: Option<String>,
    who: String,
    /// From which day on, where it is another than the others'.
    from_day: Option<String>,
    column: &'static str,
    was: String,
    is: String,
}

struct Line {
    receipt_number: String,
    /// The filing's page, for operations.
    link: Option<String>,
    answers: Vec<(String, String)>,
}

impl Preview {
    pub(in crate::web) fn new(
        desk: &Desk,
        (prepared, replayed): (&Prepared, &Replayed),
        visit: &Visit,
    ) -> Self {
        let w = Words::of(visit.lang);
        let mut changes = changes(prepared, visit);
        let more_changes = changes.len() > CHANGES_MAX;
        changes.truncate(CHANGES_MAX);
        let number = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
        let day = prepared.valid_from.to_string();
        let master = desk.ctx.master();
        let is_operations = matches!(visit.scope(), Ok(Scope::Operations));
        let line = |it: &Moved| Line::new(it, (&master, is_operations), visit);
        Self {
            w,
            table: visit.lang.words().table,
            day,
            changes,
            more_changes,
            asked: number(replayed.asked),
            moved: number(replayed.moved),
            unread: (replayed.unread > 0).then(|| number(replayed.unread)),
            only_some: replayed.moved > replayed.shown.len(),
            lines: replayed.shown.iter().map(line).collect(),
        }
    }
}

fn changes(prepared: &Prepared, visit: &Visit) -> Vec<Difference> {
    let lang = visit.lang;
    let lines = prepared.amendments.iter().zip(&prepared.was).zip(&prepared.lines);
    let of_line = |((it, was), line): ((&Amendment, &Cells), &Option<u64>)| {
        let who = format!("{} ({})", prepared.after.name(it.authority), it.authority);
        let from_day = (it.valid_from != prepared.valid_from).then(|| it.valid_from.to_string());
        let line = line.map(|n| lang.pick(format!("{n}行目"), format!("line {n}")));
        let one = |(column, was, is)| Difference {
            line: line.clone(),
            who: who.clone(),
            from_day: from_day.clone(),
            column,
            was,
            is,
        };
        pairs(&prepared.after, (was, &it.cells), lang).into_iter().map(one).collect::<Vec<_>>()
    };
    lines.flat_map(of_line).collect()
}

impl Line {
    /// An authority's staff see how many filings of anyone are concerned, but only operations may
    /// follow a link to one.
    fn new(it: &Moved, (master, is_operations): (&Master, bool), visit: &Visit) -> Self {
        let link = |id: FilingId| format!("/filings/{id}");
        let say = |answer: &Answer| answer_in_words(answer, master, visit);
        Self {
            receipt_number: it.receipt_number.clone(),
            link: is_operations.then(|| link(it.id)),
            answers: it.answers.iter().map(|(old, new)| (say(old), say(new))).collect(),
        }
    }
}

fn answer_in_words(answer: &Answer, master: &Master, visit: &Visit) -> String {
    let (w, lang) = (Words::of(visit.lang), visit.lang);
    let one = |it: &Addressee| {
        let rule = labels::rule(it.rule.as_str(), lang);
        let name = master.name(it.authority);
        match it.readiness {
            Readiness::Ready => format!("{name} ({rule})"),
            Readiness::NotReady { .. } => format!("{name} ({rule}) – {}", w.not_ready),
        }
    };
    match answer {
        Answer::Targets(all) => all.iter().map(one).collect::<Vec<_>>().join(lang.pick("、", ", ")),
        Answer::Problem(code) => format!("{} {code}", w.no_way),
    }
}

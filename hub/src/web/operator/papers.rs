//! The papers that go with a filing: the standard checklist, and which of them are there.

use std::collections::BTreeMap;

use schemas::Submission;
use schemas::forms::{Item, Need};

use super::words::Words;
use crate::web::Desk;
use crate::web::parts::Badge;
use crate::web::visit::Visit;

/// One paper of the checklist.
pub(super) struct Paper {
    pub(super) id: String,
    pub(super) title: String,
    /// The standard form for it.
    pub(super) form: Option<String>,
    pub(super) need: Badge,
    /// The file that was named as this paper.
    pub(super) file: Option<String>,
}

/// The papers for a filing's services, those that are usually asked for first.
pub(super) fn papers(desk: &Desk, submission: &Submission, visit: &Visit) -> Vec<Paper> {
    let w = Words::of(visit.lang);
    let mut asked: BTreeMap<&str, (&Item, Need)> = BTreeMap::new();
    for service in submission.offices.iter().flat_map(|office| &office.services) {
        for (item, need) in desk.ctx.forms.checklist(submission.kind, service.service) {
            let known = asked.entry(&item.id).or_insert((item, need));
            known.1 = known.1.min(need);
        }
    }
    let mut asked: Vec<_> = asked.into_values().filter(|it| it.1 != Need::NotAsked).collect();
    asked.sort_by_key(|(_, need)| *need);
    let named = &submission.form["checklist"];
    let paper = |(item, need): (&Item, Need)| Paper {
        id: item.id.clone(),
        title: visit.lang.pick(&item.title, &item.title_en).clone(),
        form: item.form.clone(),
        need: match need {
            Need::Required => Badge::new("hold", w.paper_usual),
            Need::Optional | Need::NotAsked => Badge::new("off", w.paper_optional),
        },
        file: named[item.id.as_str()].as_str().map(str::to_owned),
    };
    asked.into_iter().map(paper).collect()
}

//! The part of a filing's page that shows whether it was in time, and by which rule.

use schemas::deadline::{Counted, Judged, Timeliness};

use super::parts::Badge;
use super::words::Lang;

/// One rule, as a row.
pub(super) struct DeadlineLine {
    pub(super) timeliness: Badge,
    pub(super) rule: String,
    pub(super) authority: Option<String>,
    pub(super) due: String,
    /// Why the due day is not the rule's own.
    pub(super) moved: Option<String>,
    pub(super) effective_from: String,
    pub(super) first: String,
    pub(super) revisions: String,
    pub(super) accepted: String,
    pub(super) counted: &'static str,
    pub(super) source: String,
}

impl DeadlineLine {
    pub(super) fn new(judged: &Judged, lang: Lang) -> Self {
        let day =
            |day: Option<jiff::civil::Date>| day.map_or("–".to_owned(), |day| day.to_string());
        let revisions: Vec<_> = judged.moments.revisions.iter().map(ToString::to_string).collect();
        let moved = judged
            .due_before_closed_day
            .map(|plain| lang.pick(format!("{plain}は閉庁日"), format!("{plain} is closed")));
        Self {
            timeliness: badge(judged.timeliness, lang),
            rule: lang.pick(&judged.title, &judged.title_en).clone(),
            authority: judged.authority_name.clone(),
            due: day(judged.due),
            moved,
            effective_from: day(judged.effective_from),
            first: judged.moments.first.to_string(),
            revisions: if revisions.is_empty() { "–".to_owned() } else { revisions.join(" ") },
            accepted: day(judged.moments.accepted),
            counted: counted(judged.counted, lang),
            source: source(judged, lang),
        }
    }
}

/// Where a rule stands, and whether all of that was read there.
pub(super) fn source(judged: &Judged, lang: Lang) -> String {
    if judged.sure == "V" {
        return judged.source.clone();
    }
    format!("{}{}", judged.source, lang.pick("(一部未確認)", " (in part not confirmed)"))
}

/// In time or late.
pub(super) fn badge(timeliness: Timeliness, lang: Lang) -> Badge {
    match timeliness {
        Timeliness::InTime => Badge::new("ok", lang.pick("期限内", "in time")),
        Timeliness::Late => Badge::new("bad", lang.pick("期限超過", "late")),
        Timeliness::NoDay => Badge::new("off", lang.pick("期日なし", "no day set")),
    }
}

fn counted(counted: Counted, lang: Lang) -> &'static str {
    match counted {
        Counted::First => lang.pick("初回の提出で判定", "the first submission counts"),
        Counted::Complete => lang.pick("補正後の提出で判定", "the complete submission counts"),
    }
}

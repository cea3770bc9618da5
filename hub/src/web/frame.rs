//! The frame of every page: whose section of the hub it is in, its menu, who is logged in.

use super::assets;
use super::parts::Stamp;
use super::roles::Who;
use super::visit::Visit;
use super::words::Words;

/// What the frame of every page shows.
pub(super) struct Shell {
    pub(super) w: &'static Words,
    pub(super) lang: &'static str,
    /// What is told of maintenance, and its language.
    pub(super) notice: Option<(&'static str, String)>,
    /// What the demo environment's banner says.
    pub(super) demo: Option<&'static str>,
    /// Whether that banner leads to the choice of a role.
    pub(super) may_choose: bool,
    /// Who is logged in, for which body.
    pub(super) who: Option<(String, String)>,
    /// What every form that is sent carries.
    pub(super) token: String,
    /// The start of this section.
    pub(super) home: &'static str,
    pub(super) brand_sub: &'static str,
    /// Address, name, and whether it is this one.
    pub(super) menu: Vec<(&'static str, &'static str, bool)>,
    /// Where the search of the frame leads, and its hint.
    pub(super) search: Option<(&'static str, &'static str)>,
    pub(super) style: &'static str,
    /// The same page in the other language.
    pub(super) switch: String,
    pub(super) other_lang: &'static str,
    /// The same page, refreshing or no more; for pages that can.
    pub(super) live: bool,
    pub(super) live_link: Option<String>,
    pub(super) now: Stamp,
}

impl Shell {
    /// The frame of a page of this section, or of one that is nobody's; `here` is the address that
    /// the menu marks.
    pub(super) fn new(visit: &Visit, whose: Option<Who>, here: &str) -> Self {
        let w = visit.lang.words();
        let other_lang = visit.lang.pick("en", "ja");
        let menu = whose.map_or(&[][..], |whose| whose.menu());
        let more =
            (whose == Some(Who::Authority) && visit.prefecture.is_some()).then_some(&FOLLOWED);
        Self {
            w,
            lang: visit.lang.as_str(),
            notice: visit.notice.clone().map(|(lang, text)| (lang.as_str(), text)),
            demo: visit.is_open.then_some(w.demo_text),
            may_choose: visit.has_door,
            who: visit.session.as_ref().map(|it| (visit.body.clone(), it.name.clone())),
            token: visit.form_token(),
            home: whose.map_or("/", Who::home),
            brand_sub: whose.map_or(w.brand_sub, |whose| whose.name(w)),
            menu: menu.iter().chain(more).map(|(to, name)| (*to, name(w), *to == here)).collect(),
            search: whose.and_then(|whose| whose.search(w)),
            style: assets::style_link(),
            switch: visit.link(&[("lang", other_lang)]),
            other_lang,
            live: false,
            live_link: None,
            now: Stamp::new(visit.now, visit.now, visit.lang),
        }
    }
}

type Entry = (&'static str, fn(&Words) -> &'static str);

/// For the staff of prefectures.
const FOLLOWED: Entry = ("/authority/followed", |w| w.nav_followed);

impl Who {
    /// The page on which they begin.
    pub(super) fn home(self) -> &'static str {
        match self {
            Self::Operations => "/",
            Self::Authority => "/authority",
            Self::Operator => "/operator",
        }
    }

    /// What their section is called.
    fn name(self, w: &Words) -> &'static str {
        match self {
            Self::Operations => w.brand_sub,
            Self::Authority => w.brand_authority,
            Self::Operator => w.brand_operator,
        }
    }

    fn menu(self) -> &'static [Entry] {
        match self {
            Self::Operations => &[
                ("/", |w| w.nav_overview),
                ("/filings", |w| w.nav_filings),
                ("/deliveries", |w| w.nav_deliveries),
                ("/troubles", |w| w.nav_troubles),
                ("/watches", |w| w.nav_watches),
                ("/lanes", |w| w.nav_lanes),
                ("/reconciliation", |w| w.nav_statements),
                ("/reports", |w| w.nav_reports),
                ("/launch", |w| w.nav_launch),
                ("/onboarding", |w| w.nav_onboarding),
                ("/dead-letters", |w| w.nav_dead_letters),
                ("/reminders", |w| w.nav_reminders),
                ("/audit", |w| w.nav_audit),
                ("/archive", |w| w.nav_archive),
                ("/announcements", |w| w.nav_announcements),
            ],
            Self::Authority => &[
                ("/authority", |w| w.nav_inbox),
                ("/authority/exports", |w| w.nav_exports),
                ("/authority/statements", |w| w.nav_statements),
                ("/authority/reports", |w| w.nav_reports),
                ("/authority/onboarding", |w| w.nav_onboarding),
                ("/authority/contacts", |w| w.nav_contacts),
                ("/authority/master", |w| w.nav_master),
                ("/authority/archive", |w| w.nav_archive),
            ],
            Self::Operator => &[
                ("/operator", |w| w.nav_own_filings),
                ("/operator/offices", |w| w.nav_offices),
                ("/operator/start", |w| w.nav_start),
                ("/operator/bulk", |w| w.nav_bulk),
                ("/operator/one-stop", |w| w.nav_one_stop),
                ("/operator/address", |w| w.nav_address),
                ("/operator/archive", |w| w.nav_archive),
            ],
        }
    }

    fn search(self, w: &Words) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Operations => Some(("/search", w.search_hint)),
            Self::Authority | Self::Operator => None,
        }
    }
}

//! A plan in sentences, for the filing's record and for people: who, by which rule and article.

use schemas::{AuthorityId, ServiceCode};

use crate::master::Master;
use crate::plan::{Concern, Note, Plan, Target};
use crate::reception::{Alternative, NotReadyReason, Readiness};
use crate::rule::Rule;

/// The language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// The plan in sentences: one about the whole, then for each authority one or more.
///
/// `master` gives the names; the plan itself says which version it was made from.
pub fn explain(plan: &Plan, master: &Master, language: Language) -> Vec<String> {
    let teller = Teller { plan, master, language };
    let mut lines = vec![teller.whole()];
    for (i, target) in plan.targets.iter().enumerate() {
        teller.target(i, target, &mut lines);
    }
    lines
}

struct Teller<'a> {
    plan: &'a Plan,
    master: &'a Master,
    language: Language,
}

impl Teller<'_> {
    fn pick(&self, ja: String, en: String) -> String {
        match self.language {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    fn whole(&self) -> String {
        let Plan { master_version, date, kind, targets } = self.plan;
        let count = targets.len();
        self.pick(
            format!(
                "{}は、マスタ {master_version} の {date} 時点の内容により、{count}か所の指定権者に届けます。",
                kind.label_ja()
            ),
            format!(
                "{} goes to {count} {}, by master {master_version} as of {date}.",
                kind.label_en(),
                if count == 1 { "authority" } else { "authorities" },
            ),
        )
    }

    fn target(&self, i: usize, target: &Target, lines: &mut Vec<String>) {
        let id = target.authority;
        let mut told: Vec<(&Concern, usize)> = Vec::new();
        for concern in &target.concerns {
            let same = |(known, _): &&mut (&Concern, usize)| {
                let key = |it: &Concern| (it.service, it.rule, it.acts_for);
                key(known) == key(concern) && known.notes == concern.notes
            };
            match told.iter_mut().find(same) {
                Some((_, offices)) => *offices += 1,
                None => told.push((concern, 1)),
            }
        }
        lines.push(format!("{}. {} ({id})", i + 1, self.master.name(id)));
        for (concern, offices) in told {
            lines.push(format!("   {}", self.concern(id, concern, offices)));
            let notes = concern.notes.iter().map(|note| format!("   {}", self.note(*note)));
            lines.extend(notes);
        }
        if let Readiness::NotReady { reason, alternative } = target.readiness {
            lines.push(format!("   {}", self.not_ready(reason, alternative)));
        }
    }

    fn concern(&self, to: AuthorityId, concern: &Concern, offices: usize) -> String {
        let Concern { service, rule, article, acts_for, .. } = concern;
        let name = self.service_name(*service);
        let place = self.master.name(*acts_for);
        let in_place =
            if *acts_for == to { String::new() } else { format!("{place} ({acts_for})") };
        let because = self.because(*rule, &in_place);
        let many_ja = if offices > 1 { format!("({offices}件)") } else { String::new() };
        let many_en = if offices > 1 { format!(" ({offices} times)") } else { String::new() };
        self.pick(
            format!("{service} {name}{many_ja}: {because}〔{article}〕"),
            format!("{service} {name}{many_en}: {because} [{article}]"),
        )
    }

    fn service_name(&self, code: ServiceCode) -> String {
        let row = self.master.service(code, self.plan.date);
        row.map_or_else(|| code.to_string(), |row| row.name.clone())
    }

    fn because(&self, rule: Rule, place: &str) -> String {
        let (ja, en) = match rule {
            Rule::Transfer => (
                "都道府県から権限を移譲されている(事務処理特例)ため。",
                "the prefecture has handed this power over by ordinance.",
            ),
            Rule::Prefecture => ("都道府県知事が指定するため。", "the governor designates."),
            Rule::DesignatedCity => (
                "指定都市の市長が知事に代わって指定するため。",
                "the mayor of a designated city designates in the governor's place.",
            ),
            Rule::CoreCity => (
                "中核市の市長が知事に代わって指定するため。",
                "the mayor of a core city designates in the governor's place.",
            ),
            Rule::MunicipalLocation => (
                "事業所所在地の市町村長が指定するため。",
                "the municipality of the office designates.",
            ),
            Rule::MunicipalMulti => (
                "事業所所在地と、選ばれた保険者の市町村長がそれぞれ指定するため。",
                "the municipality of the office and each chosen insurer designate.",
            ),
            Rule::MunicipalInsurer => {
                ("選ばれた保険者の市町村長が指定するため。", "each chosen insurer designates.")
            }
            Rule::Union => (
                "広域連合・一部事務組合が構成市町村に代わって指定するため。",
                "the union designates in place of its members.",
            ),
        };
        if place.is_empty() {
            return self.pick(ja.to_owned(), en.to_owned());
        }
        self.pick(format!("{place}について、{ja}"), format!("for {place}, {en}"))
    }

    fn note(&self, note: Note) -> String {
        let en = match note {
            Note::FollowsParent => "It goes as a filing of the service that it belongs to.",
            Note::InsurerAssumed => "No insurer was chosen, so the location's own was taken.",
            Note::InsurersNotUsed => {
                "Insurers play no part in who designates this service; those chosen are not used."
            }
            Note::NeedsConsent => {
                "The mayor of the location must consent, unless the two have so agreed."
            }
            Note::DeemedNotKnown => {
                "No designation is ever deemed for this service; check the mark."
            }
            Note::MinistryReads => {
                "The ministry reads it from the hub; the designator gets it too."
            }
            Note::WelfareActAddressee => {
                "Under the Elderly Welfare Act it goes to the prefecture or the city in its place."
            }
        };
        self.pick(format!("・{}。", note.label_ja()), format!("- {en}"))
    }

    fn not_ready(&self, reason: NotReadyReason, alternative: Alternative) -> String {
        let why = match reason {
            NotReadyReason::NotPrepared => "the authority has not finished its set-up",
            NotReadyReason::Closed => "the authority has closed its window",
            NotReadyReason::Exempt => "the authority goes on as before (exempt)",
            NotReadyReason::KindNotTaken => "the authority does not take this kind electronically",
        };
        let way = match alternative {
            Alternative::EmailOrOther => "by e-mail or another suitable way (Rule 165-7)",
            Alternative::Paper => "on paper, by post or at the counter",
            Alternative::OwnSystem => "by the authority's own electronic system",
            Alternative::AsBefore => "as before, by the authority's own rules",
        };
        self.pick(
            format!(
                "※ {}ため、ハブで保留します。その間の届出方法: {}。",
                reason.label_ja(),
                alternative.label_ja()
            ),
            format!("! Held: {why}. Until then, file {way}."),
        )
    }
}

//! A whole submission: every service of every office, and each authority once.

use std::collections::HashMap;

use jiff::civil::Date;
use schemas::{AuthorityId, FilingKind, ServiceCode, Submission};
use serde::{Deserialize, Serialize};

use crate::case::{Case, CasePlan, Route, plan_case};
use crate::error::{CaseError, Fault, PlanError};
use crate::master::Master;
use crate::reception::Readiness;
use crate::rule::{GoesTo, Rule};
use crate::service::Designator;
use crate::table::words;

/// Where a submission goes, and why; complete in itself, so that it can be kept with the filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The master that was asked.
    pub master_version: String,
    /// The day for which it was asked.
    pub date: Date,
    /// What is filed.
    pub kind: FilingKind,
    /// The authorities, each once: in the order of the offices and services, location first.
    pub targets: Vec<Target>,
}

/// One authority that must get the filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Who.
    pub authority: AuthorityId,
    /// The rule that named it first.
    pub rule: Rule,
    /// The articles that it rests on.
    pub article: String,
    /// Whether it takes the filing from the hub.
    pub readiness: Readiness,
    /// Each service of each office for which it gets the filing.
    pub concerns: Vec<Concern>,
}

/// One service of one office for which an authority gets the filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// The office's place in the submission, from 0.
    pub office: usize,
    /// The service as given.
    pub service: ServiceCode,
    /// The rule that named the authority.
    pub rule: Rule,
    /// The articles that it rests on.
    pub article: String,
    /// The municipality for which the authority acts here.
    pub acts_for: AuthorityId,
    /// What else a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

words! {
    /// What a reader of the plan should know beside the rule.
    Note, "note" {
        /// The service goes with its parent's filing.
        FollowsParent = "follows_parent", "親サービスの届出として取り扱います";
        /// No insurer was chosen: the location's own was taken.
        InsurerAssumed = "insurer_assumed", "保険者の指定がないため、所在地の保険者としました";
        /// Insurers were chosen, but play no part in this service.
        InsurersNotUsed = "insurers_not_used", "このサービスの指定権者は保険者によらないため、保険者の指定は用いません";
        /// 78条の2 第4項第4号: the location's mayor must consent, unless the two have agreed.
        NeedsConsent = "needs_consent", "所在地の市町村長の同意が必要です(協議が成立している場合を除く)";
        /// The master knows no deemed designation for the service.
        DeemedNotKnown = "deemed_not_known", "このサービスにみなし指定はありません。区分を確かめてください";
        /// The ministry reads this kind from the hub; the designator gets it too.
        MinistryReads = "ministry_reads", "厚生労働省がハブから取得します。指定権者にも送付します";
        /// 老人福祉法: goes to the prefecture or the city in its place, whatever the service.
        WelfareActAddressee = "welfare_act_addressee", "老人福祉法の届出先(都道府県・指定都市・中核市)に送付します";
    }
}

/// Where `submission` goes, asked on `date` (the day on which it was received).
pub fn plan(master: &Master, submission: &Submission, date: Date) -> Result<Plan, PlanError> {
    let kind = submission.kind;
    let mut gathering = Gathering::new(master);
    let mut faults = Vec::new();
    for (i, office) in submission.offices.iter().enumerate() {
        for (j, it) in office.services.iter().enumerate() {
            let case = Case {
                municipality: office.municipality,
                service: it.service,
                kind,
                date,
                insurers: &it.insurers,
                deemed: it.deemed,
            };
            if let Err(error) = gathering.add(i, &case) {
                faults.push(Fault { office: i, service: j, error });
            }
        }
    }
    if !faults.is_empty() {
        return Err(PlanError { faults });
    }
    Ok(gathering.plan(kind, date))
}

/// Where one case goes, as a plan that can be kept and explained.
pub fn plan_of_case(master: &Master, case: &Case<'_>) -> Result<Plan, CaseError> {
    let mut gathering = Gathering::new(master);
    gathering.add(0, case)?;
    Ok(gathering.plan(case.kind, case.date))
}

struct Gathering<'m> {
    master: &'m Master,
    targets: Vec<Target>,
    seen: HashMap<AuthorityId, usize>,
}

impl<'m> Gathering<'m> {
    fn new(master: &'m Master) -> Self {
        Self { master, targets: Vec::new(), seen: HashMap::new() }
    }

    fn plan(self, kind: FilingKind, date: Date) -> Plan {
        let master_version = self.master.version().to_owned();
        Plan { master_version, date, kind, targets: self.targets }
    }

    fn add(&mut self, office: usize, case: &Case<'_>) -> Result<(), CaseError> {
        let answer = plan_case(self.master, case)?;
        for (i, route) in answer.routes.iter().enumerate() {
            let concern = Concern {
                office,
                service: case.service,
                rule: route.rule,
                article: article(self.master, &answer, route.rule),
                acts_for: route.acts_for,
                notes: notes(case, &answer, i),
            };
            self.note(route, concern);
        }
        Ok(())
    }

    fn note(&mut self, route: &Route, concern: Concern) {
        let next = self.targets.len();
        let place = *self.seen.entry(route.authority).or_insert(next);
        if let Some(target) = self.targets.get_mut(place) {
            target.concerns.push(concern);
            return;
        }
        self.targets.push(Target {
            authority: route.authority,
            rule: route.rule,
            article: concern.article.clone(),
            readiness: route.readiness,
            concerns: vec![concern],
        });
    }
}

/// The articles of an answer: what makes the designator competent, then what the rule adds.
fn article(master: &Master, answer: &CasePlan<'_>, rule: Rule) -> String {
    let base = match answer.kind.goes_to {
        GoesTo::Designator => &answer.routed_as.article,
        GoesTo::Prefectural => &answer.kind.article,
    };
    let added = master.article(rule);
    let mut article = String::with_capacity(base.len() + added.len() + 3);
    article.push_str(base);
    if !base.is_empty() && !added.is_empty() {
        article.push('、');
    }
    article.push_str(added);
    article
}

fn notes(case: &Case<'_>, answer: &CasePlan<'_>, route: usize) -> Vec<Note> {
    let (service, designator) = (answer.routed_as, answer.designator);
    let insurers_count =
        matches!(designator, Designator::MunicipalMulti | Designator::MunicipalInsurer);
    let no_insurer = case.insurers.is_empty();
    let another = designator == Designator::MunicipalMulti && route > 0;
    let conditions = [
        (Note::FollowsParent, answer.service.follows.is_some()),
        (Note::InsurerAssumed, designator == Designator::MunicipalInsurer && no_insurer),
        (Note::InsurersNotUsed, !insurers_count && !no_insurer),
        (Note::NeedsConsent, another && case.kind == FilingKind::Designation),
        (Note::DeemedNotKnown, case.deemed && service.deemed_for.is_empty()),
        (Note::MinistryReads, case.kind == FilingKind::ProductivityReport),
        (Note::WelfareActAddressee, answer.kind.goes_to == GoesTo::Prefectural),
    ];
    conditions.into_iter().filter(|(_, holds)| *holds).map(|(note, _)| note).collect()
}

//! Two masters asked the same: whose filings would move if the new one were put to use.

use schemas::AuthorityId;
use serde::Serialize;

use crate::case::{Case, plan_case};
use crate::master::Master;
use crate::reception::Readiness;
use crate::rule::Rule;

/// One authority of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Addressee {
    /// Who gets it.
    pub authority: AuthorityId,
    /// Why.
    pub rule: Rule,
    /// Whether it takes it.
    pub readiness: Readiness,
}

/// What one master answers to one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// These get it, in this order.
    Targets(Vec<Addressee>),
    /// It cannot be routed: the stable word for why.
    Problem(&'static str),
}

/// One case that the two masters answer differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The place of the case among those given, from 0.
    pub case: usize,
    /// The old master's answer.
    pub before: Answer,
    /// The new master's answer.
    pub after: Answer,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// The old master's version.
    pub before: String,
    /// The new master's version.
    pub after: String,
    /// Cases that were asked.
    pub cases: usize,
    /// Those that differ.
    pub differences: Vec<Difference>,
}

/// Asks both masters each case and keeps the differences.
pub fn dry_run<'a>(
    before: &Master,
    after: &Master,
    cases: impl IntoIterator<Item = Case<'a>>,
) -> DryRun {
    let mut report = DryRun {
        before: before.version().to_owned(),
        after: after.version().to_owned(),
        cases: 0,
        differences: Vec::new(),
    };
    for (case, asked) in cases.into_iter().enumerate() {
        report.cases += 1;
        let (old, new) = (answer(before, &asked), answer(after, &asked));
        if old != new {
            report.differences.push(Difference { case, before: old, after: new });
        }
    }
    report
}

fn answer(master: &Master, case: &Case<'_>) -> Answer {
    match plan_case(master, case) {
        Err(error) => Answer::Problem(error.code()),
        Ok(answer) => Answer::Targets(
            answer
                .routes
                .iter()
                .map(|route| Addressee {
                    authority: route.authority,
                    rule: route.rule,
                    readiness: route.readiness,
                })
                .collect(),
        ),
    }
}

//! What a filing will meet: who gets it and why, what is due when, what is said of fees, which
//! forms and papers it has.

use askama::Template;
use routing::{Language, Plan, plan};
use schemas::deadline::{Moments, Question};
use schemas::forms::At;
use schemas::{AuthorityId, LegalGroup, Submission};

use super::draft::{Note, is_optional};
use super::papers::{Paper, papers};
use super::words::Words;
use crate::context::day_in_japan;
use crate::web::Desk;
use crate::web::deadlines::{badge, source};
use crate::web::parts::Badge;
use crate::web::visit::Visit;

/// Authorities that are named one by one at most.
const TARGETS_MAX: usize = 30;

/// The outlook, as part of a page.
#[derive(Template)]
#[template(path = "operator/outlook.html")]
pub(super) struct Outlook {
    w: &'static Words,
    whole: String,
    targets: Vec<(String, Vec<String>)>,
    more: usize,
    problems: Vec<Note>,
    deadlines: Vec<Deadline>,
    fee: Fee,
    /// Title, service, and whether it may stay out.
    forms: Vec<(String, Option<String>, bool)>,
    papers: Vec<Paper>,
    pub(super) is_routed: bool,
    pub(super) has_forms: bool,
}

struct Deadline {
    rule: String,
    authority: Option<String>,
    /// The last day, and whether today is in time, once the day of the event is known.
    due: Option<(String, Badge)>,
    source: String,
}

/// What is known of the fee: whose rules set it, never how much it is, since each authority sets
/// its own.
struct Fee {
    says: &'static str,
    /// Who may ask for one, and for which services.
    whose: Vec<(String, String)>,
    more: usize,
}

impl Fee {
    fn of(desk: &Desk, submission: &Submission, plan: Option<&Plan>, visit: &Visit) -> Self {
        let w = Words::of(visit.lang);
        let says = match submission.kind.legal_group() {
            LegalGroup::Application => w.fee_application,
            LegalGroup::Statement | LegalGroup::Notification | LegalGroup::Outside => {
                return Self { says: w.fee_notice, whose: Vec::new(), more: 0 };
            }
        };
        let day = day_in_japan(visit.now);
        let mut whose = Vec::new();
        for target in plan.iter().flat_map(|plan| &plan.targets) {
            let mut names: Vec<String> = Vec::new();
            for concern in &target.concerns {
                let master = desk.ctx.master();
                let row = master.service(concern.service, day);
                let name = row.map_or_else(|| concern.service.to_string(), |it| it.name.clone());
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let separator = visit.lang.pick("、", ", ");
            whose.push((desk.ctx.master().name(target.authority), names.join(separator)));
        }
        let more = whose.len().saturating_sub(TARGETS_MAX);
        whose.truncate(TARGETS_MAX);
        Self { says, whose, more }
    }
}

impl Outlook {
    /// The outlook of a submission that is filed today.
    pub(super) fn of(desk: &Desk, submission: &Submission, visit: &Visit) -> Self {
        let day = day_in_japan(visit.now);
        let (plan, problems) = match plan(&desk.ctx.master(), submission, day) {
            Ok(plan) => (Some(plan), Vec::new()),
            Err(error) => {
                let findings = error.findings();
                (None, findings.iter().map(|it| Note::new(it, visit.lang)).collect())
            }
        };
        let (whole, mut targets) = told(desk, plan.as_ref(), visit);
        let more = targets.len().saturating_sub(TARGETS_MAX);
        targets.truncate(TARGETS_MAX);
        let authorities: Vec<AuthorityId> =
            plan.iter().flat_map(|plan| &plan.targets).map(|target| target.authority).collect();
        let mut forms = Vec::new();
        for (form, service) in desk.ctx.forms.forms_of(submission, day) {
            let title = visit.lang.pick(&form.title, &form.title_en).clone();
            let service = service.map(|code| {
                let master = desk.ctx.master();
                let row = master.service(code, day);
                row.map_or_else(|| code.to_string(), |row| row.name.clone())
            });
            forms.push((title, service, is_optional(desk, submission.kind, form)));
        }
        Self {
            w: Words::of(visit.lang),
            whole,
            targets,
            more,
            problems,
            fee: Fee::of(desk, submission, plan.as_ref(), visit),
            deadlines: deadlines(desk, submission, &authorities, visit),
            has_forms: !forms.is_empty(),
            forms,
            papers: papers(desk, submission, visit),
            is_routed: plan.is_some(),
        }
    }
}

/// A plan in sentences: about the whole, then for each authority.
fn told(desk: &Desk, plan: Option<&Plan>, visit: &Visit) -> (String, Vec<(String, Vec<String>)>) {
    let Some(plan) = plan else { return (String::new(), Vec::new()) };
    let language = visit.lang.pick(Language::Ja, Language::En);
    let mut lines = routing::explain(plan, &desk.ctx.master(), language).into_iter();
    let whole = lines.next().unwrap_or_default();
    let mut targets: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines {
        match (line.strip_prefix("   "), targets.last_mut()) {
            (Some(reason), Some((_, reasons))) => reasons.push(reason.trim().to_owned()),
            (Some(_), None) => {}
            (None, _) => {
                let name = line.split_once(". ").map_or(line.as_str(), |(_, name)| name);
                targets.push((name.to_owned(), Vec::new()));
            }
        }
    }
    (whole, targets)
}

/// What is due when: by the day that the forms name, or else the rules as such.
fn deadlines(
    desk: &Desk,
    submission: &Submission,
    authorities: &[AuthorityId],
    visit: &Visit,
) -> Vec<Deadline> {
    let day = day_in_japan(visit.now);
    let forms = &desk.ctx.forms;
    let at = At { first: day, day, grace_days: 0, authorities };
    let mut judged = forms.judge_filing(submission, &Moments::first(day), &at);
    let is_dated = !judged.is_empty();
    if !is_dated {
        for service in submission.offices.iter().flat_map(|office| &office.services) {
            let question = Question {
                kind: submission.kind,
                service: service.service,
                authority: None,
                event: Some(day),
                direction: None,
                additions: &[],
            };
            let moments = Moments::first(day);
            judged.extend(forms.deadlines().judge_for(&question, authorities, &moments, ""));
        }
    }
    let mut all: Vec<Deadline> = Vec::new();
    for it in judged {
        let source = source(&it, visit.lang);
        let rule = visit.lang.pick(it.title, it.title_en);
        let due = it.due.filter(|_| is_dated);
        let line = Deadline {
            rule,
            authority: it.authority_name,
            due: due.map(|due| (due.to_string(), badge(it.timeliness, visit.lang))),
            source,
        };
        let is_same = |known: &Deadline| {
            (&known.rule, &known.authority) == (&line.rule, &line.authority)
                && known.due.as_ref().map(|due| &due.0) == line.due.as_ref().map(|due| &due.0)
        };
        if !all.iter().any(is_same) {
            all.push(line);
        }
    }
    all
}

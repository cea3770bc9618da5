//! In time or late, and by which rule.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, tz};
use serde::Serialize;

use super::Deadlines;
use super::rule::{ClosedDay, Counted, Due, Override, Rule};
use crate::{AuthorityId, FilingKind, Finding, ServiceCode};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The kind of filing.
    pub kind: FilingKind,
    /// The service.
    pub service: ServiceCode,
    /// Whose own rules hold, if anybody's.
    pub authority: Option<AuthorityId>,
    /// The day of the event: change, closure, expiry, the month from which an add-on is wanted.
    pub event: Option<Date>,
    /// Whether add-ons go up or down, as the form says it.
    pub direction: Option<&'a str>,
    /// The names of the add-ons.
    pub additions: &'a [String],
}

/// When a filing came in, as days in Japan; each kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moments {
    /// The first submission.
    pub first: Date,
    /// Each revision after it, in order.
    pub revisions: Vec<Date>,
    /// 受付完了, where it was given.
    pub accepted: Option<Date>,
}

impl Moments {
    /// A filing that came in once.
    pub fn first(day: Date) -> Self {
        Self { first: day, revisions: Vec::new(), accepted: None }
    }

    /// From the instants at which each came in.
    pub fn of(first: Timestamp, revisions: &[Timestamp], accepted: Option<Timestamp>) -> Self {
        Self {
            first: in_japan(first),
            revisions: revisions.iter().copied().map(in_japan).collect(),
            accepted: accepted.map(in_japan),
        }
    }

    fn counted(&self, counted: Counted) -> Date {
        match counted {
            Counted::First => self.first,
            Counted::Complete => self.revisions.last().copied().unwrap_or(self.first),
        }
    }
}

/// The day on which an instant falls in Japan.
fn in_japan(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(tz::offset(9))).date()
}

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeliness {
    /// Filed by the last day.
    InTime,
    /// Filed after it.
    Late,
    /// No day is set, or the day of the event is not known.
    NoDay,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// In time or late.
    pub timeliness: Timeliness,
    /// The rule's id.
    pub rule: String,
    /// What the rule says.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// Where the rule comes from.
    pub source: String,
    /// How sure it is.
    pub sure: String,
    /// The authority whose own rule it is, if one's.
    pub authority: Option<AuthorityId>,
    /// Its name.
    pub authority_name: Option<String>,
    /// The day of the event.
    pub event: Option<Date>,
    /// The last day, after closed days were taken into account.
    pub due: Option<Date>,
    /// The last day as the rule alone gives it, where a closed day moved it.
    pub due_before_closed_day: Option<Date>,
    /// What happens when the last day is closed.
    pub closed_day: ClosedDay,
    /// From when it counts: add-ons.
    pub effective_from: Option<Date>,
    /// Which submission had to be in time.
    pub counted: Counted,
    /// The day of that submission.
    pub counted_on: Date,
    /// All moments.
    pub moments: Moments,
    /// Whether the holidays of the due day's year are known; if not, only weekends were counted.
    pub calendar_known: bool,
    /// JSON Pointer to the day of the event in the submission, where there is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
}

impl Deadlines {
    /// Judges one filing by the first rule that fits; none for kinds without a deadline.
    pub fn judge(&self, question: &Question<'_>, moments: &Moments) -> Option<Judged> {
        let own = self.own(question);
        let rule = self.rules.iter().find(|rule| rule.fits(question));
        let due = own.and_then(|own| own.due).or(rule.map(|rule| rule.due))?;
        let by_own_day = own.is_some_and(|own| own.due.is_some());
        let closed_day = own
            .and_then(|own| own.closed_day)
            .or(rule.filter(|_| !by_own_day).map(|rule| rule.closed_day))
            .unwrap_or_default();
        let counted =
            own.and_then(|own| own.counted).or(rule.map(|rule| rule.counted)).unwrap_or_default();
        let counted_on = moments.counted(counted);
        let moved = |day| self.moved(day, closed_day, own);
        let (plain, last, effective_from) = days(due, question.event, counted_on, moved);
        let timeliness = match last {
            None => Timeliness::NoDay,
            Some(last) if counted_on <= last => Timeliness::InTime,
            Some(_) => Timeliness::Late,
        };
        let own_words = own.map(|own| format!("{}の定め", own.name));
        let (id, title, title_en) = match rule.filter(|_| !by_own_day) {
            Some(rule) => (rule.id.clone(), rule.title.clone(), rule.title_en.clone()),
            None => {
                ("of_authority".into(), own_words.unwrap_or_default(), "the authority's own".into())
            }
        };
        let text = |of_own: fn(&Override) -> &String, of_rule: fn(&Rule) -> &String| {
            let found = own.map(of_own).or(rule.map(of_rule));
            found.cloned().unwrap_or_default()
        };
        Some(Judged {
            timeliness,
            rule: id,
            title,
            title_en,
            source: text(|own| &own.source, |rule| &rule.source),
            sure: text(|own| &own.sure, |rule| &rule.sure),
            authority: own.map(|own| own.authority),
            authority_name: own.map(|own| own.name.clone()),
            event: question.event,
            due: last,
            due_before_closed_day: plain.filter(|plain| Some(*plain) != last),
            closed_day,
            effective_from,
            counted,
            counted_on,
            moments: moments.clone(),
            calendar_known: last.is_none_or(|day| self.calendar.covers(day)),
            path: String::new(),
        })
    }

    /// The same for each authority that has rules of its own, and once for all others together.
    pub fn judge_for(
        &self,
        question: &Question<'_>,
        authorities: &[AuthorityId],
        moments: &Moments,
        path: &str,
    ) -> Vec<Judged> {
        let with_own = authorities.iter().copied().filter(|code| self.has_own_rules(*code));
        let mut asked: Vec<Option<AuthorityId>> = with_own.map(Some).collect();
        if asked.len() < authorities.len() || authorities.is_empty() {
            asked.push(None);
        }
        let judged = asked
            .into_iter()
            .filter_map(|authority| self.judge(&Question { authority, ..*question }, moments));
        judged.map(|judged| Judged { path: path.to_owned(), ..judged }).collect()
    }

    fn own(&self, question: &Question<'_>) -> Option<&Override> {
        self.overrides.iter().find(|own| {
            Some(own.authority) == question.authority
                && own.kinds.contains(&question.kind)
                && (own.codes.is_empty() || own.codes.contains(&question.service))
        })
    }

    fn moved(&self, day: Date, rule: ClosedDay, own: Option<&Override>) -> Date {
        let is_closed = |day: &Date| own.is_some_and(|own| own.closed_days.contains(day));
        let mut day = self.calendar.moved(day, rule);
        while rule != ClosedDay::AsIs && is_closed(&day) {
            let step = if rule == ClosedDay::NextOpen { 1 } else { -1 };
            day = self.calendar.moved(day.saturating_add(step.days()), rule);
        }
        day
    }
}

impl Rule {
    fn fits(&self, question: &Question<'_>) -> bool {
        let direction = self.direction.as_deref();
        let named = question.additions;
        let is_listed = |name: &String| self.words.contains(name);
        self.kinds.contains(&question.kind)
            && self.codes.contains(&question.service)
            && (direction.is_none() || direction == question.direction)
            && (self.words.is_empty() || (!named.is_empty() && named.iter().all(is_listed)))
    }
}

/// The last day by the rule alone, the last day, and the day from which the filing counts.
fn days(
    due: Due,
    event: Option<Date>,
    filed: Date,
    moved: impl Fn(Date) -> Date,
) -> (Option<Date>, Option<Date>, Option<Date>) {
    let plain = event.and_then(|event| match due {
        Due::DaysAfter(days) => event.checked_add(days.days()).ok(),
        Due::DaysBefore(days) => event.checked_sub(days.days()).ok(),
        Due::MonthsBefore(months) => event.checked_sub(months.months()).ok(),
        Due::EndOfMonthBefore(months) => {
            let month = event.first_of_month().checked_sub(months.months()).ok();
            month.map(Date::last_of_month)
        }
        Due::Effect(effect) => Some(effect.due(event, |day| day)),
        Due::AtOnce(_) | Due::WithApplication(_) | Due::FromReceipt(_) => None,
    });
    match due {
        Due::Effect(effect) => {
            let last = event.map(|event| effect.due(event, &moved));
            (plain, last, Some(effect.from(filed, &moved)))
        }
        Due::FromReceipt(_) => (None, None, Some(filed)),
        Due::DaysAfter(_)
        | Due::DaysBefore(_)
        | Due::MonthsBefore(_)
        | Due::EndOfMonthBefore(_)
        | Due::AtOnce(_)
        | Due::WithApplication(_) => (plain, plain.map(&moved), None),
    }
}

impl Judged {
    /// A sentence in Japanese: in time or late, by which rule.
    pub fn sentence_ja(&self) -> String {
        let whose =
            self.authority_name.as_deref().map_or(String::new(), |name| format!("{name}: "));
        let (rule, filed) = (&self.title, self.counted_on);
        let effect = self.effective_from.map_or(String::new(), |from| format!(" {from}から算定。"));
        match (self.timeliness, self.due) {
            (Timeliness::InTime, Some(due)) => {
                format!("{whose}期限内です({rule}。期限{due}、届出{filed})。{effect}")
            }
            (Timeliness::Late, Some(due)) => {
                format!("{whose}期限を過ぎています({rule}。期限{due}、届出{filed})。{effect}")
            }
            _ => format!("{whose}{rule}(届出{filed})。{effect}"),
        }
    }

    /// The same in English.
    pub fn sentence_en(&self) -> String {
        let whose = self.authority.map_or(String::new(), |code| format!("{code}: "));
        let (rule, filed) = (&self.title_en, self.counted_on);
        let effect =
            self.effective_from.map_or(String::new(), |from| format!("; counts from {from}"));
        match (self.timeliness, self.due) {
            (Timeliness::InTime, Some(due)) => {
                format!("{whose}in time ({rule}; due {due}, filed {filed}){effect}")
            }
            (Timeliness::Late, Some(due)) => {
                format!("{whose}late ({rule}; due {due}, filed {filed}){effect}")
            }
            _ => format!("{whose}{rule} (filed {filed}){effect}"),
        }
    }

    /// A warning when it is late.
    pub fn finding(&self) -> Option<Finding> {
        (self.timeliness == Timeliness::Late).then(|| {
            let finding = Finding::new(&self.path, "deadline_missed", self.sentence_en());
            finding.ja(self.sentence_ja()).source(&self.source).warning()
        })
    }
}

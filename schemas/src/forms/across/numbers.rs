//! Places against the service, and the inquiry number of the register.

use jiff::ToSpan;

use super::Subject;
use crate::Finding;

/// 定員: within what the service may have (18/19, 29/30 …).
pub(super) fn capacity(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(places) = subject.value.as_i64() else { return };
    let services = subject.at.services();
    for rule in &subject.catalogue.figures.capacity {
        let is_ours = services
            .iter()
            .any(|service| rule.codes.contains(service) && subject.form.covers(*service));
        let fits =
            rule.min.is_none_or(|min| places >= min) && rule.max.is_none_or(|max| places <= max);
        if is_ours && !fits {
            let en = format!("is {places}. {}", rule.en);
            let ja = format!("が{places}人です。{}", rule.ja);
            let finding = subject.finding("", "capacity_of_service", (en, ja));
            findings.push(finding.source(&rule.source).level(rule.level));
        }
    }
}

/// 登記情報 照会番号: issued, and not so long ago that it no longer reads.
pub(super) fn registry(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let rule = &subject.catalogue.figures.registry;
    let Some(issued_on) = subject.date("issued_on") else { return };
    let day = subject.at.day;
    if issued_on > day {
        let ja = format!("({issued_on})が届出の日({day})より後です。");
        let en = format!("{issued_on} lies after the day of filing, {day}");
        let finding = subject.finding("/issued_on", "date_in_future", (en, ja));
        findings.push(finding.source(&rule.source));
        return;
    }
    let last = issued_on.saturating_add(rule.valid_days.days());
    if last < day {
        let days = rule.valid_days;
        let ja = format!(
            "から{days}日を過ぎています。照会番号が使えないおそれがあるため、取り直してください。"
        );
        let en =
            format!("is more than {days} days ago; the number may no longer read, get a new one");
        let finding = subject.finding("/issued_on", "registry_expired", (en, ja));
        findings.push(finding.source(&rule.source).warning());
    }
}

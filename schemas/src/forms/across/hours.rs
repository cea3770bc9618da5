//! 営業日・営業時間.

use serde_json::Value;

use super::Subject;
use crate::Finding;

/// Opening before closing, and days that differ are days on which it opens.
pub(super) fn hours(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    order(subject, "", subject.value, findings);
    let empty = Vec::new();
    let list = |name: &str| subject.value.get(name).and_then(Value::as_array).unwrap_or(&empty);
    let (days, by_day) = (list("days"), list("by_day"));
    for (row, differs) in by_day.iter().enumerate() {
        let below = format!("/by_day/{row}");
        order(subject, &below, differs, findings);
        let Some(day) = differs.get("day") else { continue };
        let name = day.as_str().unwrap_or_default();
        if !days.contains(day) {
            let ja = format!("の{name}は営業日にありません。");
            let en = format!("{name} is none of the opening days");
            let below = format!("{below}/day");
            findings.push(subject.finding(&below, "hours_closed_day", (en, ja)).warning());
        }
        if by_day[..row].iter().any(|other| other.get("day") == Some(day)) {
            let ja = format!("の{name}が2度あります。");
            let en = format!("{name} stands there twice");
            findings.push(subject.finding(&below, "hours_day_twice", (en, ja)).warning());
        }
    }
}

/// The same time is a mistake; closing before opening may be a night service.
fn order(subject: &Subject<'_>, below: &str, hours: &Value, findings: &mut Vec<Finding>) {
    let time = |name: &str| hours.get(name).and_then(Value::as_str);
    let (Some(opens), Some(closes)) = (time("opens"), time("closes")) else { return };
    if opens.len() != 5 || closes.len() != 5 {
        return;
    }
    let below = format!("{below}/closes");
    if opens == closes {
        let ja = format!("が開始と同じ{opens}です。24時間なら 00:00 から 24:00 としてください。");
        let en = format!("is {opens} too; for the whole day write 00:00 to 24:00");
        findings.push(subject.finding(&below, "hours_none", (en, ja)));
    } else if closes < opens {
        let ja =
            format!("({closes})が開始({opens})より前です。翌日までなら、このままで構いません。");
        let en = format!("{closes} is before {opens}; right only if it is open into the next day");
        findings.push(subject.finding(&below, "hours_overnight", (en, ja)).warning());
    }
}

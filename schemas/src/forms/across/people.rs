//! The manager, and the staffing table and its totals.

use serde_json::Value;

use super::Subject;
use crate::Finding;

/// 管理者: of age, and duties named when another office is.
pub(super) fn manager(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let rule = &subject.catalogue.figures.manager;
    if let Some(born_on) = subject.date("born_on") {
        let day = subject.at.day;
        let had = (day.month(), day.day()) >= (born_on.month(), born_on.day());
        let age = day.year() - born_on.year() - i16::from(!had);
        if age < 0 {
            let ja = "が届出の日より後です。確かめてください。".to_owned();
            let en = "lies after the day of filing; check it".to_owned();
            findings.push(subject.finding("/born_on", "date_in_future", (en, ja)));
        } else if age < rule.age_min {
            let ja = format!("によると{age}歳です。確かめてください。");
            let en = format!("makes the manager {age} years old; check it");
            let finding = subject.finding("/born_on", "manager_age", (en, ja));
            findings.push(finding.source(&rule.source).warning());
        }
    }
    let (office, duties) = (subject.text("other_office"), subject.text("other_duties"));
    if office.is_some() != duties.is_some() {
        let lacking = if office.is_some() { "/other_duties" } else { "/other_office" };
        let ja = "も記入してください(兼務先の名称と職種・時間は対です)。".to_owned();
        let en = "fill it in too: the other office and the duties there go together".to_owned();
        let finding = subject.finding(lacking, "manager_elsewhere", (en, ja));
        findings.push(finding.source(&rule.source).warning());
    }
}

/// The columns of the table.
const COLUMNS: [&str; 4] =
    ["full_time_only", "full_time_shared", "part_time_only", "part_time_shared"];

/// 従業者の職種・員数: each total is the sum of its column; no occupation stands there twice.
pub(super) fn staffing(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let empty = Vec::new();
    let rows = subject.value.get("rows").and_then(Value::as_array).unwrap_or(&empty);
    for column in COLUMNS {
        let total = subject.value.pointer(&format!("/total/{column}")).and_then(Value::as_u64);
        let counts: Option<Vec<u64>> =
            rows.iter().map(|row| row.get(column).and_then(Value::as_u64)).collect();
        let sum = counts.map(|counts| counts.iter().fold(0, |all, one| one.saturating_add(all)));
        if let (Some(total), Some(sum)) = (total, sum)
            && total != sum
        {
            let ja = format!("が{total}人ですが、職種別を合わせると{sum}人です。");
            let en = format!("is {total}, but the rows add up to {sum}");
            let below = format!("/total/{column}");
            findings.push(subject.finding(&below, "staffing_total", (en, ja)));
        }
    }
    if rows.iter().all(|row| COLUMNS.iter().all(|column| row.get(column) == Some(&0.into()))) {
        let ja = "に従業者が1人もいません。".to_owned();
        let finding = ("nobody stands in it".to_owned(), ja);
        findings.push(subject.finding("/rows", "staffing_empty", finding).warning());
    }
    occupations(subject, rows, findings);
    full_time_equivalent(subject, findings);
}

fn occupations(subject: &Subject<'_>, rows: &[Value], findings: &mut Vec<Finding>) {
    let name = |row: &Value| row.get("occupation").and_then(Value::as_str).map(str::to_owned);
    for (place, row) in rows.iter().enumerate() {
        let Some(occupation) = name(row) else { continue };
        if rows[..place].iter().any(|other| name(other).as_ref() == Some(&occupation)) {
            let ja = "は上の行にもあります。1行にまとめてください。".to_owned();
            let en = "stands in a row above too; put them together".to_owned();
            let below = format!("/rows/{place}/occupation");
            findings.push(subject.finding(&below, "staffing_twice", (en, ja)).warning());
        }
    }
}

/// A full-time equivalent cannot be more than all persons together.
fn full_time_equivalent(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(equivalent) = subject.value.get("full_time_equivalent").and_then(Value::as_f64) else {
        return;
    };
    let total = |column| subject.value.pointer(&format!("/total/{column}"));
    let persons: Option<Vec<f64>> =
        COLUMNS.into_iter().map(|column| total(column).and_then(Value::as_f64)).collect();
    if let Some(persons) = persons.map(|all| all.iter().sum::<f64>())
        && equivalent > persons
    {
        let ja = format!("の{equivalent}は、従業者の合計{persons}人より多くなっています。");
        let en = format!("{equivalent} is more than the {persons} persons together");
        let below = "/full_time_equivalent";
        findings.push(subject.finding(below, "staffing_equivalent", (en, ja)).warning());
    }
}

//! The form names the same operator, office and services as the filing that carries it.

use serde_json::Value;

use super::Subject;
use crate::{Finding, OfficeNumber, ServiceCode};

/// 申請者: the operator who files.
pub(super) fn applicant(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let (Some(filed), Some(written)) =
        (subject.at.corporate_number, subject.text("corporate_number"))
    else {
        return;
    };
    if written != filed.as_str() {
        let en = format!("the filing is {filed}'s; write that number or file with the other's key");
        let ja = format!("が届出の法人番号{filed}と違います。どちらかを改めてください。");
        findings.push(subject.finding("/corporate_number", "corporate_number_differs", (en, ja)));
    }
}

/// 事業所: the number is the filing's, and fits prefecture and service.
pub(super) fn office(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let number = subject.text("office_number");
    let Some(number) = number.and_then(|text| text.parse::<OfficeNumber>().ok()) else { return };
    let Some(office) = subject.at.office else { return };
    if let Some(filed) = office.office_number.filter(|filed| *filed != number) {
        let en = format!("the filing names {filed}; write the same number in both");
        let ja = format!("が届出の事業所番号{filed}と違います。同じ番号にしてください。");
        findings.push(subject.finding("/office_number", "office_number_differs", (en, ja)));
        return;
    }
    prefecture(subject, number, findings);
    for service in subject.at.services() {
        class(subject, number, service, findings);
    }
}

fn prefecture(subject: &Subject<'_>, number: OfficeNumber, findings: &mut Vec<Finding>) {
    let Some(office) = subject.at.office else { return };
    let (of_number, of_place) = (&number.as_str()[..2], office.municipality.prefecture());
    if of_number != of_place {
        let en = format!("begins with {of_number}, but the office lies in prefecture {of_place}");
        let ja = format!(
            "の先頭2桁{of_number}が、所在地の都道府県{of_place}と違います。確かめてください。"
        );
        let source = &subject.catalogue.figures.office_numbers.source;
        let finding = subject.finding("/office_number", "office_number_prefecture", (en, ja));
        findings.push(finding.source(source).warning());
    }
}

fn class(
    subject: &Subject<'_>,
    number: OfficeNumber,
    service: ServiceCode,
    findings: &mut Vec<Finding>,
) {
    let numbers = &subject.catalogue.figures.office_numbers;
    let class = &number.as_str()[2..3];
    let rule = numbers.fits.iter().find(|rule| rule.codes.contains(&service));
    if rule.is_none_or(|rule| rule.classes.iter().any(|fit| fit == class)) {
        return;
    }
    let name = numbers.classes.get(class).map_or("", String::as_str);
    let en = format!("its third character {class} is not one that service {service} usually has");
    let ja = format!(
        "の3文字目{class}({name})は、サービス{service}の番号に通常使われません。確かめてください。"
    );
    let finding = subject.finding("/office_number", "office_number_class", (en, ja));
    findings.push(finding.source(&numbers.source).warning());
}

/// サービスの種類: those that the filing is routed by.
pub(super) fn services(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let filed = subject.at.services();
    let (Value::Array(written), false) = (subject.value, filed.is_empty()) else { return };
    for (row, code) in written.iter().enumerate() {
        let code = code.as_str().unwrap_or_default();
        if filed.iter().all(|service| service.as_str() != code) {
            let all: Vec<_> = filed.iter().map(ServiceCode::as_str).collect();
            let all = all.join(", ");
            let en = format!("the filing is about {all}; it would not reach whoever has {code}");
            let ja = format!(
                "のサービス{code}は、届出のサービス({all})にありません。どちらかを改めてください。"
            );
            findings.push(subject.finding(&format!("/{row}"), "service_differs", (en, ja)));
        }
    }
}

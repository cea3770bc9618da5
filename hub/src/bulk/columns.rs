//! The columns of a table: what each heading means, by the labels of the forms in force.

use std::collections::HashMap;

use jiff::civil::Date;
use schemas::forms::Form;
use schemas::{Catalogue, Finding, ServiceCode};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::table::cell_name;
use crate::written::{FIXED, Sort, sort};

/// What says what is filed, and about which office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Base {
    Kind,
    Name,
    Number,
    Place,
    Services,
    Insurers,
    Deemed,
}

impl Base {
    pub(super) const ALL: [Self; 7] = [
        Self::Kind,
        Self::Name,
        Self::Number,
        Self::Place,
        Self::Services,
        Self::Insurers,
        Self::Deemed,
    ];

    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Kind => "手続",
            Self::Name => "事業所名",
            Self::Number => "介護事業所番号",
            Self::Place => "所在地の市区町村",
            Self::Services => "サービスの種類",
            Self::Insurers => "利用者の保険者",
            Self::Deemed => "みなし指定",
        }
    }

    /// Whether the table must have the column, and each row something in it.
    pub(super) fn is_required(self) -> bool {
        matches!(self, Self::Kind | Self::Name | Self::Place | Self::Services)
    }
}

/// The heading of the column with the findings, in a file that is given back. It is not read.
pub(super) const FINDINGS: &str = "指摘(読み込まれません)";

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Base(Base),
    /// A field of forms: of every form that has it, or of one service's annex.
    Field {
        label: String,
        rows: Vec<usize>,
        service: Option<ServiceCode>,
    },
    /// What the hub itself wrote.
    Findings,
}

/// The columns of one table.
pub(crate) struct Columns {
    pub(super) head: Vec<String>,
    pub(super) all: Vec<Column>,
    /// For each form, by id: where the field of a label is.
    labels: HashMap<String, HashMap<String, String>>,
}

impl Columns {
    /// Looks headings up; every one that means nothing is told.
    pub(crate) fn of(head: &[String], forms: &Catalogue, day: Date) -> Result<Self, Vec<Finding>> {
        let labels: HashMap<_, _> =
            forms.in_force(day).map(|form| (form.id.clone(), labels_of(form))).collect();
        let is_known = |label: &str| {
            labels.values().any(|of_form: &HashMap<_, _>| of_form.contains_key(label))
        };
        let mut columns = Vec::new();
        let mut findings = Vec::new();
        for (place, heading) in head.iter().enumerate() {
            let column = read_heading(heading);
            let cell = cell_name(place, 1);
            let is_field_unknown =
                matches!(&column, Some(Column::Field { label, .. }) if !is_known(label));
            match column {
                Some(column) if !is_field_unknown => {
                    if columns.contains(&column) {
                        findings.push(twice(&cell, heading));
                    }
                    columns.push(column);
                }
                Some(_) | None => findings.push(unknown(&cell, heading)),
            }
        }
        let has = |base: &Base| columns.contains(&Column::Base(*base));
        let lacking = Base::ALL.into_iter().filter(|base| base.is_required() && !has(base));
        findings.extend(lacking.map(|base| missing(base.heading())));
        if findings.is_empty() {
            Ok(Self { head: head.to_vec(), all: columns, labels })
        } else {
            Err(findings)
        }
    }

    /// Where a form has the field of a column, if it has it.
    pub(super) fn pointer(
        &self,
        column: &Column,
        (form, service): (&Form, Option<ServiceCode>),
    ) -> Option<String> {
        let Column::Field { label, rows, service: only } = column else { return None };
        if only.is_some() && *only != service {
            return None;
        }
        let general = self.labels.get(&form.id)?.get(label)?;
        let mut rows = rows.iter();
        let step = |step: &str| match step {
            "*" => rows.next().map(ToString::to_string),
            step => Some(step.to_owned()),
        };
        let steps: Option<Vec<_>> = general.split('/').map(step).collect();
        Some(steps?.join("/"))
    }
}

/// Fields of a form that are written: by label, where.
fn labels_of(form: &Form) -> HashMap<String, String> {
    let all = leaves(form, &["*".to_owned()]);
    all.into_iter().map(|leaf| (normal(&leaf.label), leaf.pointer)).collect()
}

/// One field that stands in a cell of its own.
pub(super) struct Leaf<'a> {
    pub(super) pointer: String,
    pub(super) label: String,
    pub(super) schema: &'a Value,
    pub(super) required: bool,
}

/// The fields of a form that are written, in its order; of each list so many rows.
pub(super) fn leaves<'a>(form: &'a Form, rows: &[String]) -> Vec<Leaf<'a>> {
    let mut all = Vec::new();
    let top =
        Leaf { pointer: String::new(), label: String::new(), schema: &form.schema, required: true };
    let order = form.groups.iter().flat_map(|group| &group.fields).map(String::as_str);
    let order: Vec<_> = order.collect();
    descend(&top, &order, rows, &mut all);
    all.retain(|leaf| !FIXED.contains(&leaf.pointer.as_str()));
    all
}

fn descend<'a>(above: &Leaf<'a>, first: &[&str], rows: &[String], all: &mut Vec<Leaf<'a>>) {
    match sort(above.schema) {
        Sort::Object => {
            let asked = above.schema["required"].as_array();
            let properties = above.schema["properties"].as_object();
            let names: Vec<&str> =
                properties.into_iter().flat_map(|it| it.keys()).map(String::as_str).collect();
            let rest = names.iter().filter(|name| !first.contains(name));
            for name in first.iter().filter(|name| names.contains(name)).chain(rest) {
                let schema = &above.schema["properties"][name];
                let title = schema["title"].as_str().unwrap_or(name);
                let is_asked = asked.is_some_and(|asked| asked.iter().any(|it| it == name));
                let leaf = Leaf {
                    pointer: format!("{}/{name}", above.pointer),
                    label: join(&above.label, title),
                    schema,
                    required: above.required && is_asked,
                };
                descend(&leaf, &[], rows, all);
            }
        }
        Sort::Table | Sort::Blocks => {
            for row in rows {
                let number =
                    row.parse::<usize>().map_or_else(|_| row.clone(), |row| (row + 1).to_string());
                let leaf = Leaf {
                    pointer: format!("{}/{row}", above.pointer),
                    label: join(&above.label, &format!("{number}行目")),
                    schema: &above.schema["items"],
                    required: false,
                };
                descend(&leaf, &[], rows, all);
            }
        }
        Sort::Ticks
        | Sort::List
        | Sort::YesNo
        | Sort::Choice
        | Sort::Date
        | Sort::Number
        | Sort::Code
        | Sort::Line
        | Sort::Lines => {
            all.push(Leaf { pointer: above.pointer.clone(), label: above.label.clone(), ..*above });
        }
    }
}

fn join(above: &str, title: &str) -> String {
    if above.is_empty() { title.to_owned() } else { format!("{above} {title}") }
}

/// A heading without what people change: widths, blanks, line ends.
pub(super) fn normal(heading: &str) -> String {
    heading.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// How a column of one service's annex is headed.
pub(super) fn of_service(service: ServiceCode, name: &str, label: &str) -> String {
    format!("【{service} {name}】{label}")
}

/// What a heading says; of a field, not whether there is such a one.
fn read_heading(heading: &str) -> Option<Column> {
    let text = normal(heading);
    if text == normal(FINDINGS) {
        return Some(Column::Findings);
    }
    if let Some(base) = Base::ALL.into_iter().find(|base| text == normal(base.heading())) {
        return Some(Column::Base(base));
    }
    let (service, rest) = match text.strip_prefix('【').and_then(|rest| rest.split_once('】')) {
        Some((service, rest)) => {
            let code: String = service.chars().take(2).collect();
            (Some(code.parse().ok()?), rest)
        }
        None => (None, text.as_str()),
    };
    let (label, rows) = read_rows(rest)?;
    Some(Column::Field { label, rows, service })
}

/// `単位2行目定員` is the label `単位*行目定員` and the row 1.
fn read_rows(text: &str) -> Option<(String, Vec<usize>)> {
    let (mut label, mut rows) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find("行目") {
        let before = &rest[..at];
        let name = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: usize = before[name.len()..].parse().ok()?;
        rows.push(number.checked_sub(1)?);
        label.push_str(name);
        label.push_str("*行目");
        rest = &rest[at + "行目".len()..];
    }
    label.push_str(rest);
    (!label.is_empty()).then_some((label, rows))
}

fn unknown(cell: &str, heading: &str) -> Finding {
    let heading: String = heading.chars().take(80).collect();
    let en = format!(
        "no form has a field that is headed {heading:?}; compare it with a fresh template, or \
         delete the column"
    );
    let ja = format!(
        "見出し「{heading}」の項目は様式にありません。ひな形と見比べて直すか、列を消してください。"
    );
    Finding::new(cell, "bulk_heading_unknown", en).ja(ja)
}

fn twice(cell: &str, heading: &str) -> Finding {
    let en = format!("two columns are headed {heading:?}; delete one");
    let ja = format!("見出し「{heading}」の列が二つあります。一つにしてください。");
    Finding::new(cell, "bulk_heading_twice", en).ja(ja)
}

fn missing(heading: &str) -> Finding {
    let en = format!("the column {heading:?} is missing; take the headings from a template");
    let ja = format!("「{heading}」の列がありません。ひな形の見出しを使ってください。");
    Finding::new("", "bulk_heading_missing", en).ja(ja)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn columns(head: &[&str]) -> Result<Columns, Vec<Finding>> {
        let head: Vec<_> = head.iter().map(|it| (*it).to_owned()).collect();
        Columns::of(&head, Catalogue::embedded().expect("a catalogue"), date(2026, 7, 15))
    }

    const BASE: [&str; 4] = ["手続", "事業所名", "所在地の市区町村", "サービスの種類"];

    #[test]
    fn labels_are_told_apart_in_every_form() {
        let catalogue = Catalogue::embedded().expect("a catalogue");
        for form in catalogue.forms() {
            let leaves = leaves(form, &["*".to_owned()]);
            assert_eq!(labels_of(form).len(), leaves.len(), "two labels are one in {}", form.id);
        }
    }

    #[test]
    fn headings_are_found_however_they_are_typed() {
        let written = ["サービス提供単位　２行目\n利用定員", "【15 通所介護】管理者 氏名"];
        let columns = columns(&[&BASE[..], &written].concat()).expect("all are known");
        let catalogue = Catalogue::embedded().expect("a catalogue");
        let form = catalogue.form("annex-day-care", "2024-10-01").expect("a form");
        let at = |place: usize, service: &str| {
            let service = Some(service.parse().expect("a service"));
            columns.pointer(&columns.all[place], (form, service))
        };
        assert_eq!(at(4, "15").as_deref(), Some("/units/1/capacity"));
        assert_eq!(at(5, "15").as_deref(), Some("/manager/name"));
        assert_eq!(at(5, "72"), None, "it is of another service");
    }

    #[test]
    fn what_is_no_heading_is_told_with_its_cell() {
        let codes = |head: &[&str]| {
            let findings = columns(head).err().unwrap_or_default();
            findings.iter().map(|it| format!("{} {}", it.path, it.code)).collect::<Vec<_>>()
        };
        let wrong = [&BASE[..], &["好きな色", "変更前", "変更前", "0行目"]].concat();
        let expected =
            ["E1 bulk_heading_unknown", "G1 bulk_heading_twice", "H1 bulk_heading_unknown"];
        assert_eq!(codes(&wrong), expected);
        assert_eq!(codes(&BASE[1..]), [" bulk_heading_missing"]);
    }
}

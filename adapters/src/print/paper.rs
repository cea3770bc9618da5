//! What is printed: a filing's forms with the catalogue's labels, headings and order.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use schemas::forms::{Form, Role, Sheet, names_forms, sheets};
use schemas::{AuthorityId, Catalogue, ServiceCode, Submission};
use serde_json::Value;

use super::walk::Walk;
use crate::adapter::Action;

/// A document: parts, each of which begins on a page of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Stands at the foot of each page, and names the document.
    pub receipt_number: String,
    /// Stands there too, from 1.
    pub revision: u32,
    /// When the hub recorded this revision: the document's date.
    pub received_at: Timestamp,
    /// The parts.
    pub parts: Vec<Part>,
}

/// One form, or the sheet in front of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The title.
    pub title: String,
    /// Its number, version, and what it is about.
    pub about: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// What stands in a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A label and a value, beside each other.
    Field(String, String),
    /// Rows under names.
    Table {
        /// What they are.
        label: String,
        /// The columns' names.
        columns: Vec<String>,
        /// As many cells in each as there are columns.
        rows: Vec<Vec<String>>,
    },
}

/// What the hub knows of a filing beside its document, and how codes are put in words.
pub struct PaperFacts<'a> {
    /// 受付番号.
    pub receipt_number: &'a str,
    /// The revision, from 1.
    pub revision: u32,
    /// Whether it is filed, corrected or taken back.
    pub action: Action,
    /// When the hub recorded this revision.
    pub received_at: Timestamp,
    /// When the hub recorded the first one: sheets without a version are of that day's.
    pub first_received_at: Timestamp,
    /// The forms.
    pub forms: &'a Catalogue,
    /// A service's name.
    pub service: &'a (dyn Fn(ServiceCode) -> String + Sync),
    /// A municipality's name.
    pub place: &'a (dyn Fn(AuthorityId) -> String + Sync),
}

impl Paper {
    /// The whole set (様式一式) of one revision.
    pub fn of(filing: &Submission, facts: &PaperFacts<'_>) -> Self {
        let mut parts = vec![front(filing, facts)];
        if names_forms(&filing.form) {
            let mut sheets = sheets(&filing.form).unwrap_or_default();
            sheets.sort_by_key(|sheet| role(facts.forms, sheet));
            parts.extend(sheets.iter().map(|sheet| sheet_of(filing, sheet, facts)));
        } else if filing.form.as_object().is_some_and(|form| !form.is_empty()) {
            // A free document: its own words are its labels.
            let mut walk = Walk::new(facts.service);
            walk.object(&Value::Null, &filing.form);
            let (title, about) = ("内容".to_owned(), String::new());
            parts.push(Part { title, about, blocks: walk.blocks });
        }
        Self {
            receipt_number: facts.receipt_number.to_owned(),
            revision: facts.revision,
            received_at: facts.received_at,
            parts,
        }
    }
}

fn role(forms: &Catalogue, sheet: &Sheet) -> Option<Role> {
    forms.versions(&sheet.form).next().map(|form| form.role)
}

/// A moment as people in Japan read it.
fn moment(at: Timestamp) -> String {
    let at = Offset::constant(9).to_datetime(at);
    at.strftime("%Y年%-m月%-d日 %H時%M分%S秒").to_string()
}

fn day(at: Timestamp) -> Date {
    Offset::constant(9).to_datetime(at).date()
}

fn front(filing: &Submission, facts: &PaperFacts<'_>) -> Part {
    let field = |label: &str, value: String| Block::Field(label.to_owned(), value);
    let mut blocks = vec![
        Block::Heading("受付".to_owned()),
        field("受付番号", facts.receipt_number.to_owned()),
        field("版・区分", format!("第{}版 {}", facts.revision, facts.action.label_ja())),
        field("受付日時", moment(facts.received_at)),
    ];
    if facts.first_received_at != facts.received_at {
        blocks.push(field("初回受付日時", moment(facts.first_received_at)));
    }
    blocks.extend([
        Block::Heading("申請・届出".to_owned()),
        field("手続", filing.kind.label_ja().to_owned()),
        field("法人番号", filing.corporate_number.to_string()),
        field("事業者名", filing.operator_name.clone()),
        offices(filing, facts),
    ]);
    if !filing.attachments.is_empty() {
        blocks.push(attachments(filing));
    }
    let title = format!("様式一式 {}", filing.kind.label_ja());
    Part { title, about: String::new(), blocks }
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&name| name.to_owned()).collect()
}

fn offices(filing: &Submission, facts: &PaperFacts<'_>) -> Block {
    let row = |office: &schemas::Office| {
        let services: Vec<_> =
            office.services.iter().map(|it| (facts.service)(it.service)).collect();
        vec![
            office.name.clone(),
            office.office_number.map(|number| number.to_string()).unwrap_or_default(),
            (facts.place)(office.municipality),
            services.join("、"),
        ]
    };
    Block::Table {
        label: "事業所".to_owned(),
        columns: names(&["名称", "介護事業所番号", "所在市区町村", "サービス"]),
        rows: filing.offices.iter().map(row).collect(),
    }
}

fn attachments(filing: &Submission) -> Block {
    let rows = filing.attachments.iter().map(|file| {
        vec![file.name.clone(), file.media_type.clone(), file.size.to_string(), file.sha256.clone()]
    });
    Block::Table {
        label: "添付書類".to_owned(),
        columns: names(&["ファイル名", "種類", "バイト数", "SHA-256"]),
        rows: rows.collect(),
    }
}

fn sheet_of(filing: &Submission, sheet: &Sheet, facts: &PaperFacts<'_>) -> Part {
    let form = match &sheet.version {
        Some(version) => facts.forms.form(&sheet.form, version),
        None => facts.forms.form_on(&sheet.form, day(facts.first_received_at)),
    };
    let mut walk = Walk::new(facts.service);
    let Some(form) = form else {
        walk.object(&Value::Null, &sheet.fields);
        return Part { title: sheet.form.clone(), about: String::new(), blocks: walk.blocks };
    };
    for group in &form.groups {
        let heading = walk.blocks.len();
        walk.blocks.push(Block::Heading(group.title.clone()));
        for name in &group.fields {
            if let Some(value) = sheet.fields.get(name) {
                walk.field(name, &form.schema["properties"][name], value, &group.title);
            }
        }
        if walk.blocks.len() == heading + 1 {
            walk.blocks.truncate(heading);
        }
    }
    Part {
        title: form.title.clone(),
        about: about(filing, sheet, form, facts),
        blocks: walk.blocks,
    }
}

fn about(filing: &Submission, sheet: &Sheet, form: &Form, facts: &PaperFacts<'_>) -> String {
    let mut services = filing.offices.iter().flat_map(|office| &office.services);
    let mut is_ours = |number: &&schemas::forms::Number| {
        number.services.is_empty()
            || services.any(|it| number.services.iter().any(|code| it.service.as_str() == code))
    };
    let number = form.numbers.iter().find(&mut is_ours).map(|it| it.number.clone());
    let version = format!("{}版", form.version);
    let office = sheet.office.and_then(|place| filing.offices.get(place));
    let office = office.map(|office| office.name.clone());
    let service = sheet.service.map(facts.service);
    let all: Vec<_> = number.into_iter().chain([version]).chain(office).chain(service).collect();
    all.join("  ")
}

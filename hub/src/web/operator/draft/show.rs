//! A form as fields to fill in: made from its schema, with what stands in them, what is wrong with
//! it, and what someone else has saved there meanwhile.

use std::collections::HashMap;

use askama::Template;
use schemas::Finding;
use schemas::forms::Form;
use serde_json::Value;

use crate::web::parts::Choice;
use crate::web::words::Lang;
use crate::written::{DROP, FIXED, Sort, sort};

/// One piece of a form, in order.
pub(super) enum Piece {
    /// A heading, and what follows belongs to it.
    Group {
        title: String,
    },
    GroupEnd,
    /// Fields that stand inside a field.
    Open {
        id: String,
        legend: String,
        required: bool,
        notes: Vec<Note>,
    },
    Close,
    Input(Box<Input>),
    Table {
        id: String,
        legend: String,
        heads: Vec<String>,
        rows: Vec<Row>,
        notes: Vec<Note>,
    },
    /// The box that takes a block away.
    Drop {
        name: String,
    },
    /// The button for more rows.
    More {
        path: String,
    },
}

/// A row of a table.
pub(super) struct Row {
    pub(super) cells: Vec<Input>,
    pub(super) drop: String,
}

/// Something to look at.
#[derive(Debug, Clone)]
pub(in crate::web::operator) struct Note {
    pub(in crate::web::operator) tone: &'static str,
    pub(in crate::web::operator) text: String,
}

/// One field.
#[derive(Template)]
#[template(path = "operator/input.html")]
pub(super) struct Input {
    pub(super) id: String,
    name: String,
    label: String,
    /// Where, for those who do not see the headings of a table.
    place: Option<String>,
    sort: Sort,
    fixed: bool,
    required: Option<&'static str>,
    hint: Option<String>,
    value: String,
    choices: Vec<Choice>,
    length: u64,
    notes: Vec<Note>,
    theirs: Option<String>,
    theirs_word: &'static str,
}

/// What a form is shown with.
pub(super) struct Show<'a> {
    pub(super) form: &'a Form,
    pub(super) fields: &'a Value,
    pub(super) lang: Lang,
    /// What was found, by the path of the field.
    pub(super) notes: HashMap<String, Vec<Note>>,
    /// What someone else has saved meanwhile.
    pub(super) theirs: Option<&'a Value>,
    /// Empty rows at the end of each table.
    pub(super) blank: usize,
}

/// Where a field is, and whether all around it must be filled in.
struct At {
    path: String,
    required: bool,
}

/// The id of a field in the page.
pub(super) fn id_of(path: &str) -> String {
    format!("f{}", path.replace('/', "-"))
}

/// What was found, by the path below a prefix.
pub(super) fn notes(findings: &[Finding], prefix: &str, lang: Lang) -> HashMap<String, Vec<Note>> {
    let mut all: HashMap<String, Vec<Note>> = HashMap::new();
    for finding in findings {
        if let Some(path) = finding.path.strip_prefix(prefix) {
            all.entry(path.to_owned()).or_default().push(Note::new(finding, lang));
        }
    }
    all
}

impl Note {
    pub(in crate::web::operator) fn new(finding: &Finding, lang: Lang) -> Self {
        let ja = finding.message_ja.as_ref().unwrap_or(&finding.message);
        Self {
            tone: if finding.is_error() { "bad" } else { "wait" },
            text: lang.pick(ja, &finding.message).clone(),
        }
    }
}

impl Show<'_> {
    /// The form, piece by piece.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut all = Vec::new();
        let grouped: Vec<_> = self.form.groups.iter().flat_map(|group| &group.fields).collect();
        for group in &self.form.groups {
            let title = self.lang.pick(&group.title, &group.title_en).clone();
            all.push(Piece::Group { title });
            for name in &group.fields {
                self.property(&self.form.schema, name, ("", true), &mut all);
            }
            all.push(Piece::GroupEnd);
        }
        for name in self.form.schema["properties"].as_object().into_iter().flat_map(|it| it.keys())
        {
            if !grouped.contains(&name) {
                self.property(&self.form.schema, name, ("", true), &mut all);
            }
        }
        all
    }

    fn property(
        &self,
        around: &Value,
        name: &str,
        (path, required): (&str, bool),
        all: &mut Vec<Piece>,
    ) {
        let asked = around["required"].as_array();
        let is_asked = asked.is_some_and(|names| names.iter().any(|it| it == name));
        let at = At { path: format!("{path}/{name}"), required: required && is_asked };
        self.node(&around["properties"][name], &at, all);
    }

    fn node(&self, schema: &Value, at: &At, all: &mut Vec<Piece>) {
        match sort(schema) {
            Sort::Object => {
                all.push(self.open(schema, at));
                self.inside(schema, at, all);
                all.push(Piece::Close);
            }
            Sort::Table => all.extend(self.table(schema, at)),
            Sort::Blocks => self.blocks(schema, at, all),
            Sort::Ticks
            | Sort::List
            | Sort::YesNo
            | Sort::Choice
            | Sort::Date
            | Sort::Number
            | Sort::Code
            | Sort::Line
            | Sort::Lines => all.push(Piece::Input(Box::new(self.input(schema, at, None)))),
        }
    }

    fn open(&self, schema: &Value, at: &At) -> Piece {
        Piece::Open {
            id: id_of(&at.path),
            legend: title(schema, self.lang).unwrap_or(&at.path).to_owned(),
            required: at.required,
            notes: self.notes_at(&at.path),
        }
    }

    fn inside(&self, schema: &Value, at: &At, all: &mut Vec<Piece>) {
        for name in schema["properties"].as_object().into_iter().flat_map(|it| it.keys()) {
            self.property(schema, name, (&at.path, at.required), all);
        }
    }

    /// Rows that are there, in ours or in theirs, and some empty ones.
    fn rows(&self, schema: &Value, path: &str) -> usize {
        let count = |fields: &Value| fields.pointer(path).and_then(Value::as_array).map(Vec::len);
        let ours = count(self.fields).unwrap_or(0);
        let theirs = self.theirs.and_then(count).unwrap_or(0);
        let most = schema["maxItems"].as_u64().and_then(|most| usize::try_from(most).ok());
        (ours.max(theirs) + self.blank).min(most.unwrap_or(usize::MAX)).max(ours)
    }

    fn table(&self, schema: &Value, at: &At) -> Vec<Piece> {
        let items = &schema["items"];
        let empty = serde_json::Map::new();
        let columns = items["properties"].as_object().unwrap_or(&empty);
        let head =
            |(name, inner): (&String, &Value)| title(inner, self.lang).unwrap_or(name).to_owned();
        let row = |row: usize| {
            let place = self.lang.pick(format!("{}行目", row + 1), format!("row {}", row + 1));
            let cell = |(name, inner): (&String, &Value)| {
                let path = format!("{}/{row}/{name}", at.path);
                self.input(inner, &At { path, required: false }, Some(&place))
            };
            Row {
                cells: columns.iter().map(cell).collect(),
                drop: format!("{}/{row}/{}", at.path, DROP),
            }
        };
        let table = Piece::Table {
            id: id_of(&at.path),
            legend: title(schema, self.lang).unwrap_or(&at.path).to_owned(),
            heads: columns.iter().map(head).collect(),
            rows: (0..self.rows(schema, &at.path)).map(row).collect(),
            notes: self.notes_at(&at.path),
        };
        vec![table, Piece::More { path: at.path.clone() }]
    }

    fn blocks(&self, schema: &Value, at: &At, all: &mut Vec<Piece>) {
        all.push(self.open(schema, at));
        for row in 0..self.rows(schema, &at.path) {
            let inner = At { path: format!("{}/{row}", at.path), required: false };
            all.push(Piece::Open {
                id: id_of(&inner.path),
                legend: self.lang.pick(format!("{}件目", row + 1), format!("No. {}", row + 1)),
                required: false,
                notes: self.notes_at(&inner.path),
            });
            self.inside(&schema["items"], &inner, all);
            all.push(Piece::Drop { name: format!("{}/{}", inner.path, DROP) });
            all.push(Piece::Close);
        }
        all.push(Piece::More { path: at.path.clone() });
        all.push(Piece::Close);
    }

    fn notes_at(&self, path: &str) -> Vec<Note> {
        self.notes.get(path).cloned().unwrap_or_default()
    }

    fn input(&self, schema: &Value, at: &At, place: Option<&str>) -> Input {
        let value = self.fields.pointer(&at.path);
        let text = as_text(value);
        let fixed = FIXED.contains(&at.path.as_str());
        // What nobody writes differs in its words at most.
        let theirs = self.theirs.filter(|_| !fixed);
        let theirs = theirs.map(|theirs| as_text(theirs.pointer(&at.path)));
        let none = || self.lang.pick("(空欄)", "(empty)").to_owned();
        let expected = schema["x-expect"][self.lang.as_str()].as_str();
        let sort = sort(schema);
        let hint = expected.filter(|_| place.is_none() && !fixed && sort != Sort::Date);
        Input {
            id: id_of(&at.path),
            label: title(schema, self.lang).unwrap_or(&at.path).to_owned(),
            place: place.map(str::to_owned),
            sort,
            fixed,
            required: (at.required && !fixed).then(|| self.lang.pick("必須", "required")),
            hint: hint.map(str::to_owned),
            choices: self.choices(schema, sort, value),
            length: schema["maxLength"].as_u64().unwrap_or(0),
            notes: self.notes_at(&at.path),
            theirs: theirs.filter(|it| *it != text).map(
                |it| {
                    if it.is_empty() { none() } else { it }
                },
            ),
            theirs_word: self
                .lang
                .pick("別の画面で保存された内容:", "Saved in another window meanwhile:"),
            name: at.path.clone(),
            value: text,
        }
    }

    fn choices(&self, schema: &Value, sort: Sort, value: Option<&Value>) -> Vec<Choice> {
        let chosen = |word: &str| match value {
            Some(Value::Array(all)) => all.iter().any(|it| it == word),
            Some(Value::Bool(yes)) => word == yes.to_string(),
            Some(other) => other == word,
            None => false,
        };
        let choice = |word: &str, name: &str| Choice {
            word: word.to_owned(),
            name: name.to_owned(),
            chosen: chosen(word),
        };
        let words = if sort == Sort::Ticks { &schema["items"]["enum"] } else { &schema["enum"] };
        let words = words.as_array().into_iter().flatten().filter_map(Value::as_str);
        if sort == Sort::YesNo {
            let (yes, no) = self.lang.pick(("はい", "いいえ"), ("yes", "no"));
            return vec![choice("true", yes), choice("false", no)];
        }
        words.map(|word| choice(word, word)).collect()
    }
}

/// What stands in a field, as its input shows it.
fn as_text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => {
            let texts: Vec<_> = all.iter().filter_map(Value::as_str).collect();
            texts.join("\n")
        }
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Null | Value::Object(_)) | None => String::new(),
    }
}

/// A field's label.
fn title(schema: &Value, lang: Lang) -> Option<&str> {
    schema.get(lang.pick("title", "x-title-en")).and_then(Value::as_str)
}

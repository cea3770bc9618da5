//! Down through the fields of a form, its schema and a former filling side by side.

use serde_json::{Map, Value};

use super::Reading;

/// How a value lies to the former one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Mark {
    Same,
    Added,
    Changed,
    Removed,
}

/// A value, and what stood there before where that was another.
pub(in crate::web) struct Cell {
    pub(in crate::web) text: String,
    pub(in crate::web) former: String,
    pub(in crate::web) mark: Mark,
}

/// What stands under a heading: a field, or a list of rows.
pub(in crate::web) enum Block {
    Field {
        /// JSON Pointer in the submission.
        path: String,
        /// The labels of what it is part of.
        outer: String,
        /// What of that neither the heading nor the block above says.
        news: String,
        label: String,
        cell: Cell,
    },
    Table {
        path: String,
        outer: String,
        news: String,
        label: String,
        columns: Vec<String>,
        rows: Vec<Vec<Cell>>,
    },
}

/// The blocks of one heading, as they are found.
pub(super) struct Walk<'a> {
    reading: &'a Reading<'a>,
    path: String,
    outer: Vec<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) differences: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(reading: &'a Reading<'a>, path: &str) -> Self {
        let (blocks, outer) = (Vec::new(), Vec::new());
        Self { reading, path: path.to_owned(), outer, blocks, differences: 0 }
    }

    /// Every field of an object: those of the schema in its order, then whatever else there is.
    pub(super) fn object(&mut self, schema: &Value, now: Option<&Value>, former: Option<&Value>) {
        let empty = Map::new();
        let known = schema["properties"].as_object().unwrap_or(&empty);
        for (name, inner) in known {
            let (now, former) = (now.and_then(|it| it.get(name)), former.map(|it| &it[name]));
            self.field((name, inner), now, former);
        }
        let others = now.and_then(Value::as_object).unwrap_or(&empty);
        for (name, value) in others.iter().filter(|(name, _)| !known.contains_key(*name)) {
            let former = former.map(|it| &it[name]);
            self.field((name, &Value::Null), Some(value), former);
        }
    }

    /// One field. `former` is none where nothing is compared, and null where nothing stood.
    pub(super) fn field(
        &mut self,
        (name, schema): (&str, &Value),
        now: Option<&Value>,
        former: Option<&Value>,
    ) {
        let nothing = |it: Option<&Value>| it.is_none_or(Value::is_null);
        if nothing(now) && nothing(former) {
            return;
        }
        let label = self.label(name, schema);
        let length = self.path.len();
        self.path = format!("{}/{}", self.path, name.replace('~', "~0").replace('/', "~1"));
        let kept = |it: Option<&Value>, is: fn(&Value) -> bool| it.is_some_and(is);
        if kept(now, Value::is_object) || kept(former, Value::is_object) {
            self.outer.push(label);
            self.object(schema, now, former);
            self.outer.pop();
        } else if is_rows(now) || is_rows(former) {
            self.table(label, &schema["items"], now, former);
        } else {
            let cell = self.cell(name, now, former);
            let (path, outer) = (self.path.clone(), self.outer.join(" "));
            self.blocks.push(Block::Field { path, outer, news: String::new(), label, cell });
        }
        self.path.truncate(length);
    }

    fn label(&self, name: &str, schema: &Value) -> String {
        let title = schema[self.reading.lang.pick("title", "x-title-en")].as_str();
        match (title, name) {
            (Some(title), _) => title.to_owned(),
            (None, "withdrawal_reason") => {
                self.reading.lang.pick("取下げの理由", "Reason for the withdrawal").to_owned()
            }
            (None, name) => name.to_owned(),
        }
    }

    fn table(
        &mut self,
        label: String,
        schema: &Value,
        now: Option<&Value>,
        former: Option<&Value>,
    ) {
        let list = |it: Option<&Value>| it.and_then(Value::as_array).cloned().unwrap_or_default();
        let (now, before) = (list(now), list(former));
        let names = columns(schema, &[&now, &before]);
        let titles = names.iter().map(|name| self.label(name, &schema["properties"][name]));
        let titles = titles.collect();
        let mut rows = Vec::new();
        for (row, former) in pairs(&now, former.map(|_| before.as_slice())) {
            let cells = names.iter().map(|name| {
                self.cell_of(name, row.map(|it| &it[name]), former.map(|it| &it[name]))
            });
            let cells: Vec<_> = cells.collect();
            self.differences += usize::from(cells.iter().any(|cell| cell.mark != Mark::Same));
            rows.push(cells);
        }
        let (path, outer) = (self.path.clone(), self.outer.join(" "));
        let news = String::new();
        self.blocks.push(Block::Table { path, outer, news, label, columns: titles, rows });
    }

    fn cell(&mut self, name: &str, now: Option<&Value>, former: Option<&Value>) -> Cell {
        let cell = self.cell_of(name, now, former);
        self.differences += usize::from(cell.mark != Mark::Same);
        cell
    }

    fn cell_of(&self, name: &str, now: Option<&Value>, former: Option<&Value>) -> Cell {
        let text = self.reading.words(name, now);
        let before = self.reading.words(name, former);
        let mark = match former {
            None => Mark::Same,
            Some(_) if text == before => Mark::Same,
            Some(_) if before.is_empty() => Mark::Added,
            Some(_) if text.is_empty() => Mark::Removed,
            Some(_) => Mark::Changed,
        };
        let former = if mark == Mark::Same { String::new() } else { before };
        Cell { text, former, mark }
    }
}

/// Leaves out what need not be said again of what blocks are part of.
pub(super) fn tell_once(blocks: &mut [Block], title: &str) {
    let mut last = String::new();
    for block in blocks {
        let (Block::Field { outer, news, .. } | Block::Table { outer, news, .. }) = block;
        let by_title = !title.is_empty() && last.is_empty() && outer.contains(title);
        let is_told = *outer == last || by_title;
        if !is_told {
            let inner = outer.strip_prefix(last.as_str()).filter(|it| it.starts_with(' '));
            inner.unwrap_or(outer).trim_start().clone_into(news);
        }
        last.clone_from(outer);
    }
}

/// Whether a value is a list of objects.
fn is_rows(value: Option<&Value>) -> bool {
    let list = value.and_then(Value::as_array);
    list.is_some_and(|list| list.iter().any(Value::is_object))
}

/// The names of the columns: those of the schema, then whatever else rows have.
fn columns(schema: &Value, lists: &[&Vec<Value>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let known = schema["properties"].as_object();
    let used = lists.iter().flat_map(|rows| rows.iter()).filter_map(Value::as_object);
    for name in known.into_iter().chain(used).flat_map(Map::keys) {
        let is_used = lists.iter().flat_map(|rows| rows.iter()).any(|row| !row[name].is_null());
        if is_used && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

type Pair<'a> = (Option<&'a Value>, Option<&'a Value>);

/// Each row with the former one that it is set against, then the former ones that are gone. Rows of
/// lists of one length are set side by side; else those that are the same are, and others are new.
fn pairs<'a>(now: &'a [Value], before: Option<&'a [Value]>) -> Vec<Pair<'a>> {
    static NOTHING: Value = Value::Null;
    let Some(before) = before else { return now.iter().map(|row| (Some(row), None)).collect() };
    if now.len() == before.len() {
        return now.iter().zip(before).map(|(row, former)| (Some(row), Some(former))).collect();
    }
    let mut left: Vec<&Value> = before.iter().collect();
    let mut all: Vec<Pair<'a>> = Vec::new();
    for row in now {
        let same = left.iter().position(|former| *former == row);
        let former = same.map_or(&NOTHING, |place| left.remove(place));
        all.push((Some(row), Some(former)));
    }
    all.extend(left.into_iter().map(|former| (None, Some(former))));
    all
}

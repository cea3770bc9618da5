//! From files to a catalogue. What is wrong with a file is told with the file's name.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::across::is_check;
use super::form::{Form, Group, Meta};
use super::limits::{FileLimit, LimitFile};
use super::tables::{Attachments, Figures, Groups};
use super::{Catalogue, parts};
use crate::deadline::{CalendarFile, DeadlineFile, Deadlines};

/// A file of the catalogue does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("forms/{file}: {what}")]
pub struct CatalogueError {
    /// The file's name, from `forms/`.
    pub file: String,
    /// What is wrong.
    pub what: String,
}

impl CatalogueError {
    fn new(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into() }
    }
}

/// A file's name from `forms/`, and its text.
type Files<'a> = BTreeMap<&'a str, &'a str>;

impl Catalogue {
    /// Reads a catalogue; of two files with one name the later holds, so that an installation can
    /// lay its own over the embedded ones.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CatalogueError> {
        let files: Files<'_> = files.into_iter().collect();
        let groups: Groups = table(&files, "services.json")?;
        let parts: Value = table(&files, "parts.json")?;
        let none = Map::new();
        let parts = parts.get("$defs").and_then(Value::as_object).unwrap_or(&none);
        let mut forms = Vec::new();
        for (name, text) in &files {
            if let Some((id, version)) = form_name(name) {
                let read = read_form(id, version, (text, &groups, parts));
                forms.push(read.map_err(|what| CatalogueError::new(name, what))?);
            }
        }
        set_ends(&mut forms)?;
        let mut attachments: Attachments = table(&files, "attachments.json")?;
        let of = |what| CatalogueError::new("attachments.json", what);
        attachments.resolve(&groups).map_err(of)?;
        let mut figures: Figures = table(&files, "checks.json")?;
        figures.resolve(&groups).map_err(|what| CatalogueError::new("checks.json", what))?;
        let deadlines = deadlines(&files, &groups)?;
        let limits = limits(&files, &attachments)?;
        Ok(Self { forms, attachments, figures, deadlines, limits })
    }
}

/// `s1-change/2024-10-01.json` is the version `2024-10-01` of `s1-change`.
fn form_name(name: &str) -> Option<(&str, &str)> {
    let (id, file) = name.split_once('/')?;
    Some((id, file.strip_suffix(".json")?))
}

fn table<T: DeserializeOwned>(files: &Files<'_>, name: &str) -> Result<T, CatalogueError> {
    let text = files.get(name).ok_or_else(|| CatalogueError::new(name, "is missing"))?;
    serde_json::from_str(text).map_err(|error| CatalogueError::new(name, error.to_string()))
}

/// All tables named `deadlines….json`: an installation may add to the embedded one.
fn deadlines(files: &Files<'_>, groups: &Groups) -> Result<Deadlines, CatalogueError> {
    let calendar: CalendarFile = table(files, "calendar.json")?;
    let calendar = calendar.read().map_err(|what| CatalogueError::new("calendar.json", what))?;
    let mut all = DeadlineFile::default();
    for name in files.keys().filter(|name| name.starts_with("deadlines") && !name.contains('/')) {
        let mut file: DeadlineFile = table(files, name)?;
        let resolved = file.resolve(|codes| groups.codes(codes));
        resolved.map_err(|what| CatalogueError::new(name, what))?;
        all.append(file);
    }
    Ok(Deadlines::new(all, calendar))
}

/// All tables named `limits….json`: an installation may add to the embedded one.
fn limits(files: &Files<'_>, attachments: &Attachments) -> Result<Vec<FileLimit>, CatalogueError> {
    let mut all = Vec::new();
    for name in files.keys().filter(|name| name.starts_with("limits") && !name.contains('/')) {
        let file: LimitFile = table(files, name)?;
        for rule in &file.rules {
            let verified = rule.verify(|item| attachments.item(item).is_some());
            verified.map_err(|what| CatalogueError::new(name, what))?;
        }
        all.extend(file.rules);
    }
    Ok(all)
}

fn read_form(
    id: &str,
    version: &str,
    (text, groups, shared): (&str, &Groups, &Map<String, Value>),
) -> Result<Form, String> {
    let raw: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let schema = parts::put_in(&raw, shared)?;
    let block = |name: &str| schema.get(name).cloned().unwrap_or_default();
    let meta: Meta = serde_json::from_value(block("x-form")).map_err(in_block("x-form"))?;
    let order: Vec<Group> =
        serde_json::from_value(block("x-groups")).map_err(in_block("x-groups"))?;
    let fields = parts::fields(&schema);
    let places = fields.iter().enumerate().map(|(place, field)| (field.path.clone(), place));
    let places: HashMap<_, _> = places.collect();
    let form = Form {
        id: id.to_owned(),
        version: version.to_owned(),
        title: block("title").as_str().unwrap_or_default().to_owned(),
        title_en: meta.title_en,
        role: meta.role,
        kinds: meta.kinds,
        services: groups.codes(&meta.services)?,
        numbers: meta.numbers,
        from: meta.from,
        until: None,
        event: meta.event,
        basis: meta.basis,
        sure: meta.sure,
        note: meta.note,
        assumed: meta.assumed,
        groups: order,
        renamed: meta.renamed,
        schema,
        fields,
        places,
        validator: std::sync::OnceLock::new(),
    };
    verify(&form)?;
    Ok(form)
}

fn in_block(name: &'static str) -> impl Fn(serde_json::Error) -> String {
    move |error| format!("{name}: {error}")
}

/// What the schema alone cannot hold: every field has labels and one group, checks exist.
fn verify(form: &Form) -> Result<(), String> {
    if form.title.is_empty() || form.groups.is_empty() {
        return Err("give it a title and x-groups".to_owned());
    }
    let is_day = form.version.parse::<jiff::civil::Date>().ok();
    if is_day.is_some() && is_day != form.from {
        return Err(format!("x-form.from must be the day of its name, {}", form.version));
    }
    let grouped: Vec<&String> = form.groups.iter().flat_map(|group| &group.fields).collect();
    for field in form.fields() {
        let name = field.path.trim_start_matches('/');
        let is_row = field.path.ends_with("/*");
        if !is_row && (field.title.is_empty() || field.title_en.is_empty()) {
            return Err(format!("{} has no title or no x-title-en", field.path));
        }
        let count = grouped.iter().filter(|grouped| grouped.as_str() == name).count();
        if !name.contains('/') && count != 1 {
            return Err(format!("{} stands in {count} groups, not in one", field.path));
        }
        if let Some(check) = field.check.as_deref().filter(|check| !is_check(check)) {
            return Err(format!("{}: there is no x-check {check:?}", field.path));
        }
    }
    let is_field = |path: &str| form.places.contains_key(path);
    let event = form.event.iter().chain(form.renamed.values());
    if let Some(lost) = event.into_iter().find(|path| !is_field(path)) {
        return Err(format!("{lost} is no field of it"));
    }
    if let Some(lost) = grouped.iter().find(|name| !is_field(&format!("/{name}"))) {
        return Err(format!("the groups name {lost}, which is no field"));
    }
    Ok(())
}

/// Orders the versions of each form by day and ends each where the next begins.
fn set_ends(forms: &mut [Form]) -> Result<(), CatalogueError> {
    forms.sort_by(|a, b| {
        let key = |form: &Form| (form.id.clone(), form.from.unwrap_or(jiff::civil::Date::MAX));
        key(a).cmp(&key(b))
    });
    for place in 1..forms.len() {
        let (earlier, later) = forms.split_at_mut(place);
        let (Some(before), Some(after)) = (earlier.last_mut(), later.first()) else { continue };
        if before.id != after.id {
            continue;
        }
        if before.from == after.from {
            let file = format!("{}/{}.json", after.id, after.version);
            let what = format!("begins on the same day as version {}", before.version);
            return Err(CatalogueError::new(&file, what));
        }
        before.until = after.from.and_then(|from| from.checked_sub(1.day()).ok());
    }
    Ok(())
}

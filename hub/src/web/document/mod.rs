//! What a revision says, as a document to be read: its forms with the catalogue's labels, headings
//! and order, its offices, its files. Beside a former revision it shows what is different.

mod files;
mod value;
mod walk;

use jiff::civil::Date;
use schemas::forms::{Role, Sheet, names_forms, sheets};
use schemas::{Catalogue, ServiceCode, Submission};
use serde_json::Value;

pub(super) use files::FileLine;
pub(super) use walk::{Block, Mark};
use walk::{Walk, tell_once};

use super::words::Lang;
use crate::context::Context;

/// A revision, to be read.
pub(super) struct Document {
    pub(super) sheets: Vec<SheetView>,
    pub(super) offices: Vec<OfficeLine>,
    pub(super) files: Vec<FileLine>,
    /// Values and files that differ from the former ones.
    pub(super) differences: usize,
    /// Places that an authority marks, to be corrected.
    pub(super) marks: Vec<String>,
    /// Whether the reader may mark places, in the form `decide` of the page.
    pub(super) can_mark: bool,
}

impl Document {
    /// Whether a place is marked.
    pub(super) fn is_marked(&self, path: &str) -> bool {
        self.marks.iter().any(|mark| mark == path)
    }
}

/// One form.
pub(super) struct SheetView {
    pub(super) title: String,
    /// The form's number and version, and what it is about.
    pub(super) about: Vec<String>,
    pub(super) groups: Vec<GroupView>,
}

/// Fields under one heading.
pub(super) struct GroupView {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// One office of the filing.
pub(super) struct OfficeLine {
    pub(super) name: String,
    pub(super) number: String,
    pub(super) place: String,
    pub(super) services: Vec<String>,
}

/// How a document is read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) ctx: &'a Context,
    pub(super) lang: Lang,
    /// The day on which the filing first came in: sheets without a version are of that day's.
    pub(super) first: Date,
    /// Whether files are compared too: those of another filing differ anyhow.
    pub(super) with_files: bool,
}

impl Reading<'_> {
    /// Reads a revision, beside a former one if there is one.
    pub(super) fn read(&self, now: &Submission, former: Option<&Submission>) -> Document {
        let (sheets, differences) = self.sheets(now, former);
        let former_files = former.filter(|_| self.with_files);
        let files = files::lines(self, now, former_files);
        let changed = files.iter().filter(|file| file.mark != Mark::Same).count();
        Document {
            sheets,
            offices: self.offices(now),
            files,
            differences: differences + changed,
            marks: Vec::new(),
            can_mark: false,
        }
    }

    fn sheets(&self, now: &Submission, former: Option<&Submission>) -> (Vec<SheetView>, usize) {
        if !names_forms(&now.form) {
            let former = former.map(|it| &it.form).filter(|form| !names_forms(form));
            return self.free(&now.form, former);
        }
        let before = former.map(|it| sheets(&it.form).unwrap_or_default()).unwrap_or_default();
        let mut all: Vec<_> =
            sheets(&now.form).unwrap_or_default().into_iter().enumerate().collect();
        all.sort_by_key(|(_, sheet)| self.role(sheet));
        let mut differences = 0;
        let mut views = Vec::new();
        for (place, sheet) in &all {
            let same = |it: &&Sheet| {
                (&it.form, it.office, it.service) == (&sheet.form, sheet.office, sheet.service)
            };
            let former = before.iter().find(same).map(|it| &it.fields);
            let view = self.sheet(now, (*place, sheet), former, &mut differences);
            views.push(view);
        }
        (views, differences)
    }

    fn role(&self, sheet: &Sheet) -> Option<Role> {
        self.ctx.forms.versions(&sheet.form).next().map(|form| form.role)
    }

    fn sheet(
        &self,
        filing: &Submission,
        (place, sheet): (usize, &Sheet),
        former: Option<&Value>,
        differences: &mut usize,
    ) -> SheetView {
        let form = form_of(&self.ctx.forms, sheet, self.first);
        let path = format!("/form/forms/{place}/fields");
        let Some(form) = form else {
            let mut walk = Walk::new(self, &path);
            walk.object(&Value::Null, Some(&sheet.fields), former);
            tell_once(&mut walk.blocks, "");
            *differences += walk.differences;
            let groups = vec![GroupView { title: String::new(), blocks: walk.blocks }];
            return SheetView { title: sheet.form.clone(), about: Vec::new(), groups };
        };
        let mut groups = Vec::new();
        for group in &form.groups {
            let mut walk = Walk::new(self, &path);
            for name in &group.fields {
                let schema = &form.schema["properties"][name];
                let before = former.map(|it| &it[name]);
                walk.field((name, schema), sheet.fields.get(name), before);
            }
            *differences += walk.differences;
            if !walk.blocks.is_empty() {
                let title = self.lang.pick(&group.title, &group.title_en).clone();
                tell_once(&mut walk.blocks, &title);
                groups.push(GroupView { title, blocks: walk.blocks });
            }
        }
        let about = self.about(filing, sheet, form);
        let title = self.lang.pick(&form.title, &form.title_en).clone();
        SheetView { title, about, groups }
    }

    fn about(
        &self,
        filing: &Submission,
        sheet: &Sheet,
        form: &schemas::forms::Form,
    ) -> Vec<String> {
        let mut services = filing.offices.iter().flat_map(|office| &office.services);
        let is_ours = |number: &&schemas::forms::Number| {
            number.services.is_empty()
                || services.any(|it| number.services.iter().any(|code| it.service.as_str() == code))
        };
        let number = form.numbers.iter().find(is_ours).map(|it| it.number.clone());
        let version = &form.version;
        let version = self.lang.pick(format!("{version}版"), format!("version {version}"));
        let office = sheet.office.and_then(|place| filing.offices.get(place));
        let office = office.map(|it| it.name.clone());
        let service = sheet.service.map(|code| self.service(code));
        number.into_iter().chain([version]).chain(office).chain(service).collect()
    }

    /// A body that names no forms: its own words are its labels.
    fn free(&self, form: &Value, former: Option<&Value>) -> (Vec<SheetView>, usize) {
        let mut walk = Walk::new(self, "/form");
        walk.object(&Value::Null, Some(form), former);
        tell_once(&mut walk.blocks, "");
        if walk.blocks.is_empty() {
            return (Vec::new(), 0);
        }
        let title = self.lang.pick("内容", "Content").to_owned();
        let groups = vec![GroupView { title: String::new(), blocks: walk.blocks }];
        (vec![SheetView { title, about: Vec::new(), groups }], walk.differences)
    }

    fn offices(&self, filing: &Submission) -> Vec<OfficeLine> {
        let lines = filing.offices.iter().map(|office| OfficeLine {
            name: office.name.clone(),
            number: office.office_number.map(|it| it.to_string()).unwrap_or_default(),
            place: self.ctx.master().name(office.municipality),
            services: office.services.iter().map(|it| self.service(it.service)).collect(),
        });
        lines.collect()
    }

    /// A service by code and name.
    fn service(&self, code: ServiceCode) -> String {
        let master = self.ctx.master();
        let row = master.services().iter().find(|row| row.code == code);
        row.map_or_else(|| code.to_string(), |row| format!("{code} {}", row.name))
    }
}

/// The form of a sheet, in its version.
fn form_of<'a>(
    catalogue: &'a Catalogue,
    sheet: &Sheet,
    first: Date,
) -> Option<&'a schemas::forms::Form> {
    match &sheet.version {
        Some(version) => catalogue.form(&sheet.form, version),
        None => catalogue.form_on(&sheet.form, first),
    }
}

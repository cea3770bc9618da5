//! The form catalogue: what operators file on which form, by day; checks; drafts carried over.
//!
//! Everything known of forms is in the files of `schemas/forms/` (its README says how sure each
//! fact is), which `build.rs` puts into the binary. No rule of a form is written in Rust: the files
//! say what the machinery here applies to.
//!
//! * **To add a form, or a version of one**: one file, `forms/<id>/<version>.json`.
//! * **To correct a number, a deadline, an attachment**: edit the table beside the folders.
//! * **To add a sort of check across fields**: a function in `across/`; files name it.

mod across;
mod carry;
mod characters;
mod check;
mod copy;
mod filing;
mod form;
mod limits;
mod parts;
mod read;
mod sample;
mod sentence;
mod sheet;
mod tables;

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;

pub use across::Circumstances;
pub use carry::{Carried, FormChange, Sort, carry_over};
pub use copy::{Copied, CopiedField, Copy};
pub use filing::At;
pub use form::{Field, Form, Group, Number, Role};
pub use limits::FileLimit;
pub use read::CatalogueError;
pub use sample::Choose;
pub use sheet::{Sheet, names_forms, sheets};
pub use tables::{Item, Need, Standing};

use crate::deadline::Deadlines;
use crate::{FilingKind, ServiceCode, Submission};
use tables::{Attachments, Figures};

/// The files of `schemas/forms/`: name from there, and text.
pub const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/forms.rs"));

/// All forms in all versions, and the tables that go with them.
#[derive(Debug)]
pub struct Catalogue {
    forms: Vec<Form>,
    attachments: Attachments,
    figures: Figures,
    deadlines: Deadlines,
    limits: Vec<FileLimit>,
}

impl Catalogue {
    /// The catalogue that is part of the binary.
    pub fn embedded() -> Result<&'static Self, &'static CatalogueError> {
        static EMBEDDED_CATALOGUE: LazyLock<Result<Catalogue, CatalogueError>> =
            LazyLock::new(|| Catalogue::from_files(EMBEDDED.iter().copied()));
        EMBEDDED_CATALOGUE.as_ref()
    }

    /// Every form and version, by id and then by day.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The deadlines and the business calendar.
    pub fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }

    /// The versions of one form, the oldest first.
    pub fn versions<'a, 'b>(&'a self, id: &'b str) -> impl Iterator<Item = &'a Form> + use<'a, 'b> {
        self.forms.iter().filter(move |form| form.id == id)
    }

    /// One version by its name, for example `2024-10-01`.
    pub fn form(&self, id: &str, version: &str) -> Option<&Form> {
        self.versions(id).find(|form| form.version == version)
    }

    /// The version of a form that is in force on a day.
    pub fn form_on(&self, id: &str, day: Date) -> Option<&Form> {
        self.versions(id).find(|form| form.is_in_force(day))
    }

    /// The forms in force on a day, each in its one version.
    pub fn in_force(&self, day: Date) -> impl Iterator<Item = &Form> {
        self.forms.iter().filter(move |form| form.is_in_force(day))
    }

    /// The forms in force on a day that a filing of this kind about this service may hold.
    pub fn used_for(
        &self,
        kind: FilingKind,
        service: ServiceCode,
        day: Date,
    ) -> impl Iterator<Item = &Form> {
        self.in_force(day).filter(move |form| form.is_for(kind) && form.covers(service))
    }

    /// Whether a filing of this kind has an annex (付表) for each service; none: it never has.
    pub fn annex_need(&self, kind: FilingKind) -> Option<Need> {
        self.attachments.annexes.get(&kind).copied()
    }

    /// The forms that a filing of this kind about these services has on a day: each main form once,
    /// and for each service its annex; a one-stop change of corporate matters has no annex.
    pub fn forms_of(
        &self,
        submission: &Submission,
        day: Date,
    ) -> Vec<(&Form, Option<ServiceCode>)> {
        let mut all: Vec<(&Form, Option<ServiceCode>)> = Vec::new();
        for service in submission.offices.iter().flat_map(|office| &office.services) {
            for form in self.used_for(submission.kind, service.service, day) {
                let about = match form.role {
                    Role::Main => None,
                    Role::Annex if submission.one_stop => continue,
                    Role::Annex => Some(service.service),
                };
                if all.iter().all(|(other, of)| (&other.id, of) != (&form.id, &about)) {
                    all.push((form, about));
                }
            }
        }
        all.sort_by_key(|(form, _)| form.role);
        all
    }

    /// Whether a filing of this kind may do without the form.
    pub fn is_optional(&self, kind: FilingKind, form: &Form) -> bool {
        form.role == Role::Annex && self.annex_need(kind) != Some(Need::Required)
    }

    /// Whether a version may be used on a day, where the one before it stays good for some days.
    pub fn standing(&self, form: &Form, day: Date, grace_days: u16) -> Standing {
        let Some(from) = form.from else { return Standing::NotYet { from: None } };
        if day < from {
            return Standing::NotYet { from: Some(from) };
        }
        let Some(until) = form.until.filter(|until| *until < day) else {
            return Standing::InForce;
        };
        let last = until.saturating_add(i32::from(grace_days).days());
        if day <= last { Standing::Superseded { last } } else { Standing::Gone { until } }
    }

    /// A paper of the standard checklist by its id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.attachments.item(id)
    }

    /// The standard attachments of a kind and service, each with whether it is asked for.
    pub fn checklist(&self, kind: FilingKind, service: ServiceCode) -> Vec<(&Item, Need)> {
        self.attachments.checklist(kind, service)
    }
}

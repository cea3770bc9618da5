//! Where a finding about a submission stands in the table that the submission was read from.

use schemas::forms::sheets;
use schemas::{Catalogue, Finding, Submission};

use super::columns::{Base, Column, Columns, leaves};
use super::table::cell_name;
use super::{CellFinding, Row};

/// A finding about what a row would file, as a finding about its cells.
pub(crate) fn place(
    (forms, columns): (&Catalogue, Option<&Columns>),
    (row, submission): (&Row, &Submission),
    finding: Finding,
) -> CellFinding {
    let Some(columns) = columns else {
        let column = Some(finding.path.clone()).filter(|path| !path.is_empty());
        return CellFinding { cell: None, column, finding };
    };
    if let Some(base) = base_of(&finding.path) {
        let place = columns.all.iter().position(|column| *column == Column::Base(base));
        let cell = place.map(|place| cell_name(place, row.number));
        return CellFinding { cell, column: Some(base.heading().to_owned()), finding };
    }
    match field_of((forms, columns), submission, &finding.path) {
        Some((place, heading)) => {
            let cell = place.map(|place| cell_name(place, row.number));
            CellFinding { cell, column: Some(heading), finding }
        }
        None => CellFinding::row(finding),
    }
}

fn base_of(path: &str) -> Option<Base> {
    match path.strip_prefix("/offices/0/") {
        None => (path == "/kind").then_some(Base::Kind),
        Some("name") => Some(Base::Name),
        Some("office_number") => Some(Base::Number),
        Some("municipality") => Some(Base::Place),
        Some(rest) if rest.contains("/insurers") => Some(Base::Insurers),
        Some(rest) if rest.contains("/deemed") => Some(Base::Deemed),
        Some(rest) => rest.starts_with("services").then_some(Base::Services),
    }
}

/// The column of a field of a form, or of the first below it; and its heading. What has no column
/// in the table has its heading all the same.
fn field_of(
    (forms, columns): (&Catalogue, &Columns),
    submission: &Submission,
    path: &str,
) -> Option<(Option<usize>, String)> {
    let rest = path.strip_prefix("/form/forms/")?;
    let (place, below) = rest.split_once('/')?;
    let pointer = below.strip_prefix("fields")?;
    let sheet = sheets(&submission.form).ok()?.into_iter().nth(place.parse().ok()?)?;
    let form = forms.form(&sheet.form, sheet.version.as_deref().unwrap_or_default())?;
    let inside = format!("{pointer}/");
    let found = columns.all.iter().position(|column| {
        let at = columns.pointer(column, (form, sheet.service));
        at.is_some_and(|at| at == pointer || at.starts_with(&inside))
    });
    if let Some(place) = found {
        return Some((Some(place), columns.head[place].clone()));
    }
    let rows: Vec<String> = pointer
        .split('/')
        .filter(|step| !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    let rows = if rows.is_empty() { vec!["0".to_owned()] } else { rows };
    let all = leaves(form, &rows);
    let leaf =
        all.into_iter().find(|it| it.pointer == pointer || it.pointer.starts_with(&inside))?;
    Some((None, leaf.label))
}

//! The files of a filing, each with what it is on the list of standard attachments.

use schemas::{Attachment, Submission};
use serde_json::Value;

use super::Reading;
use super::walk::Mark;
use crate::web::download::is_shown;
use crate::web::parts::bytes;

/// One file.
pub(in crate::web) struct FileLine {
    /// Its place in the filing, from 0; none for one that is gone.
    pub(in crate::web) place: Option<usize>,
    /// JSON Pointer in the submission.
    pub(in crate::web) path: String,
    pub(in crate::web) name: String,
    /// What it is, where the filing says so.
    pub(in crate::web) item: String,
    pub(in crate::web) size: String,
    pub(in crate::web) media_type: String,
    pub(in crate::web) mark: Mark,
}

impl FileLine {
    /// Whether browsers show it as a picture.
    pub(in crate::web) fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/") && is_shown(&self.media_type)
    }

    /// Whether browsers show it as pages.
    pub(in crate::web) fn is_pdf(&self) -> bool {
        self.media_type == "application/pdf" && is_shown(&self.media_type)
    }
}

/// The files of a filing, then those of the former revision that are gone.
pub(super) fn lines(
    reading: &Reading<'_>,
    now: &Submission,
    former: Option<&Submission>,
) -> Vec<FileLine> {
    let line = |filing: &Submission, file: &Attachment, place: Option<usize>, mark| FileLine {
        place,
        path: place.map(|place| format!("/attachments/{place}")).unwrap_or_default(),
        name: file.name.clone(),
        item: item(reading, filing, &file.name),
        size: bytes(usize::try_from(file.size).unwrap_or(usize::MAX)),
        media_type: file.media_type.clone(),
        mark,
    };
    let mut all = Vec::new();
    for (place, file) in now.attachments.iter().enumerate() {
        let mark = match former {
            None => Mark::Same,
            Some(former) => match former.attachments.iter().find(|it| it.name == file.name) {
                None => Mark::Added,
                Some(same) if same.sha256 == file.sha256 => Mark::Same,
                Some(_) => Mark::Changed,
            },
        };
        all.push(line(now, file, Some(place), mark));
    }
    if let Some(former) = former {
        let names: Vec<_> = now.attachments.iter().map(|file| &file.name).collect();
        let gone = former.attachments.iter().filter(|file| !names.contains(&&file.name));
        all.extend(gone.map(|file| line(former, file, None, Mark::Removed)));
    }
    all
}

/// The item of the checklist that a file is said to be.
fn item(reading: &Reading<'_>, filing: &Submission, name: &str) -> String {
    let said = filing.form.get("checklist").and_then(Value::as_object);
    let id = said.and_then(|all| all.iter().find(|(_, it)| *it == name)).map(|(id, _)| id);
    let Some(id) = id else { return String::new() };
    let services = filing.offices.iter().flat_map(|office| &office.services);
    let forms = &reading.ctx.forms;
    let mut items = services.flat_map(|it| forms.checklist(filing.kind, it.service));
    let found = items.find(|(item, _)| item.id == *id).map(|(item, _)| item);
    found.map_or_else(|| id.clone(), |item| reading.lang.pick(&item.title, &item.title_en).clone())
}

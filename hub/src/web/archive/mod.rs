//! What operations give out, as authorities and operators have it: documents here, announcements
//! in `news`. Operations' own pages of the same stand in `operations`.

mod news;

use askama::Template;
use axum::response::Response;
use schemas::Attachment;
use uuid::Uuid;

use super::Desk;
use super::archive_words::Words;
use super::cursor::{ROWS, newest, older};
use super::download;
use super::fault::Fault;
use super::frame::Shell;
use super::labels;
use super::parts::{Badge, Choice, Stamp, bytes};
use super::roles::Who;
use super::visit::Visit;
use super::words::Lang;
use crate::actor::Actor;
use crate::archive::{ArchiveProblem, Wrong};
use crate::scans::Scans;
use crate::store::{Audience, DocumentFilter, DocumentKind, DocumentRow};

pub(super) use news::{Board, days, list_all, period};

/// Every kind of document, by the word in forms and addresses.
pub(super) const KINDS: [(&str, DocumentKind); 3] = [
    ("manual", DocumentKind::Manual),
    ("leaflet", DocumentKind::Leaflet),
    ("notice", DocumentKind::Notice),
];

/// For whom a document may be, by the word in forms.
pub(super) const AUDIENCES: [(&str, Audience); 2] =
    [("authorities", Audience::Authorities), ("all", Audience::All)];

/// In whose section someone reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    readers: Audience,
    who: Who,
    archive: &'static str,
    news: &'static str,
}

impl Seat {
    /// The staff of authorities.
    pub(super) const AUTHORITY: Self = Self {
        readers: Audience::Authorities,
        who: Who::Authority,
        archive: "/authority/archive",
        news: "/authority/announcements",
    };
    /// The people of operators.
    pub(super) const OPERATOR: Self = Self {
        readers: Audience::Operators,
        who: Who::Operator,
        archive: "/operator/archive",
        news: "/operator/announcements",
    };
}

/// A text in the reader's language, or in Japanese where there is no other; and in which.
pub(super) struct Told {
    pub(super) lang: &'static str,
    pub(super) text: String,
}

impl Told {
    pub(super) fn new(ja: &str, en: &str, lang: Lang) -> Self {
        let lang = if en.is_empty() { Lang::Ja } else { lang };
        Self { lang: lang.as_str(), text: lang.pick(ja, en).to_owned() }
    }
}

#[derive(Template)]
#[template(path = "archive.html")]
struct ArchivePage {
    shell: Shell,
    w: &'static Words,
    here: &'static str,
    narrowed: Narrowed,
    lines: Vec<DocumentLine>,
    newest: Option<String>,
    older: Option<String>,
}

/// What a list of documents is narrowed to.
pub(super) struct Narrowed {
    pub(super) kinds: Vec<Choice>,
    pub(super) text: String,
    pub(super) is_set: bool,
    kind: Option<DocumentKind>,
}

impl Narrowed {
    /// As the visit asks for it.
    pub(super) fn new(visit: &Visit) -> Self {
        let kind = visit.get("kind").and_then(|word| named(&KINDS, word));
        let text = visit.get("text").unwrap_or_default().trim().to_owned();
        Self {
            kinds: choices(&KINDS, kind, |it| kind_name(it, visit.lang)),
            is_set: kind.is_some() || !text.is_empty(),
            text,
            kind,
        }
    }

    /// The rows of the page that the visit asks for, and one more.
    pub(super) fn filter(
        &self,
        visit: &Visit,
        (reader, is_withdrawn): (Option<Audience>, bool),
    ) -> DocumentFilter {
        DocumentFilter {
            reader,
            kind: self.kind,
            text: Some(self.text.clone()).filter(|text| !text.is_empty()),
            is_withdrawn,
            before: visit.get("before").and_then(|text| text.parse().ok()),
            before_id: visit.get("before_id").and_then(|text| text.parse().ok()),
            limit: ROWS + 1,
        }
    }
}

/// One version of a document, in a list.
pub(super) struct DocumentLine {
    /// The document's.
    pub(super) id: Uuid,
    pub(super) version: i32,
    pub(super) title: Told,
    pub(super) kind: &'static str,
    pub(super) audience: &'static str,
    pub(super) file: String,
    pub(super) size: String,
    /// How it stands with the malware scanner.
    pub(super) scan: Option<Badge>,
    pub(super) by: String,
    pub(super) at: Stamp,
}

impl DocumentLine {
    /// Lines of these versions.
    pub(super) async fn read(
        desk: &Desk,
        visit: &Visit,
        rows: &[DocumentRow],
    ) -> Result<Vec<Self>, Fault> {
        let files: Vec<Attachment> = rows.iter().map(DocumentRow::file).collect();
        let scans = Scans::read(&desk.ctx, &files).await?;
        Ok(rows.iter().map(|row| Self::new(row, &scans, visit)).collect())
    }

    fn new(row: &DocumentRow, scans: &Scans, visit: &Visit) -> Self {
        Self {
            id: row.document_id,
            version: row.version,
            title: Told::new(&row.title_ja, &row.title_en, visit.lang),
            kind: kind_name(row.kind, visit.lang),
            audience: audience_name(row.audience, visit.lang),
            file: row.file_name.clone(),
            size: bytes(usize::try_from(row.size).unwrap_or_default()),
            scan: labels::scan(&scans.of(&row.sha256), visit.lang),
            by: row.name.clone(),
            at: Stamp::new(row.at, visit.now, visit.lang),
        }
    }
}

/// `GET /{section}/archive?kind=…&text=…`
pub(super) async fn list(desk: &Desk, visit: &Visit, seat: Seat) -> Response {
    visit.answer(read(desk, visit, seat).await)
}

async fn read(desk: &Desk, visit: &Visit, seat: Seat) -> Result<ArchivePage, Fault> {
    let narrowed = Narrowed::new(visit);
    let filter = narrowed.filter(visit, (Some(seat.readers), false));
    let mut rows = desk.ctx.store.list_documents(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.at, row.id));
    Ok(ArchivePage {
        shell: visit.shell(seat.archive),
        w: Words::of(visit.lang),
        here: seat.archive,
        narrowed,
        lines: DocumentLine::read(desk, visit, &rows).await?,
        newest: newest(visit),
        older,
    })
}

/// `GET /{section}/archive/{id}`: the file of the document's newest version.
pub(super) async fn fetch(desk: &Desk, visit: &Visit, (seat, id): (Seat, &str)) -> Response {
    match fetched(desk, visit, (seat, id)).await {
        Ok(response) => response,
        Err(fault) => visit.fault(&fault),
    }
}

async fn fetched(desk: &Desk, visit: &Visit, (seat, id): (Seat, &str)) -> Result<Response, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::NoDocument)?;
    let newest = desk.ctx.store.versions_of_document(id).await?.into_iter().next();
    let row = newest.ok_or(Fault::NoDocument)?;
    if !row.audience.has(seat.readers) {
        return Err(Fault::NotYours(seat.who));
    }
    if row.ended_at.is_some() {
        return Err(Fault::NoDocument);
    }
    download::serve(&desk.ctx, &row.file(), visit.get("view").is_some()).await
}

/// What a word of a form or an address stands for.
pub(super) fn named<T: Copy>(all: &[(&str, T)], word: &str) -> Option<T> {
    all.iter().find(|(it, _)| *it == word).map(|(_, value)| *value)
}

/// The choices of a select.
pub(super) fn choices<T: Copy + PartialEq>(
    all: &[(&str, T)],
    chosen: Option<T>,
    name: impl Fn(T) -> &'static str,
) -> Vec<Choice> {
    let choice = |(word, value): &(&str, T)| Choice {
        word: (*word).to_owned(),
        name: name(*value).to_owned(),
        chosen: chosen == Some(*value),
    };
    all.iter().map(choice).collect()
}

/// What a kind is called.
pub(super) fn kind_name(kind: DocumentKind, lang: Lang) -> &'static str {
    let w = Words::of(lang);
    match kind {
        DocumentKind::Manual => w.manual,
        DocumentKind::Leaflet => w.leaflet,
        DocumentKind::Notice => w.notice,
    }
}

/// For whom something is, in words.
pub(super) fn audience_name(audience: Audience, lang: Lang) -> &'static str {
    let w = Words::of(lang);
    match audience {
        Audience::Authorities => w.for_authorities,
        Audience::Operators => w.for_operators,
        Audience::All => w.for_all,
    }
}

/// Who it is, as the record names them.
pub(super) fn by(visit: &Visit) -> Actor {
    let person = visit.session.as_ref().map(|session| session.person.clone());
    Actor { person: person.unwrap_or_default(), name: visit.person_name() }
}

/// Why nothing was recorded, and what to do; or that the store is away.
pub(super) fn sentence(problem: ArchiveProblem, lang: Lang) -> Result<String, Fault> {
    let w = Words::of(lang);
    Ok(match problem {
        ArchiveProblem::Wrong(Wrong::LongTitle(chars, most)) => {
            format!("{} {chars} / {most}", w.long_title)
        }
        ArchiveProblem::Wrong(Wrong::LongText(chars, most)) => {
            format!("{} {chars} / {most}", w.long_text)
        }
        ArchiveProblem::Wrong(Wrong::NoTitle) => w.no_title.to_owned(),
        ArchiveProblem::Wrong(Wrong::NoText) => w.no_text.to_owned(),
        ArchiveProblem::Wrong(Wrong::Day) => w.no_day.to_owned(),
        ArchiveProblem::Wrong(Wrong::Backwards) => w.backwards.to_owned(),
        ArchiveProblem::Wrong(Wrong::Over) => w.is_over.to_owned(),
        ArchiveProblem::Wrong(Wrong::NoFile) => w.no_file.to_owned(),
        ArchiveProblem::Late => w.late.to_owned(),
        ArchiveProblem::Cleared => w.cleared.to_owned(),
        ArchiveProblem::Store(error) => return Err(error.into()),
    })
}

//! Announcements as authorities and operators have them: a few where they begin, and all that
//! count.

use askama::Template;
use axum::response::Response;

use super::{Seat, Told};
use crate::context::day_in_japan;
use crate::store::{AnnouncementFilter, AnnouncementRow};
use crate::web::Desk;
use crate::web::archive_words::Words;
use crate::web::cursor::{ROWS, newest, older};
use crate::web::fault::Fault;
use crate::web::frame::Shell;
use crate::web::visit::Visit;

/// The newest announcements, at the top of the page on which people begin; nothing without any.
#[derive(Template)]
#[template(path = "news_board.html")]
pub(in crate::web) struct Board {
    w: &'static Words,
    all: &'static str,
    lines: Vec<NewsLine>,
}

struct NewsLine {
    title: Told,
    text: Told,
    /// The first day on which it counts.
    since: String,
}

#[derive(Template)]
#[template(path = "news.html")]
struct NewsPage {
    shell: Shell,
    w: &'static Words,
    lines: Vec<NewsLine>,
    newest: Option<String>,
    older: Option<String>,
}

impl Board {
    /// What counts for these readers.
    pub(in crate::web) async fn read(
        desk: &Desk,
        visit: &Visit,
        seat: Seat,
    ) -> Result<Self, Fault> {
        let filter = AnnouncementFilter {
            reader: Some(seat.readers),
            now: Some(visit.now),
            before: None,
            before_id: None,
            limit: desk.ctx.config.archive.shown_max,
        };
        let rows = desk.ctx.store.list_announcements(&filter).await?;
        Ok(Self { w: Words::of(visit.lang), all: seat.news, lines: lines(&rows, visit) })
    }
}

/// `GET /{section}/announcements`
pub(in crate::web) async fn list_all(desk: &Desk, visit: &Visit, seat: Seat) -> Response {
    visit.answer(read(desk, visit, seat).await)
}

async fn read(desk: &Desk, visit: &Visit, seat: Seat) -> Result<NewsPage, Fault> {
    let filter = AnnouncementFilter {
        reader: Some(seat.readers),
        now: Some(visit.now),
        before: visit.get("before").and_then(|text| text.parse().ok()),
        before_id: visit.get("before_id").and_then(|text| text.parse().ok()),
        limit: ROWS + 1,
    };
    let mut rows = desk.ctx.store.list_announcements(&filter).await?;
    let older = older(&mut rows, visit, |row| (row.from_at, row.id));
    Ok(NewsPage {
        shell: visit.shell(seat.news),
        w: Words::of(visit.lang),
        lines: lines(&rows, visit),
        newest: newest(visit),
        older,
    })
}

fn lines(rows: &[AnnouncementRow], visit: &Visit) -> Vec<NewsLine> {
    let line = |row: &AnnouncementRow| NewsLine {
        title: Told::new(&row.title_ja, &row.title_en, visit.lang),
        text: Told::new(&row.text_ja, &row.text_en, visit.lang),
        since: days(row).0,
    };
    rows.iter().map(line).collect()
}

/// The first and the last day on which it counts; the last is empty without an end.
pub(in crate::web) fn days(row: &AnnouncementRow) -> (String, String) {
    let until = row.until_at.map(|until| day_in_japan(until - 1).to_string());
    (day_in_japan(row.from_at).to_string(), until.unwrap_or_default())
}

/// From when until when it counts, for people.
pub(in crate::web) fn period(row: &AnnouncementRow, visit: &Visit) -> String {
    let (from, until) = days(row);
    let until = if until.is_empty() { Words::of(visit.lang).open_end } else { &until };
    format!("{from} – {until}")
}

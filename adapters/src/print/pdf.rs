//! Draws pages into a PDF/A-2b file.

use jiff::tz::Offset;
use krilla::color::luma;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;
use krilla::{Document, SerializeSettings};

use super::layout::{FOOT, LEFT, PAGE, Page, RIGHT, SIZE};
use super::paper::Paper;
use super::text::{Line, Setter};

/// The file's bytes, or what the library has against it.
pub(super) fn write(paper: &Paper, pages: &[Page], setter: &mut Setter) -> Result<Vec<u8>, String> {
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B);
    let configuration = configuration.finish().map_err(|error| format!("{error:?}"))?;
    let settings =
        SerializeSettings { configuration, enable_tagging: false, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    for (place, page) in pages.iter().enumerate() {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("a page without a size")?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        draw(&mut surface, page, setter);
        foot(&mut surface, paper, (place + 1, pages.len()), setter);
        surface.finish();
        sheet.finish();
    }
    document.set_metadata(metadata(paper));
    document.finish().map_err(|error| error.to_string())
}

fn metadata(paper: &Paper) -> Metadata {
    let at = Offset::constant(9).to_datetime(paper.received_at);
    let small = |number: i8| u8::try_from(number).unwrap_or(0);
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(9)
        .utc_offset_minute(0);
    let title = paper.parts.first().map(|part| part.title.clone()).unwrap_or_default();
    Metadata::new()
        .title(format!("{title} {}", paper.receipt_number))
        .creator("Todoke".to_owned())
        .language("ja".to_owned())
        .creation_date(date)
        .document_id(format!("{} {}", paper.receipt_number, paper.revision))
}

fn fill(grey: u8) -> Fill {
    let paint = luma::Color::new(grey).into();
    Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }
}

fn draw(surface: &mut Surface<'_>, page: &Page, setter: &Setter) {
    let mut bands = PathBuilder::new();
    for [left, top, right, bottom] in &page.bands {
        if let Some(band) = Rect::from_ltrb(*left, *top, *right, *bottom) {
            bands.push_rect(band);
        }
    }
    if let Some(bands) = bands.finish() {
        surface.set_stroke(None);
        surface.set_fill(Some(fill(236)));
        surface.draw_path(&bands);
    }
    rules(surface, &page.rules);
    for (left, baseline, size, line) in &page.texts {
        text(surface, (*left, *baseline), *size, line, setter);
    }
}

fn rules(surface: &mut Surface<'_>, rules: &[[f32; 4]]) {
    let mut all = PathBuilder::new();
    for [from_x, from_y, to_x, to_y] in rules {
        all.move_to(*from_x, *from_y);
        all.line_to(*to_x, *to_y);
    }
    if let Some(all) = all.finish() {
        surface.set_fill(None);
        let paint = luma::Color::new(90).into();
        surface.set_stroke(Some(Stroke { paint, width: 0.5, ..Stroke::default() }));
        surface.draw_path(&all);
        surface.set_stroke(None);
    }
}

fn text(
    surface: &mut Surface<'_>,
    (left, baseline): (f32, f32),
    size: f32,
    line: &Line,
    by: &Setter,
) {
    if line.glyphs.is_empty() {
        return;
    }
    let glyphs = line.text.char_indices().zip(&line.glyphs).map(|((from, character), glyph)| {
        let range = from..from + character.len_utf8();
        KrillaGlyph::new(glyph.id, glyph.advance, 0.0, 0.0, 0.0, range, None)
    });
    let glyphs: Vec<_> = glyphs.collect();
    surface.set_fill(Some(fill(0)));
    let start = Point::from_xy(left, baseline);
    surface.draw_glyphs(start, &glyphs, by.face.font.clone(), &line.text, size, false);
}

/// 受付番号 and number of the page.
fn foot(surface: &mut Surface<'_>, paper: &Paper, (page, pages): (usize, usize), by: &mut Setter) {
    rules(surface, &[[LEFT, FOOT - 14.0, RIGHT, FOOT - 14.0]]);
    let number = format!("受付番号 {}  第{}版", paper.receipt_number, paper.revision);
    for line in by.lines(&number, 40.0).into_iter().take(1) {
        text(surface, (LEFT, FOOT), SIZE, &line, by);
    }
    for line in by.lines(&format!("{page} / {pages} ページ"), 40.0).into_iter().take(1) {
        text(surface, (RIGHT - line.width * SIZE, FOOT), SIZE, &line, by);
    }
}

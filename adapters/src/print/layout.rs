//! Lays a paper out on pages: lines, boxes and where they stand, in points from the upper left.

use super::paper::{Block, Paper, Part};
use super::text::{Line, Setter};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
pub(super) const LEFT: f32 = 48.0;
pub(super) const RIGHT: f32 = 547.28;
/// Where the foot of a page stands.
pub(super) const FOOT: f32 = 806.0;
const TOP: f32 = 54.0;
const BOTTOM: f32 = 780.0;
pub(super) const SIZE: f32 = 9.0;
const LEADING: f32 = 14.0;
const PAD: f32 = 4.0;
const LABEL: f32 = 150.0;
/// More lines than a page has.
const LINES_MAX: usize = 100;
/// Lines of a column's name, or of a label beside a value, at most on one page.
const HEAD_LINES_MAX: usize = 12;

/// What stands on one page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Left, baseline, size.
    pub(super) texts: Vec<(f32, f32, f32, Line)>,
    /// From, to.
    pub(super) rules: Vec<[f32; 4]>,
    /// Left, top, right, bottom.
    pub(super) bands: Vec<[f32; 4]>,
}

/// All pages of a paper.
pub(super) fn pages(paper: &Paper, setter: &mut Setter) -> Vec<Page> {
    let mut layout = Layout { setter, pages: Vec::new(), top: TOP };
    for part in &paper.parts {
        layout.part(part);
    }
    layout.pages
}

struct Layout<'a> {
    setter: &'a mut Setter,
    pages: Vec<Page>,
    /// Where the next thing stands.
    top: f32,
}

/// Cells beside each other: their lines and their shares of the width.
struct Row<'a> {
    cells: Vec<Vec<Line>>,
    widths: &'a [f32],
    /// How many of the cells, from the left, are labels.
    labels: usize,
}

impl Layout<'_> {
    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn turn(&mut self) {
        self.pages.push(Page::default());
        self.top = TOP;
    }

    fn part(&mut self, part: &Part) {
        self.turn();
        self.paragraph(&part.title, 15.0, 23.0);
        if !part.about.is_empty() {
            self.paragraph(&part.about, SIZE, LEADING);
        }
        self.top += 6.0;
        let mut heading = "";
        for block in &part.blocks {
            match block {
                Block::Heading(title) => {
                    heading = title;
                    self.heading(title);
                }
                Block::Field(label, value) => self.field(label, value),
                Block::Table { label, columns, rows } => {
                    if label != heading {
                        self.label(label);
                    }
                    self.table(columns, rows);
                    self.top += 6.0;
                }
            }
        }
    }

    fn paragraph(&mut self, text: &str, size: f32, leading: f32) {
        for line in self.setter.lines(text, (RIGHT - LEFT) / size) {
            if self.top + leading > BOTTOM {
                self.turn();
            }
            let baseline = self.top + size;
            self.page().texts.push((LEFT, baseline, size, line));
            self.top += leading;
        }
    }

    /// A heading stays with what stands below it.
    fn heading(&mut self, title: &str) {
        if self.top + 26.0 + 3.0 * LEADING > BOTTOM {
            self.turn();
        } else {
            self.top += 8.0;
        }
        self.paragraph(title, 11.0, 18.0);
    }

    fn label(&mut self, text: &str) {
        if self.top + 4.0 * LEADING > BOTTOM {
            self.turn();
        } else {
            self.top += 4.0;
        }
        self.paragraph(text, SIZE, LEADING);
    }

    fn cell(&mut self, text: &str, width: f32) -> Vec<Line> {
        self.setter.lines(text, (width - 2.0 * PAD) / SIZE)
    }

    fn head_cell(&mut self, text: &str, width: f32) -> Vec<Line> {
        let mut lines = self.cell(text, width);
        if lines.len() > HEAD_LINES_MAX {
            lines.truncate(HEAD_LINES_MAX - 1);
            lines.extend(self.setter.lines("…", 2.0));
        }
        lines
    }

    fn field(&mut self, label: &str, value: &str) {
        let widths = [LABEL, RIGHT - LEFT - LABEL];
        let cells = vec![self.head_cell(label, widths[0]), self.cell(value, widths[1])];
        self.row(&Row { cells, widths: &widths, labels: 1 }, None);
    }

    fn table(&mut self, columns: &[String], rows: &[Vec<String>]) {
        let widths = self.widths(columns, rows);
        let head = |(name, width): (&String, &f32)| self.head_cell(name, *width);
        let cells: Vec<_> = columns.iter().zip(&widths).map(head).collect();
        let head = Row { labels: cells.len(), cells, widths: &widths };
        self.row(&head, None);
        for row in rows {
            let cells = row.iter().zip(&widths).map(|(text, width)| self.cell(text, *width));
            let cells = cells.collect();
            self.row(&Row { cells, widths: &widths, labels: 0 }, Some(&head));
        }
    }

    /// As wide as what stands in them, where there is room; who needs little gets it first.
    fn widths(&mut self, columns: &[String], rows: &[Vec<String>]) -> Vec<f32> {
        let mut natural: Vec<(usize, f32)> = Vec::with_capacity(columns.len());
        for (place, name) in columns.iter().enumerate() {
            let texts = rows.iter().filter_map(|row| row.get(place)).chain([name]);
            let widest = texts.map(|text| self.setter.width(text)).fold(0.0, f32::max);
            natural.push((place, widest.mul_add(SIZE, 2.0 * PAD + 1.0)));
        }
        natural.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut left = RIGHT - LEFT;
        let mut widths = vec![0.0; columns.len()];
        for (done, (place, wanted)) in natural.iter().enumerate() {
            let width = wanted.min(left / count(columns.len() - done));
            widths[*place] = width;
            left -= width;
        }
        let more = left / count(columns.len());
        widths.iter().map(|width| width + more).collect()
    }

    /// A row, on as many pages as it takes; `head` stands over it on each further one.
    fn row(&mut self, row: &Row<'_>, head: Option<&Row<'_>>) {
        let lines = row.cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let mut from = 0;
        while from < lines {
            let room = self.room();
            // Two lines of a row stay together, and one that fits on a page is not torn for less.
            let is_short = lines - from <= 6;
            let wanted = if is_short { lines - from } else { 2 };
            if room < wanted {
                self.turn();
                if let Some(head) = head {
                    self.piece(head, 0, HEAD_LINES_MAX);
                }
                continue;
            }
            let count = room.min(lines - from);
            self.piece(row, from, count);
            from += count;
        }
    }

    /// Lines that fit on what is left of the page.
    fn room(&self) -> usize {
        let fits = |lines: &usize| self.top + count(*lines) * LEADING + 2.0 * PAD <= BOTTOM;
        (1..=LINES_MAX).take_while(fits).count()
    }

    /// Some lines of a row, and the box around them.
    fn piece(&mut self, row: &Row<'_>, from: usize, lines_max: usize) {
        let shown = |cell: &Vec<Line>| cell.len().saturating_sub(from).min(lines_max);
        let lines = row.cells.iter().map(shown).max().unwrap_or(0).max(1);
        let (top, bottom) = (self.top, self.top + count(lines) * LEADING + 2.0 * PAD);
        let mut left = LEFT;
        let page = self.page();
        page.rules.push([LEFT, top, RIGHT, top]);
        page.rules.push([LEFT, bottom, RIGHT, bottom]);
        page.rules.push([LEFT, top, LEFT, bottom]);
        for (place, (cell, width)) in row.cells.iter().zip(row.widths).enumerate() {
            let right = left + width;
            if place < row.labels {
                page.bands.push([left, top, right, bottom]);
            }
            for (place, line) in cell.iter().skip(from).take(lines_max).enumerate() {
                let baseline = top + PAD + count(place) * LEADING + SIZE + 1.0;
                page.texts.push((left + PAD, baseline, SIZE, line.clone()));
            }
            page.rules.push([right, top, right, bottom]);
            left = right;
        }
        self.top = bottom;
    }
}

/// A small number as a length.
pub(super) fn count(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

//! The two tables of who takes filings, as text: their columns, and their rows laid over.

use csv::StringRecord;
use jiff::civil::Date;
use schemas::AuthorityId;

use crate::amend::{Amendment, Cells, Said};
use crate::authority::{AuthorityRow, UnionRow};
use crate::period::Period;
use crate::table::words;

words! {
    /// One of the tables of who takes filings.
    Roll, "table" {
        /// `authorities.csv`: the 1,788.
        Authorities = "authorities", "指定権者";
        /// `unions.csv`: 広域連合 and 一部事務組合.
        Unions = "unions", "広域連合・一部事務組合";
    }
}

/// The columns that a new union brings with it, beside those that may be amended later.
pub const FOUNDING: [&str; 2] = ["prefecture_code", "prefecture"];

/// The last day of a row.
pub(crate) const LAST: &str = "valid_to";

impl Roll {
    /// The table in which a code stands.
    pub fn of(code: AuthorityId) -> Self {
        if code.is_union() { Self::Unions } else { Self::Authorities }
    }

    /// The table's file name.
    pub fn file(self) -> &'static str {
        match self {
            Self::Authorities => AuthorityRow::FILE,
            Self::Unions => UnionRow::FILE,
        }
    }

    /// The column that says whose a row is.
    pub fn key(self) -> &'static str {
        match self {
            Self::Authorities => "code6",
            Self::Unions => "union_id",
        }
    }

    /// All columns, in order.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Authorities => AuthorityRow::COLUMNS,
            Self::Unions => UnionRow::COLUMNS,
        }
    }

    /// The columns that may be amended. Who is a municipality changes with a build; who belongs to
    /// a union, and until when, does not wait for one.
    pub fn amendable(self) -> &'static [&'static str] {
        match self {
            Self::Authorities => &[
                "launch_period",
                "prepared",
                "unprepared_basis",
                "status",
                "not_taken",
                "alternative",
                "alternative_note",
            ],
            Self::Unions => &[
                "name",
                "kind",
                "members",
                "services",
                "prepared",
                "unprepared_basis",
                "status",
                "not_taken",
                "alternative",
                "alternative_note",
                LAST,
                "evidence",
            ],
        }
    }
}

/// One table as records, with the places of the columns that make out a row.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) roll: Roll,
    pub(crate) head: StringRecord,
    pub(crate) rows: Vec<StringRecord>,
    code: usize,
    from: usize,
    to: usize,
}

impl Table {
    pub(crate) fn read(roll: Roll, text: &str) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers()?.clone();
        let rows = reader.records().collect::<Result<_, _>>()?;
        // A table of a master has them all, or it would not have become one.
        let place = |name: &str| head.iter().position(|it| it == name).unwrap_or(usize::MAX);
        let (code, from, to) = (place(roll.key()), place("valid_from"), place(LAST));
        Ok(Self { roll, head, rows, code, from, to })
    }

    /// The row of a code that holds on a day.
    pub(crate) fn find(&self, code: AuthorityId, day: Date) -> Option<usize> {
        self.rows.iter().position(|row| self.is_of(row, code) && self.holds(row, day))
    }

    /// Whether a row is a code's.
    pub(crate) fn is_of(&self, row: &StringRecord, code: AuthorityId) -> bool {
        row.get(self.code) == Some(code.as_str())
    }

    pub(crate) fn holds(&self, row: &StringRecord, day: Date) -> bool {
        Period { from: self.begins(row), to: self.ends(row) }.contains(day)
    }

    /// A row's first day.
    pub(crate) fn begins(&self, row: &StringRecord) -> Option<Date> {
        row.get(self.from)?.trim().parse().ok()
    }

    /// A row's last day.
    pub(crate) fn ends(&self, row: &StringRecord) -> Option<Date> {
        row.get(self.to)?.trim().parse().ok()
    }

    /// A cell of a row; empty for a column that the table does not have.
    pub(crate) fn cell<'r>(&self, row: &'r StringRecord, name: &str) -> &'r str {
        let place = self.head.iter().position(|it| it == name);
        place.and_then(|it| row.get(it)).unwrap_or_default()
    }

    /// The amendable cells of a code on a day, with the last day of its run; nothing where no row
    /// holds.
    pub(crate) fn held(&self, code: AuthorityId, day: Date) -> Option<Cells> {
        let row = self.rows.get(self.find(code, day)?)?;
        let last = self.run(code, day).pop().and_then(|it| self.rows.get(it))?;
        let cell = |name: &&'static str| {
            let row = if *name == LAST { last } else { row };
            ((*name).to_owned(), self.cell(row, name).to_owned())
        };
        Some(self.roll.amendable().iter().map(cell).collect())
    }

    /// Whose row it is.
    pub(crate) fn whose(&self, row: &StringRecord) -> Option<AuthorityId> {
        row.get(self.code)?.parse().ok()
    }

    /// The rows of a code that follow each other without a gap, from the one that holds on a day.
    pub(crate) fn run(&self, code: AuthorityId, day: Date) -> Vec<usize> {
        let own = self.rows.iter().enumerate().filter(|(_, row)| self.is_of(row, code));
        let mut own: Vec<_> = own.map(|(place, row)| (self.begins(row), place)).collect();
        own.sort_unstable();
        let mut run = Vec::new();
        let mut next = None;
        for (from, place) in own {
            let Some(row) = self.rows.get(place) else { continue };
            let is_next = if run.is_empty() { self.holds(row, day) } else { from == next };
            if is_next {
                run.push(place);
                next = self.ends(row).and_then(|last| last.tomorrow().ok());
            }
            if !run.is_empty() && next.is_none() {
                break;
            }
        }
        run
    }

    /// Lays one amendment over the row that holds on its day, and over those after it.
    pub(crate) fn amend(&mut self, amendment: &Amendment, said: &Said) {
        if amendment.cells.is_empty() {
            return;
        }
        let Some(place) = self.find(amendment.authority, amendment.valid_from) else {
            return self.found(amendment);
        };
        let mut cells = amendment.cells.clone();
        cells.retain(|name, _| self.roll.amendable().contains(&name.as_str()));
        let last = cells.remove(LAST);
        if let Some(row) = self.rows.get(place).cloned().filter(|_| !cells.is_empty()) {
            self.split((place, &row), amendment.valid_from, &cells);
            self.carry(&row, amendment, (cells, said));
        }
        if let Some(last) = last {
            self.end(amendment, &last);
        }
    }

    /// Adds the first row of a union that was founded.
    fn found(&mut self, amendment: &Amendment) {
        let cells = &amendment.cells;
        if self.roll != Roll::Unions || !FOUNDING.iter().all(|name| cells.contains_key(*name)) {
            return;
        }
        let day = amendment.valid_from.to_string();
        let cell = |(place, name): (usize, &str)| match place {
            place if place == self.code => amendment.authority.as_str().to_owned(),
            place if place == self.from => day.clone(),
            _ => cells.get(name).cloned().unwrap_or_default(),
        };
        let row = self.head.iter().enumerate().map(cell).collect();
        self.rows.push(row);
    }

    /// Splits a row on a day, unless it begins there; the later part has the new cells.
    fn split(&mut self, (place, row): (usize, &StringRecord), day: Date, cells: &Cells) {
        let later = self.with(row, cells);
        if self.begins(row) == Some(day) {
            self.rows.splice(place..=place, [later]);
            return;
        }
        let eve = day.yesterday().map(|it| it.to_string()).unwrap_or_default();
        let former = replaced(row, self.to, &eve);
        let later = replaced(&later, self.from, &day.to_string());
        self.rows.splice(place..=place, [former, later]);
    }

    /// Carries an amendment's cells on into the rows that begin after its day, in order of time: a
    /// cell goes on while it is what it was in the row that was amended, and nobody has said it for
    /// the later day itself.
    fn carry(
        &mut self,
        former: &StringRecord,
        amendment: &Amendment,
        (mut cells, said): (Cells, &Said),
    ) {
        let is_later = |(place, row): (usize, &StringRecord)| {
            let is_own = self.is_of(row, amendment.authority);
            let day = self.begins(row).filter(|day| is_own && *day > amendment.valid_from)?;
            Some((day, place))
        };
        let mut later: Vec<_> = self.rows.iter().enumerate().filter_map(is_later).collect();
        later.sort_unstable();
        for (day, place) in later {
            let Some(row) = self.rows.get(place) else { continue };
            cells.retain(|name, _| {
                let column = self.head.iter().position(|it| it == name);
                let is_same = column.is_some_and(|it| row.get(it) == former.get(it));
                is_same && !said.contains(&(amendment.authority, day, name.clone()))
            });
            let row = self.with(row, &cells);
            self.rows.splice(place..=place, [row]);
        }
    }

    /// Sets the last day of a union, which may have rows of its own until then: those that begin
    /// later are no more. Without a day it goes on.
    fn end(&mut self, amendment: &Amendment, last: &str) {
        let day = last.trim().parse::<Date>().ok();
        let mut run = self.run(amendment.authority, amendment.valid_from);
        let begins_later = |table: &Self, place: usize| {
            let from = table.rows.get(place).and_then(|row| table.begins(row));
            day.is_some_and(|day| from.is_some_and(|from| from > day))
        };
        let mut over = Vec::new();
        while let [_, .., place] = run[..]
            && begins_later(self, place)
        {
            over.extend(run.pop());
        }
        if let Some(place) = run.pop()
            && let Some(row) = self.rows.get(place)
        {
            let row = replaced(row, self.to, last.trim());
            self.rows.splice(place..=place, [row]);
        }
        over.sort_unstable();
        for place in over.into_iter().rev() {
            self.rows.remove(place);
        }
    }

    fn with(&self, row: &StringRecord, cells: &Cells) -> StringRecord {
        let cell =
            |(name, old): (&str, &str)| cells.get(name).map_or(old, String::as_str).to_owned();
        self.head.iter().zip(row).map(cell).collect()
    }

    /// The table as text: all rows, or those that hold on a day.
    pub(crate) fn written(&self, on: Option<Date>) -> Result<String, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.head)?;
        for row in self.rows.iter().filter(|row| on.is_none_or(|day| self.holds(row, day))) {
            writer.write_record(row)?;
        }
        let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn replaced(row: &StringRecord, place: usize, cell: &str) -> StringRecord {
    row.iter().enumerate().map(|(i, old)| if i == place { cell } else { old }).collect()
}

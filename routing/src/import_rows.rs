//! The rows of a table that people sent, each beside the row of the master that it means.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use jiff::civil::Date;
use schemas::AuthorityId;

use crate::amend::Cells;
use crate::authority::{AuthorityRow, UnionRow};
use crate::import_told::{ImportFault, Told, fault, foreign, no_key, of_tables, twice, unread};
use crate::master::Master;
use crate::roll::{FOUNDING, LAST, Roll, Table};
use crate::table::{Row, WHOLE_ROW};

/// Which row of the table a row of the file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Meant {
    /// One that is there.
    Row(usize),
    /// A union's, from a day on.
    New(AuthorityId, Date),
}

/// A row of the file that may say something.
pub(crate) struct Wanted {
    pub(crate) meant: Meant,
    pub(crate) authority: AuthorityId,
    /// The first day of what it says.
    pub(crate) from: Date,
    /// The row's own first day.
    pub(crate) begins: Option<Date>,
    pub(crate) line: u64,
    /// The cells as they are to be.
    pub(crate) cells: Cells,
}

/// A file being read beside the table that it means.
pub(crate) struct Reading<'a> {
    pub(crate) table: Table,
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    /// For each column of the table, where it stands in the file.
    places: Vec<Option<usize>>,
    /// Where each column stands in the table.
    own: HashMap<&'static str, usize>,
    from: Date,
    seen: HashMap<Meant, u64>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        master: &Master,
        text: &'a str,
        from: Date,
    ) -> Result<Self, Vec<ImportFault>> {
        let unreadable = |error: csv::Error| vec![fault(1, WHOLE_ROW, unread(&error))];
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers().map_err(unreadable)?.clone();
        let place = |name: &str| head.iter().position(|it| it.trim() == name);
        let rolls = [Roll::Authorities, Roll::Unions];
        let Some(roll) = rolls.into_iter().find(|it| place(it.key()).is_some()) else {
            return Err(vec![no_key()]);
        };
        let faults = head_faults(roll, &head);
        if !faults.is_empty() {
            return Err(faults);
        }
        let table = Table::read(roll, master.texts.of_roll(roll)).map_err(unreadable)?;
        let places = table.head.iter().map(place).collect();
        let own = |name: &&'static str| {
            table.head.iter().position(|it| it == *name).map(|place| (*name, place))
        };
        let own = roll.columns().iter().filter_map(own).collect();
        Ok(Self { table, text, reader, places, own, from, seen: HashMap::new() })
    }

    /// Every row that may say something; the others have left a fault behind.
    pub(crate) fn rows(&mut self, faults: &mut Vec<ImportFault>) -> Vec<Wanted> {
        let mut rows = Vec::new();
        let mut record = StringRecord::new();
        loop {
            match self.reader.read_record(&mut record) {
                Ok(false) => return rows,
                Ok(true) => rows.extend(self.row(&record, faults)),
                Err(error) => {
                    let line = self.line(error.position());
                    faults.push(fault(line, WHOLE_ROW, unread(&error)));
                    // Another width is a fault of that row alone; anything else is the file's.
                    if !matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) {
                        return rows;
                    }
                }
            }
        }
    }

    /// The line on which a record begins: its position is that of the empty lines before it.
    fn line(&self, position: Option<&csv::Position>) -> u64 {
        let Some(position) = position else { return 0 };
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| b"\r\n".contains(byte));
        empty.filter(|byte| **byte == b'\n').fold(position.line(), |line, _| line + 1)
    }

    /// One row of the file, compared with the row that it means.
    fn row(&mut self, record: &StringRecord, faults: &mut Vec<ImportFault>) -> Option<Wanted> {
        let line = self.line(record.position());
        let meant = match self.meant(record) {
            Ok(meant) => meant,
            Err((column, told)) => {
                faults.push(fault(line, column, told));
                return None;
            }
        };
        if let Some(first) = self.seen.insert(meant, line) {
            let ja = format!("{first}行目に同じ行があります");
            let told = (ja, format!("it stands in line {first} already"));
            faults.push(fault(line, self.table.roll.key(), told));
            return None;
        }
        let (old, is_founding) = self.old(meant)?;
        let new = self.overlaid((&old, meant), record);
        let from = self.first_day((&old, meant));
        let before = faults.len();
        if !is_founding {
            self.refuse_facts((&old, &new), (meant, line), faults);
        }
        let authority = self.read((&new, line), faults);
        if faults.len() == before {
            self.refuse_last_day((&old, &new), (line, from?), faults);
        }
        if faults.len() > before {
            return None;
        }
        let (cells, begins) =
            (self.said((&old, &new), (meant, is_founding)), self.table.begins(&new));
        Some(Wanted { meant, authority: authority?, from: from?, begins, line, cells })
    }

    /// The row as it is, of a new one the row that it follows, and whether it founds a union.
    fn old(&self, meant: Meant) -> Option<(StringRecord, bool)> {
        match meant {
            Meant::Row(place) => Some((self.table.rows.get(place)?.clone(), false)),
            Meant::New(code, day) => match self.table.find(code, day) {
                Some(place) => Some((self.table.rows.get(place)?.clone(), false)),
                None => Some((self.table.head.iter().map(|_| "").collect(), true)),
            },
        }
    }

    /// A row with the file's cells in it.
    fn overlaid(
        &self,
        (old, meant): (&StringRecord, Meant),
        record: &StringRecord,
    ) -> StringRecord {
        let columns = self.table.head.iter().zip(old).zip(&self.places);
        let cell = |((name, old), place): ((&str, &str), &Option<usize>)| match meant {
            Meant::New(_, day) if name == "valid_from" => day.to_string(),
            Meant::Row(_) if name == "valid_from" => old.to_owned(),
            Meant::New(..) | Meant::Row(_) => {
                let written = place.and_then(|it| record.get(it)).map_or(old, str::trim);
                if is_same(name, old, written) { old.to_owned() } else { tidy(name, written) }
            }
        };
        columns.map(cell).collect()
    }

    /// The first day of what a row says: the file's, or a later one on which a row begins; nothing
    /// of a row that is over.
    fn first_day(&self, (old, meant): (&StringRecord, Meant)) -> Option<Date> {
        match meant {
            Meant::New(_, day) => Some(day),
            Meant::Row(_) if self.table.holds(old, self.from) => Some(self.from),
            Meant::Row(_) => self.begins_later(old),
        }
    }

    /// The day on which a row begins, if that is after the file's.
    fn begins_later(&self, old: &StringRecord) -> Option<Date> {
        self.table.begins(old).filter(|day| *day > self.from)
    }

    /// The cells that a row says: those that differ; of one that is new or begins later all that
    /// are written, which are compared later, with what its authority is by then.
    fn said(
        &self,
        (old, new): (&StringRecord, &StringRecord),
        (meant, is_founding): (Meant, bool),
    ) -> Cells {
        let is_written = |name: &str| {
            let place = self.own.get(name).and_then(|it| self.places.get(*it));
            is_founding || place.is_some_and(Option::is_some)
        };
        let is_then = match meant {
            Meant::New(..) => true,
            Meant::Row(_) => self.begins_later(old).is_some(),
        };
        let is_said = |name: &&&str| {
            let is_own = is_then && **name != LAST;
            let differs = || self.table.cell(old, name) != self.table.cell(new, name);
            if is_own { is_written(name) } else { differs() }
        };
        let founding: &[&str] = if is_founding { &FOUNDING } else { &[] };
        let names = self.table.roll.amendable().iter().chain(founding).filter(is_said);
        names.map(|name| ((*name).to_owned(), self.table.cell(new, name).to_owned())).collect()
    }

    /// A fault for each column that differs and cannot be changed, and for all that differ when the
    /// row does not hold on the day.
    fn refuse_facts(
        &self,
        (old, new): (&StringRecord, &StringRecord),
        (meant, line): (Meant, u64),
        faults: &mut Vec<ImportFault>,
    ) {
        let (day, is_new) = (self.from, matches!(meant, Meant::New(..)));
        let is_later = self.first_day((old, meant)).is_some_and(|from| from > day);
        let holds = is_new || is_later || self.table.holds(old, day);
        for name in self.table.roll.columns() {
            let (was, is) = (self.table.cell(old, name), self.table.cell(new, name));
            let is_own_day = *name == "valid_from" && is_new;
            if was == is || is_own_day || (holds && self.table.roll.amendable().contains(name)) {
                continue;
            }
            let told = if holds {
                (
                    format!("「{was}」を「{is}」に変えることは、ここではできません"),
                    format!("{was:?} cannot be changed to {is:?} here: it is a fact of the tables"),
                )
            } else {
                (
                    format!("この行は{day}には適用されないため、「{is}」に変えられません"),
                    format!("this row does not hold on {day}, so {is:?} changes nothing"),
                )
            };
            faults.push(fault(line, name, told));
        }
    }

    /// Reads a row as the table would, and tells whose it is.
    fn read(
        &self,
        (new, line): (&StringRecord, u64),
        faults: &mut Vec<ImportFault>,
    ) -> Option<AuthorityId> {
        let (mut of_row, roll) = (Vec::new(), self.table.roll);
        let (file, places) = (roll.file(), &self.own);
        let mut row = Row { file, line, cells: new, places, faults: &mut of_row };
        let code = match roll {
            Roll::Authorities => AuthorityRow::parse(&mut row).map(|it| it.code),
            Roll::Unions => UnionRow::parse(&mut row).map(|it| it.id),
        };
        faults.extend(of_row.into_iter().map(of_tables));
        code.ok()
    }

    /// A union does not end before the day from which that holds.
    fn refuse_last_day(
        &self,
        (old, new): (&StringRecord, &StringRecord),
        (line, from): (u64, Date),
        faults: &mut Vec<ImportFault>,
    ) {
        let last = self.table.ends(new).filter(|last| *last < from);
        if let Some(last) =
            last.filter(|_| self.table.cell(old, LAST) != self.table.cell(new, LAST))
        {
            let ja = format!("最終日 {last} が、変更の適用開始日 {from} より前です");
            let en = format!("the last day {last} is before {from}, from which that would hold");
            faults.push(fault(line, LAST, (ja, en)));
        }
    }

    /// The row of the table that a row of the file means: the one that begins on the same day where
    /// the file has that column, else the one that holds on the day; of a union it may be new.
    fn meant(&self, record: &StringRecord) -> Result<Meant, (&'static str, Told)> {
        let cell = |name: &str| {
            let own = self.own.get(name)?;
            record.get((*self.places.get(*own)?)?).map(str::trim)
        };
        let (roll, day) = (self.table.roll, self.from);
        let code = cell(roll.key()).unwrap_or_default();
        let parsed = code.parse::<AuthorityId>().ok().filter(|it| Roll::of(*it) == roll);
        let parsed = parsed.ok_or_else(|| (roll.key(), nobody(roll, code, day)))?;
        let Some(begins) = cell("valid_from") else {
            let row = self.table.find(parsed, day).map(Meant::Row);
            let new = (roll == Roll::Unions).then_some(Meant::New(parsed, day));
            return row.or(new).ok_or_else(|| (roll.key(), nobody(roll, code, day)));
        };
        let is_meant = |row: &StringRecord| {
            self.table.is_of(row, parsed) && self.table.cell(row, "valid_from") == begins
        };
        if let Some(place) = self.table.rows.iter().position(is_meant) {
            return Ok(Meant::Row(place));
        }
        if roll == Roll::Unions {
            // Of one that began on some day, an empty cell means what holds.
            let row = self.table.find(parsed, day).filter(|_| begins.is_empty()).map(Meant::Row);
            let new = |()| self.new_row(parsed, begins).map_err(|told| ("valid_from", told));
            return row.ok_or(()).or_else(new);
        }
        if self.table.rows.iter().any(|row| self.table.is_of(row, parsed)) {
            let ja = format!("{code} に、「{begins}」から始まる行はありません");
            let en = format!("{code} has no row that begins on {begins:?}");
            return Err(("valid_from", (ja, en)));
        }
        Err((roll.key(), nobody(roll, code, day)))
    }

    /// A row of a union that begins on a day of its own, or on the file's.
    fn new_row(&self, code: AuthorityId, begins: &str) -> Result<Meant, Told> {
        if begins.is_empty() {
            return Ok(Meant::New(code, self.from));
        }
        let Ok(day) = begins.parse::<Date>() else {
            let ja = format!("「{begins}」は日付ではありません。2026-04-01 のように書いてください");
            return Err((ja, format!("{begins:?} is no day; write it as 2026-04-01")));
        };
        if day < self.from {
            let from = self.from;
            let ja = format!("新しい行の開始日 {day} は、適用開始日 {from} 以後にしてください");
            return Err((ja, format!("a new row begins on {from} or later, not on {day}")));
        }
        Ok(Meant::New(code, day))
    }
}

/// Columns that there are not, or that stand in the head twice.
fn head_faults(roll: Roll, head: &StringRecord) -> Vec<ImportFault> {
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    for name in head.iter().map(str::trim) {
        if !roll.columns().contains(&name) {
            faults.push(foreign(name, roll.columns()));
        } else if !seen.insert(name) {
            faults.push(twice(name));
        }
    }
    faults
}

fn nobody(roll: Roll, code: &str, day: Date) -> Told {
    match roll {
        Roll::Authorities => (
            format!("「{code}」は{day}の指定権者ではありません"),
            format!("{code:?} is no authority on {day}"),
        ),
        Roll::Unions => (
            format!("「{code}」は広域連合・組合の番号ではありません(例: U01001)"),
            format!("{code:?} is no union's id, which is U, the prefecture and three digits"),
        ),
    }
}

/// Columns whose cells are lists with `;` between their values, in whatever order.
const LISTS: [&str; 3] = ["members", "services", "not_taken"];

/// A cell as it is kept.
fn tidy(name: &str, cell: &str) -> String {
    if !LISTS.contains(&name) {
        return cell.to_owned();
    }
    let values = cell.split(';').map(str::trim).filter(|it| !it.is_empty());
    values.collect::<Vec<_>>().join(";")
}

/// Whether two cells say the same.
pub(crate) fn is_same(name: &str, one: &str, other: &str) -> bool {
    let sorted = |cell: &str| {
        let cell = tidy(name, cell);
        let mut values: Vec<_> = cell.split(';').map(str::to_owned).collect();
        values.sort_unstable();
        values
    };
    one == other || (LISTS.contains(&name) && sorted(one) == sorted(other))
}

//! Amendments: what authorities and unions have said of themselves since the tables were built in.
//!
//! A row is split on the day from which an amendment holds, and the later part has the new cells;
//! so have the rows after it, each cell until a row of which something else was said. The
//! result is text again and is read like the tables, so that every check of theirs applies.

use std::collections::{BTreeMap, BTreeSet};

use csv::StringRecord;
use jiff::civil::Date;
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};

use crate::authority::{AuthorityRow, UnionRow};
use crate::master::{Master, MasterError, Texts};
use crate::period::Period;
use crate::reception::Reception;
use crate::table::{MasterFault, WHOLE_ROW};

/// The columns that may be amended; unions have no `launch_period`.
pub const COLUMNS: [&str; 7] = [
    "launch_period",
    "prepared",
    "unprepared_basis",
    "status",
    "not_taken",
    "alternative",
    "alternative_note",
];

/// Cells by the names of their columns.
pub type Cells = BTreeMap<String, String>;

/// What was said for a day itself: whose, from which day on, which column.
pub(crate) type Said = BTreeSet<(AuthorityId, Date, String)>;

/// What one authority or union accepts from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Its number, from 1; of two for the same day the higher counts.
    pub number: i64,
    /// Whose.
    pub authority: AuthorityId,
    /// The first day.
    pub valid_from: Date,
    /// The cells that change; others stay as they are on that day. Without any, nothing does.
    pub cells: Cells,
}

impl Master {
    /// This master with amendments laid over its tables, in order, on top of those that it has. One
    /// for whose day there is no row changes nothing: its authority is no more.
    pub fn amended(&self, amendments: &[Amendment]) -> Result<Self, MasterError> {
        let Some(last) = amendments.iter().map(|it| it.number).max() else {
            return Ok(self.clone());
        };
        let (texts, mut said) = (&self.texts, self.said.clone());
        let of = |is_union: bool| {
            amendments.iter().filter(move |it| it.authority.is_union() == is_union)
        };
        let authorities =
            lay_over((AuthorityRow::FILE, "code6"), &texts.authorities, (of(false), &mut said));
        let unions = lay_over((UnionRow::FILE, "union_id"), &texts.unions, (of(true), &mut said));
        let (authorities, unions) = match (authorities, unions) {
            (Ok(authorities), Ok(unions)) => (authorities, unions),
            (Err(fault), _) | (_, Err(fault)) => return Err(MasterError { faults: vec![fault] }),
        };
        let base = texts.version.split('+').next().unwrap_or_default();
        let version = format!("{base}+{last}");
        let texts = Texts { version, authorities, unions, ..texts.clone() };
        Ok(Self { said, ..Self::parse(&texts.tables())? })
    }

    /// The number of the last amendment in it; 0 without any.
    pub fn last_amendment(&self) -> i64 {
        let number = self.version.split_once('+').and_then(|(_, number)| number.parse().ok());
        number.unwrap_or(0)
    }

    /// The amendable cells of an authority or union as they are on a day.
    pub fn cells(&self, code: AuthorityId, date: Date) -> Option<Cells> {
        let launch = self.authority(code, date).map(|row| row.launch_period);
        let mut cells = self.body(code, date)?.reception.cells();
        cells.extend(launch.map(|period| ("launch_period".to_owned(), period.to_string())));
        Some(cells)
    }

    /// The periods of an authority's or union's rows with their amendable cells, in order of time.
    pub fn over_time(&self, code: AuthorityId) -> Vec<(Period, Cells)> {
        let Some(place) = self.places.get(&code) else { return Vec::new() };
        let row = |i: &usize| {
            if code.is_union() {
                let row = &self.unions[*i];
                return (row.period, row.reception.cells());
            }
            let row = &self.authorities[*i];
            let mut cells = row.reception.cells();
            cells.insert("launch_period".to_owned(), row.launch_period.to_string());
            (row.period, cells)
        };
        let mut rows: Vec<_> = place.rows.iter().map(row).collect();
        rows.sort_by_key(|(period, _)| period.from);
        rows
    }

    /// `authorities.csv` with the amendments in it: all rows, or those that hold on a day.
    pub fn authorities_csv(&self, on: Option<Date>) -> Result<String, csv::Error> {
        let table = Table::read("code6", &self.texts.authorities)?;
        let holds = |row: &&StringRecord| on.is_none_or(|day| table.holds(row, day));
        written(&table.head, table.rows.iter().filter(holds))
    }
}

impl Reception {
    fn cells(&self) -> Cells {
        let cells = [
            ("prepared", self.prepared.to_string()),
            ("unprepared_basis", self.unprepared_basis.clone()),
            ("status", self.status.to_string()),
            ("not_taken", self.not_taken.cell()),
            ("alternative", self.alternative.to_string()),
            ("alternative_note", self.alternative_note.clone()),
        ];
        cells.into_iter().map(|(column, cell)| (column.to_owned(), cell)).collect()
    }
}

/// One table as records, with the places of the columns that make out a row.
pub(crate) struct Table {
    pub(crate) head: StringRecord,
    pub(crate) rows: Vec<StringRecord>,
    code: usize,
    from: usize,
    to: usize,
}

impl Table {
    pub(crate) fn read(key: &str, text: &str) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers()?.clone();
        let rows = reader.records().collect::<Result<_, _>>()?;
        // A table of a master has them all, or it would not have become one.
        let place = |name: &str| head.iter().position(|it| it == name).unwrap_or(usize::MAX);
        let (code, from, to) = (place(key), place("valid_from"), place("valid_to"));
        Ok(Self { head, rows, code, from, to })
    }

    /// The row of a code that holds on a day.
    pub(crate) fn find(&self, code: AuthorityId, day: Date) -> Option<usize> {
        self.rows
            .iter()
            .position(|row| row.get(self.code) == Some(code.as_str()) && self.holds(row, day))
    }

    pub(crate) fn holds(&self, row: &StringRecord, day: Date) -> bool {
        let date = |place: usize| row.get(place).and_then(|cell| cell.trim().parse().ok());
        Period { from: date(self.from), to: date(self.to) }.contains(day)
    }

    /// Lays one amendment over the row that holds on its day, and over those after it.
    fn amend(&mut self, amendment: &Amendment, said: &Said) {
        if amendment.cells.is_empty() {
            return;
        }
        let Some(place) = self.find(amendment.authority, amendment.valid_from) else { return };
        let Some(row) = self.rows.get(place).cloned() else { return };
        let day = amendment.valid_from.to_string();
        let is_new = row.get(self.from) != Some(day.as_str());
        let mut later = self.with(&row, &amendment.cells);
        if is_new {
            let eve = amendment.valid_from.yesterday().map(|it| it.to_string());
            let former = replaced(&row, self.to, &eve.unwrap_or_default());
            later = replaced(&later, self.from, &day);
            self.rows.splice(place..=place, [former, later]);
        } else {
            self.rows.splice(place..=place, [later]);
        }
        self.carry(&row, amendment, said);
    }

    /// Carries an amendment's cells on into the rows that begin after its day, in order of time: a
    /// cell goes on while it is what it was in the row that was amended, and nobody has said it for
    /// the later day itself.
    fn carry(&mut self, former: &StringRecord, amendment: &Amendment, said: &Said) {
        let begins = |row: &StringRecord| row.get(self.from)?.trim().parse::<Date>().ok();
        let is_later = |(place, row): (usize, &StringRecord)| {
            let is_own = row.get(self.code) == Some(amendment.authority.as_str());
            let day = begins(row).filter(|day| is_own && *day > amendment.valid_from)?;
            Some((day, place))
        };
        let mut later: Vec<_> = self.rows.iter().enumerate().filter_map(is_later).collect();
        later.sort_unstable();
        let mut cells = amendment.cells.clone();
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

    fn with(&self, row: &StringRecord, cells: &Cells) -> StringRecord {
        let cell = |(name, old): (&str, &str)| {
            let new = cells.get(name).filter(|_| COLUMNS.contains(&name));
            new.map_or(old, String::as_str).to_owned()
        };
        self.head.iter().zip(row).map(cell).collect()
    }
}

fn replaced(row: &StringRecord, place: usize, cell: &str) -> StringRecord {
    row.iter().enumerate().map(|(i, old)| if i == place { cell } else { old }).collect()
}

fn lay_over<'a>(
    (file, key): (&'static str, &str),
    text: &str,
    (amendments, said): (impl Iterator<Item = &'a Amendment>, &mut Said),
) -> Result<String, MasterFault> {
    let laid = || {
        let mut table = Table::read(key, text)?;
        for it in amendments {
            table.amend(it, said);
            said.extend(it.cells.keys().map(|name| (it.authority, it.valid_from, name.clone())));
        }
        written(&table.head, table.rows.iter())
    };
    laid().map_err(|error: csv::Error| MasterFault {
        file,
        line: error.position().map_or(0, csv::Position::line),
        column: WHOLE_ROW,
        message: format!("the table cannot be amended: {error}"),
    })
}

fn written<'a>(
    head: &StringRecord,
    rows: impl Iterator<Item = &'a StringRecord>,
) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn amendment(number: i64, code: &str, from: Date, cells: &[(&str, &str)]) -> Amendment {
        let cells = cells.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let authority = code.parse().expect("a code");
        Amendment { number, authority, valid_from: from, cells }
    }

    fn prepared(master: &Master, code: &str, day: Date) -> String {
        let code = code.parse().expect("a code");
        master.cells(code, day).expect("a row").remove("prepared").expect("a cell")
    }

    #[test]
    fn a_row_is_split_on_the_day_and_the_same_day_again_replaces() {
        let base = Master::embedded().expect("a master");
        let (eve, day) = (date(2026, 3, 31), date(2026, 4, 1));
        let open = amendment(3, "014087", day, &[("prepared", "true"), ("unprepared_basis", "")]);
        let master = base.amended(std::slice::from_ref(&open)).expect("a master");
        assert_eq!(master.version(), format!("{}+3", base.version()));
        assert_eq!((base.last_amendment(), master.last_amendment()), (0, 3));
        assert_eq!(prepared(&master, "014087", eve), "false");
        assert_eq!(prepared(&master, "014087", day), "true");
        assert_eq!(master.authorities().len(), base.authorities().len() + 1);
        // The same day again, and a day before it, which then ends on the eve.
        let closed = amendment(4, "014087", day, &[("status", "closed")]);
        let paper = amendment(5, "014087", date(2026, 3, 1), &[("alternative", "paper")]);
        let master = base.amended(&[open, closed, paper]).expect("a master");
        let rows = master.over_time("014087".parse().expect("a code"));
        let told: Vec<_> = rows
            .iter()
            .map(|(period, cells)| {
                let from = period.from.map(|day| day.to_string()).unwrap_or_default();
                (from, &*cells["prepared"], &*cells["status"], &*cells["alternative"])
            })
            .collect();
        assert_eq!(
            told,
            [
                (String::new(), "false", "open", "email_or_other"),
                ("2026-03-01".into(), "false", "open", "paper"),
                ("2026-04-01".into(), "true", "closed", "paper"),
            ]
        );
        assert_eq!(rows[1].0.to, Some(eve));
    }

    #[test]
    fn a_change_goes_on_into_later_rows_until_one_that_says_otherwise() {
        let base = Master::embedded().expect("a master");
        let on = |month| date(2026, month, 1);
        let of =
            |number, month, cells: &[(&str, &str)]| amendment(number, "014087", on(month), cells);
        let all = [
            // What is announced comes first, what is changed before it holds afterwards.
            of(1, 9, &[("alternative_note", "new address")]),
            of(2, 11, &[("status", "closed")]),
            of(3, 12, &[("alternative_note", "counter")]),
            of(4, 7, &[("prepared", "true"), ("unprepared_basis", ""), ("alternative_note", "x")]),
        ];
        let master = base.amended(&all).expect("a master");
        let rows = master.over_time("014087".parse().expect("a code"));
        let cells =
            rows.iter().map(|(_, it)| (&*it["prepared"], &*it["status"], &*it["alternative_note"]));
        assert_eq!(
            cells.collect::<Vec<_>>(),
            [
                ("false", "open", ""),
                ("true", "open", "x"),
                ("true", "open", "new address"),
                ("true", "closed", "new address"),
                ("true", "closed", "counter"),
            ]
        );
        // August is closed until somebody says otherwise; that November is, was said for itself.
        let closed = of(5, 8, &[("status", "closed"), ("not_taken", "change")]);
        let opened = of(6, 9, &[("status", "open")]);
        let again = [closed, opened];
        for again in [master.amended(&again), base.amended(&[&all[..], &again].concat())] {
            let rows = again.expect("a master").over_time("014087".parse().expect("a code"));
            let told: Vec<_> =
                rows.iter().skip(2).map(|(_, it)| (&*it["status"], &*it["not_taken"])).collect();
            assert_eq!(
                told,
                [
                    ("closed", "change"),
                    ("open", "change"),
                    ("closed", "change"),
                    ("closed", "change")
                ]
            );
        }
    }

    #[test]
    fn an_amendment_of_nothing_is_known_and_changes_nothing() {
        let base = Master::embedded().expect("a master");
        let master = base.amended(&[amendment(7, "014087", date(2026, 7, 1), &[])]);
        let master = master.expect("a master");
        assert_eq!(master.authorities(), base.authorities());
        assert_eq!(master.last_amendment(), 7);
    }

    #[test]
    fn unions_are_amended_too_and_who_is_no_more_is_passed_over() {
        let base = Master::embedded().expect("a master");
        let day = date(2026, 4, 1);
        let union = amendment(1, "U01001", day, &[("status", "closed"), ("not_taken", "change")]);
        let gone = amendment(2, "U01999", day, &[("status", "closed")]);
        let master = base.amended(&[union, gone]).expect("a master");
        let cells = master.cells("U01001".parse().expect("an id"), day).expect("a row");
        assert_eq!((&*cells["status"], &*cells["not_taken"]), ("closed", "change"));
        assert!(!cells.contains_key("launch_period"));
        assert_eq!(master.last_amendment(), 2, "it is known all the same");
    }

    #[test]
    fn what_the_tables_refuse_an_amendment_does_not_bring_in() {
        let base = Master::embedded().expect("a master");
        let day = date(2026, 4, 1);
        let odd = [("launch_period", "8"), ("status", "shut"), ("name", "小樽町")];
        let error = base.amended(&[amendment(1, "012033", day, &odd)]).expect_err("two faults");
        let columns: Vec<_> = error.faults.iter().map(|fault| fault.column).collect();
        assert_eq!(columns, ["status", "launch_period"], "{error}");
        let name = base.amended(&[amendment(1, "012033", day, &odd[2..])]).expect("a master");
        assert_eq!(name.name("012033".parse().expect("a code")), "小樽市", "no such column");
    }

    #[test]
    fn the_table_is_written_out_as_it_is_on_a_day() {
        let base = Master::embedded().expect("a master");
        let day = date(2026, 4, 1);
        let note = [("alternative_note", "窓口, 2階 \"介護\"")];
        let master = base.amended(&[amendment(1, "012033", day, &note)]).expect("a master");
        let all = master.authorities_csv(None).expect("a table");
        let today = master.authorities_csv(Some(day)).expect("a table");
        assert_eq!(all.lines().count(), 1 + 1_788 + 1);
        assert_eq!(today.lines().count(), 1 + 1_788);
        assert!(today.contains(r#","窓口, 2階 ""介護""",2026-04-01,"#), "quoted");
        let again = Master::parse(&crate::Tables { authorities: &all, ..crate::Tables::EMBEDDED });
        let again = again.expect("what is written out reads again");
        assert_eq!(again.authorities(), master.authorities());
    }
}

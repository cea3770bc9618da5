//! Amendments: what authorities and unions have said of themselves since the tables were built in.
//!
//! A row is split on the day from which an amendment holds, and the later part has the new cells;
//! so have the rows after it, each cell until a row of which something else was said. A union may
//! be new, or end. The result is text again and is read like the tables, so that every check of
//! theirs applies.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemas::AuthorityId;
use serde::{Deserialize, Serialize};

use crate::authority::{AuthorityRow, UnionRow};
use crate::master::{Master, MasterError, Texts};
use crate::period::Period;
use crate::reception::Reception;
use crate::roll::{LAST, Roll, Table};
use crate::table::{MasterFault, WHOLE_ROW};

/// Cells by the names of their columns.
pub type Cells = BTreeMap<String, String>;

/// What was said for a day itself: whose, from which day on, which column.
pub(crate) type Said = BTreeSet<(AuthorityId, Date, String)>;

/// What one authority or union accepts, or who belongs to a union, from a day on.
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
    /// for whose day there is no row changes nothing, since its authority is no more, unless it
    /// brings all that a new union needs.
    pub fn amended(&self, amendments: &[Amendment]) -> Result<Self, MasterError> {
        if amendments.is_empty() {
            return Ok(self.clone());
        }
        let laid = self.laid(amendments).map_err(|fault| MasterError { faults: vec![fault] });
        let (texts, said) = laid?;
        Ok(Self { said, ..Self::parse(&texts.tables())? })
    }

    /// The texts of the tables with amendments laid over them, and all that was said by then.
    pub(crate) fn laid(&self, amendments: &[Amendment]) -> Result<(Texts, Said), MasterFault> {
        let (texts, mut said) = (&self.texts, self.said.clone());
        let [authorities, unions] = [Roll::Authorities, Roll::Unions].map(|roll| {
            let own = amendments.iter().filter(|it| Roll::of(it.authority) == roll);
            lay_over((roll, texts.of_roll(roll)), own, &mut said)
        });
        let base = texts.version.split('+').next().unwrap_or_default();
        let last = amendments.iter().map(|it| it.number).max();
        let version = last.map_or_else(|| texts.version.clone(), |it| format!("{base}+{it}"));
        let (authorities, unions) = (authorities?, unions?);
        Ok((Texts { version, authorities, unions, ..texts.clone() }, said))
    }

    /// The number of the last amendment in it; 0 without any.
    pub fn last_amendment(&self) -> i64 {
        let number = self.version.split_once('+').and_then(|(_, number)| number.parse().ok());
        number.unwrap_or(0)
    }

    /// The amendable cells of an authority or union as they are on a day. A union's `valid_to` is
    /// its last day, through all rows that follow each other without a gap.
    pub fn cells(&self, code: AuthorityId, date: Date) -> Option<Cells> {
        if !code.is_union() {
            return self.authority(code, date).map(AuthorityRow::cells);
        }
        let mut cells = self.union(code, date)?.cells();
        let last = self.last_day(code, date).map(|day| day.to_string());
        cells.insert(LAST.to_owned(), last.unwrap_or_default());
        Some(cells)
    }

    /// The last day of a union that holds on a day; nothing while none is known.
    fn last_day(&self, code: AuthorityId, date: Date) -> Option<Date> {
        let mut last = self.union(code, date)?.period.to?;
        while let Some(next) = last.tomorrow().ok().and_then(|day| self.union(code, day)) {
            last = next.period.to?;
        }
        Some(last)
    }

    /// The periods of an authority's or union's rows with their amendable cells, in order of time.
    pub fn over_time(&self, code: AuthorityId) -> Vec<(Period, Cells)> {
        let Some(place) = self.places.get(&code) else { return Vec::new() };
        let row = |i: &usize| {
            if code.is_union() {
                return (self.unions[*i].period, self.unions[*i].cells());
            }
            (self.authorities[*i].period, self.authorities[*i].cells())
        };
        let mut rows: Vec<_> = place.rows.iter().map(row).collect();
        rows.sort_by_key(|(period, _)| period.from);
        rows
    }

    /// A table with the amendments in it, as CSV: all rows, or those that hold on a day.
    pub fn csv(&self, roll: Roll, on: Option<Date>) -> Result<String, csv::Error> {
        Table::read(roll, self.texts.of_roll(roll))?.written(on)
    }
}

impl AuthorityRow {
    fn cells(&self) -> Cells {
        let mut cells = self.reception.cells();
        cells.insert("launch_period".to_owned(), self.launch_period.to_string());
        cells
    }
}

impl UnionRow {
    /// All but the last day, which is the union's and not the row's.
    fn cells(&self) -> Cells {
        let members: Vec<_> = self.members.iter().map(ToString::to_string).collect();
        let services: Vec<_> = self.services.iter().map(ToString::to_string).collect();
        let own = [
            ("name", self.name.clone()),
            ("kind", self.kind.clone()),
            ("members", members.join(";")),
            ("services", services.join(";")),
            ("evidence", self.evidence.clone()),
        ];
        let mut cells = self.reception.cells();
        cells.extend(own.map(|(column, cell)| (column.to_owned(), cell)));
        cells
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

fn lay_over<'a>(
    (roll, text): (Roll, &str),
    amendments: impl Iterator<Item = &'a Amendment>,
    said: &mut Said,
) -> Result<String, MasterFault> {
    let laid = || {
        let mut table = Table::read(roll, text)?;
        for it in amendments {
            table.amend(it, said);
            said.extend(it.cells.keys().map(|name| (it.authority, it.valid_from, name.clone())));
        }
        table.written(None)
    };
    laid().map_err(|error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        let message = format!("the table cannot be amended: {error}");
        MasterFault::new(roll.file(), line, WHOLE_ROW, message)
    })
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
        let all = master.csv(Roll::Authorities, None).expect("a table");
        let today = master.csv(Roll::Authorities, Some(day)).expect("a table");
        assert_eq!(all.lines().count(), 1 + 1_788 + 1);
        assert_eq!(today.lines().count(), 1 + 1_788);
        assert!(today.contains(r#","窓口, 2階 ""介護""",2026-04-01,"#), "quoted");
        let again = Master::parse(&crate::Tables { authorities: &all, ..crate::Tables::EMBEDDED });
        let again = again.expect("what is written out reads again");
        assert_eq!(again.authorities(), master.authorities());
    }
}

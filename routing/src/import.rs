//! A table of authorities as people send it: what in it differs, and whether that may be.

use std::collections::{BTreeMap, HashMap};

use csv::StringRecord;
use jiff::civil::Date;
use schemas::AuthorityId;

use crate::amend::{Amendment, COLUMNS, Cells, Table};
use crate::authority::AuthorityRow;
use crate::master::Master;
use crate::table::{MasterFault, Row, WHOLE_ROW};

/// What a file changes about one authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Whose.
    pub authority: AuthorityId,
    /// The line in the file, from 1.
    pub line: u64,
    /// The cells as they are to be.
    pub cells: Cells,
    /// The same cells as they are on the day.
    pub was: Cells,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {column}: {en}")]
pub struct ImportFault {
    /// The line in it, from 1.
    pub line: u64,
    /// The column's name; `(row)` when the whole row is meant.
    pub column: &'static str,
    /// What is wrong, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// What a whole or partial `authorities.csv` changes from a day on: some rows, and of the columns
/// `code6` and any others. A difference in a column that is not amendable is a fault, as is a row
/// that does not hold on that day and differs; all faults are told by line.
pub fn edits_of(master: &Master, text: &str, from: Date) -> Result<Vec<Edit>, Vec<ImportFault>> {
    let mut faults = Vec::new();
    // With both characters at the end of each, lines would be counted one too few.
    let text = text.replace("\r\n", "\n");
    let edits = match Reading::new(master, &text, from) {
        Ok(mut reading) => reading.edits(&mut faults),
        Err(fault) => {
            faults.push(fault);
            Vec::new()
        }
    };
    if faults.is_empty() {
        faults.extend(faults_together(master, &edits, from));
    }
    if faults.is_empty() { Ok(edits) } else { Err(faults) }
}

/// What holds of each edit by itself may not hold between the tables.
fn faults_together(master: &Master, edits: &[Edit], from: Date) -> Vec<ImportFault> {
    let number = master.last_amendment() + 1;
    let amendments = edits.iter().map(|edit| Amendment {
        number,
        authority: edit.authority,
        valid_from: from,
        cells: edit.cells.clone(),
    });
    let amended = master.amended(&amendments.collect::<Vec<_>>());
    let faults = amended.err().map_or_else(Vec::new, |error| error.faults);
    faults.into_iter().map(of_tables).collect()
}

/// What the tables themselves refuse.
fn of_tables(fault: MasterFault) -> ImportFault {
    let MasterFault { line, column, message, .. } = fault;
    let ja = format!("この値は書けません ({message})");
    ImportFault { line, column, ja, en: message }
}

fn fault(line: u64, column: &'static str, (ja, en): (String, String)) -> ImportFault {
    ImportFault { line, column, ja, en }
}

struct Reading<'a> {
    table: Table,
    reader: csv::Reader<&'a [u8]>,
    /// For each column of the table, where it stands in the file.
    places: Vec<Option<usize>>,
    /// Where each column stands in the table.
    own: HashMap<&'static str, usize>,
    from: Date,
    seen: BTreeMap<usize, u64>,
}

impl<'a> Reading<'a> {
    fn new(master: &Master, text: &'a str, from: Date) -> Result<Self, ImportFault> {
        let unreadable = |error: csv::Error| fault(1, WHOLE_ROW, unread(&error));
        let table = Table::read("code6", &master.texts.authorities).map_err(unreadable)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers().map_err(unreadable)?.clone();
        let foreign = head.iter().find(|name| !AuthorityRow::COLUMNS.contains(&name.trim()));
        if let Some(name) = foreign {
            let known = AuthorityRow::COLUMNS.join(", ");
            let ja = format!("「{name}」という列はありません。使える列: {known}");
            return Err(fault(
                1,
                WHOLE_ROW,
                (ja, format!("{name:?} is no column; there are: {known}")),
            ));
        }
        let place = |name: &str| head.iter().position(|it| it.trim() == name);
        if place("code6").is_none() {
            let (ja, en) = ("code6 の列がありません", "the column is missing");
            return Err(fault(1, "code6", (ja.to_owned(), en.to_owned())));
        }
        let places = table.head.iter().map(place).collect();
        let own = |name: &&'static str| {
            table.head.iter().position(|it| it == *name).map(|place| (*name, place))
        };
        let own = AuthorityRow::COLUMNS.iter().filter_map(own).collect();
        Ok(Self { table, reader, places, own, from, seen: BTreeMap::new() })
    }

    fn edits(&mut self, faults: &mut Vec<ImportFault>) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut record = StringRecord::new();
        loop {
            match self.reader.read_record(&mut record) {
                Ok(false) => return edits,
                Ok(true) => edits.extend(self.edit(&record, faults)),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    faults.push(fault(line, WHOLE_ROW, unread(&error)));
                    // Another width is a fault of that row alone; anything else is the file's.
                    if !matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) {
                        return edits;
                    }
                }
            }
        }
    }

    /// One row of the file, compared with the row that it means.
    fn edit(&mut self, record: &StringRecord, faults: &mut Vec<ImportFault>) -> Option<Edit> {
        let line = record.position().map_or(0, csv::Position::line);
        let place = match self.meant(record) {
            Ok(place) => place,
            Err((column, sentences)) => {
                faults.push(fault(line, column, sentences));
                return None;
            }
        };
        if let Some(first) = self.seen.insert(place, line) {
            let ja = format!("{first}行目に同じ行があります");
            faults.push(fault(line, "code6", (ja, format!("it stands in line {first} already"))));
            return None;
        }
        let old = self.table.rows.get(place)?.clone();
        let new: StringRecord = old
            .iter()
            .zip(&self.places)
            .map(|(cell, place)| place.and_then(|it| record.get(it)).map_or(cell, str::trim))
            .collect();
        let before = faults.len();
        let differing = self.differing((&old, &new), line, faults);
        let mut of_row = Vec::new();
        let (file, places) = (AuthorityRow::FILE, &self.own);
        let read =
            AuthorityRow::parse(&mut Row { file, line, cells: &new, places, faults: &mut of_row });
        faults.extend(of_row.into_iter().map(of_tables));
        if faults.len() > before || differing.is_empty() {
            return None;
        }
        let cells = |of: &StringRecord| {
            let cell = |name: &&'static str| {
                let cell = self.own.get(*name).and_then(|place| of.get(*place));
                ((*name).to_owned(), cell.unwrap_or_default().to_owned())
            };
            differing.iter().map(cell).collect()
        };
        Some(Edit { authority: read.ok()?.code, line, cells: cells(&new), was: cells(&old) })
    }

    /// The amendable columns in which a row differs; a fault for each other, and for all when the
    /// row does not hold on the day.
    fn differing(
        &self,
        (old, new): (&StringRecord, &StringRecord),
        line: u64,
        faults: &mut Vec<ImportFault>,
    ) -> Vec<&'static str> {
        let holds = self.table.holds(old, self.from);
        let mut differing = Vec::new();
        for name in AuthorityRow::COLUMNS {
            let Some(place) = self.own.get(name) else { continue };
            let (was, is) = (old.get(*place), new.get(*place));
            if was == is {
                continue;
            }
            if holds && COLUMNS.contains(name) {
                differing.push(*name);
                continue;
            }
            let (was, is) = (was.unwrap_or_default(), is.unwrap_or_default());
            let day = self.from;
            let sentences = if holds {
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
            faults.push(fault(line, name, sentences));
        }
        differing
    }

    /// The row of the table that a row of the file means: the one that begins on the same day where
    /// the file has that column, else the one that holds on the day.
    fn meant(&self, record: &StringRecord) -> Result<usize, (&'static str, (String, String))> {
        let cell = |name: &str| {
            let own = self.own.get(name)?;
            record.get((*self.places.get(*own)?)?).map(str::trim)
        };
        let code = cell("code6").unwrap_or_default();
        let day = self.from;
        let nobody = (
            format!("「{code}」は{day}の指定権者ではありません"),
            format!("{code:?} is no authority on {day}"),
        );
        let Ok(parsed) = code.parse::<AuthorityId>() else { return Err(("code6", nobody)) };
        let Some(begins) = cell("valid_from") else {
            return self.table.find(parsed, day).ok_or(("code6", nobody));
        };
        let own = |name: &str, row: &StringRecord, cell: &str| {
            self.own.get(name).and_then(|place| row.get(*place)).is_some_and(|it| it == cell)
        };
        let of_code = |row: &StringRecord| own("code6", row, code);
        let mut rows = self.table.rows.iter();
        match rows.position(|row| of_code(row) && own("valid_from", row, begins)) {
            Some(place) => Ok(place),
            None if self.table.rows.iter().any(of_code) => {
                let ja = format!("{code} に、「{begins}」から始まる行はありません");
                Err(("valid_from", (ja, format!("{code} has no row that begins on {begins:?}"))))
            }
            None => Err(("code6", nobody)),
        }
    }
}

fn unread(error: &csv::Error) -> (String, String) {
    (format!("読み取れません ({error})"), format!("it cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::Tables;

    const DAY: Date = date(2026, 4, 1);

    fn told(faults: &[ImportFault]) -> Vec<(u64, &str)> {
        faults.iter().map(|fault| (fault.line, fault.column)).collect()
    }

    #[test]
    fn the_whole_table_with_two_changes_is_two_edits() {
        let master = Master::embedded().expect("a master");
        let text = Tables::EMBEDDED.authorities;
        assert_eq!(edits_of(&master, text, DAY), Ok(Vec::new()), "nothing differs");
        let changed = text.replace("小樽市,オタルシ,city,3,true", "小樽市,オタルシ,city,4,true");
        let row = changed.lines().find(|line| line.starts_with("014087")).expect("a row");
        let ready = row.replace("false,listed", "true,");
        let changed = changed.replace(row, &ready);
        let edits = edits_of(&master, &changed, DAY).expect("edits");
        assert_eq!(edits.len(), 2, "{edits:?}");
        assert_eq!(
            (&*edits[0].was["launch_period"], &*edits[0].cells["launch_period"]),
            ("3", "4")
        );
        assert_eq!(edits[1].cells.len(), 2, "{edits:?}");
    }

    #[test]
    fn of_1788_rows_three_bad_ones_are_told_by_line() {
        let master = Master::embedded().expect("a master");
        let mut lines: Vec<_> = Tables::EMBEDDED.authorities.lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 1_789);
        lines[1] = lines[1].replace("北海道,ホッカイドウ", "北の道,ホッカイドウ");
        lines[900] = lines[900].replace(",true,", ",maybe,");
        lines[1_788] = lines[1_788].replacen(&lines[1_788][..6], "990009", 1);
        lines[5] = lines[5].replace(",true,", ",false,");
        for end in ["\n", "\r\n"] {
            let faults = edits_of(&master, &lines.join(end), DAY).expect_err("faults");
            let expected = [(2, "name"), (901, "prepared"), (1_789, "code6")];
            assert_eq!(told(&faults), expected, "{end:?}: {faults:?}");
        }
    }

    #[test]
    fn some_rows_and_some_columns_are_enough() {
        let master = Master::embedded().expect("a master");
        let text = "\u{feff}code6,status\n012033,closed\n011002,open\n";
        let edits = edits_of(&master, text, DAY).expect("edits");
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0].cells, Cells::from([("status".into(), "closed".into())]));
        for (text, expected) in [
            ("status\nopen\n", (1, "code6")),
            ("code6,colour\n012033,red\n", (1, WHOLE_ROW)),
            ("code6,status\n012033\n", (2, WHOLE_ROW)),
            ("code6,status\n012033,open\n012033,closed\n", (3, "code6")),
            ("code6,status,valid_from\n012033,open,2020-01-01\n", (2, "valid_from")),
            ("code6,launch_period\n012033,9\n", (2, "launch_period")),
        ] {
            let faults = edits_of(&master, text, DAY).expect_err(text);
            assert_eq!(told(&faults), [expected], "{text}: {faults:?}");
        }
    }

    #[test]
    fn a_row_that_does_not_hold_on_the_day_cannot_be_changed() {
        let master = Master::embedded().expect("a master");
        let cells = Cells::from([("status".into(), "closed".into())]);
        let authority = "012033".parse().expect("a code");
        let amendment = Amendment { number: 1, authority, valid_from: DAY, cells };
        let master = master.amended(&[amendment]).expect("a master");
        let text = "code6,status,valid_from\n012033,exempt,\n012033,closed,2026-04-01\n";
        let faults = edits_of(&master, text, DAY).expect_err("the former row is over");
        assert_eq!(told(&faults), [(2, "status")], "{faults:?}");
        let text = text.replace("exempt", "open").replace("closed,2026", "open,2026");
        assert_eq!(edits_of(&master, &text, DAY).expect("one").len(), 1);
    }
}

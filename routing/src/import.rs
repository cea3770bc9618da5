//! A table of authorities or unions as people send it: what in it differs, and whether that may be.

use csv::StringRecord;
use jiff::civil::Date;
use schemas::AuthorityId;

use crate::amend::{Amendment, Cells};
use crate::import_rows::{Meant, Reading, Wanted, is_same};
use crate::import_told::{ImportFault, fault, of_tables, unread};
use crate::master::Master;
use crate::roll::{FOUNDING, LAST, Roll, Table};
use crate::table::{MasterFault, WHOLE_ROW};

/// What a file changes about one authority or union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Whose.
    pub authority: AuthorityId,
    /// The first day on which it holds: the day of the file, or a later one that its row names.
    pub from: Date,
    /// The line in the file, from 1.
    pub line: u64,
    /// The cells as they are to be.
    pub cells: Cells,
    /// The same cells as they are on the day; none of a union that is new.
    pub was: Cells,
}

/// What a whole or partial `authorities.csv` or `unions.csv` changes from a day on, in order of
/// time: some rows, and of the columns `code6` or `union_id` and any others. A difference in a
/// column that is not amendable is a fault, as is a row that does not hold on that day and differs;
/// all faults are told by the file's line. A row of a union that begins on a later day says what
/// holds from then on, and one of a union that there is not founds it.
pub fn edits_of(master: &Master, text: &str, from: Date) -> Result<Vec<Edit>, Vec<ImportFault>> {
    // With both characters at the end of each, lines would be counted one too few.
    let text = text.replace("\r\n", "\n");
    let mut reading = Reading::new(master, &text, from)?;
    let mut faults = Vec::new();
    let mut rows = reading.rows(&mut faults);
    check_ends(&reading.table, &mut rows, &mut faults);
    let edits = differing(master, &reading.table, rows);
    // Two rows that clash may do so because a third could not be read.
    let is_whole = faults.is_empty();
    let together = faults_together(master, (reading.table.roll, &edits), is_whole);
    faults.extend(together);
    faults.sort_by_key(|fault| fault.line);
    if faults.is_empty() { Ok(edits) } else { Err(faults) }
}

/// What holds of each edit by itself may not hold between the tables. Their lines are those of the
/// tables as they would be, and are told as those of the file from which the rows come. Unless all
/// of its rows are there, two that clash are left out.
fn faults_together(
    master: &Master,
    (roll, edits): (Roll, &[Edit]),
    is_whole: bool,
) -> Vec<ImportFault> {
    let number = master.last_amendment() + 1;
    let amendments: Vec<_> = edits.iter().map(|edit| edit.amendment(number)).collect();
    let texts = match master.laid(&amendments) {
        Ok((texts, _)) => texts,
        Err(fault) => return vec![of_tables(fault)],
    };
    let Err(error) = Master::parse(&texts.tables()) else { return Vec::new() };
    let table = match Table::read(roll, texts.of_roll(roll)) {
        Ok(table) => table,
        Err(error) => return vec![fault(1, WHOLE_ROW, unread(&error))],
    };
    let line_of = |file: &str, line: u64| {
        let is_there = |row: &&StringRecord| row.position().is_some_and(|it| it.line() == line);
        let row = table.rows.iter().find(is_there).filter(|_| file == roll.file())?;
        let (code, begins) = (table.whose(row)?, table.begins(row));
        let own = || edits.iter().filter(|edit| edit.authority == code);
        let by_then = own().rfind(|edit| begins.is_some_and(|day| edit.from <= day));
        by_then.or_else(|| own().next()).map(|edit| edit.line)
    };
    let mut faults: Vec<ImportFault> = Vec::new();
    for it in error.faults.into_iter().filter(|it| is_whole || it.with.is_none()) {
        let with = it.with.and_then(|line| line_of(it.file, line));
        let line = line_of(it.file, it.line).or(with).unwrap_or(1);
        let told = if it.with.is_some() && it.column == roll.key() {
            overlapping(line, &it)
        } else {
            of_tables(MasterFault { line, ..it })
        };
        if !faults.contains(&told) {
            faults.push(told);
        }
    }
    faults
}

fn overlapping(line: u64, it: &MasterFault) -> ImportFault {
    let ja = "適用期間が、同じ番号のほかの行と重なります";
    let en = "its days overlap those of another row of the same id";
    fault(line, it.column, (ja.to_owned(), en.to_owned()))
}

impl Edit {
    fn amendment(&self, number: i64) -> Amendment {
        let (authority, valid_from) = (self.authority, self.from);
        Amendment { number, authority, valid_from, cells: self.cells.clone() }
    }
}

/// A row that ends on the eve of the next is no end of its union, and one that would leave a gap
/// before the next is a fault.
fn check_ends(table: &Table, rows: &mut [Wanted], faults: &mut Vec<ImportFault>) {
    let begins: Vec<_> = rows.iter().map(|it| (it.authority, it.begins, it.meant)).collect();
    for row in rows {
        let last = row.cells.get(LAST).and_then(|it| it.parse::<Date>().ok());
        let Some(last) = last else { continue };
        let run = table.run(row.authority, row.from);
        let goes_on = |meant: &Meant| match meant {
            Meant::Row(place) => run.contains(place),
            Meant::New(..) => true,
        };
        let later = begins.iter().filter_map(|(code, begins, meant)| {
            begins.filter(|_| *code == row.authority && goes_on(meant))
        });
        let Some(next) = later.filter(|day| Some(*day) > row.begins).min() else { continue };
        let eve = next.yesterday().unwrap_or(last);
        if last == eve {
            row.cells.remove(LAST);
        } else {
            let ja = format!("次の行が {next} に始まるため、最終日は {eve} にしてください");
            let en = format!("the next row begins on {next}: the last day before it is {eve}");
            faults.push(fault(row.line, LAST, (ja, en)));
        }
    }
}

/// What differs, in order of time, each from what its union is after those before it.
fn differing(master: &Master, table: &Table, mut rows: Vec<Wanted>) -> Vec<Edit> {
    rows.sort_by_key(|row| row.from);
    let (mut table, mut said) = (table.clone(), master.said.clone());
    let mut edits = Vec::new();
    for Wanted { authority, from, line, mut cells, .. } in rows {
        let mut was = Cells::new();
        if let Some(held) = table.held(authority, from).filter(|_| !cells.is_empty()) {
            cells.retain(|name, wanted| {
                let is_there = held.get(name).is_some_and(|it| is_same(name, it, wanted));
                !is_there && !FOUNDING.contains(&name.as_str())
            });
            was.extend(held.into_iter().filter(|(name, _)| cells.contains_key(name)));
        }
        if cells.is_empty() {
            continue;
        }
        let edit = Edit { authority, from, line, cells, was };
        table.amend(&edit.amendment(0), &said);
        said.extend(edit.cells.keys().map(|name| (authority, from, name.clone())));
        edits.push(edit);
    }
    edits
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::Tables;

    const DAY: Date = date(2026, 4, 1);

    fn told(faults: &[ImportFault]) -> Vec<(u64, &str)> {
        faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect()
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
            ("code6,colour\n012033,red\n", (1, "colour")),
            ("code6, status,status \n012033,open,open\n", (1, "status")),
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
    fn a_later_row_stays_as_the_file_has_it() {
        let master = Master::embedded().expect("a master");
        let later = date(2027, 4, 1);
        for (code, key, table) in
            [("012033", "code6", "authorities"), ("U01001", "union_id", "unions")]
        {
            let cells = Cells::from([("status".into(), "closed".into())]);
            let authority = code.parse().expect("a code");
            let announced = Amendment { number: 1, authority, valid_from: later, cells };
            let master = master.amended(&[announced]).expect("a master");
            let text = master.csv(Roll::of(authority), None).expect("a table");
            assert_eq!(edits_of(&master, &text, DAY), Ok(Vec::new()), "{table}: as it is");
            let rows = |note: &str| {
                format!(
                    "{key},valid_from,alternative_note\n{code},,counter\n{code},{later},{note}\n"
                )
            };
            let days = |text: &str| {
                let edits = edits_of(&master, text, DAY).expect("edits");
                let amendments: Vec<_> = (2..).zip(&edits).map(|(n, it)| it.amendment(n)).collect();
                let master = master.amended(&amendments).expect("a master");
                let note =
                    |day| master.cells(authority, day).expect("a row")["alternative_note"].clone();
                (edits.len(), note(DAY), note(later))
            };
            let only_now = format!("{key},alternative_note\n{code},counter\n");
            let (now, was) = ("counter".to_owned(), String::new());
            assert_eq!(days(&only_now), (1, now.clone(), now.clone()), "{table}: it goes on");
            assert_eq!(days(&rows("")), (2, now.clone(), was), "{table}: as it was");
            assert_eq!(days(&rows("post")), (2, now.clone(), "post".into()), "{table}");
            assert_eq!(days(&rows("counter")), (1, now.clone(), now), "{table}");
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

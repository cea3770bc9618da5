//! Unions that are changed while hubs run: founded, joined, left, ended; and what a bad table is
//! told.

use jiff::civil::{Date, date};
use routing::{Amendment, Edit, ImportFault, Master, Roll, Tables, edits_of};

use crate::{DAY, MASTER, ask, case, code};

/// The columns that a new union needs.
const NEEDED: &str = "union_id,name,prefecture_code,prefecture,kind,members,services,prepared,\
                      status,alternative";

fn edits(text: &str) -> Vec<Edit> {
    edits_of(&MASTER, text, DAY).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"))
}

fn laid(edits: &[Edit]) -> Master {
    let amendment = |(number, it): (i64, &Edit)| Amendment {
        number,
        authority: it.authority,
        valid_from: it.from,
        cells: it.cells.clone(),
    };
    let all: Vec<_> = (1..).zip(edits).map(amendment).collect();
    MASTER.amended(&all).expect("what was looked at fits")
}

/// Who gets a municipal service's filing for a place on a day.
fn to(master: &Master, place: &str, day: Date) -> String {
    let mut case = case(place, "78", &[]);
    case.date = day;
    ask(master, &case).expect("an answer").remove(0).0
}

fn told(faults: &[ImportFault]) -> Vec<(u64, &str)> {
    faults.iter().map(|it| (it.line, it.column.as_str())).collect()
}

#[test]
fn the_whole_table_says_nothing_new_in_whatever_order_lists_are() {
    assert_eq!(edits(Tables::EMBEDDED.unions), []);
    let text = Tables::EMBEDDED.unions.replace("016047;016101", "016101 ; 016047");
    assert_ne!(text, Tables::EMBEDDED.unions);
    assert_eq!(edits(&text), []);
}

#[test]
fn a_union_is_founded_from_a_day_on_and_ends_on_another() {
    let row =
        "U01999,小樽余市広域連合,01,北海道,広域連合,012033; 014087,78;municipal,true,open,paper";
    let text = format!("{NEEDED},valid_from,valid_to\n{row},2026-10-01,2027-03-31\n");
    let found = edits(&text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].from), (2, date(2026, 10, 1)));
    assert!(found[0].was.is_empty());
    assert_eq!(found[0].cells["members"], "012033;014087");
    let master = laid(&found);
    for (day, expected) in [
        (date(2026, 9, 30), "012033"),
        (date(2026, 10, 1), "U01999"),
        (date(2027, 3, 31), "U01999"),
        (date(2027, 4, 1), "012033"),
    ] {
        assert_eq!(to(&master, "012033", day), expected, "{day}");
    }
    // What was taken in says nothing new when it comes again, be it with a day or without.
    for text in [&text, &text.replace("2026-10-01", "")] {
        let again = edits_of(&master, text, date(2026, 10, 1));
        assert_eq!(again, Ok(Vec::new()), "{text}");
    }
    // Without days of its own it begins on the file's, and has no end.
    let master = laid(&edits(&format!("{NEEDED}\n{row}\n")));
    assert_eq!(to(&master, "014087", DAY), "U01999");
    assert_eq!(master.cells(code("U01999"), DAY).expect("a union")["valid_to"], "");
    let written = master.csv(Roll::Unions, Some(DAY)).expect("a table");
    assert!(written.contains(",2026-04-01,,"), "{written}");
    let again = Master::parse(&Tables { unions: &written, ..Tables::EMBEDDED });
    assert_eq!(again.expect("it reads again").unions().len(), MASTER.unions_on(DAY).count() + 1);
}

#[test]
fn members_come_and_go_from_a_day_on() {
    // As the master's own rule has it: a new row, and its eve as the last day of the one before.
    let (day, head) = (date(2026, 7, 1), "union_id,members,valid_from,valid_to");
    let text = format!("{head}\nU01004,016047;016101,,2026-06-30\nU01004,016101,2026-07-01,\n");
    let found = edits(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].line, found[0].from), (3, day));
    assert_eq!(found[0].cells.len(), 1, "{found:?}");
    let master = laid(&found);
    assert_eq!(to(&master, "016047", date(2026, 6, 30)), "U01004");
    assert_eq!(to(&master, "016047", day), "016047");
    assert_eq!(to(&master, "016101", day), "U01004");
    // The same without the row of before, and from the file's day.
    assert_eq!(laid(&edits(&format!("{head}\nU01004,016101,2026-07-01,\n"))).unions().len(), 41);
    let now = laid(&edits("union_id,members\nU01004,016101\n"));
    assert_eq!(to(&now, "016047", DAY), "016047");
    assert_eq!(now.over_time(code("U01004")).len(), 2);
}

#[test]
fn of_two_changes_in_a_table_the_later_row_has_the_last_word() {
    let head = "union_id,name,members,valid_from";
    let text = format!("{head}\nU01004,新,016101,\nU01004,日高中部広域連合,016101,2026-07-01\n");
    let found = edits(&text);
    let days: Vec<_> = found.iter().map(|it| (it.from, it.cells.len())).collect();
    assert_eq!(days, [(DAY, 2), (date(2026, 7, 1), 1)], "{found:?}");
    let rows = laid(&found).over_time(code("U01004"));
    let names: Vec<_> = rows.iter().map(|(_, it)| &*it["name"]).collect();
    assert_eq!(names, ["日高中部広域連合", "新", "日高中部広域連合"]);
}

#[test]
fn a_union_ends_with_the_rows_that_were_to_come() {
    let announced = laid(&edits("union_id,name,valid_from\nU01004,新,2026-10-01\n"));
    let text = "union_id,valid_from,valid_to\nU01004,,2026-08-31\n";
    let found = edits_of(&announced, text, DAY).expect("edits");
    let amendment = Amendment {
        number: 9,
        authority: found[0].authority,
        valid_from: found[0].from,
        cells: found[0].cells.clone(),
    };
    let ended = announced.amended(&[amendment]).expect("a master");
    assert_eq!(ended.over_time(code("U01004")).len(), 1);
    assert_eq!(to(&ended, "016047", date(2026, 8, 31)), "U01004");
    assert_eq!(to(&ended, "016047", date(2026, 10, 1)), "016047");
    // While the table itself has the later row, the union does not end before it.
    let text = "union_id,valid_from,valid_to\nU01004,,2026-08-31\nU01004,2026-10-01,\n";
    let faults = edits_of(&announced, text, DAY).expect_err("a gap");
    assert_eq!(told(&faults), [(2, "valid_to")], "{faults:?}");
    // One that is over can be founded anew.
    let row = "U01004,再,01,北海道,広域連合,016047,municipal,true,open,paper,2027-04-01";
    let text = format!("{NEEDED},valid_from\n{row}\n");
    let again = edits_of(&ended, &text, DAY).expect("edits");
    assert!(again[0].cells.contains_key("prefecture_code"), "{again:?}");
}

#[test]
fn of_a_table_with_bad_rows_each_is_told_by_the_line_of_the_file() {
    let mut lines: Vec<_> = Tables::EMBEDDED.unions.lines().map(str::to_owned).collect();
    lines.insert(1, "U01001,\"空知\n中部\",,,,,,,,,,,,,,".replace("U01001", "U01998"));
    lines[10] = lines[10].replace(",municipal,", ",99,");
    lines[20] = lines[20].replace(",true,,open,", ",true,,shut,");
    lines[41] = format!("X{}", &lines[41][1..]);
    for (mark, end) in [("", "\n"), ("\u{feff}", "\r\n")] {
        let text = format!("{mark}{}{end}", lines.join(end));
        let faults = edits_of(&MASTER, &text, DAY).expect_err("faults");
        let mut lines: Vec<_> = told(&faults).into_iter().filter(|(line, _)| *line != 2).collect();
        lines.dedup();
        // The first row takes two lines.
        assert_eq!(lines, [(12, "services"), (22, "status"), (43, "union_id")], "{faults:#?}");
    }
}

#[test]
fn what_does_not_fit_the_other_rows_is_told_in_both_languages() {
    let row = |id: &str, members: &str, services: &str| {
        format!("{id},組合,01,北海道,一部事務組合,{members},{services},true,open,paper")
    };
    let table = |rows: &[String]| format!("{NEEDED}\n\n{}\n", rows.join("\n"));
    for (rows, line, column, ja, en) in [
        (vec![row("U01999", "012033;011011", "municipal")], 3, "members", "にありません", "not in"),
        (vec![row("U01999", "010006", "municipal")], 3, "members", "都道府県です", "a prefecture"),
        (vec![row("U01999", "021008", "municipal")], 3, "members", "", "is not in authorities.csv"),
        (vec![row("U01999", "131016", "municipal")], 3, "members", "都道府県 01", "prefecture 01"),
        (vec![row("U01999", "012033;012033", "78")], 3, "members", "2回", "twice"),
        (vec![row("U01999", "", "municipal")], 3, "members", "6桁の団体コード", "has members"),
        (vec![row("U01999", "012033", "")], 3, "services", "municipal などの語", "holds a service"),
        (vec![row("U01999", "012033", "11")], 3, "services", "市町村が指定", "municipalities"),
        // A member of another union, which the table does not name.
        (vec![row("U01999", "016047", "78")], 3, "members", "U01004", "a member of U01004 too"),
        // Of two in the table the later is told.
        (
            vec![row("U01998", "012033", "78"), row("U01999", "012033", "municipal")],
            4,
            "members",
            "同じ期間・同じサービス",
            "012033 is a member of U01998 too",
        ),
        (vec![row("U1", "012033", "78")], 3, "union_id", "U01001", "no union's id"),
        (vec![row("U02999", "012033", "78")], 3, "prefecture_code", "2桁", "does not fit"),
        (
            vec![row("U01999", "012033", "78").replace("海", "界")],
            3,
            "prefecture",
            "北界道",
            "北界道",
        ),
    ] {
        let faults = edits_of(&MASTER, &table(&rows), DAY).expect_err(en);
        let found = faults.iter().find(|it| (it.line, it.column.as_str()) == (line, column));
        let found = found.unwrap_or_else(|| panic!("{column} {en}: {faults:#?}"));
        assert!(found.ja.contains(ja) && found.en.contains(en), "{ja} {en}: {found:?}");
    }
    // A row that is there before the new one in the master's table is not what is told.
    let joined = "union_id,members\nU01001,012271;016047\n";
    let faults = edits_of(&MASTER, joined, DAY).expect_err("a member of two");
    assert_eq!(told(&faults), [(2, "members")], "{faults:?}");
    assert!(faults[0].en.contains("016047"), "{faults:?}");
}

#[test]
fn days_that_cannot_be_are_told() {
    let head = "union_id,valid_from,valid_to";
    for (rows, expected, ja) in [
        ("U01004,,2026-03-31", (2, "valid_to"), "適用開始日 2026-04-01 より前"),
        ("U01004,2026-10-01,2026-09-01", (2, "valid_to"), "開始日 2026-10-01 より前"),
        ("U01004,2026-03-01,", (2, "valid_from"), "2026-04-01 以後"),
        ("U01004,4月,", (2, "valid_from"), "日付ではありません"),
        ("U01004,,4月", (2, "valid_to"), "2026-04-01 のように"),
        ("U01004,,2026-08-01\nU01004,2026-10-01,", (2, "valid_to"), "2026-09-30 にしてください"),
        ("U01004,2026-10-01,\nU01004,2026-10-01,", (3, "union_id"), "2行目に同じ行"),
    ] {
        let text = format!("{head}\n{rows}\n");
        let faults = edits_of(&MASTER, &text, DAY).expect_err(rows);
        assert_eq!(told(&faults), [expected], "{rows}: {faults:?}");
        assert!(faults[0].ja.contains(ja), "{rows}: {faults:?}");
    }
    // One that ended cannot be changed any more.
    let over = MASTER.unions().iter().find(|it| it.period.to.is_some()).expect("one that ended");
    let text = format!("union_id,name,valid_from\n{},別,\n", over.id);
    let faults = edits_of(&MASTER, &text, DAY).expect_err("it is over");
    assert_eq!(told(&faults), [(2, "name")], "{faults:?}");
}

//! CSV from people: the master's tables, and cases to be routed.

use std::sync::LazyLock;

use jiff::civil::date;
use routing::{COLUMNS_OUT, Language, Master, Tables, bulk, explain, plan, stats};

use super::assert_sentence;
use crate::house::change;

/// What stands between the tables of an input.
const CUT: &str = "\n==\n";

/// A master of a few rows: the version and six tables, in the order of [`Tables`].
pub(super) fn master(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split(CUT);
    let mut next = || parts.next().unwrap_or_default();
    let tables = Tables {
        version: next(),
        authorities: next(),
        unions: next(),
        services: next(),
        transfers: next(),
        kinds: next(),
        rules: next(),
    };
    match Master::parse(&tables) {
        Ok(master) => use_it(&master),
        Err(error) => {
            assert!(!error.faults.is_empty(), "an error without a fault");
            error.faults.iter().for_each(assert_sentence);
        }
    }
}

/// A master that reads can be asked, whatever it holds.
fn use_it(master: &Master) {
    let day = date(2026, 4, 1);
    let _ = stats(master, day);
    for authority in master.authorities() {
        let filing = change(authority.code.as_str(), &[authority.code.as_str()]);
        match plan(master, &filing, day) {
            Ok(plan) => {
                assert!(!plan.targets.is_empty(), "it goes nowhere: {plan:?}");
                assert!(!explain(&plan, master, Language::En).is_empty(), "nothing to say");
            }
            Err(error) => assert_sentence(&error),
        }
    }
}

/// Cases to be routed: each row comes out with an answer or a problem, and the file that comes out
/// is routed to the same.
pub(super) fn cases(bytes: &[u8]) {
    static MASTER: LazyLock<Master> = LazyLock::new(|| Master::embedded().expect("the master"));
    let mut out = Vec::new();
    let summary = match bulk(&MASTER, bytes, &mut out) {
        Ok(summary) => summary,
        Err(error) => return assert_sentence(&error),
    };
    assert!(summary.problems <= summary.rows, "{summary:?}");
    let rows = read(&out);
    assert_eq!(rows.len() as u64, summary.rows + 1, "rows of {}", String::from_utf8_lossy(&out));
    let mut again = Vec::new();
    bulk(&MASTER, out.as_slice(), &mut again).expect("what comes out goes in");
    let again = read(&again);
    assert_eq!(again.len(), rows.len(), "other rows the second time");
    for (row, again) in rows.iter().zip(&again) {
        let problem = row.last().expect("a cell");
        assert!(problem.len() <= super::SENTENCE_BYTES_MAX, "{} bytes of problem", problem.len());
        if problem.is_empty() {
            assert_eq!(row, again);
        }
    }
}

fn read(csv: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(csv).expect("UTF-8");
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = rows.deserialize().map(|row| row.expect("even rows")).collect();
    let names = rows.first().expect("a head");
    assert!(names.ends_with(&COLUMNS_OUT.map(str::to_owned)), "the head is {names:?}");
    rows
}

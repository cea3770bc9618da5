//! The bulk file: every row answered, none stops the others.

use routing::{BulkError, bulk};

use crate::MASTER;

fn run(input: impl AsRef<[u8]>) -> (String, u64, u64) {
    let mut output = Vec::new();
    let summary = bulk(&MASTER, input.as_ref(), &mut output).expect("a whole file");
    (String::from_utf8(output).expect("UTF-8"), summary.rows, summary.problems)
}

#[test]
fn rows_are_answered_in_their_order() {
    let (out, rows, problems) = run("municipality,service,kind,date,insurers\n\
         011002,78,change,2026-04-01,012033;013943\n\
         013943,11,designation,2026-04-01,\n");
    let version = MASTER.version();
    assert_eq!((rows, problems), (2, 0));
    assert_eq!(
        out,
        format!(
            "municipality,service,kind,date,insurers,authorities,rule,master_version,problem\n\
             011002,78,change,2026-04-01,012033;013943,011002;012033;U01002,\
             municipal_multi;union,{version},\n\
             013943,11,designation,2026-04-01,,010006,prefecture,{version},\n"
        )
    );
}

#[test]
fn a_bad_row_gets_its_problem_and_the_next_is_answered() {
    let mut input = b"municipality,service,kind,date,insurers\n".to_vec();
    for row in [
        "011003,78,change,2026-04-01,",
        "011002,7,change,2026-04-01,",
        "011002,78,changes,2026-04-01,",
        "011002,78,change,2026-02-30,",
        "011002,78,change,2026-04-01,999999",
        "011002,53,change,2026-04-01,",
        "011002,78,change",
    ] {
        input.extend(row.bytes().chain(*b"\n"));
    }
    input.extend(b"011002,\xff\xff,change,2026-04-01,\n011002,78,change,2026-04-01,\n");
    let (out, rows, problems) = run(&input);
    assert_eq!((rows, problems), (9, 8));
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let found: Vec<String> =
        reader.records().map(|row| row.expect("a row").get(8).unwrap_or("").to_owned()).collect();
    let words: Vec<_> = found.iter().map(|text| text.split(':').next().unwrap_or("")).collect();
    assert_eq!(
        words,
        [
            "malformed_municipality",
            "malformed_service",
            "malformed_kind",
            "malformed_date",
            "malformed_insurers",
            "service_abolished",
            "cell_count",
            "not_utf8",
            ""
        ]
    );
    assert!(found[0].contains("has check digit 3, expected 2"), "{}", found[0]);
}

#[test]
fn other_columns_are_kept_and_ours_made_anew() {
    let first = run("\u{feff}id,date,kind,service,municipality,insurers,deemed\n\
                     a,2026-04-01,renewal,13,011002,,true\n\
                     b,2026-04-01,renewal,13,011002,,\n");
    assert!(first.0.starts_with("id,date,kind,service,municipality,insurers,deemed,authorities,"));
    assert!(first.0.contains("deemed_takes_no_application"), "{}", first.0);
    assert_eq!(run(&first.0), first);
}

#[test]
fn a_missing_column_is_named() {
    let mut out = Vec::new();
    let error = bulk(&MASTER, &b"municipality,kind,date\n"[..], &mut out).unwrap_err();
    assert!(matches!(&error, BulkError::MissingColumns { missing } if missing.len() == 2));
    assert_eq!(
        error.to_string(),
        "the first line lacks service, insurers; \
         it must have municipality,service,kind,date,insurers"
    );
    assert!(bulk(&MASTER, &b""[..], &mut out).is_err());
}

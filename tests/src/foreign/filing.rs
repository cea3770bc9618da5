//! A filing as the body of a request: read, checked, routed, held to its forms, and put into an
//! authority's ledger.

use std::sync::LazyLock;

use adapters::Action;
use adapters::package::{LedgerFacts, filing_xml, ledger, ledger_csv};
use encoding_rs::SHIFT_JIS;
use jiff::civil::date;
use routing::{Master, plan};
use schemas::filing::Limits;
use schemas::forms::At;
use schemas::ledger::{EMBEDDED, Encoding};
use schemas::{Catalogue, Finding, Ledgers, Submission};

use super::assert_sentence;

struct Desk {
    master: Master,
    forms: &'static Catalogue,
    ledgers: Ledgers,
    limits: Limits,
}

static DESK: LazyLock<Desk> = LazyLock::new(|| Desk {
    master: Master::embedded().expect("the master"),
    forms: Catalogue::embedded().expect("the forms"),
    ledgers: Ledgers::from_files(
        EMBEDDED.iter().copied(),
        Catalogue::embedded().expect("the forms"),
    )
    .expect("the profiles"),
    limits: hub::config::Config::defaults().expect("the defaults").limits,
});

/// The body of `POST /v1/filings`.
pub(super) fn filing(bytes: &[u8]) {
    let submission: Submission = match serde_json::from_slice(bytes) {
        Ok(submission) => submission,
        Err(error) => return assert_sentence(&error),
    };
    let written = serde_json::to_vec(&submission).expect("JSON");
    let again: Submission = serde_json::from_slice(&written).expect("what was written reads");
    assert_eq!(again, submission);
    write_ledger(&submission);
    let findings = submission.check(&DESK.limits);
    assert_findings(&findings);
    let day = date(2026, 4, 1);
    let at = At::on(day);
    if !findings.is_empty() {
        return assert_findings(&DESK.forms.check_filing(&submission, &at));
    }
    match plan(&DESK.master, &submission, day) {
        Ok(plan) => {
            assert!(!plan.targets.is_empty(), "it goes nowhere: {plan:?}");
            let authorities: Vec<_> = plan.targets.iter().map(|target| target.authority).collect();
            let at = At { authorities: &authorities, ..at };
            assert_findings(&DESK.forms.check_filing(&submission, &at));
        }
        Err(error) => assert_findings(&error.findings()),
    }
}

fn assert_findings(findings: &[Finding]) {
    for finding in findings {
        assert_sentence(&finding.message);
        assert!(!finding.code.is_empty(), "a finding without a code: {finding:?}");
        assert!(finding.path.is_empty() || finding.path.starts_with('/'), "{finding:?}");
    }
}

/// No cell of the ledger is a formula, and it has a row for each service.
fn write_ledger(submission: &Submission) {
    let facts = LedgerFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 1,
        action: Action::Submit,
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id"),
        authority: "011002".parse().expect("a code"),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        first_received_at: jiff::Timestamp::UNIX_EPOCH,
    };
    let xml = filing_xml(&serde_json::to_value(submission).expect("JSON"));
    assert!(!xml.text.contains(|it: char| it < ' ' && it != '\n' && it != '\t'), "{}", xml.text);
    for profile in DESK.ledgers.profiles() {
        let written = ledger(submission, &facts, profile);
        assert_table(submission, profile.encoding, &written.bytes);
    }
    assert_table(submission, Encoding::Utf8, &ledger_csv(submission, &facts));
}

fn assert_table(submission: &Submission, encoding: Encoding, csv: &[u8]) {
    let text = match encoding {
        Encoding::Utf8 => std::str::from_utf8(csv).expect("UTF-8").into(),
        Encoding::Cp932 => SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(csv)
            .expect("no byte that is not CP932"),
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = table.deserialize().map(|row| row.expect("even rows")).collect();
    let services = submission.offices.iter().map(|office| office.services.len()).sum::<usize>();
    assert_eq!(rows.len(), services, "a row for each service");
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {cell:?}");
    }
}

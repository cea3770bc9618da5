//! Narrower limits of attachments: by kind, by paper, by authority; what is at them is taken.

use schemas::forms::EMBEDDED;
use schemas::{Attachment, AuthorityId, Catalogue, FilingKind, Submission};
use serde_json::{Value, json};

use super::support::good;

const MIB: u64 = 1 << 20;

fn catalogue(rules: &Value) -> Result<Catalogue, String> {
    let text = json!({"rules": rules}).to_string();
    let own = [("limits-own.json", text.as_str())];
    Catalogue::from_files(EMBEDDED.iter().copied().chain(own)).map_err(|error| error.to_string())
}

fn file(name: &str, size: u64, media_type: &str) -> Attachment {
    let sha256 = "ab".repeat(32);
    Attachment { name: name.into(), sha256, size, media_type: media_type.into() }
}

fn with(files: &[(&str, u64)], checklist: &Value) -> Submission {
    let mut filing = good(FilingKind::Change, "11", 1);
    let pdf = |(name, size): &(&str, u64)| file(name, *size, "application/pdf");
    filing.attachments = files.iter().map(pdf).collect();
    filing.form["checklist"] = checklist.clone();
    filing
}

/// The codes and paths of what is found for one authority's filing.
fn found(rules: &Value, filing: &Submission, authority: &str) -> Vec<(String, String)> {
    let authority: AuthorityId = authority.parse().expect("a code");
    let found = catalogue(rules).expect("it reads").check_files(filing, &[authority]);
    found.into_iter().map(|it| (it.code, it.path)).collect()
}

#[test]
fn each_limit_takes_what_is_at_it_and_nothing_above() {
    let rule = json!([{"files_max": 2, "bytes_max": 5 * MIB, "total_bytes_max": 8 * MIB,
                       "source": "x", "sure": "?"}]);
    let none = json!({});
    let check = |files: &[(&str, u64)]| found(&rule, &with(files, &none), "011002");
    assert!(check(&[("a.pdf", 5 * MIB), ("b.pdf", 3 * MIB)]).is_empty(), "at all three");
    let one = |code: &str, path: &str| vec![(code.to_owned(), path.to_owned())];
    let above = check(&[("a.pdf", 1), ("b.pdf", 5 * MIB + 1)]);
    assert_eq!(above, one("attachment_bytes_limit", "/attachments/1/size"));
    let above = check(&[("a.pdf", 5 * MIB), ("b.pdf", 3 * MIB + 1)]);
    assert_eq!(above, one("attachments_bytes_limit", "/attachments"));
    let above = check(&[("a.pdf", 1), ("b.pdf", 1), ("c.pdf", 1)]);
    assert_eq!(above, one("attachments_files_limit", "/attachments"));
}

#[test]
fn a_rule_holds_for_its_authority_kinds_and_papers_alone() {
    let rules = json!([
        {"authority": "011002", "name": "札幌市", "bytes_max": MIB, "source": "札幌市の案内",
         "sure": "?"},
        {"kinds": ["closure"], "files_max": 0, "source": "x", "sure": "?"},
        {"items": ["floor_plan"], "media_types": ["image/png", "application/x-cad"],
         "source": "x", "sure": "?"},
    ]);
    let plan = json!({"floor_plan": "平面図.pdf"});
    let filing = with(&[("平面図.pdf", MIB + 1), ("b.pdf", 1)], &plan);
    let codes = |authority| found(&rules, &filing, authority);
    let of_type = ("attachment_type_limit".to_owned(), "/attachments/0/media_type".to_owned());
    assert_eq!(codes("131016"), std::slice::from_ref(&of_type));
    let of_size = ("attachment_bytes_limit".to_owned(), "/attachments/0/size".to_owned());
    assert_eq!(codes("011002"), [of_size, of_type]);
    // One of several who get it is enough.
    let both = ["131016", "011002"].map(|code| code.parse().expect("a code"));
    let findings = catalogue(&rules).expect("it reads").check_files(&filing, &both);
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0].source.as_deref(), Some("札幌市の案内"));
    let ja = findings[0].message_ja.as_deref();
    assert_eq!(
        ja,
        Some("札幌市 (011002)の定め:「平面図.pdf」が大きすぎます。1件 1 MiB までです。")
    );
    assert!(findings[1].message.contains("PNG, application/x-cad"), "{findings:?}");
}

#[test]
fn a_rule_that_does_not_fit_is_told_with_its_file() {
    for (rule, told) in [
        (json!({"source": "空の定め", "sure": "?"}), "空の定め"),
        (json!({"items": ["no_such"], "files_max": 1, "source": "x", "sure": "?"}), "no_such"),
        (json!({"authority": "011001", "files_max": 1, "source": "x", "sure": "?"}), "011001"),
        (json!({"bytes": 1, "source": "x", "sure": "?"}), "bytes"),
        (json!({"files_max": 1, "sure": "?"}), "source"),
    ] {
        let error = catalogue(&json!([rule])).expect_err("it does not fit");
        assert!(error.contains("limits-own.json") && error.contains(told), "{told}: {error}");
    }
    let embedded = Catalogue::embedded().expect("the catalogue");
    let all: Vec<_> = "011002".parse().into_iter().collect();
    for kind in FilingKind::ALL {
        assert_eq!(embedded.file_limits(*kind, &all).count(), 0, "none is known");
    }
}

//! The print of a filing: whole, on pages, in characters that the face has.

use adapters::Action::Submit;
use adapters::print::{Block, Paper, PaperFacts, Part, Print, print};
use schemas::forms::Sheet;
use schemas::{Catalogue, FilingKind, Submission};
use serde_json::json;

fn paper(blocks: Vec<Block>) -> Paper {
    let part = Part { title: "様式一式".into(), about: String::new(), blocks };
    Paper {
        receipt_number: "TTKVW-3X6H-RAST".into(),
        revision: 1,
        received_at: "2026-04-01T00:00:00+09:00".parse().expect("a time"),
        parts: vec![part],
    }
}

fn printed(blocks: Vec<Block>) -> Print {
    print(&paper(blocks)).expect("a print")
}

fn field(label: &str, value: &str) -> Block {
    Block::Field(label.into(), value.into())
}

#[test]
fn it_is_a_pdf_a_with_the_same_bytes_every_time() {
    let blocks = || vec![field("氏名", "髙橋 一郎"), field("住所", "東京都千代田区霞が関1-2-2")];
    let first = printed(blocks());
    assert_eq!(first.bytes, printed(blocks()).bytes);
    assert!(first.bytes.starts_with(b"%PDF-1.7"), "{:?}", &first.bytes[..16]);
    let holds = |words: &[u8]| first.bytes.windows(words.len()).any(|it| it == words);
    assert!(holds(b"<pdfaid:part>2</pdfaid:part>") && holds(b"<pdfaid:conformance>B<"));
    assert_eq!((first.pages, first.replaced.len()), (1, 0));
}

#[test]
fn what_the_face_has_not_is_marked_and_reported() {
    let print = printed(vec![field("氏名", "😀か\u{3099}葛\u{e0100}\u{1}\u{e000}𠮷")]);
    let found: Vec<_> =
        print.replaced.iter().map(|it| (it.code_point.as_str(), it.written.as_str())).collect();
    let expected = [("U+0001", "〓"), ("U+E000", "〓"), ("U+1F600", "〓"), ("U+E0100", "")];
    assert_eq!(found, expected, "and it has 𠮷");
}

#[test]
fn a_table_of_300_rows_goes_over_pages() {
    let row = |place: usize| {
        vec![format!("職員{place}"), "介護職員".into(), "常勤・専従".into(), "1".into()]
    };
    let print = printed(vec![Block::Table {
        label: "従業者".into(),
        columns: ["氏名", "職種", "形態", "人数"].map(str::to_owned).to_vec(),
        rows: (0..300).map(row).collect(),
    }]);
    assert!((9..=11).contains(&print.pages), "{} pages", print.pages);
}

#[test]
fn very_long_values_and_names_take_the_pages_that_they_need() {
    let long = "とても長い説明です。".repeat(2_000);
    let word = "x".repeat(5_000);
    let print = printed(vec![
        field(&long, &long),
        field("一語", &word),
        field("空", ""),
        field("行", "一\r\n\n三"),
        Block::Table {
            label: long.clone(),
            columns: vec![long.clone(); 9],
            rows: vec![vec![long.clone(); 9], vec![String::new(); 9]],
        },
    ]);
    assert!((60..140).contains(&print.pages), "{} pages", print.pages);
    assert_eq!(printed(vec![]).pages, 1);
}

/// A filing with every form of its kind and service filled in.
fn filing(forms: &Catalogue) -> Submission {
    let day = jiff::civil::date(2026, 4, 1);
    let service = "11".parse().expect("a service");
    let sheets: Vec<Sheet> = forms
        .used_for(FilingKind::Designation, service, day)
        .map(|form| Sheet {
            form: form.id.clone(),
            version: Some(form.version.clone()),
            office: None,
            service: Some(service),
            fields: form.sample(day, &mut |_| 0),
        })
        .collect();
    assert!(sheets.len() > 1, "{sheets:?}");
    serde_json::from_value(json!({
        "kind": "designation", "corporate_number": "1180301018771", "operator_name": "さくら介護",
        "offices": [{ "name": "さくら訪問介護", "municipality": "011002",
            "services": [{ "service": "11" }] }],
        "form": {"forms": sheets},
        "attachments": [{"name": "運営規程.pdf", "sha256": "ab".repeat(32), "size": 70_000,
            "media_type": "application/pdf"}],
    }))
    .expect("a submission")
}

#[test]
fn a_whole_set_has_the_labels_of_its_forms() {
    let forms = Catalogue::embedded().expect("the forms");
    let filing = filing(forms);
    let at = "2026-04-01T00:00:00+09:00".parse().expect("a time");
    let facts = PaperFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 2,
        action: Submit,
        received_at: at,
        first_received_at: at,
        forms,
        service: &|code| format!("{code} 訪問介護"),
        place: &|_| "札幌市".to_owned(),
    };
    let paper = Paper::of(&filing, &facts);
    let titles: Vec<_> = paper.parts.iter().map(|part| part.title.as_str()).collect();
    assert!(titles[0].starts_with("様式一式"), "{titles:?}");
    assert!(titles.iter().any(|title| title.starts_with("付表")), "{titles:?}");
    let all = format!("{paper:?}");
    for words in ["管理者 氏名", "申請者", "札幌市", "11 訪問介護", "職種", "運営規程.pdf"]
    {
        assert!(all.contains(words), "{words} is missing in {all}");
    }
    assert!(!all.contains("印"), "no field for a seal");
    let print = print(&paper).expect("a print");
    assert!(print.pages >= paper.parts.len() && print.replaced.is_empty(), "{}", print.pages);
    if let Some(path) = std::env::var_os("TODOKE_PRINT") {
        std::fs::write(path, &print.bytes).expect("a file");
    }
}

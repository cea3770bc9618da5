//! What a filing costs before it goes out: its table, its document, its print.

use std::hint::black_box;

use adapters::Action::Submit;
use adapters::package::{LedgerFacts, filing_xml, ledger};
use adapters::print::{Paper, PaperFacts, print};
use criterion::{Criterion, criterion_group, criterion_main};
use schemas::forms::Sheet;
use schemas::ledger::{EMBEDDED, Profile};
use schemas::{Catalogue, FilingKind, Submission};
use serde_json::json;

/// A designation of home-visit care with all of its forms.
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
    let filing = json!({
        "kind": "designation", "corporate_number": "1180301018771", "operator_name": "さくら介護",
        "offices": [{ "name": "さくら訪問介護", "municipality": "011002",
            "services": [{ "service": "11" }] }],
        "form": {"forms": sheets},
    });
    serde_json::from_value(filing).expect("a submission")
}

fn bench(criterion: &mut Criterion) {
    let forms = Catalogue::embedded().expect("the forms");
    let filing = filing(forms);
    let at = "2026-04-01T00:00:00+09:00".parse().expect("a time");
    let (_, text) = EMBEDDED.iter().find(|it| it.0 == "register-cp932.json").expect("a profile");
    let profile = Profile::parse("register-cp932", text).expect("a profile");
    let facts = LedgerFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 1,
        action: Submit,
        delivery: "01932c07-209c-7a36-8d4f-7c1f4d1c2b3a".parse().expect("an id"),
        authority: "011002".parse().expect("a code"),
        received_at: at,
        first_received_at: at,
    };
    criterion.bench_function("ledger in CP932", |bench| {
        bench.iter(|| ledger(black_box(&filing), &facts, &profile));
    });
    let value = serde_json::to_value(&filing).expect("JSON");
    criterion.bench_function("XML", |bench| bench.iter(|| filing_xml(black_box(&value))));
    let facts = PaperFacts {
        receipt_number: "TTKVW-3X6H-RAST",
        revision: 1,
        action: Submit,
        received_at: at,
        first_received_at: at,
        forms,
        service: &|code| code.to_string(),
        place: &|code| code.to_string(),
    };
    let made = print(&Paper::of(&filing, &facts)).expect("a print");
    criterion.bench_function(&format!("print of {} pages", made.pages), |bench| {
        bench.iter(|| print(&Paper::of(black_box(&filing), &facts)));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);

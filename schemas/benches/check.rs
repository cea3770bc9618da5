//! How long it takes to check a filing with all its forms: `cargo bench -p schemas --bench check`
//! (aim: under 1 ms).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use schemas::forms::{At, Role, Sheet};
use schemas::{Catalogue, FilingKind, Office, OfficeService, ServiceCode, Submission};
use serde_json::{Value, json};

/// The application for one service with its annex: the largest filing that there is.
fn designation(catalogue: &Catalogue, service: ServiceCode, at: &At<'_>) -> Submission {
    let office = Office {
        name: "みどり".into(),
        office_number: None,
        municipality: "011002".parse().expect("Sapporo"),
        services: vec![OfficeService { service, insurers: Vec::new(), deemed: false }],
    };
    let mut submission = Submission {
        kind: FilingKind::Designation,
        corporate_number: "7000012050002".parse().expect("a corporate number"),
        operator_name: "社会福祉法人みどり会".into(),
        one_stop: false,
        offices: vec![office],
        form: Value::Null,
        attachments: Vec::new(),
    };
    let sheet = |form: &schemas::forms::Form| {
        // The last choice of each: lists as long as samples make them, every field filled in.
        let mut fields = form.sample(at.day, &mut |below| below - 1);
        submission.sign(&mut fields);
        let service = (form.role == Role::Annex).then_some(service);
        Sheet { form: form.id.clone(), version: None, office: None, service, fields }
    };
    let sheets: Vec<Sheet> =
        catalogue.used_for(FilingKind::Designation, service, at.day).map(sheet).collect();
    submission.form = json!({"forms": sheets});
    submission
}

fn check(criterion: &mut Criterion) {
    let catalogue = Catalogue::embedded().expect("the embedded catalogue");
    let at = At { grace_days: 30, ..At::on(date(2026, 4, 8)) };
    let mut group = criterion.benchmark_group("check");
    group.throughput(Throughput::Elements(1));
    for service in ["11", "15", "51"] {
        let code = service.parse().expect("a service");
        let submission = designation(catalogue, code, &at);
        group.bench_function(format!("designation of {service}"), |bench| {
            bench.iter(|| catalogue.check_filing(black_box(&submission), black_box(&at)).len());
        });
    }
    let mut free = designation(catalogue, "11".parse().expect("a service"), &at);
    free.form = json!({"note": "a free document"});
    group.bench_function("free document", |bench| {
        bench.iter(|| catalogue.check_filing(black_box(&free), black_box(&at)).len());
    });
    group.finish();
    let files = schemas::forms::EMBEDDED;
    let read = || Catalogue::from_files(files.iter().copied()).map(|all| all.forms().len());
    criterion.bench_function("read the catalogue", |bench| bench.iter(read));
}

criterion_group!(benches, check);
criterion_main!(benches);
